//! JSON values to and from the component's, by the definition's type table
//! (`ext_definition::model::Type`).

pub mod secrets;
mod values;
mod write;

use ext_definition::model::{Action, Extension, Type};
use ext_definition::values::{self as reading, Violation};
use serde_json::Value;
use wasmtime::component::Val;

use self::write::Writer;
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
        let values = reading::read::<values::Values>(&self.0, &action.parameters, given, most)?;
        Ok(values.into_iter().map(|(_, value)| value).collect())
    }

    /// Places for what the component returns.
    pub fn room_for_results(&self, action: &Action) -> Vec<Val> {
        let returns = action.result.is_some() || action.error.is_some();
        vec![Val::Bool(false); usize::from(returns)]
    }

    /// The result of a call, or the action's own error; a result that takes too many bytes is none.
    pub fn outcome(
        &self,
        action: &Action,
        results: Vec<Val>,
        most: usize,
    ) -> Result<Value, Error<ActionError>> {
        let writer = Writer::new(self, most);
        let unit = Type::Unit;
        let ok = action.result.as_ref().unwrap_or(&unit);
        let outcome = match (results.into_iter().next(), &action.error) {
            (Some(Val::Result(result)), Some(error)) => match result {
                Ok(value) => {
                    Ok(value.map_or(Value::Null, |value| writer.outputs(action, ok, &value)))
                }
                Err(value) => Err(value.map_or(Value::Null, |value| writer.write(error, &value))),
            },
            (Some(value), _) => Ok(writer.outputs(action, ok, &value)),
            (None, _) => Ok(Value::Null),
        };
        if writer.is_full() {
            return Err(Error::Limit(Limit::Output { allowed: most }));
        }
        outcome.map_err(|value| {
            let message = self.message(action.error.as_ref().unwrap_or(&unit), &value);
            Error::Action(ActionError { message, value })
        })
    }
}
