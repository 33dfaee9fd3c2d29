//! The words behind the action's name: options of `run`, and arguments of the action.

use clap::{Arg, ArgAction};
use ext_definition::model::{Action, Field, Type};
use ext_definition::naming::snake;

use crate::cli;

/// Both kinds of words, each in its order.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// Options of `run`, with their values.
    pub options: Vec<String>,
    /// What is for the action.
    pub arguments: Vec<String>,
}

/// Tells the words apart. A parameter hides the option of its name, and everything behind `--`
/// is for the action. Before the action is known, unknown options count as parameters.
pub fn split(words: &[String], action: Option<&Action>) -> Words {
    let known = options();
    let mut split = Words::default();
    let mut rest = words.iter().peekable();
    while let Some(word) = rest.next() {
        if word == "--" {
            split.arguments.extend(rest.cloned());
            break;
        }
        let (name, has_value) = match word.split_once('=') {
            Some((name, _)) => (name, true),
            None => (word.as_str(), false),
        };
        let long = name.strip_prefix("--").filter(|it| !it.is_empty());
        let parameter = long.and_then(|name| parameter(action?, name));
        let option = known.iter().find(|it| is(it, name)).filter(|_| parameter.is_none());
        let (list, takes_value) = match option {
            Some(option) => (
                &mut split.options,
                matches!(option.get_action(), ArgAction::Set | ArgAction::Append),
            ),
            None => {
                let is_flag = |it: &String| it.starts_with("--");
                let takes_value = match parameter.map(|it| it.ty.required()) {
                    Some(Type::Bool) | None => rest.peek().is_some_and(|it| !is_flag(it)),
                    Some(_) => true,
                };
                (&mut split.arguments, long.is_some() && takes_value)
            }
        };
        list.push(word.clone());
        if takes_value && !has_value {
            list.extend(rest.next().cloned());
        }
    }
    split
}

/// The parameter that an option of the command line means.
pub fn parameter<'a>(action: &'a Action, name: &str) -> Option<&'a Field> {
    let is = |it: &&Field| snake(&it.name) == snake(name) || it.json_name() == name;
    action.parameters.iter().find(is)
}

/// Every option of `run`. `--help` is about the action there.
fn options() -> Vec<Arg> {
    let mut command = cli::command();
    command.build();
    let run = command.find_subcommand("run");
    let options = run.into_iter().flat_map(|it| it.get_arguments());
    let options = options.filter(|it| !it.is_positional());
    options.filter(|it| !matches!(it.get_long(), Some("help" | "version"))).cloned().collect()
}

fn is(option: &Arg, word: &str) -> bool {
    match word.strip_prefix("--") {
        Some(long) => option.get_long() == Some(long),
        None => {
            let short = word.strip_prefix('-').and_then(|it| it.parse::<char>().ok());
            short.is_some() && option.get_short() == short
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(line: &str, action: Option<&Action>) -> (String, String) {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let Words { options, arguments } = super::split(&words, action);
        (options.join(" "), arguments.join(" "))
    }

    #[test]
    fn options_stand_on_both_sides() {
        let both = |options: &str, arguments: &str| (options.to_owned(), arguments.to_owned());
        assert_eq!(
            split("--name x --offline --output=f -p hello --lines [] -q --help", None),
            both("--offline --output=f -p hello -q", "--name x --lines [] --help")
        );
        assert_eq!(split("--name x -- --offline", None), both("", "--name x --offline"));
        assert_eq!(
            split("--color never --yes --debug", None),
            both("--color never --debug", "--yes")
        );
    }

    #[test]
    fn parameters_hide_options() {
        let action: Action = serde_json::from_value(serde_json::json!({
            "name": "act",
            "parameters": [
                { "name": "output", "type": "string" },
                { "name": "text", "type": "string" },
                { "name": "yes", "type": "bool" },
            ],
        }))
        .unwrap();
        let split = |line| split(line, Some(&action));
        let both = |options: &str, arguments: &str| (options.to_owned(), arguments.to_owned());
        assert_eq!(split("--output x --offline"), both("--offline", "--output x"));
        assert_eq!(split("--text --offline"), both("", "--text --offline"));
        assert_eq!(split("--yes --offline"), both("--offline", "--yes"));
    }
}
