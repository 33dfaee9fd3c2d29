//! The form of an action: made from its definition, and read against it.

use ext_definition::model::{Action, Extension, Field, Kind, Type};
use ext_definition::{doc, examples};
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::page::Said;

/// What a parameter is written into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    /// `<input>` of this type.
    Input(&'static str),
    Checkbox,
    Select,
    /// JSON.
    Textarea,
    File,
}

/// One parameter.
pub struct Input {
    /// In JSON.
    pub name: String,
    pub description: String,
    /// As people read it.
    pub ty: String,
    pub must: bool,
    pub deprecated: bool,
    pub control: Control,
    /// Constraints, for the browser.
    pub attributes: Vec<(&'static str, String)>,
    /// The same in words.
    pub hints: Vec<String>,
    pub value: String,
    /// For [`Control::Select`]: value and label.
    pub choices: Vec<(String, String)>,
    /// What is wrong with what was given.
    pub violations: Vec<String>,
}

impl Input {
    pub fn is_select(&self) -> bool {
        self.control == Control::Select
    }

    pub fn is_checkbox(&self) -> bool {
        self.control == Control::Checkbox
    }

    pub fn is_textarea(&self) -> bool {
        self.control == Control::Textarea
    }

    /// The type of the `<input>`.
    pub fn kind(&self) -> &'static str {
        match self.control {
            Control::Input(kind) => kind,
            Control::File => "file",
            _ => "text",
        }
    }

    pub fn lines(&self) -> usize {
        self.value.lines().count().clamp(3, 16)
    }
}

/// The inputs of an action, empty or as they were filled in.
pub fn inputs(extension: &Extension, action: &Action, said: Option<&Said>) -> Vec<Input> {
    let example = examples::arguments(extension, action).value;
    let inputs = action.parameters.iter().map(|field| {
        let example = example.get(field.json_name()).filter(|_| {
            field.rules.example.is_some() || control(extension, field) == Control::Textarea
        });
        input(extension, field, example, said)
    });
    inputs.collect()
}

/// How a parameter is asked for.
fn control(extension: &Extension, field: &Field) -> Control {
    let optional = matches!(field.ty, Type::Option(_));
    let control = match field.ty.required() {
        Type::Bool if optional => Control::Select,
        Type::Bool => Control::Checkbox,
        Type::Named(name) if cases(extension, name).is_some() => Control::Select,
        binary if binary.is_binary() => Control::File,
        Type::Date => Control::Input("date"),
        Type::Time => Control::Input("time"),
        Type::DateTime => Control::Input("datetime-local"),
        number if number.is_number() => Control::Input("number"),
        text if text.is_text() || *text == Type::Char => Control::Input("text"),
        _ => Control::Textarea,
    };
    match control {
        Control::Input("text" | "number") if field.rules.secret => Control::Input("password"),
        control => control,
    }
}

/// The cases of a type of which none has data.
fn cases<'a>(extension: &'a Extension, name: &str) -> Option<&'a [ext_definition::model::Case]> {
    let found = extension.types.iter().find(|it| it.name == name)?;
    match &found.kind {
        Kind::Enum { cases } => Some(cases),
        _ => None,
    }
}

fn input(
    extension: &Extension,
    field: &Field,
    example: Option<&Value>,
    said: Option<&Said>,
) -> Input {
    let (rules, must) = (&field.rules, field.is_mandatory());
    let control = control(extension, field);
    let mut choices = Vec::new();
    if control == Control::Select {
        if !must || matches!(field.ty, Type::Option(_)) {
            choices.push((String::new(), "not given".to_owned()));
        }
        match field.ty.required() {
            Type::Named(name) => choices.extend(
                (cases(extension, name).unwrap_or_default().iter())
                    .map(|it| (it.json_name().to_owned(), it.json_name().to_owned())),
            ),
            _ => choices.extend(["true", "false"].map(|it| (it.to_owned(), it.to_owned()))),
        }
    }
    let value = match said {
        // What was secret is asked for again.
        Some(_) if rules.secret => String::new(),
        Some(said) => said.raw(field.json_name()).unwrap_or_default().to_owned(),
        None => {
            let shown = rules.default.as_ref().or_else(|| {
                // A structure is easier to change than to write.
                example.filter(|_| must && control == Control::Textarea)
            });
            shown.map(|it| shown_value(field, control, it)).unwrap_or_default()
        }
    };
    let mut hints = rules.conditions(&field.ty);
    hints.extend(rules.pattern.as_ref().map(|it| format!("matches {it}")));
    if control == Control::Input("datetime-local") {
        hints.push("in UTC".to_owned());
    }
    Input {
        name: field.json_name().to_owned(),
        description: doc::description(&field.description),
        ty: field.ty.to_string(),
        must,
        deprecated: rules.deprecated.is_some(),
        attributes: attributes(field, control, example),
        control,
        hints,
        value,
        choices,
        violations: Vec::new(),
    }
}

