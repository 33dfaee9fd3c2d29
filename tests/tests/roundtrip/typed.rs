//! Typed calls, as generated clients make them: wasmtime itself checks each signature
//! against the component's types, lowers and lifts.

use std::convert::Infallible;

use ext_host::serde::{Deserialize, Serialize};
use ext_host::wasmtime::component::{ComponentType, Lift, Lower};
use ext_host::{Call, Error, Extension, wasmtime};

/// With text as keys.
type Map<T> = ext_host::Map<String, T>;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};

use super::sink;
use super::values::{bytes, character, doubles, singles, text};

/// The kitchen sink's actions: a typed call knows an action by its place among them.
const ACTIONS: &[&str] = &[
    "aborts",
    "allocates_forever",
    "answer",
    "arguments",
    "asks_for_memory",
    "connects",
    "counts",
    "describe_customer",
    "divide",
    "double",
    "echo_address",
    "echo_array",
    "echo_attempt",
    "echo_blobs",
    "echo_bool",
    "echo_bools",
    "echo_boxed",
    "echo_boxed_line",
    "echo_boxed_outcome",
    "echo_boxed_string",
    "echo_boxes",
    "echo_bytes",
    "echo_catalogue",
    "echo_cell",
    "echo_cells",
    "echo_char",
    "echo_chars",
    "echo_code",
    "echo_codes",
    "echo_color",
    "echo_color_map",
    "echo_colors",
    "echo_complaint",
    "echo_cow",
    "echo_currency",
    "echo_date",
    "echo_date_time",
    "echo_dates",
    "echo_day",
    "echo_decimal",
    "echo_deep",
    "echo_done",
    "echo_duration",
    "echo_either_number",
    "echo_either_page",
    "echo_email",
    "echo_exit",
    "echo_f32",
    "echo_f32s",
    "echo_f64",
    "echo_f64s",
    "echo_gaps",
    "echo_harvest",
    "echo_hash_map",
    "echo_i16",
    "echo_i32",
    "echo_i64",
    "echo_i64s",
    "echo_i8",
    "echo_i8s",
    "echo_instruction",
    "echo_instructions",
    "echo_joined",
    "echo_json",
    "echo_labelled",
    "echo_labels",
    "echo_line",
    "echo_line_map",
    "echo_lines",
    "echo_many",
    "echo_maps",
    "echo_matrix",
    "echo_maybe",
    "echo_measure",
    "echo_narrow",
    "echo_nested_map",
    "echo_nested_tuple",
    "echo_nothing",
    "echo_number_map",
    "echo_only",
    "echo_only_data",
    "echo_option_bool",
    "echo_option_box",
    "echo_option_bytes",
    "echo_option_char",
    "echo_option_code",
    "echo_option_color",
    "echo_option_f32",
    "echo_option_f64",
    "echo_option_i64",
    "echo_option_i8",
    "echo_option_line",
    "echo_option_list",
    "echo_option_option",
    "echo_option_option_option",
    "echo_option_pair",
    "echo_option_scalar",
    "echo_option_string",
    "echo_option_u16",
    "echo_option_u32",
    "echo_order",
    "echo_orders",
    "echo_outcome",
    "echo_padded",
    "echo_padded_structure",
    "echo_page_of_lines",
    "echo_page_of_pages",
    "echo_page_of_text",
    "echo_pair",
    "echo_pairs",
    "echo_parsed",
    "echo_phone_number",
    "echo_place",
    "echo_prices",
    "echo_real",
    "echo_resource",
    "echo_result_in_tuple",
    "echo_results",
    "echo_rows",
    "echo_scalar",
    "echo_scalars",
    "echo_seventeen",
    "echo_shape",
    "echo_shapes",
    "echo_shared",
    "echo_shared_text",
    "echo_signal",
    "echo_signals",
    "echo_signed",
    "echo_single_bool",
    "echo_single_f32",
    "echo_single_i16",
    "echo_single_nested",
    "echo_single_only",
    "echo_sixteen",
    "echo_small",
    "echo_small_map",
    "echo_solution",
    "echo_string",
    "echo_strings",
    "echo_temperature",
    "echo_text_or_real",
    "echo_time",
    "echo_transparent",
    "echo_tree_map",
    "echo_twelve",
    "echo_two",
    "echo_u16",
    "echo_u32",
    "echo_u64",
    "echo_u8",
    "echo_unit",
    "echo_url",
    "echo_uuid",
    "echo_wide_real",
    "echo_wide_whole",
    "echo_wrapper",
    "environment",
    "exits",
    "former_rate",
    "large",
    "list",
    "logs_and_panics",
    "logs_fields",
    "logs_levels",
    "logs_much",
    "loops_forever",
    "memory_pages",
    "now",
    "overflows_stack",
    "panics",
    "price",
    "program_arguments",
    "random",
    "rate",
    "reads_file",
    "reads_input",
    "record",
    "requests",
    "result",
    "reversed",
    "run",
    "sleeps",
    "sleeps_twice",
    "static",
    "swallow",
    "total",
    "writes",
    "writes_and_panics",
    "writes_file",
    "writes_to_nobody",
];

