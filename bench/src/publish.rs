//! What `cargo ext publish` takes beyond cargo's own build.

use std::path::Path;

use crate::Result;
use crate::measure::{self, Row, median, progress};
use crate::project::{Project, folder};

/// Milliseconds beyond cargo, after an edit and without one.
const BARS: [f64; 2] = [200.0, 100.0];

/// How often.
const RUNS: usize = 9;

pub fn run() -> Result<Vec<Row>> {
    let folder = folder()?;
    let (cargo, ours) = (folder.path().join("cargo"), folder.path().join("ours"));
    let project = Project::extension(folder.path(), "orders", None)?;
    let publish = |registry: &Path| -> Result<f64> {
        let mut command = project.cargo_ext("publish", &ours)?;
        command.arg("--registry").arg(registry);
        Ok(measure::run(&mut command)?.1.wall.as_secs_f64() * 1e3)
    };
    let build = || -> Result<f64> {
        Ok(measure::run(&mut project.cargo_build(&cargo))?.1.wall.as_secs_f64() * 1e3)
    };
    progress("the first builds");
    build()?;
    publish(&folder.path().join("registry"))?;

    let mut edited = Differences::default();
    for number in 0..RUNS {
        progress(&format!("a line is edited, {} of {RUNS}", number + 1));
        let (from, to) =
            (format!("total * {} / 10", 9 + number), format!("total * {} / 10", 10 + number));
        project.replace("src/lib.rs", &from, &to)?;
        // Other content of a version that is there would be refused.
        let registry = folder.path().join(format!("registry-{number}"));
        edited.measure(number, || publish(&registry), build)?;
    }
    progress("nothing is edited");
    let registry = folder.path().join("registry-unchanged");
    publish(&registry)?;
    let mut unchanged = Differences::default();
    for number in 0..2 * RUNS {
        unchanged.measure(number, || publish(&registry), build)?;
    }
    Ok(vec![
        edited.row("publish after an edit of one line, beyond `cargo build`", BARS[0]),
        unchanged.row("publish with nothing changed, beyond `cargo build`", BARS[1]),
    ])
}

/// Pairs of times, in milliseconds.
#[derive(Default)]
struct Differences {
    ours: Vec<f64>,
    cargo: Vec<f64>,
}

impl Differences {
    /// Measures both, in an order that changes.
    fn measure(
        &mut self,
        number: usize,
        ours: impl FnOnce() -> Result<f64>,
        cargo: impl FnOnce() -> Result<f64>,
    ) -> Result {
        if number.is_multiple_of(2) {
            self.ours.push(ours()?);
            self.cargo.push(cargo()?);
        } else {
            self.cargo.push(cargo()?);
            self.ours.push(ours()?);
        }
        Ok(())
    }

    fn row(self, what: &str, bar: f64) -> Row {
        let difference =
            median(self.ours.iter().zip(&self.cargo).map(|(ours, cargo)| ours - cargo).collect());
        let milliseconds = |times| format!("{:.0} ms", median(times));
        Row {
            what: what.into(),
            ours: milliseconds(self.ours),
            peer: milliseconds(self.cargo),
            figure: format!("+{difference:.0} ms"),
            bar: format!("≤ {bar} ms"),
            met: difference <= bar,
        }
    }
}
