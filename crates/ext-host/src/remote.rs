//! Extensions that run on a platform server: the calls of [`crate::Extension`] over HTTP.
//!
//! Nothing is generated for this. The types of clients write and read themselves with serde, and
//! what the type table asks for beyond that (bytes in base64, options in options, names of cases,
//! …) the definition says, which the server gives: [`write`] and [`read`] follow both at once.

mod address;
mod connection;
mod problem;
mod read;
mod write;

use std::collections::HashMap;

use ext_definition::model::{Action, Extension as Definition, Type, TypeDefinition};
use ext_definition::naming::kebab;
use serde_json::Value;

use crate::call::{Arguments as _, Call};
use crate::error::{ActionError, Error, LoadError};
use crate::extension::{Locked, Names};
use crate::host::{Host, Limits};
use crate::server::{Asked, ServerError, Trace};
use connection::{Answer, Connection, Request};

pub use connection::Connections;
pub use write::Members;

/// The types of a definition, by their names.
struct Types(HashMap<String, TypeDefinition>);

impl Types {
    fn of(definition: &Definition) -> Self {
        Self(definition.types.iter().map(|ty| (ty.name.clone(), ty.clone())).collect())
    }

    fn named(&self, name: &str) -> Option<&TypeDefinition> {
        self.0.get(name)
    }
}

/// An extension on a server.
pub struct Remote {
    connection: Connection,
    definition: Definition,
    limits: Limits,
    by_name: Names,
    types: Types,
    /// In the order of the definition's actions.
    actions: Vec<Place>,
}

/// Where an action is, and what typed calls read from its answers.
struct Place {
    path: String,
    results: Type,
}

impl Remote {
    /// Finds the locked version of a package on a server.
    pub fn load(host: &Host, locked: &Locked, asked: &Asked) -> Result<Self, LoadError> {
        let refused = |error| LoadError::Server(Box::new(error));
        let connection = host.connections().to(asked, host.server()).map_err(refused)?;
        let base = address::package(locked);
        let definition = connection.definition(&base).map_err(refused)?;
        let definition = Definition::from_json(&definition).map_err(LoadError::Definition)?;
        let package = &definition.package;
        if package.id() != locked.name || package.version != locked.version {
            return Err(LoadError::Mismatch(format!(
                "{} gives {} {} for {} {}",
                connection.server(),
                package.id(),
                package.version,
                locked.name,
                locked.version
            )));
        }
        let place = |action: &Action| Place {
            path: format!("{base}/{}", kebab(&action.name)),
            results: results(action),
        };
        Ok(Self {
            connection,
            limits: host.limits().and(&package.limits),
            by_name: Names::of(&definition),
            types: Types::of(&definition),
            actions: definition.actions.iter().map(place).collect(),
            definition,
        })
    }

    pub fn limits(&self) -> Limits {
        self.limits
    }

    pub fn definition(&self) -> &Definition {
        &self.definition
    }

    pub fn names(&self) -> &Names {
        &self.by_name
    }

    pub fn server(&self) -> &str {
        self.connection.server()
    }

    /// A typed call, whose rules were checked.
    #[cold]
    #[inline(never)]
    pub fn call<C: Call>(&self, params: C::Params<'_>) -> Result<C::Output, Error<C::Error>> {
        let (action, place) = self.action(C::INDEX).map_err(widen)?;
        let mut members = Members::new(&self.types, &action.parameters);
        let body = params.write(&mut members).map(|()| members.text());
        let body = body.map_err(|error| Error::Runtime(other_definition(&error)))?;
        let results = self.results(action, place, &body).map_err(widen)?;
        let results = read::value::<C::Results>(results, &place.results, &self.types);
        let results = results.map_err(|error| {
            self.misunderstood(format!("its answer is not what the client expects: {error}"))
        });
        C::outcome(results.map_err(widen)?).map_err(Error::Action)
    }

    /// What a component would return: what is generic stays small.
    fn results(&self, action: &Action, place: &Place, body: &[u8]) -> Result<Value, Error> {
        let outcome = |key: &str, value| Value::from_iter([(key, value)]);
        let value = match (self.exchange(action, place, body, None)?, &action.error) {
            (Answer::Result(value), Some(_)) => outcome("ok", self.unnamed(action, value)),
            (Answer::Result(value), None) => self.unnamed(action, value),
            (Answer::Action { value, .. }, Some(_)) => outcome("err", value),
            (Answer::Action { .. }, None) => {
                let reason = "it answered with an error that the action does not have";
                return Err(self.misunderstood(reason.into()));
            }
        };
        Ok(match place.results {
            Type::Unit => Value::Null,
            _ => Value::Array(vec![value]),
        })
    }

    /// Several outputs with names in their order.
    fn unnamed(&self, action: &Action, value: Value) -> Value {
        match value {
            Value::Object(mut outputs) if !action.options.outputs.is_empty() => {
                let names = action.options.outputs.iter();
                names.map(|name| outputs.remove(name).unwrap_or_default()).collect()
            }
            value => value,
        }
    }

    /// A call by name.
    pub fn call_json(
        &self,
        name: &str,
        arguments: &Value,
        trace: Option<&Trace>,
    ) -> Result<Value, Error<ActionError>> {
        let index = self.by_name.index(name, &self.definition)?;
        let (action, place) = self.action(index).map_err(widen)?;
        // An action without parameters can be called with nothing at all.
        let body = match arguments {
            Value::Null => "{}".to_owned(),
            arguments => arguments.to_string(),
        };
        match self.exchange(action, place, body.as_bytes(), trace).map_err(widen)? {
            Answer::Result(value) => Ok(value),
            Answer::Action { message, value } => Err(Error::Action(ActionError { message, value })),
        }
    }

    fn exchange(
        &self,
        action: &Action,
        place: &Place,
        body: &[u8],
        trace: Option<&Trace>,
    ) -> Result<Answer, Error> {
        self.connection.call(&Request {
            path: &place.path,
            body,
            limits: self.limits,
            trace,
            // It may run twice without a difference.
            repeatable: action.options.function,
        })
    }

    fn action(&self, index: usize) -> Result<(&Action, &Place), Error> {
        self.definition
            .actions
            .get(index)
            .zip(self.actions.get(index))
            .ok_or_else(|| Error::Runtime(format!("the extension has no action number {index}")))
    }

    fn misunderstood(&self, message: String) -> Error {
        let mut error = ServerError::new(self.server(), message);
        error.may_have_run = true;
        Error::Server(Box::new(error))
    }
}

fn other_definition(error: &serde_json::Error) -> String {
    format!("the client was generated from another definition: {error}")
}

/// What a component returns for an action: nothing, or one value.
fn results(action: &Action) -> Type {
    let ok = action.result.clone();
    let result = match (ok, action.error.clone()) {
        (ok, Some(error)) => Type::Result(Box::new((ok.unwrap_or(Type::Unit), error))),
        (Some(ok), None) => ok,
        (None, None) => return Type::Unit,
    };
    Type::Tuple(vec![result])
}

/// An error that is none of the action's, where there may be one of those.
fn widen<E>(error: Error) -> Error<E> {
    match error {
        Error::Action(none) => match none {},
        Error::NotFound { action, known } => Error::NotFound { action, known },
        Error::Arguments(violations) => Error::Arguments(violations),
        Error::Trap(trap) => Error::Trap(trap),
        Error::Limit(limit) => Error::Limit(limit),
        Error::Full => Error::Full,
        Error::Runtime(reason) => Error::Runtime(reason),
        Error::Server(error) => Error::Server(error),
    }
}
