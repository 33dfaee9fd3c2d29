//! The console, as people with a browser meet it.
#![cfg(unix)]

use std::path::PathBuf;

use ext_tests::{Browser, FAINT, Scratch, Server};
use serde_json::{Value, json};

const SOURCE: &str = r#"//! Orders.
use ext_runtime::prelude::*;

/// A line of an order.
#[derive(ExtStructure)]
pub struct Line {
    /// The article.
    #[ext(max_length = 40)]
    pub sku: String,
    /// How many of it.
    #[ext(min = 1, default = 1)]
    pub quantity: u32,
    /// What one costs, in cents.
    pub unit_price: u64,
}

/// Who buys.
#[derive(ExtEnum)]
pub enum Customer {
    /// Pays what the list says.
    Retail,
    /// Pays a tenth less.
    Wholesale,
}

/// Why an order has no price.
#[derive(Debug, ExtError)]
pub enum PricingError {
    /// The order has no lines.
    Empty,
}

/// Prices an order, in cents. <script>alert(2)</script>
#[ext_action]
pub fn price_order(
    /// What is ordered.
    lines: Vec<Line>,
    /// Who buys.
    #[ext(default = Customer::Retail)]
    customer: Customer,
    /// In percent.
    #[ext(max = 50, default = 0)]
    discount: u8,
    /// Whether it is wanted tomorrow.
    express: bool,
    /// A key of the customer's.
    #[ext(secret)]
    key: Option<String>,
) -> Result<u64, PricingError> {
    println!("<b>{} lines</b>", lines.len());
    let _ = key;
    if lines.is_empty() {
        return Err(PricingError::Empty);
    }
    let total: u64 = lines.iter().map(|line| u64::from(line.quantity) * line.unit_price).sum();
    let total = total * u64::from(100 - discount) / 100;
    let total = if matches!(customer, Customer::Wholesale) { total * 9 / 10 } else { total };
    Ok(if express { total + 900 } else { total })
}

/// Takes an order back.
#[ext_action]
pub fn cancel(
    /// Which.
    order: u64,
) -> String {
    assert!(order != 13, "nobody cancels order 13");
    format!("order {order} is cancelled")
}
"#;

/// A server with two versions of an extension.
fn server(scratch: &Scratch, name: &str) -> Server {
    scratch.ext("", &["new", name, "--namespace", "acme"]).success();
    std::fs::write(scratch.path().join(name).join("src/lib.rs"), SOURCE).expect("written");
    let manifest = format!("{name}/Cargo.toml");
    scratch.edit(&manifest, "description = \"", "description = \"<script>alert(1)</script> ");
    scratch.ext(name, &["publish"]).success();
    scratch.edit(&manifest, "version = \"0.1.0\"", "version = \"0.2.0\"");
    scratch.ext(name, &["publish", "--offline"]).success();
    let server = Server::start(scratch, &[]);
    server.deploy(&format!("acme:{name}@0.1"));
    server.deploy(&format!("acme:{name}@0.2"));
    server
}

/// Pictures of pages, for whoever wants to look at them.
fn picture(browser: &mut Browser, name: &str) {
    if let Some(folder) = std::env::var_os("EXT_TEST_PICTURES") {
        browser.picture(&PathBuf::from(folder).join(format!("{name}.png")));
    }
}

fn text(browser: &mut Browser, selector: &str) -> String {
    let text = browser.evaluate(&format!("document.querySelector('{selector}').innerText"));
    text.as_str().expect("a text").to_owned()
}

/// Nothing ran that should not, and everything came from the server.
#[track_caller]
fn calm(browser: &Browser, server: &Server) {
    // Advice is none: that a form with a password has the name of a user, say.
    let complaints: Vec<&Value> = (browser.complaints().into_iter())
        .filter(|it| it["params"]["entry"]["source"] != "recommendation")
        .collect();
    assert_eq!(complaints, Vec::<&Value>::new());
    for request in browser.requests() {
        let own = request.starts_with(&server.address) || request == "about:blank";
        assert!(own, "{request}");
    }
}

