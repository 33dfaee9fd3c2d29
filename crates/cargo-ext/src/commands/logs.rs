//! `cargo ext logs`: calls, and what extensions wrote during them.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use clap::ValueEnum;
use ext_definition::naming::snake;
use ext_registry::PackageName;
use ext_server::store::CallRecord;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::calls;
use crate::cli::Logs;
use crate::failure::Failure;
use crate::server::Server;
use crate::shell::Shell;

/// How long a server takes at most, without load, to write a call down.
const WRITTEN: Duration = Duration::from_millis(300);

/// A line of what is followed.
#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Call(Box<CallRecord>),
    Missed { missed: u64 },
}

pub fn run(arguments: &Logs, shell: &Shell) -> Result<(), Failure> {
    let mut query = wanted(arguments)?;
    let server = Server::find(&arguments.remote)?;
    // First the line is open, then what was before is asked for: nothing is between them.
    let following = match arguments.follow {
        true => {
            let lines = server.follow("/api/calls/follow", &query)?;
            std::thread::sleep(WRITTEN);
            Some(lines)
        }
        false => None,
    };
    let since = arguments
        .since
        .and_then(|it| Timestamp::now().checked_sub(SignedDuration::try_from(it).ok()?).ok());
    if let Some(since) = since {
        query.push(("since", since.to_string()));
    }
    let usual = if arguments.follow { 10 } else { 100 };
    query.push(("limit", arguments.limit.unwrap_or(usual).to_string()));
    let before: Vec<CallRecord> = server.get("/api/calls", &query)?;
    if before.is_empty() && !arguments.follow {
        shell.note("Empty", "no such call was made");
    }
    // The latest one is where the eye is.
    before.iter().rev().for_each(|call| calls::show(call, shell));
    let Some(mut lines) = following else { return Ok(()) };
    let mut shown: HashSet<(Arc<str>, Timestamp)> =
        before.into_iter().map(|call| (call.id, call.at)).collect();
    while let Some(line) = lines.next()? {
        match line {
            Line::Call(call) if shown.remove(&(call.id.clone(), call.at)) => {}
            Line::Call(call) => calls::show(&call, shell),
            Line::Missed { missed } => {
                shell.note("Missed", format!("{missed} calls, which came too fast"))
            }
        }
    }
    shell.note("Ended", "the server has ended");
    Ok(())
}

/// The calls that are asked for, as the server reads it.
fn wanted(arguments: &Logs) -> Result<Vec<(&'static str, String)>, Failure> {
    let mut query = Vec::new();
    if let Some(package) = &arguments.package {
        let (name, version) = match package.split_once('@') {
            Some((name, version)) => (name, Some(version)),
            None => (&**package, None),
        };
        let name: PackageName = name.parse()?;
        query.push(("package", name.to_string()));
        query.extend(version.map(|it| ("version", it.to_owned())));
    }
    let word = |it: Option<clap::builder::PossibleValue>| it.map(|it| it.get_name().to_owned());
    let milliseconds = |it: Duration| u64::try_from(it.as_millis()).unwrap_or(u64::MAX);
    for (name, value) in [
        ("action", arguments.action.as_deref().map(snake)),
        ("consumer", arguments.consumer.clone()),
        ("surface", word(arguments.surface.and_then(|it| it.to_possible_value()))),
        ("outcome", word(arguments.outcome.and_then(|it| it.to_possible_value()))),
        ("slower_ms", arguments.slower.map(|it| milliseconds(it).to_string())),
        ("text", arguments.text.clone()),
    ] {
        query.extend(value.map(|it| (name, it)));
    }
    Ok(query)
}
