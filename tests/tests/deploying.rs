//! What becomes of deployments: versions that cannot be loaded, ways back, grants, settings, files,
//! and how a server ends.
#![cfg(unix)]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use ext_registry::{PackageName, PublishRequest, Registry};
use ext_tests::{Said, Scratch, Server, publish_example, tool};
use serde_json::{Value, json};

/// Says what is in its environment, and tells too much.
const SOURCE: &str = r#"
use ext_runtime::prelude::*;

/// Reads a variable.
#[ext_action]
pub fn read(
    /// Which.
    name: String,
) -> Option<String> {
    println!("KEY is {:?}", std::env::var("KEY"));
    std::env::var(name).ok()
}
"#;

/// Such an extension with these permissions, published as 0.1.0.
fn published(scratch: &Scratch, name: &str, permissions: &str) {
    scratch.ext("", &["new", name, "--namespace", "acme"]).success();
    std::fs::write(scratch.path().join(name).join("src/lib.rs"), SOURCE).expect("written");
    let key = "namespace = \"acme\"";
    let with = format!("{key}\npermissions = {{ {permissions} }}");
    scratch.edit(&format!("{name}/Cargo.toml"), key, &with);
    scratch.ext(name, &["publish"]).success();
}

/// The next version, with other permissions.
fn next(scratch: &Scratch, name: &str, before: &str, version: &str, permissions: (&str, &str)) {
    let manifest = format!("{name}/Cargo.toml");
    let line = |version: &str| format!("version = \"{version}\"");
    scratch.edit(&manifest, &line(before), &line(version));
    let line = |permissions: &str| format!("permissions = {{ {permissions} }}");
    scratch.edit(&manifest, &line(permissions.0), &line(permissions.1));
    scratch.ext(name, &["publish", "--offline"]).success();
}

fn operate(scratch: &Scratch, server: &Server, arguments: &[&str]) -> Said {
    let mut command = scratch.command("", arguments);
    command.env("EXT_SERVER", &server.address).output().expect("cargo-ext starts").into()
}

/// Version, whether it is active, whether it cannot be loaded: the newest first.
fn listed(server: &Server, name: &str) -> Vec<(String, bool, bool)> {
    let listed = server.get(&format!("/api/deployments/acme/{name}")).ok();
    let of = |it: &Value| {
        let version = it["version"].as_str().unwrap().to_owned();
        (version, it["active"] == true, it["error"].is_string())
    };
    listed.as_array().unwrap().iter().map(of).collect()
}

fn put_grants(server: &Server, name: &str, granted: &Value) -> ext_tests::Answer {
    let body = json!({ "granted": granted }).to_string();
    let path = format!("/api/deployments/acme/{name}/grants");
    server.send("PUT", &path, &[("content-type", "application/json")], body.as_bytes())
}

fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<String> =
        entries.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_version_that_cannot_be_loaded_keeps_its_place_and_says_why() {
    let scratch = Scratch::new();
    let outside = tempfile::tempdir().unwrap();
    let folder = outside.path().canonicalize().unwrap().join("rates");
    std::fs::create_dir(&folder).unwrap();
    let asks = format!("folders = [\"{}\"]", folder.display());
    published(&scratch, "unmounted", "environment = []");
    next(&scratch, "unmounted", "0.1.0", "0.2.0", ("environment = []", &asks));
    let server = Server::start(&scratch, &[]);
    let data = scratch.path().join("server");
    let grant = format!("folder:{}", folder.display());
    server.deploy("acme:unmounted@0.1");
    operate(&scratch, &server, &["deploy", "acme:unmounted@0.2", "--grant", &grant]).success();
    let call = |server: &Server, version: &str| {
        let path = format!("/v1/acme/unmounted{version}/read");
        server.post(&path, &json!({ "name": "NOTHING" }))
    };
    assert_eq!(call(&server, "").ok(), Value::Null);
    server.end();

    // The folder is not mounted when the server starts again.
    let away = outside.path().join("away");
    std::fs::rename(&folder, &away).unwrap();
    let server = Server::start_in(&scratch, &data, &[]);
    while !server.said().contains("1 version cannot be loaded") {
        std::thread::yield_now();
    }
    for version in ["", "@0", "@0.2", "@=0.2.0"] {
        let problem = call(&server, version).problem(503, "EXT1017");
        assert!(!problem.to_string().contains("rates"), "{problem}");
    }
    assert_eq!(call(&server, "@0.1").ok(), Value::Null);
    let broken = [("0.2.0".to_owned(), true, true), ("0.1.0".to_owned(), false, false)];
    assert_eq!(listed(&server, "unmounted"), broken);
    let said = operate(&scratch, &server, &["deployments"]).success().out;
    assert!(said.contains("cannot be loaded: ") && said.contains("rates"), "{said}");
    let page = server.get("/extensions/acme/unmounted").body;
    assert!(page.contains("Version 0.2.0 cannot be loaded") && page.contains("rates"), "{page}");
    assert!(server.get("/").body.contains("0.2.0 cannot be loaded"));
    let metrics = server.get("/metrics").body;
    assert!(metrics.contains("cargo_ext_deployments 2\n"), "{metrics}");
    assert!(metrics.contains("cargo_ext_deployments_broken 1\n"), "{metrics}");
    assert_eq!(server.get("/readyz").body, "ready\n");
    // Who may only call is not told of folders.
    let token = json!({ "name": "x", "scopes": ["invoke:acme"] });
    let token = server.post("/api/tokens", &token).ok()["token"].as_str().unwrap().to_owned();
    let bearer = format!("Bearer {token}");
    let path = "/api/deployments/acme/unmounted";
    let told = server.send("GET", path, &[("authorization", &bearer)], b"").body;
    assert!(
        told.contains("\"error\"") && !told.contains("cannot") && !told.contains("No such"),
        "{told}"
    );

    // There is a way back from it, none to it, and then there is.
    let rollback =
        |server: &Server, to: &Value| server.post("/api/deployments/acme/unmounted/rollback", to);
    assert_eq!(rollback(&server, &json!({})).ok()["version"], "0.1.0");
    assert_eq!(call(&server, "").ok(), Value::Null);
    let problem = rollback(&server, &json!({ "to": "0.2.0" })).problem(503, "EXT1017");
    assert!(problem["detail"].as_str().unwrap().contains("rates"), "{problem}");
    std::fs::rename(&away, &folder).unwrap();
    assert_eq!(rollback(&server, &json!({ "to": "0.2.0" })).ok()["version"], "0.2.0");
    assert_eq!(call(&server, "").ok(), Value::Null);

    // What is taken away while the folder is gone stays, too, and is loaded by the next grant.
    std::fs::rename(&folder, &away).unwrap();
    let fewer = put_grants(&server, "unmounted", &json!([grant]));
    assert_eq!(fewer.status, 204, "{fewer:?}");
    assert_eq!(listed(&server, "unmounted"), broken);
    // Whatever else is granted is not kept from those that run.
    assert_eq!(put_grants(&server, "unmounted", &json!([grant, "environment:X"])).status, 204);
    std::fs::rename(&away, &folder).unwrap();
    assert_eq!(put_grants(&server, "unmounted", &json!([grant])).status, 204);
    assert_eq!(call(&server, "").ok(), Value::Null);

    // A file that was lost; undeploying goes on.
    server.end();
    std::fs::remove_dir_all(data.join("packages")).unwrap();
    let server = Server::start_in(&scratch, &data, &[]);
    call(&server, "@0.1").problem(503, "EXT1017");
    let gone = server.send("DELETE", "/api/deployments/acme/unmounted@0.2", &[], b"").ok();
    assert_eq!(gone["undeployed"], json!(["0.2.0"]));
    call(&server, "").problem(503, "EXT1017");
    server.deploy("acme:unmounted@0.1");
    assert_eq!(call(&server, "").ok(), Value::Null);
    server.end();
}

