//! The attributes of `ext-runtime`, one file each.
//!
//! # `#[ext(…)]`
//!
//! | on | key | says |
//! |---|---|---|
//! | parameters, fields | `default = …` | what stands in when no value is given: a literal, a case such as `Color::Red`, a list of these |
//! | | `example = …` | a value for documentation |
//! | | `min = …`, `max = …` | the range of a number |
//! | | `min_length = N`, `max_length = N` | how many characters, bytes or elements |
//! | | `pattern = "…"` | a regular expression that the whole text matches (the crate `regex`) |
//! | | `decimals = N` | most digits behind the decimal point |
//! | | `secret` | never to be logged |
//! | | `rename = "…"` | its name in JSON |
//! | | `renamed_from = "…"` | the name that it had: its key for consumers |
//! | | `deprecated = "…"` | what to use instead (also by `#[deprecated]`) |
//! | fields | `skip` | does not cross; filled with its `default`, or `Default::default()` |
//! | structures, enums | `rename_all = "camelCase"` | names in JSON, by serde's notations |
//! | structures | `transparent` | is its only field at the boundary |
//! | cases | `rename = "…"` | its name in JSON |
//! | cases of errors | `message = "…"` | what is said when it happens |
//! | actions | `title`, `icon`, `group`, `renamed_from`, `deprecated` `= "…"` | texts for people and consumers |
//! | | `function` | a pure function: one result, no error |
//! | | `outputs("a", "b")` | names for the elements of a result that is a tuple |
//!
//! An action's keys stand in `#[ext_action(…)]`. Rules about an `Option` are about the value
//! that is there. rustc checks that keys and values suit the type; the host that values keep
//! to the rules.
//!
//! # How it works
//!
//! A macro here sees the tokens of its own item and nothing else: it checks what tokens can
//! show, writes names, documentation and places as text, and leaves every question about
//! types to rustc, by naming trait constants at the user's own spans.

mod action;
mod attributes;
mod case;
mod enumeration;
mod error;
mod errors;
mod literal;
mod meta;
mod named;
mod structure;
mod style;

use errors::expansion;
use proc_macro::TokenStream;

/// Makes a function an action of the extension.
///
/// `#[ext_action(title = "…", function, …)]` says more (the crate `ext-macros` lists every key).
///
/// The function stays what it is. Its documentation and that of its parameters (doc
/// comments are allowed on them) become the action's. Parameters and result are owned
/// values of types that implement `ExtType`; a `Result<T, E>` makes `E` the action's error.
///
/// Inside of an `impl` rustc refuses the attribute ("`const` items in this context need a
/// name"): an action is a free function, which may call a method.
///
/// ```
/// use ext_runtime::prelude::*;
///
/// /// Greets somebody.
/// #[ext_action]
/// pub fn greet(
///     /// Whom to greet.
///     name: String,
/// ) -> String {
///     format!("Hello, {name}!")
/// }
/// ```
#[proc_macro_attribute]
pub fn ext_action(arguments: TokenStream, item: TokenStream) -> TokenStream {
    action::expand(arguments.into(), item.into()).into()
}

/// Makes a struct with named fields a structure: a WIT `record`.
///
/// ```
/// use ext_runtime::prelude::*;
///
/// /// A place on earth.
/// #[derive(ExtStructure)]
/// pub struct Place {
///     /// Degrees north.
///     pub latitude: f64,
///     /// Degrees east.
///     pub longitude: f64,
/// }
/// ```
#[proc_macro_derive(ExtStructure, attributes(ext))]
pub fn ext_structure(item: TokenStream) -> TokenStream {
    expansion(item, structure::expand, named::placeholder)
}

/// Makes an enum cross the boundary: a WIT `enum` when no case has data, else a `variant`.
///
/// ```
/// use ext_runtime::prelude::*;
///
/// /// A cell of a sheet.
/// #[derive(ExtEnum)]
/// pub enum Cell {
///     /// Nothing.
///     Empty,
///     /// Text.
///     Text(String),
///     /// A span of cells.
///     Merged { rows: u32, columns: u32 },
/// }
/// ```
#[proc_macro_derive(ExtEnum, attributes(ext))]
pub fn ext_enum(item: TokenStream) -> TokenStream {
    expansion(item, enumeration::expand, named::placeholder)
}

/// Makes an enum an error of actions: as `ExtEnum`, and each case has a message.
///
/// A case's message is its documentation's first paragraph, or the text of
/// `#[ext(message = "…")]`, in which `{0}`, `{1}` or `{field}` stand for the case's data. The
/// derive implements `Display` with it, and `std::error::Error`.
///
/// ```
/// use ext_runtime::prelude::*;
///
/// /// Why there is no price.
/// #[derive(Debug, ExtError)]
/// pub enum PricingError {
///     /// The price list is closed.
///     Closed,
///     /// A currency that no price list knows.
///     #[ext(message = "no price list knows the currency {0}")]
///     UnknownCurrency(String),
/// }
///
/// let error = PricingError::UnknownCurrency("XXX".into());
/// assert_eq!(error.to_string(), "no price list knows the currency XXX");
/// ```
#[proc_macro_derive(ExtError, attributes(ext))]
pub fn ext_error(item: TokenStream) -> TokenStream {
    expansion(item, error::expand, error::placeholder)
}
