//! The server as a browser meets it: requests over a socket.

#![allow(
    clippy::expect_used,
    reason = "clippy knows test functions, but not their helpers"
)]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use semblance_serve::{Fault, Options, ServeError, Server};

/// A site of a few files, and the folder that holds it until the end of the test.
fn site() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("index.html"), "<p>Hello").expect("a file");
    std::fs::write(folder.path().join("a.wasm"), vec![7; 200_000]).expect("a file");
    std::fs::write(folder.path().join("a.wasm.br"), "small").expect("a file");
    folder
}

fn serve(folder: &tempfile::TempDir) -> Server {
    Server::start(Options::new(folder.path())).expect("a server")
}

/// Sends a request and reads until the server closes: status line and headers, body.
fn get(server: &Server, path: &str, headers: &str) -> (String, Vec<u8>) {
    request(server, "GET", path, headers)
}

fn request(server: &Server, method: &str, path: &str, headers: &str) -> (String, Vec<u8>) {
    let url = server.url();
    let address = url.trim_start_matches("http://").split('/').next();
    let mut stream = TcpStream::connect(address.expect("an address")).expect("a connection");
    let timeout = Some(Duration::from_millis(800));
    stream.set_read_timeout(timeout).expect("a timeout");
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n"
    )
    .expect("a request");
    let mut answer = Vec::new();
    // A fault may end the connection or keep it open for ever: what came until then counts.
    let _ = stream.read_to_end(&mut answer);
    let split = answer
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .expect("headers");
    let head = String::from_utf8_lossy(&answer[..split]).to_lowercase();
    (head, answer[split + 4..].to_vec())
}

#[test]
fn serves_files_with_their_type_and_the_right_to_keep_them() {
    let folder = site();
    let server = serve(&folder);
    let (head, body) = get(&server, "/", "");
    assert!(head.starts_with("http/1.1 200"), "{head}");
    assert!(head.contains("content-type: text/html; charset=utf-8"));
    assert!(head.contains("cache-control: no-cache"));
    assert_eq!(body, b"<p>Hello");

    let (head, body) = get(&server, "/a.wasm?x=1", "Accept-Encoding: br\r\n");
    assert!(head.contains("content-type: application/wasm"));
    assert!(head.contains("content-length: 200000"));
    assert!(!head.contains("content-encoding"));
    assert_eq!(body, vec![7; 200_000]);

    let tag = head
        .lines()
        .find_map(|line| line.strip_prefix("etag: "))
        .expect("a tag");
    let (head, body) = get(&server, "/a.wasm", &format!("If-None-Match: {tag}\r\n"));
    assert!(head.starts_with("http/1.1 304"), "{head}");
    assert!(body.is_empty());

    let (head, body) = request(&server, "HEAD", "/a.wasm", "");
    assert!(head.starts_with("http/1.1 200"), "{head}");
    assert!(body.is_empty());
}

#[test]
fn refuses_what_is_not_there() {
    let folder = site();
    let server = serve(&folder);
    for (method, path, status) in [
        ("GET", "/missing", 404),
        ("GET", "/..%2fsecret", 404),
        ("POST", "/", 405),
    ] {
        let (head, _) = request(&server, method, path, "");
        assert!(head.starts_with(&format!("http/1.1 {status}")), "{head}");
    }
    let log = server.received();
    assert_eq!(log.len(), 3);
    assert_eq!((log[2].method.as_str(), log[2].status), ("POST", 405));
    server.forget_received();
    assert!(server.received().is_empty());
}

#[test]
fn serves_from_a_folder_with_compressed_copies_and_own_headers() {
    let folder = site();
    let server = Server::start(Options {
        prefix: "/some/folder/".into(),
        compressed: true,
        headers: vec![("X-Test".into(), "yes".into())],
        ..Options::new(folder.path())
    })
    .expect("a server");
    assert!(server.url().ends_with("/some/folder/"));
    let (head, _) = get(&server, "/some/folder", "");
    assert!(head.contains("location: /some/folder/"), "{head}");
    let (head, body) = get(
        &server,
        "/some/folder/a.wasm",
        "Accept-Encoding: gzip, br;q=0.9\r\n",
    );
    assert!(head.contains("content-encoding: br"), "{head}");
    assert!(head.contains("content-type: application/wasm"));
    assert!(head.contains("x-test: yes"));
    assert_eq!(body, b"small");
    let (head, _) = get(&server, "/a.wasm", "");
    assert!(head.starts_with("http/1.1 404"), "{head}");
}

