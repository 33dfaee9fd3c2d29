//! The platform server, as operators and consumers meet it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use ext_tests::{Scratch, Server, publish_example};
use serde_json::{Value, json};

/// A project whose name is this test's own: tests share their target folder.
fn published(scratch: &Scratch, name: &str) {
    scratch.ext("", &["new", name, "--namespace", "acme"]).success();
    scratch.ext(name, &["publish"]).success();
}

#[test]
fn what_is_deployed_is_called_and_survives_a_kill() {
    let scratch = Scratch::new();
    published(&scratch, "served");
    let server = Server::start(&scratch, &[]);

    // Nothing is there yet.
    server.post("/v1/acme/served/greet", &json!({})).problem(404, "EXT1001");
    let last = server.deploy("acme:served");
    assert_eq!(last["deployed"]["version"], "0.1.0", "{last}");
    assert_eq!(last["deployed"]["active"], true);

    let answer = server.post("/v1/acme/served/greet", &json!({ "name": "you" }));
    assert_eq!(answer.ok(), "Hello, you!");
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("x-request-id").len(), 32);
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    // By a version, and by each prefix of it.
    for version in ["0.1.0", "0.1", "0"] {
        let path = format!("/v1/acme/served@{version}/greet");
        assert_eq!(server.post(&path, &json!({ "name": "you" })).ok(), "Hello, you!");
    }
    server.post("/v1/acme/served@0.2/greet", &json!({})).problem(404, "EXT1001");

    // Another version, while somebody calls all the time.
    scratch.edit("served/src/lib.rs", "Hello, {name}!\")", "Good day, {name}!\")");
    scratch.edit("served/src/lib.rs", "#[ext_action]", "#[ext_action(function)]");
    scratch.edit("served/Cargo.toml", "version = \"0.1.0\"", "version = \"0.2.0\"");
    scratch.ext("served", &["publish", "--offline"]).success();
    let (done, calls) = (AtomicBool::new(false), AtomicU64::new(0));
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    let answer = server.post("/v1/acme/served/greet", &json!({ "name": "you" }));
                    let said = answer.ok();
                    assert!(said == "Hello, you!" || said == "Good day, you!", "{said}");
                    calls.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let last = server.deploy("acme:served@0.2");
        assert_eq!(last["deployed"]["version"], "0.2.0", "{last}");
        let seen = calls.load(Ordering::Relaxed);
        while calls.load(Ordering::Relaxed) < seen + 10 {
            std::thread::yield_now();
        }
        done.store(true, Ordering::Relaxed);
    });
    // Nobody else listens at its address.
    let taken = server.address.strip_prefix("http://").unwrap();
    let other = scratch.path().join("other server");
    let said = scratch.ext("", &["serve", "--listen", taken, "--data", other.to_str().unwrap()]);
    said.failure(3, "EXT1014");

    let greet =
        |server: &Server| server.post("/v1/acme/served/greet", &json!({ "name": "you" })).ok();
    assert_eq!(greet(&server), "Good day, you!");
    assert_eq!(
        server.post("/v1/acme/served@0.1/greet", &json!({"name": "you"})).ok(),
        "Hello, you!"
    );
    // What one version gives, and depends on nothing else, it gives for ever.
    for (version, control) in [
        ("@=0.2.0", "private, max-age=31536000, immutable"),
        ("@%3D0.2.0", "private, max-age=31536000, immutable"),
        ("@0.2.0", "private, max-age=60"),
        ("", "private, max-age=60"),
    ] {
        let answer = server.get(&format!("/v1/acme/served{version}/greet?name=you"));
        assert_eq!(answer.ok(), "Good day, you!");
        assert_eq!(answer.header("cache-control"), control, "{version}");
    }

    // Back, and nothing to go back to from there; forward by name.
    let back = server.post("/api/deployments/acme/served/rollback", &json!({})).ok();
    assert_eq!((&back["version"], &back["active"]), (&json!("0.1.0"), &json!(true)));
    assert_eq!(greet(&server), "Hello, you!");
    server.post("/api/deployments/acme/served/rollback", &json!({})).problem(404, "EXT1012");
    server.post("/api/deployments/acme/served/rollback", &json!({ "to": "0.2.0" })).ok();
    assert_eq!(greet(&server), "Good day, you!");

    // A machine that fails, and a registry that was lost with it.
    let data = scratch.path().join("server");
    server.kill();
    std::fs::remove_dir_all(scratch.registry()).unwrap();
    let server = Server::start_in(&scratch, &data, &[]);
    assert_eq!(greet(&server), "Good day, you!");
    let versions = server.get("/api/deployments/acme/served").ok();
    let versions: Vec<(&str, bool)> = (versions.as_array().unwrap().iter())
        .map(|it| (it["version"].as_str().unwrap(), it["active"].as_bool().unwrap()))
        .collect();
    assert_eq!(versions, [("0.2.0", true), ("0.1.0", false)]);
    let events = server.get("/api/events?package=acme:served").ok();
    let events: Vec<&str> =
        events.as_array().unwrap().iter().map(|it| it["what"].as_str().unwrap()).collect();
    assert_eq!(events, ["activate", "rollback", "deploy", "deploy"]);

    let gone = server.send("DELETE", "/api/deployments/acme/served@0.2.0", &[], b"").ok();
    assert_eq!(gone["undeployed"], json!(["0.2.0"]));
    assert_eq!(greet(&server), "Hello, you!");
    server.send("DELETE", "/api/deployments/acme/served", &[], b"").ok();
    server.post("/v1/acme/served/greet", &json!({})).problem(404, "EXT1001");
    server.end();
}

