//! Errors of one item, collected and reported together; and every text that users see, each
//! with its code.

use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::DeriveInput;

use crate::meta::Members;

/// What is wrong, at which tokens.
#[derive(Default)]
pub struct Errors {
    mistakes: Vec<Mistake>,
    /// Whether the item cannot be expanded.
    fatal: bool,
}

/// One error.
pub struct Mistake {
    error: syn::Error,
    /// What would stand instead of these tokens, if that is certain.
    fix: Option<(Span, String)>,
    /// Only `cargo ext check` shows it, and nothing fails.
    is_warning: bool,
}

impl Mistake {
    /// An error that has one way out.
    pub fn with_fix(error: syn::Error, span: Span, text: String) -> Self {
        Self { error, fix: Some((span, text)), is_warning: false }
    }
}

impl From<syn::Error> for Mistake {
    fn from(error: syn::Error) -> Self {
        Self { error, fix: None, is_warning: false }
    }
}

impl From<syn::Error> for Errors {
    fn from(error: syn::Error) -> Self {
        Self { mistakes: vec![error.into()], fatal: true }
    }
}

impl Errors {
    /// Notes that the item cannot be expanded, because of what is at `place`; goes on.
    pub fn add(&mut self, place: impl ToTokens, message: impl std::fmt::Display) {
        self.fatal = true;
        self.mistakes.push(syn::Error::new_spanned(place, message).into());
    }

    /// Notes an error without which the item can be expanded, so that the rest of it is
    /// looked at as well.
    pub fn push(&mut self, error: impl Into<Mistake>) {
        self.mistakes.push(error.into());
    }

    /// Notes what has no effect.
    pub fn warn(&mut self, place: impl ToTokens, message: impl std::fmt::Display) {
        let error = syn::Error::new_spanned(place, message);
        self.mistakes.push(Mistake { is_warning: true, ..error.into() });
    }

    /// What stands beside the item's expansion, or why there is none.
    pub fn into_result(self) -> Result<TokenStream, Self> {
        if self.fatal { Err(self) } else { Ok(report(&self)) }
    }
}

/// The code of what the parser complains about: it has words of its own, and no code.
const SYNTAX: &str = "EXT0913";

