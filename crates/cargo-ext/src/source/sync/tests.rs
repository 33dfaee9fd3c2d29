//! Any definition, brought into any source: what comes out says it, nothing is lost, and a
//! second time changes nothing. What the source defines is read off it here, not built: it has
//! only what stubs have.

use std::path::Path;

use cargo_metadata::{MetadataCommand, Package};
use ext_definition::import;
use ext_definition::model::{
    Action, Case, Extension, FORMAT, Field, Kind as TypeKind, Options, Rules, Type, TypeDefinition,
};
use ext_definition::naming::{kebab, pascal};
use ext_definition::resolve::{Places, TypePath};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use quote::ToTokens;

use super::{Current, Report, sync};
use crate::definition::{Definition, Form};
use crate::source::item::{Item, Kind, Part};
use crate::source::rewrite::Rewrite;
use crate::source::walk::Crate;

fn simple() -> impl Strategy<Value = Type> {
    let named = |name: &str| Type::Named(name.to_owned());
    prop::sample::select(vec![
        Type::Bool,
        Type::U32,
        Type::S64,
        Type::F64,
        Type::Char,
        Type::String,
        Type::Decimal,
        Type::Date,
        named("Color"),
    ])
}

fn ty() -> impl Strategy<Value = Type> {
    let leaf = prop_oneof![4 => simple(), 1 => Just(Type::Named("Line".to_owned()))];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|it| Type::List(Box::new(it))),
            inner.clone().prop_map(|it| Type::Option(Box::new(it))),
            inner.clone().prop_map(|it| Type::Array(Box::new((it, 3)))),
            inner.clone().prop_map(|it| Type::Map(Box::new((Type::String, it)))),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| Type::Tuple(vec![a, b])),
            (inner.clone(), inner).prop_map(|it| Type::Result(Box::new(it))),
        ]
    })
}

fn description() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["", "One.", "Two\n\n    lines, \"quoted\" {a}."])
        .prop_map(str::to_owned)
}

/// Some of the names, in any order.
fn names(all: &'static [&'static str], min: usize) -> impl Strategy<Value = Vec<String>> {
    prop::sample::subsequence(all.to_vec(), min..=all.len())
        .prop_shuffle()
        .prop_map(|names| names.into_iter().map(str::to_owned).collect())
}

fn fields(min: usize, ty: BoxedStrategy<Type>) -> impl Strategy<Value = Vec<Field>> {
    names(&["a", "b_c", "fn", "items"], min).prop_flat_map(move |names| {
        let field = |name: String| {
            (ty.clone(), description(), any::<bool>()).prop_map(move |(ty, description, ruled)| {
                let rules = match &ty {
                    Type::U32 if ruled => Rules { min: Some(2.into()), ..Rules::default() },
                    Type::String if ruled => Rules {
                        default: Some("x\"y".into()),
                        max_length: Some(7),
                        secret: true,
                        ..Rules::default()
                    },
                    _ => Rules::default(),
                };
                Field { name: name.clone(), description, ty, rules }
            })
        };
        names.into_iter().map(field).collect::<Vec<_>>()
    })
}

fn action(name: String) -> impl Strategy<Value = Action> {
    let error = prop::option::of(prop::sample::select(vec![
        Type::Named("Problem".to_owned()),
        Type::String,
        Type::Unit,
    ]));
    (description(), fields(0, ty().boxed()), prop::option::of(ty()), error, any::<bool>()).prop_map(
        move |(description, parameters, result, error, function)| Action {
            name: name.clone(),
            description,
            options: Options { function, ..Options::default() },
            parameters,
            // A result is an error's.
            result: result.filter(|it| error.is_some() || !matches!(it, Type::Result(_))),
            error,
        },
    )
}

fn cases(names: Vec<String>) -> impl Strategy<Value = Vec<Case>> {
    let case = |name: String| {
        (description(), prop::option::of(simple())).prop_map(move |(description, ty)| Case {
            name: name.clone(),
            description,
            json_name: None,
            ty: ty.filter(|_| name != "Plain"),
            message: None,
        })
    };
    names.into_iter().map(case).collect::<Vec<_>>()
}

