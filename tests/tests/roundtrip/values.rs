//! Random values of any type, made from the definition: as JSON, by the type table
//! (`ext_definition::model::Type`).

use std::collections::BTreeMap;

use ext_definition::model::{Action, Extension, Field, Kind, Type, TypeDefinition};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

/// The types of one definition.
pub struct Values<'a>(BTreeMap<&'a str, &'a TypeDefinition>);

impl<'a> Values<'a> {
    pub fn of(definition: &'a Extension) -> Self {
        Self(definition.types_by_name())
    }

    /// Arguments for a call.
    pub fn arguments(&self, action: &Action) -> BoxedStrategy<Value> {
        self.object(&action.parameters, 0)
    }

    fn object(&self, fields: &[Field], level: usize) -> BoxedStrategy<Value> {
        let names: Vec<String> = fields.iter().map(|field| field.json_name().to_owned()).collect();
        let values: Vec<_> = (fields.iter())
            .map(|field| match &field.rules.example {
                // Random values keep to types, not to rules.
                Some(example) if field.rules.constrain() => Just(example.clone()).boxed(),
                _ => self.value(&field.ty, level),
            })
            .collect();
        values.prop_map(move |values| names.iter().cloned().zip(values).collect()).boxed()
    }

    /// Values of a type, `level` levels inside another one.
    fn value(&self, ty: &Type, level: usize) -> BoxedStrategy<Value> {
        let inner = |ty: &Type| self.value(ty, level + 1);
        // Long lists at the outside, short ones deep down: large enough, and not too large.
        let many = [9, 5, 4, 3].get(level).copied().unwrap_or(2);
        match ty {
            Type::Unit => Just(Value::Null).boxed(),
            Type::Bool => any::<bool>().prop_map(Value::from).boxed(),
            Type::Char => character().prop_map(|it| it.to_string().into()).boxed(),
            Type::S8 => integer([i8::MIN, -1, 0, i8::MAX]),
            Type::S16 => integer([i16::MIN, -1, 0, i16::MAX]),
            Type::S32 => integer([i32::MIN, -1, 0, i32::MAX]),
            Type::S64 => integer([i64::MIN, -1, 0, i64::MAX]),
            Type::U8 => integer([0, 1, 0x7F, 0x80, u8::MAX]),
            Type::U16 => integer([0, 1, 0x7FFF, 0x8000, u16::MAX]),
            Type::U32 => integer([0, 1, 0x7FFF_FFFF, 0x8000_0000, u32::MAX]),
            Type::U64 => integer([0, 1, 1 << 53, i64::MAX as u64, 1 << 63, u64::MAX]),
            Type::F32 => singles().prop_map(single).boxed(),
            Type::F64 => doubles().prop_map(double).boxed(),
            Type::String => text().prop_map(Value::from).boxed(),
            Type::List(_) if ty.is_binary() => bytes().prop_map(|it| base64(&it).into()).boxed(),
            Type::List(of) => {
                prop::collection::vec(inner(of), 0..many).prop_map(Value::from).boxed()
            }
            Type::Array(of) => {
                let count = of.1 as usize;
                prop::collection::vec(inner(&of.0), count..=count).prop_map(Value::from).boxed()
            }
            Type::Map(both) => {
                let key = inner(&both.0).prop_map(|key| match key {
                    Value::String(text) => text,
                    other => other.to_string(),
                });
                prop::collection::btree_map(key, inner(&both.1), 0..many)
                    .prop_map(|entries| entries.into_iter().collect())
                    .boxed()
            }
            Type::Decimal => (any::<i64>(), 0..18_u32).prop_map(decimal).boxed(),
            Type::Date => date().prop_map(Value::from).boxed(),
            Type::Time => time().prop_map(Value::from).boxed(),
            Type::DateTime => (date(), time(), -14..=14_i32)
                .prop_map(|(date, time, hours)| format!("{date}T{time}{hours:+03}:00").into())
                .boxed(),
            Type::Duration => (1..100_u32, 1..60_u32, 1..60_u32)
                .prop_map(|(hours, minutes, seconds)| {
                    format!("PT{hours}H{minutes}M{seconds}S").into()
                })
                .boxed(),
            Type::Uuid => "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}".prop_map(Value::from).boxed(),
            Type::Email => "[a-z]{1,9}@[a-z]{1,9}[.]com".prop_map(Value::from).boxed(),
            Type::PhoneNumber => "[+][1-9][0-9]{1,14}".prop_map(Value::from).boxed(),
            Type::Url => "https://[a-z]{1,9}[.]com/[a-z0-9]{0,9}".prop_map(Value::from).boxed(),
            Type::Json => prop_oneof![
                Just(Value::Null),
                any::<bool>().prop_map(Value::from),
                text().prop_map(Value::from),
                any::<i64>().prop_map(|it| json!({"number": [it, {"deep": null}]})),
            ]
            .boxed(),
            Type::Tuple(types) => {
                types.iter().map(inner).collect::<Vec<_>>().prop_map(Value::from).boxed()
            }
            Type::Option(of) => {
                let nested = matches!(**of, Type::Option(_));
                let some = inner(of).prop_map(move |it| if nested { json!([it]) } else { it });
                prop_oneof![1 => Just(Value::Null), 2 => some].boxed()
            }
            Type::Result(both) => prop_oneof![
                inner(&both.0).prop_map(|it| json!({"ok": it})),
                inner(&both.1).prop_map(|it| json!({"err": it})),
            ]
            .boxed(),
            Type::Named(name) => match &self.0[name.as_str()].kind {
                Kind::Structure { fields } => self.object(fields, level + 1),
                Kind::Enum { cases } => {
                    let names: Vec<String> = cases.iter().map(|case| case.name.clone()).collect();
                    select(names).prop_map(Value::from).boxed()
                }
                Kind::Variant { cases } => {
                    let (with_data, plain): (Vec<_>, Vec<_>) =
                        cases.iter().partition(|case| case.ty.is_some());
                    let mut choices: Vec<BoxedStrategy<Value>> = Vec::new();
                    for case in with_data {
                        let (name, ty) = (case.name.clone(), case.ty.as_ref().expect("has data"));
                        choices.push(inner(ty).prop_map(move |it| json!({ &name: it })).boxed());
                    }
                    if !plain.is_empty() {
                        let names: Vec<String> =
                            plain.iter().map(|case| case.name.clone()).collect();
                        choices.push(select(names).prop_map(Value::from).boxed());
                    }
                    prop::strategy::Union::new(choices).boxed()
                }
            },
        }
    }
}

