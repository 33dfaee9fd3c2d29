//! A cold build of a new extension, dependencies and build script included.

use crate::measure::{self, Row, Taken, median, progress};
use crate::project::{Project, folder, package};
use crate::source::bindgen_head;
use crate::{Failure, Result};

/// Highest ratio of CPU time.
const BAR: f64 = 0.25;

/// How often; each time with an empty target folder.
const RUNS: usize = 3;

/// What the template's actions do, by hand on wit-bindgen's types.
const ORDERS: &str = r"
    fn price_order(lines: Vec<types::Line>, customer: Option<types::Customer>) -> Result<u64, types::PricingError> {
        if lines.is_empty() {
            return Err(types::PricingError::Empty);
        }
        if let Some(line) = lines.iter().find(|line| line.quantity == 0) {
            return Err(types::PricingError::NoQuantity(line.sku.clone()));
        }
        let total: u64 = lines.iter().map(|line| u64::from(line.quantity) * line.unit_price).sum();
        Ok(match customer.unwrap_or(types::Customer::Retail) {
            types::Customer::Retail => total,
            types::Customer::Wholesale => total * 9 / 10,
        })
    }
}

export!(Component);
";

pub fn run() -> Result<Vec<Row>> {
    let folder = folder()?;
    let target = |name: &str| folder.path().join(name);
    let ours = Project::extension(folder.path(), "orders", None)?;
    // The definition is known only after a build.
    measure::run(&mut ours.cargo_ext("build", &target("first"))?)?;
    let (_, definition) = package(&target("first"), "bench-orders-0.1.0")?;
    let source = bindgen_head(&definition) + ORDERS;
    let peer = Project::bindgen(folder.path(), "orders-bindgen", &definition, &source)?;

    let (mut a, mut b) = (Vec::new(), Vec::new());
    for number in 1..=RUNS {
        progress(&format!("cold builds, {number} of {RUNS}"));
        // With deriving and packing: the peer's linker makes the component, too.
        let ours =
            measure::run(&mut ours.cargo_ext("build", &target(&format!("ours-{number}")))?)?.1;
        let peer = measure::run(&mut peer.cargo_build(&target(&format!("peer-{number}"))))?.1;
        progress(&format!("CPU: ours {:.2?}, peer {:.2?}", ours.cpu, peer.cpu));
        a.push(ours);
        b.push(peer);
    }
    let cpu = |taken: &[Taken]| median(taken.iter().map(|it| it.cpu.as_secs_f64()).collect());
    let wall = |taken: &[Taken]| median(taken.iter().map(|it| it.wall.as_secs_f64()).collect());
    let time = |seconds: f64| format!("{seconds:.2} s");
    if cpu(&b) == 0.0 {
        return Err(Failure("no CPU time was counted".into()));
    }
    Ok(vec![
        Row::ratio(
            "cold build of a new extension, CPU",
            time(cpu(&a)),
            time(cpu(&b)),
            cpu(&a) / cpu(&b),
            BAR,
        ),
        Row::information(
            "the same on the wall",
            time(wall(&a)),
            time(wall(&b)),
            format!("{:.2} ×", wall(&a) / wall(&b)),
        ),
    ])
}