fn extension() -> impl Strategy<Value = Extension> {
    let actions = names(&["alpha", "beta_2", "static", "gamma_ray"], 0)
        .prop_flat_map(|names| names.into_iter().map(action).collect::<Vec<_>>());
    let line = fields(1, simple().boxed());
    let color = names(&["Red", "DeepSkyBlue", "None"], 1);
    let problem = names(&["Plain", "Bad", "Worse"], 1).prop_flat_map(cases);
    (actions, line, color, problem, description()).prop_map(
        |(actions, fields, colors, cases, description)| {
            let plain = |name: String| Case {
                name,
                description: "C.".into(),
                json_name: None,
                ty: None,
                message: None,
            };
            let named = |name: &str, kind| TypeDefinition {
                name: name.into(),
                description: description.clone(),
                kind,
            };
            let types = vec![
                named("Color", TypeKind::Enum { cases: colors.into_iter().map(plain).collect() }),
                named("Line", TypeKind::Structure { fields }),
                named("Problem", TypeKind::Variant { cases }),
            ];
            let mut actions = actions;
            // The error is one by its use.
            actions.push(Action {
                name: "fails".into(),
                description: "D.".into(),
                options: Options::default(),
                parameters: Vec::new(),
                result: None,
                error: Some(Type::Named("Problem".into())),
            });
            Extension { format: FORMAT, package: Default::default(), actions, types }
        },
    )
}

/// A crate in a folder of its own.
struct Scratch {
    folder: tempfile::TempDir,
    package: Package,
}

impl Scratch {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ext-runtime");
        let manifest = format!(
            "[package]\nname = \"x\"\nedition = \"2024\"\n[dependencies.ext-runtime]\npath = {:?}\nfeatures = [\"decimal\", \"date-time\"]\n[workspace]\n",
            runtime.display().to_string()
        );
        std::fs::create_dir(folder.path().join("src")).unwrap();
        std::fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
        std::fs::write(folder.path().join("src/lib.rs"), "").unwrap();
        let mut command = MetadataCommand::new();
        command.manifest_path(folder.path().join("Cargo.toml")).no_deps();
        command.other_options(["--offline".to_owned()]);
        let package = command.exec().unwrap().packages.remove(0);
        Self { folder, package }
    }

    /// Brings a source in line; gives the new one.
    fn sync(&self, source: &str, target: &Extension, form: Form) -> (String, Report) {
        let path = self.folder.path().join("src/lib.rs");
        std::fs::write(&path, source).unwrap();
        let rewrite = Rewrite::new(&self.package).unwrap();
        let current = derived(&rewrite.source);
        let extension = target.clone();
        let (changes, report) = sync(rewrite, &current, Definition { extension, form }).unwrap();
        let new = changes.new_text(&path).unwrap_or(source).to_owned();
        syn::parse_file(&new).unwrap_or_else(|error| panic!("{error}:\n{new}"));
        (new, report)
    }

    fn definition(&self, source: &str) -> Extension {
        let path = self.folder.path().join("src/lib.rs");
        std::fs::write(&path, source).unwrap();
        derived(&Crate::read(&path).unwrap()).extension
    }
}

fn derived(source: &Crate) -> Current {
    let mut extension = Extension {
        format: FORMAT,
        package: Default::default(),
        actions: Vec::new(),
        types: Vec::new(),
    };
    let mut places = Places::default();
    let mut paths = Vec::new();
    for found in &source.items {
        let text = &source.files[found.file].text;
        let place = source.place(found);
        let item = &found.item;
        let parts = item
            .parts
            .list
            .iter()
            .map(|it| source.files[found.file].place(it.ident.start))
            .collect();
        if item.kind == Kind::Action {
            extension.actions.push(derived_action(text, item));
            places.actions.push(place);
            places.parameters.push(parts);
            continue;
        }
        let cases = || item.parts.list.iter().map(|it| derived_case(text, it)).collect();
        let kind = match item.kind {
            Kind::Structure => TypeKind::Structure { fields: derived_fields(text, item) },
            _ => TypeKind::Variant { cases: cases() },
        };
        extension.types.push(TypeDefinition {
            name: item.name.clone(),
            description: docs(text, &item.head.docs),
            kind,
        });
        places.types.push(place);
        places.parts.push(parts);
        paths.push(TypePath { path: format!("x::{}", item.name), of: Vec::new() });
    }
    Current { extension, places, paths, root: Default::default(), crate_name: "x".into() }
}

fn docs(text: &str, range: &Option<std::ops::Range<usize>>) -> String {
    let Some(range) = range else { return String::new() };
    let lines = text[range.clone()].lines().map(|line| line.trim_start().trim_start_matches("///"));
    let lines: Vec<&str> = lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    lines.join("\n").trim().to_owned()
}

