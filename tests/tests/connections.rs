//! Connections whose other end does not do its part.
#![cfg(target_os = "linux")]

use std::io::{ErrorKind, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use ext_tests::{Scratch, Server};

#[test]
fn who_asks_and_never_reads_is_let_go() {
    let scratch = Scratch::new();
    let server = Server::start(&scratch, &[]);
    let host = server.address.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).expect("it listens");
    stream.set_write_timeout(Some(Duration::from_secs(1))).expect("a time");
    let request = format!("GET /errors/EXT0502 HTTP/1.1\r\nhost: {host}\r\n\r\n").repeat(100);
    // Time for what the system keeps to fill up, and for the server to lose its patience.
    let end = Instant::now() + Duration::from_secs(300);
    let ended = loop {
        assert!(Instant::now() < end, "the connection is there still");
        match stream.write_all(request.as_bytes()) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => break error.kind(),
        }
    };
    assert!(matches!(ended, ErrorKind::ConnectionReset | ErrorKind::BrokenPipe), "{ended}");
    assert_eq!(server.get("/healthz").status, 200);
    server.end();
}
