//! `cargo ext run`: one call in the sandbox.

mod grants;
mod pretty;
mod words;

use std::borrow::Cow;
use std::ffi::OsString;
use std::io::Write;
use std::time::Duration;

use base64::Engine as _;
use ext_definition::code;
use ext_definition::diagnostic::Diagnostic;
use ext_definition::model::{Action, Extension as Definition, Field, Kind, Type};
use ext_host::{ActionError, Error, Extension, Host, Limits, Options, Output, Returned};
use ext_registry::fs::write_atomic;
use serde_json::{Map, Value};

use self::grants::grants;
use self::pretty::pretty;
use self::words::{Words, parameter};
use super::serve::runtime;
use crate::artifact::{self, read};
use crate::cli::{self, Cli, Command, Common, Run};
use crate::failure::Failure;
use crate::project::Project;
use crate::requests;
use crate::shell::Shell;
use crate::store;

pub fn run(arguments: &Run, common: &Common) -> Result<(), Failure> {
    let (name, given) = arguments.call();
    // Options decide what is built, and only what is built tells parameters from options.
    let mut words = words::split(given, None);
    let mut is_first = true;
    loop {
        let moved = match with_options(arguments, &words).transpose() {
            Ok(moved) => moved,
            // They may be parameters.
            Err(_) if is_first => {
                words = Words { options: Vec::new(), arguments: given.to_vec() };
                None
            }
            Err(error) => error.exit(),
        };
        let (run, common) = match &moved {
            Some(Cli { common, command: Command::Run(run) }) => (run, common),
            _ => (arguments, common),
        };
        let shell = Shell::new(common);
        let extension = load(run, common, &shell)?;
        let definition = extension.definition();
        let Some(action) = definition.action(name) else {
            let known = definition.actions.iter().map(|action| action.name.clone()).collect();
            return Err(failed(Error::NotFound { action: name.to_owned(), known }));
        };
        let right = words::split(given, Some(action));
        if right == words || !is_first {
            return call(run, &shell, &extension, action, &words.arguments);
        }
        (words, is_first) = (right, false);
    }
}

/// The command line with the options behind the action's name before it.
fn with_options(arguments: &Run, words: &Words) -> Option<Result<Cli, clap::Error>> {
    if words.options.is_empty() {
        return None;
    }
    let mut line: Vec<OsString> = std::env::args_os().collect();
    line.truncate(line.len().saturating_sub(arguments.call.len()));
    line.extend(words.options.iter().map(OsString::from));
    line.extend(arguments.call.first().map(OsString::from));
    Some(cli::parse(line))
}

fn load(run: &Run, common: &Common, shell: &Shell) -> Result<Extension, Failure> {
    let component = match &run.from {
        Some(package) => store::component(package, common)?,
        None => {
            let building = &run.building;
            let project = Project::load(building.selection.manifest_path.as_deref())?;
            let package = project.extension(&building.selection)?;
            artifact::build(&project, package, building, &shell.without_stages())?.bytes
        }
    };
    let time = Duration::try_from_secs_f64(run.timeout).map_err(|error| {
        usage(format!("`--timeout {}` is no number of seconds: {error}", run.timeout))
    })?;
    let host = Host::builder().limits(Limits { time, ..Limits::default() }).build()?;
    if run.grants.is_empty() {
        let extension = host.load_bytes(&component)?;
        tell_requests(extension.definition(), shell);
        return Ok(extension);
    }
    let definition = ext_definition::artifact::definition(&component)?;
    tell_requests(&definition, shell);
    let grants = grants(&run.grants, &definition.package.permissions, shell)?;
    Ok(host.load_with(&component, Options { grants, ..Options::default() })?)
}

fn tell_requests(definition: &Definition, shell: &Shell) {
    requests::tell(&definition.package.permissions, "`cargo ext run`", shell);
}

fn call(
    run: &Run,
    shell: &Shell,
    extension: &Extension,
    action: &Action,
    words: &[String],
) -> Result<(), Failure> {
    if matches!(words, [help] if help == "--help" || help == "-h") {
        shell.print(help_text(action));
        return Ok(());
    }
    let object = object(words, action, extension.definition())?;
    let in_file = run.output.is_some();
    // Read as it is returned, fields keep the definition's order.
    let reading = extension.invoke_and_read(None, &action.name, Cow::Owned(object), |result| {
        let json = |it: Returned<'_>| pretty(&String::from_utf8_lossy(&it.to_json())).into_bytes();
        match in_file {
            true => result.into_bytes().unwrap_or_else(json),
            false => json(result),
        }
    });
    let (result, output) = runtime()?.block_on(reading);
    tell(&output);
    let result = result.map_err(failed)?;
    match &run.output {
        Some(path) => {
            write_atomic(path, &result)?;
            shell.status(
                "Wrote",
                format!("{} ({})", path.display(), crate::shell::size(result.len())),
            );
        }
        None => shell.print(String::from_utf8_lossy(&result)),
    }
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
    let mut values: Vec<(&Field, Vec<String>)> = Vec::new();
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
        let parameter = parameter(action, name);
        let value = match (value, parameter.map(|it| it.ty.required())) {
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
            Some(parameter) => match values.iter_mut().find(|it| it.0.name == parameter.name) {
                Some((_, values)) => values.push(value),
                None => values.push((parameter, vec![value])),
            },
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
    for (parameter, values) in values {
        let value = several(parameter, &values, definition)?;
        object.insert(parameter.json_name().to_owned(), value);
    }
    Ok(Value::Object(object))
}

/// The value of a parameter. A list takes an element from each of its flags, or all of them as
/// one list of JSON.
fn several(
    parameter: &Field,
    values: &[String],
    definition: &Definition,
) -> Result<Value, Failure> {
    let ty = parameter.ty.required();
    let element = match ty {
        Type::List(element) if !ty.is_binary() => Some(&**element),
        Type::Array(of) => Some(&of.0),
        _ => None,
    };
    let is_whole = |value: &str| value == "null" || value.starts_with(['[', '@']);
    match (values, element) {
        ([value], Some(_)) if is_whole(value) => argument(value, &parameter.ty, definition),
        (values, Some(element)) => {
            values.iter().map(|value| argument(value, element, definition)).collect()
        }
        ([value], None) => argument(value, &parameter.ty, definition),
        _ => Err(usage(format!("`--{}` is given {} times", parameter.name, values.len()))),
    }
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
