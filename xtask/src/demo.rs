//! The verb `demo`: the main job, visibly, from nothing.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};

use crate::cache;
use crate::run::{self, Failure, Result, Run};
use crate::say;
use crate::toolchain::{self, Toolchain};

/// The extensions that the application uses.
const EXTENSIONS: [&str; 2] = ["finance", "spreadsheet"];

/// What the server has beside them, with `--serve`.
const ALSO_SERVED: &str = "kitchen-sink";

/// `cargo xtask demo [--serve]`.
pub fn verb(arguments: &[String]) -> Result {
    let serve = match arguments {
        [] => false,
        [option] if option == "--serve" => true,
        _ => {
            let given = arguments.join(" ");
            return Err(Failure::usage(format!("`demo` takes `--serve`, and was given `{given}`")));
        }
    };
    let demo = Demo::new()?;
    demo.publish()?;
    demo.application()?;
    demo.report()?;
    say::line("");
    say::line(
        "That was the life cycle: two extensions went from source to a registry, and an application",
    );
    say::line("added, typed and called them. Look around:");
    say::line(&format!("  the registry     {}", demo.registry().display()));
    say::line(&format!("  the application  {}", demo.report_folder().display()));
    say::line(&format!(
        "  its result       {}",
        demo.report_folder().join("report.xlsx").display()
    ));
    match serve {
        true => demo.serve(),
        false => {
            say::line("  a server         cargo xtask demo --serve");
            Ok(())
        }
    }
}

struct Demo {
    folder: PathBuf,
    target: PathBuf,
    toolchain: Toolchain,
}

impl Demo {
    fn new() -> Result<Self> {
        let toolchain = toolchain::ensure()?;
        let target = match cache::variable("CARGO_TARGET_DIR") {
            Some(folder) => run::workspace().join(folder),
            None => run::workspace().join("target"),
        };
        let folder = target.join("demo");
        // From nothing: but what cargo compiled before is kept, in its target folder.
        cache::remove(&folder)?;
        cache::create(&folder)?;
        say::line("Building cargo-ext");
        Run::cargo().args(["build", "--package", "cargo-ext"]).show()?;
        Ok(Self { folder, target, toolchain })
    }

    fn registry(&self) -> PathBuf {
        self.folder.join("registry")
    }

    fn report_folder(&self) -> PathBuf {
        self.folder.join("report")
    }

    /// `cargo ext …`, as a user would type it.
    fn cargo_ext(&self, arguments: &[&str]) -> Run {
        say::line("");
        say::line(&format!("$ cargo ext {}", arguments.join(" ")));
        let program = format!("debug/cargo-ext{}", std::env::consts::EXE_SUFFIX);
        let run = Run::new(self.target.join(program)).arg("ext").args(arguments);
        let run = run.env("EXT_REGISTRY", self.registry());
        match self.toolchain {
            Toolchain::Linked => run.env("CARGO_EXT_TOOLCHAIN", toolchain::LINKED),
            Toolchain::Active => run,
        }
    }

    fn publish(&self) -> Result {
        let packages = EXTENSIONS.iter().flat_map(|name| ["-p", *name]);
        let arguments: Vec<&str> = ["publish"].into_iter().chain(packages).collect();
        self.cargo_ext(&arguments).dir(run::workspace()).show()?;
        self.cargo_ext(&["list", "--available"]).dir(run::workspace()).show()?;
        self.cargo_ext(&["inspect", "example:finance"]).dir(run::workspace()).show()
    }

    /// A copy of the example application, outside the repository's own files.
    fn application(&self) -> Result {
        let from = run::workspace().join("examples/report");
        let to = self.report_folder();
        for file in ["Cargo.toml", "src/main.rs", "data/orders.xlsx", "data/orders-calculated.xlsx"]
        {
            copy(&from.join(file), &to.join(file))?;
        }
        // The same versions as here, so that nothing is fetched twice.
        copy(&run::workspace().join("Cargo.lock"), &to.join("Cargo.lock"))?;
        self.cargo_ext(&["add", "example:finance", "example:spreadsheet"]).dir(&to).show()?;
        self.cargo_ext(&["list"]).dir(&to).show()
    }

    fn report(&self) -> Result {
        for (input, output) in [
            ("data/orders.xlsx", "report.xlsx"),
            ("data/orders-calculated.xlsx", "report-calculated.xlsx"),
        ] {
            say::line("");
            say::line(&format!("$ cargo run -- {input} {output}"));
            Run::cargo()
                .args(["run", "--", input, output])
                .env("CARGO_TARGET_DIR", &self.target)
                .env("EXT_REGISTRY", self.registry())
                .dir(self.report_folder())
                .show()?;
        }
        Ok(())
    }

    /// The platform server with the examples, until somebody ends it.
    fn serve(&self) -> Result {
        self.cargo_ext(&["publish", "-p", ALSO_SERVED]).dir(run::workspace()).show()?;
        let address = free_address()?;
        let data = self.folder.join("server");
        let server = self
            .cargo_ext(&["serve", "--listen", &address, "--data", &data.to_string_lossy()])
            .start()?
            .until(|| TcpStream::connect(&address).is_ok())?;
        let url = format!("http://{address}");
        for name in EXTENSIONS {
            self.cargo_ext(&["deploy", &format!("example:{name}"), "--server", &url]).show()?;
        }
        let sink = format!("example:{ALSO_SERVED}");
        self.cargo_ext(&["deploy", &sink, "--grant", "http:*.example.com", "--server", &url])
            .show()?;
        say::line("");
        say::line("The server runs until Ctrl-C:");
        say::line(&format!("  console  {url}/"));
        say::line(&format!("  OpenAPI  {url}/v1/openapi.json"));
        say::line(&format!("  MCP      {url}/mcp"));
        say::line(&format!("  metrics  {url}/metrics"));
        let arguments = r#"{"rate": 0.05, "cash_flows": [-100, 60, 60]}"#;
        say::line(&format!(
            "  a call   curl {url}/v1/example/finance/net_present_value --json '{arguments}'"
        ));
        server.wait()
    }
}

/// The address that everybody knows, or another one if somebody is there.
fn free_address() -> Result<String> {
    let listener =
        TcpListener::bind("127.0.0.1:8470").or_else(|_| TcpListener::bind("127.0.0.1:0"));
    let address = listener.and_then(|it| it.local_addr());
    let address =
        address.map_err(|error| Failure::new(format!("there is no free port: {error}")))?;
    Ok(address.to_string())
}

fn copy(from: &Path, to: &Path) -> Result {
    if let Some(folder) = to.parent() {
        cache::create(folder)?;
    }
    fs::copy(from, to).map(drop).map_err(|error| Failure::file("copy", from, error))
}
