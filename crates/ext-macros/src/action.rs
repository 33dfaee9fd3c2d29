//! `#[ext_action]`.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, FnArg, Ident, ItemFn, Pat, ReturnType, Type, parse_quote};

use crate::attributes::{self, Place, Said};
use crate::errors::{self, Errors};
use crate::meta::{self, Members};
use crate::named;

pub fn expand(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut function: ItemFn = match syn::parse2(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            // The item stays, so that its other errors and users are not affected.
            let error = match syn::parse2::<syn::Item>(item.clone()) {
                Ok(other) => syn::Error::new_spanned(other, errors::ACTION_ITEM),
                Err(_) => error,
            };
            let error = errors::report(&error.into());
            return quote!(#error #item);
        }
    };
    let mut errors = Errors::default();
    let said = options(arguments, &function, &mut errors);
    let parameters = Parameter::take(&mut function, &mut errors);
    check(&function, &parameters, &mut errors);
    // Read; rustc knows `ext` inside of derives only.
    function.attrs.retain(|attribute| !attribute.path().is_ident("ext"));
    match errors.into_result() {
        Ok(reports) => {
            let export = export(&function, &parameters, &said);
            quote!(#[allow(clippy::needless_pass_by_value)] #function #export #reports)
        }
        Err(errors) => {
            let errors = errors::report(&errors);
            if function.sig.receiver().is_none() {
                return quote!(#errors #function);
            }
            // It stands in an `impl`, which has no place for them.
            let body = &function.block;
            function.block = parse_quote!({ #errors #body });
            function.to_token_stream()
        }
    }
}

/// What is said of the action, in the attribute's arguments or in `#[ext(…)]`.
fn options(arguments: TokenStream, function: &ItemFn, errors: &mut Errors) -> Said {
    let mut said = attributes::arguments(arguments, errors);
    let more = attributes::read(Place::Action, &function.attrs, errors);
    for member in more.members {
        let key = member.split(':').next().unwrap_or_default().to_owned();
        if !said.members.iter().any(|it| it.starts_with(&key)) {
            said.members.push(member);
        }
    }
    said
}

/// A parameter with what was written on it.
struct Parameter {
    name: Ident,
    ty: Type,
    attributes: Vec<Attribute>,
    said: Said,
}

impl Parameter {
    /// Takes the parameters, and off them the attributes that rustc allows on none.
    fn take(function: &mut ItemFn, errors: &mut Errors) -> Vec<Self> {
        let mut parameters: Vec<Self> = Vec::new();
        for input in &mut function.sig.inputs {
            let input = match input {
                FnArg::Receiver(receiver) => {
                    errors.add(receiver, errors::SELF_PARAMETER);
                    continue;
                }
                FnArg::Typed(input) => input,
            };
            let (ours, theirs) = input
                .attrs
                .drain(..)
                .partition(|it| it.path().is_ident("doc") || it.path().is_ident("ext"));
            input.attrs = theirs;
            for attribute in &input.attrs {
                if attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr") {
                    errors.add(attribute, errors::PARAMETER_CFG);
                }
            }
            match &*input.pat {
                Pat::Ident(pattern) if pattern.subpat.is_none() && pattern.by_ref.is_none() => {
                    let name = pattern.ident.clone();
                    if parameters.iter().any(|earlier| earlier.name == name) {
                        errors.add(&name, errors::DUPLICATE_PARAMETER);
                        // rustc has its own words for it, which would be there as well.
                        input.pat = parse_quote!(_);
                    }
                    let ty = (*input.ty).clone();
                    let said = attributes::read(Place::Parameter, &ours, errors);
                    parameters.push(Self { name, ty, attributes: ours, said });
                }
                pattern => errors.add(pattern, errors::PARAMETER_PATTERN),
            }
        }
        parameters
    }
}

fn check(function: &ItemFn, parameters: &[Parameter], errors: &mut Errors) {
    let signature = &function.sig;
    if let Some(keyword) = &signature.asyncness {
        errors.add(keyword, errors::ACTION_ASYNC);
    }
    if let syn::Safety::Unsafe(keyword) = &signature.safety {
        errors.add(keyword, errors::ACTION_UNSAFE);
    }
    if let Some(abi) = &signature.abi {
        errors.add(abi, errors::ACTION_ABI);
    }
    if let Some(variadic) = &signature.variadic {
        errors.add(variadic, errors::ACTION_VARIADIC);
    }
    for lifetime in signature.generics.lifetimes() {
        errors.add(lifetime, errors::ACTION_LIFETIME);
    }
    let mut types = signature.generics.type_params();
    let mut constants = signature.generics.const_params();
    if types.next().is_some() || constants.next().is_some() {
        errors.add(&signature.generics, errors::ACTION_GENERIC);
    }
    for parameter in parameters {
        named::check_type(&parameter.ty, None, errors);
    }
    if let ReturnType::Type(_, ty) = &signature.output {
        named::check_type(ty, None, errors);
    }
}

/// What stands beside the function: its description, and for WebAssembly its entry in the
/// section and its core function. The names inside cannot hide the function's own.
fn export(function: &ItemFn, parameters: &[Parameter], said: &Said) -> TokenStream {
    let name = &function.sig.ident;
    let symbol = symbol(name);
    let mut members = Members::of(name, &function.attrs).place(name.span());
    members.text("symbol", &symbol);
    if let Some(options) = said.object(None) {
        members.json("options", &options);
    }
    let meta = members.into_string();
    let path = format!("::{}", meta::unraw(name));
    let parts =
        parameters.iter().map(|it| named::part(&it.name, &it.attributes, &it.said, None, &it.ty));
    let checks = parameters.iter().flat_map(|it| it.said.checks(&it.ty));
    let output: Type = match &function.sig.output {
        ReturnType::Default => parse_quote!(()),
        ReturnType::Type(_, ty) => (**ty).clone(),
    };
    let result = named::constant(&output, quote!(TYPE));
    let record = named::record(parameters.iter().map(|parameter| &parameter.ty));
    let index = 0..parameters.len();
    let load = parameters.iter().map(|it| named::function(&it.ty, quote!(load)));
    let store = named::function(&output, quote!(store));
    let attributes = function.attrs.iter().filter(|it| it.path().is_ident("cfg"));
    let area = named::constant(&output, quote!(LAYOUT));
    quote! {
        #(#attributes)*
        #[allow(deprecated, unexpected_cfgs)]
        const _: () = {
            #(#checks)*

            const ACTION: ::ext_runtime::expansion::Action = ::ext_runtime::expansion::Action {
                path: ::core::concat!(::core::module_path!(), #path),
                meta: #meta,
                parameters: &[#(#parts),*],
                result: #result,
            };

            // Callers are not in this crate; rustc would call a private action unused.
            let _ = #name;

            // Not `#[used]`: for WebAssembly rustc copies the bytes into the custom section
            // anyway, and `#[used]` would keep the static in the module's memory as well.
            #[cfg(target_family = "wasm")]
            #[unsafe(link_section = "ext-definition")]
            static ENTRY: [u8; ACTION.encoded_len()] = ACTION.encode();

            #[cfg(target_family = "wasm")]
            #[unsafe(export_name = #symbol)]
            unsafe extern "C" fn __run(__arguments: *const u8) -> *const u8 {
                static RESULT: ::ext_runtime::expansion::ResultArea<{ #area.size }> =
                    ::ext_runtime::expansion::ResultArea::new();
                let __record = const { #record };
                unsafe {
                    let __result: #output = #name(#(
                        #load(__arguments.add(__record.offsets[#index]))
                    ),*);
                    #store(__result, RESULT.address());
                }
                RESULT.address()
            }
        };
    }
}

/// The name of the core function: unique for a place in the source, so that two actions of
/// one name reach `cargo ext`, which can say where both are; the linker could not.
fn symbol(name: &Ident) -> String {
    let span = name.span().unwrap();
    let place = format!("{}:{}:{}", span.file(), span.line(), span.column());
    // FNV-1a, 64 bits.
    let hash = place.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("ext:action:{}:{hash:016x}", name.to_token_stream())
}
