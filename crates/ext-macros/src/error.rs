//! `#[derive(ExtError)]`: an enum, and a message for each case.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{DeriveInput, Fields, Variant};

use crate::attributes;
use crate::case::Case;
use crate::errors::{self, Errors};
use crate::{enumeration, meta};

pub fn expand(item: DeriveInput) -> syn::Result<TokenStream> {
    let mut errors = Errors::default();
    let variants = enumeration::checked(&item, errors::ERROR_ITEM, &mut errors)?;
    let messages: Vec<Message> =
        variants.iter().map(|variant| Message::of(variant, &mut errors)).collect();
    errors.into_result()?;

    let cases = Case::all(&item, variants);
    let parts = cases.iter().zip(&messages).map(|(case, it)| case.part(Some(&it.template)));
    let implementation = enumeration::implementation(&item, &cases, parts.collect());
    let name = &item.ident;
    let (generics, arguments, conditions) = item.generics.split_for_impl();
    let arms = cases.iter().zip(&messages).map(|(case, message)| {
        let pattern = case.pattern();
        let write = &message.write;
        quote!(#pattern => #write)
    });
    Ok(quote! {
        #implementation

        #[automatically_derived]
        #[allow(unused_variables, clippy::all)]
        impl #generics ::core::fmt::Display for #name #arguments #conditions {
            fn fmt(&self, __formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                match self {
                    #(#arms,)*
                }
            }
        }

        #[automatically_derived]
        impl #generics ::core::error::Error for #name #arguments #conditions {}
    })
}

/// What is said when a case happens.
struct Message {
    /// As the description has it: with `{0}` or `{field}` for data.
    template: String,
    /// An expression that writes it to `__formatter`.
    write: TokenStream,
}

impl Message {
    fn of(variant: &Variant, errors: &mut Errors) -> Self {
        match attributes::message(&variant.attrs, errors) {
            Some(literal) => {
                let template = literal.value();
                match placeholders(&template) {
                    Ok(names) => {
                        for name in names.iter().filter(|name| !has_field(variant, name)) {
                            errors.add(
                                &literal,
                                format!("{}: `{name}`", errors::MESSAGE_PLACEHOLDER),
                            );
                        }
                    }
                    Err(Unbalanced) => errors.add(&literal, errors::MESSAGE_BRACES),
                }
                let write = written(variant, &template, literal.span());
                Self { template, write }
            }
            None => {
                let text = meta::first_paragraph(&meta::documentation(&variant.attrs));
                let text = match text.is_empty() {
                    true => meta::unraw(&variant.ident),
                    false => text,
                };
                let write = quote!(__formatter.write_str(#text));
                Self { template: text.replace('{', "{{").replace('}', "}}"), write }
            }
        }
    }
}

/// A brace without its partner.
struct Unbalanced;

/// The names between braces.
fn placeholders(template: &str) -> Result<Vec<String>, Unbalanced> {
    let mut names = Vec::new();
    let mut rest = template.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '{' | '}' if rest.peek() == Some(&character) => {
                rest.next();
            }
            '{' => {
                let mut name = String::new();
                loop {
                    match rest.next() {
                        Some('}') => break,
                        Some(character) if character != '{' => name.push(character),
                        _ => return Err(Unbalanced),
                    }
                }
                // What follows a colon says how to print it.
                names.push(name.split(':').next().unwrap_or_default().to_owned());
            }
            '}' => return Err(Unbalanced),
            _ => {}
        }
    }
    Ok(names)
}

fn has_field(variant: &Variant, name: &str) -> bool {
    match &variant.fields {
        Fields::Named(fields) => {
            fields.named.iter().filter_map(|it| it.ident.as_ref()).any(|it| meta::unraw(it) == name)
        }
        Fields::Unnamed(fields) => {
            name.parse::<usize>().is_ok_and(|index| index < fields.unnamed.len())
        }
        Fields::Unit => false,
    }
}

/// `write!` takes named fields from the pattern as they are, and numbered ones as arguments.
fn written(variant: &Variant, template: &str, span: Span) -> TokenStream {
    let template = syn::LitStr::new(template, span);
    match &variant.fields {
        Fields::Unnamed(fields) => {
            // Every argument must be used: `{:.0}` with a string of no width uses the rest.
            let used = placeholders(&template.value()).unwrap_or_default();
            let count =
                used.iter().filter_map(|it| it.parse::<usize>().ok()).max().map_or(0, |it| it + 1);
            let arguments =
                (0..count.min(fields.unnamed.len())).map(|index| quote::format_ident!("__{index}"));
            quote!(::core::write!(__formatter, #template, #(#arguments),*))
        }
        _ => quote!(::core::write!(__formatter, #template)),
    }
}
