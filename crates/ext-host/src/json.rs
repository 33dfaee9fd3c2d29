//! JSON values to and from the component's, by the definition's type table
//! (`ext_definition::model::Type`).

pub mod secrets;
mod values;
mod write;

use ext_definition::model::{Action, Extension, Type};
use ext_definition::values::{self as reading, Violation};
use serde_json::{Map, Value};
use wasmtime::component::Val;

use crate::error::ActionError;

/// The types of one definition.
pub struct Types(reading::Types);

impl Types {
    pub fn of(definition: &Extension) -> Self {
        Self(reading::Types::of(definition))
    }

    /// The parameters of a call, or everything that is wrong about them.
    pub fn arguments(&self, action: &Action, given: &Value) -> Result<Vec<Val>, Vec<Violation>> {
        let values = reading::read::<values::Values>(&self.0, &action.parameters, given)?;
        Ok(values.into_iter().map(|(_, value)| value).collect())
    }

    /// Places for what the component returns.
    pub fn room_for_results(&self, action: &Action) -> Vec<Val> {
        let returns = action.result.is_some() || action.error.is_some();
        vec![Val::Bool(false); usize::from(returns)]
    }

    /// The result of a call, or the action's own error.
    pub fn outcome(&self, action: &Action, results: Vec<Val>) -> Result<Value, ActionError> {
        let unit = Type::Unit;
        let ok = action.result.as_ref().unwrap_or(&unit);
        match (results.into_iter().next(), &action.error) {
            (Some(Val::Result(result)), Some(error)) => match result {
                Ok(value) => {
                    Ok(value.map_or(Value::Null, |value| self.outputs(action, ok, &value)))
                }
                Err(value) => {
                    let value = value.map_or(Value::Null, |value| self.write(error, &value));
                    Err(ActionError { message: self.message(error, &value), value })
                }
            },
            (Some(value), _) => Ok(self.outputs(action, ok, &value)),
            (None, _) => Ok(Value::Null),
        }
    }

    /// A result; an object, if it is several outputs with names.
    fn outputs(&self, action: &Action, ty: &Type, value: &Val) -> Value {
        match (ty, value) {
            (Type::Tuple(types), Val::Tuple(values)) if !action.options.outputs.is_empty() => {
                let values = types.iter().zip(values).map(|(ty, value)| self.write(ty, value));
                let names = action.options.outputs.iter().cloned();
                Value::Object(names.zip(values).collect::<Map<_, _>>())
            }
            _ => self.write(ty, value),
        }
    }
}
