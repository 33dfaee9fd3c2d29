//! Names that mean something elsewhere: keywords of WIT, keywords of Rust, types and
//! actions of one name, and names that a macro might use itself.

use ext_runtime::prelude::*;

/// A keyword of WIT.
#[derive(Debug, Clone, PartialEq, ExtStructure)]
pub struct Record {
    /// A keyword of both languages.
    pub r#type: String,
    /// A keyword of WIT.
    pub list: Vec<u8>,
    /// A keyword of WIT.
    pub world: bool,
    /// Not a word in itself.
    pub line_2: u32,
    /// A name of two letters.
    pub at: f32,
}

/// Cases that are keywords, or other types' cases.
#[derive(Debug, Clone, PartialEq, ExtEnum)]
pub enum Resource {
    /// A keyword of WIT.
    Own,
    /// A case of `Option`.
    None,
    /// Another case of `Option`.
    Some(u8),
    /// Fields that a macro may name so itself.
    Flags {
        /// An address?
        at: u16,
        /// A keyword of Rust.
        r#fn: String,
    },
    /// Capitals.
    HTTPError(String),
}

/// What something costs; there is an action of this name.
#[derive(Debug, Clone, PartialEq, ExtStructure)]
pub struct Price {
    /// How much.
    pub amount: f64,
    /// In which currency.
    pub currency: String,
}

/// A name for a type.
pub type Prices = Vec<Price>;

/// A name for a name.
type Catalogue = Option<Prices>;

/// An action and a type of one name.
#[ext_action]
pub fn price(
    /// What comes back.
    price: Price,
) -> Price {
    price
}

/// A keyword of WIT.
#[ext_action]
pub fn record(
    /// A keyword of WIT.
    record: Record,
) -> Record {
    record
}

/// A keyword of WIT.
#[ext_action]
pub fn list(
    /// A keyword of both languages.
    r#type: Vec<Resource>,
) -> Vec<Resource> {
    r#type
}

/// A keyword of both languages.
#[ext_action]
pub fn r#static(
    /// Not a word in itself.
    part_1: u16,
) -> u16 {
    part_1
}

/// A name that a macro might use itself.
#[ext_action]
pub fn run(
    /// Another one.
    run: Option<u32>,
) -> Option<u32> {
    run
}

/// A name that a macro might use itself.
#[ext_action]
pub fn arguments(
    /// Another one.
    result: String,
) -> String {
    result
}

/// A name that a macro might use itself.
#[ext_action]
pub fn result(
    /// Another one, to be changed here.
    mut arguments: String,
) -> String {
    arguments.shrink_to_fit();
    arguments
}

echoes! {
    /// A type by another name.
    echo_prices: Prices;
    /// A type by another name's other name.
    echo_catalogue: Catalogue;
    /// Cases with names of other types' cases.
    echo_resource: Resource;
}