#[test]
fn an_action_is_called_and_a_version_taken_back() {
    let scratch = Scratch::new();
    let server = server(&scratch, "consoled");
    let extension = format!("{}/extensions/acme/consoled", server.address);
    let mut browser = Browser::new();
    browser.screen(1280, 900, false);

    browser.visit(&format!("{}/", server.address));
    assert!(text(&mut browser, "main").contains("acme:consoled"));
    assert!(text(&mut browser, "main").contains("<script>alert(1)</script>"));
    calm(&browser, &server);
    browser.follow("document.querySelector('td a, th a').click()");
    assert!(text(&mut browser, "h1").to_lowercase().contains("consoled"));
    assert!(text(&mut browser, ".lead").contains("<script>alert(1)</script>"));
    browser.follow("document.querySelector('.actions a[href$=price_order]').click()");
    assert!(text(&mut browser, ".lead").contains("<script>alert(2)</script>"));

    // What the definition says is in the form.
    let control = |id: &str, expression: &str| {
        format!("(it => {expression})(document.getElementById('p-{id}'))")
    };
    assert_eq!(
        browser.evaluate(&control("discount", "[it.type, it.max, it.value]")),
        json!(["number", "50", "0"])
    );
    assert_eq!(
        browser.evaluate(&control("customer", "[...it.options].map(it => it.value)")),
        json!(["", "Retail", "Wholesale"])
    );
    assert_eq!(browser.evaluate(&control("key", "it.type")), "password");
    assert_eq!(browser.evaluate(&control("express", "it.type")), "checkbox");
    assert_eq!(browser.evaluate(&control("lines", "JSON.parse(it.value)[0].quantity")), 1);
    let unlabelled = "[...document.querySelectorAll('input:not([type=hidden]), select, textarea')].filter(it => !it.labels.length).map(it => it.outerHTML)";
    assert_eq!(browser.evaluate(unlabelled), json!([]));

    // A call, its result and its log.
    let lines = r#"[{"sku": "A-1", "quantity": 3, "unit_price": 500}]"#;
    browser.evaluate(&control("lines", &format!("it.value = '{lines}'")));
    browser.evaluate(&control("customer", "it.value = 'Wholesale'"));
    browser.evaluate(&control("express", "it.checked = true"));
    let call = "document.querySelector('button.main').click()";
    browser.follow(call);
    assert_eq!(text(&mut browser, "#value"), "2250");
    assert_eq!(text(&mut browser, "#written").trim(), "<b>1 lines</b>");
    assert_eq!(browser.evaluate(&control("customer", "it.value")), "Wholesale");
    assert_eq!(browser.evaluate(&control("express", "it.checked")), true);
    calm(&browser, &server);
    picture(&mut browser, "action");

    // What is wrong is said beside what is wrong; the browser would not send all of it.
    browser.evaluate("document.querySelector('.call form').noValidate = true");
    browser.evaluate(&control(
        "lines",
        r#"it.value = '[{"sku": "A", "quantity": 0, "unit_price": "x"}]'"#,
    ));
    browser.evaluate(&control("discount", "it.value = 51"));
    browser.follow(call);
    let violations = "[...document.querySelectorAll('.input')].map(it => it.querySelectorAll('.violation').length)";
    assert_eq!(browser.evaluate(violations), json!([2, 0, 1, 0, 0]));
    assert!(text(&mut browser, "#result").contains("EXT0502"));
    assert_eq!(browser.evaluate(&control("discount", "it.value")), "51");
    picture(&mut browser, "violations");
    browser.evaluate("document.querySelector('.call form').noValidate = true");
    browser.evaluate(&control("lines", "it.value = '[{'"));
    browser.follow(call);
    assert!(text(&mut browser, ".violation").starts_with("is no JSON"));
    browser.evaluate(&control("lines", "it.value = '[]'"));
    browser.evaluate(&control("discount", "it.value = 1"));
    browser.follow(call);
    assert!(text(&mut browser, "#result").contains("EXT0503"));
    assert!(text(&mut browser, "#result").contains("Empty"));

    // The call, remembered.
    browser.follow("document.querySelector('#result a[href^=\"/calls/\"]').click()");
    assert!(
        text(&mut browser, "main").contains("<b>0 lines</b>"),
        "{}",
        text(&mut browser, "main")
    );
    assert_eq!(text(&mut browser, "h1"), "price_order");
    picture(&mut browser, "call");
    browser.visit(&format!("{}/calls", server.address));
    let outcomes =
        "[...document.querySelectorAll('tbody .chip:first-child')].map(it => it.textContent)";
    assert_eq!(browser.evaluate(outcomes), json!(["error", "arguments", "ok"]));
    browser.follow(
        "[...document.querySelectorAll('.choice a')].find(it => it.textContent === 'ok').click()",
    );
    assert_eq!(browser.evaluate(outcomes), json!(["ok"]));
    calm(&browser, &server);

    // Back to the version before.
    browser.visit(&extension);
    let active = "document.querySelector('h1 + .chip').textContent";
    assert_eq!(browser.evaluate(active), "0.2.0");
    browser.evaluate("window.confirm = () => true");
    browser.follow("document.querySelector('form[action$=rollback] button').click()");
    assert_eq!(browser.evaluate(active), "0.1.0");
    assert_eq!(text(&mut browser, ".done"), "The version before is active again.");
    assert!(text(&mut browser, "main").contains("0.2.0 -> 0.1.0"));
    browser.follow("document.querySelector('form[action$=activate] button').click()");
    assert_eq!(browser.evaluate(active), "0.2.0");

    // Something is granted, and taken back.
    browser.evaluate("document.getElementById('grant').value = 'http:api.example.com'");
    browser.follow("document.querySelector('form[action$=grants] button').click()");
    let granted = "[...document.querySelectorAll('[name=grant]:checked')].map(it => it.value)";
    assert_eq!(browser.evaluate(granted), json!(["http:api.example.com"]));
    browser.evaluate("document.querySelector('[name=grant]:checked').checked = false");
    browser.follow("document.querySelector('form[action$=grants] button').click()");
    assert_eq!(browser.evaluate(granted), json!([]));
    calm(&browser, &server);

    // Its documentation, with a policy that lets nothing else run.
    browser.visit(&format!("{}/docs/acme/consoled@0.1", server.address));
    assert!(text(&mut browser, "main").contains("price_order"));
    calm(&browser, &server);
    server.end();
}