#[test]
fn calls_by_every_way_and_their_problems() {
    let scratch = Scratch::new();
    publish_example(&scratch, "kitchen-sink");
    publish_example(&scratch, "finance");
    let server = Server::start(&scratch, &[]);
    server.deploy("example:kitchen-sink");
    server.deploy("example:finance");
    let npv = json!({ "rate": 0.1, "cash_flows": [-100.0, 60.0, 60.0] });
    let result = server.post("/v1/example/finance/net-present-value", &npv).ok();
    assert_eq!(server.post("/v1/example/finance/net_present_value", &npv).ok(), result);

    // All violations at once, each with its path.
    let wrong = json!({ "rate": "much", "cash_flows": [1.0, "x"], "more": 1 });
    let problem =
        server.post("/v1/example/finance/net_present_value", &wrong).problem(400, "EXT0502");
    let paths: Vec<&str> = (problem["violations"].as_array().unwrap().iter())
        .map(|it| it["path"].as_str().unwrap())
        .collect();
    assert_eq!(paths, ["more", "rate", "cash_flows[1]"], "{problem}");
    let unknown = server.post("/v1/example/finance/nothing", &json!({})).problem(404, "EXT0501");
    assert!(unknown["known"].as_array().unwrap().contains(&json!("net_present_value")));

    // Requests that are none.
    let path = "/v1/example/finance/net_present_value";
    let json_type = [("content-type", "application/json")];
    server.send("POST", path, &json_type, b"{").problem(400, "EXT1002");
    server.send("POST", path, &json_type, "[".repeat(100_000).as_bytes()).problem(400, "EXT1002");
    server.send("POST", path, &[("content-type", "text/plain")], b"{}").problem(415, "EXT1004");
    let answer = server.send("DELETE", path, &[], b"");
    answer.problem(405, "EXT1009");
    assert_eq!(answer.header("allow"), "POST");
    server.get("/v1/../../etc/passwd").problem(404, "EXT1016");
    server.get("/v1/example/..%2f..%2fetc/passwd").problem(404, "EXT1001");
    server.get("/nothing").problem(404, "EXT1016");
    let id = [("x-request-id", "mine-1.2_3")];
    assert_eq!(server.send("GET", "/nothing", &id, b"").header("x-request-id"), "mine-1.2_3");
    let id = [("x-request-id", "{\"a\": 1}")];
    assert_eq!(server.send("GET", "/nothing", &id, b"").header("x-request-id").len(), 32);
    assert!(server.get("/errors/EXT0502").body.starts_with("EXT0502: arguments do not fit"));

    // What was called is remembered, with what went wrong.
    let calls = loop {
        let calls = server.get("/api/calls?package=example:finance").ok();
        if calls.as_array().unwrap().len() == 3 {
            break calls;
        }
    };
    assert_eq!(calls[0]["outcome"], "arguments");
    assert_eq!(calls[0]["code"], "EXT0502");
    assert_eq!(calls[1]["outcome"], "ok");
    assert_eq!(calls[1]["consumer"], "loopback");
    let metrics = server.get("/metrics").body;
    assert!(
        metrics.contains("cargo_ext_calls_total{extension=\"example:finance\",version=\"0.1.0\",action=\"net_present_value\",outcome=\"ok\"} 2"),
        "{metrics}"
    );
    assert_eq!(server.get("/healthz").body, "ok\n");
    assert_eq!(server.get("/readyz").body, "ready\n");
}