#[test]
fn a_package_is_never_left_without_a_way_on() {
    let scratch = Scratch::new();
    published(&scratch, "stuck", "environment = []");
    next(&scratch, "stuck", "0.1.0", "0.2.0", ("environment = []", "environment = []"));
    let server = Server::start(&scratch, &[]);
    let data = scratch.path().join("server");
    server.deploy("acme:stuck@0.1");
    server.deploy("acme:stuck@0.2");
    let rollback = |body: Value| server.post("/api/deployments/acme/stuck/rollback", &body);
    rollback(json!({ "to": "0.1.0" })).ok();
    assert_eq!(rollback(json!({})).ok()["version"], "0.2.0");
    // Nothing was active before it any more.
    let gone = server.send("DELETE", "/api/deployments/acme/stuck@0.2", &[], b"").ok();
    assert_eq!(gone["undeployed"], json!(["0.2.0"]));
    let one = [("0.1.0".to_owned(), true, false)];
    assert_eq!(listed(&server, "stuck"), one);
    let events = server.get("/api/events?package=acme:stuck&limit=1").ok();
    assert_eq!(events[0]["detail"], "0.2.0 -> 0.1.0");
    server.kill();
    let server = Server::start_in(&scratch, &data, &[]);
    assert_eq!(listed(&server, "stuck"), one);
    server.post("/v1/acme/stuck/read", &json!({ "name": "X" })).ok();
    let rolled = server.post("/api/deployments/acme/stuck/rollback", &json!({ "to": "0.1.0" }));
    assert_eq!(rolled.ok()["version"], "0.1.0");
    server.send("DELETE", "/api/deployments/acme/stuck", &[], b"").ok();
    server.get("/api/deployments/acme/stuck").problem(404, "EXT1001");
}

#[test]
fn grants_come_with_their_deployment_or_not_at_all_and_reach_every_version() {
    let scratch = Scratch::new();
    let data = scratch.path().join("server");
    std::fs::create_dir(&data).unwrap();
    let settings = "[environment.\"acme:keyed\"]\nREGION = \"eu\"\nOTHER = \"no\"\n\
                    [secrets.\"acme:keyed\"]\nKEY = \"hunter2-hunter2\"\n";
    std::fs::write(data.join("server.toml"), settings).unwrap();
    let asks = "environment = [\"REGION\", \"KEY\"]";
    published(&scratch, "keyed", asks);
    let both = format!("{asks}, folders = [\"/nowhere/at/all\"]");
    next(&scratch, "keyed", "0.1.0", "0.2.0", (asks, asks));
    next(&scratch, "keyed", "0.2.0", "0.3.0", (asks, &both));
    let server = Server::start(&scratch, &[]);
    let deploy = |version: &str, grants: &[&str]| {
        let package = format!("acme:keyed@{version}");
        let mut arguments = vec!["deploy", package.as_str()];
        arguments.extend(grants.iter().flat_map(|it| ["--grant", it]));
        operate(&scratch, &server, &arguments)
    };
    let read = |version: &str, name: &str| {
        server.post(&format!("/v1/acme/keyed@{version}/read"), &json!({ "name": name })).ok()
    };
    deploy("0.1.0", &["environment:REGION", "environment:KEY"]).success();
    assert_eq!(read("=0.1.0", "REGION"), "eu");
    // What it does not ask for it does not get.
    assert_eq!(read("=0.1.0", "OTHER"), Value::Null);
    // What it tells of a secret nobody sees in the log.
    let log = loop {
        let calls = server.get("/api/calls?package=acme:keyed").ok();
        if let Some(call) = calls.as_array().unwrap().first() {
            break call["log"].as_str().unwrap().to_owned();
        }
    };
    assert_eq!(log, "KEY is Ok(\"***\")\n");

    assert_eq!(put_grants(&server, "keyed", &json!([])).status, 204);
    assert_eq!(read("=0.1.0", "REGION"), Value::Null);
    deploy("0.2.0", &[]).failure(1, "EXT1010");
    deploy("0.2.0", &["environment:REGION", "environment:KEY"]).success();
    for version in ["=0.1.0", "=0.2.0"] {
        assert_eq!(read(version, "REGION"), "eu", "{version}");
    }
    let events = server.get("/api/events?package=acme:keyed&limit=2").ok();
    let detail = events[0]["detail"].as_str().unwrap();
    assert!(detail.ends_with("granted: environment:KEY environment:REGION"), "{events}");
    assert_eq!(events[1]["what"], "grant");

    // What cannot be loaded leaves no grant behind.
    deploy("0.3.0", &["folder:/nowhere/at/all"]).failure(1, "EXT1011");
    let granted = server.get("/api/deployments/acme/keyed/grants").ok();
    assert_eq!(granted, json!(["environment:KEY", "environment:REGION"]));
    assert_eq!(listed(&server, "keyed").len(), 2);
    let events = server.get("/api/events?package=acme:keyed").ok();
    let done = events.as_array().unwrap().iter().filter(|it| it["what"] != "deploy refused");
    assert_eq!((done.count(), &events[0]["what"]), (5, &json!("deploy refused")), "{events}");

    // Grants end with the last version, and the command says so.
    let said = operate(&scratch, &server, &["undeploy", "acme:keyed@=0.2.0"]).success();
    assert!(!said.err.contains("Revoked"), "{}", said.err);
    assert_eq!(server.get("/api/deployments/acme/keyed/grants").ok(), granted);
    let said = operate(&scratch, &server, &["undeploy", "acme:keyed"]).success();
    assert!(said.err.contains("Revoked environment:KEY of acme:keyed"), "{}", said.err);
    assert_eq!(server.get("/api/deployments/acme/keyed/grants").ok(), json!([]));
    deploy("0.1.0", &[]).failure(1, "EXT1010");
    let said = deploy("0.1.0", &["environment:REGION", "environment:KEY"]).success();
    assert!(said.err.contains("Granted environment:REGION"), "{}", said.err);
}

