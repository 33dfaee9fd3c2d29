//! The definition of an extension: also the JSON manifest that `cargo ext build` writes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::package::Package;

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
    /// Its data, if any.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub ty: Option<Type>,
    /// What is said when it happens, for the cases of errors: `{0}`, `{1}` and `{field}`
    /// stand for its data, `{{` and `}}` for braces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
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
/// | `{"list": "u8"}` | `list<u8>` | string of base64 (RFC 4648, section 4), or array |
/// | `{"list": T}` | `list<T>` | array |
/// | `{"option": T}` | `option<T>` | `null` (or absent) for none, else as `T`; an option in an option is an array of no or one element |
/// | `{"result": [T, E]}` | `result<T, E>` | `{"ok": T}` or `{"err": E}` |
/// | `{"tuple": [T, …]}` | `tuple<T, …>` | array |
/// | `{"map": T}` | `list<tuple<string, T>>` | object |
/// | `{"named": N}` with fields | `record` | object |
/// | `{"named": N}` with cases | `enum`, `variant` | the case's name, or `{"Case": data}` |
/// | `unit` (results only) | none | `null` |
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the table above says it")]
pub enum Type {
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
    List(Box<Type>),
    Option(Box<Type>),
    Result(Box<(Type, Type)>),
    Tuple(Vec<Type>),
    Map(Box<Type>),
    Named(String),
}

impl Type {
    /// Binary data: a list of bytes.
    pub fn is_binary(&self) -> bool {
        matches!(self, Self::List(element) if **element == Self::U8)
    }

    /// The types that this one is made of, itself not among them.
    pub fn children(&self) -> Vec<&Type> {
        match self {
            Self::List(of) | Self::Option(of) | Self::Map(of) => vec![of],
            Self::Result(both) => vec![&both.0, &both.1],
            Self::Tuple(elements) => elements.iter().collect(),
            _ => Vec::new(),
        }
    }
}

/// As people read it: `list<option<Line>>`.
impl std::fmt::Display for Type {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let simple = match self {
            Self::List(of) => return write!(formatter, "list<{of}>"),
            Self::Option(of) => return write!(formatter, "option<{of}>"),
            Self::Map(of) => return write!(formatter, "map<string, {of}>"),
            Self::Result(both) => return write!(formatter, "result<{}, {}>", both.0, both.1),
            Self::Tuple(elements) => {
                let elements: Vec<String> = elements.iter().map(Self::to_string).collect();
                return write!(formatter, "tuple<{}>", elements.join(", "));
            }
            Self::Named(name) => name,
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
        };
        formatter.write_str(simple)
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
    /// The action of a name, in snake or kebab case.
    pub fn action(&self, name: &str) -> Option<&Action> {
        let kebab = crate::naming::kebab(name);
        self.actions.iter().find(|action| crate::naming::kebab(&action.name) == kebab)
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
