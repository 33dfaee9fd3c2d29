//! The server as somebody meets it who means it harm: what he does costs him, and nobody else.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use ext_tests::{Scratch, Server, publish_example};
use serde_json::json;

fn server(scratch: &Scratch, settings: &str) -> Server {
    publish_example(scratch, "kitchen-sink");
    publish_example(scratch, "finance");
    std::fs::create_dir(scratch.path().join("server")).unwrap();
    std::fs::write(scratch.path().join("server/server.toml"), settings).unwrap();
    let server = Server::start(scratch, &[]);
    server.deploy("example:kitchen-sink");
    server.deploy("example:finance");
    server
}

fn well(server: &Server) {
    let npv = json!({ "rate": 0.1, "cash_flows": [-100.0, 60.0, 60.0] });
    server.post("/v1/example/finance/net_present_value", &npv).ok();
}

fn sink(server: &Server, action: &str, arguments: serde_json::Value) -> ext_tests::Answer {
    server.post(&format!("/v1/example/kitchen-sink/{action}"), &arguments)
}

#[test]
fn extensions_that_misbehave_cost_only_their_callers() {
    let scratch = Scratch::new();
    let settings = "time-ms = 1500\nmemory-bytes = 33554432\nconcurrency = 4\nqueue = 2\n";
    let server = server(&scratch, settings);

    let problem = sink(&server, "panics", json!({ "message": "ouch" })).problem(500, "EXT0504");
    assert_eq!(problem["trap"], "ouch");
    assert!(problem["place"].as_str().unwrap().contains("trouble.rs:"), "{problem}");
    sink(&server, "aborts", json!({})).problem(500, "EXT0504");
    sink(&server, "overflows_stack", json!({})).problem(500, "EXT0504");
    let problem = sink(&server, "allocates_forever", json!({})).problem(500, "EXT0505");
    assert_eq!(problem["limit"], json!({ "kind": "memory", "allowed": 33554432 }));

    // Calls without end fill the gate of their extension, and what does not fit is told so;
    // the other extension goes on.
    std::thread::scope(|scope| {
        let endless: Vec<_> =
            (0..12).map(|_| scope.spawn(|| sink(&server, "loops_forever", json!({})))).collect();
        let began = Instant::now();
        let mut others = 0;
        while began.elapsed() < Duration::from_secs(1) {
            well(&server);
            others += 1;
        }
        assert!(others > 10, "{others}");
        let answers: Vec<_> = endless.into_iter().map(|it| it.join().unwrap()).collect();
        let count = |status| answers.iter().filter(|it| it.status == status).count();
        // Four run, two wait, and six are told to come again.
        assert_eq!((count(504), count(429)), (6, 6), "{answers:?}");
        for answer in answers {
            match answer.status {
                429 => {
                    answer.problem(429, "EXT1007");
                    assert_eq!(answer.header("retry-after"), "1");
                }
                _ => {
                    let problem = answer.problem(504, "EXT0505");
                    assert_eq!(problem["limit"], json!({ "kind": "time", "allowed": 1500 }));
                }
            }
        }
    });
    well(&server);

    // Each call is in the log, with what went wrong.
    let trapped = loop {
        let calls = server.get("/api/calls?package=example:kitchen-sink&limit=1000").ok();
        let calls = calls.as_array().unwrap().clone();
        if calls.len() == 16 {
            break calls;
        }
        assert!(calls.len() < 16);
        std::thread::sleep(Duration::from_millis(50));
    };
    let outcomes = |word: &str| trapped.iter().filter(|it| it["outcome"] == word).count();
    assert_eq!((outcomes("trap"), outcomes("limit"), outcomes("shed")), (3, 7, 6));
}

