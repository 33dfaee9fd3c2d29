//! `#[derive(ExtError)]`: an enum, and a message for each case.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{DeriveInput, Variant};

use crate::attributes::Place;
use crate::case::Case;
use crate::errors::{self, Errors};
use crate::{enumeration, meta, named};

pub fn expand(item: &DeriveInput) -> Result<TokenStream, Errors> {
    let mut errors = Errors::default();
    let variants = enumeration::checked(item, errors::ERROR_ITEM, &mut errors)?;
    let cases = Case::all(item, variants, Place::ErrorCase, &mut errors);
    let messages: Vec<Message> = cases.iter().map(|case| Message::of(case, &mut errors)).collect();
    let reports = errors.into_result()?;

    let parts = cases.iter().zip(&messages).map(|(case, it)| case.part(Some(&it.template)));
    let implementation = enumeration::implementation(item, &cases, parts.collect());
    let name = &item.ident;
    let (generics, arguments, conditions) = item.generics.split_for_impl();
    let arms = cases.iter().zip(&messages).map(|(case, message)| {
        let pattern = case.pattern();
        let write = &message.write;
        quote!(#pattern => #write)
    });
    Ok(quote! {
        #reports
        #implementation

        #[automatically_derived]
        #[allow(unused_variables)]
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

/// See [`named::placeholder`].
pub fn placeholder(item: &DeriveInput) -> TokenStream {
    let implementation = named::placeholder(item);
    let name = &item.ident;
    let (generics, arguments, conditions) = item.generics.split_for_impl();
    quote! {
        #implementation

        #[automatically_derived]
        impl #generics ::core::fmt::Display for #name #arguments #conditions {
            fn fmt(&self, _: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::result::Result::Ok(())
            }
        }

        #[automatically_derived]
        impl #generics ::core::error::Error for #name #arguments #conditions {}
    }
}

/// What is said when a case happens.
struct Message {
    /// As the description has it: with `{0}` or `{field}` for data.
    template: String,
    /// An expression that writes it to `__formatter`.
    write: TokenStream,
}

impl Message {
    fn of(case: &Case, errors: &mut Errors) -> Self {
        let variant = case.variant();
        match &case.said().message {
            Some(literal) => {
                let template = literal.value();
                match placeholders(&template) {
                    Ok(names) => {
                        let known = placeholders_of(variant);
                        for name in names {
                            if !known.contains(&format!("`{{{name}}}`")) {
                                errors.add(literal, errors::message_placeholder(&name, &known));
                            }
                        }
                    }
                    Err(Unbalanced) => errors.add(literal, errors::MESSAGE_BRACES),
                }
                let write = written(&template, literal.span());
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

/// What a case's message can use, as it is written there.
fn placeholders_of(variant: &Variant) -> Vec<String> {
    (variant.fields.iter().enumerate())
        .map(|(index, field)| match &field.ident {
            Some(name) => format!("`{{{}}}`", meta::unraw(name)),
            None => format!("`{{{index}}}`"),
        })
        .collect()
}

/// Writes the message: `write!` finds the data in the variables that the case's pattern
/// binds. (As arguments, numbered data would have to be used without gaps.)
fn written(template: &str, span: Span) -> TokenStream {
    let mut text = String::new();
    let mut rest = template.chars().peekable();
    while let Some(character) = rest.next() {
        text.push(character);
        if character == '{' {
            match rest.peek() {
                Some('{') => text.extend(rest.next()),
                Some(digit) if digit.is_ascii_digit() => text.push_str("__"),
                _ => {}
            }
        }
    }
    let text = syn::LitStr::new(&text, span);
    quote!(::core::write!(__formatter, #text))
}
