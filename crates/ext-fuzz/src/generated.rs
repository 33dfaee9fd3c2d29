//! Definitions and arguments that are made of a fuzzer's choices: they get through the
//! checks far more often than texts do, and so to where values are read.

use ext_definition::model::{
    Action, Case, Extension, FORMAT, Field, Kind, Rules, Type, TypeDefinition,
};
use ext_definition::package::Package;
use serde_json::{Map, Number, Value, json};

use crate::arguments;
use crate::choices::Choices;

const STRUCTURES: [&str; 3] = ["A", "B", "C"];
const ENUM: &str = "E";
const VARIANT: &str = "V";
const FIELDS: [&str; 3] = ["a", "b", "c"];
const CASES: [&str; 3] = ["X", "Y", "Z"];

/// Makes a definition, goes the way that a package's goes, and reads arguments.
pub fn run(bytes: &[u8]) {
    let mut choices = Choices(bytes);
    let made = extension(&mut choices);
    let Ok(definition) = Extension::from_json(made.to_json().as_bytes()) else { return };
    assert_eq!(definition, made);
    let parameters = &definition.actions[0].parameters;
    let arguments = record(&mut choices, &definition, parameters, 0);
    arguments::read(&definition, &arguments);
}

fn extension(choices: &mut Choices<'_>) -> Extension {
    let mut types: Vec<TypeDefinition> = (STRUCTURES.iter().enumerate())
        .map(|(index, name)| {
            // Types that come later, so that few are nested in themselves.
            let later = &STRUCTURES[if choices.rarely(32) { 0 } else { index + 1 }..];
            let kind = Kind::Structure { fields: fields(choices, later) };
            TypeDefinition { name: (*name).into(), description: String::new(), kind }
        })
        .collect();
    let cases = |choices: &mut Choices<'_>, data: bool| {
        let case = |name: &&str| Case {
            name: (*name).into(),
            description: String::new(),
            json_name: choices.rarely(8).then(|| choices.text()),
            ty: (data && choices.rarely(2)).then(|| ty(choices, &[], 2)),
            message: None,
        };
        CASES.iter().map(case).collect()
    };
    for (name, data) in [(ENUM, false), (VARIANT, true)] {
        let cases = cases(choices, data);
        let kind = if data { Kind::Variant { cases } } else { Kind::Enum { cases } };
        types.push(TypeDefinition { name: name.into(), description: String::new(), kind });
    }
    let action = Action {
        name: "run".into(),
        description: String::new(),
        options: Default::default(),
        parameters: fields(choices, &STRUCTURES),
        result: None,
        error: None,
    };
    let package = Package {
        namespace: "a".into(),
        name: "b".into(),
        version: "1.0.0".into(),
        ..Default::default()
    };
    Extension { format: FORMAT, package, actions: vec![action], types }
}

fn fields(choices: &mut Choices<'_>, named: &[&str]) -> Vec<Field> {
    let count = 1 + choices.below(FIELDS.len());
    let field = |name: &&str| {
        let mut field = Field::new(name, ty(choices, named, 3));
        field.rules = rules(choices, &field.ty);
        field
    };
    FIELDS[..count].iter().map(field).collect()
}

fn ty(choices: &mut Choices<'_>, named: &[&str], depth: usize) -> Type {
    use Type::*;
    const SIMPLE: [Type; 22] = [
        Bool,
        Char,
        S8,
        S16,
        S32,
        S64,
        U8,
        U16,
        U32,
        U64,
        F32,
        F64,
        String,
        Decimal,
        Date,
        Time,
        DateTime,
        Duration,
        Uuid,
        Email,
        PhoneNumber,
        Url,
    ];
    let inner = |choices: &mut Choices<'_>| ty(choices, named, depth.saturating_sub(1));
    match choices.below(if depth == 0 { 24 } else { 32 }) {
        it @ 0..22 => SIMPLE[it].clone(),
        22 => Json,
        23 => Named(choices.of(&[ENUM, VARIANT]).into()),
        24 => List(Box::new(inner(choices))),
        25 => Option(Box::new(inner(choices))),
        26 => Array(Box::new((inner(choices), choices.below(5) as u32))),
        27 => Result(Box::new((inner(choices), inner(choices)))),
        28 => Tuple(vec![inner(choices), inner(choices)]),
        29 => Map(Box::new((choices.of(&[&String, &U64, &S8, &Char]).clone(), inner(choices)))),
        30 => List(Box::new(U8)),
        _ if named.is_empty() => Named(ENUM.into()),
        _ => Named(choices.of(named).into()),
    }
}