#[test]
fn nobody_does_what_his_token_does_not_cover() {
    let scratch = Scratch::new();
    published(&scratch, "guarded");
    let server = Server::start(&scratch, &[]);
    server.deploy("acme:guarded");
    let token = |scopes: &[&str], seconds: Value| {
        let name = format!("somebody with {}", scopes.join(" and "));
        let wanted = json!({ "name": name, "scopes": scopes, "expires_in": seconds });
        server.post("/api/tokens", &wanted).ok()
    };
    let call = |headers: &[(&str, &str)]| {
        let mut all = vec![("content-type", "application/json")];
        all.extend(headers);
        server.send("POST", "/v1/acme/guarded/greet", &all, br#"{"name": "you"}"#)
    };
    let bearer = |token: &Value| format!("Bearer {}", token["token"].as_str().unwrap());

    // From this machine no token is needed, unless the request came through somebody else.
    assert_eq!(call(&[]).status, 200);
    for other in [
        ("x-forwarded-for", "10.0.0.1"),
        ("forwarded", "for=10.0.0.1"),
        ("origin", "https://example.com"),
        ("origin", "null"),
        ("host", "attacker.example"),
    ] {
        call(&[other]).problem(401, "EXT1005");
    }
    call(&[("authorization", "Bearer ext_wrong")]).problem(401, "EXT1005");
    let invoke = token(&["invoke:acme"], Value::Null);
    assert_eq!(call(&[("authorization", &bearer(&invoke))]).status, 200);
    let elsewhere = token(&["invoke:other", "deploy:other"], Value::Null);
    call(&[("authorization", &bearer(&elsewhere))]).problem(403, "EXT1006");
    let ends = token(&["invoke"], json!(1));
    while call(&[("authorization", &bearer(&ends))]).status == 200 {
        std::thread::yield_now();
    }
    call(&[("authorization", &bearer(&ends))]).problem(401, "EXT1005");
    for seconds in [0, -1] {
        let wanted = json!({ "name": "late", "scopes": ["invoke"], "expires_in": seconds });
        server.post("/api/tokens", &wanted).problem(400, "EXT1002");
    }

    // Who may call may not deploy, make tokens or read the log.
    let of = bearer(&invoke);
    let as_invoker = [("authorization", of.as_str()), ("content-type", "application/json")];
    for (method, path) in [
        ("POST", "/api/tokens"),
        ("GET", "/api/tokens"),
        ("GET", "/api/calls"),
        ("GET", "/api/events"),
        ("GET", "/metrics"),
        ("POST", "/api/deployments/acme/guarded/rollback"),
        ("DELETE", "/api/deployments/acme/guarded"),
    ] {
        let sent: &[u8] = if path.ends_with("tokens") && method == "POST" {
            br#"{"name": "x", "scopes": ["operate"]}"#
        } else {
            b""
        };
        server.send(method, path, &as_invoker, sent).problem(403, "EXT1006");
    }
    let deploy = br#"{"package": "acme:guarded"}"#;
    server.send("POST", "/api/deployments", &as_invoker, deploy).problem(403, "EXT1006");

    // Nor is he told what there is in namespaces of others.
    let of = bearer(&elsewhere);
    let stranger = [("authorization", of.as_str()), ("content-type", "application/json")];
    for path in ["guarded/greet", "guarded@99/greet", "nothing/greet"] {
        let path = format!("/v1/acme/{path}");
        server.send("POST", &path, &stranger, b"{}").problem(403, "EXT1006");
    }

    // Revoked: at once, and for good; also for who follows the log.
    let of = bearer(&invoke);
    let deploy = token(&["deploy:acme"], Value::Null);
    let following = std::process::Command::new(ext_tests::tool("EXT_TEST_CURL"))
        .args(["--silent", "--no-buffer", "--max-time", "60", "--header"])
        .arg(format!("authorization: {}", bearer(&deploy)))
        .arg(format!("{}/api/calls/follow", server.address))
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let id = deploy["id"].as_str().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(500));
    assert_eq!(call(&[]).status, 200);
    std::thread::sleep(std::time::Duration::from_millis(500));
    assert_eq!(server.send("DELETE", &format!("/api/tokens/{id}"), &[], b"").status, 204);
    assert_eq!(call(&[]).status, 200);
    let followed = following.wait_with_output().unwrap();
    // The end of the stream, not of time.
    assert!(followed.status.success(), "{followed:?}");
    assert_eq!(String::from_utf8_lossy(&followed.stdout).lines().count(), 1, "{followed:?}");
    let id = invoke["id"].as_str().unwrap();
    assert_eq!(server.send("DELETE", &format!("/api/tokens/{id}"), &[], b"").status, 204);
    call(&[("authorization", &of)]).problem(401, "EXT1005");
    server.send("DELETE", &format!("/api/tokens/{id}"), &[], b"").problem(404, "EXT1016");

    // Neither in what is listed nor on the disk is a token.
    let listed = server.get("/api/tokens").body;
    let secret = invoke["token"].as_str().unwrap();
    assert!(!listed.contains(secret) && listed.contains(id), "{listed}");
    server.end();
    let kept = std::fs::read(scratch.path().join("server/server.sqlite")).unwrap();
    assert!(!kept.windows(secret.len()).any(|it| it == secret.as_bytes()));
}

