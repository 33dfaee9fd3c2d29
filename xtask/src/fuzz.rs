//! The verb `fuzz`: each fuzz target for a while, from its kept corpus.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cache;
use crate::run::{self, Failure, Result, Run};
use crate::say;
use crate::tools;

/// How long a target runs unless the user says otherwise.
const SECONDS: u64 = 60;

/// Largest input that is tried, in bytes: small ones find nearly everything, and fast.
const MAX_LEN: usize = 16 << 10;

/// More memory or time than any such input may take: to use more is a finding.
const MEMORY_MIB: usize = 1024;
const TIMEOUT: u64 = 10;

/// How `ci` builds: the code is safe Rust, where a sanitizer finds little in a few seconds
/// and costs much of the build, and units that build side by side cost the run less than they
/// save here. Without them cargo-fuzz makes one of each crate.
const CHEAP: &[&str] = &["--sanitizer", "none", "--codegen-units", "16"];

/// `cargo xtask fuzz [--seconds N] [TARGET…]`.
pub fn verb(arguments: &[String]) -> Result {
    let known = targets()?;
    let mut seconds = SECONDS;
    let mut chosen = Vec::new();
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--seconds" => {
                let number = arguments.next().and_then(|it| it.parse().ok()).filter(|it| *it > 0);
                seconds = number
                    .ok_or_else(|| Failure::usage("`--seconds` needs a whole number above 0"))?;
            }
            name if known.iter().any(|it| it == name) => chosen.push(name.to_owned()),
            other => {
                return Err(Failure::usage(format!("there is no target `{other}`"))
                    .advice(format!("the targets are {}", known.join(", "))));
            }
        }
    }
    let chosen = if chosen.is_empty() { known } else { chosen };
    run(&chosen, seconds, None, &[])
}

/// Every target for a short while: what `ci` does. Always from the kept corpus alone and with
/// the same seed: a check of a change should not fail by the dice of this run, and what finds
/// new inputs is a long run.
pub fn shortly() -> Result {
    run(&targets()?, 5, Some(1), CHEAP)
}

fn folder() -> PathBuf {
    run::workspace().join("fuzz")
}

/// The names of the files in `fuzz/fuzz_targets`.
fn targets() -> Result<Vec<String>> {
    let folder = folder().join("fuzz_targets");
    let entries = fs::read_dir(&folder).map_err(|e| Failure::file("read", &folder, e))?;
    let mut names: Vec<String> = entries
        .filter_map(|entry| {
            entry.ok()?.file_name().to_str()?.strip_suffix(".rs").map(str::to_owned)
        })
        .collect();
    names.sort();
    Ok(names)
}

fn run(targets: &[String], seconds: u64, seed: Option<u32>, options: &[&str]) -> Result {
    let program = tools::cargo_fuzz()?;
    cargo_fuzz(&program, &["build"]).args(options).stage("build the fuzz targets")?;
    let mut findings = Vec::new();
    for target in targets {
        if let Err(failure) = fuzz(&program, target, seconds, seed, options) {
            say::line(&failure.to_string());
            findings.push(target.as_str());
        }
    }
    match findings[..] {
        [] => Ok(()),
        _ => Err(Failure::new(format!("findings in {}", findings.join(", "))).advice(
            "mend the code, and keep the input in fuzz/corpus/TARGET: a test runs it from then on",
        )),
    }
}

fn fuzz(program: &Path, target: &str, seconds: u64, seed: Option<u32>, options: &[&str]) -> Result {
    let kept = folder().join("corpus").join(target);
    let grown = match seed {
        // What a run finds interesting stays for the next one, outside of the repository.
        None => cache::folder()?.join("fuzz").join(target),
        // But what is to be the same again starts without it.
        Some(_) => folder().join("target/seeded").join(target),
    };
    if seed.is_some() && grown.exists() {
        fs::remove_dir_all(&grown).map_err(|e| Failure::file("remove", &grown, e))?;
    }
    cache::create(&grown)?;
    let artifacts = folder().join("artifacts").join(target);
    let before = names(&artifacts);
    let mut run =
        cargo_fuzz(program, &["run"]).args(options).arg(target).arg(&grown).arg(&kept).args([
            "--".to_owned(),
            format!("-max_total_time={seconds}"),
            format!("-max_len={MAX_LEN}"),
            format!("-rss_limit_mb={MEMORY_MIB}"),
            format!("-timeout={TIMEOUT}"),
            format!("-seed={}", seed.unwrap_or(0)),
            "-print_final_stats=1".to_owned(),
        ]);
    let words = folder().join("dictionaries").join(format!("{target}.txt"));
    if words.is_file() {
        run = run.arg(format!("-dict={}", words.display()));
    }
    run.stage(&format!("fuzz {target} for {seconds} s")).map_err(|failure| {
        let found: Vec<String> = (names(&artifacts).into_iter())
            .filter(|path| !before.contains(path))
            .map(|path| {
                format!(
                    "\n  input: {input}\n  again: RUSTC_BOOTSTRAP=1 {} fuzz run {}{target} {input}",
                    program.display(),
                    options.iter().map(|it| format!("{it} ")).collect::<String>(),
                    input = path.display(),
                )
            })
            .collect();
        match found[..] {
            // It did not get as far as to run: no finding, but nothing was tried either.
            [] => failure,
            _ => Failure::new(format!("{failure}\nfinding in {target}{}", found.concat())),
        }
    })
}

fn names(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).into_iter().flatten().filter_map(|it| Some(it.ok()?.path())).collect()
}

/// cargo-fuzz with the toolchain of this workspace: sanitizers are for nightly ones only,
/// unless one says otherwise.
fn cargo_fuzz(program: &Path, arguments: &[&str]) -> Run {
    // As cargo would call it.
    Run::new(program).arg("fuzz").args(arguments).dir(run::workspace()).env("RUSTC_BOOTSTRAP", "1")
}