/// A JSON value as its control has it.
fn shown_value(field: &Field, control: Control, value: &Value) -> String {
    match (control, value) {
        (_, Value::Null) => String::new(),
        (Control::Textarea, value) => serde_json::to_string_pretty(value).unwrap_or_default(),
        (Control::Input("datetime-local"), Value::String(text)) => {
            let local = |at: Timestamp| at.strftime("%Y-%m-%dT%H:%M:%S").to_string();
            text.parse().map(local).unwrap_or_default()
        }
        (Control::File, _) => String::new(),
        (_, Value::String(text)) => text.clone(),
        (_, value) if field.ty.required().is_text() => value.to_string(),
        (_, value) => value.to_string(),
    }
}

/// What a browser checks before it sends the form. The server checks all of it, and more.
fn attributes(
    field: &Field,
    control: Control,
    example: Option<&Value>,
) -> Vec<(&'static str, String)> {
    let rules = &field.rules;
    let mut all = Vec::new();
    let mut add = |name, value: Option<String>| {
        if let Some(value) = value {
            all.push((name, value));
        }
    };
    let ty = field.ty.required();
    let is_input = matches!(control, Control::Input(_));
    // A text may be empty.
    let filled =
        !matches!(ty, Type::String | Type::Json) || rules.min_length.is_some_and(|it| it > 0);
    if field.is_mandatory() && filled && (is_input || control == Control::Textarea) {
        add("required", Some(String::new()));
    }
    if matches!(control, Control::Input("number")) {
        add(
            "min",
            rules.min.as_ref().map(ToString::to_string).or_else(|| {
                matches!(ty, Type::U8 | Type::U16 | Type::U32 | Type::U64).then(|| "0".to_owned())
            }),
        );
        add("max", rules.max.as_ref().map(ToString::to_string));
        let step = match ty.is_whole() {
            true => "1".to_owned(),
            false => "any".to_owned(),
        };
        add("step", Some(step));
    }
    if matches!(control, Control::Input("date" | "time" | "datetime-local")) {
        add("step", (control != Control::Input("date")).then(|| "1".to_owned()));
    }
    if matches!(control, Control::Input("text" | "password")) {
        add("minlength", rules.min_length.map(|it| it.to_string()));
        add("maxlength", rules.max_length.map(|it| it.to_string()));
        add("pattern", rules.pattern.clone().filter(|it| browsers_read(it)));
        let mode = match ty {
            Type::Email => Some("email"),
            Type::Url => Some("url"),
            Type::PhoneNumber => Some("tel"),
            _ => None,
        };
        add("inputmode", mode.map(str::to_owned));
        let form = match ty {
            Type::Duration => Some("PT1H30M"),
            Type::Uuid => Some("00000000-0000-0000-0000-000000000000"),
            _ => None,
        };
        let shown = example.filter(|_| !rules.secret).map(|it| shown_value(field, control, it));
        add("placeholder", shown.or_else(|| form.map(str::to_owned)));
    }
    all
}

/// Whether a browser understands a pattern as the server does: the plain ones.
fn browsers_read(pattern: &str) -> bool {
    let plain = |it: char| it.is_ascii_alphanumeric() || "[]{}()|+*?.,^$-".contains(it);
    pattern.chars().all(plain)
        && !["-]", "[-", "[[", "--", "]-", "(?"].iter().any(|it| pattern.contains(it))
        && !tries_for_long(pattern)
}

