//! Actions as MCP tools: a client made by others, of both generations, over HTTP and as the
//! process that it starts; and requests as they are written down in the specification.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use ext_definition::artifact::definition;
use ext_definition::examples;
use ext_tests::{
    Answer, SINK_ASKS_FOR, Scratch, Server, build_extension, cargo_ext, publish_example, tool,
};
use serde_json::{Value, json};

/// Connects to what the first argument says, lists tools, calls what the second one says, and
/// prints all that it saw. With a third argument it waits for other tools instead.
///
/// The client itself holds results against the schemas of tools; here the schemas are held
/// against their own.
const CLIENT: &str = r#"
import asyncio, json, re, sys
from jsonschema import Draft202012Validator as Schema
from mcp import Client, MCPError, StdioServerParameters

def shown(result):
    return {
        "error": bool(result.is_error),
        "text": "\n".join(block.text for block in result.content),
        "structured": result.structured_content,
        "meta": result.meta,
    }

async def main():
    to, calls = json.loads(sys.argv[1]), json.loads(sys.argv[2])
    server = to["url"] if "url" in to else StdioServerParameters(**to["process"])
    async with Client(server, mode=to["mode"]) as client:
        if len(sys.argv) > 3:
            async with client.listen(tools_list_changed=True) as changes:
                print(json.dumps([tool.name for tool in (await client.list_tools()).tools]), flush=True)
                async for _ in changes:
                    print(json.dumps([tool.name for tool in (await client.list_tools()).tools]), flush=True)
            print("\"the end\"", flush=True)
            return
        tools = (await client.list_tools()).tools
        for tool in tools:
            assert re.fullmatch("[A-Za-z0-9_-]{1,64}", tool.name), tool.name
            for schema in [tool.input_schema] + ([tool.output_schema] if tool.output_schema else []):
                Schema.check_schema(schema)
                assert schema["type"] == "object", (tool.name, schema)
        assert len({tool.name for tool in tools}) == len(tools)
        answers = []
        for call in calls:
            try:
                answers.append(shown(await client.call_tool(call["name"], call["arguments"])))
            except MCPError as error:
                answers.append({"code": error.error.code, "message": error.error.message})
        print(json.dumps({
            "version": client.protocol_version,
            "tools": {tool.name: tool.model_dump(by_alias=True, exclude_none=True) for tool in tools},
            "answers": answers,
        }))

asyncio.run(main())
"#;

/// The client, as a process.
fn client(to: &Value, calls: &Value) -> Command {
    let mut command = Command::new(tool("EXT_TEST_PYTHON"));
    command.args(["-c", CLIENT]).arg(to.to_string()).arg(calls.to_string());
    command
}