#[test]
fn what_is_granted_changes_nothing_else() {
    let scratch = Scratch::new();
    published(&scratch, "granted");
    scratch.edit("granted/src/lib.rs", "Hello, {name}!\")", "Good day, {name}!\")");
    scratch.edit("granted/Cargo.toml", "version = \"0.1.0\"", "version = \"0.2.0\"");
    scratch.ext("granted", &["publish", "--offline"]).success();
    let server = Server::start(&scratch, &["--require-token"]);
    // Nobody gets in without a token, although the server is on this machine.
    server.get("/api/deployments").problem(401, "EXT1005");
    server.end();
    let data = scratch.path().join("server");
    let server = Server::start_in(&scratch, &data, &[]);
    server.deploy("acme:granted@0.1");
    server.deploy("acme:granted@0.2");
    server.post("/api/deployments/acme/granted/rollback", &json!({})).ok();
    let put = |granted: &Value| {
        let body = json!({ "granted": granted }).to_string();
        let headers = [("content-type", "application/json")];
        server.send("PUT", "/api/deployments/acme/granted/grants", &headers, body.as_bytes())
    };
    assert_eq!(put(&json!(["environment:REGION"])).status, 204);
    // The version that was gone back to answers still.
    let greet =
        |server: &Server| server.post("/v1/acme/granted/greet", &json!({ "name": "you" })).ok();
    assert_eq!(greet(&server), "Hello, you!");
    let listed = server.get("/api/deployments/acme/granted").ok();
    let of = |it: &Value| (it["version"].clone(), it["active"].clone(), it["activation"].clone());
    let listed: Vec<_> = listed.as_array().unwrap().iter().map(of).collect();
    let expected =
        [(json!("0.2.0"), json!(false), Value::Null), (json!("0.1.0"), json!(true), json!(1))];
    assert_eq!(listed, expected);
    // What is none is not kept, and breaks nothing.
    let own = format!("folder:{}", data.to_str().unwrap());
    for wrong in ["http:*", "folder:rates", "everything", &own] {
        put(&json!([wrong])).problem(400, "EXT1002");
    }
    let granted = server.get("/api/deployments/acme/granted/grants").ok();
    assert_eq!(granted, json!(["environment:REGION"]));
    server.kill();
    let server = Server::start_in(&scratch, &data, &[]);
    assert_eq!(greet(&server), "Hello, you!");

    // Who operates one namespace does not give it the machine.
    let wanted = json!({ "name": "acme's", "scopes": ["operate:acme", "deploy:acme"] });
    let token = server.post("/api/tokens", &wanted).ok()["token"].as_str().unwrap().to_owned();
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", &*bearer), ("content-type", "application/json")];
    for (grant, status) in
        [("folder:/home", 403), ("http:127.0.0.1:8470", 403), ("http:api.example.com", 204)]
    {
        let body = json!({ "granted": [grant] }).to_string();
        let path = "/api/deployments/acme/granted/grants";
        assert_eq!(server.send("PUT", path, &headers, body.as_bytes()).status, status, "{grant}");
    }
}

#[test]
fn a_kill_at_any_moment_leaves_a_deployment_or_none() {
    let scratch = Scratch::new();
    publish_example(&scratch, "finance");
    let data = scratch.path().join("server");
    let npv = json!({ "rate": 0.0, "cash_flows": [-100.0, 60.0, 60.0] });
    let body = json!({ "package": "example:finance" }).to_string();
    let mut there = 0;
    for milliseconds in [0, 2, 5, 10, 20, 40, 80, 120, 160, 240, 400, 1_000, 3_000, 9_000, 27_000] {
        // Long enough on this machine.
        if there > 1 {
            break;
        }
        let server = Server::start_in(&scratch, &data, &[]);
        server.send("DELETE", "/api/deployments/example/finance", &[], b"");
        let mut request =
            std::net::TcpStream::connect(server.address.trim_start_matches("http://")).unwrap();
        let head = format!(
            "POST /api/deployments HTTP/1.1\r\nhost: localhost\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        std::io::Write::write_all(&mut request, head.as_bytes()).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(milliseconds));
        server.kill();
        let server = Server::start_in(&scratch, &data, &[]);
        let answer = server.post("/v1/example/finance/net_present_value", &npv);
        match answer.status {
            200 => there += 1,
            _ => drop(answer.problem(404, "EXT1001")),
        }
        // Whatever was left behind is in nobody's way.
        server.deploy("example:finance");
        server.post("/v1/example/finance/net_present_value", &npv).ok();
        let events = server.get("/api/events?limit=1").ok();
        assert_eq!(events[0]["what"], "deploy");
    }
    assert!(there > 0);
}