/// With its zeros: `12.50` stays so.
fn decimal((digits, scale): (i64, u32)) -> Value {
    let sign = if digits < 0 { "-" } else { "" };
    let width = scale as usize + 1;
    let digits = format!("{:0width$}", digits.unsigned_abs());
    let (whole, fraction) = digits.split_at(digits.len() - scale as usize);
    let point = if scale > 0 { "." } else { "" };
    format!("{sign}{whole}{point}{fraction}").into()
}

fn date() -> impl Strategy<Value = String> {
    (1..=9998_u32, 1..=12_u32, 1..=28_u32).prop_map(|(y, m, d)| format!("{y:04}-{m:02}-{d:02}"))
}

fn time() -> impl Strategy<Value = String> {
    (0..24_u32, 0..60_u32, 0..60_u32).prop_map(|(h, m, s)| format!("{h:02}:{m:02}:{s:02}"))
}

fn integer<T, const N: usize>(extremes: [T; N]) -> BoxedStrategy<Value>
where
    T: Arbitrary + Copy + Into<Value> + 'static,
{
    prop_oneof![2 => any::<T>(), 1 => select(extremes.to_vec())].prop_map(Into::into).boxed()
}

/// Every bit pattern is as likely as any other, and the special ones more so.
pub fn singles() -> impl Strategy<Value = f32> {
    let special = [
        0.0,
        -0.0,
        1.0,
        0.1,
        f32::MIN,
        f32::MAX,
        f32::MIN_POSITIVE,
        f32::from_bits(1),
        f32::EPSILON,
        f32::INFINITY,
        f32::NEG_INFINITY,
        f32::NAN,
        -f32::NAN,
        f32::from_bits(0x7F80_0001),
    ];
    prop_oneof![2 => any::<u32>().prop_map(f32::from_bits), 1 => select(special.to_vec())]
}

