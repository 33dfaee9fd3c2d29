//! A publish that is killed leaves a registry that everybody can read and write.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdout};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use common::{Random, bytes, child, child_registry, name, registry, request};
use ext_registry::{Outcome, Registry};

const KILLS: usize = 100;
/// Each round has a registry of its own, so that the very first publish is hit too.
const ROUNDS: usize = 20;
const KILLS_PER_REGISTRY: usize = KILLS / ROUNDS;
const SIZE: usize = 200_000;

/// Run in another process: publishes one version after the other until it is killed, and
/// says when it begins and when a version is done.
#[test]
fn child_publishes_until_killed() {
    let Some(registry) = child_registry() else {
        return;
    };
    let first: u64 = std::env::var("FIRST").unwrap().parse().unwrap();
    let say = |text: String| {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{text}").unwrap();
        out.flush().unwrap();
    };
    for patch in first.. {
        let (component, version) = (bytes(patch, SIZE), format!("1.0.{patch}"));
        say(format!("begin {patch}"));
        let request = request("acme:orders", &version, &component);
        let start = Instant::now();
        assert_eq!(registry.publish(&request).unwrap().outcome, Outcome::New);
        let time = start.elapsed().as_micros();
        say(format!("done {patch}\ntook {time}"));
    }
}

/// How far the publish was that a kill ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    /// No more than folders, lock file and marker.
    Begun,
    /// In the midst of writing a file.
    Writing,
    /// Some blobs are there, the index does not know them.
    Blobs,
    /// All is there, only the last word is missing.
    Indexed,
    /// Between two publishes.
    Done,
}

#[test]
fn a_hundred_kills_leave_the_registry_whole() {
    let seed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let seed = seed.as_nanos() as u64 | 1;
    println!("seed {seed}");
    let mut random = Random(seed);
    let mut span = time_of_a_publish().mul_f64(1.5);

    let mut stages = Vec::new();
    for round in 0..ROUNDS {
        println!("kills within {span:?}");
        let (_folder, registry) = registry();
        let (mut next, mut late) = (0, 0);
        for kill in 0..KILLS_PER_REGISTRY {
            // One part of the span for each kill, a random point in it: the points are
            // spread evenly and still hit no fixed places.
            let part = (kill * ROUNDS + round) as f64;
            let delay = span.mul_f64((part + random.fraction()) / KILLS as f64);
            let before = files(&registry);
            let (begun, done) = publish_and_kill(&registry, next, delay);

            let listed = check(&registry);
            // What was said to be done is there, and nothing that was not begun.
            assert!(done.is_subset(&listed), "{done:?} is not in {listed:?}");
            assert!(listed.iter().all(|patch| *patch <= begun));
            late += u32::from(listed.contains(&next));
            stages.push(if done.contains(&begun) {
                Stage::Done
            } else if listed.contains(&begun) {
                Stage::Indexed
            } else {
                stage(&before, &files(&registry), done.len())
            });

            // The one that was killed can be published now, or else the next.
            let new = begun + u64::from(listed.contains(&begun));
            let (component, version) = (bytes(new, SIZE), format!("1.0.{new}"));
            let request = request("acme:orders", &version, &component);
            assert_eq!(registry.publish(&request).unwrap().outcome, Outcome::New);
            next = new + 1;
        }
        // Each check loads everything: also what was published after the last kill.
        assert!(check(&registry).contains(&(next - 1)));

        // The machine has other work, more or less of it: some kills should come too late
        // to prevent the publish, and most should not.
        match late {
            0 => span = span.mul_f64(1.5),
            1 | 2 => {}
            _ => span = span.div_f64(1.5),
        }
    }
    let count = |stage| stages.iter().filter(|other| **other == stage).count();
    let counts = [Stage::Begun, Stage::Writing, Stage::Blobs, Stage::Indexed, Stage::Done]
        .map(|stage| (stage, count(stage)));
    println!("{counts:?}");
    assert_eq!(stages.len(), KILLS);
    // Else the kills did not hit what they are meant to hit.
    let interrupted = stages.iter().filter(|stage| **stage < Stage::Indexed);
    let interrupted = interrupted.count();
    assert!((KILLS / 4..KILLS).contains(&interrupted), "{counts:?}");
    let distinct: BTreeSet<_> = stages.iter().collect();
    assert!(distinct.len() >= 3, "{counts:?}");
}

