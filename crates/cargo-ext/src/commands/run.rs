//! `cargo ext run`: one call in the sandbox.

use std::io::Write;
use std::time::Duration;

use base64::Engine as _;
use ext_definition::code;
use ext_definition::diagnostic::Diagnostic;
use ext_definition::model::{Action, Extension as Definition, Field, Kind, Type};
use ext_definition::naming::snake;
use ext_host::{ActionError, Error, Host, Limits, Output};
use serde_json::{Map, Value};

use crate::artifact::{self, read};
use crate::cli::{Common, Run};
use crate::failure::Failure;
use crate::project::Project;
use crate::shell::Shell;
use crate::store;

pub fn run(arguments: &Run, common: &Common, shell: &Shell) -> Result<(), Failure> {
    let component = match &arguments.from {
        Some(package) => store::component(package, common)?,
        None => {
            let building = &arguments.building;
            let project = Project::load(building.selection.manifest_path.as_deref())?;
            let package = project.extension(&building.selection)?;
            artifact::build(&project, package, building, &shell.without_stages())?.bytes
        }
    };
    let time = Duration::try_from_secs_f64(arguments.timeout).map_err(|error| {
        usage(format!("`--timeout {}` is no number of seconds: {error}", arguments.timeout))
    })?;
    let host = Host::builder().limits(Limits { time, ..Limits::default() }).build()?;
    let extension = host.load_bytes(&component)?;
    let definition = extension.definition();
    let (name, words) = arguments.call();
    let Some(action) = definition.action(name) else {
        let known = definition.actions.iter().map(|action| action.name.clone()).collect();
        return Err(failed(Error::NotFound { action: name.to_owned(), known }));
    };
    if matches!(words, [help] if help == "--help" || help == "-h") {
        shell.print(help_text(action));
        return Ok(());
    }
    let object = object(words, action, definition)?;
    let (result, output) = extension.invoke(&action.name, &object);
    tell(&output);
    let result = result.map_err(failed)?;
    // Strings, numbers and string keys only: writing them cannot fail.
    shell.print(serde_json::to_string_pretty(&result).unwrap_or_default());
    Ok(())
}

/// What the action wrote and logged, on standard error.
fn tell(output: &Output) {
    let mut stderr = anstream::stderr().lock();
    // Nobody may be listening.
    let _ = write!(stderr, "{}", output.text);
    if !output.text.is_empty() && !output.text.ends_with('\n') {
        let _ = writeln!(stderr);
    }
    for record in &output.records {
        let _ = writeln!(stderr, "{record}");
    }
    if output.dropped > 0 {
        let _ = writeln!(stderr, "({} more records were not kept)", output.dropped);
    }
}

fn usage(message: String) -> Failure {
    Failure::usage(
        Diagnostic::error(code::ARGUMENTS, message)
            .help("`cargo ext run ACTION --help` shows its parameters"),
    )
}

fn failed(error: Error<ActionError>) -> Failure {
    let code = error.code();
    match error {
        Error::Arguments(errors) => Failure::from(
            errors
                .iter()
                .map(|error| Diagnostic::error(code, error.to_string()))
                .collect::<Vec<_>>(),
        ),
        Error::Action(error) => Failure::input(
            Diagnostic::error(code, &error.message)
                .help(format!("the action's error is {}", error.value)),
        ),
        Error::Runtime(_) => Failure::environment(Diagnostic::error(code, error.to_string())),
        other => Failure::input(Diagnostic::error(code, other.to_string())),
    }
}