/// Whether a group that can match in several ways is repeated: `(a+)+`. Browsers go back and try
/// all of them, which takes for ever for a text that nearly fits; the server does not.
fn tries_for_long(pattern: &str) -> bool {
    // Of each group that is open: whether there is a choice in it.
    let (mut open, mut in_class) = (vec![false], false);
    let mut rest = pattern.chars().peekable();
    while let Some(it) = rest.next() {
        match it {
            '[' => in_class = true,
            ']' => in_class = false,
            _ if in_class => {}
            '(' => open.push(false),
            ')' => {
                let has_choice = open.pop().unwrap_or(false);
                if has_choice && rest.next_if(|it| "*+{".contains(*it)).is_some() {
                    return true;
                }
                if let Some(around) = open.last_mut() {
                    *around |= has_choice;
                }
            }
            '*' | '+' | '?' | '{' | '|' => {
                if let Some(group) = open.last_mut() {
                    *group = true;
                }
            }
            _ => {}
        }
    }
    false
}

/// The arguments that a form says; what cannot be read is said at its input.
pub fn arguments(
    extension: &Extension,
    action: &Action,
    said: &Said,
    inputs: &mut [Input],
) -> Option<Value> {
    let mut arguments = Map::new();
    let mut wrong = false;
    for (field, input) in action.parameters.iter().zip(inputs) {
        match value(field, control(extension, field), said) {
            Ok(Some(value)) => {
                arguments.insert(field.json_name().to_owned(), value);
            }
            Ok(None) => {}
            Err(reason) => {
                input.violations.push(reason);
                wrong = true;
            }
        }
    }
    (!wrong).then(|| arguments.into())
}

/// The value of one parameter; `None`: it is not given.
fn value(field: &Field, control: Control, said: &Said) -> Result<Option<Value>, String> {
    let text = said.raw(field.json_name());
    if control == Control::Checkbox {
        return Ok(Some(text.is_some().into()));
    }
    let Some(text) = text else { return Ok(None) };
    let ty = field.ty.required();
    let text_itself = matches!(ty, Type::String);
    if text.trim().is_empty()
        && !(text_itself && field.is_mandatory())
        && !(control == Control::File && field.is_mandatory())
    {
        return Ok(None);
    }
    let plain = text.trim();
    let value = match control {
        Control::Textarea => {
            serde_json::from_str(plain).map_err(|error| format!("is no JSON: {error}"))?
        }
        Control::Select if *ty == Type::Bool => (plain == "true").into(),
        Control::Input("time") if plain.len() == 5 => format!("{plain}:00").into(),
        Control::Input("datetime-local") => match plain.matches(':').count() {
            1 => format!("{plain}:00Z").into(),
            _ => format!("{plain}Z").into(),
        },
        // Digits stay digits: a decimal number is exact, and so is a large whole one.
        Control::Input("number" | "password") if ty.is_number() && *ty != Type::Decimal => {
            serde_json::from_str(plain)
                .ok()
                .filter(Value::is_number)
                .unwrap_or_else(|| plain.into())
        }
        _ if text_itself || *ty == Type::Char => text.into(),
        _ => plain.into(),
    };
    Ok(Some(value))
}

/// Puts what the host found wrong beside the inputs; gives what belongs to none of them.
pub fn blame(inputs: &mut [Input], violations: &Value) -> Vec<String> {
    let mut others = Vec::new();
    for violation in violations.as_array().into_iter().flatten() {
        let text = |name: &str| violation[name].as_str().unwrap_or_default();
        let (path, reason) = (text("path"), text("reason"));
        let root = path.split(['.', '[']).next().unwrap_or_default();
        let said = match path == root {
            true => reason.to_owned(),
            false => format!("{path}: {reason}"),
        };
        match inputs.iter_mut().find(|it| it.name == root) {
            Some(input) => input.violations.push(said),
            None => others.push(format!("{path}: {reason}")),
        }
    }
    others
}

#[cfg(test)]
mod tests {
    use super::*;
    use ext_definition::model::{Case, FORMAT, TypeDefinition};
    use ext_definition::package::Package;
    use serde_json::json;

    fn extension(parameters: Vec<Field>) -> Extension {
        let case = |name: &str| Case {
            name: name.into(),
            description: String::new(),
            json_name: None,
            ty: None,
            message: None,
        };
        let color = TypeDefinition {
            name: "Color".into(),
            description: String::new(),
            kind: Kind::Enum { cases: vec![case("Red"), case("Green")] },
        };
        let action = Action {
            name: "paint".into(),
            description: String::new(),
            options: Default::default(),
            parameters,
            result: None,
            error: None,
        };
        let package = Package::default();
        Extension { format: FORMAT, package, actions: vec![action], types: vec![color] }
    }