#[test]
fn breaks_deliveries_as_planned() {
    let folder = site();
    let server = serve(&folder);
    let plan = |fault| {
        server.clear_faults();
        server.plan_fault("a.wasm", fault, Some(1));
        get(&server, "/a.wasm", "")
    };

    let (head, body) = plan(Fault::CutAfter(100_000));
    assert!(head.contains("content-length: 200000"), "{head}");
    assert_eq!(body.len(), 100_000);

    let begin = Instant::now();
    let (_, body) = plan(Fault::StallAfter(70_000));
    assert_eq!(body.len(), 70_000);
    assert!(begin.elapsed() >= Duration::from_millis(800));

    let (_, body) = plan(Fault::CorruptAt(150_000));
    assert_eq!(body.len(), 200_000);
    let wrong: Vec<usize> = (0..body.len()).filter(|&i| body[i] != 7).collect();
    assert_eq!(wrong, [150_000]);

    let (head, _) = plan(Fault::Status(503));
    assert!(head.starts_with("http/1.1 503"), "{head}");

    let (head, body) = plan(Fault::FirstPage);
    assert!(head.starts_with("http/1.1 200"), "{head}");
    assert!(head.contains("content-type: text/html"), "{head}");
    assert_eq!(body, b"<p>Hello");

    let (head, _) = plan(Fault::MediaType("text/plain"));
    assert!(head.contains("content-type: text/plain\r\n"), "{head}");

    let (head, _) = plan(Fault::Header("X-Added", "yes"));
    assert!(head.contains("x-added: yes"), "{head}");

    let begin = Instant::now();
    plan(Fault::Delay(Duration::from_millis(300)));
    assert!(begin.elapsed() >= Duration::from_millis(300));

    let begin = Instant::now();
    let (_, body) = plan(Fault::BytesPerSecond(500_000));
    assert_eq!(body.len(), 200_000);
    assert!(begin.elapsed() >= Duration::from_millis(200));

    // Planned once, each of them: the next delivery is whole.
    let (_, body) = get(&server, "/a.wasm", "");
    assert_eq!(body, vec![7; 200_000]);
}

#[test]
fn says_why_it_cannot_start() {
    let folder = site();
    let server = serve(&folder);
    let port = server.url().split(':').nth(2).and_then(|rest| {
        let digits = rest.trim_end_matches('/');
        digits.parse::<u16>().ok()
    });
    let taken = Server::start(Options {
        port: port.expect("a port"),
        ..Options::new(folder.path())
    });
    assert!(matches!(taken, Err(ServeError::PortTaken(p)) if Some(p) == port));
    let missing = Server::start(Options::new(folder.path().join("nothing")));
    assert!(matches!(missing, Err(ServeError::NoFolder(_))));
    let prefix = Server::start(Options {
        prefix: "folder".into(),
        ..Options::new(folder.path())
    });
    assert!(matches!(prefix, Err(ServeError::Prefix(_))));
    let header = Server::start(Options {
        headers: vec![("no header".into(), "x".into())],
        ..Options::new(folder.path())
    });
    assert!(matches!(header, Err(ServeError::Header(_))));
}

#[test]
fn frees_its_port_when_dropped() {
    let folder = site();
    let server = serve(&folder);
    let url = server.url();
    drop(server);
    let address = url.trim_start_matches("http://").trim_end_matches('/');
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn a_silent_server_answers_nothing_and_another_folder_takes_the_place_of_the_first() {
    let (folder, other) = (site(), site());
    std::fs::write(other.path().join("index.html"), "<p>Another").expect("a file");
    let server = serve(&folder);
    server.plan_fault("", Fault::Silence, None);
    let address = server.url().replace("http://", "").replace('/', "");
    let mut stream = TcpStream::connect(address).expect("a connection");
    write!(stream, "GET / HTTP/1.1\r\nHost: x\r\n\r\n").expect("a request");
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    assert!(answer.is_empty(), "{answer:?}");
    assert_eq!(server.received()[0].status, 0);

    server.clear_faults();
    server.serve_from(other.path());
    let (_, body) = get(&server, "/", "");
    assert_eq!(body, b"<p>Another");
}
