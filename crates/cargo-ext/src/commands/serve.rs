//! `cargo ext serve`: the platform server.

use std::path::{Path, PathBuf};

use ext_definition::code;
use ext_definition::diagnostic::Diagnostic;
use ext_registry::Registry;
use ext_server::{Configuration, Server, StartError, Tls};
use serde::Serialize;

use super::signals::Signals;
use crate::cli::{Common, Serve};
use crate::failure::Failure;
use crate::shell::{self, Shell};
use crate::store::registry_dir;

pub fn run(arguments: &Serve, common: &Common, shell: &Shell) -> Result<(), Failure> {
    let runtime = runtime()?;
    let registry = registry_dir(common)?;
    Registry::open_or_create(&registry)?;
    let data = data(arguments.data.as_deref())?;
    let mut configuration = Configuration::new(data.clone(), registry);
    let file = arguments.config.clone().unwrap_or_else(|| data.join("server.toml"));
    if arguments.config.is_some() || file.exists() {
        configuration.read(&file).map_err(start)?;
    }
    configuration.listen = arguments.listen;
    configuration.require_token |= arguments.require_token;
    if let (Some(certificate), Some(key)) = (&arguments.tls_certificate, &arguments.tls_key) {
        configuration.tls = Some(Tls { certificate: certificate.clone(), key: key.clone() });
    }
    let served = runtime.block_on(async {
        if arguments.operator_token {
            let token = ext_server::operator_token(configuration).await.map_err(start)?;
            shell.print(token);
            return Ok(None);
        }
        ext_server::log_to_stderr(shell.is_json());
        // Before anybody knows that it is there.
        let signals = Signals::listen()?;
        let open = configuration.listen.ip().is_loopback() && !configuration.require_token;
        let is_in_the_clear =
            !configuration.listen.ip().is_loopback() && configuration.tls.is_none();
        let scheme = if configuration.tls.is_some() { "https" } else { "http" };
        let server = Server::bind(configuration).await.map_err(start)?;
        let address = format!("{scheme}://{}", server.address());
        let (deployed, broken) = server.platform().deployments().count();
        shell.status("Serving", format!("{} at {address}", shell::count(deployed, "deployment")));
        if !open {
            shell.note(
                "Note",
                "every request needs a token: `cargo ext serve --operator-token` makes the first one",
            );
        }
        if is_in_the_clear {
            shell.note(
                "Warning",
                "others on the network can read tokens and calls, since this is not TLS: \
                 `--tls-certificate` and `--tls-key`, or a proxy that has them",
            );
        }
        if broken > 0 {
            let versions = shell::count(broken, "version");
            shell.note("Broken", format!("{versions} cannot be loaded: `cargo ext deployments`"));
        }
        #[derive(Serialize)]
        struct Message<'a> {
            address: &'a str,
            data: &'a Path,
        }
        shell.message("ext-serving", &Message { address: &address, data: &data });
        Ok::<_, Failure>(Some(serve_until_ended(server, signals).await))
    })?;
    // What blocks a thread still would be waited for.
    runtime.shutdown_background();
    if let Some(how) = served {
        how.say(shell);
    }
    Ok(())
}

/// How a server ended.
pub enum End {
    /// With all that ran.
    Finished,
    /// While something still ran that had taken too long.
    Late,
    /// At once: whoever asked for it asked again.
    AtOnce,
}

impl End {
    /// Says so.
    pub fn say(&self, shell: &Shell) {
        match self {
            Self::Finished => shell.status("Ended", "every call has finished"),
            Self::Late => shell.note("Ended", "not every call has finished in time"),
            Self::AtOnce => shell.note("Ended", "at once, with calls that ran"),
        }
    }
}

/// Serves until somebody asks for the end; who asks twice does not wait for calls.
pub async fn serve_until_ended(server: Server, mut signals: Signals) -> End {
    let (once, ended) = tokio::sync::oneshot::channel();
    let twice = async move {
        signals.next().await;
        let _ = once.send(());
        signals.next().await;
    };
    let ended = async {
        let _ = ended.await;
    };
    tokio::select! {
        finished = server.serve(ended) => if finished { End::Finished } else { End::Late },
        () = twice => End::AtOnce,
    }
}

/// The runtime of what waits for many things at once.
pub fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|error| failed(format!("the system gives no threads: {error}")))
}

pub fn start(error: StartError) -> Failure {
    failed(error.to_string())
}

/// A server that cannot start on this machine.
pub fn failed(message: String) -> Failure {
    Failure::environment(Diagnostic::error(code::SERVER_START, message))
}

/// The server's folder: that which is asked for, or one beside the user's registry.
pub fn data(asked: Option<&Path>) -> Result<PathBuf, Failure> {
    match asked {
        Some(asked) => Ok(asked.to_owned()),
        None => ext_registry::location::data_dir().map(|it| it.join("server")).ok_or_else(|| {
            let message = "the machine tells no data folder for this user";
            let help = "name one with `--data DIR`";
            Failure::environment(Diagnostic::error(code::SERVER_START, message).help(help))
        }),
    }
}
