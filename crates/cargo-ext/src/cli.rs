//! The command line.

mod mcp;
mod migrate;
mod open;
mod operate;
mod serve;
mod source;
mod sync;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

pub use mcp::Mcp;
pub use migrate::{Migrate, Outsystems, Platform};
pub use open::Open;
pub use operate::{
    Deploy, Deploying, Deployments, Dev, History, Logs, Remote, Rollback, Token, TokenAdd,
    TokenList, TokenRevoke, TokenVerb, Undeploy,
};
pub use serve::Serve;
pub use source::{
    Action, ActionAdd, ActionVerb, Enum, EnumAdd, EnumVerb, Error, ErrorVerb, Structure,
    StructureAdd, StructureVerb, Writing,
};
pub use sync::Sync;

/// Typed, sandboxed, versioned extensions from annotated Rust functions
#[derive(Debug, Parser)]
#[command(
    name = "cargo-ext",
    bin_name = "cargo ext",
    version,
    propagate_version = true,
    after_help = "\
The life cycle:
  cargo ext new orders --namespace acme   a new extension, ready to build
  cargo ext run greet --name World        call an action in the sandbox
  cargo ext publish                       verify, build, derive, pack, store
  cargo ext add acme:orders@0.1           use it in an application
  cargo ext publish --deploy              call it from anywhere, through `cargo ext serve`"
)]
pub struct Cli {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every verb.
#[derive(Debug, Args)]
pub struct Common {
    /// Say only what went wrong
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// When to use colors
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_possible_values = false
    )]
    pub color: Color,
    /// The form of messages: for people, or a JSON object on each line
    #[arg(long, global = true, value_name = "FORMAT", default_value = "human")]
    pub message_format: MessageFormat,
    /// The registry's folder [default: $EXT_REGISTRY, the settings, the user's data folder]
    #[arg(long, global = true, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub registry: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MessageFormat {
    Human,
    Json,
}

/// Which package, as in cargo.
#[derive(Debug, Clone, Default, Args)]
pub struct Selection {
    /// The package to work on; may be repeated
    #[arg(short, long = "package", value_name = "SPEC")]
    pub packages: Vec<String>,
    /// Every extension of the workspace
    #[arg(long, conflicts_with = "packages")]
    pub workspace: bool,
    /// Path to Cargo.toml
    #[arg(long, value_name = "PATH", value_hint = clap::ValueHint::FilePath)]
    pub manifest_path: Option<PathBuf>,
}

