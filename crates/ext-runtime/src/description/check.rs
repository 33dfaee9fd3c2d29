//! Checks of what attributes say, made while the extension is compiled: rustc reports a
//! panic of [`check`] at the attribute's value.

use super::{Kind, Type};

/// What an attribute says of a type.
pub enum Rule {
    /// A default or an example.
    Value(Literal),
    /// The smallest or the largest number.
    Bound(Literal),
    /// Fewest or most characters, bytes or elements.
    Length,
    /// A regular expression.
    Pattern,
    /// Most digits behind the decimal point.
    Decimals,
}

/// A value in an attribute.
pub enum Literal {
    /// `"…"`.
    Text,
    /// A whole number.
    Whole(i128),
    /// A number with a decimal point.
    Fraction,
    /// `true`, `false`.
    Bool,
    /// `'…'`.
    Char,
    /// `Color::Red`.
    Case(&'static str),
    /// `[…]`.
    List,
}

/// Types as far as rules tell them apart.
enum Class {
    Bool,
    Char,
    Whole {
        min: i128,
        max: i128,
    },
    Float,
    Decimal,
    /// `string`, and nothing more.
    Text,
    /// A text of a form, of any length.
    LongForm,
    Form,
    Json,
    Bytes,
    List,
    Map,
    Named(&'static super::Named),
    Other,
}

const fn class(ty: &'static Type) -> Class {
    match ty {
        Type::Option(of) => class(of),
        Type::List(Type::Simple(name)) if matches!(name.as_bytes(), b"\"u8\"") => Class::Bytes,
        Type::List(_) | Type::Array(..) | Type::Tuple(_) => Class::List,
        Type::Map(..) => Class::Map,
        Type::Named(named) => Class::Named(named),
        Type::Result(..) => Class::Other,
        Type::Simple(name) => match name.as_bytes() {
            b"\"bool\"" => Class::Bool,
            b"\"char\"" => Class::Char,
            b"\"s8\"" => Class::Whole { min: i8::MIN as i128, max: i8::MAX as i128 },
            b"\"s16\"" => Class::Whole { min: i16::MIN as i128, max: i16::MAX as i128 },
            b"\"s32\"" => Class::Whole { min: i32::MIN as i128, max: i32::MAX as i128 },
            b"\"s64\"" => Class::Whole { min: i64::MIN as i128, max: i64::MAX as i128 },
            b"\"u8\"" => Class::Whole { min: 0, max: u8::MAX as i128 },
            b"\"u16\"" => Class::Whole { min: 0, max: u16::MAX as i128 },
            b"\"u32\"" => Class::Whole { min: 0, max: u32::MAX as i128 },
            b"\"u64\"" => Class::Whole { min: 0, max: u64::MAX as i128 },
            b"\"f32\"" | b"\"f64\"" => Class::Float,
            b"\"decimal\"" => Class::Decimal,
            b"\"string\"" => Class::Text,
            b"\"email\"" | b"\"url\"" => Class::LongForm,
            b"\"json\"" => Class::Json,
            b"\"unit\"" => Class::Other,
            _ => Class::Form,
        },
    }
}

/// Ends the compilation if the rule cannot be about the type.
#[track_caller]
pub const fn check(ty: &'static Type, rule: Rule) {
    let class = class(ty);
    match (rule, &class) {
        (Rule::Value(literal), _) => value(&class, &literal),
        (Rule::Bound(literal), Class::Whole { .. } | Class::Float | Class::Decimal) => {
            value(&class, &literal);
        }
        (Rule::Bound(_), _) => panic!("`min` and `max` are for numbers"),
        (Rule::Length, Class::Text | Class::LongForm | Class::Bytes | Class::List | Class::Map)
        | (Rule::Pattern, Class::Text)
        | (Rule::Decimals, Class::Float | Class::Decimal) => {}
        (Rule::Length, _) => {
            panic!("`min_length` and `max_length` are for texts, lists and maps")
        }
        (Rule::Pattern, _) => panic!("`pattern` is for texts"),
        (Rule::Decimals, _) => panic!("`decimals` is for decimal and floating-point numbers"),
    }
}

#[track_caller]
const fn value(class: &Class, literal: &Literal) {
    match (class, literal) {
        (Class::Bool, Literal::Bool)
        | (Class::Char, Literal::Char)
        | (Class::Float, Literal::Whole(_) | Literal::Fraction)
        | (Class::Decimal, Literal::Whole(_) | Literal::Fraction | Literal::Text)
        | (Class::Text | Class::LongForm | Class::Form, Literal::Text)
        | (Class::Bytes, Literal::Text | Literal::List)
        | (Class::List, Literal::List)
        | (Class::Json, _) => {}
        (Class::Whole { min, max }, Literal::Whole(number)) => {
            assert!(
                *number >= *min && *number <= *max,
                "the number is outside of the type's range"
            );
        }
        (Class::Named(named), Literal::Case(name)) => match named.kind {
            Kind::Structure => panic!("a structure cannot be written here"),
            Kind::Enum | Kind::Variant => {
                assert!(has_case(named, name), "the type has no case of this name");
            }
        },
        (Class::Bool, _) => panic!("the type is `bool`: write `true` or `false`"),
        (Class::Char, _) => panic!("the type is `char`: write a character such as 'x'"),
        (Class::Whole { .. }, _) => panic!("the type is a whole number: write one such as 12"),
        (Class::Float | Class::Decimal, _) => {
            panic!("the type is a number: write one such as 1.5")
        }
        (Class::Text | Class::LongForm | Class::Form, _) => {
            panic!("the type is a text: write one in quotation marks")
        }
        (Class::Bytes, _) => panic!("the type is binary data: write base64, or a list of numbers"),
        (Class::List, _) => panic!("the type is a list: write one such as [1, 2]"),
        (Class::Named(_), _) => {
            panic!("the type is one of your own: write a case of an enum such as `Color::Red`")
        }
        (Class::Map | Class::Other, _) => panic!("a value of this type cannot be written here"),
    }
}

/// Whether a case has this name: its macro wrote `"name":"…"` first.
const fn has_case(named: &super::Named, name: &str) -> bool {
    let mut index = 0;
    while index < named.parts.len() {
        let meta = named.parts[index].meta.as_bytes();
        let start = "\"name\":\"".len();
        let mut at = 0;
        while at < name.len() && start + at < meta.len() && meta[start + at] == name.as_bytes()[at]
        {
            at += 1;
        }
        if at == name.len() && start + at < meta.len() && meta[start + at] == b'"' {
            return true;
        }
        index += 1;
    }
    false
}
