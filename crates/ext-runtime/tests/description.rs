//! The guest side writes, the tool side reads: what `description` encodes is what
//! `ext_definition::section` decodes.

use std::collections::{BTreeMap, HashMap};

use ext_definition::section::{self, ActionEntry, Entry, Kind, Named, Type};
use ext_runtime::ExtType;
use ext_runtime::description::{Action, Part};
use ext_runtime::prelude::*;

/// A line of an "order",
/// with a \ in it.
///
/// Größe, 東京, 🦀: `{}`.
#[derive(ExtStructure)]
struct Line {
    /// The article.
    sku: String,
    r#type: Size,
    /** A block,
     * on two lines. */
    parents: Option<Vec<Article>>,
}

#[derive(ExtStructure)]
struct Article {
    size: Size,
    shape: Box<Shape>,
}

#[derive(ExtEnum)]
enum Size {
    /// Fits a hand.
    Small,
    #[doc = "Does not."]
    Large,
}

#[derive(ExtEnum)]
enum Shape {
    Nothing {},
    Circle(f64),
    /// Two sides.
    Rectangle {
        /// Across.
        width: f32,
        r#in: Size,
    },
    Pair(char, Page<u8>),
}

#[derive(Debug, ExtError)]
enum Failure {
    /// Nothing
    /// there.
    Empty,
    #[ext(message = "no {0}")]
    Missing(String),
}

#[derive(ExtStructure)]
struct Page<T> {
    items: Vec<T>,
}

mod orders {
    pub mod today {
        use ext_runtime::prelude::*;

        #[derive(ExtStructure)]
        pub struct Line {
            pub count: u64,
        }
    }
}

/// One action's entry, as in an artifact. On other targets than WebAssembly `#[ext_action]`
/// emits none: the tests here write what it would have written.
macro_rules! entry {
    (($($parameter:ident: $ty:ty),*) -> $result:ty) => {{
        const ACTION: Action = Action {
            path: "crate::module::act",
            meta: r#""name":"act","file":"src/lib.rs","line":3,"column":8,"symbol":"ext:action""#,
            parameters: &[$(Part {
                meta: concat!("\"name\":\"", stringify!($parameter), "\""),
                ty: Some(<$ty as ExtType>::TYPE),
            }),*],
            result: <$result as ExtType>::TYPE,
        };
        const ENTRY: [u8; ACTION.encoded_len()] = ACTION.encode();
        ENTRY
    }};
}

fn decode(entry: &[u8]) -> ActionEntry {
    let mut entries = section::decode(entry).expect("the reader reads what the writer wrote");
    match entries.pop() {
        Some(Entry::Action(entry)) if entries.is_empty() => *entry,
        _ => panic!("one entry of one action"),
    }
}

fn list(of: Type) -> Type {
    Type::List(Box::new(of))
}

fn option(of: Type) -> Type {
    Type::Option(Box::new(of))
}

/// A type of this file.
fn named(name: &str, of: &[Type]) -> Type {
    let path = format!("{}::{name}", module_path!());
    Type::Named(section::Identity { path, of: of.to_vec() })
}

fn names(types: &[Named]) -> Vec<&str> {
    types.iter().map(|named| named.name.as_str()).collect()
}

#[test]
fn an_action() {
    let ActionEntry { action, types } = decode(&entry!((name: String, times: u32) -> String));
    assert_eq!(action.path, "crate::module::act");
    assert_eq!((action.name.as_str(), action.symbol.as_str()), ("act", "ext:action"));
    assert_eq!(action.place.to_string(), "src/lib.rs:3:8");
    let parameters: Vec<_> = action.parameters.iter().map(|it| (&*it.name, &it.ty)).collect();
    assert_eq!(parameters, [("name", &Some(Type::String)), ("times", &Some(Type::U32))]);
    assert_eq!(action.result, Type::String);
    assert_eq!(types, []);
}

