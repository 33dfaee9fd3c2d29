//! What all derives share: the implementation of `ExtType` around layout, parts and code.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{
    Attribute, DeriveInput, GenericParam, Generics, Ident, Type, parse_quote, parse_quote_spanned,
};

use crate::attributes::Said;
use crate::errors::{self, Errors};
use crate::meta::Members;
use crate::style::Style;

/// A type's own share of `ExtType`.
pub struct Body {
    /// A variant of `Kind`.
    pub kind: TokenStream,
    /// An expression of type `Layout`.
    pub layout: TokenStream,
    /// Expressions of type `Part`.
    pub parts: Vec<TokenStream>,
    /// Patterns that take a value of each kind apart, and put it together as expressions.
    pub patterns: Vec<TokenStream>,
    /// The body of `load`, with `__at: *const u8`.
    pub load: TokenStream,
    /// The body of `store`, with `self` and `__at: *mut u8`.
    pub store: TokenStream,
    /// Items that only check something.
    pub checks: Vec<TokenStream>,
}

/// The implementation for one type.
pub fn implementation(item: &DeriveInput, body: Body) -> TokenStream {
    let Body { kind, layout, parts, patterns, load, store, checks } = body;
    // What is said of a generic type cannot be checked before the type is known.
    let checks = if item.generics.params.is_empty() { checks } else { Vec::new() };
    let name = &item.ident;
    let mut declared = Members::default().place(name.span());
    declared.text("name", &crate::meta::unraw(name));
    let declared = errors::entry_for_check("declared", declared);
    let meta = Members::of(name, &item.attrs).place(name.span()).into_string();
    let path = format!("::{}", crate::meta::unraw(name));
    let parameters: Vec<&Ident> =
        item.generics.type_params().map(|parameter| &parameter.ident).collect();
    let mut generics = item.generics.clone();
    for parameter in generics.type_params_mut() {
        // At the parameter, for rustc to point there when a type does not fit.
        let bound = parse_quote_spanned!(parameter.ident.span()=> ::ext_runtime::ExtType);
        parameter.bounds.push(bound);
    }
    let (implementation, _, conditions) = generics.split_for_impl();
    let (_, arguments, _) = item.generics.split_for_impl();
    // At the name: two types that contain each other are a cycle of these constants, and
    // rustc's report of it points at them.
    let constant = quote_spanned!(name.span()=> const);
    let end = quote_spanned!(name.span()=> ;);
    quote! {
        #[allow(deprecated, unexpected_cfgs)]
        const _: () = {
            #(#checks)*
            #declared
        };

        // SAFETY: layout and code follow from the same list of parts.
        #[automatically_derived]
        #[allow(deprecated)]
        unsafe impl #implementation ::ext_runtime::ExtType for #name #arguments #conditions {
            const LAYOUT: ::ext_runtime::expansion::Layout = #layout;
            #constant TYPE: &'static ::ext_runtime::expansion::Type =
                &::ext_runtime::expansion::Type::Named(&::ext_runtime::expansion::Named {
                    id: ::ext_runtime::expansion::named_id(
                        ::core::concat!(::core::module_path!(), #path),
                        &[#(<#parameters as ::ext_runtime::ExtType>::TYPE),*],
                    ),
                    path: ::core::concat!(::core::module_path!(), #path),
                    arguments: &[#(<#parameters as ::ext_runtime::ExtType>::TYPE),*],
                    kind: ::ext_runtime::expansion::Kind::#kind,
                    meta: #meta,
                    parts: &[#(#parts),*],
                })
            #end

            #[cfg(target_family = "wasm")]
            unsafe fn load(__at: *const u8) -> Self {
                unsafe { #load }
            }

            #[cfg(target_family = "wasm")]
            unsafe fn store(self, __at: *mut u8) {
                unsafe { #store }
            }

            #[cfg(not(target_family = "wasm"))]
            fn same(self) -> Self {
                match self {
                    #(#patterns => #patterns,)*
                }
            }
        }
    }
}

/// What stands in for an implementation that a mistake prevents: any value will do, so that
/// nothing else is reported because of it.
pub fn placeholder(item: &DeriveInput) -> TokenStream {
    let name = &item.ident;
    let mut generics = item.generics.clone();
    let mut arguments: Vec<TokenStream> = Vec::new();
    for parameter in &mut generics.params {
        arguments.push(match parameter {
            GenericParam::Lifetime(_) => quote!('static),
            GenericParam::Const(parameter) => parameter.ident.to_token_stream(),
            GenericParam::Type(parameter) => {
                parameter.bounds.push(parse_quote!('static));
                parameter.ident.to_token_stream()
            }
        });
    }
    let parameters = generics.params.iter().filter(|it| !matches!(it, GenericParam::Lifetime(_)));
    let conditions = generics.lifetimes().next().is_none().then_some(&generics.where_clause);
    quote! {
        #[automatically_derived]
        unsafe impl<#(#parameters),*> ::ext_runtime::ExtType for #name<#(#arguments),*> #conditions {
            const LAYOUT: ::ext_runtime::expansion::Layout = ::ext_runtime::expansion::Layout::UNIT;
            const TYPE: &'static ::ext_runtime::expansion::Type =
                &::ext_runtime::expansion::Type::Simple("\"json\"");

            #[cfg(target_family = "wasm")]
            unsafe fn load(_: *const u8) -> Self {
                ::ext_runtime::expansion::invalid()
            }

            #[cfg(target_family = "wasm")]
            unsafe fn store(self, _: *mut u8) {}
        }
    }
}

/// A field or parameter, for the description, and what rustc has to check about it.
pub fn part(
    name: &Ident,
    attributes: &[Attribute],
    said: &Said,
    style: Option<Style>,
    ty: &Type,
) -> TokenStream {
    let mut members = Members::of(name, attributes).line(name.span());
    if let Some(rules) = said.object(said.json_name(&crate::meta::unraw(name), style)) {
        members.json("rules", &rules);
    }
    let meta = members.into_string();
    let ty = constant(ty, quote!(TYPE));
    quote!(::ext_runtime::expansion::Part { meta: #meta, ty: ::core::option::Option::Some(#ty) })
}

/// `<T as ExtType>::CONSTANT`, with the type's span: an error about it appears there.
pub fn constant(ty: &Type, constant: TokenStream) -> TokenStream {
    quote_spanned!(ty.span()=> <#ty as ::ext_runtime::ExtType>::#constant)
}

/// `<T as ExtType>::name`, to be called. The block keeps rustc from seeing the call, of which
/// it would say something of its own about a type that has no such function; as it is, it
/// says the same as of the constants, and says it once.
pub fn function(ty: &Type, name: TokenStream) -> TokenStream {
    let function = constant(ty, name);
    quote!(({ #function }))
}

/// An expression of type `Record` for fields of these types.
pub fn record<'a>(types: impl IntoIterator<Item = &'a Type>) -> TokenStream {
    let layouts = types.into_iter().map(|ty| constant(ty, quote!(LAYOUT)));
    quote!(::ext_runtime::expansion::Record::of([#(#layouts),*]))
}

/// What no derive can do.
pub fn check_generics(generics: &Generics, errors: &mut Errors) {
    for lifetime in generics.lifetimes() {
        errors.add(lifetime, errors::LIFETIME);
    }
    for constant in generics.const_params() {
        errors.add(constant, errors::CONSTANT);
    }
}

/// Types that rustc would refuse less clearly than we can.
pub fn check_type(ty: &Type, own_name: Option<&Ident>, errors: &mut Errors) {
    match ty {
        Type::Reference(_) => errors.add(ty, errors::REFERENCE),
        Type::Ptr(_) => errors.add(ty, errors::POINTER),
        Type::ImplTrait(_) => errors.add(ty, errors::IMPL_TRAIT),
        Type::TraitObject(_) => errors.add(ty, errors::DYN_TRAIT),
        Type::Never(_) => errors.add(ty, errors::NEVER),
        Type::Group(group) => check_type(&group.elem, own_name, errors),
        Type::Paren(paren) => check_type(&paren.elem, own_name, errors),
        Type::Tuple(tuple) => {
            tuple.elems.iter().for_each(|element| check_type(element, own_name, errors));
        }
        Type::Path(path) => {
            if path.qself.is_none()
                && let Some(own_name) = own_name
                && (path.path.is_ident(own_name) || path.path.is_ident("Self"))
            {
                errors.add(ty, errors::RECURSION);
            }
            for segment in &path.path.segments {
                if let syn::PathArguments::AngleBracketed(arguments) = &segment.arguments {
                    for argument in &arguments.args {
                        if let syn::GenericArgument::Type(ty) = argument {
                            check_type(ty, own_name, errors);
                        }
                    }
                }
            }
        }
        _ => {}
    }
}
