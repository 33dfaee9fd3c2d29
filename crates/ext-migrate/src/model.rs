//! What an OutSystems extension offers, whichever dialect it was written in.

use ext_definition::diagnostic::Place;

use super::csharp::declaration::Direction;
use super::csharp::literal::Value;
use super::types::Basic;

/// An extension (O11) or external library (ODC).
#[derive(Debug, Default)]
pub struct Library {
    /// As in C#, without prefixes.
    pub name: String,
    pub description: String,
    /// What it is there: for the report.
    pub kind: &'static str,
    pub actions: Vec<Action>,
    pub structures: Vec<Structure>,
    pub enums: Vec<Enumeration>,
    pub notes: Vec<Note>,
}

#[derive(Debug)]
pub struct Action {
    /// As in C#, without prefixes.
    pub name: String,
    /// In Rust; empty until `names` has run.
    pub rust: String,
    pub description: String,
    pub inputs: Vec<Part>,
    /// In the order in which a result has them.
    pub outputs: Vec<Part>,
    /// The structure that holds several outputs; empty unless there are several.
    pub result: String,
    /// Where it is declared.
    pub place: Place,
    /// Where it is written out.
    pub body: Option<Place>,
    pub original_name: Option<String>,
}

impl Action {
    /// Takes a parameter in: as an input, an output, or both.
    pub fn take(&mut self, part: Part, direction: Direction) {
        match direction {
            Direction::In => self.inputs.push(part),
            Direction::Out => self.outputs.push(part),
            Direction::InOut => {
                let mut output = Part::new(&part.name, part.ty.clone(), part.place.clone());
                output.description = part.description.clone();
                self.outputs.push(output);
                self.inputs.push(part);
            }
        }
    }
}

#[derive(Debug)]
pub struct Structure {
    pub name: String,
    pub rust: String,
    pub description: String,
    pub fields: Vec<Part>,
    pub place: Place,
    pub original_name: Option<String>,
}

/// A type of which a value is one of several names.
#[derive(Debug)]
pub struct Enumeration {
    pub name: String,
    pub rust: String,
    pub description: String,
    pub cases: Vec<Case>,
    pub place: Place,
}

#[derive(Debug, Clone)]
pub struct Case {
    pub name: String,
    pub rust: String,
    pub description: String,
    pub place: Place,
}

/// A parameter or a field.
#[derive(Debug)]
pub struct Part {
    pub name: String,
    pub rust: String,
    pub description: String,
    pub ty: Type,
    pub default: Option<Value>,
    /// Characters of a text, digits of a number.
    pub length: Option<u32>,
    pub decimals: Option<u32>,
    pub original_name: Option<String>,
    pub place: Place,
}

impl Part {
    pub fn new(name: impl Into<String>, ty: Type, place: Place) -> Self {
        Self {
            name: name.into(),
            rust: String::new(),
            description: String::new(),
            ty,
            default: None,
            length: None,
            decimals: None,
            original_name: None,
            place,
        }
    }
}

/// What a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    Basic(Basic),
    /// One of the library's structures, by its index.
    Structure(usize),
    /// One of the library's enums, by its index.
    Enum(usize),
    List(Box<Type>),
    /// From keys that JSON can write as text.
    Map(Box<Type>, Box<Type>),
    /// Of several, none of which has a structure in it.
    Tuple(Vec<Type>),
    Optional(Box<Type>),
    /// What there is no counterpart for.
    Unknown,
}

impl Type {
    /// The structure that is used, however it is wrapped.
    pub fn structure(&self) -> Option<usize> {
        match self {
            Self::Structure(index) => Some(*index),
            Self::List(of) | Self::Optional(of) | Self::Map(_, of) => of.structure(),
            Self::Basic(_) | Self::Enum(_) | Self::Tuple(_) | Self::Unknown => None,
        }
    }

    /// The basic type of a single value, which may be absent.
    pub fn basic(&self) -> Option<Basic> {
        match self {
            Self::Basic(basic) => Some(*basic),
            Self::Optional(of) => of.basic(),
            _ => None,
        }
    }

    /// The enum of a single value, which may be absent.
    pub fn enumeration(&self) -> Option<usize> {
        match self {
            Self::Enum(index) => Some(*index),
            Self::Optional(of) => of.enumeration(),
            _ => None,
        }
    }

    /// Whether this or a type within it is what is looked for.
    pub fn has(&self, wanted: &dyn Fn(&Self) -> bool) -> bool {
        wanted(self)
            || match self {
                Self::List(of) | Self::Optional(of) => of.has(wanted),
                Self::Map(key, of) => key.has(wanted) || of.has(wanted),
                Self::Tuple(parts) => parts.iter().any(|part| part.has(wanted)),
                Self::Basic(_) | Self::Structure(_) | Self::Enum(_) | Self::Unknown => false,
            }
    }

    /// The type as something that may be absent, once.
    pub fn optional(self) -> Self {
        match self {
            Self::Optional(_) => self,
            other => Self::Optional(Box::new(other)),
        }
    }
}

/// Something that needs a human.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub topic: Topic,
    /// Such as `Order.Lines`; empty if it is about no element.
    pub element: String,
    pub text: String,
    pub place: Option<Place>,
}

/// What a note is about, in the report's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    Entity,
    Object,
    UnknownType,
    SeveralOutputs,
    Default,
    Limit,
    Description,
    Name,
    OriginalName,
    Icon,
    LeftOut,
    Source,
}

impl Library {
    pub fn note(&mut self, topic: Topic, element: &str, text: impl Into<String>, place: &Place) {
        let (element, text, place) = (element.to_owned(), text.into(), Some(place.clone()));
        self.notes.push(Note { topic, element, text, place });
    }

    /// The structures that can be written: none is without fields.
    pub fn written(&self) -> impl Iterator<Item = &Structure> {
        self.structures.iter().filter(|it| !it.fields.is_empty())
    }

    /// The enums that can be written: none is without cases.
    pub fn written_enums(&self) -> impl Iterator<Item = &Enumeration> {
        self.enums.iter().filter(|it| !it.cases.is_empty())
    }

    /// Every parameter, output and field.
    pub fn parts(&self) -> impl Iterator<Item = &Part> {
        let of_actions = self.actions.iter().flat_map(|it| it.inputs.iter().chain(&it.outputs));
        of_actions.chain(self.structures.iter().flat_map(|it| &it.fields))
    }
}
