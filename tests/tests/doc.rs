//! The documentation: the page in a browser, and the examples in it.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use ext_definition::model::Extension;
use ext_definition::values::{ENOUGH, Types, read};
use ext_definition::{doc, examples};
use ext_tests::{Browser, FAINT, Said, Scratch, build_extension, tool};
use serde_json::{Value, json};

/// The page of the kitchen sink, as the command writes it.
fn page(scratch: &Scratch) -> PathBuf {
    let package = build_extension("kitchen-sink");
    let package = package.to_str().expect("UTF-8");
    let said = scratch.ext("", &["doc", package, "--output", "page.html"]).success();
    assert_eq!(said.out, "page.html\n");
    scratch.path().join("page.html")
}

/// The names of what is shown.
const SHOWN: &str =
    "[...document.querySelectorAll('article')].filter(it => it.offsetParent).map(it => it.id)";

#[test]
fn the_page_searches_and_switches_and_loads_nothing() {
    let scratch = Scratch::new();
    let page = page(&scratch);
    let mut browser = Browser::new();
    browser.screen(1280, 900, false);
    browser.open(&page, "");
    assert_eq!(browser.requests().len(), 1, "{:?}", browser.requests());
    let all = browser.evaluate(SHOWN).as_array().expect("a list").len();
    assert!(all > 200, "{all}");

    browser.press("/");
    assert_eq!(browser.evaluate("document.activeElement.id"), "search");
    browser.write("customer");
    assert_eq!(browser.evaluate(SHOWN), json!(["action-describe_customer", "type-Customer"]));
    let links = "[...document.querySelectorAll('nav li')].filter(it => it.offsetParent).map(it => it.textContent)";
    assert_eq!(browser.evaluate(links), json!(["describe_customer", "Customer"]));
    let found = browser.evaluate("document.getElementById('found').textContent");
    assert!(found.as_str().is_some_and(|it| it.starts_with("1 of ")), "{found}");
    browser.press("Escape");
    assert_eq!(browser.evaluate(&format!("{SHOWN}.length")), all);

    // Descriptions count too, every word of them.
    browser.open(&page, "search=joined%20bits&lang=json");
    assert_eq!(
        browser.evaluate(SHOWN),
        json!([
            "action-echo_narrow",
            "action-echo_real",
            "action-echo_wide_real",
            "action-echo_wide_whole"
        ])
    );

    let panels = "[...document.querySelectorAll('#action-divide .call')].filter(it => it.offsetParent).map(it => it.dataset.lang)";
    browser.open(&page, "");
    assert_eq!(browser.evaluate(panels), json!(["rust"]));
    browser.evaluate("document.querySelectorAll('#action-divide [role=tab]')[1].focus()");
    browser.press("ArrowRight");
    assert_eq!(browser.evaluate(panels), json!(["curl"]));
    let selected = "document.querySelector('#action-double [aria-selected=true]').textContent";
    assert_eq!(browser.evaluate(selected), "curl");
    let dangling = "[...document.querySelectorAll('a[href^=\"#\"]')].filter(it => !document.getElementById(it.hash.slice(1))).map(it => it.hash)";
    assert_eq!(browser.evaluate(dangling), json!([]));
    let twice = "[...document.querySelectorAll('[id]')].map(it => it.id).filter((it, index, all) => all.indexOf(it) !== index)";
    assert_eq!(browser.evaluate(twice), json!([]));
    assert_eq!(browser.complaints(), Vec::<&Value>::new());

    // The page's policy is in force: what somebody smuggled in would not run, and reach nobody.
    browser.evaluate("document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.ran = 1' }))");
    assert_eq!(browser.evaluate("typeof window.ran"), "undefined");
    let reached =
        browser.evaluate("fetch('http://127.0.0.1:9/').then(() => 'reached', it => it.name)");
    assert_eq!(reached, "TypeError");
    assert!(browser.complaints().len() >= 2, "the policy said nothing");
}

#[test]
fn the_page_is_opened_in_the_browser_that_the_user_chose() {
    let scratch = Scratch::new();
    let package = build_extension("finance");
    let run = |browser: &str| -> Said {
        let mut command = scratch.command("", &["doc", "--open", "--output", "page.html"]);
        let output = command.arg(&package).env("BROWSER", browser).output();
        output.expect("cargo-ext starts").into()
    };
    // `cat` shows pages too.
    assert!(run("cat").success().out.contains("<h1>Finance</h1>"));
    run("./no such browser").failure(3, "cannot be opened in a browser");
}

