//! One extension, many callers.

use std::collections::BTreeSet;
use std::sync::Barrier;

use serde_json::json;

use super::sink;

#[test]
fn threads_call_at_once() {
    const THREADS: u32 = 8;
    const CALLS: u32 = 500;
    let extension = sink::load();
    let start = Barrier::new(THREADS as usize);
    let all: Vec<Vec<u32>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| {
                let (extension, start) = (&extension, &start);
                scope.spawn(move || {
                    start.wait();
                    let mut counts = Vec::new();
                    for call in 0..CALLS {
                        let line = json!({
                            "sku": format!("{thread}-{call}").repeat(1 + call as usize % 50),
                            "quantity": call,
                            "unit_price": f64::from(thread),
                            "note": null,
                        });
                        let found = sink::call(extension, "echo_line", json!({"value": line}));
                        assert_eq!(found, line);
                        let count = sink::call(extension, "counts", json!({}));
                        counts
                            .push(u32::try_from(count.as_u64().expect("a number")).expect("small"));
                    }
                    counts
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    // An instance counts its own calls: every call was counted, by at most one instance for
    // each thread.
    let counts: Vec<u32> = all.into_iter().flatten().collect();
    let first = counts.iter().filter(|count| **count == 0).count();
    assert!((1..=THREADS as usize).contains(&first), "{first} instances");
    let mut used = BTreeSet::new();
    for &count in &counts {
        let below = (0..).find(|instance| !used.contains(&(*instance, count))).expect("endless");
        used.insert((below, count));
        assert!(below < first, "more calls with the number {count} than instances");
        assert!(count == 0 || used.contains(&(0, count)));
    }
    assert_eq!(used.len(), (THREADS * CALLS) as usize);
}

#[test]
fn an_instance_serves_one_call_after_the_other() {
    let extension = sink::load();
    for count in 0..5 {
        assert_eq!(sink::call(&extension, "counts", json!({})), json!(count));
    }
}

#[test]
fn without_reuse_each_call_finds_no_trace_of_the_last() {
    let host = sink::host().reuse_instances(false).build().expect("a host");
    let extension = host.load_bytes(sink::bytes()).expect("the package loads");
    for _ in 0..50 {
        assert_eq!(sink::call(&extension, "counts", json!({})), json!(0));
    }
}

#[test]
fn extensions_of_one_host_do_not_meet() {
    let host = sink::host().build().expect("a host");
    let [one, other] = [(); 2].map(|()| host.load_bytes(sink::bytes()).expect("the package loads"));
    assert_eq!(sink::call(&one, "counts", json!({})), json!(0));
    assert_eq!(sink::call(&one, "counts", json!({})), json!(1));
    assert_eq!(sink::call(&other, "counts", json!({})), json!(0));
    assert_eq!(sink::call(&one.clone(), "counts", json!({})), json!(2));
}