fn rules(choices: &mut Choices<'_>, ty: &Type) -> Rules {
    let mut rules = Rules::default();
    if choices.rarely(3) {
        let number = |choices: &mut Choices<'_>| number(choices);
        match ty.required() {
            it if it.is_number() => {
                rules.min = choices.rarely(2).then(|| number(choices));
                rules.max = choices.rarely(2).then(|| number(choices));
            }
            Type::String => rules.pattern = Some(choices.text()),
            _ => rules.max_length = Some(choices.byte().into()),
        }
    }
    if choices.rarely(4) {
        // `null` is no default: in JSON it is none.
        rules.default = Some(value(choices, None, ty, 0)).filter(|it| !it.is_null());
    }
    if choices.rarely(16) {
        rules.json_name = Some(choices.text());
    }
    rules
}

fn number(choices: &mut Choices<'_>) -> Number {
    let text = match choices.below(4) {
        0 => choices.number().to_string(),
        1 => format!("-{}", choices.number()),
        2 => format!("{}.{}", choices.number(), choices.number()),
        _ => format!("{}e{}", choices.number(), choices.number() as i16 % 400),
    };
    text.parse().unwrap_or(0.into())
}

/// A value that mostly fits.
fn value(
    choices: &mut Choices<'_>,
    definition: Option<&Extension>,
    ty: &Type,
    depth: usize,
) -> Value {
    if depth > 16 || choices.rarely(32) {
        return choices.of(&[Value::Null, json!({}), json!([]), json!("")].each_ref()).clone();
    }
    let of = |choices: &mut Choices<'_>, ty: &Type| value(choices, definition, ty, depth + 1);
    let several = |choices: &mut Choices<'_>, ty: &Type, count| {
        (0..count).map(|_| of(choices, ty)).collect::<Vec<_>>()
    };
    match ty {
        Type::Bool => choices.rarely(2).into(),
        Type::Char => choices.text().chars().take(1).collect::<String>().into(),
        ty if ty.is_number() && !choices.rarely(8) => number(choices).into(),
        ty if ty.is_binary() && choices.rarely(2) => {
            choices.of(&["", "AA==", "AAA=", "AAAA", "AAA"]).into()
        }
        Type::List(of) => {
            let count = choices.below(5);
            several(choices, of, count).into()
        }
        Type::Array(of) => several(choices, &of.0, of.1 as usize).into(),
        Type::Option(inner) => match (choices.rarely(3), &**inner) {
            (true, _) => Value::Null,
            (false, Type::Option(_)) => json!([of(choices, inner)]),
            (false, inner) => of(choices, inner),
        },
        Type::Result(both) => match choices.rarely(2) {
            true => json!({ "ok": of(choices, &both.0) }),
            false => json!({ "err": of(choices, &both.1) }),
        },
        Type::Tuple(elements) => elements.iter().map(|ty| of(choices, ty)).collect(),
        Type::Map(both) => {
            let mut map = Map::new();
            for _ in 0..choices.below(4) {
                let key =
                    if both.0.is_whole() { number(choices).to_string() } else { choices.text() };
                map.insert(key, of(choices, &both.1));
            }
            map.into()
        }
        Type::Named(name) => {
            let kind = definition.and_then(|it| it.types.iter().find(|it| it.name == *name));
            match kind.map(|it| &it.kind) {
                Some(Kind::Structure { fields }) => {
                    record(choices, definition.expect("looked into"), fields, depth + 1)
                }
                Some(Kind::Enum { cases } | Kind::Variant { cases }) => {
                    let case = &cases[choices.below(cases.len())];
                    match &case.ty {
                        None => case.json_name().into(),
                        Some(ty) => json!({ case.json_name(): of(choices, ty) }),
                    }
                }
                None => json!({}),
            }
        }
        text => platform(choices, text).into(),
    }
}

/// An object of fields, of which some are left out.
fn record(
    choices: &mut Choices<'_>,
    definition: &Extension,
    fields: &[Field],
    depth: usize,
) -> Value {
    let mut record = Map::new();
    for field in fields {
        if !choices.rarely(4) {
            let value = value(choices, Some(definition), &field.ty, depth + 1);
            record.insert(field.json_name().to_owned(), value);
        }
    }
    record.into()
}

/// A text of a platform's type, or nearly one.
fn platform(choices: &mut Choices<'_>, ty: &Type) -> String {
    let mut text = match ty {
        Type::Decimal => "12.50",
        Type::Date => "2026-11-23",
        Type::Time => "13:45:00.5",
        Type::DateTime => "2026-11-23T13:45:00+01:00",
        Type::Duration => "PT1H30M5.5S",
        Type::Uuid => "67e55044-10b1-426f-9247-bb680e5fe0c8",
        Type::Email => "ada@example.com",
        Type::PhoneNumber => "+351210000000",
        Type::Url => "https://example.com:80/a?q=1#f",
        _ => "",
    }
    .to_owned();
    while choices.rarely(3) || text.is_empty() && !choices.0.is_empty() {
        let at = choices.byte() as usize % (text.len() + 1);
        if text.is_char_boundary(at) {
            match choices.rarely(2) {
                true => text.truncate(at),
                false => text.insert_str(at, &choices.text()),
            }
        }
        if choices.rarely(2) {
            break;
        }
    }
    text
}