/// What a first publish takes in a process of its own, by that process's account.
fn time_of_a_publish() -> Duration {
    let mut times = [(); 5].map(|()| {
        let (_folder, registry) = registry();
        let (mut child, mut output) = start(&registry, 0);
        let text = read_until(&mut output, "took ");
        child.kill().unwrap();
        child.wait().unwrap();
        let micros = text.trim().rsplit(' ').next().unwrap();
        Duration::from_micros(micros.parse().unwrap())
    });
    times.sort();
    times[2]
}

/// Starts a child that publishes from version 1.0.`first` on; returns when it has begun.
fn start(registry: &Registry, first: u64) -> (Child, BufReader<ChildStdout>) {
    let mut child = child("child_publishes_until_killed", registry)
        .env("FIRST", first.to_string())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    read_until(&mut output, "begin");
    (child, output)
}

/// What the child says, up to the line with `word`.
fn read_until(output: &mut impl BufRead, word: &str) -> String {
    let mut text = String::new();
    while !text.contains(word) {
        assert_ne!(output.read_line(&mut text).unwrap(), 0, "{text}");
    }
    text
}

/// Lets a child publish from version 1.0.`first` on and kills it `delay` after it has
/// begun. Returns what it began last, and what it said to be done.
fn publish_and_kill(registry: &Registry, first: u64, delay: Duration) -> (u64, BTreeSet<u64>) {
    let (mut child, mut output) = start(registry, first);
    thread::sleep(delay);
    child.kill().unwrap();
    assert!(!child.wait().unwrap().success());
    let mut text = String::new();
    output.read_to_string(&mut text).unwrap();

    let numbers = |word: &str| -> BTreeSet<u64> {
        let numbers = text.lines().filter_map(|line| {
            let (before, number) = line.rsplit_once(' ')?;
            before.ends_with(word).then(|| number.parse().unwrap())
        });
        numbers.collect()
    };
    // The first beginning has been read already.
    let begun = numbers("begin").last().copied().unwrap_or(first);
    (begun, numbers("done"))
}

/// Everything that the registry lists can be loaded and is what was published. Returns
/// the patch numbers.
fn check(registry: &Registry) -> BTreeSet<u64> {
    let orders = name("acme:orders");
    if registry.packages().unwrap().is_empty() {
        let error = registry.versions(&orders).unwrap_err();
        assert_eq!(error.code(), "EXT0306", "{error}");
        return BTreeSet::new();
    }
    let versions = registry.versions(&orders).unwrap();
    let patches = versions.iter().map(|entry| {
        let digest = Some(&entry.digest);
        let loaded = registry.load(&orders, &entry.version, digest).unwrap();
        assert!(loaded.component == bytes(entry.version.patch, SIZE));
        entry.version.patch
    });
    patches.collect()
}

/// The names of the files of the package.
fn files(registry: &Registry) -> BTreeSet<String> {
    let repository = registry.root().join("acme/orders");
    let folders = [repository.join("blobs/sha256"), repository];
    let entries = folders.iter().flat_map(fs::read_dir).flatten();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.collect()
}

fn stage(before: &BTreeSet<String>, after: &BTreeSet<String>, done: usize) -> Stage {
    let new: Vec<_> = after.difference(before).collect();
    let blobs = new.iter().filter(|name| name.len() == 64).count();
    if new.iter().any(|name| name.starts_with(".tmp-")) {
        Stage::Writing
    } else if blobs > 3 * done {
        Stage::Blobs
    } else {
        Stage::Begun
    }
}
