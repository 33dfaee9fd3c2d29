//! Actions, structures, enums and errors as they stand in a file: where each part is.

use std::ops::Range;

use proc_macro2::Span;
use syn::punctuated::{Pair, Punctuated};
use syn::spanned::Spanned;
use syn::{Attribute, FnArg, GenericArgument, ItemEnum, ItemFn, ItemStruct};
use syn::{Fields, Pat, PathArguments, ReturnType, Token, Type};

use super::file::SourceFile;
pub use head::Head;
use head::{attribute_range, head, is_action};

mod head;

/// What an item is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Action,
    Structure,
    Enum,
    Error,
    /// The named fields of a case, which are a structure of their own in a definition.
    CaseFields,
}

impl Kind {
    pub fn word(self) -> &'static str {
        match self {
            Self::Action => "action",
            Self::Structure | Self::CaseFields => "structure",
            Self::Enum => "enum",
            Self::Error => "error",
        }
    }
}

/// An item of an extension.
#[derive(Debug, Clone)]
pub struct Item {
    pub kind: Kind,
    /// As in the definition: `r#type` is `type`.
    pub name: String,
    pub ident: Range<usize>,
    /// With documentation and attributes.
    pub range: Range<usize>,
    pub head: Head,
    /// Parameters, fields or cases.
    pub parts: Parts,
    /// Of an action.
    pub function: Option<Function>,
    pub is_generic: bool,
}

/// A list in parentheses or braces.
#[derive(Debug, Clone, Default)]
pub struct Parts {
    /// Between the parentheses or braces.
    pub interior: Range<usize>,
    pub list: Vec<Part>,
}

/// A parameter, field or case.
#[derive(Debug, Clone)]
pub struct Part {
    pub name: String,
    pub ident: Range<usize>,
    /// With documentation and attributes, without comma.
    pub range: Range<usize>,
    /// Behind the comma, if there is one.
    pub comma: Option<usize>,
    /// The type; of a case its parentheses or braces.
    pub ty: Option<Range<usize>>,
    pub head: Head,
}

/// What only a function has.
#[derive(Debug, Clone)]
pub struct Function {
    /// From the visibility to before the body.
    pub signature: Range<usize>,
    /// `-> T`, or nothing behind the parameters.
    pub output: Range<usize>,
    /// The type behind the arrow.
    pub output_type: Option<Range<usize>>,
    /// `T` and `E` of a `Result<T, E>` that is written out.
    pub result: Option<(Range<usize>, Range<usize>)>,
    /// With its braces.
    pub body: Range<usize>,
}

/// A name as people write it: `r#type` is `type`.
pub fn unraw(ident: &syn::Ident) -> String {
    let name = ident.to_string();
    name.strip_prefix("r#").map(str::to_owned).unwrap_or(name)
}

