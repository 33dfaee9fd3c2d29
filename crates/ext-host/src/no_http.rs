//! Extensions that can send HTTP requests, in programs that were built without the feature
//! `http`: they are loaded, and a call that gets there is refused.

use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, InstancePre, Linker, ResourceType};

use wasmtime_wasi::p2::{DynInputStream, DynOutputStream, DynPollable, IoError};

use crate::sandbox::{Refused, Sandbox};

const REFUSED: &str = "it sends an HTTP request, and the program that runs it was built without HTTP requests (the feature `http` of ext-host)";

/// As `Linker::instantiate_pre`, with the functions of `wasi:http` refusing.
pub fn instantiate_pre(
    linker: &Linker<Sandbox>,
    component: &Component,
) -> wasmtime::Result<InstancePre<Sandbox>> {
    let engine = component.engine();
    let ty = component.component_type();
    let http = || ty.imports(engine).filter(|(name, _)| name.starts_with("wasi:http/"));
    if http().next().is_none() {
        return linker.instantiate_pre(component);
    }
    let mut linker = linker.clone();
    for (name, import) in http() {
        let ComponentItem::ComponentInstance(interface) = import.ty else { continue };
        let mut instance = linker.instance(name)?;
        for (name, export) in interface.exports(engine) {
            match export.ty {
                ComponentItem::ComponentFunc(_) => {
                    instance.func_new(name, |_, _, _, _| Err(Refused(REFUSED).into()))?;
                }
                ComponentItem::Resource(_) => {
                    // Some of them are those of `wasi:io`, under their names there.
                    let ty = match name {
                        "input-stream" => ResourceType::host::<DynInputStream>(),
                        "output-stream" => ResourceType::host::<DynOutputStream>(),
                        "pollable" => ResourceType::host::<DynPollable>(),
                        "io-error" => ResourceType::host::<IoError>(),
                        _ => ResourceType::host::<Refused>(),
                    };
                    instance.resource(name, ty, |_, _| Ok(()))?;
                }
                _ => {}
            }
        }
    }
    linker.instantiate_pre(component)
}
