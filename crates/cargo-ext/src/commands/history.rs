//! `cargo ext history`: who did what when.

use ext_registry::PackageName;
use ext_server::store::Event;

use crate::calls::plain;
use crate::cli::History;
use crate::failure::Failure;
use crate::server::Server;
use crate::shell::Shell;

pub fn run(arguments: &History, shell: &Shell) -> Result<(), Failure> {
    let mut query = vec![("limit", arguments.limit.to_string())];
    if let Some(package) = &arguments.package {
        let name: PackageName = package.parse()?;
        query.push(("package", name.to_string()));
    }
    let events: Vec<Event> = Server::find(&arguments.remote)?.get("/api/events", &query)?;
    if events.is_empty() {
        shell.note("Empty", "nothing happened yet");
    }
    let width = |of: fn(&Event) -> &str| {
        events.iter().map(|it| plain(of(it)).chars().count()).max().unwrap_or(0)
    };
    let (who, what, subject) = (width(|it| &it.who), width(|it| &it.what), width(|it| &it.subject));
    // The latest one is where the eye is.
    for event in events.iter().rev() {
        if shell.is_json() {
            shell.message("ext-event", event);
            continue;
        }
        let line = format!(
            "{:.0}  {:<who$}  {:<what$}  {:<subject$}  {}",
            event.at,
            plain(&event.who),
            plain(&event.what),
            plain(&event.subject),
            plain(&event.detail),
        );
        shell.print(line.trim_end());
    }
    Ok(())
}
