//! JSON values to and from the component's, by the definition's type table
//! (`ext_definition::model::Type`).

mod read;
mod write;

use std::collections::HashMap;

use ext_definition::model::{Action, Extension, Type, TypeDefinition};
use serde_json::Value;
use wasmtime::component::Val;

use crate::error::{ActionError, ArgumentError};

/// The types of one definition, by name.
pub struct Types(HashMap<String, TypeDefinition>);

impl Types {
    pub fn of(definition: &Extension) -> Self {
        Self(definition.types.iter().map(|ty| (ty.name.clone(), ty.clone())).collect())
    }

    fn named(&self, name: &str) -> Option<&TypeDefinition> {
        self.0.get(name)
    }

    /// The parameters of a call, or everything that is wrong about them.
    pub fn arguments(
        &self,
        action: &Action,
        given: &Value,
    ) -> Result<Vec<Val>, Vec<ArgumentError>> {
        let mut reader = read::Reader { types: self, errors: Vec::new() };
        let values = reader.fields(&action.parameters, given, "");
        match values {
            Some(values) if reader.errors.is_empty() => {
                Ok(values.into_iter().map(|(_, value)| value).collect())
            }
            _ => Err(reader.errors),
        }
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
                Ok(value) => Ok(value.map_or(Value::Null, |value| self.write(ok, &value))),
                Err(value) => {
                    let value = value.map_or(Value::Null, |value| self.write(error, &value));
                    Err(ActionError { message: self.message(error, &value), value })
                }
            },
            (Some(value), _) => Ok(self.write(ok, &value)),
            (None, _) => Ok(Value::Null),
        }
    }
}

fn child(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}
