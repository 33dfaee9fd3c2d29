//! Each target over its kept corpus: what once was a finding must never be one again.

use std::fs;
use std::path::{Path, PathBuf};

use ext_fuzz::TARGETS;

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

fn names(folder: PathBuf) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn kept_inputs_are_no_findings() {
    for (target, run) in TARGETS {
        let folder = fuzz().join("corpus").join(target);
        let files = names(folder.clone());
        assert!(!files.is_empty(), "{target} has no corpus");
        for file in files {
            println!("{target}/{file}");
            run(&fs::read(folder.join(file)).unwrap());
        }
    }
}

#[test]
fn every_target_has_its_file_and_corpus() {
    let mut targets: Vec<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    targets.sort();
    assert_eq!(names(fuzz().join("corpus")), targets);
    let files: Vec<String> = targets.iter().map(|target| format!("{target}.rs")).collect();
    assert_eq!(names(fuzz().join("fuzz_targets")), files);
    let manifest = fs::read_to_string(fuzz().join("Cargo.toml")).unwrap();
    for target in targets {
        assert!(manifest.contains(&format!("\"fuzz_targets/{target}.rs\"")), "{target}");
    }
}

#[test]
fn the_kept_corpora_are_small() {
    let sizes = TARGETS.iter().flat_map(|(target, _)| {
        let folder = fuzz().join("corpus").join(target);
        names(folder.clone()).into_iter().map(move |file| folder.join(file))
    });
    let total: u64 = sizes.map(|path| fs::metadata(path).unwrap().len()).sum();
    assert!(total < 300 << 10, "{total} bytes");
}
