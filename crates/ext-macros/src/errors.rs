//! Errors of one item, collected and reported together; and every text that users see.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::DeriveInput;

/// What is wrong, at which tokens.
#[derive(Default)]
pub struct Errors(Option<syn::Error>);

impl Errors {
    /// Notes an error at `place`; goes on.
    pub fn add(&mut self, place: impl ToTokens, message: impl std::fmt::Display) {
        self.push(syn::Error::new_spanned(place, message));
    }

    /// Notes an error that somebody else found.
    pub fn push(&mut self, error: syn::Error) {
        match &mut self.0 {
            Some(all) => all.combine(error),
            none => *none = Some(error),
        }
    }

    /// All errors, as one.
    pub fn into_result(self) -> syn::Result<()> {
        self.0.map_or(Ok(()), Err)
    }
}

/// A derive: parses the item and expands it, or reports what is wrong and puts a
/// placeholder where the expansion would be, so that nothing that uses the type is reported
/// as well.
pub fn expansion(
    item: proc_macro::TokenStream,
    expand: fn(&DeriveInput) -> syn::Result<TokenStream>,
    placeholder: fn(&DeriveInput) -> TokenStream,
) -> proc_macro::TokenStream {
    let item: DeriveInput = match syn::parse(item) {
        Ok(item) => item,
        Err(error) => return error.to_compile_error().into(),
    };
    let expansion = expand(&item).unwrap_or_else(|errors| {
        let mut tokens = errors.to_compile_error();
        tokens.extend(placeholder(&item));
        tokens
    });
    expansion.into()
}

pub const ACTION_ITEM: &str = "`#[ext_action]` belongs on a function";
pub const ACTION_ASYNC: &str = "an action cannot be `async`: the host runs each call to its end";
pub const ACTION_UNSAFE: &str =
    "an action cannot be `unsafe`: anybody may call it with any arguments";
pub const ACTION_GENERIC: &str = "an action cannot be generic, since its callers are other programs: write one for each type that they need";
pub const ACTION_LIFETIME: &str =
    "an action takes and returns owned values: it cannot have lifetime parameters";
pub const ACTION_ABI: &str = "an action is a plain Rust function: remove the `extern`";
pub const ACTION_VARIADIC: &str = "an action has a fixed list of parameters";
pub const SELF_PARAMETER: &str =
    "an action is a free function: pass what it needs as parameters instead of `self`";
pub const REFERENCE: &str = "a reference cannot cross the boundary of an extension: use the owned type, such as `String` for `&str` and `Vec<u8>` for `&[u8]`";
pub const IMPL_TRAIT: &str =
    "`impl Trait` cannot cross the boundary of an extension: name the type";
pub const DYN_TRAIT: &str = "a trait object cannot cross the boundary of an extension: use an enum with `#[derive(ExtEnum)]`";
pub const NEVER: &str =
    "an action returns to its caller: use `()`, or a `Result` with an `ExtError`";
pub const POINTER: &str =
    "a pointer cannot cross the boundary of an extension: pass the value itself";
pub const PARAMETER_PATTERN: &str =
    "a parameter of an action needs a name, not a pattern: take it apart in the function";
pub const PARAMETER_CFG: &str = "the parameters of an action are the same in every build: write two actions, each under its own `#[cfg]`";
pub const DUPLICATE_PARAMETER: &str = "two parameters of this action have the same name";
pub const STRUCTURE_ITEM: &str =
    "`ExtStructure` is for structs with named fields: an enum needs `#[derive(ExtEnum)]`";
pub const STRUCTURE_EMPTY: &str = "a structure needs at least one field";
pub const STRUCTURE_TUPLE: &str = "the fields of a structure need names: `{ name: Type, … }`";
pub const ENUM_ITEM: &str = "`ExtEnum` is for enums: a struct needs `#[derive(ExtStructure)]`";
pub const ENUM_EMPTY: &str = "an enum needs at least one case";
pub const ERROR_ITEM: &str =
    "`ExtError` is for enums: write an enum with one case for each way to fail";
pub const LIFETIME: &str =
    "a type that crosses the boundary owns its data: it cannot have lifetime parameters";
pub const CONSTANT: &str = "a type that crosses the boundary cannot have constant parameters";
pub const RECURSION: &str = "a type cannot contain itself, not even in a list: let it hold the index or the key of the other value instead";
pub const LITERAL: &str = "write a literal, a case such as `Color::Red`, or a list of these";
pub const NUMBER: &str = "write a number";
pub const RENAME_STYLE: &str = "unknown notation: there are lowercase, UPPERCASE, PascalCase, camelCase, snake_case, SCREAMING_SNAKE_CASE, kebab-case and SCREAMING-KEBAB-CASE";
pub const TRANSPARENT: &str = "`transparent` is for structs with one field";
pub const TRANSPARENT_FIELD: &str = "a transparent structure is its field: write this on the parameters and fields that have its type";
pub const UNNAMED_FIELD: &str =
    "only fields with names have attributes: write `Case { name: Type }`";
pub const SKIPPED_ALL: &str = "a structure needs at least one field that is not skipped";
pub const MESSAGE_BRACES: &str =
    "unbalanced braces in the message: write `{{` and `}}` for braces that stand for themselves";

/// A placeholder that names none of the case's data.
pub fn message_placeholder(name: &str, known: &[String]) -> String {
    let known = match known {
        [] => "it has no data".to_owned(),
        known => format!("write {}", known.join(" or ")),
    };
    format!("`{{{name}}}` stands for nothing in this case: {known}")
}

/// A key that nobody knows.
pub fn unknown_attribute(key: &str, known: &[&str]) -> String {
    match known {
        [] => format!("unknown attribute `{key}`: `#[ext(…)]` takes nothing here"),
        known => format!("unknown attribute `{key}`: here there are {}", known.join(", ")),
    }
}

/// A key where it cannot stand.
pub fn attribute_place(key: &str, places: &[&str]) -> String {
    format!("`{key}` belongs on {}", places.join(", "))
}

/// A key that was there before.
pub fn attribute_twice(key: &str) -> String {
    format!("`{key}` is here twice")
}