/// The place of an action.
const fn index(action: &str) -> usize {
    let mut index = 0;
    while index < ACTIONS.len() {
        if equal(ACTIONS[index].as_bytes(), action.as_bytes()) {
            return index;
        }
        index += 1;
    }
    panic!("no such action");
}

const fn equal(left: &[u8], right: &[u8]) -> bool {
    let mut index = 0;
    while index < left.len() && index < right.len() {
        if left[index] != right[index] {
            return false;
        }
        index += 1;
    }
    left.len() == right.len()
}

#[test]
fn the_actions_are_those_and_in_this_order() {
    let names: Vec<&str> =
        sink::shared().definition().actions.iter().map(|action| action.name.as_str()).collect();
    assert_eq!(names, ACTIONS);
}

/// Signatures: of actions that cannot fail, and of those that can.
macro_rules! signatures {
    ($($call:ident = $action:literal ($($parameter:ty),*) -> $result:ty $(, $error:ty)?;)*) => {
        $(
            pub struct $call;

            impl Call for $call {
                const INDEX: usize = index($action);
                type Params<'a> = ($($parameter,)*);
                signatures!(@results $result $(, $error)?);
            }
        )*
    };
    (@results $result:ty) => {
        type Results = ($result,);
        type Output = $result;
        type Error = Infallible;

        fn outcome((result,): Self::Results) -> Result<$result, Infallible> {
            Ok(result)
        }
    };
    (@results $result:ty, $error:ty) => {
        type Results = (Result<$result, $error>,);
        type Output = $result;
        type Error = $error;

        fn outcome((result,): Self::Results) -> Result<$result, $error> {
            result
        }
    };
}

#[derive(Debug, Clone, PartialEq, ComponentType, Lift, Lower, Serialize, Deserialize)]
#[serde(crate = "ext_host::serde")]
#[component(record)]
pub struct Line {
    pub sku: String,
    pub quantity: u32,
    #[component(name = "unit-price")]
    pub unit_price: f64,
    pub note: Option<String>,
}

#[derive(Debug, Clone, PartialEq, ComponentType, Lift, Lower, Serialize, Deserialize)]
#[serde(crate = "ext_host::serde")]
#[component(record)]
pub struct Address {
    pub lines: Vec<String>,
    #[component(name = "postal-code")]
    pub postal_code: String,
    pub country: (char, char),
}

#[derive(Debug, Clone, Copy, PartialEq, ComponentType, Lift, Lower, Serialize, Deserialize)]
#[serde(crate = "ext_host::serde")]
#[component(enum)]
#[repr(u8)]
pub enum Color {
    #[component(name = "red")]
    Red,
    #[component(name = "green")]
    Green,
    #[component(name = "deep-sky-blue")]
    DeepSkyBlue,
}

#[derive(Debug, Clone, PartialEq, ComponentType, Lift, Lower, Serialize, Deserialize)]
#[serde(crate = "ext_host::serde")]
#[component(variant)]
pub enum Scalar {
    #[component(name = "nothing")]
    Nothing,
    #[component(name = "bool")]
    Bool(bool),
    #[component(name = "tiny")]
    Tiny(i8),
    #[component(name = "small")]
    Small(u16),
    #[component(name = "large")]
    Large(i64),
    #[component(name = "single")]
    Single(f32),
    #[component(name = "double")]
    Double(f64),
    #[component(name = "char")]
    Char(char),
    #[component(name = "text")]
    Text(String),
}

