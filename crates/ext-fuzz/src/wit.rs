//! The importer of WIT.

use ext_definition::import;
use ext_definition::wit::render;

use crate::definition::accepted;

/// A text of anybody: what is read of it does everywhere, and survives being written. A panic
/// in the parser is a finding although the importer catches it: libFuzzer's hook comes first.
pub fn run(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match import::read(&text, "fuzz.wit") {
        Ok(extension) => {
            accepted(&extension);
            let written = render(&extension);
            match import::read(&written, "again.wit") {
                // WIT has no word for some of our types: once written, nothing more is lost.
                Ok(again) => assert_eq!(render(&again), written),
                Err(found) => panic!("what is written cannot be read: {found:?}\n{written}"),
            }
        }
        Err(found) => {
            assert!(!found.is_empty(), "it is refused without a reason");
            assert!(found.iter().all(|it| !it.places.is_empty()), "no place: {found:?}");
        }
    }
}