/// As [`singles`].
pub fn doubles() -> impl Strategy<Value = f64> {
    let special = [
        0.0,
        -0.0,
        1.0,
        0.1,
        f64::MIN,
        f64::MAX,
        f64::MIN_POSITIVE,
        f64::from_bits(1),
        f64::EPSILON,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
        -f64::NAN,
        f64::from_bits(0x7FF0_0000_0000_0001),
    ];
    prop_oneof![2 => any::<u64>().prop_map(f64::from_bits), 1 => select(special.to_vec())]
}

/// By its shortest digits.
fn single(value: f32) -> Value {
    special(value.into())
        .unwrap_or_else(|| json!(value.to_string().parse::<f64>().expect("digits")))
}

fn double(value: f64) -> Value {
    special(value).unwrap_or_else(|| json!(value))
}

fn special(value: f64) -> Option<Value> {
    if value.is_nan() {
        Some("NaN".into())
    } else if value.is_infinite() {
        Some(if value > 0.0 { "Infinity" } else { "-Infinity" }.into())
    } else {
        None
    }
}

/// Characters that software stumbles over.
const SPECIAL: [char; 36] = [
    '\0',
    '\u{1}',
    '\t',
    '\n',
    '\r',
    '"',
    '\\',
    '/',
    '{',
    '}',
    '\u{7F}',
    '\u{80}',
    '\u{FF}',
    // Combining: acute accent, cedilla, Hebrew point, enclosing circle.
    '\u{301}',
    '\u{327}',
    '\u{5B0}',
    '\u{20DD}',
    // Joiners, marks of direction, separators, the byte order mark.
    '\u{200B}',
    '\u{200D}',
    '\u{202E}',
    '\u{2028}',
    '\u{FE0F}',
    '\u{FEFF}',
    // Around the surrogates, the ends of planes, those that are no characters.
    '\u{D7FF}',
    '\u{E000}',
    '\u{FDD0}',
    '\u{FFFD}',
    '\u{FFFF}',
    '\u{10000}',
    '\u{1F600}',
    '\u{1FFFF}',
    '\u{20000}',
    '\u{E0001}',
    '\u{F0000}',
    '\u{10FFFE}',
    '\u{10FFFF}',
];

/// One of ASCII, of any plane, or of the special ones. A strategy made of strategies for
/// these would take most of a test's time.
fn character_of(number: u32) -> char {
    let (kind, rest) = (number % 5, number / 5);
    match kind {
        0 | 1 => char::from(b' ' + (rest % 95) as u8),
        2 | 3 => {
            let (plane, at) = (rest % 17, rest / 17 % 0x1_0000);
            char::from_u32(plane << 16 | at).unwrap_or('\u{FFFD}')
        }
        _ => SPECIAL[rest as usize % SPECIAL.len()],
    }
}

/// Of all planes, and those that software stumbles over.
pub fn character() -> impl Strategy<Value = char> {
    any::<u32>().prop_map(character_of)
}

/// Mostly short, sometimes not.
pub fn text() -> impl Strategy<Value = String> {
    let of = |length: std::ops::Range<usize>| {
        prop::collection::vec(any::<u32>(), length)
            .prop_map(|numbers| numbers.into_iter().map(character_of).collect())
    };
    prop_oneof![12 => of(0..12), 1 => of(60..200)]
}

/// Mostly few, sometimes many.
pub fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let of = |length: std::ops::Range<usize>| prop::collection::vec(any::<u8>(), length);
    prop_oneof![12 => of(0..24), 1 => of(100..500)]
}

/// RFC 4648, section 4. Written out, so that it is not the host's own.
pub fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let group =
            (0..3).fold(0, |group, at| group << 8 | u32::from(*chunk.get(at).unwrap_or(&0)));
        for digit in 0..4 {
            let digit =
                (digit <= chunk.len()).then(|| DIGITS[(group >> (18 - 6 * digit) & 63) as usize]);
            out.push(digit.unwrap_or(b'=').into());
        }
    }
    out
}

/// Equal to the last bit: a plain comparison says that 0.0 is -0.0.
pub fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            left == right && left.to_string() == right.to_string()
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len()
                && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => same_members(left, right),
        (left, right) => left == right,
    }
}

fn same_members(left: &Map<String, Value>, right: &Map<String, Value>) -> bool {
    left.len() == right.len()
        && left.iter().all(|(key, value)| right.get(key).is_some_and(|right| same(value, right)))
}
