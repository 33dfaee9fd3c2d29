//! `#[ext(…)]`: one table of keys, where each may stand, and what it becomes in the
//! description.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use syn::meta::ParseNestedMeta;
use syn::parse::ParseStream;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprLit, Lit, LitInt, LitStr, Meta, Token, Type};

use crate::errors::{self, Errors, Mistake};
use crate::literal::{self, Literal};
use crate::meta::quoted;
use crate::style::Style;

/// What an attribute stands on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Action,
    Parameter,
    Structure,
    Field,
    Enum,
    Case,
    ErrorCase,
    CaseField,
}

impl Place {
    const fn plural(self) -> &'static str {
        match self {
            Self::Action => "actions",
            Self::Parameter => "parameters",
            Self::Structure => "structures",
            Self::Field => "fields",
            Self::Enum => "enums",
            Self::Case => "the cases of an `ExtEnum`",
            Self::ErrorCase => "the cases of an `ExtError`",
            Self::CaseField => "the fields of cases",
        }
    }
}

const VALUES: &[Place] = &[Place::Parameter, Place::Field, Place::CaseField];
const ACTIONS: &[Place] = &[Place::Action];

/// Every key, and where it may stand.
const KEYS: &[(&str, &[Place])] = &[
    ("title", ACTIONS),
    ("icon", ACTIONS),
    ("group", ACTIONS),
    ("function", ACTIONS),
    ("outputs", ACTIONS),
    ("default", VALUES),
    ("example", VALUES),
    ("min", VALUES),
    ("max", VALUES),
    ("min_length", VALUES),
    ("max_length", VALUES),
    ("pattern", VALUES),
    ("decimals", VALUES),
    ("secret", VALUES),
    ("skip", &[Place::Field]),
    ("rename", &[Place::Parameter, Place::Field, Place::CaseField, Place::Case, Place::ErrorCase]),
    ("renamed_from", &[Place::Action, Place::Parameter, Place::Field, Place::CaseField]),
    ("deprecated", &[Place::Action, Place::Parameter, Place::Field, Place::CaseField]),
    ("rename_all", &[Place::Structure, Place::Enum]),
    ("transparent", &[Place::Structure]),
    ("message", &[Place::ErrorCase]),
];

/// What the attributes of one element say.
#[derive(Default)]
pub struct Said {
    /// Members of a JSON object: the rules of a part, the options of an action.
    pub members: Vec<String>,
    /// Checks that rustc makes once it knows the type, as expressions of `Rule`.
    rules: Vec<(Span, TokenStream)>,
    pub message: Option<LitStr>,
    pub rename: Option<String>,
    pub rename_all: Option<Style>,
    pub default: Option<Expr>,
    pub skip: bool,
    pub transparent: bool,
}

/// Reads the attributes of an element.
pub fn read(place: Place, attributes: &[Attribute], errors: &mut Errors) -> Said {
    let mut said = Said::default();
    let mut seen: Vec<String> = Vec::new();
    let mut serde_keys: Vec<(String, &Attribute)> = Vec::new();
    for attribute in attributes {
        if attribute.path().is_ident("ext") {
            let read = |meta: ParseNestedMeta| said.key(place, &mut seen, &meta, errors);
            let read = attribute.parse_nested_meta(read);
            read.unwrap_or_else(|error| errors.push(error));
        }
        if attribute.path().is_ident("serde") {
            serde_keys.extend(keys_of(attribute).into_iter().map(|key| (key, attribute)));
        }
        if attribute.path().is_ident("deprecated") && may_stand("deprecated", place) {
            said.deprecated_by_rust(attribute);
        }
    }
    for (key, attribute) in serde_keys {
        if !seen.contains(&key) {
            errors.warn(attribute, errors::serde_attribute(&key));
        }
    }
    said
}

/// The keys of an attribute in which values follow `=` or stand in parentheses.
fn keys_of(attribute: &Attribute) -> Vec<String> {
    let mut keys = Vec::new();
    // serde reports what is wrong with it.
    let _ = attribute.parse_nested_meta(|meta| {
        keys.extend(meta.path.get_ident().map(ToString::to_string));
        while !meta.input.is_empty() && !meta.input.peek(Token![,]) {
            meta.input.parse::<TokenTree>()?;
        }
        Ok(())
    });
    keys
}

