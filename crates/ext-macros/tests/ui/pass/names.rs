//! Names of the user's that are others' as well.
#![allow(dead_code, unused_macros, unused_variables)]

use ext_runtime::prelude::{ExtEnum, ExtError, ExtStructure, ext_action as action};

/// What the prelude has under these names is something else here.
pub struct String;
pub struct Vec;
pub struct Option;
pub struct Some;
pub struct Result;
pub struct Type;
pub struct Layout;
pub trait ExtType {}

macro_rules! concat {
    ($($any:tt)*) => {
        compile_error!("somebody else's macro")
    };
}

macro_rules! write {
    ($($any:tt)*) => {
        compile_error!("somebody else's macro")
    };
}

#[derive(ExtEnum)]
pub enum Limit {
    None,
    Some(u32),
    Ok { at: u32, r#type: u8, result: f32 },
}

use Limit::*;

#[derive(Debug, ExtError)]
pub enum Failure {
    #[ext(message = "{at} of {type}: {formatter}")]
    Err { at: u32, r#type: u8, formatter: u8 },
    #[ext(message = "{0} of {0}, not {2}")]
    Other(u32, Place, u8),
}

#[derive(Debug, ExtStructure)]
pub struct Place {
    pub self_: u8,
    pub record: u8,
    pub r#fn: u8,
}

mod core {}
mod std {}

#[action]
fn run(arguments: u32, at: u32, r#loop: Limit, result: Place, action: u8) -> Limit {
    Ok { at: arguments + at, r#type: result.record, result: f32::from(action) }
}

#[action]
fn entry(run: u32) -> u32 {
    run
}

fn main() {
    assert_eq!(entry(1), 1);
    let place = Place { self_: 1, record: 2, r#fn: 3 };
    assert_eq!(Failure::Other(1, place, 3).to_string(), "1 of 1, not 3");
    assert_eq!(Failure::Err { at: 1, r#type: 2, formatter: 3 }.to_string(), "1 of 2: 3");
}
