//! From a type's name in C# to what it is: shared by the dialects.

use std::collections::HashMap;

use ext_definition::diagnostic::Place;

use super::csharp::declaration::{Field, Method};
use super::csharp::index::Index;
use super::csharp::literal::Value;
use super::csharp::name::TypeName;
use super::model::{Action, Case, Enumeration, Library, Structure, Topic, Type};
use super::types::Basic;

/// Types of .NET that are lists of their argument.
const LISTS: &[&str] = &[
    "List",
    "IList",
    "IEnumerable",
    "ICollection",
    "IReadOnlyList",
    "IReadOnlyCollection",
    "Collection",
    "HashSet",
    "ISet",
    "ImmutableList",
    "ImmutableArray",
    "IAsyncEnumerable",
    "IReadOnlySet",
    "SortedSet",
    "ReadOnlyCollection",
    "ObservableCollection",
    "Queue",
    "Stack",
    "LinkedList",
    "ConcurrentBag",
    "Memory",
    "ReadOnlyMemory",
    "ArraySegment",
    "Span",
    "ReadOnlySpan",
    "GenericRecordList",
    "BasicTypeList",
    "OSList",
];
/// Types of .NET that are maps of their arguments.
const MAPS: &[&str] = &[
    "Dictionary",
    "IDictionary",
    "IReadOnlyDictionary",
    "ReadOnlyDictionary",
    "SortedDictionary",
    "SortedList",
    "ConcurrentDictionary",
    "ImmutableDictionary",
];
/// Types of .NET that are tuples of their arguments.
const TUPLES: &[&str] = &["KeyValuePair", "Tuple", "ValueTuple"];
/// Most elements of a tuple.
const MAX_TUPLE: usize = 12;
/// What a caller never sees of a result that comes later.
const LATER: &[&str] = &["Task", "ValueTask"];
/// Most numbers of an enum that a note tells.
const MAX_NUMBERS: usize = 20;
/// How far names are followed.
const MAX_DEPTH: usize = 24;

/// From where a name is seen.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    pub file: &'a str,
    /// Namespaces and types around it.
    pub path: &'a [String],
}

/// A dialect's own types: a name without type arguments, and from where it is seen.
pub type Own = fn(&mut Builder<'_>, &[String], Scope<'_>) -> Option<Type>;

/// Makes a library of declarations.
pub struct Builder<'a> {
    pub index: &'a Index,
    pub library: Library,
    own: Own,
    /// The structure of a declaration.
    structures: HashMap<usize, usize>,
    /// The enum of a declaration.
    enums: HashMap<usize, usize>,
    /// Declarations whose structure has no fields yet.
    open: Vec<usize>,
}

impl<'a> Builder<'a> {
    pub fn new(index: &'a Index, kind: &'static str, own: Own) -> Self {
        let library = Library { kind, ..Library::default() };
        let (structures, enums) = (HashMap::new(), HashMap::new());
        Self { index, library, own, structures, enums, open: Vec::new() }
    }

