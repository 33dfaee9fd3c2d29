//! The definition of an extension: also the JSON manifest that `cargo ext build` writes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::naming::kebab;
use crate::package::Package;
pub use crate::rules::{Options, Rules};

/// The format of the JSON manifest; readers refuse others.
pub const FORMAT: u32 = 1;

/// The definition of an extension, complete.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extension {
    /// [`FORMAT`].
    pub format: u32,
    /// Whose it is and what it asks for.
    pub package: Package,
    /// By name.
    pub actions: Vec<Action>,
    /// Every type that actions use, by name.
    pub types: Vec<TypeDefinition>,
}

/// A function that applications call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// As the author wrote it: snake case.
    pub name: String,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// What else is said about it.
    #[serde(default, skip_serializing_if = "Options::is_empty")]
    pub options: Options,
    /// In order.
    pub parameters: Vec<Field>,
    /// What it answers with, if anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Type>,
    /// What it answers with when it fails, if it can: `unit` for no reason at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Type>,
}

/// A parameter of an action or a field of a structure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// As the author wrote it: snake case.
    pub name: String,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// An `option` need not be given.
    #[serde(rename = "type")]
    pub ty: Type,
    /// What its values must keep to, and what else is said about it.
    #[serde(default, skip_serializing_if = "Rules::is_empty")]
    pub rules: Rules,
}

impl Field {
    /// A field without description and rules.
    pub fn new(name: &str, ty: Type) -> Self {
        let (name, description) = (name.to_owned(), String::new());
        Self { name, description, ty, rules: Rules::default() }
    }

    /// Its name in JSON.
    pub fn json_name(&self) -> &str {
        self.rules.json_name.as_deref().unwrap_or(&self.name)
    }

    /// Whether a call must give it.
    pub fn is_mandatory(&self) -> bool {
        self.rules.default.is_none() && !matches!(self.ty, Type::Option(_))
    }
}

/// A type of the extension's own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TypeDefinition {
    /// Unique in the extension: Pascal case.
    pub name: String,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// What it is.
    #[serde(flatten)]
    pub kind: Kind,
}

/// What a type is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Kind {
    /// A WIT `record`.
    Structure {
        /// In order, at least one.
        fields: Vec<Field>,
    },
    /// A WIT `enum`: no case has data.
    Enum {
        /// In order, at least one.
        cases: Vec<Case>,
    },
    /// A WIT `variant`: some case has data.
    Variant {
        /// In order, at least one.
        cases: Vec<Case>,
    },
}

/// A case of an enum or variant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// As the author wrote it: Pascal case.
    pub name: String,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Its name in JSON, where that is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json_name: Option<String>,
    /// Its data, if any.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub ty: Option<Type>,
    /// What is said when it happens, for the cases of errors: `{0}`, `{1}` and `{field}`
    /// stand for its data, `{{` and `}}` for braces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl Case {
    /// Its name in JSON.
    pub fn json_name(&self) -> &str {
        self.json_name.as_deref().unwrap_or(&self.name)
    }
}

/// A type: **the type table** of the project. How each is written in JSON values:
///
/// | here | WIT | JSON value |
/// |---|---|---|
/// | `bool` | `bool` | boolean |
/// | `s8`…`s32`, `u8`…`u32` | same | number |
/// | `s64`, `u64` | same | number, or its decimal digits as a string |
/// | `f32`, `f64` | same | number, or `"NaN"`, `"Infinity"`, `"-Infinity"` |
/// | `char` | `char` | string of one character |
/// | `string` | `string` | string |
/// | `decimal` | `string` | number, or string of digits (at most 28 of them) |
/// | `date`, `time`, `date-time` | `string` | string (RFC 3339; a time without offset) |
/// | `duration` | `string` | string (ISO 8601: `PT1H30M`) |
/// | `uuid` | `string` | string (RFC 9562) |
/// | `email`, `phone-number`, `url` | `string` | string (RFC 5321, E.164, WHATWG URL) |
/// | `json` | `string` | any value |
/// | `{"list": "u8"}` | `list<u8>` | string of base64 (RFC 4648, section 4), or array |
/// | `{"list": T}` | `list<T>` | array |
/// | `{"option": T}` | `option<T>` | `null` (or absent) for none, else as `T`; an option in an option is an array of no or one element |
/// | `{"result": [T, E]}` | `result<T, E>` | `{"ok": T}` or `{"err": E}` |
/// | `{"tuple": [T, …]}` | `tuple<T, …>` | array |
/// | `{"array": [T, N]}` | `list<T>` | array of N elements |
/// | `{"map": [K, T]}` | `list<tuple<K, T>>` | object; K is a string, a whole number or an enum |
/// | `{"named": N}` with fields | `record` | object |
/// | `{"named": N}` with cases | `enum`, `variant` | the case's name, or `{"Case": data}` |
/// | `unit` (results only) | none | `null` |
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the table above says it")]
pub enum Type<N = String> {
    Unit,
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
    Json,
    List(Box<Type<N>>),
    Array(Box<(Type<N>, u32)>),
    Option(Box<Type<N>>),
    Result(Box<(Type<N>, Type<N>)>),
    Tuple(Vec<Type<N>>),
    Map(Box<(Type<N>, Type<N>)>),
    Named(N),
}

