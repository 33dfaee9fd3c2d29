//! `cargo xtask`: the chores of this repository, written in Rust so that they run wherever
//! cargo does. One verb, one line in [`VERBS`].

mod bench;
mod cache;
mod ci;
mod crates;
mod debian;
mod demo;
mod fuzz;
mod prefix;
mod run;
mod say;
mod test;
mod toolchain;
mod tools;

use std::process::ExitCode;

use run::{Failure, Result};

/// Something that `cargo xtask` can do.
struct Verb {
    /// What the user types.
    name: &'static str,
    /// One line for the list of verbs.
    help: &'static str,
    /// Does it, given the arguments after the name.
    run: fn(&[String]) -> Result,
}

/// All verbs, in the order in which a newcomer meets them.
const VERBS: &[Verb] = &[
    Verb {
        name: "demo",
        help: "install what is missing, then build, publish, add and use two extensions",
        run: demo::verb,
    },
    Verb {
        name: "test",
        help: "install what is missing, then run every test [arguments of cargo test]",
        run: test::verb,
    },
    Verb {
        name: "bench",
        help: "measure what it costs, beside what the same costs otherwise [NAME...]",
        run: bench::verb,
    },
    Verb {
        name: "fuzz",
        help: "fuzz everything that reads what strangers wrote [--seconds N] [TARGET...]",
        run: fuzz::verb,
    },
    Verb {
        name: "ci",
        help: "formatting, clippy with warnings denied, what `test` does, every fuzz target for 5 s",
        run: ci::verb,
    },
    Verb {
        name: "crates",
        help: "try which crates work in an extension, and write docs/crates.md [NAME...]",
        run: crates::verb,
    },
    Verb {
        name: "toolchain",
        help: "make the wasm32-wasip2 target available [--from-debian]",
        run: toolchain::verb,
    },
];

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(name) = arguments.next() else {
        print!("{}", usage());
        return ExitCode::SUCCESS;
    };
    if matches!(name.as_str(), "help" | "--help" | "-h") {
        print!("{}", usage());
        return ExitCode::SUCCESS;
    }
    let arguments: Vec<String> = arguments.collect();
    let result = match VERBS.iter().find(|verb| verb.name == name) {
        Some(verb) => (verb.run)(&arguments),
        None => Err(Failure::usage(format!("there is no verb `{name}`\n\n{}", usage().trim_end()))),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            say::line(&format!("error: {failure}"));
            failure.exit_code()
        }
    }
}

/// The list of verbs.
fn usage() -> String {
    let width = VERBS.iter().map(|verb| verb.name.len()).max().unwrap_or(0);
    let mut text = String::from("Usage: cargo xtask VERB [ARGUMENTS]\n\n");
    for verb in VERBS {
        text += &format!("  {:width$}  {}\n", verb.name, verb.help);
    }
    text
}
