//! Ten times as many actions and structures: does it take ten times as long?

use std::path::Path;
use std::time::Duration;

use ext_definition::model::{Action, Extension, Field, Kind, Type, TypeDefinition};

use crate::measure::{self, Row, median, progress};
use crate::project::{Project, folder, package};
use crate::source::{attributes, bindgen};
use crate::{Failure, Result};

/// Highest ratio of ten times as much: a tenth for what does not grow linearly.
const LINEAR: f64 = 11.0;

/// Actions, and half as many structures.
const SIZES: [usize; 2] = [100, 1000];

/// How often each is built, without its dependencies.
const RUNS: usize = 3;

/// Medians of one size, in seconds.
struct Times {
    ours: f64,
    peer: f64,
    derive: f64,
    pack: f64,
}

pub fn run() -> Result<Vec<Row>> {
    let folder = folder()?;
    // An empty extension says what the package manifest looks like.
    let first = Project::extension(folder.path(), "many", None)?;
    measure::run(&mut first.cargo_ext("build", &folder.path().join("first"))?)?;
    let (_, template) = package(&folder.path().join("first"), "bench-many-0.1.0")?;
    let small = measure(folder.path(), &many(&template, SIZES[0]), SIZES[0])?;
    let large = measure(folder.path(), &many(&template, SIZES[1]), SIZES[1])?;

    let seconds = |seconds: f64| format!("{seconds:.2} s");
    let milliseconds = |seconds: f64| format!("{:.0} ms", seconds * 1e3);
    let growth = |what: &str, small: f64, large: f64, unit: &dyn Fn(f64) -> String| {
        Row::ratio(
            format!("{what}: 1,000 actions and 500 structures (ours) against 100 and 50 (peer)"),
            unit(large),
            unit(small),
            large / small,
            LINEAR,
        )
    };
    Ok(vec![
        growth("build, CPU", small.ours, large.ours, &seconds),
        growth("derive and check", small.derive, large.derive, &milliseconds),
        growth("pack", small.pack, large.pack, &milliseconds),
        Row::ratio(
            "build of 100 and 50, CPU",
            seconds(small.ours),
            seconds(small.peer),
            small.ours / small.peer,
            1.0,
        ),
        Row::ratio(
            "build of 1,000 and 500, CPU",
            seconds(large.ours),
            seconds(large.peer),
            large.ours / large.peer,
            1.0,
        ),
    ])
}

/// An extension of so many actions, with structures and texts as people write them.
pub fn many(template: &Extension, actions: usize) -> Extension {
    let field = |name: &str, description: &str, ty| Field {
        description: description.into(),
        ..Field::new(name, ty)
    };
    let structures = actions / 2;
    let types = (0..structures).map(|number| TypeDefinition {
        name: format!("Record{number}"),
        description: format!("Record number {number}, as it appears in orders."),
        kind: Kind::Structure {
            fields: vec![
                field("sku", "The article.", Type::String),
                field("quantity", "How many of it.", Type::U32),
                field("price", "What one costs.", Type::F64),
                field("tags", "Further words.", Type::List(Box::new(Type::String))),
                field("seen", "When it was seen, if it was.", Type::Option(Box::new(Type::U64))),
            ],
        },
    });
    let actions = (0..actions).map(|number| {
        let record = Type::Named(format!("Record{}", number % structures));
        // One in a list, one by itself.
        let ty = if number < structures { record } else { Type::List(Box::new(record)) };
        Action {
            name: format!("action_{number}"),
            description: format!("Action number {number}: gives back its records."),
            options: Default::default(),
            parameters: vec![
                field("records", "What comes back.", ty.clone()),
                field("factor", "By what to multiply.", Type::U32),
                field("label", "A name.", Type::String),
            ],
            result: Some(ty),
            error: None,
        }
    });
    Extension { types: types.collect(), actions: actions.collect(), ..template.clone() }
}

fn measure(folder: &Path, definition: &Extension, size: usize) -> Result<Times> {
    let folder = folder.join(size.to_string());
    let ours = Project::extension(&folder, "many", Some(&attributes(definition)))?;
    let peer = Project::bindgen(&folder, "many-bindgen", definition, &bindgen(definition))?;
    let (a, b) = (folder.join("ours"), folder.join("peer"));
    progress(&format!("{size} actions: the first builds, with dependencies"));
    measure::run(&mut ours.cargo_build(&a))?;
    measure::run(&mut peer.cargo_build(&b))?;
    let (mut cpu, mut peers, mut derive, mut pack) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for number in 1..=RUNS {
        progress(&format!("{size} actions: {number} of {RUNS}"));
        for project in [&ours, &peer] {
            // Other content, so that cargo builds it again.
            let text =
                String::from_utf8_lossy(&crate::project::read(&project.folder.join("src/lib.rs"))?)
                    .into_owned();
            project.write("src/lib.rs", &format!("{text}// {number}\n"))?;
        }
        cpu.push(measure::run(&mut ours.cargo_build(&a))?.1.cpu.as_secs_f64());
        peers.push(measure::run(&mut peer.cargo_build(&b))?.1.cpu.as_secs_f64());
        // The module is there: what is left to do is deriving and packing.
        let _ = std::fs::remove_dir_all(a.join("ext"));
        let (said, _) = measure::run(&mut ours.cargo_ext("build", &a)?)?;
        derive.push(stage(&said, "Derived")?);
        pack.push(stage(&said, "Packed")?);
    }
    Ok(Times { ours: median(cpu), peer: median(peers), derive: median(derive), pack: median(pack) })
}

/// How long a stage took, as `cargo ext` says: `Derived … in 12 ms`, `… in 1.20 s`.
fn stage(said: &str, verb: &str) -> Result<f64> {
    let line = said.lines().find(|line| line.trim_start().starts_with(verb));
    let time =
        line.and_then(|line| line.rsplit_once(" in ")).and_then(|(_, time)| time.split_once(' '));
    let time = match time {
        Some((number, "ms")) => number.parse().ok().map(|number: f64| number / 1e3),
        Some((number, _)) => number.parse().ok(),
        None => None,
    };
    match time {
        // A tenth of a millisecond is the least that is said.
        Some(time) => Ok(f64::max(time, Duration::from_micros(50).as_secs_f64())),
        None => Err(Failure(format!("cargo ext does not say how long `{verb}` took:\n{said}"))),
    }
}
