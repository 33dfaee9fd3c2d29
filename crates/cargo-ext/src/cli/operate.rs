//! The arguments of the verbs that work with a platform server.

use std::net::SocketAddr;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};

use super::Building;
use crate::units;

/// Which server.
#[derive(Debug, Clone, Default, Args)]
pub struct Remote {
    /// The server's address [default: $EXT_SERVER, the settings, <http://127.0.0.1:8470>]
    #[arg(long, value_name = "URL", value_hint = clap::ValueHint::Url)]
    pub server: Option<String>,
}

/// How something is deployed.
#[derive(Debug, Clone, Default, Args)]
pub struct Deploying {
    /// A permission to grant: http:HOST, environment:NAME or folder:PATH; may be repeated
    #[arg(long = "grant", value_name = "PERMISSION")]
    pub grants: Vec<String>,
    /// Let an instance serve one call after the other
    #[arg(long, overrides_with = "no_reuse")]
    pub reuse: bool,
    /// Give each call a fresh instance
    #[arg(long, overrides_with = "reuse")]
    pub no_reuse: bool,
    /// How many calls may run at once
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub concurrency: Option<u32>,
    /// How many calls may wait for that; beyond, they are refused
    #[arg(long, value_name = "N")]
    pub queue: Option<u32>,
    /// How long a call may run, such as 5s; never longer than the server allows
    #[arg(long, value_name = "TIME", value_parser = units::time)]
    pub time: Option<Duration>,
    /// How much memory a call may have, such as 64MiB; never more than the server allows
    #[arg(long, value_name = "SIZE", value_parser = units::bytes)]
    pub memory: Option<u64>,
    /// How large the body of a request may be, such as 1MiB; never larger than the server allows
    #[arg(long, value_name = "SIZE", value_parser = units::bytes)]
    pub max_body: Option<u64>,
    /// How large a result may be, such as 1MiB; never larger than the server allows
    #[arg(long, value_name = "SIZE", value_parser = units::bytes)]
    pub max_result: Option<u64>,
}

#[derive(Debug, Args)]
pub struct Deploy {
    /// NAMESPACE:NAME, or with @VERSION: the newest of the server's registry that matches
    #[arg(value_name = "EXTENSION")]
    pub package: String,
    #[command(flatten)]
    pub deploying: Deploying,
    #[command(flatten)]
    pub remote: Remote,
}

#[derive(Debug, Args)]
pub struct Deployments {
    /// NAMESPACE:NAME, with all that is known of its versions; everything in short otherwise
    #[arg(value_name = "EXTENSION")]
    pub package: Option<String>,
    #[command(flatten)]
    pub remote: Remote,
}

#[derive(Debug, Args)]
pub struct Rollback {
    /// NAMESPACE:NAME
    #[arg(value_name = "EXTENSION")]
    pub package: String,
    /// The deployed version to make active [default: the one before]
    #[arg(long, value_name = "VERSION")]
    pub to: Option<String>,
    #[command(flatten)]
    pub remote: Remote,
}

#[derive(Debug, Args)]
pub struct Undeploy {
    /// NAMESPACE:NAME for all versions, or with @VERSION
    #[arg(value_name = "EXTENSION")]
    pub package: String,
    #[command(flatten)]
    pub remote: Remote,
}

#[derive(Debug, Args)]
pub struct History {
    /// NAMESPACE:NAME; everything otherwise
    #[arg(value_name = "EXTENSION")]
    pub package: Option<String>,
    /// How many events, the latest ones
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: u32,
    #[command(flatten)]
    pub remote: Remote,
}

#[derive(Debug, Args)]
pub struct Logs {
    /// NAMESPACE:NAME, or with @VERSION for calls of just this version; everything otherwise
    #[arg(value_name = "EXTENSION")]
    pub package: Option<String>,
    /// Calls of this action
    #[arg(long, value_name = "ACTION")]
    pub action: Option<String>,
    /// Calls of this consumer: the name of a token, or `loopback`
    #[arg(long, value_name = "NAME")]
    pub consumer: Option<String>,
    /// Calls that came this way
    #[arg(long)]
    pub surface: Option<Surface>,
    /// Calls that ended so
    #[arg(long)]
    pub outcome: Option<Ended>,
    /// Calls that took at least 200ms, 5s, …
    #[arg(long, value_name = "TIME", value_parser = units::time)]
    pub slower: Option<Duration>,
    /// Calls with this in their log or message, in capitals or not
    #[arg(long, value_name = "TEXT")]
    pub text: Option<String>,
    /// Calls of the last 30m, 1h, 2d, …
    #[arg(long, value_name = "TIME", value_parser = units::time)]
    pub since: Option<Duration>,
    /// How many calls, the latest ones [default: 100, with --follow 10]
    #[arg(long, value_name = "N")]
    pub limit: Option<u32>,
    /// Go on with calls as they end
    #[arg(short, long)]
    pub follow: bool,
    #[command(flatten)]
    pub remote: Remote,
}

/// How a call came, as the server says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Surface {
    /// Over HTTP
    Http,
    /// As a tool of MCP
    Mcp,
    /// From the console
    Console,
}

/// How a call ended, as the server says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Ended {
    /// With a result
    Ok,
    /// With the action's own error
    Error,
    /// The arguments did not fit
    Arguments,
    /// It panicked or trapped
    Trap,
    /// It reached a limit
    Limit,
    /// It was not let in
    Shed,
    /// The server failed
    Failed,
}

#[derive(Debug, Args)]
pub struct Token {
    #[command(subcommand)]
    pub verb: TokenVerb,
}

#[derive(Debug, Subcommand)]
pub enum TokenVerb {
    /// Make a token, and print it: it is never seen again
    #[command(after_help = "\
Scopes are `invoke`, `deploy` and `operate`, each alone or for one namespace, and `observe`, which
is for reading metrics.

Examples:
  cargo ext token add shop --scope invoke:acme
  cargo ext token add ci --scope deploy:acme --expires 30d")]
    Add(TokenAdd),
    /// List the tokens, without themselves
    List(TokenList),
    /// End a token, at once and for good
    #[command(after_help = "\
Examples:
  cargo ext token revoke 3f9a01c2b4d5")]
    Revoke(TokenRevoke),
}

#[derive(Debug, Args)]
pub struct TokenAdd {
    /// Whose it is: the name that logs and the history show
    pub name: String,
    /// What it is for, such as invoke:acme; may be repeated
    #[arg(long = "scope", value_name = "SCOPE", required = true)]
    pub scopes: Vec<String>,
    /// When it ends, such as 30d from now [default: never]
    #[arg(long, value_name = "TIME", value_parser = units::time)]
    pub expires: Option<Duration>,
    #[command(flatten)]
    pub remote: Remote,
}

#[derive(Debug, Args)]
pub struct TokenList {
    #[command(flatten)]
    pub remote: Remote,
}

#[derive(Debug, Args)]
pub struct TokenRevoke {
    /// Its id, as `token list` shows it
    pub id: String,
    #[command(flatten)]
    pub remote: Remote,
}

#[derive(Debug, Args)]
pub struct Dev {
    /// The address to listen on
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8470")]
    pub listen: SocketAddr,
    #[command(flatten)]
    pub deploying: Deploying,
    #[command(flatten)]
    pub building: Building,
}