/// Reads what stands in the parentheses of `#[ext_action(…)]`.
pub fn arguments(arguments: TokenStream, errors: &mut Errors) -> Said {
    let mut said = Said::default();
    let mut seen = Vec::new();
    let parser = syn::meta::parser(|meta| said.key(Place::Action, &mut seen, &meta, errors));
    let read = syn::parse::Parser::parse2(parser, arguments);
    read.unwrap_or_else(|error| errors.push(error));
    said
}

/// The one of the known names that differs in capitals, hyphens and underscores only.
fn same_letters<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    let letters = |name: &str| name.replace(['_', '-'], "").to_lowercase();
    known.iter().copied().find(|it| letters(it) == letters(name))
}

fn may_stand(key: &str, place: Place) -> bool {
    KEYS.iter().any(|(known, places)| *known == key && places.contains(&place))
}

impl Said {
    /// Reads one key. What is wrong with it is noted, and the next one is read.
    fn key(
        &mut self,
        place: Place,
        seen: &mut Vec<String>,
        meta: &ParseNestedMeta,
        errors: &mut Errors,
    ) -> syn::Result<()> {
        if let Err(error) = self.known_key(place, seen, meta) {
            errors.push(error);
            while !meta.input.is_empty() && !meta.input.peek(Token![,]) {
                meta.input.parse::<TokenTree>()?;
            }
        }
        Ok(())
    }

    fn known_key(
        &mut self,
        place: Place,
        seen: &mut Vec<String>,
        meta: &ParseNestedMeta,
    ) -> Result<(), Mistake> {
        let key = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
        let Some((_, places)) = KEYS.iter().find(|(known, _)| *known == key) else {
            let known: Vec<&str> =
                KEYS.iter().filter(|(_, places)| places.contains(&place)).map(|it| it.0).collect();
            let error = meta.error(errors::unknown_attribute(&key, &known));
            return Err(match same_letters(&key, &known) {
                Some(meant) => Mistake::with_fix(error, meta.path.span(), meant.to_owned()),
                None => error.into(),
            });
        };
        if !places.contains(&place) {
            let places: Vec<&str> = places.iter().map(|place| place.plural()).collect();
            return Err(meta.error(errors::attribute_place(&key, &places)).into());
        }
        if seen.contains(&key) {
            return Err(meta.error(errors::attribute_twice(&key)).into());
        }
        seen.push(key.clone());
        self.value(&key, meta)
    }

