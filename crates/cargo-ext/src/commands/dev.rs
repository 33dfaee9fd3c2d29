//! `cargo ext dev`: the extension here, served while it is worked on.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Weak};
use std::time::Duration;

use cargo_metadata::Package;
use ext_definition::naming::kebab;
use ext_registry::{Digest, Registry};
use ext_server::auth::Caller;
use ext_server::store::CallRecord;
use ext_server::{Configuration, Deployed, Platform, Running, Server};
use serde::Serialize;
use tokio::runtime::Handle;
use tokio::sync::broadcast;

use super::deploy::{said, settings, stage};
use super::serve::{runtime, serve_until_ended, start};
use super::signals::Signals;
use crate::artifact;
use crate::calls;
use crate::cli::Dev;
use crate::failure::Failure;
use crate::project::Project;
use crate::server::Problem;
use crate::shell::{Shell, count};
use crate::watch::{Seen, Watch};

/// How often files are looked at.
const LOOK: Duration = Duration::from_millis(300);

/// How long nothing must change before a build begins: editors write in several steps.
const STILL: Duration = Duration::from_millis(50);

pub fn run(arguments: &Dev, shell: &Shell) -> Result<(), Failure> {
    let selection = &arguments.building.selection;
    let project = Project::load(selection.manifest_path.as_deref())?;
    let package = project.extension(selection)?;
    let target = arguments.building.target_dir.as_deref().unwrap_or(project.target_directory());
    // Below the target folder it is the user's own, and goes with `cargo clean` at the latest.
    let folder = target.join("ext").join(format!("dev-{}", std::process::id()));
    let watch = Watch::new(package, project.root(), target);
    let served = serve(arguments, package, watch, &folder, shell);
    let _ = std::fs::remove_dir_all(&folder);
    served
}

fn serve(
    arguments: &Dev,
    package: &Package,
    watch: Watch,
    folder: &Path,
    shell: &Shell,
) -> Result<(), Failure> {
    let runtime = runtime()?;
    let registry = folder.join("registry");
    Registry::open_or_create(&registry)?;
    let mut configuration = Configuration::new(folder.join("data"), registry);
    configuration.listen = arguments.listen;
    configuration.environment = BTreeMap::from([(id(package), environment(arguments))]);
    let signals = runtime.block_on(async { Signals::listen() })?;
    let server = runtime.block_on(Server::bind(configuration)).map_err(start)?;
    let address = format!("http://{}", server.address());
    #[derive(Serialize)]
    struct Message<'a> {
        address: &'a str,
    }
    shell.status("Serving", format!("`{}` at {address}; Ctrl-C ends", package.name));
    shell.message("ext-serving", &Message { address: &address });

    let (end, ends) = channel::<()>();
    let calls = server.platform().recorder().follow();
    let mut work = Work {
        arguments,
        shell,
        address,
        // When the server ends, nobody else may hold what it is made of.
        platform: Arc::downgrade(server.platform()),
        runtime: runtime.handle().clone(),
        deployed: None,
        actions: Vec::new(),
    };
    let how = std::thread::scope(|scope| {
        scope.spawn(move || work.run(watch, &ends));
        let how = runtime.block_on(async {
            tokio::select! {
                how = serve_until_ended(server, signals) => how,
                never = show(calls, shell) => match never {},
            }
        });
        drop(end);
        how
    });
    runtime.shutdown_background();
    how.say(shell);
    Ok(())
}