#[derive(Debug, Clone, PartialEq, ComponentType, Lift, Lower, Serialize, Deserialize)]
#[serde(crate = "ext_host::serde")]
#[component(variant)]
pub enum Refusal {
    #[component(name = "closed")]
    Closed,
    #[component(name = "too-much")]
    TooMuch((u64, u8)),
    #[component(name = "unknown-name")]
    UnknownName(UnknownName),
    #[component(name = "line")]
    Line(u32),
}

#[derive(Debug, Clone, PartialEq, ComponentType, Lift, Lower, Serialize, Deserialize)]
#[serde(crate = "ext_host::serde")]
#[component(record)]
pub struct UnknownName {
    pub name: String,
    pub place: String,
}

#[derive(Debug, Clone, PartialEq, ComponentType, Lift, Lower, Serialize, Deserialize)]
#[serde(crate = "ext_host::serde")]
#[component(record)]
pub struct Order {
    pub number: u64,
    pub form: u8,
    pub customer: String,
    pub shipping: Address,
    pub billing: Option<Address>,
    pub lines: Vec<Line>,
    pub shipments: Vec<Vec<Line>>,
    pub discount: f32,
    pub correction: i16,
    pub urgent: bool,
    pub wrapping: Color,
    pub reference: Scalar,
    pub signature: Vec<u8>,
    pub labels: Map<String>,
}

#[derive(Debug, Clone, PartialEq, ComponentType, Lift, Lower, Serialize, Deserialize)]
#[serde(crate = "ext_host::serde")]
#[component(record)]
pub struct Many {
    pub a: u8,
    pub b: String,
    pub c: Vec<u8>,
    pub d: Vec<Line>,
    pub e: Line,
    pub f: Option<Line>,
    pub g: (i8, f64, String),
    pub h: Scalar,
    pub i: Vec<Vec<String>>,
    pub j: Option<Option<u32>>,
    pub k: char,
    pub l: Result<String, u64>,
}

/// The parameters of `echo_many`, borrowed.
pub type ManyParameters<'a> = (
    u8,
    &'a str,
    &'a [u8],
    &'a [Line],
    &'a Line,
    Option<&'a Line>,
    (i8, f64, &'a str),
    &'a Scalar,
    &'a [Vec<String>],
    Option<Option<u32>>,
    char,
    Result<&'a str, u64>,
);
pub type Twelve = (u8, i8, u16, i16, u32, i32, u64, i64, f32, f64, bool, char);
pub type Joined = (
    Option<i64>,
    Result<f32, String>,
    Result<(), ()>,
    Result<f64, u32>,
    Result<u8, ()>,
    Result<(), String>,
);

/// `echo_many`: more parameters than there are registers.
pub struct EchoMany;

impl Call for EchoMany {
    const INDEX: usize = index("echo_many");
    type Params<'a> = ManyParameters<'a>;
    signatures!(@results Many);
}

/// `echo_joined`: all parameters share their registers' types.
pub struct EchoJoined;

impl Call for EchoJoined {
    const INDEX: usize = index("echo_joined");
    type Params<'a> = Joined;
    signatures!(@results Joined);
}

/// `echo_nothing`: no parameters, no result.
pub struct EchoNothing;

impl Call for EchoNothing {
    const INDEX: usize = index("echo_nothing");
    type Params<'a> = ();
    type Results = ();
    type Output = ();
    type Error = Infallible;

    fn outcome((): ()) -> Result<(), Infallible> {
        Ok(())
    }
}

