//! The definition as WIT, read by the WIT parser, and written and read once more: names,
//! types and descriptions stay.

use ext_definition::model::{Case, Extension, Field, Kind, Type};
use ext_definition::naming::kebab;
use ext_definition::wit;
use ext_tests::build_extension;
use wit_parser::{Docs, Resolve, Type as WitType, TypeDefKind, TypeId};

#[test]
fn definitions_survive_wit() {
    for name in ["finance", "spreadsheet", "kitchen-sink"] {
        let manifest = std::fs::read(build_extension(name).with_extension("json")).expect("read");
        let extension = Extension::from_json(&manifest).expect("a definition");
        let text = wit::render(&extension);
        let mut resolve = Resolve::default();
        let package = resolve.push_str("first.wit", &text).expect("WIT");
        let mut printer = wit_component::WitPrinter::default();
        printer.print(&resolve, package, &[]).expect("printed");
        let printed: String = printer.output.into();
        for text in [text, printed] {
            Reader::new(&extension, &text).compare();
        }
    }
}

struct Reader<'a> {
    extension: &'a Extension,
    resolve: Resolve,
}

impl<'a> Reader<'a> {
    fn new(extension: &'a Extension, text: &str) -> Self {
        let mut resolve = Resolve::default();
        resolve.push_str("extension.wit", text).expect("WIT");
        Self { extension, resolve }
    }

    fn compare(&self) {
        let Extension { package, actions, types, .. } = self.extension;
        let (_, found) = self.resolve.packages.iter().next().expect("a package");
        let version = found.name.version.as_ref().expect("a version").to_string();
        assert_eq!(format!("{}:{}", found.name.namespace, found.name.name), package.id());
        assert_eq!(version, package.version);
        described(&found.docs, &package.description, "the package");

        let interface = &self.resolve.interfaces[found.interfaces[wit::INTERFACE]];
        let used = self.extension.used_types();
        let platform = Type::PLATFORM.iter().filter(|(ty, _)| used.contains(&ty)).count();
        assert_eq!(interface.types.len(), types.len() + platform);
        assert_eq!(interface.functions.len(), actions.len());
        for ty in types {
            let found = &self.resolve.types[interface.types[self.type_name(&ty.name).as_str()]];
            described(&found.docs, &ty.description, &ty.name);
            match (&ty.kind, &found.kind) {
                (Kind::Structure { fields }, TypeDefKind::Record(record)) => {
                    assert_eq!(fields.len(), record.fields.len(), "{}", ty.name);
                    for (Field { name, description, ty, .. }, found) in
                        fields.iter().zip(&record.fields)
                    {
                        assert_eq!(found.name, kebab(name));
                        described(&found.docs, description, name);
                        assert_eq!(self.ty(&found.ty), self.expected(ty), "{name}");
                    }
                }
                (Kind::Enum { cases }, TypeDefKind::Enum(list)) => {
                    assert_eq!(cases.len(), list.cases.len(), "{}", ty.name);
                    for (Case { name, description, .. }, found) in cases.iter().zip(&list.cases) {
                        assert_eq!(found.name, kebab(name));
                        described(&found.docs, description, name);
                    }
                }
                (Kind::Variant { cases }, TypeDefKind::Variant(list)) => {
                    assert_eq!(cases.len(), list.cases.len(), "{}", ty.name);
                    for (Case { name, description, ty, .. }, found) in cases.iter().zip(&list.cases)
                    {
                        assert_eq!(found.name, kebab(name));
                        described(&found.docs, description, name);
                        let data = found.ty.as_ref().map(|it| self.ty(it));
                        assert_eq!(data, ty.as_ref().map(|it| self.expected(it)), "{name}");
                    }
                }
                (_, other) => panic!("{} is a {}", ty.name, other.as_str()),
            }
        }
        for (action, (name, found)) in actions.iter().zip(&interface.functions) {
            assert_eq!(*name, kebab(&action.name));
            described(&found.docs, &action.description, name);
            assert_eq!(action.parameters.len(), found.params.len(), "{name}");
            for (Field { name, ty, .. }, found) in action.parameters.iter().zip(&found.params) {
                assert_eq!(found.name, kebab(name));
                assert_eq!(self.ty(&found.ty), self.expected(ty), "{name}");
            }
            let unit = Type::Unit;
            let expected = match (&action.result, &action.error) {
                (result, Some(error)) => {
                    let ok = result.as_ref().unwrap_or(&unit).clone();
                    Some(self.expected(&Type::Result(Box::new((ok, error.clone())))))
                }
                (result, None) => result.as_ref().map(|it| self.expected(it)),
            };
            assert_eq!(found.result.as_ref().map(|it| self.ty(it)), expected, "{name}");
        }
    }