/// Shows calls as they end.
async fn show(mut calls: broadcast::Receiver<Arc<CallRecord>>, shell: &Shell) -> Infallible {
    loop {
        match calls.recv().await {
            Ok(call) => calls::show(&call, shell),
            Err(broadcast::error::RecvError::Lagged(missed)) => {
                shell.note("Missed", format!("{missed} calls, which came too fast"));
            }
            // The server has the other end until it has finished.
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}

/// `namespace:name` of a package, as its Cargo.toml says; what is wrong there the build says.
fn id(package: &Package) -> String {
    let ext = &package.metadata["ext"];
    let name = ext["name"].as_str().unwrap_or(package.name.as_str());
    format!("{}:{name}", ext["namespace"].as_str().unwrap_or_default())
}

/// What is granted of the author's own environment.
fn environment(arguments: &Dev) -> BTreeMap<String, String> {
    let names = arguments.deploying.grants.iter().filter_map(|it| it.strip_prefix("environment:"));
    names.filter_map(|name| Some((name.to_owned(), std::env::var(name).ok()?))).collect()
}

/// Building and swapping in, one after the other.
struct Work<'a> {
    arguments: &'a Dev,
    shell: &'a Shell,
    address: String,
    platform: Weak<Platform>,
    runtime: Handle,
    /// The component that is served.
    deployed: Option<Digest>,
    /// The addresses of its actions.
    actions: Vec<String>,
}

impl Work<'_> {
    /// Goes on until the other end of the channel is gone.
    fn run(&mut self, mut watch: Watch, ends: &Receiver<()>) {
        loop {
            // What changes while it is built is built again.
            let mut seen = watch.look();
            let done = self.build(&mut watch, &mut seen);
            let what = match (&done, &self.deployed) {
                (Ok(()), _) => "for the next change",
                (Err(_), None) => "for the next change; nothing is served yet",
                (Err(_), Some(_)) => "for the next change; what was built before answers",
            };
            if let Err(failure) = done {
                self.shell.failure(&failure);
            }
            self.shell.note("Waiting", format!("{what} ({})", count(seen.len(), "file")));
            if !changed(&watch, &seen, ends) {
                return;
            }
        }
    }

    fn build(&mut self, watch: &mut Watch, seen: &mut Seen) -> Result<(), Failure> {
        let building = &self.arguments.building;
        let project = Project::load(building.selection.manifest_path.as_deref())?;
        let package = project.extension(&building.selection)?;
        *watch = Watch::new(package, project.root(), project.target_directory());
        *seen = watch.look();
        let built = artifact::build(&project, package, building, self.shell)?;
        let component = built.bytes;
        let digest = Digest::of(&component);
        if self.deployed.as_ref() == Some(&digest) {
            return Ok(());
        }
        let Some(platform) = self.platform.upgrade() else { return Ok(()) };
        let how = &self.arguments.deploying;
        let told = |done| stage(&done, self.shell);
        let by = Caller::loopback();
        let settings = settings(how);
        let deploying =
            platform.deploy_component(&by, component, &how.grants, settings.as_ref(), told);
        let running = (self.runtime.block_on(deploying))
            .map_err(|problem| Problem::from(problem).into_failure())?;
        self.deployed = Some(digest);
        self.say(&running);
        Ok(())
    }

    fn say(&mut self, running: &Running) {
        let name = &running.deployment.name;
        let address = format!("{}/v1/{}/{}", self.address, name.namespace(), name.name());
        said(&Deployed::of(running, true), &address, self.shell);
        let actions = &running.extension.definition().actions;
        let actions: Vec<String> =
            actions.iter().map(|it| format!("{address}/{}", kebab(&it.name))).collect();
        // Once, and when there are others.
        if actions != self.actions {
            actions.iter().for_each(|it| self.shell.note("POST", it));
            self.actions = actions;
        }
    }
}

/// Waits until a file differs and all are still; `false` if the server ends.
fn changed(watch: &Watch, before: &Seen, ends: &Receiver<()>) -> bool {
    loop {
        let mut seen = watch.look();
        if seen == *before {
            if !wait(ends, LOOK) {
                return false;
            }
            continue;
        }
        loop {
            if !wait(ends, STILL) {
                return false;
            }
            let next = watch.look();
            if next == seen {
                return true;
            }
            seen = next;
        }
    }
}

/// `false` if the server ends.
fn wait(ends: &Receiver<()>, time: Duration) -> bool {
    ends.recv_timeout(time) == Err(RecvTimeoutError::Timeout)
}