fn derived_action(text: &str, item: &Item) -> Action {
    let function = item.function.as_ref().unwrap();
    let output = function.output_type.clone().map(|it| parsed(&text[it]));
    let (result, error) = match output {
        Some(Type::Result(both)) => (Some(both.0), Some(both.1)),
        output => (output, None),
    };
    let has =
        |key: &str| item.head.attributes.iter().flat_map(|it| &it.entries).any(|it| it.0 == key);
    Action {
        name: item.name.clone(),
        description: docs(text, &item.head.docs),
        options: Options { function: has("function"), ..Options::default() },
        parameters: derived_fields(text, item),
        result: result.filter(|it| *it != Type::Unit),
        error,
    }
}

fn derived_fields(text: &str, item: &Item) -> Vec<Field> {
    let field = |part: &Part| {
        let mut rules = Rules::default();
        for (key, range) in part.head.attributes.iter().flat_map(|it| &it.entries) {
            let value = text[range.clone()].split_once("= ").map(|it| it.1);
            match key.as_str() {
                "min" => rules.min = value.map(|it| it.parse::<u32>().unwrap().into()),
                "max_length" => rules.max_length = value.map(|it| it.parse().unwrap()),
                "default" => {
                    rules.default =
                        value.map(|it| syn::parse_str::<syn::LitStr>(it).unwrap().value().into())
                }
                "secret" => rules.secret = true,
                "renamed_from" => {
                    rules.renamed_from = value.map(|it| it.trim_matches('"').to_owned())
                }
                other => panic!("{other}"),
            }
        }
        let ty = parsed(&text[part.ty.clone().unwrap()]);
        Field { name: part.name.clone(), description: docs(text, &part.head.docs), ty, rules }
    };
    item.parts.list.iter().map(field).collect()
}

fn derived_case(text: &str, part: &Part) -> Case {
    let ty = part.ty.clone().map(|it| parsed(text[it].trim_matches(['(', ')'])));
    Case {
        name: part.name.clone(),
        description: docs(text, &part.head.docs),
        json_name: None,
        ty,
        message: None,
    }
}

fn parsed(text: &str) -> Type {
    model(&syn::parse_str(text).unwrap_or_else(|error| panic!("{error}: {text}")))
}

fn model(ty: &syn::Type) -> Type {
    match ty {
        syn::Type::Tuple(tuple) if tuple.elems.is_empty() => Type::Unit,
        syn::Type::Tuple(tuple) => Type::Tuple(tuple.elems.iter().map(model).collect()),
        syn::Type::Array(array) => {
            let length = array.len.to_token_stream().to_string().parse().unwrap();
            Type::Array(Box::new((model(&array.elem), length)))
        }
        syn::Type::Path(path) => {
            let last = path.path.segments.last().unwrap();
            let mut of = Vec::new();
            if let syn::PathArguments::AngleBracketed(arguments) = &last.arguments {
                for argument in &arguments.args {
                    if let syn::GenericArgument::Type(ty) = argument {
                        of.push(model(ty));
                    }
                }
            }
            let mut of = of.into_iter();
            let mut next = || of.next().unwrap();
            match last.ident.to_string().as_str() {
                "bool" => Type::Bool,
                "u8" => Type::U8,
                "u32" => Type::U32,
                "i64" => Type::S64,
                "f64" => Type::F64,
                "char" => Type::Char,
                "String" => Type::String,
                "Vec" => Type::List(Box::new(next())),
                "Option" => Type::Option(Box::new(next())),
                "Result" => Type::Result(Box::new((next(), next()))),
                "BTreeMap" => Type::Map(Box::new((next(), next()))),
                name => Type::PLATFORM
                    .into_iter()
                    .find(|(_, it)| pascal(it) == name)
                    .map_or(Type::Named(name.to_owned()), |it| it.0),
            }
        }
        other => panic!("{}", other.to_token_stream()),
    }
}