    /// The name of a type in WIT: another one beside an action of its name.
    fn type_name(&self, name: &str) -> String {
        let name = kebab(name);
        match self.extension.actions.iter().any(|it| kebab(&it.name) == name) {
            true => format!("{name}-type"),
            false => name,
        }
    }

    /// A type of the definition as `list<tuple<string, line>>`.
    fn expected(&self, ty: &Type) -> String {
        match ty {
            Type::Unit => "_".into(),
            Type::List(of) => format!("list<{}>", self.expected(of)),
            Type::Array(of) => format!("list<{}>", self.expected(&of.0)),
            Type::Option(of) => format!("option<{}>", self.expected(of)),
            Type::Map(both) => {
                format!("list<tuple<{}, {}>>", self.expected(&both.0), self.expected(&both.1))
            }
            Type::Result(both) => {
                format!("result<{}, {}>", self.expected(&both.0), self.expected(&both.1))
            }
            Type::Tuple(elements) => {
                let elements: Vec<String> = elements.iter().map(|it| self.expected(it)).collect();
                format!("tuple<{}>", elements.join(", "))
            }
            Type::Named(name) => self.type_name(name),
            simple => match simple.platform_name() {
                Some(name) => self.type_name(name),
                None => simple.to_string(),
            },
        }
    }

    /// A type of WIT in the same way.
    fn ty(&self, ty: &WitType) -> String {
        match ty {
            WitType::Bool => "bool".into(),
            WitType::U8 => "u8".into(),
            WitType::U16 => "u16".into(),
            WitType::U32 => "u32".into(),
            WitType::U64 => "u64".into(),
            WitType::S8 => "s8".into(),
            WitType::S16 => "s16".into(),
            WitType::S32 => "s32".into(),
            WitType::S64 => "s64".into(),
            WitType::F32 => "f32".into(),
            WitType::F64 => "f64".into(),
            WitType::Char => "char".into(),
            WitType::String => "string".into(),
            WitType::ErrorContext => panic!("an error context"),
            WitType::Id(id) => self.defined(*id),
        }
    }

    fn defined(&self, id: TypeId) -> String {
        let ty = &self.resolve.types[id];
        if let Some(name) = &ty.name {
            return name.clone();
        }
        let perhaps = |it: &Option<WitType>| it.as_ref().map_or("_".into(), |it| self.ty(it));
        match &ty.kind {
            TypeDefKind::List(of) => format!("list<{}>", self.ty(of)),
            TypeDefKind::Option(of) => format!("option<{}>", self.ty(of)),
            TypeDefKind::Result(both) => {
                format!("result<{}, {}>", perhaps(&both.ok), perhaps(&both.err))
            }
            TypeDefKind::Tuple(tuple) => {
                let elements: Vec<String> = tuple.types.iter().map(|it| self.ty(it)).collect();
                format!("tuple<{}>", elements.join(", "))
            }
            other => panic!("a {}", other.as_str()),
        }
    }
}

#[track_caller]
fn described(found: &Docs, expected: &str, what: &str) {
    assert_eq!(found.contents.as_deref().unwrap_or_default(), expected, "{what}");
}
