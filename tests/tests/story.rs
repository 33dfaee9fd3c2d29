//! The whole story of an extension, as its author, its callers and its operator live it.
#![cfg(unix)]

use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use ext_tests::{Browser, Said, Scratch, Server, tool};
use serde_json::{Value, json};

/// A client made by others: it looks what there is, and calls it.
const ASSISTANT: &str = r#"
import asyncio, json, sys
from mcp import Client

async def main():
    async with Client(sys.argv[1]) as client:
        tools = [tool.name for tool in (await client.list_tools()).tools]
        result = await client.call_tool("acme_told-greet", {"name": "assistant"})
        print(json.dumps({"tools": tools, "result": result.structured_content}))

asyncio.run(main())
"#;

fn curl(server: &Server, path: &str, body: &Value) -> Value {
    let output = Command::new(tool("EXT_TEST_CURL"))
        .args(["--silent", "--show-error", "--fail-with-body", "--json", &body.to_string()])
        .arg(format!("{}{path}", server.address))
        .output()
        .expect("curl starts");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said} {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_str(&said).expect("JSON")
}

/// The calls on the console's page: outcome, action, version and who called, as they show.
fn shown(browser: &mut Browser, server: &Server) -> Vec<String> {
    browser.visit(&format!("{}/calls?package=acme:told", server.address));
    let rows =
        browser.evaluate("[...document.querySelectorAll('tbody tr')].map(it => it.innerText)");
    let rows = rows.as_array().expect("rows").iter();
    rows.map(|it| it.as_str().expect("a text").replace(['\n', '\t'], " ")).collect()
}

#[test]
fn from_an_empty_folder_to_a_server_that_was_killed() {
    let scratch = Scratch::new();
    let server = Server::start(&scratch, &[]);
    let ext = |server: &Server, below: &str, arguments: &[&str]| -> Said {
        let mut command = scratch.command(below, arguments);
        command.env("EXT_SERVER", &server.address).output().expect("cargo-ext starts").into()
    };
    let greet = |server: &Server| curl(server, "/v1/acme/told/greet", &json!({ "name": "you" }));

    // An author writes an extension, and has it served with one command.
    ext(&server, "", &["new", "told", "--namespace", "acme"]).success();
    let greeting = "format!(\"Hello, {name}!\")";
    let telling = format!("println!(\"somebody greets {{name}}\");\n    {greeting}");
    scratch.edit("told/src/lib.rs", greeting, &telling);
    ext(&server, "told", &["publish", "--deploy"]).success();

    // Others call it, who know no Rust.
    assert_eq!(greet(&server), "Hello, you!");
    let mut assistant = Command::new(tool("EXT_TEST_PYTHON"));
    assistant.args(["-c", ASSISTANT]).arg(format!("{}/mcp", server.address));
    let assistant: Said = assistant.output().expect("Python starts").into();
    let assistant: Value = serde_json::from_str(&assistant.success().out).expect("JSON");
    assert_eq!(assistant["tools"], json!(["acme_told-greet"]));
    assert_eq!(assistant["result"], json!({ "result": "Hello, assistant!" }));

    // The operator sees both calls in the console, and what was written in one of them.
    let mut browser = Browser::new();
    browser.screen(1280, 900, false);
    let mut calls = shown(&mut browser, &server);
    while calls.len() < 2 {
        calls = shown(&mut browser, &server);
    }
    assert!(calls[0].contains("greet") && calls[0].contains("mcp"), "{calls:?}");
    assert!(calls[1].contains("greet") && calls[1].contains("http"), "{calls:?}");
    browser.follow("document.querySelector('tbody a[href^=\"/calls/\"]').click()");
    let page = browser.evaluate("document.querySelector('main').innerText");
    assert!(page.as_str().expect("a text").contains("somebody greets assistant"), "{page}");
    let logs = ext(&server, "", &["logs", "acme:told"]).success().out;
    assert!(logs.contains("somebody greets you"), "{logs}");

    // A new version is swapped in while calls come and go; none of them fails.
    scratch.edit("told/src/lib.rs", "Hello, {name}!\")", "Good day, {name}!\")");
    scratch.edit("told/Cargo.toml", "version = \"0.1.0\"", "version = \"0.2.0\"");
    let (done, answered) = (AtomicBool::new(false), AtomicU64::new(0));
    let (old, new) = std::thread::scope(|scope| {
        let caller = || {
            let (mut old, mut new) = (0_u64, 0_u64);
            while !done.load(Ordering::Relaxed) {
                let answer = server.post("/v1/acme/told/greet", &json!({ "name": "you" })).ok();
                match answer.as_str() {
                    Some("Hello, you!") => old += 1,
                    Some("Good day, you!") => new += 1,
                    _ => panic!("{answer}"),
                }
                answered.fetch_add(1, Ordering::Relaxed);
            }
            (old, new)
        };
        let callers: Vec<_> = (0..3).map(|_| scope.spawn(caller)).collect();
        let published = ext(&server, "told", &["publish", "--deploy", "--offline"]);
        let seen = answered.load(Ordering::Relaxed);
        while answered.load(Ordering::Relaxed) < seen + 10
            && !callers.iter().any(std::thread::ScopedJoinHandle::is_finished)
        {
            std::thread::yield_now();
        }
        done.store(true, Ordering::Relaxed);
        published.success();
        callers
            .into_iter()
            .map(|it| it.join().expect("no call failed"))
            .fold((0, 0), |(old, new), (more_old, more_new)| (old + more_old, new + more_new))
    });
    assert!(old > 0 && new > 0, "{old} {new}");

    // It was a mistake: back.
    ext(&server, "", &["rollback", "acme:told"]).success();
    assert_eq!(greet(&server), "Hello, you!");

    // The machine fails; what was there is there again.
    let data = scratch.path().join("server");
    // The last call is on its way to the disk.
    let newest = || server.get("/api/calls?limit=1").ok()[0]["version"].clone();
    while newest() != "0.1.0" {
        std::thread::yield_now();
    }
    let before = shown(&mut browser, &server);
    server.kill();
    let server = Server::start_in(&scratch, &data, &[]);
    assert_eq!(greet(&server), "Hello, you!");
    assert_eq!(
        curl(&server, "/v1/acme/told@0.2/greet", &json!({ "name": "you" })),
        "Good day, you!"
    );
    let listed = ext(&server, "", &["deployments"]).success().out;
    assert!(listed.contains("0.1.0") && listed.contains("0.2.0"), "{listed}");
    let history = ext(&server, "", &["history", "acme:told"]).success().out;
    for what in ["deploy", "rollback"] {
        assert!(history.contains(what), "{history}");
    }
    let after = shown(&mut browser, &server);
    assert!(after.iter().any(|it| *it == before[0]), "{before:?} {after:?}");
    browser.visit(&format!("{}/extensions/acme/told", server.address));
    let active = browser.evaluate("document.querySelector('h1 + .chip').textContent");
    assert_eq!(active, "0.1.0");
    server.end();
}
