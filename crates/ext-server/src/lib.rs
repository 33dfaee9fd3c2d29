//! The platform server: extensions, called from anywhere.
//!
//! One process serves what is deployed to it: over HTTP, with tokens, limits and a log of every
//! call. Everything that it remembers is in its data folder; packages come from a registry.
//!
//! ```no_run
//! use ext_server::{Configuration, Server};
//!
//! # async fn start() -> Result<(), Box<dyn std::error::Error>> {
//! let server = Server::bind(Configuration::new("data".into(), "registry".into())).await?;
//! println!("http://{}", server.address());
//! server.serve(std::future::pending()).await;
//! # Ok(())
//! # }
//! ```

mod audit;
pub mod auth;
mod change;
mod connection;
mod console;
mod deploy;
mod files;
mod front;
mod gate;
mod http;
mod invoke;
mod loading;
mod lock;
mod logging;
mod machine;
mod mcp;
mod metrics;
#[cfg(feature = "otel")]
mod otel;
mod packages;
mod peers;
mod permission;
mod platform;
mod problem;
mod random;
mod recorder;
mod reload;
mod room;
mod running;
mod sched;
mod seldom;
mod server;
mod sessions;
mod settings;
mod socket;
pub mod store;
mod stream;
mod text;
mod tokens;
mod trace;
mod turns;
mod unread;
mod workers;

pub use deploy::{DeployRequest, Stage};
pub use http::Deployed;
pub use invoke::{Called, Invocation};
pub use logging::log_to_stderr;
pub use mcp::serve_stdio;
pub use permission::asked as asked_permissions;
pub use platform::{Platform, operator_token};
pub use problem::{PROBLEM_JSON, Problem};
pub use running::{Broken, Deployments, Running, Versions};
pub use server::Server;
pub use settings::{Configuration, StartError, Tls};