impl<N> Type<N> {
    /// The platform's own types: texts of a form, which WIT knows by these names.
    pub const PLATFORM: [(Self, &'static str); 10] = [
        (Self::Decimal, "decimal"),
        (Self::Date, "date"),
        (Self::Time, "time"),
        (Self::DateTime, "date-time"),
        (Self::Duration, "duration"),
        (Self::Uuid, "uuid"),
        (Self::Email, "email"),
        (Self::PhoneNumber, "phone-number"),
        (Self::Url, "url"),
        (Self::Json, "json"),
    ];

    /// The types that this one is made of, itself not among them.
    pub fn children(&self) -> Vec<&Self> {
        match self {
            Self::List(of) | Self::Option(of) => vec![of],
            Self::Array(of) => vec![&of.0],
            Self::Map(both) | Self::Result(both) => vec![&both.0, &both.1],
            Self::Tuple(elements) => elements.iter().collect(),
            _ => Vec::new(),
        }
    }

    /// The same type with other names.
    pub fn map<M>(&self, name: &mut impl FnMut(&N) -> Type<M>) -> Type<M> {
        match self {
            Self::Unit => Type::Unit,
            Self::Bool => Type::Bool,
            Self::Char => Type::Char,
            Self::S8 => Type::S8,
            Self::S16 => Type::S16,
            Self::S32 => Type::S32,
            Self::S64 => Type::S64,
            Self::U8 => Type::U8,
            Self::U16 => Type::U16,
            Self::U32 => Type::U32,
            Self::U64 => Type::U64,
            Self::F32 => Type::F32,
            Self::F64 => Type::F64,
            Self::String => Type::String,
            Self::Decimal => Type::Decimal,
            Self::Date => Type::Date,
            Self::Time => Type::Time,
            Self::DateTime => Type::DateTime,
            Self::Duration => Type::Duration,
            Self::Uuid => Type::Uuid,
            Self::Email => Type::Email,
            Self::PhoneNumber => Type::PhoneNumber,
            Self::Url => Type::Url,
            Self::Json => Type::Json,
            Self::List(of) => Type::List(Box::new(of.map(name))),
            Self::Array(of) => Type::Array(Box::new((of.0.map(name), of.1))),
            Self::Option(of) => Type::Option(Box::new(of.map(name))),
            Self::Result(both) => Type::Result(Box::new((both.0.map(name), both.1.map(name)))),
            Self::Tuple(elements) => Type::Tuple(elements.iter().map(|it| it.map(name)).collect()),
            Self::Map(both) => Type::Map(Box::new((both.0.map(name), both.1.map(name)))),
            Self::Named(it) => name(it),
        }
    }
}

impl Type {
    /// Binary data: a list of bytes.
    pub fn is_binary(&self) -> bool {
        matches!(self, Self::List(element) if **element == Self::U8)
    }

    /// A number, a decimal one among them.
    pub fn is_number(&self) -> bool {
        self.is_whole() || matches!(self, Self::F32 | Self::F64 | Self::Decimal)
    }

    /// A whole number.
    pub fn is_whole(&self) -> bool {
        use Type::{S8, S16, S32, S64, U8, U16, U32, U64};
        matches!(self, S8 | S16 | S32 | S64 | U8 | U16 | U32 | U64)
    }

    /// A text, of whatever form; `json` is a value of its own.
    pub fn is_text(&self) -> bool {
        *self == Self::String || self.platform_name().is_some() && *self != Self::Json
    }

    /// What can be the key of a map besides an enum.
    pub fn is_simple_key(&self) -> bool {
        self.is_whole() || matches!(self, Self::String | Self::Char)
    }

    /// The type of the value that is there, if this is an `option`.
    pub fn required(&self) -> &Self {
        match self {
            Self::Option(of) => of,
            other => other,
        }
    }

    /// The platform's name for it, if it is one of [`Type::PLATFORM`].
    pub fn platform_name(&self) -> Option<&'static str> {
        Self::PLATFORM.iter().find(|(ty, _)| ty == self).map(|(_, name)| *name)
    }
}

/// As people read it: `list<option<Line>>`.
impl std::fmt::Display for Type {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.shown("<", ">", &str::to_owned))
    }
}