/// What of a source's definition the other one has as well; descriptions that it leaves open
/// are as they are.
fn as_wanted(mut is: Extension, wanted: &Extension) -> Extension {
    fn fields(is: &mut Vec<Field>, wanted: &[Field]) {
        is.retain(|it| wanted.iter().any(|wanted| wanted.name == it.name));
        for (is, wanted) in is.iter_mut().zip(wanted) {
            left_open(&mut is.description, &wanted.description);
        }
    }
    fn left_open(is: &mut String, wanted: &str) {
        // Code of the wanted text stands in the source as text that rustdoc does not run.
        if wanted.is_empty() || ext_definition::rustdoc::inert(wanted) == *is {
            *is = wanted.to_owned();
        }
    }
    is.actions.retain(|it| wanted.actions.iter().any(|wanted| wanted.name == it.name));
    is.actions.sort_by_key(|it| wanted.actions.iter().position(|wanted| wanted.name == it.name));
    is.types.sort_by(|a, b| a.name.cmp(&b.name));
    for (is, wanted) in is.actions.iter_mut().zip(&wanted.actions) {
        left_open(&mut is.description, &wanted.description);
        fields(&mut is.parameters, &wanted.parameters);
    }
    for (is, wanted) in is.types.iter_mut().zip(&wanted.types) {
        left_open(&mut is.description, &wanted.description);
        match (&mut is.kind, &wanted.kind) {
            (TypeKind::Structure { fields: is }, TypeKind::Structure { fields: wanted }) => {
                fields(is, wanted)
            }
            (
                TypeKind::Variant { cases: is },
                TypeKind::Enum { cases: wanted } | TypeKind::Variant { cases: wanted },
            ) => {
                is.retain(|it| wanted.iter().any(|wanted| wanted.name == it.name));
                for (is, wanted) in is.iter_mut().zip(wanted) {
                    left_open(&mut is.description, &wanted.description);
                }
            }
            _ => {}
        }
        if let TypeKind::Enum { cases } = &wanted.kind {
            assert!(matches!(&is.kind, TypeKind::Variant { cases: is } if is.len() == cases.len()));
            is.kind = wanted.kind.clone();
        }
    }
    is
}

#[test]
fn any_definition_can_be_brought_into_any_source() {
    let scratch = Scratch::new();
    let config =
        Config { cases: 12, max_shrink_iters: 60, failure_persistence: None, ..Config::default() };
    let run = TestRunner::new(config).run(&(extension(), extension()), |(first, second)| {
        let (source, report) = scratch.sync("//! Any.\n", &first, Form::Json);
        prop_assert!(report.open.is_empty(), "{:?}\n{}", report.open, source);
        prop_assert_eq!(as_wanted(scratch.definition(&source), &first), first.clone());
        // Its own definition.
        let (again, report) = scratch.sync(&source, &first, Form::Json);
        prop_assert_eq!(&again, &source);
        prop_assert!(
            report.open.is_empty() && report.changed.is_empty() && report.added.is_empty()
        );
        let own = ext_definition::wit::render(&with_package(&first));
        let own = import::read(&own, "own.wit")
            .map_err(|error| TestCaseError::fail(format!("{error:?}\n{own}")))?;
        prop_assert_eq!(&scratch.sync(&source, &own, Form::Wit).0, &source);

        // Another one, around bodies that somebody wrote.
        let written = first.actions.iter().fold(source, |source, action| {
            source.replacen(
                "    todo!()\n",
                &format!("    // {}:   kept\n    drop( 1 );todo!()\n", kebab(&action.name)),
                1,
            )
        });
        let other = ext_definition::wit::render(&with_package(&second));
        let other = import::read(&other, "other.wit")
            .map_err(|error| TestCaseError::fail(format!("{error:?}\n{other}")))?;
        for (target, form) in [(&second, Form::Json), (&other, Form::Wit)] {
            let (once, _) = scratch.sync(&written, target, form);
            if form == Form::Json {
                prop_assert_eq!(
                    as_wanted(scratch.definition(&once), target),
                    target.clone(),
                    "{}",
                    once
                );
            }
            for action in &first.actions {
                let body =
                    format!("    // {}:   kept\n    drop( 1 );todo!()\n", kebab(&action.name));
                prop_assert!(once.contains(&body), "{}", once);
            }
            let (twice, _) = scratch.sync(&once, target, form);
            prop_assert_eq!(&twice, &once);
            // Other ends of lines stay, too.
            let (other_ends, _) = scratch.sync(&written.replace('\n', "\r\n"), target, form);
            prop_assert_eq!(other_ends, once.replace('\n', "\r\n"));
        }
        Ok(())
    });
    run.unwrap_or_else(|error| panic!("{error}"));
}

/// WIT names its package.
fn with_package(extension: &Extension) -> Extension {
    let mut extension = extension.clone();
    let (namespace, name, version) = ("a".into(), "b".into(), "1.0.0".into());
    extension.package =
        ext_definition::package::Package { namespace, name, version, ..Default::default() };
    extension
}

/// A source, the definition of it with changes, and what becomes of the source.
fn changed(source: &str, change: impl FnOnce(&mut Extension)) -> (String, Report) {
    let scratch = Scratch::new();
    let mut target = scratch.definition(source);
    change(&mut target);
    scratch.sync(source, &target, Form::Json)
}