/// What the client saw.
#[track_caller]
fn seen(to: &Value, calls: &Value) -> Value {
    let output = client(to, calls).output().expect("Python starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{to}: {said}");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// Calls of every kind.
fn calls() -> Value {
    json!([
        { "name": "example_finance-net_present_value",
          "arguments": { "rate": 0.0, "cash_flows": [-100.0, 60.0, 60.0] } },
        { "name": "example_kitchen-sink-divide", "arguments": { "dividend": 7, "divisor": 2 } },
        { "name": "example_kitchen-sink-echo_nothing", "arguments": {} },
        { "name": "example_finance-net_present_value",
          "arguments": { "rate": "much", "cash_flows": [1.0, "x"], "more": 1 } },
        { "name": "example_kitchen-sink-echo_outcome",
          "arguments": { "outcome": { "err": { "TooMuch": [9, 3] } } } },
        { "name": "example_kitchen-sink-panics", "arguments": { "message": "no way" } },
        { "name": "example_finance-nothing", "arguments": {} },
    ])
}

/// What calls of every kind must give, whichever way they go.
#[track_caller]
fn as_expected(seen: &Value) {
    let tool = |name: &str| &seen["tools"][name];
    let npv = tool("example_finance-net_present_value");
    assert!(npv["description"].as_str().unwrap().starts_with("Computes what a series"), "{npv}");
    assert_eq!(npv["inputSchema"]["required"], json!(["rate", "cash_flows"]), "{npv}");
    assert_eq!(npv["outputSchema"]["required"], json!(["result"]), "{npv}");
    assert_eq!(
        npv["annotations"],
        json!({ "destructiveHint": false, "openWorldHint": false }),
        "{npv}"
    );
    let double = tool("example_kitchen-sink-double");
    assert_eq!(
        double["annotations"],
        json!({ "readOnlyHint": true, "idempotentHint": true, "openWorldHint": true })
    );
    let description = double["description"].as_str().unwrap();
    assert!(description.ends_with("\n\nDeprecated: multiply yourself"), "{description}");
    assert_eq!(tool("example_kitchen-sink-describe_customer")["title"], "Say it");
    // A structure is there itself, with what it refers to.
    let order = &tool("example_kitchen-sink-echo_order")["outputSchema"];
    assert!(order["properties"].is_object() && order["$ref"].is_null(), "{order}");
    assert!(tool("example_kitchen-sink-echo_nothing")["outputSchema"].is_null());

    let answers = seen["answers"].as_array().unwrap();
    let [value, object, nothing, arguments, error, trap, unknown] = answers.as_slice() else {
        panic!("{answers:?}")
    };
    assert_eq!(value["structured"], json!({ "result": 20.0 }), "{value}");
    assert_eq!((&value["text"], &value["error"]), (&json!("20.0"), &json!(false)));
    assert_eq!(object["structured"], json!({ "quotient": 3, "remainder": 1 }), "{object}");
    assert_eq!(
        (&nothing["structured"], &nothing["text"]),
        (&Value::Null, &json!("Done.")),
        "{nothing}"
    );
    // What a model may repair is no failure of the protocol.
    assert_eq!(arguments["error"], true, "{arguments}");
    let text = arguments["text"].as_str().unwrap();
    for part in ["rate", "cash_flows[1]", "more"] {
        assert!(text.contains(part), "{text}");
    }
    let problem = &arguments["meta"]["problem"];
    assert_eq!(problem["code"], "EXT0502", "{problem}");
    assert_eq!(problem["violations"].as_array().unwrap().len(), 3, "{problem}");
    assert_eq!(error["error"], true, "{error}");
    assert_eq!(error["text"], "9 is too much: at most 3 can be had\nerror: {\"TooMuch\":[9,3]}");
    assert_eq!(error["meta"]["problem"]["error"], json!({ "TooMuch": [9, 3] }));
    assert_eq!(
        (&trap["error"], &trap["meta"]["problem"]["code"]),
        (&json!(true), &json!("EXT0504"))
    );
    assert_eq!(unknown["code"], -32602, "{unknown}");
    assert!(unknown["message"].as_str().unwrap().contains("example_finance-nothing"), "{unknown}");
}

#[test]
fn a_client_made_by_others_calls_over_http() {
    let scratch = Scratch::new();
    publish_example(&scratch, "kitchen-sink");
    publish_example(&scratch, "finance");
    // Some actions never end.
    std::fs::create_dir(scratch.path().join("server")).unwrap();
    std::fs::write(scratch.path().join("server/server.toml"), "time-ms = 3000\n").unwrap();
    let server = Server::start(&scratch, &[]);
    server.deploy("example:kitchen-sink");
    server.deploy("example:finance");
    let to = |path: &str, mode: &str| json!({ "url": format!("{}{path}", server.address), "mode": mode });
    for (mode, version) in
        [("legacy", "2025-11-25"), ("2026-07-28", "2026-07-28"), ("auto", "2026-07-28")]
    {
        let seen = seen(&to("/mcp", mode), &calls());
        assert_eq!(seen["version"], version);
        as_expected(&seen);
    }
    let alone = seen(&to("/mcp/example/finance@0", "auto"), &json!([]));
    let tools = alone["tools"].as_object().unwrap();
    assert!(!tools.is_empty() && tools.keys().all(|it| it.starts_with("example_finance-")));

    // Every action with its example arguments: what it gives fits the tool's schema, which the
    // client looks at.
    let component = std::fs::read(build_extension("kitchen-sink")).unwrap();
    let definition = definition(&component).unwrap();
    let calls: Vec<Value> = (definition.actions.iter())
        .map(|action| {
            let name = format!("example_kitchen-sink-{}", action.name);
            json!({ "name": name, "arguments": examples::arguments(&definition, action).value })
        })
        .collect();
    let answers = seen(&to("/mcp", "auto"), &calls.clone().into());
    let answers = answers["answers"].as_array().unwrap();
    let given = answers.iter().filter(|it| it["error"] == false).count();
    assert!(given > 100 && given > answers.len() * 3 / 4, "{given} of {}", answers.len());
    for (call, answer) in calls.iter().zip(answers) {
        // Protocol errors and refused arguments would be ours.
        let code = answer["meta"]["problem"]["code"].as_str().unwrap_or_default();
        assert!(answer["code"].is_null() && code != "EXT0502", "{call} {answer}");
    }

    // Calls are known as what they were.
    let calls = server.get("/api/calls?package=example:finance").ok();
    let call = &calls.as_array().unwrap()[0];
    assert_eq!((&call["surface"], &call["consumer"]), (&json!("mcp"), &json!("loopback")));
}

#[test]
fn a_client_made_by_others_starts_the_process() {
    let scratch = Scratch::new();
    publish_example(&scratch, "kitchen-sink");
    publish_example(&scratch, "finance");
    let to = |mode: &str, packages: &[&str]| {
        let arguments = [&["ext", "mcp", "--grant", SINK_ASKS_FOR], packages].concat();
        json!({ "mode": mode, "process": {
            "command": cargo_ext(),
            "args": arguments,
            "cwd": scratch.path(),
            "env": { "EXT_REGISTRY": scratch.registry(), "CARGO_EXT_CONFIG": scratch.path().join("none") },
        }})
    };
    for (mode, version) in [("legacy", "2025-11-25"), ("auto", "2026-07-28")] {
        let seen = seen(&to(mode, &["example:finance", "example:kitchen-sink@0.1"]), &calls());
        assert_eq!(seen["version"], version);
        as_expected(&seen);
    }
    as_expected(&seen(&to("auto", &[]), &calls()));
    let one = seen(&to("auto", &["example:finance"]), &json!([]));
    assert!(one["tools"].as_object().unwrap().keys().all(|it| it.starts_with("example_finance-")));

    // What cannot be served is said at once, and not on the stream of the protocol.
    let said = scratch.ext("", &["mcp", "example:finanz"]).failure(1, "example:finanz");
    assert_eq!(said.out, "");
    // A client that leaves before it said anything.
    let said = scratch.ext("", &["mcp", "example:finance"]).success();
    assert_eq!(said.out, "");
}

/// A request of the 2026-07-28 revision.
#[track_caller]
fn modern(server: &Server, headers: &[(&str, &str)], method: &str, params: Value) -> Answer {
    let mut params = params;
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let name = params["name"].as_str().unwrap_or_default().to_owned();
    let mut all = vec![
        ("content-type", "application/json"),
        ("accept", "application/json, text/event-stream"),
        ("mcp-protocol-version", "2026-07-28"),
        ("mcp-method", method),
    ];
    if !name.is_empty() {
        all.push(("mcp-name", &name));
    }
    all.extend(headers);
    let body = json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params });
    server.send("POST", "/mcp", &all, body.to_string().as_bytes())
}