impl Type {
    /// As people read it, with these brackets and with named types as `named` writes them.
    pub fn shown(&self, open: &str, close: &str, named: &dyn Fn(&str) -> String) -> String {
        let of = |name: &str, parts: &[&Self]| {
            let parts: Vec<String> = parts.iter().map(|it| it.shown(open, close, named)).collect();
            format!("{name}{open}{}{close}", parts.join(", "))
        };
        let simple = match self {
            Self::List(inner) => return of("list", &[inner]),
            Self::Option(inner) => return of("option", &[inner]),
            Self::Map(both) => return of("map", &[&both.0, &both.1]),
            Self::Result(both) => return of("result", &[&both.0, &both.1]),
            Self::Tuple(elements) => return of("tuple", &elements.iter().collect::<Vec<_>>()),
            Self::Array(inner) => {
                let element = inner.0.shown(open, close, named);
                return format!("array{open}{element}, {}{close}", inner.1);
            }
            Self::Named(name) => return named(name),
            Self::Unit => "unit",
            Self::Bool => "bool",
            Self::Char => "char",
            Self::S8 => "s8",
            Self::S16 => "s16",
            Self::S32 => "s32",
            Self::S64 => "s64",
            Self::U8 => "u8",
            Self::U16 => "u16",
            Self::U32 => "u32",
            Self::U64 => "u64",
            Self::F32 => "f32",
            Self::F64 => "f64",
            Self::String => "string",
            platform => platform.platform_name().unwrap_or_default(),
        };
        simple.to_owned()
    }

    /// The type in Rust, if it is one that the language has.
    pub fn primitive(&self) -> Option<&'static str> {
        Some(match self {
            Self::Unit => "()",
            Self::Bool => "bool",
            Self::Char => "char",
            Self::S8 => "i8",
            Self::S16 => "i16",
            Self::S32 => "i32",
            Self::S64 => "i64",
            Self::U8 => "u8",
            Self::U16 => "u16",
            Self::U32 => "u32",
            Self::U64 => "u64",
            Self::F32 => "f32",
            Self::F64 => "f64",
            _ => return None,
        })
    }
}

impl TypeDefinition {
    /// Every type that it names directly.
    pub fn uses(&self) -> Vec<&Type> {
        match &self.kind {
            Kind::Structure { fields } => fields.iter().map(|field| &field.ty).collect(),
            Kind::Enum { cases } | Kind::Variant { cases } => {
                cases.iter().filter_map(|case| case.ty.as_ref()).collect()
            }
        }
    }
}

impl Extension {
    /// The action of a name, in snake or kebab case; or the one that had it (`renamed_from`).
    pub fn action(&self, name: &str) -> Option<&Action> {
        let name = kebab(name);
        let had =
            |it: &&Action| it.options.renamed_from.as_ref().is_some_and(|it| kebab(it) == name);
        let has = |it: &&Action| kebab(&it.name) == name;
        self.actions.iter().find(has).or_else(|| self.actions.iter().find(had))
    }

    /// Every parameter and every field.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        let parameters = self.actions.iter().flat_map(|it| &it.parameters);
        let fields = self.types.iter().flat_map(|it| match &it.kind {
            Kind::Structure { fields } => fields.as_slice(),
            Kind::Enum { .. } | Kind::Variant { .. } => &[],
        });
        parameters.chain(fields)
    }

    /// Every type that stands somewhere, with the types that it is made of.
    pub fn used_types(&self) -> Vec<&Type> {
        let parameters = self.actions.iter().flat_map(|it| &it.parameters).map(|it| &it.ty);
        let results = self.actions.iter().flat_map(|it| it.result.iter().chain(&it.error));
        let parts = self.types.iter().flat_map(TypeDefinition::uses);
        let mut used: Vec<&Type> = parameters.chain(results).chain(parts).collect();
        let mut next = 0;
        while next < used.len() {
            used.extend(used[next].children());
            next += 1;
        }
        used
    }

    /// WIT's names for those of the platform's types ([`Type::PLATFORM`]) that are used.
    pub fn platform_names(&self) -> impl Iterator<Item = &'static str> {
        let used = self.used_types();
        Type::PLATFORM.into_iter().filter(move |(ty, _)| used.contains(&ty)).map(|(_, name)| name)
    }

    /// The named types that can be met in values of these types, by name.
    pub fn reached<'a>(
        &'a self,
        types: impl IntoIterator<Item = &'a Type>,
    ) -> BTreeMap<&'a str, &'a TypeDefinition> {
        let named = self.types_by_name();
        let mut reached = BTreeMap::new();
        let mut waiting: Vec<&Type> = types.into_iter().collect();
        while let Some(next) = waiting.pop() {
            waiting.extend(next.children());
            if let Type::Named(name) = next
                && let Some(&definition) = named.get(name.as_str())
                && reached.insert(name.as_str(), definition).is_none()
            {
                waiting.extend(definition.uses());
            }
        }
        reached
    }

    /// Types by name.
    pub fn types_by_name(&self) -> BTreeMap<&str, &TypeDefinition> {
        self.types.iter().map(|ty| (ty.name.as_str(), ty)).collect()
    }

    /// The JSON manifest, for people.
    pub fn to_json(&self) -> String {
        // Strings, numbers and string keys only: writing them cannot fail.
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Reads a JSON manifest and checks that it is one that this crate could have
    /// written: names, references, nesting.
    pub fn from_json(bytes: &[u8]) -> Result<Self, Vec<crate::diagnostic::Diagnostic>> {
        crate::resolve::manifest(bytes)
    }
}