/// The errors as items: rustc reports each at its tokens. `cargo ext check` compiles with
/// `--cfg ext_check`, for which they are entries of the definition's section instead: an
/// error would hide from it whatever is only known once the crate compiles.
pub fn report(errors: &Errors) -> TokenStream {
    let each = errors.mistakes.iter().map(|Mistake { error, fix, is_warning }| {
        let text = error.to_string();
        let coded = text.strip_prefix('[').and_then(|it| it.split_once("] "));
        let (code, message) = coded.unwrap_or((SYNTAX, &text));
        let compile_error = match coded {
            _ if *is_warning => TokenStream::new(),
            Some(_) => error.to_compile_error(),
            None => syn::Error::new(error.span(), format!("[{SYNTAX}] {text}")).to_compile_error(),
        };
        let compile_error = match compile_error.is_empty() {
            true => compile_error,
            false => quote!(#[cfg(not(ext_check))] #compile_error),
        };
        let mut members = Members::default().place(error.span());
        members.text("code", code);
        members.text("message", message);
        if let Some((span, text)) = fix {
            let (start, end) = (span.unwrap().start(), span.unwrap().end());
            let mut fix = Members::default().line(*span);
            fix.number("length", end.column().saturating_sub(start.column()));
            fix.text("text", text);
            members.json("fix", &format!("{{{}}}", fix.into_string()));
        }
        let entry = entry_for_check("mistake", members);
        quote! {
            #[allow(unexpected_cfgs)]
            const _: () = {
                #compile_error
                #entry
            };
        }
    });
    each.collect()
}

/// An entry of the definition's section that only `cargo ext check` is told.
pub fn entry_for_check(key: &str, members: Members) -> TokenStream {
    let entry = format!("{{\"format\":1,\"{key}\":{{{}}}}}", members.into_string());
    let length = u32::try_from(entry.len()).unwrap_or(u32::MAX).to_le_bytes();
    let bytes = [&length, entry.as_bytes()].concat();
    let (size, bytes) = (bytes.len(), Literal::byte_string(&bytes));
    quote! {
        #[cfg(all(ext_check, target_family = "wasm"))]
        #[unsafe(link_section = "ext-definition")]
        static ENTRY: [u8; #size] = *#bytes;
    }
}

/// A derive: parses the item and expands it, or reports what is wrong and puts a
/// placeholder where the expansion would be, so that nothing that uses the type is reported
/// as well.
pub fn expansion(
    item: proc_macro::TokenStream,
    expand: fn(&DeriveInput) -> Result<TokenStream, Errors>,
    placeholder: fn(&DeriveInput) -> TokenStream,
) -> proc_macro::TokenStream {
    let item: DeriveInput = match syn::parse(item) {
        Ok(item) => item,
        Err(error) => return report(&error.into()).into(),
    };
    let expansion = expand(&item).unwrap_or_else(|errors| {
        let mut tokens = report(&errors);
        tokens.extend(placeholder(&item));
        tokens
    });
    expansion.into()
}

pub const ACTION_ITEM: &str = "[EXT0901] `#[ext_action]` belongs on a function";
pub const ACTION_ASYNC: &str =
    "[EXT0902] an action cannot be `async`: the host runs each call to its end";
pub const ACTION_UNSAFE: &str =
    "[EXT0902] an action cannot be `unsafe`: anybody may call it with any arguments";
pub const ACTION_GENERIC: &str = "[EXT0903] an action cannot be generic, since its callers are other programs: write one for each type that they need";
pub const ACTION_LIFETIME: &str =
    "[EXT0903] an action takes and returns owned values: it cannot have lifetime parameters";
pub const ACTION_ABI: &str = "[EXT0902] an action is a plain Rust function: remove the `extern`";
pub const ACTION_VARIADIC: &str = "[EXT0902] an action has a fixed list of parameters";
pub const SELF_PARAMETER: &str =
    "[EXT0904] an action is a free function: pass what it needs as parameters instead of `self`";
pub const REFERENCE: &str = "[EXT0907] a reference cannot cross the boundary of an extension: use the owned type, such as `String` for `&str` and `Vec<u8>` for `&[u8]`";
pub const IMPL_TRAIT: &str =
    "[EXT0907] `impl Trait` cannot cross the boundary of an extension: name the type";
pub const DYN_TRAIT: &str = "[EXT0907] a trait object cannot cross the boundary of an extension: use an enum with `#[derive(ExtEnum)]`, or `#[derive(ExtError)]` for an error";
pub const NEVER: &str =
    "[EXT0907] an action returns to its caller: use `()`, or a `Result` with an `ExtError`";
pub const POINTER: &str =
    "[EXT0907] a pointer cannot cross the boundary of an extension: pass the value itself";
pub const PARAMETER_PATTERN: &str =
    "[EXT0905] a parameter of an action needs a name, not a pattern: take it apart in the function";
pub const PARAMETER_CFG: &str = "[EXT0906] the parameters of an action are the same in every build: write two actions, each under its own `#[cfg]`";
pub const DUPLICATE_PARAMETER: &str = "[EXT0205] two parameters of this action have the same name";
pub const STRUCTURE_ITEM: &str =
    "[EXT0901] `ExtStructure` is for structs with named fields: an enum needs `#[derive(ExtEnum)]`";
pub const STRUCTURE_EMPTY: &str = "[EXT0908] a structure needs at least one field";
pub const STRUCTURE_TUPLE: &str =
    "[EXT0909] the fields of a structure need names: `{ name: Type, … }`";
pub const STRUCTURE_NEWTYPE: &str = "[EXT0909] the fields of a structure need names: `{ name: Type }`, or write `#[ext(transparent)]` on the struct, which then crosses as its field";
pub const ENUM_ITEM: &str =
    "[EXT0901] `ExtEnum` is for enums: a struct needs `#[derive(ExtStructure)]`";
pub const ENUM_EMPTY: &str = "[EXT0908] an enum needs at least one case";
pub const ERROR_ITEM: &str =
    "[EXT0901] `ExtError` is for enums: write an enum with one case for each way to fail";
pub const LIFETIME: &str =
    "[EXT0903] a type that crosses the boundary owns its data: it cannot have lifetime parameters";
pub const CONSTANT: &str =
    "[EXT0903] a type that crosses the boundary cannot have constant parameters";
pub const RECURSION: &str = "[EXT0208] a type cannot contain itself, not even in a list: let it hold the index or the key of the other value instead";
pub const LITERAL: &str =
    "[EXT0913] write a literal, a case such as `Color::Red`, or a list of these";
pub const NUMBER: &str = "[EXT0913] write a number";
pub const RENAME_STYLE: &str = "[EXT0913] unknown notation: there are lowercase, UPPERCASE, PascalCase, camelCase, snake_case, SCREAMING_SNAKE_CASE, kebab-case and SCREAMING-KEBAB-CASE";
pub const TRANSPARENT: &str = "[EXT0914] `transparent` is for structs with one field";
pub const TRANSPARENT_FIELD: &str = "[EXT0914] a transparent structure is its field: write this on the parameters and fields that have its type";
pub const SKIP_ONLY: &str =
    "[EXT0916] a skipped field does not cross: beside `skip` only its `default` can be said";
pub const TRANSPARENT_NAMES: &str = "[EXT0916] a transparent structure is its field, which has no name in JSON: remove `rename_all`";
pub const UNNAMED_FIELD: &str =
    "[EXT0911] only fields with names have attributes: write `Case { name: Type }`";
pub const SKIPPED_ALL: &str = "[EXT0908] a structure needs at least one field that is not skipped";
pub const MESSAGE_BRACES: &str = "[EXT0915] unbalanced braces in the message: write `{{` and `}}` for braces that stand for themselves";

/// A placeholder that names none of the case's data.
pub fn message_placeholder(name: &str, known: &[String]) -> String {
    let known = match known {
        [] => "it has no data".to_owned(),
        known => format!("write {}", known.join(" or ")),
    };
    format!("[EXT0915] `{{{name}}}` stands for nothing in this case: {known}")
}

/// A key that nobody knows.
pub fn unknown_attribute(key: &str, known: &[&str]) -> String {
    match known {
        [] => format!("[EXT0910] unknown attribute `{key}`: `#[ext(…)]` takes nothing here"),
        known => {
            format!("[EXT0910] unknown attribute `{key}`: here there are {}", known.join(", "))
        }
    }
}

/// A key where it cannot stand.
pub fn attribute_place(key: &str, places: &[&str]) -> String {
    format!("[EXT0911] `{key}` belongs on {}", places.join(", "))
}

/// An attribute for serde, which has no part in a call.
pub fn serde_attribute(key: &str) -> String {
    format!(
        "[EXT0917] `#[serde({key})]` has no effect on what crosses the boundary: say it with `#[ext(…)]`"
    )
}

/// A key that was there before.
pub fn attribute_twice(key: &str) -> String {
    format!("[EXT0912] `{key}` is here twice")
}