#[test]
fn requests_say_what_they_need_and_nothing_is_kept() {
    let scratch = Scratch::new();
    publish_example(&scratch, "kitchen-sink");
    let server = Server::start(&scratch, &[]);
    server.deploy("example:kitchen-sink");

    let answer = modern(&server, &[], "server/discover", json!({}));
    let discovered = answer.ok();
    assert_eq!((&discovered["id"], &discovered["jsonrpc"]), (&json!(7), &json!("2.0")));
    let versions = discovered["result"]["supportedVersions"].as_array().unwrap();
    for version in ["2025-11-25", "2026-07-28"] {
        assert!(versions.contains(&json!(version)), "{discovered}");
    }
    assert_eq!(discovered["result"]["capabilities"]["tools"]["listChanged"], true);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("mcp-session-id"), "");

    let listed = modern(&server, &[], "tools/list", json!({})).ok();
    let result = &listed["result"];
    assert_eq!(
        (&result["resultType"], &result["cacheScope"]),
        (&json!("complete"), &json!("private"))
    );
    assert!(result["ttlMs"].is_u64() && result["tools"].as_array().unwrap().len() > 100);
    let params = json!({ "name": "example_kitchen-sink-double", "arguments": { "value": 21 } });
    let answer = modern(&server, &[("x-request-id", "mine")], "tools/call", params.clone());
    let result = &answer.ok()["result"];
    assert_eq!(result["structuredContent"], json!({ "result": 42 }), "{result}");
    assert_eq!(result["resultType"], "complete");
    assert_eq!(answer.header("x-request-id"), "mine");
    // By the name that an action had before.
    let customer = json!({ "fullName": "A", "PIN": "1" });
    let tell =
        json!({ "name": "example_kitchen-sink-tell", "arguments": { "customer": customer } });
    let result = &modern(&server, &[], "tools/call", tell).ok()["result"];
    assert_eq!(
        result["structuredContent"]["result"], "A//2.5/1/7/green/[\"a\", \"b\"]",
        "{result}"
    );
    let unknown =
        modern(&server, &[], "tools/call", json!({ "name": "x", "arguments": {} })).json();
    assert_eq!(unknown["error"]["code"], -32602, "{unknown}");

    // Headers say what the body says, and versions are known ones.
    let wrong = modern(&server, &[("mcp-method", "tools/call")], "tools/list", json!({}));
    assert_eq!(wrong.status, 400, "{wrong:?}");
    let headers = [
        ("content-type", "application/json"),
        ("accept", "application/json, text/event-stream"),
        ("mcp-protocol-version", "2031-01-01"),
    ];
    let body = br#"{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}"#;
    assert_eq!(server.send("POST", "/mcp", &headers, body).status, 400);
    // No `initialize`, no session, no version: as clients did in between.
    let bare = server.send("POST", "/mcp", &headers[..2], body);
    assert!(bare.ok()["result"]["tools"].is_array());
    assert!(bare.json()["result"]["resultType"].is_null(), "{bare:?}");
    for method in ["GET", "DELETE"] {
        assert_eq!(server.send(method, "/mcp", &headers[..2], b"").status, 405);
    }
    assert_eq!(server.send("POST", "/mcp", &headers[..2], b"{").status / 100, 4);
    let large = vec![b' '; 65 << 20];
    assert_eq!(server.send("POST", "/mcp", &headers[..2], &large).status, 413);

    // What the message says of its trace is nearer than what its transport says.
    let (of_message, of_transport) = ("4bf92f3577b34da6a3ce929d0e0e4736", "1".repeat(32));
    let traceparent = |trace: &str| format!("00-{trace}-00f067aa0ba902b7-01");
    let mut traced = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
    traced["params"]["_meta"] = json!({ "traceparent": traceparent(of_message) });
    let transport = traceparent(&of_transport);
    let headers = [&headers[..2], &[("traceparent", &*transport), ("x-request-id", "t")]].concat();
    server.send("POST", "/mcp", &headers, traced.to_string().as_bytes()).ok();
    let call = loop {
        let calls = server.get("/api/calls?id=t").ok();
        if calls[0].is_object() {
            break calls[0].clone();
        }
    };
    assert_eq!(call["trace"], of_message);

    // As large as the deployment allows, whichever way.
    server.deploy_with("example:kitchen-sink", &json!({ "body_bytes": 1024 }));
    for (length, code) in [(10, None), (2000, Some("EXT1003"))] {
        let params = json!({
            "name": "example_kitchen-sink-echo_string",
            "arguments": { "value": "x".repeat(length) },
        });
        let result = &modern(&server, &[], "tools/call", params).ok()["result"];
        assert_eq!(result["_meta"]["problem"]["code"].as_str(), code, "{result}");
    }
}

