//! JSON arguments against a definition: both of strangers.

use ext_definition::model::{Extension, Type};
use ext_definition::values::{self, Sink, Types};
use serde_json::Value;

/// What separates the definition from the arguments.
const SEPARATOR: &[u8] = b"\n---\n";

/// A JSON manifest, `---` on a line of its own, and arguments for each of its actions.
pub fn run(bytes: &[u8]) {
    let Some(at) = bytes.windows(SEPARATOR.len()).position(|window| window == SEPARATOR) else {
        return;
    };
    let (definition, arguments) = (&bytes[..at], &bytes[at + SEPARATOR.len()..]);
    let Ok(definition) = Extension::from_json(definition) else { return };
    let Ok(arguments) = serde_json::from_slice(arguments) else { return };
    read(&definition, &arguments);
}

/// Reads the arguments for each action. Values come from the arguments, or from defaults,
/// which are bounded.
pub fn read(definition: &Extension, arguments: &Value) {
    let types = Types::of(definition);
    for action in &definition.actions {
        match values::read::<Count>(&types, &action.parameters, arguments, values::ENOUGH) {
            Ok(read) => assert_eq!(read.len(), action.parameters.len()),
            Err(violations) => {
                assert!(!violations.is_empty());
                assert!(violations.len() <= values::MAX_VIOLATIONS + 1);
            }
        }
    }
}

/// Makes something of each value, as the host does.
enum Count {}

impl Sink for Count {
    /// How many values there are in it.
    type Value = usize;

    fn bool(_: bool) -> usize {
        1
    }
    fn signed(_: &Type, _: i64) -> usize {
        1
    }
    fn unsigned(_: &Type, _: u64) -> usize {
        1
    }
    fn float(_: &Type, _: f64) -> usize {
        1
    }
    fn char(_: char) -> usize {
        1
    }
    fn text(value: &str) -> usize {
        value.len()
    }
    fn bytes(value: Vec<u8>) -> usize {
        value.len()
    }
    fn list(values: Vec<usize>) -> usize {
        values.iter().sum()
    }
    fn tuple(values: Vec<usize>) -> usize {
        values.iter().sum()
    }
    fn option(value: Option<usize>) -> usize {
        1 + value.unwrap_or(0)
    }
    fn result(value: Result<Option<usize>, Option<usize>>) -> usize {
        1 + value.unwrap_or_else(|it| it).unwrap_or(0)
    }
    fn record(fields: Vec<(String, usize)>) -> usize {
        fields.iter().map(|(_, it)| it).sum()
    }
    fn case(_: String) -> usize {
        1
    }
    fn variant(_: String, data: Option<usize>) -> usize {
        1 + data.unwrap_or(0)
    }
}