#[test]
fn an_action_without_anything() {
    let ActionEntry { action, types } = decode(&entry!(() -> ()));
    assert_eq!((action.parameters, action.result, types), (vec![], Type::Unit, vec![]));
}

#[test]
fn every_type() {
    macro_rules! types {
        ($($rust:ty => $expected:expr),* $(,)?) => { $(
            let entry = decode(&entry!((value: $rust) -> $rust));
            assert_eq!(entry.action.result, $expected);
            assert_eq!(entry.action.parameters[0].ty, Some($expected));
        )* };
    }
    use ext_definition::model::Type::*;
    types! {
        bool => Bool, char => Char, std::string::String => String,
        i8 => S8, i16 => S16, i32 => S32, i64 => S64,
        u8 => U8, u16 => U16, u32 => U32, u64 => U64,
        f32 => F32, f64 => F64,
        Vec<u8> => list(U8),
        Vec<Vec<std::string::String>> => list(list(String)),
        std::option::Option<std::option::Option<i64>> => option(option(S64)),
        std::result::Result<(), f32> => Result(std::boxed::Box::new((Unit, F32))),
        (u8,) => Tuple(vec![U8]),
        (u8, (char, bool)) => Tuple(vec![U8, Tuple(vec![Char, Bool])]),
        (u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8) => Tuple(vec![U8; 12]),
        std::boxed::Box<u64> => U64,
        HashMap<std::string::String, u8> => Map(std::boxed::Box::new((String, U8))),
        BTreeMap<std::string::String, Vec<u8>> => Map(std::boxed::Box::new((String, list(U8)))),
        BTreeMap<u16, Size> => Map(std::boxed::Box::new((U16, named("Size", &[])))),
        [f64; 12] => Array(std::boxed::Box::new((F64, 12))),
        [[u8; 0]; 100] => Array(std::boxed::Box::new((Array(std::boxed::Box::new((U8, 0))), 100))),
        std::rc::Rc<str> => String,
        std::sync::Arc<Vec<i8>> => list(S8),
        std::borrow::Cow<'static, str> => String,
        ext_runtime::Email => Email,
        ext_runtime::PhoneNumber => PhoneNumber,
        Line => named("Line", &[]),
        std::boxed::Box<Line> => named("Line", &[]),
        orders::today::Line => named("orders::today::Line", &[]),
        Page<Page<Size>> => named("Page", &[named("Page", &[named("Size", &[])])]),
    }
}

#[test]
fn a_structure_with_all_that_it_reaches() {
    let ActionEntry { types, .. } = decode(&entry!((lines: Vec<Line>, line: Line) -> Option<Line>));
    // Once each, in the order in which they are met.
    assert_eq!(names(&types), ["Line", "Size", "Article", "Shape", "ShapeRectangle", "Page"]);
    let line = &types[0];
    assert_eq!(line.kind, Kind::Structure);
    assert_eq!(line.path, concat!(module_path!(), "::Line"));
    assert_eq!(
        line.description,
        "A line of an \"order\",\nwith a \\ in it.\n\nGröße, 東京, 🦀: `{}`."
    );
    assert!(line.place.file.ends_with("tests/description.rs"), "{}", line.place);
    assert_eq!((line.place.line, line.place.column), (16, 8));
    let [sku, ty, parents] = &line.parts[..] else { panic!("three fields") };
    assert_eq!((&*sku.name, &*sku.description), ("sku", "The article."));
    assert_eq!(sku.ty, Some(Type::String));
    assert_eq!((&*ty.name, &*ty.description), ("type", ""));
    assert_eq!(ty.ty, Some(named("Size", &[])));
    assert_eq!(parents.ty, Some(option(list(named("Article", &[])))));
    assert!(parents.description.starts_with("A block,\n"), "{:?}", parents.description);
}

