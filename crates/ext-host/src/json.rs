//! JSON values to and from the component's, by the definition's type table
//! (`ext_definition::model::Type`).

mod budget;
pub mod secrets;
mod values;
mod write;

use ext_definition::model::{Action, Extension, Type};
use ext_definition::values::{self as reading, Violation};
use serde_json::Value;

pub use self::write::Returned;
use self::write::Writer;
use crate::dynamic::Val;
use crate::error::{ActionError, Error, Limit};

/// The types of one definition.
pub struct Types(reading::Types);

impl Types {
    pub fn of(definition: &Extension) -> Self {
        Self(reading::Types::of(definition))
    }

    /// The parameters of a call that is for an instance with so much memory, or everything that is
    /// wrong about them.
    pub fn arguments(
        &self,
        action: &Action,
        given: &Value,
        memory: usize,
    ) -> Result<Vec<Val>, Vec<Violation>> {
        // Each takes some 64 bytes here, and some of the instance.
        let most = reading::ENOUGH.max(memory / 64);
        reading::read::<values::Values>(&self.0, &action.parameters, given, most)
    }

    /// Reads the result of a call, or the action's own error. A result of more than `most` bytes, as
    /// it is read, is an error.
    pub fn outcome<T>(
        &self,
        action: &Action,
        result: Option<Val>,
        most: usize,
        read: impl FnOnce(Returned<'_>) -> T,
    ) -> Result<T, Error<ActionError>> {
        let writer = Writer::new(self, most);
        let unit = Type::Unit;
        let result = match (result, &action.error) {
            (Some(Val::Result(Ok(value))), Some(_)) => Ok(value.map(|value| *value)),
            (Some(Val::Result(Err(value))), Some(error)) => Err((error, value)),
            (value, _) => Ok(value),
        };
        let outcome = match result {
            Ok(value) => {
                let ok = action.result.as_ref().unwrap_or(&unit);
                Ok(read(Returned::here(&writer, action, ok, value)))
            }
            Err((error, value)) => {
                let value = value.as_ref().map_or(Value::Null, |value| writer.value(error, value));
                let message = self.message(error, &value);
                Err(Error::Action(ActionError { message, value }))
            }
        };
        match writer.budget.is_full() {
            true => Err(Error::Limit(Limit::Output { allowed: most })),
            false => outcome,
        }
    }
}