#[test]
fn a_renamed_function_is_followed_where_paths_lead_to_it() {
    let source = "\
use ext_runtime::prelude::*;

/// A.
#[ext_action]
pub fn price(a: u32) -> u32 {
    let x = inner::twice(a);
    if a > 9 { price(x) } else { self::price(a) + crate::price(a) }
}

mod inner {
    use super::{price as cost, other};
    pub fn twice(a: u32) -> u32 {
        // price
        cost(a) + super::price(a) + a.price() + other::price(a)
    }
}

mod other {
    pub fn price(price: u32) -> u32 {
        price
    }
}

mod tests {
    use super::*;
    fn test() {
        assert_eq!(price(1), 2, \"price\");
        let price = price(2);
        drop(price);
    }
}
";
    let (text, _) = changed(source, |target| {
        target.actions[0].name = "quote".into();
        target.actions[0].options.renamed_from = Some("price".into());
    });
    let expected = source
        .replace("#[ext_action]", "#[ext_action(renamed_from = \"price\")]")
        .replace("pub fn price(a: u32)", "pub fn quote(a: u32)")
        .replace(
            "{ price(x) } else { self::price(a) + crate::price(a) }",
            "{ quote(x) } else { self::quote(a) + crate::quote(a) }",
        )
        .replace("{price as cost", "{quote as cost")
        .replace("super::price(a) +", "super::quote(a) +")
        .replace("(price(1)", "(quote(1)")
        .replace("= price(2)", "= quote(2)");
    assert_eq!(text, expected);
}

#[test]
fn a_renamed_parameter_is_followed_only_where_that_is_certain() {
    let source = |body: &str| {
        format!(
            "/// A.\n#[ext_runtime::ext_action]\npub fn f(\n    /// B.\n    a: u32,\n) -> u32 {{\n    {body}\n}}\n\nuse ext_runtime::prelude::*;\n"
        )
    };
    for (body, expected) in [
        ("a + x.a + y::a + S { a: a }.a", Some("b + x.a + y::a + S { a: b }.a")),
        ("dbg!(a); (0..a).sum()", Some("dbg!(b); (0..b).sum()")),
        ("let a = a + 1; a", None),
        ("S { a, x: 1 }.x", None),
        ("println!(\"{a}\"); a", None),
        ("[1].map(|a| a)[0]", None),
    ] {
        let (text, report) = changed(&source(body), |target| {
            target.actions[0].parameters[0].name = "b".into();
        });
        // Without a key it is another parameter: one comes, and one stays that is used.
        assert!(text.contains("    a: u32,") && text.contains("    b: u32,"), "{text}");
        assert!(report.open.iter().any(|it| it.code == ext_definition::code::SYNC_KEPT));
        let scratch = Scratch::new();
        let mut target = scratch.definition(&source(body));
        target.actions[0].parameters[0].name = "b".into();
        target.actions[0].parameters[0].rules.renamed_from = Some("a".into());
        let (text, report) = scratch.sync(&source(body), &target, Form::Json);
        assert!(text.contains("#[ext(renamed_from = \"a\")]\n    b: u32,"), "{text}");
        assert!(text.contains(&format!("    {}\n}}", expected.unwrap_or(body))), "{text}");
        assert_eq!(report.open.is_empty(), expected.is_some(), "{body}: {:?}", report.open);
    }
}

#[test]
fn signatures_on_one_line_and_in_modules() {
    let source = "\
pub mod inner {
    use ext_runtime::prelude::*;
    #[ext_action] pub fn f(a: u32, /* b */ b: u32) -> u32 { a } // f

    /// G.
    #[ext_action]
    #[must_use]
    fn g() {}
}
";
    let (text, report) = changed(source, |target| {
        let action = &mut target.actions[0];
        action.description = "F.".into();
        action.parameters.remove(1);
        action.parameters[0].description = "A.".into();
        action.parameters.push(Field::new("c", Type::String));
        action.result = Some(Type::Option(Box::new(Type::U32)));
        target.actions[1].result = Some(Type::Bool);
        target.actions[1].options.function = true;
        let mut new = target.actions[1].clone();
        new.name = "h".into();
        target.actions.push(new);
    });
    let expected = "\
pub mod inner {
    use ext_runtime::prelude::*;
    /// F.
    #[ext_action] pub fn f(
        /// A.
        a: u32,
        /// The c.
        c: String,
    ) -> Option<u32> { a } // f

    /// G.
    #[ext_action(function)]
    #[must_use]
    fn g() -> bool {}

    /// G.
    #[ext_action(function)]
    pub fn h() -> bool {
        todo!()
    }
}
";
    assert_eq!(text, expected);
    assert_eq!(report.open.len(), 2, "{:?}", report.open);
}
