//! What a stranger's registry may answer, without the files around it: for fuzzing.

use std::path::{Path, PathBuf};

use crate::layout::{Layout, parse};
use crate::oci::{Config, Index, LayoutMarker, Manifest};
use crate::registry::wasm_layer;

/// Reads the bytes as each of the files that a registry has.
pub fn read_untrusted(bytes: &[u8]) {
    let path = Path::new("untrusted");
    if let Ok(index) = parse::<Index>(bytes, path) {
        let _ = Layout::new(PathBuf::from(path)).entries(&index);
        // A publish writes it again.
        let _ = serde_json::to_vec(&index);
    }
    if let Ok(manifest) = parse::<Manifest>(bytes, path) {
        let _ = wasm_layer(manifest, path);
    }
    let _ = parse::<Config>(bytes, path);
    let _ = parse::<LayoutMarker>(bytes, path);
}
