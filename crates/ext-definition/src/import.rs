//! Reads a definition from WIT: the reverse of [`wit`](crate::wit), for WIT of anybody.
//!
//! WIT knows less than a definition does: no rules, no options, no maps, and names in another
//! notation. What comes out is a definition that says what the WIT says.

use std::collections::{HashMap, HashSet};

use wit_parser::{
    Function, FunctionKind, InterfaceId, PackageId, Resolve, Span, TypeDefKind, TypeId, WorldItem,
};

use crate::code;
use crate::diagnostic::{Diagnostic, Place, in_file};
use crate::model::{self, Action, Case, Extension, Field, Kind, Type, TypeDefinition};
use crate::naming::{pascal, snake};
use crate::package::Package;
use crate::wit::{INTERFACE, WORLD};

/// Largest text that is read, in bytes.
pub const MAX: usize = 1 << 20;

/// Deepest nesting, aliases taken apart.
const MAX_DEPTH: usize = 64;

/// Most types in all, aliases taken apart: each may double what the one before was.
const MAX_TYPES: usize = 100_000;

/// Reads the one world of a WIT text, or its one interface. `path` is for messages.
pub fn read(text: &str, path: &str) -> Result<Extension, Vec<Diagnostic>> {
    let whole = || Place { file: path.to_owned(), line: 0, column: 0 };
    let unreadable = |message: String, place: Option<Place>| {
        let place = place.unwrap_or_else(whole);
        vec![Diagnostic::error(code::WIT_UNREADABLE, message).at(Some(&place))]
    };
    if text.len() > MAX {
        let message = format!("the text has more than {} MiB", MAX >> 20);
        return Err(vec![Diagnostic::error(code::TOO_LARGE, message).at(Some(&whole()))]);
    }
    // wit-parser 0.254 takes the empty comment `/**/` for documentation without an end, and
    // panics. Spaces keep every column.
    let text = text.replace("/**/", "    ");
    // That one was found by fuzzing; there may be more, and what it is given may be anything.
    let parsed = std::panic::catch_unwind(|| {
        let mut resolve = Resolve::default();
        match resolve.push_source(path, &text) {
            Ok(package) => Ok((resolve, package)),
            Err(error) => Err(resolve.render_error(&error)),
        }
    });
    let (resolve, package) = match parsed {
        Ok(Ok(parsed)) => parsed,
        Ok(Err(rendered)) => {
            let message = rendered.lines().next().unwrap_or_default().trim();
            let place =
                rendered.lines().find_map(|line| place(line.trim().strip_prefix("-->")?.trim()));
            return Err(unreadable(format!("the WIT cannot be read: {message}"), place));
        }
        Err(_) => return Err(unreadable("the WIT cannot be read".into(), None)),
    };
    let mut reader = Reader {
        resolve: &resolve,
        functions: HashSet::new(),
        names: HashMap::new(),
        types: Vec::new(),
        budget: MAX_TYPES,
        found: Vec::new(),
    };
    let actions = match reader.exported(package) {
        Ok(exported) => reader.definition(&exported),
        Err(message) => return Err(unreadable(message, None)),
    };
    let Reader { mut types, mut found, .. } = reader;
    if !found.is_empty() {
        found.dedup();
        return Err(found);
    }
    types.sort_by(|a, b| a.name.cmp(&b.name));
    let (namespace, name, version) = ("wit".into(), "definition".into(), "0.0.0".into());
    let package = Package { namespace, name, version, ..Package::default() };
    let extension = Extension { format: model::FORMAT, package, actions, types };
    // The rules that every definition keeps.
    Extension::from_json(extension.to_json().as_bytes()).map_err(|found| in_file(found, path))
}

/// The text of a comment, without the white space that ends its lines: `/** … */` may have some,
/// a line of `/// …` cannot.
fn description(docs: &wit_parser::Docs) -> String {
    let lines: Vec<&str> =
        docs.contents.as_deref().unwrap_or_default().lines().map(str::trim_end).collect();
    lines.join("\n").trim().to_owned()
}

/// `file.wit:10:5`.
fn place(text: &str) -> Option<Place> {
    let mut parts = text.rsplitn(3, ':');
    let column = parts.next()?.parse().ok()?;
    let line = parts.next()?.parse().ok()?;
    Some(Place { file: parts.next()?.to_owned(), line, column })
}

/// What a world offers.
struct Exported<'a> {
    functions: Vec<&'a Function>,
    types: Vec<TypeId>,
}