#[test]
fn a_folder_is_one_servers_and_tokens_made_beside_it_are_known() {
    let scratch = Scratch::new();
    let data = scratch.path().join("server");
    let server = Server::start(&scratch, &["--require-token"]);
    let folder = data.to_str().unwrap();
    let serve = |more: &[&str]| {
        let arguments = [&["serve", "--listen", "127.0.0.1:0", "--data", folder], more].concat();
        scratch.ext("", &arguments)
    };
    let said = serve(&[]).failure(3, "EXT1014");
    let holder = server.address.strip_prefix("http://").unwrap();
    assert!(said.err.contains(&format!("which listens on {holder}")), "{}", said.err);
    assert!(said.err.contains("--data DIR"), "{}", said.err);

    let token = serve(&["--operator-token"]).success().out.trim().to_owned();
    let bearer = format!("Bearer {token}");
    let began = Instant::now();
    loop {
        let answer = server.send("GET", "/api/tokens", &[("authorization", &bearer)], b"");
        if answer.status == 200 {
            break;
        }
        answer.problem(401, "EXT1005");
        assert!(began.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(100));
    }
    // The folder is free as soon as the server is gone, in whatever way.
    server.kill();
    Server::start_in(&scratch, &data, &[]).end();
}

#[test]
fn files_of_what_is_not_deployed_go() {
    let scratch = Scratch::new();
    publish_example(&scratch, "finance");
    let data = scratch.path().join("server");
    let server = Server::start(&scratch, &[]);
    let packages = data.join("packages");
    let compiled = |data: &Path| -> PathBuf {
        let folder = data.join("cache/compiled");
        let engines = files(&folder);
        assert_eq!(engines.len(), 1, "{engines:?}");
        folder.join(&engines[0])
    };
    server.deploy("example:finance");
    let code = compiled(&data);
    let (kept, kept_code) = (files(&packages), files(&code));
    // The code and its digest.
    assert_eq!((kept.len(), kept_code.len()), (1, 2));
    server.kill();

    // What a server that was killed may have left.
    for name in [&*format!("{}.wasm", "0".repeat(64)), ".tmp-1-1"] {
        std::fs::write(packages.join(name), "left").unwrap();
    }
    for name in [&*format!("{}.cwasm", "0".repeat(64)), ".tmp-1-1"] {
        std::fs::write(code.join(name), "left").unwrap();
    }
    let server = Server::start_in(&scratch, &data, &[]);
    assert_eq!((files(&packages), files(&code)), (kept, kept_code));
    let npv = json!({ "rate": 0.0, "cash_flows": [-100.0, 60.0, 60.0] });
    server.post("/v1/example/finance/net_present_value", &npv).ok();

    server.send("DELETE", "/api/deployments/example/finance", &[], b"").ok();
    assert_eq!((files(&packages), files(&code)), (vec![], vec![]));
    server.deploy("example:finance");
    server.post("/v1/example/finance/net_present_value", &npv).ok();
    server.end();
}

