//! Values in attributes: literals, negative numbers, cases of enums, lists of these.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Expr, ExprLit, ExprUnary, Lit, UnOp};

use crate::errors;
use crate::meta::{quoted, unraw};

/// A value, as JSON and as far as rustc is asked about it.
pub enum Literal {
    Text(String),
    Whole(String),
    Fraction(String),
    Bool(bool),
    Char(char),
    /// A case without data, of whatever enum.
    Case(String),
    List(Vec<Literal>),
}

impl Literal {
    pub fn of(expression: &Expr) -> syn::Result<Self> {
        Ok(match expression {
            Expr::Lit(ExprLit { lit, .. }) => match lit {
                Lit::Str(text) => Self::Text(text.value()),
                Lit::Int(number) => Self::Whole(number.base10_digits().to_owned()),
                Lit::Float(number) => Self::Fraction(number.base10_digits().to_owned()),
                Lit::Bool(value) => Self::Bool(value.value),
                Lit::Char(value) => Self::Char(value.value()),
                other => return Err(syn::Error::new_spanned(other, errors::LITERAL)),
            },
            Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => match Self::of(expr)? {
                Self::Whole(digits) => Self::Whole(format!("-{digits}")),
                Self::Fraction(digits) => Self::Fraction(format!("-{digits}")),
                _ => return Err(syn::Error::new_spanned(expression, errors::LITERAL)),
            },
            Expr::Path(path) => match path.path.segments.last() {
                Some(segment) if path.path.segments.len() > 1 => Self::Case(unraw(&segment.ident)),
                _ => return Err(syn::Error::new_spanned(expression, errors::LITERAL)),
            },
            Expr::Array(array) => {
                Self::List(array.elems.iter().map(Self::of).collect::<syn::Result<_>>()?)
            }
            Expr::Group(group) => Self::of(&group.expr)?,
            other => return Err(syn::Error::new_spanned(other, errors::LITERAL)),
        })
    }

    pub fn is_number(&self) -> bool {
        matches!(self, Self::Whole(_) | Self::Fraction(_))
    }

    pub fn json(&self) -> String {
        match self {
            Self::Text(text) | Self::Case(text) => quoted(text),
            Self::Whole(digits) => digits.clone(),
            Self::Fraction(digits) => match digits.strip_suffix('.') {
                Some(digits) => format!("{digits}.0"),
                None => digits.clone(),
            },
            Self::Bool(value) => value.to_string(),
            Self::Char(value) => quoted(&value.to_string()),
            Self::List(values) => {
                let values: Vec<String> = values.iter().map(Self::json).collect();
                format!("[{}]", values.join(","))
            }
        }
    }

    /// A variant of `Literal` in `ext_runtime::expansion`.
    pub fn tokens(&self) -> TokenStream {
        let literal = match self {
            Self::Text(_) => quote!(Text),
            Self::Whole(digits) => match digits.parse::<i128>() {
                Ok(number) => quote!(Whole(#number)),
                Err(_) => quote!(Whole(i128::MAX)),
            },
            Self::Fraction(_) => quote!(Fraction),
            Self::Bool(_) => quote!(Bool),
            Self::Char(_) => quote!(Char),
            Self::Case(name) => quote!(Case(#name)),
            Self::List(_) => quote!(List),
        };
        quote!(::ext_runtime::expansion::Literal::#literal)
    }
}

/// The expression as an owned value: a text becomes whatever can be made from one.
pub fn owned(expression: &Expr) -> TokenStream {
    match expression {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => {
            quote!(::core::convert::From::from(#text))
        }
        other => quote!(#other),
    }
}