    /// An action of a method, still without parameters.
    pub fn action(&mut self, name: &str, method: &Method, body: Option<&Method>) -> Action {
        if method.generic {
            let text = "has type parameters in C#";
            self.library.note(Topic::UnknownType, name, text, &method.place);
        }
        Action {
            name: name.to_owned(),
            rust: String::new(),
            description: String::new(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            result: String::new(),
            place: method.place.clone(),
            body: body.map(|it| it.place.clone()),
            original_name: None,
        }
    }

    /// The structure of a declaration; its fields come later, since they may lead back here.
    pub fn structure(&mut self, declaration: usize, name: &str) -> Type {
        if let Some(&known) = self.structures.get(&declaration) {
            return Type::Structure(known);
        }
        let index = self.library.structures.len();
        self.structures.insert(declaration, index);
        self.open.push(declaration);
        self.library.structures.push(Structure {
            name: name.to_owned(),
            rust: String::new(),
            description: String::new(),
            fields: Vec::new(),
            place: self.index.declarations[declaration].place.clone(),
            original_name: None,
        });
        Type::Structure(index)
    }

    /// The enum of a declaration; notes what its cases do not say.
    pub fn enumeration(&mut self, declaration: usize) -> Type {
        if let Some(&known) = self.enums.get(&declaration) {
            return Type::Enum(known);
        }
        let of = &self.index.declarations[declaration];
        let index = self.library.enums.len();
        self.enums.insert(declaration, index);
        let case = |field: &Field| Case {
            name: field.name.clone(),
            rust: String::new(),
            description: field.doc.summary(),
            place: field.place.clone(),
        };
        self.library.enums.push(Enumeration {
            name: of.name.clone(),
            rust: String::new(),
            description: of.doc.summary(),
            cases: of.fields.iter().map(case).collect(),
            place: of.place.clone(),
        });
        if of.attribute("Flags").is_some() {
            let text = "is a set of flags in C#; a value has one case here";
            self.library.note(Topic::UnknownType, &of.name, text, &of.place);
        }
        let numbers = of.fields.iter().filter_map(|it| {
            let number = it.initial.as_ref().filter(|value| matches!(value, Value::Number(_)))?;
            Some(format!("`{} = {number}`", it.name))
        });
        let numbers: Vec<_> = numbers.take(MAX_NUMBERS).collect();
        let in_order = of.fields.iter().enumerate().all(|(index, it)| match &it.initial {
            Some(Value::Number(number)) => *number == index.to_string(),
            Some(_) => false,
            None => true,
        });
        if !in_order && !numbers.is_empty() {
            let text = format!("has numbers in C#, which its cases lose: {}", numbers.join(", "));
            self.library.note(Topic::UnknownType, &of.name, text, &of.place);
        }
        Type::Enum(index)
    }

    /// The next declaration whose structure needs fields, and the structure.
    pub fn next_open(&mut self) -> Option<(usize, usize)> {
        let declaration = self.open.pop()?;
        Some((declaration, *self.structures.get(&declaration)?))
    }

    /// A value with the constants that it names looked up.
    pub fn constant(&self, value: &Value) -> Value {
        let constants = &self.index.constants;
        match value.text(constants) {
            Some(text) => Value::Text(text),
            None => value.resolved(constants).clone(),
        }
    }

    /// What a type is; a note if that is not known.
    pub fn resolve(&mut self, ty: &TypeName, scope: Scope<'_>, element: &str, at: &Place) -> Type {
        let resolved = self.type_of(ty, scope, 0);
        if contains_unknown(&resolved) {
            let topic = match ty.last() {
                "object" | "Object" | "dynamic" => Topic::Object,
                _ => Topic::UnknownType,
            };
            self.library.note(topic, element, format!("is `{ty}` in C#"), at);
        }
        resolved
    }

    fn type_of(&mut self, ty: &TypeName, scope: Scope<'_>, depth: usize) -> Type {
        if depth > MAX_DEPTH {
            return Type::Unknown;
        }
        match ty {
            TypeName::Named(segments, arguments) => match &arguments[..] {
                [] => self.simple(segments, scope, depth),
                [of] => self.generic(ty.last(), of, scope, depth),
                [key, of] if MAPS.contains(&ty.last()) => self.map(key, of, scope, depth),
                several if TUPLES.contains(&ty.last()) => self.tuple(several.iter(), scope, depth),
                _ => Type::Unknown,
            },
            TypeName::Array(of) => match self.type_of(of, scope, depth + 1) {
                Type::Basic(Basic::Byte) => Type::Basic(Basic::BinaryData),
                of => Type::List(Box::new(of)),
            },
            // An empty list or map says the same as none.
            TypeName::Nullable(of) => match self.type_of(of, scope, depth + 1) {
                whole @ (Type::List(_) | Type::Map(..)) => whole,
                of => of.optional(),
            },
            TypeName::Tuple(of) => self.tuple(of.iter().map(|(ty, _)| ty), scope, depth),
            TypeName::Other(_) => Type::Unknown,
        }
    }

    fn simple(&mut self, segments: &[String], scope: Scope<'_>, depth: usize) -> Type {
        let name = segments.last().map_or("", String::as_str);
        let basic = Basic::of_csharp(name);
        // A library may have a `DateTime` of its own, and use that of .NET elsewhere.
        let is_own = basic.is_none()
            || segments.len() > 1
            || self.index.is_visible(name, scope.file, scope.path);
        if is_own && let Some(own) = (self.own)(self, segments, scope) {
            return own;
        }
        match (segments, self.index.alias(scope.file, name), basic) {
            ([_], Some(target), _) => self.type_of(target, scope, depth + 1),
            (_, _, Some(basic)) => Type::Basic(basic),
            _ => Type::Unknown,
        }
    }

    /// Other keys than these have no text in JSON.
    fn map(&mut self, key: &TypeName, of: &TypeName, scope: Scope<'_>, depth: usize) -> Type {
        let key = self.type_of(key, scope, depth + 1);
        let usable = match &key {
            Type::Basic(basic) => basic.is_key(),
            Type::Enum(_) => true,
            _ => false,
        };
        match usable {
            true => Type::Map(Box::new(key), Box::new(self.type_of(of, scope, depth + 1))),
            false => Type::Unknown,
        }
    }

    /// A structure in a tuple would have to be looked for in circles: no extension that is
    /// known has one.
    fn tuple<'t>(
        &mut self,
        of: impl Iterator<Item = &'t TypeName>,
        scope: Scope<'_>,
        depth: usize,
    ) -> Type {
        let parts: Vec<Type> = of.map(|it| self.type_of(it, scope, depth + 1)).collect();
        let is_structure = |ty: &Type| matches!(ty, Type::Structure(_));
        match parts.iter().any(|it| it.has(&is_structure)) || parts.len() > MAX_TUPLE {
            true => Type::Unknown,
            false => Type::Tuple(parts),
        }
    }

    fn generic(&mut self, name: &str, of: &TypeName, scope: Scope<'_>, depth: usize) -> Type {
        match name {
            "Nullable" => self.type_of(of, scope, depth + 1).optional(),
            name if LATER.contains(&name) => self.type_of(of, scope, depth + 1),
            name if LISTS.contains(&name) => match (self.type_of(of, scope, depth + 1), name) {
                (Type::Basic(Basic::Byte), "Memory" | "ReadOnlyMemory" | "ArraySegment") => {
                    Type::Basic(Basic::BinaryData)
                }
                (of, _) => Type::List(Box::new(of)),
            },
            _ => Type::Unknown,
        }
    }
}

/// What a method gives back: nothing for `void` and a plain `Task`, and what comes later
/// as if it came at once.
pub fn returned(ty: &TypeName) -> Option<&TypeName> {
    match ty {
        TypeName::Named(_, arguments) if LATER.contains(&ty.last()) => arguments.first(),
        ty if ty.is_void() => None,
        ty => Some(ty),
    }
}

fn contains_unknown(ty: &Type) -> bool {
    ty.has(&|it| *it == Type::Unknown)
}
