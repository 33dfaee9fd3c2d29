use ext_runtime::prelude::*;

/// How long a file is that does not ship.
#[ext_action]
pub fn act() -> u64 {
    let path = ext_runtime::resource!("none.csv"); //~ EXT0122
    std::fs::metadata(path).map_or(0, |it| it.len())
}
