//! The arguments of `cargo ext mcp`.

use clap::Args;

#[derive(Debug, Args)]
pub struct Mcp {
    /// Extensions of the registry, the newest version that matches [default: all of them]
    #[arg(value_name = "NAMESPACE:NAME[@VERSION]")]
    pub packages: Vec<String>,
    /// Grant what an extension asks for: `http:HOST`, `environment:NAME`, `folder:PATH`
    #[arg(long, value_name = "PERMISSION")]
    pub grant: Vec<String>,
}