/// How cargo builds.
#[derive(Debug, Clone, Default, Args)]
pub struct Building {
    #[command(flatten)]
    pub selection: Selection,
    /// Build with this profile [default: release]
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Build with the dev profile, and keep names and debug information
    #[arg(long, conflicts_with = "profile")]
    pub debug: bool,
    /// Space-separated features to activate
    #[arg(short = 'F', long, value_name = "FEATURES")]
    pub features: Vec<String>,
    /// Activate all features
    #[arg(long)]
    pub all_features: bool,
    /// Do not activate the `default` feature
    #[arg(long)]
    pub no_default_features: bool,
    /// The folder of build artifacts
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub target_dir: Option<PathBuf>,
    /// Without the network
    #[arg(long)]
    pub offline: bool,
    /// Cargo.lock stays as it is
    #[arg(long)]
    pub locked: bool,
    /// Both of the above
    #[arg(long)]
    pub frozen: bool,
    /// The rustup toolchain, or the folder of one, that builds for WebAssembly
    #[arg(long, value_name = "TOOLCHAIN")]
    pub toolchain: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a new extension
    #[command(after_help = "\
Examples:
  cargo ext new orders --namespace acme
  cargo ext new ../prices --namespace acme --database postgresql --template orders")]
    New(New),
    /// Make a new extension of one of another platform
    #[command(after_help = "\
Examples:
  cargo ext migrate outsystems ../orders/Source/NET --namespace acme
  cargo ext migrate outsystems ~/src/IbanChecker --namespace acme --output iban")]
    Migrate(Migrate),
    /// Write actions
    Action(Action),
    /// Write structures
    Structure(Structure),
    /// Write enums
    Enum(Enum),
    /// Write errors
    Error(Error),
    /// Bring the source in line with a definition, whatever was written before
    #[command(after_help = "\
Missing actions and types are added as stubs, changed signatures are written anew around the
bodies that were there, a rename is followed by `renamed_from`. What would lose code is reported.

Examples:
  cargo ext inspect --format json > orders.json   # edit it, then:
  cargo ext sync orders.json --dry-run
  cargo ext sync world.wit")]
    Sync(Sync),
    /// Open the editor at an action or a type
    #[command(after_help = "\
The editor is $VISUAL, $EDITOR, or the first of VS Code, Zed and RustRover on the path.

Examples:
  cargo ext open
  cargo ext open price_order")]
    Open(Open),
    /// Run the platform server: extensions over HTTP
    #[command(after_help = "\
Examples:
  cargo ext serve
  cargo ext serve --listen 0.0.0.0:8470 --data /srv/ext --tls-certificate cert.pem --tls-key key.pem")]
    Serve(Serve),
    /// Serve the extension here while it is worked on: each save is built and swapped in
    #[command(after_help = "\
Errors, calls and what the extension writes show in the terminal; Ctrl-C ends. While the source
does not build, the version before it answers.

Examples:
  cargo ext dev
  cargo ext dev --debug --listen 127.0.0.1:9000 --grant environment:PRICE_LIST")]
    Dev(Dev),
    /// Serve a package of the server's registry from now on
    #[command(after_help = "\
Calls that run finish on the version that they began with. What no option says is as with the
version before it; what a package asks for must be granted once.

Examples:
  cargo ext deploy acme:orders
  cargo ext deploy acme:orders@1.2 --grant http:api.example.com --time 5s --memory 64MiB
  cargo ext deploy acme:orders --server https://ext.example.com")]
    Deploy(Deploy),
    /// List what the server serves
    #[command(after_help = "\
Examples:
  cargo ext deployments
  cargo ext deployments acme:orders
  cargo ext deployments --message-format json")]
    Deployments(Deployments),
    /// Go back to the version before, or to a deployed one that is named
    #[command(after_help = "\
Examples:
  cargo ext rollback acme:orders
  cargo ext rollback acme:orders --to 1.2.0")]
    Rollback(Rollback),
    /// Stop serving one version of a package, or all of them, which ends its grants
    #[command(after_help = "\
Examples:
  cargo ext undeploy acme:orders@1.2
  cargo ext undeploy acme:orders")]
    Undeploy(Undeploy),
    /// Show who did what on the server, and when
    #[command(after_help = "\
Examples:
  cargo ext history
  cargo ext history acme:orders --limit 10")]
    History(History),
    /// Show calls, and what extensions wrote during them
    #[command(after_help = "\
Examples:
  cargo ext logs acme:orders --follow
  cargo ext logs --outcome trap --since 1h
  cargo ext logs acme:orders --action price_order --limit 5 --message-format json")]
    Logs(Logs),
    /// Make, list and revoke tokens of the server
    #[command(after_help = "\
Examples:
  cargo ext token add shop --scope invoke:acme --expires 30d
  cargo ext token list
  cargo ext token revoke 3f9a01c2b4d5")]
    Token(Token),
    /// Offer extensions to an MCP client that starts this command: actions are its tools
    #[command(after_help = "\
What clients are configured with, for extensions of the registry on this machine:
  {\"mcpServers\": {\"orders\": {\"command\": \"cargo\", \"args\": [\"ext\", \"mcp\", \"acme:orders\"]}}}
With a running server it is an address instead, `http://127.0.0.1:8470/mcp`, or that of one
extension, `http://127.0.0.1:8470/mcp/acme/orders`.

Examples:
  cargo ext mcp acme:orders@1 acme:prices
  cargo ext mcp acme:rates --grant http:api.example.com --grant environment:API_KEY")]
    Mcp(Mcp),
    /// Build an extension into a package: a component and its manifest
    #[command(
        visible_alias = "b",
        after_help = "\
Examples:
  cargo ext build
  cargo ext build --workspace --debug"
    )]
    Build(Building),
    /// Verify the definition without packing
    #[command(
        visible_alias = "c",
        after_help = "\
Examples:
  cargo ext check
  cargo ext check --fix
  cargo ext check --deny warnings
  cargo ext check -p orders --message-format json"
    )]
    Check(Check),
    /// Call one action in the sandbox, and print its result as JSON
    #[command(
        visible_alias = "r",
        after_help = "\
A text needs no quotes, other values are JSON, and `@FILE` is a file's content (as base64 for
binary data, as JSON or text otherwise). The flag of a list may be repeated, once for each element.
Options may stand behind the action's name, unless the action has a parameter of that name.

