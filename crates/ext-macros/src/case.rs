//! One case of an enum: its payload at the boundary, and the code that moves it.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{DeriveInput, Fields, Ident, Type, Variant};

use crate::attributes::{self, Place, Said};
use crate::errors::Errors;
use crate::meta::{self, Members};
use crate::named;
use crate::structure::fields_code;
use crate::style::Style;

/// A case.
pub struct Case<'a> {
    item: &'a DeriveInput,
    variant: &'a Variant,
    number: u32,
    said: Said,
    fields: Vec<Said>,
    style: Option<Style>,
}

impl<'a> Case<'a> {
    /// The cases of an enum, with what their attributes say.
    pub fn all(
        item: &'a DeriveInput,
        variants: impl IntoIterator<Item = &'a Variant>,
        place: Place,
        errors: &mut Errors,
    ) -> Vec<Self> {
        let style = attributes::read(Place::Enum, &item.attrs, errors).rename_all;
        let mut cases = Vec::new();
        for (variant, number) in variants.into_iter().zip(0..) {
            let said = attributes::read(place, &variant.attrs, errors);
            let mut fields = Vec::new();
            for field in &variant.fields {
                let said = attributes::read(Place::CaseField, &field.attrs, errors);
                if field.ident.is_none() && said.is_something() {
                    errors.add(field, crate::errors::UNNAMED_FIELD);
                }
                fields.push(said);
            }
            cases.push(Self { item, variant, number, said, fields, style });
        }
        cases
    }

    /// What was said of the case.
    pub fn said(&self) -> &Said {
        &self.said
    }

    /// The variant itself.
    pub fn variant(&self) -> &'a Variant {
        self.variant
    }

    /// What rustc has to check about the fields.
    pub fn checks(&self) -> Vec<TokenStream> {
        let fields = self.variant.fields.iter().zip(&self.fields);
        fields.flat_map(|(field, said)| said.checks(&field.ty)).collect()
    }

    fn types(&self) -> Vec<&'a Type> {
        self.variant.fields.iter().map(|field| &field.ty).collect()
    }

    /// Whether a host's `match` on it needs parentheses or braces.
    pub fn has_data(&self) -> bool {
        !self.variant.fields.is_empty()
    }

    /// An expression of type `Layout`.
    pub fn layout(&self) -> TokenStream {
        let record = named::record(self.types());
        match self.variant.fields.is_empty() {
            true => quote!(::ext_runtime::expansion::Layout::UNIT),
            false => quote!(#record.layout),
        }
    }

    /// An expression of type `Part`. One unnamed field is the payload itself, several are a
    /// tuple, named fields are a structure of their own, named after type and case.
    pub fn part(&self, message: Option<&str>) -> TokenStream {
        let name = &self.variant.ident;
        let mut members = Members::of(name, &self.variant.attrs).line(name.span());
        let json_name = self.said.json_name(&meta::unraw(name), self.style);
        if let Some(rules) = self.said.object(json_name) {
            members.json("rules", &rules);
        }
        if let Some(message) = message {
            members.text("message", message);
        }
        let meta = members.into_string();
        let types = self.types().into_iter().map(|ty| named::constant(ty, quote!(TYPE)));
        let ty = match &self.variant.fields {
            fields if fields.is_empty() => quote!(::core::option::Option::None),
            Fields::Named(_) => {
                let ty = self.structure();
                quote!(::core::option::Option::Some(#ty))
            }
            fields if fields.len() == 1 => quote!(::core::option::Option::Some(#(#types)*)),
            _ => {
                quote!(::core::option::Option::Some(&::ext_runtime::expansion::Type::Tuple(&[#(#types),*])))
            }
        };
        quote!(::ext_runtime::expansion::Part { meta: #meta, ty: #ty })
    }

    /// The description of the structure that holds this case's named fields.
    fn structure(&self) -> TokenStream {
        let Self { item, variant, .. } = self;
        let name = format_ident!("{}{}", meta::unraw(&item.ident), meta::unraw(&variant.ident));
        let path = format!("::{}::{}", meta::unraw(&item.ident), meta::unraw(&variant.ident));
        let meta = Members::of(&name, &variant.attrs).place(variant.ident.span()).into_string();
        let arguments: Vec<&Ident> = item.generics.type_params().map(|it| &it.ident).collect();
        let parts = variant.fields.iter().zip(&self.fields).filter_map(|(field, said)| {
            Some(named::part(field.ident.as_ref()?, &field.attrs, said, None, &field.ty))
        });
        quote! {
            &::ext_runtime::expansion::Type::Named(&::ext_runtime::expansion::Named {
                id: ::ext_runtime::expansion::named_id(
                    ::core::concat!(::core::module_path!(), #path),
                    &[#(<#arguments as ::ext_runtime::ExtType>::TYPE),*],
                ),
                path: ::core::concat!(::core::module_path!(), #path),
                arguments: &[#(<#arguments as ::ext_runtime::ExtType>::TYPE),*],
                kind: ::ext_runtime::expansion::Kind::Structure,
                meta: #meta,
                parts: &[#(#parts),*],
            })
        }
    }

    /// Names for the fields in patterns.
    fn bindings(&self) -> Vec<Ident> {
        (self.variant.fields.iter().enumerate())
            .map(|(index, field)| field.ident.clone().unwrap_or_else(|| format_ident!("__{index}")))
            .collect()
    }

    /// A pattern that binds every field.
    pub fn pattern(&self) -> TokenStream {
        let name = &self.variant.ident;
        let bindings = self.bindings();
        match &self.variant.fields {
            Fields::Named(_) => quote!(Self::#name { #(#bindings),* }),
            Fields::Unnamed(_) => quote!(Self::#name(#(#bindings),*)),
            Fields::Unit => quote!(Self::#name),
        }
    }

    /// An arm that loads this case, its payload at `__at.add(__variant.payload)`.
    pub fn load(&self) -> TokenStream {
        let Self { variant, number, .. } = self;
        let name = &variant.ident;
        let value = match &variant.fields {
            Fields::Named(fields) if !fields.named.is_empty() => {
                let names: Vec<&Ident> =
                    fields.named.iter().filter_map(|field| field.ident.as_ref()).collect();
                fields_code(
                    &quote!(Self::#name),
                    &names,
                    &self.types(),
                    &quote!(),
                    &quote!(__variant.payload),
                )
                .0
            }
            Fields::Named(_) => quote!(Self::#name {}),
            Fields::Unnamed(fields) if !fields.unnamed.is_empty() => {
                let record = named::record(self.types());
                let index = 0..fields.unnamed.len();
                let load =
                    fields.unnamed.iter().map(|field| named::function(&field.ty, quote!(load)));
                quote! {
                    let __record = const { #record };
                    Self::#name(#(
                        #load(__at.add(__variant.payload + __record.offsets[#index]))
                    ),*)
                }
            }
            Fields::Unnamed(_) => quote!(Self::#name()),
            Fields::Unit => quote!(Self::#name),
        };
        quote!(#number => { #value })
    }

    /// An arm that stores this case.
    pub fn store(&self) -> TokenStream {
        let number = self.number;
        let pattern = self.pattern();
        let payload = if self.has_data() {
            let bindings = self.bindings();
            let bindings: Vec<&Ident> = bindings.iter().collect();
            fields_code(&quote!(), &bindings, &self.types(), &quote!(), &quote!(__variant.payload))
                .1
        } else {
            quote!()
        };
        quote! {
            #pattern => {
                __variant.store(__at, #number);
                #payload
            }
        }
    }
}