/// The items of an extension that one Rust item makes: an enum brings those of its cases.
pub fn items(file: &SourceFile, item: &syn::Item) -> Vec<Item> {
    match item {
        syn::Item::Fn(function) if is_action(&function.attrs) => vec![action(file, function)],
        syn::Item::Struct(item) if derives(&item.attrs).contains(&Kind::Structure) => {
            vec![structure(file, item)]
        }
        syn::Item::Enum(item) => {
            let derives = derives(&item.attrs);
            let kind = [Kind::Enum, Kind::Error].into_iter().find(|kind| derives.contains(kind));
            kind.map(|kind| enumeration(file, item, kind)).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// What the derives of an item make of it.
fn derives(attributes: &[Attribute]) -> Vec<Kind> {
    let mut kinds = Vec::new();
    for attribute in attributes.iter().filter(|it| it.path().is_ident("derive")) {
        // rustc reports what is wrong with it.
        let _ = attribute.parse_nested_meta(|meta| {
            let last = meta.path.segments.last().map(|last| last.ident.to_string());
            kinds.extend(match last.as_deref() {
                Some("ExtStructure") => Some(Kind::Structure),
                Some("ExtEnum") => Some(Kind::Enum),
                Some("ExtError") => Some(Kind::Error),
                _ => None,
            });
            Ok(())
        });
    }
    kinds
}

fn action(file: &SourceFile, item: &ItemFn) -> Item {
    let signature = &item.sig;
    let body = file.range(item.block.brace_token.span.join());
    let visibility = file.range(item.vis.span());
    let first = [
        (visibility.start < visibility.end).then_some(visibility),
        signature.constness.map(|it| file.range(it.span())),
        signature.asyncness.map(|it| file.range(it.span())),
        signature.abi.as_ref().map(|it| file.range(it.span())),
        Some(file.range(signature.fn_token.span())),
    ];
    let start = first.into_iter().flatten().map(|it| it.start).min().unwrap_or(body.start);
    let behind_parameters = file.range(signature.paren_token.span.close()).end;
    let (output, output_type, result) = match &signature.output {
        ReturnType::Default => (behind_parameters..behind_parameters, None, None),
        ReturnType::Type(arrow, ty) => {
            let range = file.range(ty.span());
            let output = file.range(arrow.spans[0]).start..range.end;
            (output, Some(range), result_arguments(file, ty))
        }
    };
    let list = parts(file, &signature.inputs, |input| match input {
        FnArg::Typed(input) => {
            let Pat::Ident(pattern) = &*input.pat else { return None };
            let ty = Some(file.range(input.ty.span()));
            Some((pattern.ident.clone(), ty, head(file, &input.attrs)))
        }
        FnArg::Receiver(_) => None,
    });
    Item {
        kind: Kind::Action,
        name: unraw(&signature.ident),
        ident: file.range(signature.ident.span()),
        range: whole(file, item.span(), &item.attrs),
        head: head(file, &item.attrs),
        parts: Parts {
            interior: inside(
                file,
                signature.paren_token.span.open(),
                signature.paren_token.span.close(),
            ),
            list,
        },
        function: Some(Function {
            signature: start..body.start,
            output,
            output_type,
            result,
            body,
        }),
        is_generic: !signature.generics.params.is_empty(),
    }
}

/// Both arguments of a type that is written `Result<T, E>`.
fn result_arguments(file: &SourceFile, ty: &Type) -> Option<(Range<usize>, Range<usize>)> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == "Result")?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    let mut types = arguments.args.iter().map(|it| match it {
        GenericArgument::Type(ty) => Some(file.range(ty.span())),
        _ => None,
    });
    match (types.next(), types.next(), types.next()) {
        (Some(Some(ok)), Some(Some(error)), None) => Some((ok, error)),
        _ => None,
    }
}

fn structure(file: &SourceFile, item: &ItemStruct) -> Item {
    Item {
        kind: Kind::Structure,
        name: unraw(&item.ident),
        ident: file.range(item.ident.span()),
        range: whole(file, item.span(), &item.attrs),
        head: head(file, &item.attrs),
        parts: fields(file, &item.fields),
        function: None,
        is_generic: !item.generics.params.is_empty(),
    }
}

fn fields(file: &SourceFile, fields: &Fields) -> Parts {
    let Fields::Named(fields) = fields else { return Parts::default() };
    let brace = fields.brace_token.span;
    Parts {
        interior: inside(file, brace.open(), brace.close()),
        list: parts(file, &fields.named, |field| {
            let ident = field.ident.clone()?;
            Some((ident, Some(file.range(field.ty.span())), head(file, &field.attrs)))
        }),
    }
}

fn enumeration(file: &SourceFile, item: &ItemEnum, kind: Kind) -> Vec<Item> {
    let brace = item.brace_token.span;
    let list = parts(file, &item.variants, |variant| {
        let data = match &variant.fields {
            Fields::Unit => None,
            Fields::Named(fields) => Some(file.range(fields.brace_token.span.join())),
            Fields::Unnamed(fields) => Some(file.range(fields.paren_token.span.join())),
        };
        Some((variant.ident.clone(), data, head(file, &variant.attrs)))
    });
    let is_generic = !item.generics.params.is_empty();
    let mut items = vec![Item {
        kind,
        name: unraw(&item.ident),
        ident: file.range(item.ident.span()),
        range: whole(file, item.span(), &item.attrs),
        head: head(file, &item.attrs),
        parts: Parts { interior: inside(file, brace.open(), brace.close()), list },
        function: None,
        is_generic,
    }];
    for variant in &item.variants {
        if let Fields::Named(_) = variant.fields {
            items.push(Item {
                kind: Kind::CaseFields,
                name: format!("{}{}", unraw(&item.ident), unraw(&variant.ident)),
                ident: file.range(variant.ident.span()),
                range: whole(file, variant.span(), &variant.attrs),
                head: head(file, &variant.attrs),
                parts: fields(file, &variant.fields),
                function: None,
                is_generic,
            });
        }
    }
    items
}

/// The parts of a list that have names.
fn parts<T: Spanned>(
    file: &SourceFile,
    list: &Punctuated<T, Token![,]>,
    read: impl Fn(&T) -> Option<(syn::Ident, Option<Range<usize>>, Head)>,
) -> Vec<Part> {
    let mut parts = Vec::new();
    for pair in list.pairs() {
        let (part, comma) = match pair {
            Pair::Punctuated(part, comma) => (part, Some(file.range(comma.span).end)),
            Pair::End(part) => (part, None),
        };
        let Some((ident, ty, head)) = read(part) else { continue };
        let mut range = file.range(part.span());
        range.start = range.start.min(head.start().unwrap_or(range.start));
        parts.push(Part {
            name: unraw(&ident),
            ident: file.range(ident.span()),
            range,
            comma,
            ty,
            head,
        });
    }
    parts
}

fn inside(file: &SourceFile, open: Span, close: Span) -> Range<usize> {
    file.range(open).end..file.range(close).start
}

/// An item with all that stands before it.
fn whole(file: &SourceFile, span: Span, attributes: &[Attribute]) -> Range<usize> {
    let range = file.range(span);
    let first = attributes.iter().map(|it| attribute_range(file, it).start).min();
    range.start.min(first.unwrap_or(range.start))..range.end
}
