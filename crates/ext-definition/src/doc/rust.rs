//! A call in Rust, as it is written with a typed client.

use std::collections::BTreeSet;

use serde_json::Value;

use super::code::Code;
use crate::client::{client, identifier, method, module};
use crate::model::{Action, Extension, Field, Kind, Type};

/// The statements that make a call with these arguments; `None` if the arguments do not fit.
pub fn call(extension: &Extension, action: &Action, arguments: &Value) -> Option<String> {
    let (module, client) = (module(&extension.package, false), client(extension));
    let mut writer = Writer { extension, names: BTreeSet::from([client.clone()]) };
    let arguments = (action.parameters.iter())
        .map(|it| writer.field(it, arguments).and_then(|value| writer.borrowed(&it.ty, &value)))
        .collect::<Option<Vec<_>>>()?;
    let binding = match &action.result {
        None | Some(Type::Unit) => String::new(),
        Some(_) if !action.options.outputs.is_empty() => {
            let outputs: Vec<String> =
                action.options.outputs.iter().map(|it| identifier(it)).collect();
            format!("let ({}) = ", outputs.join(", "))
        }
        Some(_) => "let result = ".into(),
    };
    let open = format!("{binding}{module}.{}(", method(&action.name));
    // Only what can be said in words becomes another error by itself.
    let close = match &action.error {
        Some(error) if !writer.is_displayed(error) => ").map_err(|error| format!(\"{error:?}\"))?;",
        _ => ")?;",
    };
    let call = list(&open, arguments, close, false);
    let names: Vec<String> = writer.names.into_iter().collect();
    let names = match &names[..] {
        [one] => one.clone(),
        several => format!("{{{}}}", several.join(", ")),
    };
    Some(format!(
        "use ext_host::Host;\nuse extensions::{module}::{names};\n\n\
         let {module} = {client}::load(&Host::new()?)?;\n{}",
        call.lines(),
    ))
}

struct Writer<'a> {
    extension: &'a Extension,
    /// What is imported.
    names: BTreeSet<String>,
}