#[test]
fn tools_are_those_that_a_token_may_call() {
    let scratch = Scratch::new();
    publish_example(&scratch, "finance");
    let server = Server::start(&scratch, &[]);
    server.deploy("example:finance");
    let token = |scope: &str| {
        let wanted = json!({ "name": scope, "scopes": [scope] });
        let made = server.post("/api/tokens", &wanted).ok();
        format!("Bearer {}", made["token"].as_str().unwrap())
    };
    let (here, elsewhere) = (token("invoke:example"), token("invoke:other"));
    let count = |headers: &[(&str, &str)]| {
        let listed = modern(&server, headers, "tools/list", json!({})).ok();
        listed["result"]["tools"].as_array().unwrap().len()
    };
    let all = count(&[]);
    assert!(all > 2);
    let (here, elsewhere) =
        (("authorization", here.as_str()), ("authorization", elsewhere.as_str()));
    assert_eq!(count(&[here]), all);
    // With a token, by whatever name the server is known outside.
    assert_eq!(count(&[here, ("host", "extensions.example.com")]), all);
    assert_eq!(count(&[elsewhere]), 0);
    let params = json!({ "name": "example_finance-net_present_value",
        "arguments": { "rate": 0.0, "cash_flows": [1.0] } });
    let refused = modern(&server, &[elsewhere], "tools/call", params).json();
    assert_eq!(refused["error"]["code"], -32602, "{refused}");

    let list = |headers: &[(&str, &str)]| modern(&server, headers, "tools/list", json!({}));
    list(&[("authorization", "Bearer ext_wrong")]).problem(401, "EXT1005");
    list(&[("host", "attacker.example")]).problem(401, "EXT1005");
    list(&[("origin", "https://attacker.example")]).problem(401, "EXT1005");
    list(&[here, ("origin", "https://attacker.example")]).problem(403, "EXT1006");
    server.send("POST", "/mcp/example/finance", &[elsewhere], b"{}").problem(403, "EXT1006");
    server.send("POST", "/mcp/example/nothing", &[here], b"{}").problem(404, "EXT1001");
    server.send("POST", "/mcp/example/finance@9", &[here], b"{}").problem(404, "EXT1001");
}

