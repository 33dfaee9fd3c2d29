//! How many instances there are, what they are made of, and that nobody takes the others' room.

use ext_host::{Error, Extension, Host, Limit, Limits, LoadError};
use serde_json::{Value, json};
use wasm_encoder::{
    ComponentSection, InstanceSection, MemorySection, MemoryType, Module, ModuleArg, ModuleSection,
};

use super::lies::{component, definition, package};
use super::sink;

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime")
}

/// The kitchen sink, as often as wanted, in a host with so many instances.
fn extensions(instances: u32, many: usize) -> Vec<Extension> {
    let host = sink::host().max_instances(instances).build().expect("a host");
    (0..many).map(|_| host.load_bytes(sink::bytes()).expect("it loads")).collect()
}

/// Calls that run at the same time, as futures: they sleep.
async fn at_once(
    extension: &Extension,
    calls: usize,
) -> Vec<Result<Value, Error<ext_host::ActionError>>> {
    let mut all = tokio::task::JoinSet::new();
    for _ in 0..calls {
        let extension = extension.clone();
        all.spawn(async move {
            extension.invoke_async(None, "sleeps", &json!({"millis": 300})).await.0
        });
    }
    all.join_all().await
}

/// As [`at_once`], each on a thread.
fn on_threads(
    extension: &Extension,
    calls: usize,
) -> Vec<Result<Value, Error<ext_host::ActionError>>> {
    std::thread::scope(|scope| {
        let call = || extension.call_json("sleeps", &json!({"millis": 300}));
        let threads: Vec<_> = (0..calls).map(|_| scope.spawn(call)).collect();
        threads.into_iter().map(|it| it.join().expect("no panic")).collect()
    })
}

#[test]
fn who_was_busy_once_leaves_room_for_others() {
    let runtime = runtime();
    let all = extensions(6, 8);
    for _ in 0..2 {
        for extension in &all {
            for result in runtime.block_on(at_once(extension, 6)) {
                result.expect("there is room");
            }
            for result in on_threads(extension, 6) {
                result.expect("there is room");
            }
        }
    }
}

#[test]
fn instances_are_kept_while_there_is_room() {
    let [extension, other] = &extensions(4, 2)[..] else { panic!("two") };
    let runtime = runtime();
    let counts = async |extension: &Extension| {
        extension.invoke_async(None, "counts", &json!({})).await.0.expect("there is room")
    };
    runtime.block_on(async {
        for expected in 0..4 {
            assert_eq!(counts(extension).await, json!(expected));
            assert_eq!(counts(other).await, json!(expected));
        }
        // What has grown is not kept when it is too much for all places.
        let large = json!({"value": "x".repeat(20 << 20)});
        extension.invoke_async(None, "swallow", &large).await.0.expect("it is allowed");
        assert_eq!(counts(extension).await, json!(0));
    });
}

#[test]
fn a_full_host_says_so() {
    let [extension, other] = &extensions(3, 2)[..] else { panic!("two") };
    let results = runtime().block_on(at_once(extension, 5));
    let full = |it: &Result<_, Error<_>>| matches!(it, Err(Error::Full));
    assert_eq!(results.iter().filter(|it| it.is_ok()).count(), 3, "{results:?}");
    assert_eq!(results.iter().filter(|it| full(it)).count(), 2, "{results:?}");
    assert_eq!(sink::call(other, "counts", json!({})), json!(0));
    let results = on_threads(other, 5);
    assert_eq!(results.iter().filter(|it| it.is_ok()).count(), 3, "{results:?}");
    assert_eq!(results.iter().filter(|it| full(it)).count(), 2, "{results:?}");
}

/// A package without code that has so many more memories, each with so many pages.
fn with_memories(memories: u32, pages: u64) -> Vec<u8> {
    let definition = definition();
    let mut bytes = component(&definition);
    let modules = top_level(&bytes).filter(|id| *id == 1).count();
    let mut module = Module::new();
    let mut section = MemorySection::new();
    section.memory(MemoryType {
        minimum: pages,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    module.section(&section);
    ModuleSection(&module).append_to_component(&mut bytes);
    let mut instances = InstanceSection::new();
    for _ in 0..memories {
        instances.instantiate(modules as u32, [] as [(&str, ModuleArg); 0]);
    }
    instances.append_to_component(&mut bytes);
    package(&bytes, definition.to_json().as_bytes())
}

/// The ids of a component's sections (component model, `Binary.md`).
fn top_level(component: &[u8]) -> impl Iterator<Item = u8> {
    let mut rest = &component[8..];
    std::iter::from_fn(move || {
        let id = *rest.first()?;
        let (length, digits) = super::lies::leb128(&rest[1..]);
        rest = &rest[1 + digits + length..];
        Some(id)
    })
}

#[test]
fn memories_are_few_and_count_together() {
    let limits = Limits { memory: 32 << 20, ..Limits::default() };
    let host = Host::builder().cache(None).limits(limits).build().expect("a host");
    let call = |pages: u64| {
        let extension = host.load_bytes(&with_memories(1, pages)).expect("it loads");
        match extension.call_json("echo_nothing", &json!({})) {
            Err(error) => error,
            Ok(value) => panic!("it has no code: {value}"),
        }
    };
    assert!(matches!(call(500), Error::Trap(_)));
    match call(513) {
        Error::Limit(limit) => assert_eq!(limit, Limit::Memory { allowed: limits.memory }),
        other => panic!("{other:?}"),
    }
    for memories in [2, 900] {
        match host.load_bytes(&with_memories(memories, 1)) {
            Err(LoadError::Component(reason)) => assert!(reason.contains("exceeds"), "{reason}"),
            Err(other) => panic!("{other:?}"),
            Ok(_) => panic!("it loads"),
        }
    }
}
