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
    let width = |of: fn(&Event) -> String| {
        events.iter().map(|it| plain(&of(it)).chars().count()).max().unwrap_or(0)
    };
    let (who, what) = (width(who_of), width(|it| it.what.clone()));
    let subject = width(|it| it.subject.clone());
    // The latest one is where the eye is.
    for event in events.iter().rev() {
        if shell.is_json() {
            shell.message("ext-event", event);
            continue;
        }
        let line = format!(
            "{:.0}  {:<who$}  {:<what$}  {:<subject$}  {}",
            event.at,
            plain(&who_of(event)),
            plain(&event.what),
            plain(&event.subject),
            plain(&event.detail),
        );
        shell.print(line.trim_end());
    }
    Ok(())
}

/// Who did it: names can be given again, ids cannot.
fn who_of(event: &Event) -> String {
    match &event.token {
        Some(token) => format!("{} ({token})", event.who),
        None => event.who.clone(),
    }
}