#[test]
fn settings_are_changed_one_by_one_and_shown_in_full() {
    let scratch = Scratch::new();
    publish_example(&scratch, "kitchen-sink");
    publish_example(&scratch, "finance");
    let server = Server::start(&scratch, &[]);
    let sink =
        |action: &str| server.post(&format!("/v1/example/kitchen-sink/{action}"), &json!({}));
    server.deploy_with("example:kitchen-sink", &json!({ "reuse": true, "concurrency": 2 }));
    // An instance serves one call after the other.
    for count in 0..3 {
        assert_eq!(sink("counts").ok(), count);
    }
    let last = server.deploy_with("example:kitchen-sink", &json!({ "queue": 1, "time_ms": 1500 }));
    let settings = json!({ "reuse": true, "concurrency": 2, "queue": 1, "time_ms": 1500 });
    assert_eq!(last["deployed"]["settings"], settings, "{last}");
    assert_eq!(last["deployed"]["in_force"]["body_bytes"], 64 << 20, "{last}");

    // Two run, one waits, and the others are told to come again.
    std::thread::scope(|scope| {
        let endless: Vec<_> = (0..6).map(|_| scope.spawn(|| sink("loops_forever"))).collect();
        let answers: Vec<_> = endless.into_iter().map(|it| it.join().unwrap()).collect();
        let count = |status| answers.iter().filter(|it| it.status == status).count();
        assert_eq!((count(504), count(429)), (3, 3), "{answers:?}");
    });

    let options = ["deploy", "example:kitchen-sink", "--no-reuse", "--max-body", "1KiB"];
    operate(&scratch, &server, &options).success();
    for _ in 0..2 {
        assert_eq!(sink("counts").ok(), 0);
    }
    let long = json!({ "value": "x".repeat(2000) });
    server.post("/v1/example/kitchen-sink/echo_string", &long).problem(413, "EXT1003");
    let shown = operate(&scratch, &server, &["deployments", "example:kitchen-sink"]).success().out;
    assert!(
        shown.contains(
            "a fresh instance for each call, 2 at once, 1 waiting, 1500 ms, 256.0 MiB of memory, \
             results of 64.0 MiB, requests of 1.0 KiB"
        ),
        "{shown}"
    );
    let page = server.get("/extensions/example/kitchen-sink").body;
    for said in ["a fresh instance for each call", "time 1500 ms", "requests 1 KiB", "queue 1<"] {
        assert!(page.contains(said), "{said}: {page}");
    }
    // `null` is as the server has it; what is no setting is told.
    let last =
        server.deploy_with("example:kitchen-sink", &json!({ "time_ms": null, "queue": null }));
    assert_eq!(last["deployed"]["settings"], json!({ "concurrency": 2, "body_bytes": 1024 }));
    let event = server.get("/api/events?package=example:kitchen-sink&limit=1").ok();
    assert!(event[0]["detail"].as_str().unwrap().contains("\"concurrency\":2"), "{event}");
    for wrong in [json!({ "tiem_ms": null }), json!({ "queue": "long" }), json!({ "queue": -1 })] {
        let body = json!({ "package": "example:finance", "settings": wrong });
        server.post("/api/deployments", &body).problem(400, "EXT1002");
    }
}

