//! `#[derive(ExtStructure)]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Fields, Ident, Type};

use crate::attributes;
use crate::errors::{self, Errors};
use crate::meta::Members;
use crate::named::{self, Body};

pub fn expand(item: &DeriveInput) -> syn::Result<TokenStream> {
    let mut errors = Errors::default();
    attributes::none(&item.attrs, &mut errors);
    named::check_generics(&item.generics, &mut errors);
    let fields = match &item.data {
        Data::Struct(data) => &data.fields,
        _ => return Err(syn::Error::new_spanned(&item.ident, errors::STRUCTURE_ITEM)),
    };
    if fields.is_empty() {
        errors.add(&item.ident, errors::STRUCTURE_EMPTY);
    } else if let Fields::Unnamed(fields) = fields {
        errors.add(fields, errors::STRUCTURE_TUPLE);
    }
    for field in fields {
        attributes::none(&field.attrs, &mut errors);
        named::check_type(&field.ty, Some(&item.ident), &mut errors);
    }
    errors.into_result()?;

    let names: Vec<&Ident> = fields.iter().filter_map(|field| field.ident.as_ref()).collect();
    let types: Vec<&Type> = fields.iter().map(|field| &field.ty).collect();
    let parts = fields.iter().filter_map(|field| {
        Some(named::part(Members::of(field.ident.as_ref()?, &field.attrs), Some(&field.ty)))
    });
    let (load, store) = fields_code(&quote!(Self), &names, &types, &quote!(0));
    let record = named::record(types.iter().copied());
    let pattern = quote!(Self { #(#names),* });
    Ok(named::implementation(
        item,
        Body {
            kind: quote!(Structure),
            layout: quote!(#record.layout),
            parts: parts.collect(),
            patterns: vec![pattern.clone()],
            load,
            store: quote! {
                let #pattern = self;
                #store
            },
        },
    ))
}

/// Code that loads named fields into `constructor { … }` and stores them from variables of
/// their names, `offset` bytes behind `__at`.
pub fn fields_code(
    constructor: &TokenStream,
    names: &[&Ident],
    types: &[&Type],
    offset: &TokenStream,
) -> (TokenStream, TokenStream) {
    let record = named::record(types.iter().copied());
    let index: Vec<usize> = (0..names.len()).collect();
    let functions = types.iter().map(|ty| named::function(ty, quote!(load)));
    let load = quote! {
        let __record = const { #record };
        #constructor {
            #(#names: #functions(__at.add(#offset + __record.offsets[#index]))),*
        }
    };
    let functions = types.iter().map(|ty| named::function(ty, quote!(store)));
    let store = quote! {
        let __record = const { #record };
        #(#functions(#names, __at.add(#offset + __record.offsets[#index]));)*
    };
    (load, store)
}