#[test]
fn a_server_that_is_full_says_so() {
    let scratch = Scratch::new();
    let server = server(&scratch, "calls = 2\nwaiting = 1\ntime-ms = 1500\n");
    // From now on its calls are known to be long.
    sink(&server, "loops_forever", json!({})).problem(504, "EXT0505");
    std::thread::scope(|scope| {
        let endless: Vec<_> =
            (0..8).map(|_| scope.spawn(|| sink(&server, "loops_forever", json!({})))).collect();
        // They have places of their own: whoever calls something short finds his.
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(1) {
            well(&server);
        }
        let answers: Vec<_> = endless.into_iter().map(|it| it.join().unwrap()).collect();
        let full: Vec<_> = answers.iter().filter(|it| it.status == 503).collect();
        assert_eq!(full.len(), 5, "{answers:?}");
        full[0].problem(503, "EXT1008");
        assert_eq!(full[0].header("retry-after"), "1");
    });
    well(&server);
}

/// Whoever sends much takes the room for what is sent, and not the memory of the server.
#[test]
fn large_requests_have_a_room_of_their_own() {
    let scratch = Scratch::new();
    let server = server(&scratch, "requests-bytes = 3000000\n");
    let echo = |text: usize| sink(&server, "echo_string", json!({ "value": "x".repeat(text) }));
    echo(1_000_000).ok();
    let refused = echo(4_000_000);
    refused.problem(503, "EXT1008");
    assert_eq!(refused.header("retry-after"), "1");
    // A list of numbers takes many times its bytes.
    let numbers = json!({ "value": vec![1; 100_000] });
    sink(&server, "echo_i64s", numbers).problem(503, "EXT1008");
    // Some who never finish what they send, and take what they have sent.
    let address = server.address.strip_prefix("http://").unwrap();
    let mut slow: Vec<TcpStream> = Vec::new();
    for _ in 0..3 {
        let mut stream = TcpStream::connect(address).unwrap();
        let head = "POST /v1/example/kitchen-sink/echo_string HTTP/1.1\r\nhost: localhost\r\n\
            content-type: application/json\r\ncontent-length: 5000000\r\n\r\n";
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(&[b' '; 900_000]).unwrap();
        slow.push(stream);
    }
    let patience = Instant::now() + Duration::from_secs(60);
    while !server.get("/metrics").body.contains("cargo_ext_requests_held_bytes 2700000") {
        assert!(Instant::now() < patience);
    }
    echo(400_000).problem(503, "EXT1008");
    well(&server);
    drop(slow);
    while echo(1_000_000).status != 200 {
        assert!(Instant::now() < patience);
    }
}

/// What one has of the memory, the others have not; it is given back.
#[test]
fn all_calls_together_have_only_so_much_memory() {
    let scratch = Scratch::new();
    let server = server(&scratch, "all-memory-bytes = 50000000\ntime-ms = 60000\n");
    let allocates = || sink(&server, "allocates_forever", json!({})).problem(500, "EXT0505");
    for _ in 0..2 {
        let problem = allocates();
        assert_eq!(problem["limit"]["kind"], "memory", "{problem}");
        let allowed = problem["limit"]["allowed"].as_u64().unwrap();
        assert!((20_000_000..53_000_000).contains(&allowed), "{problem}");
    }
    std::thread::scope(|scope| {
        let both = [scope.spawn(allocates), scope.spawn(allocates)];
        well(&server);
        for problem in both {
            problem.join().unwrap();
        }
    });
    well(&server);
}

/// Who has no patience is written down as well.
#[test]
fn a_call_whose_client_goes_before_its_turn_is_written_down() {
    let scratch = Scratch::new();
    let server = server(&scratch, "concurrency = 1\ntime-ms = 3000\n");
    std::thread::scope(|scope| {
        scope.spawn(|| sink(&server, "sleeps", json!({ "millis": 2000 })).ok());
        let running = || server.get("/metrics").body.contains("cargo_ext_calls_running 1");
        while !running() {}
        let address = server.address.strip_prefix("http://").unwrap();
        let mut hasty = TcpStream::connect(address).unwrap();
        let request = "POST /v1/example/kitchen-sink/counts HTTP/1.1\r\nhost: localhost\r\n\
            x-request-id: hasty\r\ncontent-length: 0\r\n\r\n";
        hasty.write_all(request.as_bytes()).unwrap();
        while !server.get("/metrics").body.contains("cargo_ext_calls_waiting 1") {
            assert!(running());
        }
        drop(hasty);
    });
    let patience = Instant::now() + Duration::from_secs(20);
    let call = loop {
        let calls = server.get("/api/calls?action=counts").ok();
        if let Some(call) = calls.as_array().unwrap().first() {
            break call.clone();
        }
        assert!(Instant::now() < patience);
    };
    assert_eq!((&call["id"], &call["outcome"]), (&json!("hasty"), &json!("shed")), "{call}");
    assert!(call["detail"].as_str().unwrap().contains("went away"), "{call}");
}