    fn read(extension: &Extension, query: &str) -> Option<Value> {
        let (action, said) = (&extension.actions[0], Said::of(query.as_bytes()));
        let mut inputs = inputs(extension, action, Some(&said));
        arguments(extension, action, &said, &mut inputs)
    }

    #[test]
    fn what_is_written_becomes_what_the_action_takes() {
        let option = |ty| Type::Option(Box::new(ty));
        let field = Field::new;
        let all = extension(vec![
            field("text", Type::String),
            field("maybe", option(Type::String)),
            field("large", Type::U64),
            field("exact", Type::Decimal),
            field("yes", Type::Bool),
            field("perhaps", option(Type::Bool)),
            field("color", Type::Named("Color".into())),
            field("day", Type::Date),
            field("hour", Type::Time),
            field("at", Type::DateTime),
            field("list", Type::List(Box::new(Type::String))),
            field("bytes", Type::List(Box::new(Type::U8))),
        ]);
        let kinds: Vec<Control> =
            inputs(&all, &all.actions[0], None).iter().map(|it| it.control).collect();
        use Control::{Checkbox, File, Input, Select, Textarea};
        assert_eq!(
            kinds,
            [
                Input("text"),
                Input("text"),
                Input("number"),
                Input("number"),
                Checkbox,
                Select,
                Select,
                Input("date"),
                Input("time"),
                Input("datetime-local"),
                Textarea,
                File
            ]
        );
        let query = "text=&maybe=&large=18446744073709551615&exact=0.10&perhaps=false&color=Red\
                     &day=2026-01-31&hour=12:30&at=2026-01-31T12:30&list=[\"a\"]&bytes=AAE=";
        assert_eq!(
            read(&all, query).expect("it is read"),
            json!({
                "text": "", "large": 18_446_744_073_709_551_615_u64, "exact": "0.10", "yes": false,
                "perhaps": false, "color": "Red", "day": "2026-01-31", "hour": "12:30:00",
                "at": "2026-01-31T12:30:00Z", "list": ["a"], "bytes": "AAE=",
            })
        );
        assert_eq!(read(&all, "list=[&large=1"), None);
        assert_eq!(read(&all, "large=much").expect("read")["large"], "much");
    }

    #[test]
    fn violations_stand_beside_their_inputs_and_secrets_are_not_shown_again() {
        let mut key = Field::new("key", Type::String);
        key.rules.secret = true;
        let lines = Field::new("lines", Type::List(Box::new(Type::U8)));
        let extension = extension(vec![key, lines]);
        let said = Said::of(b"key=hidden");
        let mut inputs = inputs(&extension, &extension.actions[0], Some(&said));
        assert_eq!((inputs[0].kind(), &*inputs[0].value), ("password", ""));
        let violations = json!([
            { "path": "lines[2].quantity", "reason": "must be a number" },
            { "path": "key", "reason": "is too short" },
            { "path": "more", "reason": "is unknown" },
        ]);
        assert_eq!(blame(&mut inputs, &violations), ["more: is unknown"]);
        assert_eq!(inputs[0].violations, ["is too short"]);
        assert_eq!(inputs[1].violations, ["lines[2].quantity: must be a number"]);
    }

    #[test]
    fn browsers_hear_of_patterns_that_they_read_alike() {
        for plain in ["[A-Z]{2}", "a+(b|c)?", "[0-9a-f]*"] {
            assert!(browsers_read(plain), "{plain}");
        }
        for other in ["[a-]", "(?i)a", r"\p{L}", "[a&&b]", "[-a]"] {
            assert!(!browsers_read(other), "{other}");
        }
        // Those that a browser may never be done with.
        for slow in ["(a+)+b", "(a*)*", "((a|b)c)*", "(a|a)+", "([a-z]+,)*x", "(a?){20}"] {
            assert!(!browsers_read(slow), "{slow}");
        }
        for fast in ["(ab)+", "(a+)?", "([(+])+", "(a|b)c*", "[a-z]+(,x)*"] {
            assert!(browsers_read(fast), "{fast}");
        }
    }
}
