//! What an extension may know of the world outside: the time and chance, and nothing else
//! unless it was granted.

use std::hash::{BuildHasher, RandomState};
use std::net::TcpStream;
use std::time::{Duration, Instant, SystemTime};

use ext_runtime::prelude::*;

/// Reads a file.
#[ext_action]
pub fn reads_file(
    /// Where it is.
    path: String,
) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| error.to_string())
}

/// Writes a file.
#[ext_action]
pub fn writes_file(
    /// Where it shall be.
    path: String,
) -> Result<(), String> {
    std::fs::write(path, "I was here").map_err(|error| error.to_string())
}

/// Reads what is typed in.
#[ext_action]
pub fn reads_input() -> Result<String, String> {
    std::io::read_to_string(std::io::stdin()).map_err(|error| error.to_string())
}

/// Connects to another machine.
#[ext_action]
pub fn connects(
    /// Name or address, and port.
    address: String,
) -> Result<(), String> {
    TcpStream::connect(address).map(drop).map_err(|error| error.to_string())
}

/// Reads a variable of the environment.
#[ext_action]
pub fn environment(
    /// The variable.
    name: String,
) -> Option<String> {
    std::env::var(name).ok()
}

/// The program's arguments.
#[ext_action]
pub fn program_arguments() -> Vec<String> {
    std::env::args().collect()
}

/// Milliseconds since 1970.
#[ext_action]
pub fn now() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// A number that nobody can guess.
#[ext_action]
pub fn random() -> u64 {
    RandomState::new().hash_one(0)
}

/// Sleeps; says how many milliseconds it was.
#[ext_action]
pub fn sleeps(
    /// For how many milliseconds.
    millis: u64,
) -> u64 {
    let start = Instant::now();
    std::thread::sleep(Duration::from_millis(millis));
    u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// Sleeps, and sleeps again.
#[ext_action]
pub fn sleeps_twice(
    /// For how many milliseconds at first.
    first: u64,
    /// For how many milliseconds then.
    second: u64,
) -> u64 {
    sleeps(first) + sleeps(second)
}