Examples:
  cargo ext run greet --name World
  cargo ext run price_order --lines '[{\"sku\": \"A-1\", \"quantity\": 2}]'
  cargo ext run price_order --json '{\"lines\": []}'
  cargo ext run sum --numbers 1 --numbers 2
  cargo ext run --from example:spreadsheet list_sheets --workbook @orders.xlsx
  cargo ext run logo --output logo.png
  cargo ext run rates --grant http:api.example.com --grant environment:API_KEY
  cargo ext run greet --help"
    )]
    Run(Run),
    /// Show what an extension offers
    #[command(after_help = "\
Examples:
  cargo ext inspect
  cargo ext inspect acme:orders@1.2 --format wit
  cargo ext inspect --format markdown > API.md
  cargo ext inspect --format openapi --openapi-version 3.0 > openapi.json
  cargo ext inspect target/ext/acme-orders-1.2.0.wasm --format json")]
    Inspect(Inspect),
    /// Write the documentation of an extension: one page, which needs no network
    #[command(after_help = "\
The page has every action with its parameters, errors and an example call in Rust, JSON and
curl, every type, and a search. It is one file, to be sent or put wherever pages are.

Examples:
  cargo ext doc --open
  cargo ext doc --output public/index.html
  cargo ext doc acme:orders@1.2 --open")]
    Doc(Doc),
    /// Build and write the package to a file
    #[command(after_help = "\
Examples:
  cargo ext package
  cargo ext package --output orders.wasm")]
    Package(Package),
    /// Verify, build, derive, pack, and store in the registry
    #[command(after_help = "\
Examples:
  cargo ext publish
  cargo ext publish --workspace --registry ./registry
  cargo ext publish --deploy")]
    Publish(Publish),
    /// Make an application use an extension
    #[command(after_help = "\
Examples:
  cargo ext add acme:orders
  cargo ext add acme:orders@1.2 acme:prices@=2.0.1")]
    Add(Add),
    /// Make an application no longer use an extension
    #[command(
        visible_alias = "rm",
        after_help = "\
Examples:
  cargo ext remove acme:orders"
    )]
    Remove(Remove),
    /// List the extensions that an application uses, the extension here, or what the registry has
    #[command(after_help = "\
Examples:
  cargo ext list
  cargo ext list --available")]
    List(List),
    /// Look for what is missing on this machine, and say how to get it
    Doctor(Doctor),
    /// Explain the code of a message, or list all codes
    #[command(after_help = "\
Examples:
  cargo ext explain
  cargo ext explain EXT0202
  cargo ext explain 0202")]
    Explain {
        /// The code, as messages have it; `EXT` may be left out
        code: Option<String>,
    },
    /// Print the completion script of a shell
    #[command(after_help = "\
Examples:
  bash        source <(cargo ext completions bash)          # in ~/.bashrc
  zsh         source <(cargo ext completions zsh)           # in ~/.zshrc, after compinit
  fish        cargo ext completions fish | source           # in ~/.config/fish/config.fish
  PowerShell  cargo ext completions powershell | Out-String | Invoke-Expression   # in $PROFILE")]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Write man pages
    Man {
        /// The folder to write to
        folder: PathBuf,
    },
}

