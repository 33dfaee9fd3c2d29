//! `#[derive(ExtEnum)]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::punctuated::Punctuated;
use syn::{Data, DeriveInput, Token, Variant};

use crate::attributes::Place;
use crate::case::Case;
use crate::errors::{self, Errors};
use crate::named::{self, Body};

pub fn expand(item: &DeriveInput) -> Result<TokenStream, Errors> {
    let mut errors = Errors::default();
    let variants = checked(item, errors::ENUM_ITEM, &mut errors)?;
    let cases = Case::all(item, variants, Place::Case, &mut errors);
    let reports = errors.into_result()?;
    let parts = cases.iter().map(|case| case.part(None)).collect();
    let implementation = implementation(item, &cases, parts);
    Ok(quote!(#implementation #reports))
}

/// The cases of an enum, with what is wrong about any enum noted.
pub fn checked<'a>(
    item: &'a DeriveInput,
    other_item: &str,
    errors: &mut Errors,
) -> Result<&'a Punctuated<Variant, Token![,]>, Errors> {
    named::check_generics(&item.generics, errors);
    let Data::Enum(data) = &item.data else {
        return Err(syn::Error::new_spanned(&item.ident, other_item).into());
    };
    if data.variants.is_empty() {
        errors.add(&item.ident, errors::ENUM_EMPTY);
    }
    for field in data.variants.iter().flat_map(|variant| &variant.fields) {
        named::check_type(&field.ty, Some(&item.ident), errors);
    }
    Ok(&data.variants)
}

/// `ExtType` for an enum.
pub fn implementation(item: &DeriveInput, cases: &[Case], parts: Vec<TokenStream>) -> TokenStream {
    let layouts: Vec<TokenStream> = cases.iter().map(Case::layout).collect();
    let variant = quote!(::ext_runtime::expansion::Variant::of(&[#(#layouts),*]));
    let load = cases.iter().map(Case::load);
    let store = cases.iter().map(Case::store);
    let has_data = cases.iter().any(Case::has_data);
    let name = &item.ident;
    // Enums without data can be the keys of maps.
    let key = (!has_data && item.generics.params.is_empty()).then(|| {
        quote! {
            #[automatically_derived]
            impl ::ext_runtime::ExtKey for #name {}
        }
    });
    let implementation = named::implementation(
        item,
        Body {
            kind: match has_data {
                true => quote!(Variant),
                false => quote!(Enum),
            },
            layout: quote!(#variant.layout),
            parts,
            patterns: cases.iter().map(Case::pattern).collect(),
            load: quote! {
                let __variant = const { #variant };
                match __variant.load(__at) {
                    #(#load,)*
                    _ => ::ext_runtime::expansion::invalid(),
                }
            },
            store: quote! {
                let __variant = const { #variant };
                match self {
                    #(#store)*
                }
            },
            checks: cases.iter().flat_map(Case::checks).collect(),
        },
    );
    quote!(#implementation #key)
}
