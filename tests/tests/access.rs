//! Who gets in and who reads what, and what is written down of it.

use std::time::{Duration, Instant};

use ext_tests::{Answer, Browser, Peer, Reply, Scratch, Server};
use serde_json::{Value, json};

/// A server with an extension, whose name is the test's own.
fn server(scratch: &Scratch, name: &str) -> Server {
    scratch.ext("", &["new", name, "--namespace", "acme"]).success();
    scratch.ext(name, &["publish"]).success();
    let server = Server::start(scratch, &[]);
    server.deploy_with(&format!("acme:{name}"), &json!({ "time_ms": 5000 }));
    server
}

/// A new token with one scope: its id, and how it is sent.
fn token(server: &Server, name: &str, scope: &str) -> (String, String) {
    let new = server.post("/api/tokens", &json!({ "name": name, "scopes": [scope] })).ok();
    let text = |member: &str| new[member].as_str().expect("a text").to_owned();
    (text("id"), format!("Bearer {}", text("token")))
}

fn events(server: &Server) -> Vec<Value> {
    server.get("/api/events?limit=1000").ok().as_array().expect("a list").clone()
}

/// Events that are written behind an answer.
#[track_caller]
fn event(server: &Server, what: &str, who: &str) -> Value {
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        let all = events(server);
        if let Some(event) = all.iter().find(|it| it["what"] == what && it["who"] == who) {
            return event.clone();
        }
        assert!(Instant::now() < end, "no `{what}` of {who} in {all:#?}");
    }
}

#[test]
fn what_was_refused_is_written_down() {
    let scratch = Scratch::new();
    let server = server(&scratch, "audited");
    let (id, invoke) = token(&server, "shop", "invoke:acme");
    let as_invoker = [("authorization", &*invoke), ("content-type", "application/json")];

    // RFC 6750: who gave no token is told nothing of errors.
    let challenge = |headers: &[(&str, &str)]| {
        let answer = server.send_once("GET", "/api/tokens", headers, b"");
        let problem = answer.json();
        // It is no call, which would be in the log.
        assert_eq!(problem.get("instance"), None, "{problem}");
        (answer.status, answer.header("www-authenticate").to_owned())
    };
    let away = ("x-forwarded-for", "10.0.0.1");
    assert_eq!(challenge(&[away]), (401, "Bearer".into()));
    let wrong = ("authorization", "Bearer ext_wrong");
    for _ in 0..5 {
        assert_eq!(challenge(&[wrong]), (401, "Bearer error=\"invalid_token\"".into()));
        let covered = (403, "Bearer error=\"insufficient_scope\"".into());
        assert_eq!(challenge(&as_invoker), covered);
    }
    let refused = event(&server, "refused", "shop");
    assert_eq!(refused["token"], id, "{refused}");
    assert!(refused["detail"].as_str().unwrap().contains("`operate`"), "{refused}");
    event(&server, "refused", "127.0.0.1");

    // Logging in and out.
    let origin = ("origin", &*server.address);
    let form = [("content-type", "application/x-www-form-urlencoded"), origin];
    let login = |token: &str| {
        server.send_once("POST", "/login", &form, format!("token={token}&next=/").as_bytes())
    };
    for _ in 0..5 {
        assert_eq!(login("ext_wrong").status, 401);
    }
    event(&server, "login refused", "127.0.0.1");
    let session = login(invoke.trim_start_matches("Bearer "));
    let cookie = session.header("set-cookie").split(';').next().unwrap().to_owned();
    assert_eq!(event(&server, "login", "shop")["token"], id);
    let session = [form[0], origin, ("cookie", &*cookie)];
    assert_eq!(server.send_once("POST", "/logout", &session, b"").status, 303);
    assert_eq!(event(&server, "logout", "shop")["token"], id);

    // What was not deployed.
    let missing = json!({ "package": "acme:missing@1" });
    assert_eq!(server.post("/api/deployments", &missing).status, 422);
    let refused = event(&server, "deploy refused", "loopback");
    assert_eq!(refused["subject"], "acme:missing", "{refused}");
    assert!(refused["detail"].as_str().unwrap().starts_with("EXT1011"), "{refused}");

    // However often, once; the numbers are all there.
    let all = events(&server);
    let again = |it: &Value| it["detail"].as_str().unwrap().contains("times more");
    let count = |what: &str| all.iter().filter(|it| it["what"] == what && !again(it)).count();
    let counts = ["refused", "login refused", "login", "logout", "start"].map(count);
    assert_eq!(counts, [2, 1, 1, 1, 1], "{all:#?}");
    let metrics = server.get("/metrics").body;
    for (reason, count) in [("invalid_token", 5), ("not_covered", 5), ("no_token", 1), ("login", 5)]
    {
        let line = format!("cargo_ext_requests_refused_total{{reason=\"{reason}\"}} {count}");
        assert!(metrics.contains(&line), "{line} in {metrics}");
    }
    let said = server.said();
    for what in ["login refused", "deploy refused", "token add"] {
        assert!(said.contains(what), "{what} in {said}");
    }
    // By name and id, since names can be given again.
    let mut history = scratch.command("", &["history"]);
    let output = history.env("EXT_SERVER", &server.address).output().expect("cargo-ext starts");
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(out.contains(&format!("shop ({id})")), "{out}");
    #[cfg(unix)]
    {
        let data = scratch.path().join("server");
        server.end();
        let server = Server::start_in(&scratch, &data, &[]);
        let all = events(&server);
        let first: Vec<&str> = all[..2].iter().map(|it| it["what"].as_str().unwrap()).collect();
        assert_eq!(first, ["start", "stop"]);
    }
}