#[derive(Debug, Args)]
pub struct New {
    /// The folder to make; its last part is the name
    #[arg(value_hint = clap::ValueHint::DirPath)]
    pub path: PathBuf,
    /// Who publishes the extension: a word or several, joined by hyphens
    #[arg(long)]
    pub namespace: Option<String>,
    /// The name, if it is not the folder's
    #[arg(long)]
    pub name: Option<String>,
    /// A database system that it works with, or `all`; may be repeated
    #[arg(long = "database", value_name = "DATABASE")]
    pub databases: Vec<String>,
    /// What to start from
    #[arg(long, default_value = "hello")]
    pub template: Template,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Template {
    /// One action
    Hello,
    /// Structures, an enum, and an error
    Orders,
}

#[derive(Debug, Args)]
pub struct Check {
    #[command(flatten)]
    pub building: Building,
    /// Mend what has one certain way out
    #[arg(long)]
    pub fix: bool,
    /// Mend files that version control does not have as they are
    #[arg(long, requires = "fix")]
    pub allow_dirty: bool,
    /// What is to be an error as well
    #[arg(long, value_name = "LINT")]
    pub deny: Option<Deny>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Deny {
    /// Every warning
    Warnings,
}

#[derive(Debug, Args)]
pub struct Run {
    #[command(flatten)]
    pub building: Building,
    /// A package instead of the extension here: a file, or NAMESPACE:NAME[@VERSION]
    #[arg(long, value_name = "PACKAGE")]
    pub from: Option<String>,
    /// Seconds that the call may take; fewer if the extension asks for fewer
    #[arg(long, default_value_t = 60.0)]
    pub timeout: f64,
    /// A permission to grant: http:HOST, environment:NAME or folder:PATH; may be repeated
    #[arg(long = "grant", value_name = "PERMISSION")]
    pub grants: Vec<String>,
    /// Write the result to a file: binary data as it is, other results as JSON
    #[arg(short, long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    /// The action, then `--PARAMETER VALUE …`, or `--json OBJECT`
    // One list: `--help` and parameters follow the action's name, and clap knows none of them.
    #[arg(trailing_var_arg = true, required = true, value_names = ["ACTION", "ARGUMENTS"])]
    #[arg(allow_hyphen_values = true, num_args = 1..)]
    pub call: Vec<String>,
}

impl Run {
    /// The action's name, and its arguments.
    pub fn call(&self) -> (&str, &[String]) {
        match self.call.split_first() {
            Some((action, arguments)) => (action, arguments),
            None => ("", &[]),
        }
    }
}

#[derive(Debug, Args)]
pub struct Inspect {
    #[command(flatten)]
    pub building: Building,
    /// A package: a file, or NAMESPACE:NAME[@VERSION]; the extension here otherwise
    pub package: Option<String>,
    /// How to show it
    #[arg(long, default_value = "table")]
    pub format: Format,
    /// The version of OpenAPI: 3.0 is for programs that do not read 3.1
    #[arg(long, value_name = "VERSION", default_value = "3.1")]
    pub openapi_version: OpenapiVersion,
}

#[derive(Debug, Args)]
pub struct Doc {
    #[command(flatten)]
    pub building: Building,
    /// A package: a file, or NAMESPACE:NAME[@VERSION]; the extension here otherwise
    pub package: Option<String>,
    /// The file to write [default: below the target folder]
    #[arg(short, long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    /// Show it in the browser: $BROWSER, or the system's
    #[arg(long)]
    pub open: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Table,
    /// The manifest
    Json,
    /// The component's interface
    Wit,
    /// JSON Schema for the arguments, results and errors of each action
    Schema,
    /// OpenAPI, as a platform server offers the actions
    Openapi,
    /// Documentation as Markdown
    Markdown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OpenapiVersion {
    #[value(name = "3.1")]
    V31,
    #[value(name = "3.0")]
    V30,
}

#[derive(Debug, Args)]
pub struct Package {
    #[command(flatten)]
    pub building: Building,
    /// The file to write [default: below the target folder]
    #[arg(short, long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Publish {
    #[command(flatten)]
    pub building: Building,
    /// Then deploy it to a platform server, as `cargo ext deploy` does
    #[arg(long)]
    pub deploy: bool,
    #[command(flatten)]
    pub deploying: Deploying,
    #[command(flatten)]
    pub remote: Remote,
}

#[derive(Debug, Args)]
pub struct Add {
    /// NAMESPACE:NAME, or with @VERSION: a requirement as in cargo
    #[arg(required = true, value_name = "EXTENSION")]
    pub extensions: Vec<String>,
    #[command(flatten)]
    pub selection: Selection,
}

#[derive(Debug, Args)]
pub struct Remove {
    /// NAMESPACE:NAME
    #[arg(required = true, value_name = "EXTENSION")]
    pub extensions: Vec<String>,
    #[command(flatten)]
    pub selection: Selection,
}

#[derive(Debug, Args)]
pub struct List {
    /// What the registry has
    #[arg(long)]
    pub available: bool,
    #[command(flatten)]
    pub selection: Selection,
}

#[derive(Debug, Args)]
pub struct Doctor {
    /// The toolchain to look at
    #[arg(long, value_name = "TOOLCHAIN")]
    pub toolchain: Option<String>,
}

/// Reads the arguments, with or without the `ext` that cargo passes on.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
    let mut arguments: Vec<OsString> = arguments.into_iter().collect();
    if arguments.get(1).is_some_and(|first| first == "ext") {
        arguments.remove(1);
    }
    Cli::from_arg_matches(&command().try_get_matches_from(arguments)?)
}

/// The command, for completions and man pages too.
pub fn command() -> clap::Command {
    Cli::command()
}