/// The arguments as one object: `--name value`, `--name=value`, or all of them by `--json`.
fn object(given: &[String], action: &Action, definition: &Definition) -> Result<Value, Failure> {
    let mut object = Map::new();
    let mut rest = given.iter();
    while let Some(word) = rest.next() {
        let Some(name) = word.strip_prefix("--").filter(|name| !name.is_empty()) else {
            return Err(usage(format!(
                "`{word}` stands where a parameter's name such as `--{}` is expected",
                example(action)
            )));
        };
        let (name, value) = match name.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (name, None),
        };
        let named = |it: &&Field| snake(&it.name) == snake(name) || it.json_name() == name;
        let parameter = action.parameters.iter().find(named);
        let value = match (value, parameter.map(|it| &it.ty)) {
            (Some(value), _) => value,
            // A flag alone says yes.
            (None, Some(Type::Bool))
                if rest.as_slice().first().is_none_or(|next| next.starts_with("--")) =>
            {
                "true".into()
            }
            (None, _) => {
                rest.next().cloned().ok_or_else(|| usage(format!("`--{name}` needs a value")))?
            }
        };
        match parameter {
            Some(parameter) => {
                let value = argument(&value, &parameter.ty, definition)?;
                object.insert(parameter.json_name().to_owned(), value);
            }
            None if name == "json" => match json(&text(&value)?)? {
                Value::Object(members) => object.extend(members),
                other => return Err(usage(format!("`--json` takes an object, not {other}"))),
            },
            None => {
                let known: Vec<String> =
                    action.parameters.iter().map(|it| format!("--{}", it.name)).collect();
                return Err(usage(format!(
                    "`{}` has no parameter `{name}`; it has: {}",
                    action.name,
                    known.join(", ")
                )));
            }
        }
    }
    Ok(Value::Object(object))
}

fn example(action: &Action) -> &str {
    action.parameters.first().map_or("json", |parameter| &parameter.name)
}

/// A value as it is typed: text as it is, all else as JSON, files behind `@`.
fn argument(value: &str, ty: &Type, definition: &Definition) -> Result<Value, Failure> {
    match ty {
        Type::Option(_) if value == "null" => Ok(Value::Null),
        Type::Option(of) => argument(value, of, definition),
        ty if ty.is_binary() => match value.strip_prefix('@') {
            Some(path) => {
                let bytes = read(path.as_ref())?;
                Ok(Value::String(base64::engine::general_purpose::STANDARD.encode(bytes)))
            }
            None if value.starts_with('[') => json(value),
            None => Ok(Value::String(value.to_owned())),
        },
        Type::Char => Ok(Value::String(text(value)?)),
        ty if ty.is_text() => Ok(Value::String(text(value)?)),
        Type::Named(name) if !value.starts_with(['{', '"', '@']) => {
            match definition.types_by_name().get(name.as_str()).map(|ty| &ty.kind) {
                Some(Kind::Enum { .. } | Kind::Variant { .. }) => {
                    Ok(Value::String(value.to_owned()))
                }
                _ => json(value),
            }
        }
        Type::F32 | Type::F64 if matches!(value, "NaN" | "Infinity" | "-Infinity") => {
            Ok(Value::String(value.to_owned()))
        }
        _ => json(&text(value)?),
    }
}

fn text(value: &str) -> Result<String, Failure> {
    match value.strip_prefix('@') {
        Some("-") => std::io::read_to_string(std::io::stdin())
            .map_err(|error| Failure::file("read", "-".as_ref(), &error)),
        Some(path) => std::fs::read_to_string(path)
            .map_err(|error| Failure::file("read", path.as_ref(), &error)),
        None => Ok(value.to_owned()),
    }
}

fn json(text: &str) -> Result<Value, Failure> {
    serde_json::from_str(text).map_err(|error| usage(format!("`{text}` is no JSON: {error}")))
}

fn help_text(action: &Action) -> String {
    let mut out = String::new();
    if !action.description.is_empty() {
        out.push_str(&format!("{}\n\n", action.description));
    }
    out.push_str(&format!("Usage: cargo ext run {}", action.name));
    for parameter in &action.parameters {
        let (open, close) = if parameter.is_mandatory() { ("", "") } else { ("[", "]") };
        out.push_str(&format!(" {open}--{} <{}>{close}", parameter.name, parameter.ty));
    }
    for parameter in &action.parameters {
        let description = parameter.description.lines().next().unwrap_or_default();
        let rules = parameter.rules.summary();
        let rules =
            if rules.is_empty() { String::new() } else { format!(" ({})", rules.join(", ")) };
        out.push_str(&format!(
            "\n  --{:<20} {:<20} {description}{rules}",
            parameter.name,
            parameter.ty.to_string()
        ));
    }
    out
}