#[test]
fn who_reads_what() {
    let scratch = Scratch::new();
    let server = server(&scratch, "read");
    let of_one = "/v1/acme/read";
    let document = format!("{of_one}/openapi.json");
    let call = format!("{of_one}/greet");
    let rows = [
        ("GET", of_one, ["invoke", "deploy", "operate"].as_slice()),
        ("GET", &document, &["invoke", "deploy", "operate"]),
        ("GET", "/docs/acme/read", &["invoke", "deploy", "operate"]),
        ("GET", "/extensions/acme/read", &["invoke", "deploy", "operate"]),
        ("GET", "/api/deployments/acme/read", &["invoke", "deploy", "operate"]),
        ("POST", &call, &["invoke", "deploy"]),
        ("GET", "/api/calls", &["deploy", "operate"]),
        ("GET", "/api/events", &["deploy", "operate"]),
        ("GET", "/metrics", &["operate", "observe"]),
        ("GET", "/api/tokens", &["operate"]),
        ("GET", "/api/deployments/acme/read/grants", &["operate"]),
    ];
    for scope in ["invoke", "deploy", "operate", "observe"] {
        let (_, bearer) = token(&server, scope, scope);
        let headers = [("authorization", &*bearer), ("content-type", "application/json")];
        let send = |method: &str, path: &str| -> Answer {
            let body: &[u8] = if method == "POST" { br#"{"name": "you"}"# } else { b"" };
            server.send(method, path, &headers, body)
        };
        for (method, path, scopes) in rows {
            let expected = if scopes.contains(&scope) { 200 } else { 403 };
            let answer = send(method, path);
            assert_eq!(answer.status, expected, "{scope}: {path}: {answer:?}");
        }
        let tools = send("GET", "/v1/openapi.json").ok();
        assert_eq!(tools["paths"].get(&call).is_some(), scope != "observe", "{scope}");
        // Who calls it is not told by whom it is there, and how it runs.
        let deployed = send("GET", "/api/deployments/acme/read");
        if deployed.status == 200 {
            let deployed = &deployed.json()[0];
            let told = (deployed["by"] == "loopback", deployed["settings"]["time_ms"] == 5000);
            assert_eq!(told, (scope != "invoke", scope != "invoke"), "{scope}: {deployed}");
        }
    }
    let wanted = json!({ "name": "x", "scopes": ["observe:acme"] });
    server.post("/api/tokens", &wanted).problem(400, "EXT1002");
    // Names stand for one token, and for nobody else.
    for name in ["invoke", "loopback", "Server", "127.0.0.1", "a\u{1b}[2J", " "] {
        let wanted = json!({ "name": name, "scopes": ["invoke"] });
        server.post("/api/tokens", &wanted).problem(400, "EXT1002");
    }
}

#[test]
fn no_other_page_uses_that_no_token_is_needed() {
    let scratch = Scratch::new();
    let server = server(&scratch, "fetched");
    let (_, bearer) = token(&server, "page", "invoke");
    let page = [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")];
    let picture = [("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")];
    let frame = [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")];
    let (definition, console) = ("/v1/acme/fetched", "/extensions/acme/fetched");
    for (site, how, path, status) in [
        ("cross-site", picture, definition, 401),
        ("same-site", picture, definition, 401),
        ("cross-site", page, definition, 401),
        ("cross-site", picture, console, 303),
        ("cross-site", frame, console, 303),
        // A link to a page of the console, and what the console and people ask for.
        ("cross-site", page, console, 200),
        ("same-origin", picture, definition, 200),
        ("none", page, definition, 200),
    ] {
        let headers = [&[("sec-fetch-site", site)], &how[..]].concat();
        let answer = server.send_once("GET", path, &headers, b"");
        assert_eq!(answer.status, status, "{headers:?} {path}: {answer:?}");
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin");
        // With a token it is as it was.
        let with = [&headers[..], &[("authorization", &*bearer)]].concat();
        assert_eq!(server.send("GET", path, &with, b"").status, 200, "{headers:?} {path}");
    }

    // As a browser says it: a picture, and a link to the console.
    let refused = || {
        let metrics = server.get("/metrics").body;
        let count = metrics.lines().find_map(|it| it.split_once("{reason=\"no_token\"} "));
        count.map_or(0, |(_, count)| count.parse::<u32>().expect("a number"))
    };
    let address = &server.address;
    let html = format!("<img src='{address}{definition}'><a href='{address}{console}'>there</a>");
    let other = Peer::start(move |request| Reply::Answer {
        status: if request.path == "/" { 200 } else { 404 },
        headers: vec![("content-type", "text/html".to_owned())],
        body: html.clone().into_bytes(),
    });
    let mut browser = Browser::new();
    for page in [other.address().to_owned(), other.address().replace("127.0.0.1", "localhost")] {
        let before = refused();
        browser.visit(&format!("{page}/"));
        while refused() == before {
            std::thread::yield_now();
        }
        browser.follow("document.querySelector('a').click()");
        assert_eq!(browser.evaluate("location.pathname"), console);
    }
}