#[test]
fn the_page_is_readable_on_a_phone_by_day_and_by_night() {
    let scratch = Scratch::new();
    let page = page(&scratch);
    let mut browser = Browser::new();
    let mut papers = Vec::new();
    for (dark, theme) in [(false, ""), (true, ""), (true, "theme=light"), (false, "theme=dark")] {
        browser.screen(1280, 900, dark);
        browser.open(&page, theme);
        papers.push(browser.evaluate("getComputedStyle(document.body).backgroundColor"));
        let contrast = browser.evaluate(FAINT);
        assert_eq!(contrast["faint"], json!([]), "dark: {dark}, {theme}");
        assert!(contrast["pairs"].as_u64() > Some(6), "{contrast}");
    }
    assert_ne!(papers[0], papers[1]);
    assert_eq!([&papers[2], &papers[3]], [&papers[0], &papers[1]], "the theme beats the system");

    for language in ["rust", "json", "curl"] {
        browser.screen(360, 740, false);
        browser.open(&page, &format!("lang={language}"));
        let wide = "[...document.querySelectorAll('body *')].filter(it => it.getBoundingClientRect().right > 360.5 && !it.closest('pre, .skip')).map(it => it.outerHTML.slice(0, 80))";
        assert_eq!(browser.evaluate(wide), json!([]), "{language}");
        assert_eq!(browser.evaluate("document.documentElement.scrollWidth"), 360, "{language}");
        assert_eq!(browser.evaluate("document.querySelector('nav details').open"), false);
    }

    // Without scripts everything is there.
    let text = scratch.read("page.html");
    let (before, behind) = text.split_once("<script>").expect("a script");
    let (_, behind) = behind.split_once("</script>").expect("its end");
    std::fs::write(&page, format!("{before}{behind}")).expect("written");
    browser.open(&page, "");
    let panels = "[...document.querySelectorAll('#action-divide .call')].filter(it => it.offsetParent).length";
    assert_eq!(browser.evaluate(panels), 3);
    assert_eq!(browser.evaluate("document.querySelector('nav details').open"), true);
    assert_eq!(browser.evaluate("document.getElementById('search-bar').hidden"), true);
}

#[test]
fn a_hostile_definition_stays_a_text() {
    let mut extension = extension("finance");
    let text = "<script>alert(1)</script></style><img src=x onerror=alert(1)>\" onfocus=alert(1) autofocus x=\" \
                [x](javascript:alert(1)) <a href=\"javascript:alert(1)\">x</a>\n\n<svg onload=alert(1)>";
    extension.package.title = text.into();
    extension.package.description = text.into();
    extension.package.repository = "javascript:alert(1)".into();
    for action in &mut extension.actions {
        action.description = text.into();
        action.options.group = text.into();
        action.options.deprecated = Some(text.into());
        action.parameters.iter_mut().for_each(|it| {
            it.description = text.into();
            it.rules.example = Some(text.into());
            it.rules.pattern = Some(text.into());
        });
    }
    let scratch = Scratch::new();
    let page = scratch.path().join("page.html");
    std::fs::write(&page, doc::page(&extension)).expect("written");
    let mut browser = Browser::new();
    browser.open(&page, "");
    assert_eq!(browser.complaints(), Vec::<&Value>::new());
    assert_eq!(browser.requests().len(), 1, "{:?}", browser.requests());
    let elements = "['script', 'style', 'img', 'svg', '[onfocus]', 'a[href^=javascript]'].map(it => document.querySelectorAll(it).length)";
    assert_eq!(browser.evaluate(elements), json!([1, 1, 0, 0, 0, 0]));
}

fn extension(name: &str) -> Extension {
    let manifest = std::fs::read(build_extension(name).with_extension("json")).expect("a manifest");
    Extension::from_json(&manifest).expect("a definition")
}

/// Examples, defaults and examples of the author, each against its schema.
const CHECK: &str = r##"
import json, sys
from jsonschema import Draft202012Validator

schemas, calls = (json.load(open(path)) for path in sys.argv[1:3])
assert schemas.keys() == calls.keys()
checked = 0

def check(schema, value, where):
    global checked
    checked += 1
    errors = [error.message for error in Draft202012Validator(schema).iter_errors(value)]
    assert not errors, (where, value, errors)

def walk(part, root, where):
    if isinstance(part, dict):
        given = part.get("examples", []) + [part[key] for key in ["default"] if key in part]
        if where[-1:] != ["properties"] and ("type" in part or "anyOf" in part or "$ref" in part):
            for value in given:
                check({**part, "$defs": root.get("$defs", {})}, value, where)
        for key, inner in part.items():
            walk(inner, root, where + [key])
    elif isinstance(part, list):
        for inner in part:
            walk(inner, root, where)

for action, schema in schemas.items():
    check(schema["input"], calls[action], [action])
    for part in schema.values():
        Draft202012Validator.check_schema(part)
        walk(part, part, [action])
print(checked)
"##;

#[test]
fn example_calls_fit_their_definitions_and_schemas() {
    let scratch = Scratch::new();
    let mut checked = BTreeMap::new();
    for name in ["finance", "spreadsheet", "kitchen-sink"] {
        let package = build_extension(name);
        let extension = extension(name);
        let types = Types::of(&extension);
        let mut calls = BTreeMap::new();
        for action in &extension.actions {
            let example = examples::arguments(&extension, action);
            assert_eq!(example.open, [], "{name}: {}", action.name);
            let found = read::<()>(&types, &action.parameters, &example.value, ENOUGH).err();
            assert_eq!(found, None, "{name}: {} {}", action.name, example.value);
            assert!(doc::rust_call(&extension, action).is_some(), "{name}: {}", action.name);
            calls.insert(action.name.clone(), example.value);
        }
        let package = package.to_str().expect("UTF-8");
        let said = scratch.ext("", &["inspect", package, "--format", "schema"]).success();
        std::fs::write(scratch.path().join("schemas.json"), said.out).expect("written");
        let calls = serde_json::to_vec(&calls).expect("JSON");
        std::fs::write(scratch.path().join("calls.json"), calls).expect("written");
        let output = Command::new(tool("EXT_TEST_PYTHON"))
            .args(["-c", CHECK, "schemas.json", "calls.json"])
            .current_dir(scratch.path())
            .output()
            .expect("Python starts");
        let count: usize = Said::from(output).success().out.trim().parse().expect("a number");
        checked.insert(name, count - extension.actions.len());
    }
    // Beyond one example for each action: what authors wrote.
    assert!(checked["kitchen-sink"] >= 6, "{checked:?}");
}