#[test]
fn an_enum() {
    let ActionEntry { types, .. } = decode(&entry!((size: Size) -> ()));
    let [size] = &types[..] else { panic!("{:?}", names(&types)) };
    assert_eq!(size.kind, Kind::Enum);
    let cases: Vec<_> = size.parts.iter().map(|it| (&*it.name, &*it.description, &it.ty)).collect();
    assert_eq!(cases, [("Small", "Fits a hand.", &None), ("Large", "Does not.", &None)]);
}

#[test]
fn a_variant() {
    let ActionEntry { types, .. } = decode(&entry!((shape: Shape) -> ()));
    assert_eq!(names(&types), ["Shape", "ShapeRectangle", "Page", "Size"]);
    let shape = &types[0];
    assert_eq!(shape.kind, Kind::Variant);
    let cases: Vec<_> = shape.parts.iter().map(|it| (&*it.name, it.ty.clone())).collect();
    assert_eq!(
        cases,
        [
            ("Nothing", None),
            ("Circle", Some(Type::F64)),
            ("Rectangle", Some(named("Shape::Rectangle", &[]))),
            ("Pair", Some(Type::Tuple(vec![Type::Char, named("Page", &[Type::U8])]))),
        ]
    );
    // Named fields of a case are a structure of their own.
    let rectangle = &types[1];
    assert_eq!((rectangle.kind, &*rectangle.description), (Kind::Structure, "Two sides."));
    let fields: Vec<_> = rectangle.parts.iter().map(|it| (&*it.name, &*it.description)).collect();
    assert_eq!(fields, [("width", "Across."), ("in", "")]);
}

#[test]
fn an_error() {
    let ActionEntry { action, types } = decode(&entry!(() -> Result<u8, Failure>));
    assert_eq!(action.result, Type::Result(Box::new((Type::U8, named("Failure", &[])))));
    let cases: Vec<_> =
        types[0].parts.iter().map(|it| (&*it.name, it.message.as_deref(), &it.ty)).collect();
    assert_eq!(
        cases,
        [("Empty", Some("Nothing there"), &None), ("Missing", Some("no {0}"), &Some(Type::String)),]
    );
}

#[test]
fn a_generic_structure_at_each_of_its_types() {
    let entry = entry!((a: Page<u8>, b: Page<Vec<u8>>, c: Page<Page<u8>>, d: Page<u8>) -> ());
    let ActionEntry { types, .. } = decode(&entry);
    assert_eq!(names(&types), ["Page"; 3]);
    let of: Vec<_> = types.iter().map(|named| &named.of[..]).collect();
    let page = named("Page", &[Type::U8]);
    assert_eq!(of, [&[Type::U8][..], &[list(Type::U8)], std::slice::from_ref(&page)]);
    let items: Vec<_> = types.iter().map(|named| named.parts[0].ty.clone()).collect();
    assert_eq!(items, [list(Type::U8), list(list(Type::U8)), list(page)].map(Some));
}

#[test]
fn one_name_in_two_modules() {
    let ActionEntry { types, .. } = decode(&entry!((a: orders::today::Line, b: Article) -> ()));
    assert_eq!(types[0].path, concat!(module_path!(), "::orders::today::Line"));
}

#[test]
fn entries_one_after_the_other() {
    let mut section = entry!((line: Line) -> ()).to_vec();
    section.extend(entry!(() -> u8));
    let entries = section::decode(&section).expect("two entries");
    assert_eq!(entries.len(), 2);
}

/// The length in front is the length of the text behind it, and all of the text is JSON.
#[test]
fn an_entry_is_its_length_and_json() {
    let entry = entry!((a: u8) -> char);
    let (length, text) = entry.split_first_chunk().expect("four bytes");
    assert_eq!(u32::from_le_bytes(*length) as usize, text.len());
    assert_eq!(
        std::str::from_utf8(text),
        Ok(concat!(
            r#"{"format":1,"action":{"path":"crate::module::act","#,
            r#""name":"act","file":"src/lib.rs","line":3,"column":8,"symbol":"ext:action","#,
            r#""parameters":[{"name":"a","type":"u8"}],"result":"char"},"types":[]}"#
        ))
    );
}