    fn value(&mut self, key: &str, meta: &ParseNestedMeta) -> Result<(), Mistake> {
        match key {
            "function" | "secret" => self.members.push(format!("\"{key}\":true")),
            "skip" => self.skip = true,
            "transparent" => self.transparent = true,
            "message" => self.message = Some(meta.value()?.parse()?),
            "rename" => self.rename = Some(text(meta)?.value()),
            "rename_all" => {
                let given = text(meta)?;
                self.rename_all = Style::of(&given.value());
                if self.rename_all.is_none() {
                    let error = syn::Error::new(given.span(), errors::RENAME_STYLE);
                    return Err(match same_letters(&given.value(), &Style::NAMES) {
                        Some(meant) => {
                            Mistake::with_fix(error, given.span(), format!("\"{meant}\""))
                        }
                        None => error.into(),
                    });
                }
            }
            "outputs" => {
                let names = texts(meta)?;
                self.members.push(format!("\"outputs\":[{}]", names.join(",")));
            }
            "default" | "example" => {
                let expression: Expr = meta.value()?.parse()?;
                let literal = Literal::of(&expression)?;
                self.member(key, &literal.json());
                let tokens = literal.tokens();
                self.rule(expression.span(), quote!(Value(#tokens)));
                if key == "default" {
                    self.default = Some(expression);
                }
            }
            "min" | "max" => {
                let expression: Expr = meta.value()?.parse()?;
                let literal = Literal::of(&expression)?;
                if !literal.is_number() {
                    return Err(syn::Error::new(expression.span(), errors::NUMBER).into());
                }
                self.member(key, &literal.json());
                let tokens = literal.tokens();
                self.rule(expression.span(), quote!(Bound(#tokens)));
            }
            "min_length" | "max_length" | "decimals" => {
                let number: LitInt = meta.value()?.parse()?;
                let value: u32 = number.base10_parse()?;
                self.member(key, &value.to_string());
                let rule = if key == "decimals" { quote!(Decimals) } else { quote!(Length) };
                self.rule(number.span(), rule);
            }
            "pattern" => {
                let pattern = text(meta)?;
                self.member(key, &quoted(&pattern.value()));
                self.rule(pattern.span(), quote!(Pattern));
            }
            // Texts.
            _ => {
                let text = text(meta)?;
                self.member(key, &quoted(&text.value()));
            }
        }
        Ok(())
    }

    /// Whether a part has to carry something.
    pub fn is_something(&self) -> bool {
        !self.members.is_empty() || self.rename.is_some() || self.skip
    }

    /// Whether something is said that means nothing for a field that does not cross.
    pub fn is_more_than_skipped(&self) -> bool {
        self.rename.is_some() || self.members.iter().any(|it| !it.starts_with("\"default\""))
    }

    fn member(&mut self, key: &str, json: &str) {
        self.members.push(format!("\"{key}\":{json}"));
    }

    fn rule(&mut self, span: Span, rule: TokenStream) {
        self.rules.push((span, rule));
    }

    /// `#[deprecated]` and its note, where nothing of ours says it.
    fn deprecated_by_rust(&mut self, attribute: &Attribute) {
        let mut note = String::new();
        match &attribute.meta {
            Meta::NameValue(pair) => {
                if let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &pair.value {
                    note = text.value();
                }
            }
            Meta::List(_) => {
                // rustc reports what is wrong with it.
                let _ = attribute.parse_nested_meta(|meta| {
                    let text: LitStr = meta.value()?.parse()?;
                    if meta.path.is_ident("note") {
                        note = text.value();
                    }
                    Ok(())
                });
            }
            Meta::Path(_) => {}
        }
        if !self.members.iter().any(|it| it.starts_with("\"deprecated\"")) {
            self.member("deprecated", &quoted(&note));
        }
    }

    /// The name in JSON of an element, if it is not its own.
    pub fn json_name(&self, name: &str, style: Option<Style>) -> Option<String> {
        let renamed = self.rename.clone().or_else(|| style.map(|style| style.apply(name)))?;
        (renamed != name).then_some(renamed)
    }

    /// A JSON object, if anything was said.
    pub fn object(&self, json_name: Option<String>) -> Option<String> {
        let mut members = self.members.clone();
        members.extend(json_name.map(|name| format!("\"json_name\":{}", quoted(&name))));
        (!members.is_empty()).then(|| format!("{{{}}}", members.join(",")))
    }

    /// What rustc checks when it knows the type: constants at the values' places.
    pub fn checks(&self, ty: &Type) -> Vec<TokenStream> {
        let check = |(span, rule): &(Span, TokenStream)| {
            quote_spanned! {*span=>
                // `cargo ext check` looks at all rules together.
                #[cfg(not(ext_check))]
                const _: () = ::ext_runtime::expansion::check(
                    <#ty as ::ext_runtime::ExtType>::TYPE,
                    ::ext_runtime::expansion::Rule::#rule,
                );
            }
        };
        self.rules.iter().map(check).collect()
    }

    /// What a field that does not cross is filled with.
    pub fn filling(&self) -> TokenStream {
        match &self.default {
            Some(default) => literal::owned(default),
            None => quote!(::core::default::Default::default()),
        }
    }
}

/// Texts in parentheses, as JSON.
fn texts(meta: &ParseNestedMeta) -> syn::Result<Vec<String>> {
    let content;
    syn::parenthesized!(content in meta.input);
    let name = |input: ParseStream| input.parse::<LitStr>().map(|name| quoted(&name.value()));
    Ok(content.parse_terminated(name, Token![,])?.into_iter().collect())
}

fn text(meta: &ParseNestedMeta) -> syn::Result<LitStr> {
    meta.value()?.parse()
}