#[test]
fn pages_are_readable_by_day_by_night_and_on_a_phone() {
    let scratch = Scratch::new();
    let server = server(&scratch, "looked-at");
    let order = |quantity: u32| json!({ "lines": [{ "sku": "A-1", "quantity": quantity, "unit_price": 500 }], "express": false });
    for quantity in 0..40 {
        server.post("/v1/acme/looked-at/price_order", &order(quantity % 13));
    }
    server.post("/v1/acme/looked-at/cancel", &json!({ "order": 13 })).problem(500, "EXT0504");
    let count = || server.get("/api/calls").ok().as_array().map_or(0, Vec::len);
    while count() < 41 {
        std::thread::yield_now();
    }
    let mut browser = Browser::new();
    let pages = [
        ("overview", "/"),
        ("extension", "/extensions/acme/looked-at"),
        ("form", "/extensions/acme/looked-at/actions/price_order"),
        ("calls", "/calls"),
        ("trapped", "/calls?outcome=trap"),
        ("events", "/events"),
        ("tokens", "/tokens"),
        ("deploy", "/deploy"),
        ("login", "/login"),
        ("nothing", "/calls/nothing"),
    ];
    for (name, path) in pages {
        for dark in [false, true] {
            browser.screen(1280, 900, dark);
            browser.visit(&format!("{}{path}", server.address));
            assert_eq!(browser.evaluate(FAINT)["faint"], json!([]), "{path}, dark: {dark}");
            let marks = "['main', 'header', 'h1'].map(it => document.querySelectorAll(it).length)";
            assert_eq!(browser.evaluate(marks), json!([1, 1, 1]), "{path}");
            picture(&mut browser, &format!("{name}-{}", if dark { "dark" } else { "light" }));
        }
        let twice = "[...document.querySelectorAll('[id]')].map(it => it.id).filter((it, index, all) => all.indexOf(it) !== index)";
        assert_eq!(browser.evaluate(twice), json!([]), "{path}");
        let unlabelled = "[...document.querySelectorAll('input:not([type=hidden]), select, textarea')].filter(it => !it.labels.length).map(it => it.outerHTML)";
        assert_eq!(browser.evaluate(unlabelled), json!([]), "{path}");
        browser.screen(390, 844, false);
        browser.visit(&format!("{}{path}", server.address));
        assert_eq!(browser.evaluate("document.documentElement.scrollWidth"), 390, "{path}");
        picture(&mut browser, &format!("{name}-phone"));
    }
    server.end();
}

