//! Whether a component has the types that its definition says: packages come from
//! strangers, and calls rely on it.

use ext_definition::model::{Action, Extension, Kind, Type, TypeDefinition};
use ext_definition::naming::kebab;
use std::collections::BTreeMap;
use wasmtime::component::Component;
use wasmtime::component::types::{ComponentFunc, ComponentItem, Type as Wasm};

use crate::error::LoadError;

/// Compares every action's signature.
pub fn check(
    definition: &Extension,
    interface: &str,
    component: &Component,
) -> Result<(), LoadError> {
    let engine = component.engine();
    let types = Types(definition.types_by_name());
    let Some(ComponentItem::ComponentInstance(instance)) =
        component.component_type().get_export(engine, interface).map(|export| export.ty)
    else {
        return Err(LoadError::Mismatch(format!("it does not export `{interface}`")));
    };
    for action in &definition.actions {
        let name = kebab(&action.name);
        let export = instance.get_export(engine, &name).map(|export| export.ty);
        let Some(ComponentItem::ComponentFunc(function)) = export else {
            return Err(LoadError::Mismatch(format!("it does not export the function `{name}`")));
        };
        if !types.action(action, &function) {
            return Err(LoadError::Mismatch(format!(
                "the action `{}` has another signature",
                action.name
            )));
        }
    }
    Ok(())
}

struct Types<'a>(BTreeMap<&'a str, &'a TypeDefinition>);

impl Types<'_> {
    fn action(&self, action: &Action, function: &ComponentFunc) -> bool {
        let parameters = function.params().len() == action.parameters.len()
            && function.params().zip(&action.parameters).all(|((name, wasm), parameter)| {
                name == kebab(&parameter.name) && self.ty(&parameter.ty, &wasm)
            });
        let mut results = function.results();
        let result = match (results.next(), &action.result, &action.error) {
            (None, None, None) => true,
            (Some(wasm), Some(result), None) => self.ty(result, &wasm),
            (Some(Wasm::Result(wasm)), ok, Some(error)) => {
                self.payload(ok.as_ref(), wasm.ok().as_ref())
                    && self.payload(Some(error), wasm.err().as_ref())
            }
            _ => false,
        };
        parameters && result && results.next().is_none()
    }

    /// A payload that is there or not; `unit` is not.
    fn payload(&self, ty: Option<&Type>, wasm: Option<&Wasm>) -> bool {
        match (ty.filter(|ty| **ty != Type::Unit), wasm) {
            (None, None) => true,
            (Some(ty), Some(wasm)) => self.ty(ty, wasm),
            _ => false,
        }
    }

    fn ty(&self, ty: &Type, wasm: &Wasm) -> bool {
        match (ty, wasm) {
            (Type::Bool, Wasm::Bool)
            | (Type::Char, Wasm::Char)
            | (Type::S8, Wasm::S8)
            | (Type::S16, Wasm::S16)
            | (Type::S32, Wasm::S32)
            | (Type::S64, Wasm::S64)
            | (Type::U8, Wasm::U8)
            | (Type::U16, Wasm::U16)
            | (Type::U32, Wasm::U32)
            | (Type::U64, Wasm::U64)
            | (Type::F32, Wasm::Float32)
            | (Type::F64, Wasm::Float64)
            | (Type::String, Wasm::String) => true,
            (Type::List(of), Wasm::List(list)) => self.ty(of, &list.ty()),
            (Type::Option(of), Wasm::Option(option)) => self.ty(of, &option.ty()),
            (Type::Result(both), Wasm::Result(result)) => {
                self.payload(Some(&both.0), result.ok().as_ref())
                    && self.payload(Some(&both.1), result.err().as_ref())
            }
            (Type::Tuple(elements), Wasm::Tuple(tuple)) => {
                tuple.types().len() == elements.len()
                    && tuple.types().zip(elements).all(|(wasm, ty)| self.ty(ty, &wasm))
            }
            (Type::Array(of), Wasm::List(list)) => self.ty(&of.0, &list.ty()),
            (Type::Map(both), Wasm::List(list)) => match list.ty() {
                Wasm::Tuple(entry) => {
                    let entry: Vec<Wasm> = entry.types().collect();
                    matches!(&entry[..], [key, value] if self.ty(&both.0, key) && self.ty(&both.1, value))
                }
                _ => false,
            },
            (platform, Wasm::String) if platform.platform_name().is_some() => true,
            (Type::Named(name), wasm) => match (self.0.get(name.as_str()).map(|ty| &ty.kind), wasm)
            {
                (Some(Kind::Structure { fields }), Wasm::Record(record)) => {
                    record.fields().len() == fields.len()
                        && record.fields().zip(fields).all(|(wasm, field)| {
                            wasm.name == kebab(&field.name) && self.ty(&field.ty, &wasm.ty)
                        })
                }
                (Some(Kind::Enum { cases }), Wasm::Enum(wasm)) => {
                    wasm.names().len() == cases.len()
                        && wasm.names().zip(cases).all(|(name, case)| name == kebab(&case.name))
                }
                (Some(Kind::Variant { cases }), Wasm::Variant(variant)) => {
                    variant.cases().len() == cases.len()
                        && variant.cases().zip(cases).all(|(wasm, case)| {
                            wasm.name == kebab(&case.name)
                                && self.payload(case.ty.as_ref(), wasm.ty.as_ref())
                        })
                }
                _ => false,
            },
            _ => false,
        }
    }
}