#[test]
fn what_is_refused_at_once_has_a_status() {
    let scratch = Scratch::new();
    publish_example(&scratch, "finance");
    publish_example(&scratch, "kitchen-sink");
    // A package whose digests are right, and which says that it is another one.
    let registry = Registry::open(&scratch.registry()).unwrap();
    let finance = PackageName::new("example", "finance").unwrap();
    let version = registry.versions(&finance).unwrap()[0].version.clone();
    let component = registry.load(&finance, &version, None).unwrap().component;
    let publish = |name: &str, version: &str| {
        let request = PublishRequest {
            name: PackageName::new("example", name).unwrap(),
            version: version.parse().unwrap(),
            component: &component,
            annotations: std::collections::BTreeMap::default(),
            exports: Vec::new(),
            imports: Vec::new(),
            author: None,
        };
        registry.publish(&request).unwrap();
    };
    publish("impostor", "1.0.0");
    publish("finance", "9.0.0");
    let server = Server::start(&scratch, &[]);
    let deploy = |body: Value| server.post("/api/deployments", &body);
    for package in ["example:impostor", "example:finance@9"] {
        let problem = deploy(json!({ "package": package })).problem(422, "EXT1011");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains("the registry stores `example:finance`"), "{detail}");
    }
    deploy(json!({ "package": "example:nothing" })).problem(422, "EXT1011");
    deploy(json!({ "package": "no name" })).problem(422, "EXT1011");
    let missing = deploy(json!({ "package": "example:kitchen-sink" })).problem(409, "EXT1010");
    assert_eq!(missing["missing"], json!([ext_tests::SINK_ASKS_FOR]));
    let finance = format!("example:finance@={version}");
    deploy(json!({ "package": finance, "grant": ["folder:rates"] })).problem(400, "EXT1002");
    assert!(files(&scratch.path().join("server/packages")).is_empty());
    // A script sees it.
    let failed = |package: &str| {
        let status = Command::new(tool("EXT_TEST_CURL"))
            .args(["--silent", "--fail", "--output", "/dev/null", "--json"])
            .arg(json!({ "package": package }).to_string())
            .arg(format!("{}/api/deployments", server.address))
            .status();
        status.expect("curl starts").code()
    };
    assert_eq!(failed("example:nothing"), Some(22));
    assert_eq!(failed(&finance), Some(0));
}

/// A call that sleeps, on a connection of its own, which has begun.
fn sleeping(server: &Server, milliseconds: u64) -> TcpStream {
    let body = json!({ "millis": milliseconds }).to_string();
    let mut stream = TcpStream::connect(server.address.trim_start_matches("http://")).unwrap();
    let head = format!(
        "POST /v1/example/kitchen-sink/sleeps HTTP/1.1\r\nhost: localhost\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    while !server.get("/metrics").body.contains("cargo_ext_calls_running 1\n") {
        std::thread::yield_now();
    }
    stream
}

#[test]
fn a_server_that_ends_finishes_what_runs() {
    let scratch = Scratch::new();
    let data = scratch.path().join("server");
    let server = Server::of_example(&scratch, "kitchen-sink", &json!({}));
    let address = server.address.trim_start_matches("http://").to_owned();
    let mut call = sleeping(&server, 2000);
    server.ask_to_end();
    // Nobody new comes in while it runs.
    while TcpStream::connect(&address).is_ok() {
        std::thread::yield_now();
    }
    let mut answer = String::new();
    call.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let said = server.ended();
    assert!(said.contains("every call has finished"), "{said}");

    // And it is written down. Who asks twice does not wait.
    let server = Server::start_in(&scratch, &data, &[]);
    let calls = server.get("/api/calls?action=sleeps").ok();
    assert_eq!(calls[0]["outcome"], "ok", "{calls}");
    let began = Instant::now();
    let _call = sleeping(&server, 25_000);
    server.ask_to_end();
    while TcpStream::connect(server.address.trim_start_matches("http://")).is_ok() {
        std::thread::yield_now();
    }
    std::thread::sleep(Duration::from_millis(500));
    server.ask_to_end();
    let said = server.ended();
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    assert!(said.contains("at once") && !said.contains("every call"), "{said}");
}