impl Writer<'_> {
    /// A field's value in an object of arguments.
    fn field(&self, field: &Field, object: &Value) -> Option<Value> {
        let given = object.get(field.json_name()).or(field.rules.default.as_ref());
        match given {
            Some(value) => Some(value.clone()),
            None => matches!(field.ty, Type::Option(_)).then_some(Value::Null),
        }
    }

    fn kind(&self, name: &str) -> Option<&Kind> {
        self.extension.types.iter().find(|it| it.name == name).map(|it| &it.kind)
    }

    /// Whether values of the type have a `Display`.
    fn is_displayed(&self, ty: &Type) -> bool {
        match ty {
            Type::Named(name) => match self.kind(name) {
                Some(Kind::Enum { cases } | Kind::Variant { cases }) => {
                    cases.iter().any(|it| it.message.is_some())
                }
                _ => false,
            },
            ty => *ty != Type::Unit && ty.children().is_empty(),
        }
    }

    /// A value that a call borrows.
    fn borrowed(&mut self, ty: &Type, value: &Value) -> Option<Code> {
        Some(match ty {
            Type::String => Code::Text(literal(value.as_str()?)),
            Type::List(_) if ty.is_binary() => self.owned(ty, value)?.prefixed("&"),
            Type::List(of) => list("&[", self.elements(of, value)?, "]", false),
            Type::Array(of) => list("&[", self.elements(&of.0, value)?, "]", false),
            Type::Option(of) => match inner(of, value) {
                None => Code::Text("None".into()),
                Some(value) => self.borrowed(of, value)?.prefixed("Some(").suffixed(")"),
            },
            Type::Named(name) if matches!(self.kind(name), Some(Kind::Enum { .. })) => {
                self.owned(ty, value)?
            }
            Type::Result(_) | Type::Tuple(_) | Type::Map(_) | Type::Named(_) => {
                self.owned(ty, value)?.prefixed("&")
            }
            platform if platform.platform_name().is_some() => self.owned(ty, value)?.prefixed("&"),
            scalar => self.owned(scalar, value)?,
        })
    }

    /// A value that is given away.
    fn owned(&mut self, ty: &Type, value: &Value) -> Option<Code> {
        Some(match ty {
            Type::Unit => Code::Text("()".into()),
            Type::Bool => Code::Text(value.as_bool()?.to_string()),
            Type::Char => Code::Text(format!("{:?}", value.as_str()?.chars().next()?)),
            Type::F32 | Type::F64 => Code::Text(float(ty, value)?),
            number if number.is_whole() => match value {
                Value::String(digits) => Code::Text(digits.parse::<i128>().ok()?.to_string()),
                value => Code::Text(value.as_number()?.to_string()),
            },
            Type::String => Code::Text(literal(value.as_str()?)).suffixed(".into()"),
            Type::Json => Code::Text(literal(&value.to_string())).suffixed(".parse()?"),
            platform if platform.platform_name().is_some() => {
                let text = match value {
                    Value::String(text) => text.clone(),
                    other => other.as_number()?.to_string(),
                };
                Code::Text(literal(&text)).suffixed(".parse()?")
            }
            // Bytes in source code help nobody.
            Type::List(_) if ty.is_binary() => Code::Text("std::fs::read(\"FILE\")?".into()),
            Type::List(of) => list("vec![", self.elements(of, value)?, "]", false),
            Type::Array(of) => list("vec![", self.elements(&of.0, value)?, "]", false),
            Type::Option(of) => match inner(of, value) {
                None => Code::Text("None".into()),
                Some(value) => self.owned(of, value)?.prefixed("Some(").suffixed(")"),
            },
            Type::Result(both) => {
                let (side, ty, value) = match (value.get("ok"), value.get("err")) {
                    (Some(value), None) => ("Ok(", &both.0, value),
                    (None, Some(value)) => ("Err(", &both.1, value),
                    _ => return None,
                };
                self.owned(ty, value)?.prefixed(side).suffixed(")")
            }
            Type::Tuple(elements) => {
                let values = value.as_array().filter(|it| it.len() == elements.len())?;
                let items = (elements.iter().zip(values))
                    .map(|(ty, value)| self.owned(ty, value))
                    .collect::<Option<Vec<_>>>()?;
                let close = if items.len() == 1 { ",)" } else { ")" };
                list("(", items, close, false)
            }
            Type::Map(both) => {
                let mut entries = Vec::new();
                for (key, value) in value.as_object()? {
                    let key = match &both.0 {
                        whole if whole.is_whole() => {
                            Code::Text(key.parse::<i128>().ok()?.to_string())
                        }
                        ty => self.owned(ty, &Value::from(key.as_str()))?,
                    };
                    entries.push(list("(", vec![key, self.owned(&both.1, value)?], ")", false));
                }
                match entries.is_empty() {
                    true => Code::Text("Default::default()".into()),
                    false => list("[", entries, "].into_iter().collect()", false),
                }
            }
            Type::Named(name) => self.named(name, value)?,
            _ => return None,
        })
    }

    fn elements(&mut self, of: &Type, value: &Value) -> Option<Vec<Code>> {
        value.as_array()?.iter().map(|value| self.owned(of, value)).collect()
    }

    fn named(&mut self, name: &str, value: &Value) -> Option<Code> {
        self.names.insert(identifier(name));
        let kind = self.kind(name)?.clone();
        let (cases, fields) = match &kind {
            Kind::Structure { fields } => (&[][..], fields.as_slice()),
            Kind::Enum { cases } | Kind::Variant { cases } => (cases.as_slice(), &[][..]),
        };
        if let Kind::Structure { .. } = kind {
            let mut items = Vec::new();
            for field in fields {
                let value = self.field(field, value)?;
                let name = identifier(&field.name);
                items.push(self.owned(&field.ty, &value)?.prefixed(&format!("{name}: ")));
            }
            return Some(list(&format!("{} {{", identifier(name)), items, "}", true));
        }
        let (case, data) = match value {
            Value::String(case) => (case, None),
            Value::Object(object) => object.iter().next().map(|(case, data)| (case, Some(data)))?,
            _ => return None,
        };
        let case = cases.iter().find(|it| it.json_name() == case)?;
        let path = format!("{}::{}", identifier(name), identifier(&case.name));
        match &case.ty {
            None => Some(Code::Text(path)),
            Some(ty) => {
                let data = self.owned(ty, data.unwrap_or(&Value::Null))?;
                Some(data.prefixed(&format!("{path}(")).suffixed(")"))
            }
        }
    }
}

/// The value in an option's value.
fn inner<'v>(of: &Type, value: &'v Value) -> Option<&'v Value> {
    match (of, value) {
        (_, Value::Null) => None,
        (Type::Option(_), Value::Array(values)) => values.first(),
        (_, value) => Some(value),
    }
}

fn float(ty: &Type, value: &Value) -> Option<String> {
    let constant = |name: &str| format!("{}::{name}", if *ty == Type::F32 { "f32" } else { "f64" });
    match value {
        Value::String(text) => match text.as_str() {
            "NaN" => Some(constant("NAN")),
            "Infinity" => Some(constant("INFINITY")),
            "-Infinity" => Some(constant("NEG_INFINITY")),
            _ => None,
        },
        number => Some(format!("{:?}", number.as_f64()?)),
    }
}

fn literal(text: &str) -> String {
    format!("{text:?}")
}

fn list(open: &str, items: Vec<Code>, close: &str, spaced: bool) -> Code {
    Code::List { open: open.into(), items, close: close.into(), spaced, trailing: true }
}