#[test]
fn a_flood_of_output_is_cut_and_kept_with_its_call() {
    let scratch = Scratch::new();
    let server = server(&scratch, "");
    sink(&server, "writes", json!({ "lines": 100_000 }));
    let call = loop {
        let calls = server.get("/api/calls?action=writes").ok();
        if let Some(call) = calls.as_array().unwrap().first() {
            break call.clone();
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    let log = call["log"].as_str().unwrap();
    assert!(log.len() <= 64 << 10 && log.contains("[…]"), "{} bytes", log.len());
    well(&server);
}

#[test]
fn clients_that_misbehave_do_not_hold_up_others() {
    let scratch = Scratch::new();
    let server = server(&scratch, "body-bytes = 1000\n");
    let address = server.address.strip_prefix("http://").unwrap().to_owned();
    // Some who never finish what they say.
    let mut slow: Vec<TcpStream> = Vec::new();
    for _ in 0..200 {
        let mut stream = TcpStream::connect(&address).unwrap();
        stream
            .write_all(b"POST /v1/example/finance/net_present_value HTTP/1.1\r\nhost: local")
            .unwrap();
        slow.push(stream);
    }
    well(&server);

    // A body that says less than it has, or nothing about its length.
    let send = |text: &[u8]| {
        let mut stream = TcpStream::connect(&address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let _ = stream.write_all(text);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    };
    let head = "POST /v1/example/finance/net_present_value HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\n";
    let mut chunked = format!("{head}transfer-encoding: chunked\r\n\r\n").into_bytes();
    for _ in 0..100 {
        chunked.extend_from_slice(b"64\r\n");
        chunked.extend_from_slice(&[b' '; 100]);
        chunked.extend_from_slice(b"\r\n");
    }
    chunked.extend_from_slice(b"0\r\n\r\n");
    let answer = send(&chunked);
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("EXT1003"), "{answer}");
    let answer = send(format!("{head}content-length: 1001\r\n\r\n").as_bytes());
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    // Headers without end, and what is no HTTP at all.
    let answer = send(format!("GET / HTTP/1.1\r\nx: {}\r\n\r\n", "y".repeat(1 << 20)).as_bytes());
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    let answer = send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03");
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400"), "{answer}");
    well(&server);
    drop(slow);

    // Who says nothing at all, or begins what HTTP/2 begins with, does not stay.
    for beginning in [&b""[..], b"PRI * HT"] {
        let mut silent = TcpStream::connect(&address).unwrap();
        silent.write_all(beginning).unwrap();
        silent.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let mut nothing = Vec::new();
        silent.read_to_end(&mut nothing).expect("it is closed");
    }
}

#[test]
fn deployments_and_errors_are_bounded_by_the_server() {
    let scratch = Scratch::new();
    let server = server(&scratch, "body-bytes = 200000\n");
    server.deploy_with("example:kitchen-sink", &json!({ "body_bytes": 1_u64 << 40 }));
    let long = "x".repeat(300_000);
    sink(&server, "echo_string", json!({ "value": long })).problem(413, "EXT1003");
    // An error's message is in the answer, and its beginning in the log.
    let message = "y".repeat(100_000);
    let complaint = json!({ "outcome": { "err": message } });
    let problem = sink(&server, "echo_complaint", complaint).problem(422, "EXT0503");
    assert_eq!(problem["error"].as_str().map(str::len), Some(100_000));
    let calls = loop {
        let calls = server.get("/api/calls?action=echo_complaint").ok();
        if !calls.as_array().unwrap().is_empty() {
            break calls;
        }
    };
    let detail = calls[0]["detail"].as_str().unwrap();
    assert!(detail.starts_with("yyy") && detail.len() < 20_000, "{}", detail.len());
    // Of arguments that do not fit it has less.
    let mut unknown = json!({});
    unknown["z".repeat(100_000)] = json!(1);
    sink(&server, "echo_string", unknown).problem(400, "EXT0502");
    let calls = loop {
        let calls = server.get("/api/calls?outcome=arguments").ok();
        if !calls.as_array().unwrap().is_empty() {
            break calls;
        }
    };
    let detail = calls[0]["detail"].as_str().unwrap();
    assert!(!detail.is_empty() && detail.len() < 1100, "{}", detail.len());
}

#[test]
fn packages_that_lie_are_refused_and_what_runs_goes_on() {
    let scratch = Scratch::new();
    let server = server(&scratch, "");
    // Another's digest; no such version; no such name; what is no name.
    let digest = format!("sha256:{}", "0".repeat(64));
    for body in [
        json!({ "package": "example:finance", "digest": digest }),
        json!({ "package": "example:finance@9" }),
        json!({ "package": "example:nothing" }),
        json!({ "package": "../../etc" }),
        json!({ "package": "example:finance@../x" }),
    ] {
        server.post("/api/deployments", &body).problem(422, "EXT1011");
    }
    // A component whose content is another's, in the registry.
    let blobs = scratch.registry().join("example/finance/blobs/sha256");
    let largest = std::fs::read_dir(&blobs)
        .unwrap()
        .map(|it| it.unwrap().path())
        .max_by_key(|it| it.metadata().unwrap().len())
        .unwrap();
    let mut bytes = std::fs::read(&largest).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&largest, bytes).unwrap();
    let wanted = json!({ "package": "example:finance" });
    server.post("/api/deployments", &wanted).problem(422, "EXT1011");
    well(&server);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_costs_the_log_and_nothing_else() {
    let scratch = Scratch::new();
    let server = server(&scratch, "");
    well(&server);
    let mut made = 1;
    server.limit_files("4096");
    // Calls go on, and wait to be written down.
    let began = Instant::now();
    while !server.said().contains("calls are not written down") {
        well(&server);
        made += 1;
        assert!(began.elapsed() < Duration::from_secs(60), "{}", server.said());
    }
    // Nothing changes by half.
    let wanted = json!({ "package": "example:finance" });
    let refused = server.post("/api/deployments", &wanted);
    let last: serde_json::Value =
        serde_json::from_str(refused.body.lines().last().unwrap()).unwrap();
    assert_eq!(last["problem"]["code"], "EXT1013", "{refused:?}");
    server.send("DELETE", "/api/deployments/example/finance", &[], b"").problem(503, "EXT1013");
    well(&server);

    made += 1;

    // There is room again: what was called meanwhile is in the log, and nothing is lost.
    server.limit_files("unlimited");
    let calls = |server: &Server| {
        let calls = server.get("/api/calls?limit=1000").ok();
        calls.as_array().map_or(0, Vec::len)
    };
    while calls(&server) < made.min(1000) {
        assert!(began.elapsed() < Duration::from_secs(120), "{}", server.said());
        std::thread::sleep(Duration::from_millis(50));
    }
    let metrics = server.get("/metrics").body;
    assert!(metrics.contains("calls_not_recorded_total 0"), "{metrics}");
    let data = scratch.path().join("server");
    server.kill();
    let server = Server::start_in(&scratch, &data, &[]);
    well(&server);
    assert!(calls(&server) >= made.min(1000));
    let events = server.get("/api/events").ok();
    let deployed = events.as_array().unwrap().iter().filter(|it| it["what"] == "deploy").count();
    assert_eq!(deployed, 2, "{events}");
}