struct Reader<'a> {
    resolve: &'a Resolve,
    /// Their names, which types share.
    functions: HashSet<String>,
    /// The names of types that have been read.
    names: HashMap<TypeId, String>,
    types: Vec<TypeDefinition>,
    budget: usize,
    found: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    fn exported(&mut self, package: PackageId) -> Result<Exported<'a>, String> {
        let package = &self.resolve.packages[package];
        let choice = |what: &str, names: &mut dyn Iterator<Item = &String>| {
            let names: Vec<&str> = names.map(String::as_str).collect();
            format!("the WIT has several {what}s: {}; leave one", names.join(", "))
        };
        let mut exported = Exported { functions: Vec::new(), types: Vec::new() };
        let world = match (package.worlds.len(), package.worlds.get(WORLD)) {
            (1, _) => package.worlds.values().next(),
            (0, _) => None,
            (_, Some(ours)) => Some(ours),
            _ => return Err(choice("world", &mut package.worlds.keys())),
        };
        match world {
            Some(world) => {
                for item in self.resolve.worlds[*world].exports.values() {
                    match item {
                        WorldItem::Interface { id, .. } => self.interface(*id, &mut exported),
                        WorldItem::Function(function) => exported.functions.push(function),
                        WorldItem::Type { id, .. } => exported.types.push(*id),
                    }
                }
            }
            None => {
                let interface = match (package.interfaces.len(), package.interfaces.get(INTERFACE))
                {
                    (1, _) => package.interfaces.values().next(),
                    (_, ours) => ours,
                };
                let Some(interface) = interface else {
                    return Err(match package.interfaces.is_empty() {
                        true => "the WIT has neither a world nor an interface".into(),
                        false => choice("interface", &mut package.interfaces.keys()),
                    });
                };
                self.interface(*interface, &mut exported);
            }
        }
        if exported.functions.is_empty() {
            return Err("the WIT exports no function".into());
        }
        self.functions = exported.functions.iter().map(|it| it.name.clone()).collect();
        Ok(exported)
    }

    fn interface(&self, id: InterfaceId, exported: &mut Exported<'a>) {
        let interface = &self.resolve.interfaces[id];
        exported.functions.extend(interface.functions.values());
        exported.types.extend(interface.types.values());
    }

    fn definition(&mut self, exported: &Exported<'a>) -> Vec<Action> {
        for id in &exported.types {
            // One that is not of ours is complained about even if nothing uses it.
            self.ty(&wit_parser::Type::Id(*id), self.resolve.types[*id].span, 0);
        }
        let mut actions: Vec<Action> =
            exported.functions.iter().map(|it| self.action(it)).collect();
        actions.sort_by(|a, b| a.name.cmp(&b.name));
        actions
    }

    fn action(&mut self, function: &Function) -> Action {
        let other = match function.kind {
            FunctionKind::Freestanding => None,
            FunctionKind::AsyncFreestanding => Some("is async"),
            _ => Some("belongs to a resource"),
        };
        if let Some(other) = other {
            let message = format!("the function `{}` {other}", function.name);
            self.unsupported(message, function.span, "an action is a plain function");
        }
        let parameters = (function.params.iter())
            .map(|it| Field::new(&snake(&it.name), self.ty(&it.ty, function.span, 0)))
            .collect();
        let answer = function.result.as_ref().map(|it| self.ty(it, function.span, 0));
        let (result, error) = match answer {
            Some(Type::Result(both)) => (Some(both.0), Some(both.1)),
            answer => (answer, None),
        };
        Action {
            name: snake(&function.name),
            description: description(&function.docs),
            options: model::Options::default(),
            parameters,
            result: result.filter(|it| *it != Type::Unit),
            error,
        }
    }

    /// A type, with aliases taken apart; named types are noted.
    fn ty(&mut self, ty: &wit_parser::Type, at: Span, depth: usize) -> Type {
        use wit_parser::Type as Wit;
        if self.budget == 0 || depth > MAX_DEPTH {
            let message = "types are nested too deeply, or there are too many";
            self.unsupported(message.into(), at, "take them apart");
            return Type::Unit;
        }
        self.budget -= 1;
        match ty {
            Wit::Bool => Type::Bool,
            Wit::U8 => Type::U8,
            Wit::U16 => Type::U16,
            Wit::U32 => Type::U32,
            Wit::U64 => Type::U64,
            Wit::S8 => Type::S8,
            Wit::S16 => Type::S16,
            Wit::S32 => Type::S32,
            Wit::S64 => Type::S64,
            Wit::F32 => Type::F32,
            Wit::F64 => Type::F64,
            Wit::Char => Type::Char,
            Wit::String => Type::String,
            Wit::ErrorContext => self.no_value("an error context", at),
            Wit::Id(id) => self.defined(*id, at, depth + 1),
        }
    }

    fn defined(&mut self, id: TypeId, at: Span, depth: usize) -> Type {
        let definition = &self.resolve.types[id];
        let at = if definition.name.is_some() { definition.span } else { at };
        let of = |this: &mut Self, ty: &wit_parser::Type| this.ty(ty, at, depth);
        let or_unit = |this: &mut Self, ty: &Option<wit_parser::Type>| {
            ty.as_ref().map_or(Type::Unit, |ty| this.ty(ty, at, depth))
        };
        match &definition.kind {
            TypeDefKind::Type(alias) => {
                let name = definition.name.as_deref().map(|it| self.without_suffix(it));
                let platform = Type::PLATFORM.into_iter().find(|(_, it)| Some(*it) == name);
                match (platform, alias) {
                    (Some((ty, _)), wit_parser::Type::String) => ty,
                    _ => of(self, alias),
                }
            }
            TypeDefKind::List(element) => Type::List(Box::new(of(self, element))),
            TypeDefKind::FixedLengthList(element, length) => {
                Type::Array(Box::new((of(self, element), *length)))
            }
            TypeDefKind::Map(key, value) => Type::Map(Box::new((of(self, key), of(self, value)))),
            TypeDefKind::Option(value) => Type::Option(Box::new(of(self, value))),
            TypeDefKind::Result(both) => {
                let ok = or_unit(self, &both.ok);
                Type::Result(Box::new((ok, or_unit(self, &both.err))))
            }
            TypeDefKind::Tuple(tuple) => {
                Type::Tuple(tuple.types.iter().map(|it| of(self, it)).collect())
            }
            TypeDefKind::Record(_) | TypeDefKind::Enum(_) | TypeDefKind::Variant(_) => {
                self.named(id, depth)
            }
            TypeDefKind::Flags(_) => self.no_value("flags", at),
            TypeDefKind::Resource | TypeDefKind::Handle(_) => self.no_value("a resource", at),
            TypeDefKind::Future(_) => self.no_value("a future", at),
            TypeDefKind::Stream(_) => self.no_value("a stream", at),
            TypeDefKind::Unknown => self.no_value("a type that is unknown", at),
        }
    }

    fn named(&mut self, id: TypeId, depth: usize) -> Type {
        if let Some(name) = self.names.get(&id) {
            return Type::Named(name.clone());
        }
        let definition = &self.resolve.types[id];
        let name = pascal(self.without_suffix(definition.name.as_deref().unwrap_or_default()));
        // Before its parts: WIT has no types in themselves, and depth ends the rest.
        self.names.insert(id, name.clone());
        let kind = match &definition.kind {
            TypeDefKind::Record(record) => {
                let mut fields = Vec::new();
                for field in &record.fields {
                    let ty = self.ty(&field.ty, field.span, depth);
                    let description = description(&field.docs);
                    fields.push(Field { description, ..Field::new(&snake(&field.name), ty) });
                }
                Kind::Structure { fields }
            }
            TypeDefKind::Variant(variant) => {
                let mut cases = Vec::new();
                for case in &variant.cases {
                    let ty = case.ty.as_ref().map(|ty| self.ty(ty, case.span, depth));
                    cases.push(Case { ty, ..plain(&case.name, description(&case.docs)) });
                }
                match cases.iter().any(|it| it.ty.is_some()) {
                    true => Kind::Variant { cases },
                    false => Kind::Enum { cases },
                }
            }
            TypeDefKind::Enum(it) => {
                let cases = it.cases.iter().map(|case| plain(&case.name, description(&case.docs)));
                Kind::Enum { cases: cases.collect() }
            }
            _ => return Type::Unit,
        };
        let description = description(&definition.docs);
        self.types.push(TypeDefinition { name: name.clone(), description, kind });
        Type::Named(name)
    }

    /// `price-type` beside a function `price` stands for a type `price`.
    fn without_suffix<'n>(&self, name: &'n str) -> &'n str {
        match name.strip_suffix("-type") {
            Some(base) if self.functions.contains(base) => base,
            _ => name,
        }
    }

    fn no_value(&mut self, what: &str, at: Span) -> Type {
        let help = "an extension's values are scalars, texts, lists, options, results, tuples, \
                    records, enums and variants";
        self.unsupported(format!("{what} cannot cross the boundary of an extension"), at, help);
        Type::Unit
    }

    fn unsupported(&mut self, message: String, at: Span, help: &str) {
        let place = place(&self.resolve.render_location(at));
        let found = Diagnostic::error(code::WIT_UNSUPPORTED, message).at(place.as_ref());
        let found = found.help(help);
        // An alias that is used often is complained about once.
        if self.found.len() < 100 && !self.found.contains(&found) {
            self.found.push(found);
        }
    }
}

fn plain(name: &str, description: String) -> Case {
    Case { name: pascal(name), description, json_name: None, ty: None, message: None }
}

#[cfg(test)]
mod tests;