#[test]
fn nobody_gets_in_without_a_token_or_from_elsewhere() {
    let scratch = Scratch::new();
    let server = server(&scratch, "entered");
    let form = ("content-type", "application/x-www-form-urlencoded");
    let rollback = "/extensions/acme/entered/rollback";
    // Another site's page, a page in a file, something that is no page: nothing is done.
    for origin in [None, Some("https://example.com"), Some("null"), Some("http://127.0.0.1:1")] {
        let mut headers = vec![form];
        headers.extend(origin.map(|it| ("origin", it)));
        let answer = server.send("POST", rollback, &headers, b"");
        assert_eq!(answer.status, 403, "{origin:?}: {answer:?}");
    }
    let own = [form, ("origin", &*server.address), ("sec-fetch-site", "cross-site")];
    assert_eq!(server.send("POST", rollback, &own, b"").status, 403);
    let events = server.get("/api/events?package=acme:entered").ok();
    assert_eq!(events.as_array().map(Vec::len), Some(2), "{events}");

    // Whoever is not on this machine needs a token: as if through a proxy.
    let away = ("x-forwarded-for", "10.0.0.1");
    let agentless = |path: &str, more: &[(&str, &str)]| {
        let mut headers = vec![away];
        headers.extend(more);
        server.send("GET", path, &headers, b"")
    };
    assert!(agentless("/calls", &[]).body.contains("Log in"));
    assert!(!agentless("/calls", &[]).body.contains("acme:entered"));
    let token = |scopes: &[&str]| {
        let wanted = json!({ "name": format!("<i>somebody</i> {}", scopes[0]), "scopes": scopes });
        server.post("/api/tokens", &wanted).ok()["token"].as_str().expect("a token").to_owned()
    };
    let invoke = token(&["invoke:acme"]);
    let login = |token: &str| {
        let body = format!("token={token}&next=//example.com");
        let headers = [form, ("origin", &*server.address)];
        server.send_once("POST", "/login", &headers, body.as_bytes())
    };
    assert_eq!(login("ext_wrong").status, 401);
    let session = login(&invoke);
    assert_eq!((session.status, session.header("location")), (303, "/"));
    let (cookie, rules) = session.header("set-cookie").split_once("; ").expect("a cookie");
    assert_eq!(rules, "Path=/; HttpOnly; SameSite=Strict");
    assert!(cookie.starts_with("ext_session=") && !cookie.contains(&invoke), "{cookie}");
    let as_invoker = [("cookie", cookie)];
    let page = agentless("/extensions/acme/entered", &as_invoker);
    assert_eq!(page.status, 200, "{page:?}");
    assert!(page.body.contains("&#60;i&#62;somebody") && !page.body.contains("<i>somebody"));
    assert!(!page.body.contains("Roll back") && !page.body.contains("Undeploy"), "{}", page.body);
    assert!(
        page.header("content-security-policy").starts_with("default-src 'none'; style-src 'self'")
    );
    // What calls tell their operators is not for who may call.
    let filled = "lines=%5B%7B%22sku%22%3A%22A%22%2C%22unit_price%22%3A5%7D%5D&express=true";
    let headers = [away, form, ("cookie", cookie), ("origin", &*server.address)];
    let path = "/extensions/acme/entered/actions/price_order";
    let called = server.send("POST", path, &headers, filled.as_bytes());
    assert_eq!(called.status, 200, "{called:?}");
    assert!(!called.body.contains("1 lines"), "{}", called.body);
    for path in ["/calls", "/events", "/tokens"] {
        assert_eq!(agentless(path, &as_invoker).status, 403, "{path}");
    }
    let headers = [away, form, ("cookie", cookie), ("origin", &*server.address)];
    assert_eq!(server.send("POST", rollback, &headers, b"").status, 403);
    assert_eq!(server.send("POST", "/tokens", &headers, b"name=x&scope=operate").status, 403);

    // What calls it asks for is told; neither what it was given, nor by whom.
    assert!(!page.body.contains(">By<") && !page.body.contains("loopback"), "{}", page.body);
    // A version that is not active has its page, and from there its documentation and forms.
    assert!(page.body.contains("/extensions/acme/entered@=0.1.0"), "{}", page.body);
    let old = agentless("/extensions/acme/entered@=0.1.0", &as_invoker);
    for address in ["/docs/acme/entered@=0.1.0", "/extensions/acme/entered@=0.1.0/actions/cancel"] {
        assert!(old.body.contains(address), "{address} in {}", old.body);
        assert_eq!(agentless(address, &as_invoker).status, 200, "{address}");
    }
    // What is wrong is said at its control, to everybody.
    let wrong = "lines=%5B%5D&customer=Nobody&express=perhaps";
    let called = server.send("POST", path, &headers, wrong.as_bytes());
    let select = called.body.split("<select").nth(1).expect("a select");
    assert!(select.split('>').next().unwrap().contains("aria-invalid"), "{}", called.body);
    // Another site's link brings no cookie, and ends no session; one that has ended is taken away.
    let led = |cookies: &[(&str, &str)]| {
        let answer = server.send_once("GET", "/calls", &[&[away], cookies].concat(), b"");
        assert_eq!(answer.status, 303, "{answer:?}");
        answer.header("set-cookie").to_owned()
    };
    assert_eq!(led(&[]), "");
    assert!(led(&[("cookie", "ext_session=other")]).starts_with("ext_session=; "));
    let headers = [away, form, ("cookie", cookie), ("origin", &*server.address)];
    assert_eq!(server.send_once("POST", "/logout", &headers, b"").status, 303);
    assert!(led(&as_invoker).starts_with("ext_session=; "));
    assert_eq!(agentless("/", &[]).header("cross-origin-opener-policy"), "same-origin");

    // In a browser: in with a token, out again; no script sees the cookie.
    let operate = token(&["operate", "deploy", "invoke"]);
    let mut browser = Browser::new();
    browser.visit(&format!("{}/login?next=/tokens", server.address));
    browser.evaluate(&format!("document.getElementById('token').value = '{operate}'"));
    browser.follow("document.querySelector('button.main').click()");
    assert_eq!(browser.evaluate("location.pathname + document.cookie"), "/tokens");
    assert!(text(&mut browser, ".who").starts_with("<i>somebody</i>"));
    browser.evaluate("document.getElementById('name').value = 'a machine'");
    browser.follow("document.querySelector('button.main').click()");
    let new = text(&mut browser, "#token");
    assert!(new.starts_with("ext_"), "{new}");
    let bearer = format!("Bearer {}", new.trim());
    let call = |bearer: &str| {
        let headers = [("authorization", bearer), ("content-type", "application/json")];
        server.send("POST", "/v1/acme/entered/cancel", &headers, br#"{"order": 1}"#).status
    };
    assert_eq!(call(&bearer), 200);
    browser.visit(&format!("{}/tokens", server.address));
    assert!(!text(&mut browser, "main").contains(new.trim()));
    browser.evaluate("window.confirm = () => true");
    browser.follow("[...document.querySelectorAll('tr')].find(it => it.innerText.includes('a machine')).querySelector('button').click()");
    assert_eq!(call(&bearer), 401);
    browser.follow("document.querySelector('.who button').click()");
    assert_eq!(browser.evaluate("location.pathname"), "/login");
    calm(&browser, &server);
    server.end();
}