signatures! {
    EchoString = "echo_string"(&'a str) -> String;
    EchoBytes = "echo_bytes"(&'a [u8]) -> Vec<u8>;
    EchoStrings = "echo_strings"(&'a [String]) -> Vec<String>;
    EchoMatrix = "echo_matrix"(&'a [Vec<u32>]) -> Vec<Vec<u32>>;
    EchoF32s = "echo_f32s"(&'a [f32]) -> Vec<f32>;
    EchoF64s = "echo_f64s"(&'a [f64]) -> Vec<f64>;
    EchoChars = "echo_chars"(&'a [char]) -> Vec<char>;
    EchoTwelve = "echo_twelve"(Twelve) -> Twelve;
    EchoPadded = "echo_padded"((u8, u64, u8)) -> (u8, u64, u8);
    EchoI8 = "echo_i8"(i8) -> i8;
    EchoSingleI16 = "echo_single_i16"((i16,)) -> (i16,);
    EchoOptionOption = "echo_option_option"(Option<Option<u32>>) -> Option<Option<u32>>;
    EchoColor = "echo_color"(Color) -> Color;
    EchoScalar = "echo_scalar"(&'a Scalar) -> Scalar;
    EchoScalars = "echo_scalars"(&'a [Scalar]) -> Vec<Scalar>;
    EchoLine = "echo_line"(&'a Line) -> Line;
    EchoOrder = "echo_order"(&'a Order) -> Order;
    EchoLabels = "echo_labels"(&'a Map<String>) -> Map<String>;
    EchoLineMap = "echo_line_map"(&'a Map<Line>) -> Map<Line>;
    EchoNestedMap = "echo_nested_map"(&'a Map<Map<Vec<u8>>>) -> Map<Map<Vec<u8>>>;
    EchoMaps = "echo_maps"(&'a [Map<Option<bool>>]) -> Vec<Map<Option<bool>>>;
    EchoOutcome = "echo_outcome"(Result<&'a str, &'a Refusal>) -> String, Refusal;
    EchoSignal = "echo_signal"(Result<(), ()>) -> (), ();
    EchoMeasure = "echo_measure"(Result<u32, f32>) -> u32, f32;
    EchoOptionLine = "echo_option_line"(Option<&'a Line>) -> Option<Line>;
    EchoLines = "echo_lines"(&'a [Line]) -> Vec<Line>;
    MemoryPages = "memory_pages"() -> u32;
    Counts = "counts"() -> u32;
    EchoSolution = "echo_solution"(Result<f64, Vec<f64>>) -> f64, Vec<f64>;
}

/// Values of the structures.
pub fn line() -> impl Strategy<Value = Line> {
    (text(), any::<u32>(), doubles(), prop::option::of(text()))
        .prop_map(|(sku, quantity, unit_price, note)| Line { sku, quantity, unit_price, note })
}

fn lines() -> impl Strategy<Value = Vec<Line>> {
    prop::collection::vec(line(), 0..5)
}

fn address() -> impl Strategy<Value = Address> {
    (prop::collection::vec(text(), 0..4), text(), (character(), character()))
        .prop_map(|(lines, postal_code, country)| Address { lines, postal_code, country })
}

fn color() -> impl Strategy<Value = Color> {
    select(vec![Color::Red, Color::Green, Color::DeepSkyBlue])
}

fn scalar() -> impl Strategy<Value = Scalar> {
    prop_oneof![
        Just(Scalar::Nothing),
        any::<bool>().prop_map(Scalar::Bool),
        any::<i8>().prop_map(Scalar::Tiny),
        any::<u16>().prop_map(Scalar::Small),
        any::<i64>().prop_map(Scalar::Large),
        singles().prop_map(Scalar::Single),
        doubles().prop_map(Scalar::Double),
        character().prop_map(Scalar::Char),
        text().prop_map(Scalar::Text),
    ]
}

fn refusal() -> impl Strategy<Value = Refusal> {
    prop_oneof![
        Just(Refusal::Closed),
        any::<(u64, u8)>().prop_map(Refusal::TooMuch),
        (text(), text())
            .prop_map(|(name, place)| Refusal::UnknownName(UnknownName { name, place })),
        any::<u32>().prop_map(Refusal::Line),
    ]
}

fn map<T: std::fmt::Debug>(of: impl Strategy<Value = T>) -> impl Strategy<Value = Map<T>> {
    prop::collection::btree_map(text(), of, 0..5).prop_map(ext_host::Map)
}

fn order() -> impl Strategy<Value = Order> {
    let head = (any::<(u64, u8, i16, bool)>(), text(), address(), prop::option::of(address()));
    let body = (lines(), prop::collection::vec(lines(), 0..3), singles(), color(), scalar());
    (head, body, bytes(), map(text())).prop_map(|(head, body, signature, labels)| {
        let ((number, form, correction, urgent), customer, shipping, billing) = head;
        let (lines, shipments, discount, wrapping, reference) = body;
        Order {
            number,
            form,
            customer,
            shipping,
            billing,
            lines,
            shipments,
            discount,
            correction,
            urgent,
            wrapping,
            reference,
            signature,
            labels,
        }
    })
}

pub fn many() -> impl Strategy<Value = Many> {
    let texts = prop::collection::vec(prop::collection::vec(text(), 0..3), 0..3);
    let head = (any::<u8>(), text(), bytes(), lines(), line(), prop::option::of(line()));
    let body = ((any::<i8>(), doubles(), text()), scalar(), texts, any::<Option<Option<u32>>>());
    let tail = (character(), prop::result::maybe_ok(text(), any::<u64>()));
    (head, body, tail).prop_map(|((a, b, c, d, e, f), (g, h, i, j), (k, l))| Many {
        a,
        b,
        c,
        d,
        e,
        f,
        g,
        h,
        i,
        j,
        k,
        l,
    })
}

impl Many {
    /// As parameters.
    pub fn borrowed(&self) -> ManyParameters<'_> {
        let Self { a, b, c, d, e, f, g, h, i, j, k, l } = self;
        let l = l.as_ref().map(String::as_str).map_err(|number| *number);
        (*a, b, c, d, e, f.as_ref(), (g.0, g.1, &g.2), h, i, *j, *k, l)
    }
}

/// What an action gives that has no errors of its own.
#[track_caller]
pub fn ok<T>(result: Result<T, Error>) -> T {
    result.unwrap_or_else(|error| panic!("{error}"))
}

/// Random values through a call, here and on a server; `NaN` is `NaN`, and 0.0 is not -0.0.
#[track_caller]
fn echoes<T: std::fmt::Debug>(
    values: impl Strategy<Value = T>,
    echo: impl Fn(&Extension, &T) -> T,
) {
    for (extension, cases) in [(sink::shared(), 1000), (sink::on_server(), 100)] {
        let config = Config { cases, failure_persistence: None, ..Config::default() };
        let cases = TestRunner::new(config).run(&values, |value| {
            prop_assert_eq!(format!("{:?}", echo(extension, &value)), format!("{value:?}"));
            Ok(())
        });
        if let Err(failure) = cases {
            panic!("{failure}");
        }
    }
}

/// A file, here and on a server.
#[test]
fn bytes_of_25_mb() {
    let file: Vec<u8> = (0..25_000_000_u32).map(|it| (it ^ it >> 8) as u8).collect();
    for extension in [sink::shared(), sink::on_server()] {
        let echoed = ok(extension.call::<EchoBytes>((&file,)));
        assert!(echoed == file, "other bytes");
    }
}

#[test]
fn text_and_lists() {
    let list = |length| 0_usize..length;
    echoes(text(), |sink, it| ok(sink.call::<EchoString>((it,))));
    echoes(bytes(), |sink, it| ok(sink.call::<EchoBytes>((it,))));
    echoes(prop::collection::vec(text(), list(9)), |sink, it| ok(sink.call::<EchoStrings>((it,))));
    echoes(any::<Vec<Vec<u32>>>(), |sink, it| ok(sink.call::<EchoMatrix>((it,))));
    echoes(prop::collection::vec(singles(), list(50)), |sink, it| ok(sink.call::<EchoF32s>((it,))));
    echoes(prop::collection::vec(doubles(), list(50)), |sink, it| ok(sink.call::<EchoF64s>((it,))));
    echoes(prop::collection::vec(character(), list(50)), |sink, it| {
        ok(sink.call::<EchoChars>((it,)))
    });
}

#[test]
fn values_in_registers() {
    let twelve = (any::<(u8, i8, u16, i16, u32, i32)>(), any::<(u64, i64, f32, f64, bool, char)>());
    let twelve = twelve
        .prop_map(|((a, b, c, d, e, f), (g, h, i, j, k, l))| (a, b, c, d, e, f, g, h, i, j, k, l));
    echoes(twelve, |sink, it: &Twelve| ok(sink.call::<EchoTwelve>((*it,))));
    echoes(any::<(u8, u64, u8)>(), |sink, it| ok(sink.call::<EchoPadded>((*it,))));
    echoes(any::<i8>(), |sink, it| ok(sink.call::<EchoI8>((*it,))));
    echoes(any::<(i16,)>(), |sink, it| ok(sink.call::<EchoSingleI16>((*it,))));
    echoes(any::<Option<Option<u32>>>(), |sink, it| ok(sink.call::<EchoOptionOption>((*it,))));
    echoes(color(), |sink, it| ok(sink.call::<EchoColor>((*it,))));
    echoes(Just(()), |sink, ()| ok(sink.call::<EchoNothing>(())));
}

#[test]
fn structures_and_cases() {
    echoes(scalar(), |sink, it| ok(sink.call::<EchoScalar>((it,))));
    echoes(prop::collection::vec(scalar(), 0..9), |sink, it| ok(sink.call::<EchoScalars>((it,))));
    echoes(line(), |sink, it| ok(sink.call::<EchoLine>((it,))));
    echoes(prop::option::of(line()), |sink, it| ok(sink.call::<EchoOptionLine>((it.as_ref(),))));
    echoes(order(), |sink, it| ok(sink.call::<EchoOrder>((it,))));
}

#[test]
fn maps() {
    echoes(map(text()), |sink, it| ok(sink.call::<EchoLabels>((it,))));
    echoes(map(line()), |sink, it| ok(sink.call::<EchoLineMap>((it,))));
    echoes(map(map(bytes())), |sink, it| ok(sink.call::<EchoNestedMap>((it,))));
    let maps = prop::collection::vec(map(any::<Option<bool>>()), 0..4);
    echoes(maps, |sink, it| ok(sink.call::<EchoMaps>((it,))));
}

#[test]
fn parameters() {
    echoes(many(), |sink, it| ok(sink.call::<EchoMany>(it.borrowed())));
    let joined = (
        any::<Option<i64>>(),
        prop::result::maybe_ok(singles(), text()),
        any::<Result<(), ()>>(),
        prop::result::maybe_ok(doubles(), any::<u32>()),
        any::<Result<u8, ()>>(),
        prop::result::maybe_ok(Just(()), text()),
    );
    echoes(joined, |sink, it| ok(sink.call::<EchoJoined>(it.clone())));
}

/// A call whose error is the action's own, if it fails at all.
#[track_caller]
fn own<T, E: std::fmt::Debug>(result: Result<T, Error<E>>) -> Result<T, E> {
    result.map_err(|error| match error {
        Error::Action(error) => error,
        other => panic!("{other:?}"),
    })
}

#[test]
fn outcomes() {
    echoes(prop::result::maybe_ok(text(), refusal()), |sink, it| {
        let outcome = it.as_ref().map(String::as_str);
        own(sink.call::<EchoOutcome>((outcome,)))
    });
    echoes(any::<Result<(), ()>>(), |sink, it| own(sink.call::<EchoSignal>((*it,))));
    echoes(prop::result::maybe_ok(any::<u32>(), singles()), |sink, it| {
        own(sink.call::<EchoMeasure>((*it,)))
    });
    let solution = prop::result::maybe_ok(doubles(), prop::collection::vec(doubles(), 0..9));
    echoes(solution, |sink, it| own(sink.call::<EchoSolution>((it.clone(),))));
}

/// A client of another definition gets an error, and the extension goes on.
#[test]
fn a_signature_that_does_not_fit() {
    /// Says of an action what is not so.
    struct Wrong<const INDEX: usize>;

    impl<const INDEX: usize> Call for Wrong<INDEX> {
        const INDEX: usize = INDEX;
        type Params<'a> = (u32,);
        type Results = (u32,);
        type Output = u32;
        type Error = Infallible;

        fn outcome((result,): (u32,)) -> Result<u32, Infallible> {
            Ok(result)
        }
    }

    let extension = sink::load();
    let refused = |result: Result<u32, Error>| match result {
        Err(Error::Runtime(reason)) => reason,
        other => panic!("{other:?}"),
    };
    refused(extension.call::<Wrong<{ index("echo_string") }>>((1,)));
    refused(extension.call::<Wrong<{ index("echo_i32") }>>((1,)));
    refused(extension.call::<Wrong<{ index("echo_nothing") }>>((1,)));
    refused(extension.call::<Wrong<{ ACTIONS.len() }>>((1,)));
    refused(extension.call::<Wrong<{ usize::MAX }>>((1,)));
    assert_eq!(ok(extension.call::<Wrong<{ index("echo_u32") }>>((7,))), 7);
    // Two signatures of one action in turn: the right one keeps working.
    for _ in 0..3 {
        refused(extension.call::<Wrong<{ index("echo_i8") }>>((1,)));
        assert_eq!(ok(extension.call::<EchoI8>((-5,))), -5);
    }
}