/// A client that waits; it is killed when dropped.
struct Listening(Child);

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
#[cfg(unix)]
fn who_listens_is_told_of_other_tools() {
    let scratch = Scratch::new();
    publish_example(&scratch, "finance");
    publish_example(&scratch, "spreadsheet");
    let server = Server::start(&scratch, &[]);
    server.deploy("example:finance");
    let to = json!({ "url": format!("{}/mcp", server.address), "mode": "auto" });
    let mut command = client(&to, &json!([]));
    command.arg("listen").stdout(Stdio::piped());
    let mut listening = Listening(command.spawn().expect("Python starts"));
    let out = BufReader::new(listening.0.stdout.take().expect("piped"));
    let mut lines = out.lines().map(|it| it.expect("UTF-8"));
    let mut next = || -> Value { serde_json::from_str(&lines.next().expect("a line")).unwrap() };
    let has = |names: &Value, extension: &str| {
        names.as_array().unwrap().iter().any(|it| it.as_str().unwrap().starts_with(extension))
    };
    let before = next();
    assert!(has(&before, "example_finance-") && !has(&before, "example_spreadsheet-"), "{before}");
    server.deploy("example:spreadsheet");
    let after = next();
    assert!(has(&after, "example_finance-") && has(&after, "example_spreadsheet-"), "{after}");
    server.send("DELETE", "/api/deployments/example/finance", &[], b"").ok();
    let last = next();
    assert!(!has(&last, "example_finance-") && has(&last, "example_spreadsheet-"), "{last}");
    // The end of the server is an end, not a failure.
    server.end();
    assert_eq!(next(), "the end");
    assert!(listening.0.wait().expect("it ends").success());
}
