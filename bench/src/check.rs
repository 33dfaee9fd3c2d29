//! What `cargo ext check` takes beside a debug build: of a sound crate, and of one of as many
//! actions with a mistake of each of thirty kinds.

use crate::measure::{self, Row, median, progress};
use crate::project::{Project, TARGET, cargo, folder, package};
use crate::scale::many;
use crate::source::attributes;
use crate::{Failure, Result};

/// Highest ratio.
const BAR: f64 = 1.3;

/// Actions.
const SIZE: usize = 40;

/// How often.
const RUNS: usize = 9;

/// Forty actions, which the tests look at too.
const MISTAKES: &str = include_str!("../../tests/mistakes/lib.rs");

pub fn run() -> Result<Vec<Row>> {
    let folder = folder()?;
    let target = |name: &str| folder.path().join(name);
    let first = Project::extension(folder.path(), "many", None)?;
    measure::run(&mut first.cargo_ext("build", &target("first"))?)?;
    let (_, template) = package(&target("first"), "bench-many-0.1.0")?;
    let sound =
        Project::extension(folder.path(), "sound", Some(&attributes(&many(&template, SIZE))))?;
    let mistaken = Project::extension(folder.path(), "mistaken", Some(MISTAKES))?;

    let check = |project: &Project, folder: &str| project.cargo_ext("check", &target(folder));
    let build = || {
        let mut command = cargo();
        command.args(["build", "--offline", "--target", TARGET, "--target-dir"]);
        command.arg(target("build")).current_dir(&sound.folder);
        command
    };
    progress("the first builds");
    measure::run(&mut check(&sound, "check")?)?;
    measure::run(&mut build())?;
    fails(&mut check(&mistaken, "mistaken-check")?)?;
    let (mut checks, mut builds, mut mistakes) = (Vec::new(), Vec::new(), Vec::new());
    for number in 1..=RUNS {
        progress(&format!("an edit, {number} of {RUNS}"));
        for project in [&sound, &mistaken] {
            let source = crate::project::read(&project.folder.join("src/lib.rs"))?;
            let source = String::from_utf8_lossy(&source).into_owned();
            project.write("src/lib.rs", &format!("{source}// {number}\n"))?;
        }
        builds.push(measure::run(&mut build())?.1.wall.as_secs_f64());
        checks.push(measure::run(&mut check(&sound, "check")?)?.1.wall.as_secs_f64());
        mistakes.push(fails(&mut check(&mistaken, "mistaken-check")?)?);
    }
    let (checks, builds, mistakes) = (median(checks), median(builds), median(mistakes));
    let seconds = |seconds: f64| format!("{seconds:.2} s");
    let row = |what: &str, ours: f64| {
        Row::ratio(what.to_owned(), seconds(ours), seconds(builds), ours / builds, BAR)
    };
    Ok(vec![
        row("check of 40 actions and 20 structures (peer: their debug build)", checks),
        row("check of 40 actions with 30 mistakes (peer: as above)", mistakes),
    ])
}

/// Seconds of a command that must find all mistakes.
fn fails(command: &mut std::process::Command) -> Result<f64> {
    let started = std::time::Instant::now();
    let output = command.output().map_err(|error| Failure(format!("no cargo ext: {error}")))?;
    let wall = started.elapsed().as_secs_f64();
    let said = String::from_utf8_lossy(&output.stderr);
    match said.contains("error[EXT0222]") && said.contains("error[EXT0901]") {
        true => Ok(wall),
        false => Err(Failure(format!("the mistakes are not found:\n{said}"))),
    }
}
