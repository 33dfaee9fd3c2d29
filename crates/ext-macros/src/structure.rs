//! `#[derive(ExtStructure)]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Field, Fields, Ident, Type};

use crate::attributes::{self, Place, Said};
use crate::errors::{self, Errors};
use crate::named::{self, Body};

pub fn expand(item: &DeriveInput) -> Result<TokenStream, Errors> {
    let mut errors = Errors::default();
    let whole = attributes::read(Place::Structure, &item.attrs, &mut errors);
    named::check_generics(&item.generics, &mut errors);
    let fields = match &item.data {
        Data::Struct(data) => &data.fields,
        _ => return Err(syn::Error::new_spanned(&item.ident, errors::STRUCTURE_ITEM).into()),
    };
    let said: Vec<Said> = (fields.iter())
        .map(|field| attributes::read(Place::Field, &field.attrs, &mut errors))
        .collect();
    if fields.is_empty() {
        errors.add(&item.ident, errors::STRUCTURE_EMPTY);
    } else if whole.transparent {
        if fields.len() != 1 {
            errors.add(&item.ident, errors::TRANSPARENT);
        }
        for (field, said) in fields.iter().zip(&said) {
            if said.is_something() {
                errors.add(field, errors::TRANSPARENT_FIELD);
            }
        }
    } else if let Fields::Unnamed(fields) = fields {
        let message = match fields.unnamed.len() {
            1 => errors::STRUCTURE_NEWTYPE,
            _ => errors::STRUCTURE_TUPLE,
        };
        errors.add(fields, message);
    } else if said.iter().all(|said| said.skip) {
        errors.add(&item.ident, errors::SKIPPED_ALL);
    }
    for (field, said) in fields.iter().zip(&said) {
        if said.skip && said.is_more_than_skipped() {
            errors.push(syn::Error::new_spanned(&field.ident, errors::SKIP_ONLY));
        }
    }
    if whole.transparent && whole.rename_all.is_some() {
        errors.push(syn::Error::new_spanned(&item.ident, errors::TRANSPARENT_NAMES));
    }
    for field in fields {
        named::check_type(&field.ty, Some(&item.ident), &mut errors);
    }
    let reports = errors.into_result()?;
    if whole.transparent
        && let Some(field) = fields.iter().next()
    {
        let transparent = transparent(item, field);
        return Ok(quote!(#transparent #reports));
    }

    let (mut names, mut types) = (Vec::new(), Vec::new());
    let (mut parts, mut checks) = (Vec::new(), Vec::new());
    let (mut skipped, mut fillings) = (Vec::new(), Vec::new());
    for (field, said) in fields.iter().zip(&said) {
        let Some(name) = &field.ident else { continue };
        if said.skip {
            skipped.push(name);
            fillings.push(said.filling());
            continue;
        }
        names.push(name);
        types.push(&field.ty);
        parts.push(named::part(name, &field.attrs, said, whole.rename_all, &field.ty));
        checks.extend(said.checks(&field.ty));
    }
    let rest = quote!(#(#skipped: #fillings),*);
    let (load, store) = fields_code(&quote!(Self), &names, &types, &rest, &quote!(0));
    let record = named::record(types.iter().copied());
    let pattern = quote!(Self { #(#names,)* #(#skipped: _),* });
    let whole = quote!(Self { #(#names,)* #(#skipped),* });
    let implementation = named::implementation(
        item,
        Body {
            kind: quote!(Structure),
            layout: quote!(#record.layout),
            parts,
            patterns: vec![whole],
            load,
            store: quote! {
                let #pattern = self;
                #store
            },
            checks,
        },
    );
    Ok(quote!(#implementation #reports))
}

/// A struct that is its only field at the boundary.
fn transparent(item: &DeriveInput, field: &Field) -> TokenStream {
    let name = &item.ident;
    let ty = &field.ty;
    let member = match &field.ident {
        Some(name) => quote!(#name),
        None => quote!(0),
    };
    let mut generics = item.generics.clone();
    for parameter in generics.type_params_mut() {
        parameter.bounds.push(syn::parse_quote!(::ext_runtime::ExtType));
    }
    let (implementation, arguments, conditions) = generics.split_for_impl();
    let layout = named::constant(ty, quote!(LAYOUT));
    let description = named::constant(ty, quote!(TYPE));
    let load = named::function(ty, quote!(load));
    let store = named::function(ty, quote!(store));
    quote! {
        // SAFETY: all of it is the field's.
        #[automatically_derived]
        #[allow(deprecated)]
        unsafe impl #implementation ::ext_runtime::ExtType for #name #arguments #conditions {
            const LAYOUT: ::ext_runtime::expansion::Layout = #layout;
            const TYPE: &'static ::ext_runtime::expansion::Type = #description;

            #[cfg(target_family = "wasm")]
            unsafe fn load(__at: *const u8) -> Self {
                unsafe { Self { #member: #load(__at) } }
            }

            #[cfg(target_family = "wasm")]
            unsafe fn store(self, __at: *mut u8) {
                unsafe { #store(self.#member, __at) }
            }

            #[cfg(not(target_family = "wasm"))]
            fn same(self) -> Self {
                Self { #member: self.#member }
            }
        }
    }
}

/// Code that loads named fields into `constructor { …, rest }` and stores them from variables
/// of their names, `offset` bytes behind `__at`.
pub fn fields_code(
    constructor: &TokenStream,
    names: &[&Ident],
    types: &[&Type],
    rest: &TokenStream,
    offset: &TokenStream,
) -> (TokenStream, TokenStream) {
    let record = named::record(types.iter().copied());
    let index: Vec<usize> = (0..names.len()).collect();
    let functions = types.iter().map(|ty| named::function(ty, quote!(load)));
    let load = quote! {
        let __record = const { #record };
        #constructor {
            #(#names: #functions(__at.add(#offset + __record.offsets[#index])),)*
            #rest
        }
    };
    let functions = types.iter().map(|ty| named::function(ty, quote!(store)));
    let store = quote! {
        let __record = const { #record };
        #(#functions(#names, __at.add(#offset + __record.offsets[#index]));)*
    };
    (load, store)
}
