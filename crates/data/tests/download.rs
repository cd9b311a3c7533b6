//! Downloads from a server on this machine that breaks off, stalls, redirects in a circle and lies.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use aevb_data::download::{Download, DownloadConfig, Fetched, Progress};
use aevb_data::{Error, ErrorKind, Result};
use flate2::{Compression, write::GzEncoder};
use tempfile::TempDir;

/// Answers connection after connection with `answer(number, request, stream)`, and keeps the requests.
struct Server {
    url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn new(answer: impl Fn(usize, &str, &mut TcpStream) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}/data", listener.local_addr().expect("an address"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        std::thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                let mut stream = stream.expect("a connection");
                let mut request = String::new();
                let mut reader = BufReader::new(stream.try_clone().expect("the same connection"));
                while !request.ends_with("\r\n\r\n")
                    && reader.read_line(&mut request).is_ok_and(|read| read > 0)
                {}
                seen.lock().expect("not poisoned").push(request.clone());
                answer(number, &request, &mut stream);
            }
        });
        Self { url, requests }
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("not poisoned").clone()
    }
}

/// Sends text and bytes; a client that has hung up is none of the server's business.
fn send(stream: &mut TcpStream, head: &str, body: &[u8]) {
    let head = format!("HTTP/1.1 {head}\r\nConnection: close\r\n\r\n");
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
}

fn content() -> Vec<u8> {
    (0..200_000_u32).flat_map(|number| (number.wrapping_mul(2_654_435_761) >> 24).to_le_bytes()).collect()
}

/// Python: hashlib.sha256(b"".join(((n * 2654435761 & 0xffffffff) >> 24).to_bytes(4, "little") for n in range(200000)))
const SHA256: &str = "b67e144334ecfb0732fc3272b1c9dd7bc85d972454d9d3dfdb7a7633dc513bf2";

fn range_of(request: &str) -> Option<usize> {
    let range = request
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("range: bytes=").map(String::from))?;
    range.trim_end_matches('-').parse().ok()
}

/// A well-behaved answer, partial where that is asked for.
fn send_content(request: &str, stream: &mut TcpStream) {
    let content = content();
    match range_of(request) {
        Some(start) if start >= content.len() => {
            send(stream, "416 Range Not Satisfiable\r\nContent-Length: 0", b"")
        }
        Some(start) => {
            let head = format!(
                "206 Partial Content\r\nContent-Length: {}\r\nContent-Range: bytes {start}-{}/{}",
                content.len() - start,
                content.len() - 1,
                content.len()
            );
            send(stream, &head, &content[start..]);
        }
        None => send(stream, &format!("200 OK\r\nContent-Length: {}", content.len()), &content),
    }
}

/// Announces everything, and sends the first `length` bytes.
fn send_start(length: usize, stream: &mut TcpStream) {
    let content = content();
    send(stream, &format!("200 OK\r\nContent-Length: {}", content.len()), &content[..length]);
}

const HALF: usize = 400_000;

fn config(attempts: u32) -> DownloadConfig {
    DownloadConfig {
        connect_timeout: Duration::from_secs(5),
        stall_timeout: Duration::from_millis(300),
        attempts,
        pause: Duration::from_millis(1),
        ..DownloadConfig::default()
    }
}

fn download<'a>(server: &'a Server, folder: &TempDir) -> Download<'a> {
    let path = folder.path().join("below/data.bin");
    Download { url: &server.url, path, bytes: content().len() as u64, sha256: SHA256, unpacked: false }
}

fn fetch(download: &Download, attempts: u32) -> Result<Fetched> {
    download.fetch(&config(attempts), &mut |_| {})
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn assert_whole(download: &Download) {
    assert!(std::fs::read(&download.path).expect("the file") == content());
    assert!(!download.part_path().exists());
}

/// Checks that fetching failed at the server's address with `message`, without leaving a file under its own name.
fn assert_failed(result: Result<Fetched>, download: &Download, message: &str) -> Error {
    let error = result.expect_err("a failure");
    let shown = error.to_string();
    assert!(shown.starts_with(download.url) && shown.contains(message), "{shown:?} does not say {message:?}");
    assert!(!shown.contains('\n') && error.hint().is_some());
    assert!(!download.path.exists());
    error
}

#[test]
fn a_file_arrives_whole_and_is_not_fetched_again() {
    let server = Server::new(|_, request, stream| send_content(request, stream));
    let (folder, mut seen) = (folder(), Vec::<Progress>::new());
    let download = download(&server, &folder);
    let fetched = download.fetch(&config(1), &mut |progress| seen.push(progress)).expect("fetched");
    assert_eq!(fetched, Fetched::Downloaded { resumed_from: 0 });
    assert_whole(&download);
    assert!(seen.is_sorted_by_key(|progress| progress.received));
    assert_eq!(seen.last(), Some(&Progress { received: 800_000, total: 800_000 }));

    assert_eq!(fetch(&download, 1).expect("there"), Fetched::Present);
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_broken_download_goes_on_where_it_ended() {
    let server = Server::new(|number, request, stream| match number {
        0 => send_start(HALF, stream),
        _ => send_content(request, stream),
    });
    let folder = folder();
    let download = download(&server, &folder);
    fetch(&download, 2).expect("fetched");
    assert_whole(&download);
    assert_eq!(
        server.requests().iter().map(|request| range_of(request)).collect::<Vec<_>>(),
        [None, Some(HALF)]
    );
}

#[test]
fn what_arrived_is_kept_for_the_next_call() {
    let server = Server::new(|number, request, stream| match number {
        0 => send_start(HALF, stream),
        _ => send_content(request, stream),
    });
    let folder = folder();
    let download = download(&server, &folder);
    let error = assert_failed(fetch(&download, 1), &download, "");
    assert_eq!(error.kind, ErrorKind::Io);
    assert_eq!(std::fs::metadata(download.part_path()).expect("kept").len(), HALF as u64);
    assert_eq!(fetch(&download, 1).expect("fetched"), Fetched::Downloaded { resumed_from: HALF as u64 });
    assert_whole(&download);
}

#[test]
fn a_download_that_was_only_to_be_renamed_is_not_fetched_again() {
    let server = Server::new(|_, _, _| panic!("nobody should ask"));
    let folder = folder();
    let download = download(&server, &folder);
    put_part(&download, &content());
    fetch(&download, 1).expect("complete");
    assert_whole(&download);
}

fn put_part(download: &Download, content: &[u8]) {
    std::fs::create_dir_all(download.path.parent().expect("a folder")).expect("made");
    std::fs::write(download.part_path(), content).expect("written");
}

#[test]
fn a_server_without_ranges_sends_all_anew() {
    let server = Server::new(|_, _, stream| send_content("", stream));
    let folder = folder();
    let download = download(&server, &folder);
    put_part(&download, &content()[..HALF]);
    assert_eq!(fetch(&download, 1).expect("fetched"), Fetched::Downloaded { resumed_from: 0 });
    assert_whole(&download);
}

#[test]
fn a_part_of_another_file_is_fetched_anew() {
    for length in [HALF, 800_000, 900_000] {
        let server = Server::new(|_, request, stream| send_content(request, stream));
        let folder = folder();
        let download = download(&server, &folder);
        put_part(&download, &vec![7; length]);
        assert_eq!(fetch(&download, 2).expect("fetched"), Fetched::Downloaded { resumed_from: 0 });
        assert_whole(&download);
    }
}

#[test]
fn a_range_that_was_not_asked_for_is_not_appended() {
    let server = Server::new(|number, request, stream| match number {
        0 => send(
            stream,
            "206 Partial Content\r\nContent-Length: 3\r\nContent-Range: bytes 5-7/800000",
            b"abc",
        ),
        _ => send_content(request, stream),
    });
    let folder = folder();
    let download = download(&server, &folder);
    put_part(&download, &content()[..HALF]);
    assert_eq!(fetch(&download, 2).expect("fetched"), Fetched::Downloaded { resumed_from: 0 });
    assert_whole(&download);
}

#[test]
fn a_stall_ends_after_its_timeout_and_keeps_what_arrived() {
    let server = Server::new(|_, _, stream| {
        send_start(HALF, stream);
        std::thread::sleep(Duration::from_secs(5));
    });
    let folder = folder();
    let download = download(&server, &folder);
    let start = Instant::now();
    assert_failed(fetch(&download, 1), &download, "timeout");
    assert!(start.elapsed() < Duration::from_secs(3));
    assert_eq!(std::fs::metadata(download.part_path()).expect("kept").len(), HALF as u64);
}

#[test]
fn a_server_that_never_answers_ends_after_its_timeout() {
    let server = Server::new(|_, _, _| std::thread::sleep(Duration::from_secs(5)));
    let folder = folder();
    let download = download(&server, &folder);
    let start = Instant::now();
    assert_failed(fetch(&download, 1), &download, "timeout");
    assert!(start.elapsed() < Duration::from_secs(3));
}

#[test]
fn a_redirect_is_followed_and_a_circle_is_not() {
    let server = Server::new(|_, request, stream| match request.split(' ').nth(1) {
        Some("/data") => send(stream, "302 Found\r\nLocation: /there\r\nContent-Length: 0", b""),
        _ => send_content(request, stream),
    });
    let first = folder();
    let moved = download(&server, &first);
    fetch(&moved, 1).expect("fetched");
    assert_whole(&moved);

    let circle = Server::new(|_, request, stream| {
        let next = if request.starts_with("GET /data ") { "/there" } else { "/data" };
        send(stream, &format!("302 Found\r\nLocation: {next}\r\nContent-Length: 0"), b"");
    });
    let second = folder();
    let download = download(&circle, &second);
    assert_failed(fetch(&download, 4), &download, "redirect");
    assert!(circle.requests().len() <= 7, "{} requests", circle.requests().len());
}

#[test]
fn a_redirect_off_this_machine_by_plain_http_is_refused_and_told() {
    let elsewhere = "http://192.0.2.1/data";
    for (location, reason) in
        [(elsewhere, "which is plain http"), ("ftp://a.org/data", "which is neither https nor http")]
    {
        let server = Server::new(move |_, _, stream| {
            send(stream, &format!("302 Found\r\nLocation: {location}\r\nContent-Length: 0"), b"");
        });
        let temporary = folder();
        let target = download(&server, &temporary);
        assert_failed(fetch(&target, 4), &target, &format!("redirects to {location}, {reason}"));
        assert_eq!(server.requests().len(), 1, "it is not tried again");
    }
}

/// A redirect to another server of this machine, which has another file: the checksum has the last word.
#[test]
fn what_a_redirect_leads_to_is_checked() {
    let other = Server::new(|_, _, stream| send(stream, "200 OK\r\nContent-Length: 5", b"other"));
    let address = other.url.clone();
    let server = Server::new(move |_, _, stream| {
        send(stream, &format!("301 Moved\r\nLocation: {address}\r\nContent-Length: 0"), b"");
    });
    let temporary = folder();
    let target = Download { bytes: 5, ..download(&server, &temporary) };
    assert_failed(fetch(&target, 4), &target, "SHA-256 is");
    assert_eq!(other.requests().len(), 1);
}

#[test]
fn lies_about_the_length_are_found_out() {
    // Too much, announced: refused before a byte is read.
    let huge = Server::new(|_, _, stream| {
        send(stream, "200 OK\r\nContent-Length: 1152921504606846976", &content());
    });
    let temporary = folder();
    let target = download(&huge, &temporary);
    assert_failed(fetch(&target, 4), &target, "announces 1152921504606846976 bytes, not 800000");
    assert_eq!(huge.requests().len(), 1);

    // Too little, announced and sent.
    let short = Server::new(|_, _, stream| send(stream, "200 OK\r\nContent-Length: 5", &content()));
    let temporary = folder();
    let target = download(&short, &temporary);
    assert_failed(fetch(&target, 1), &target, "ended after 5 of 800000 bytes");

    // Nothing announced, and no end: cut at the size.
    let endless = Server::new(|_, _, stream| {
        send(stream, "200 OK", b"");
        while stream.write_all(&[0; 10_000]).is_ok() {}
    });
    let temporary = folder();
    let target = download(&endless, &temporary);
    assert_failed(fetch(&target, 4), &target, "sends more than 800000 bytes");
    assert!(!target.part_path().exists());

    // Nothing announced, and all sent.
    let silent = Server::new(|_, _, stream| send(stream, "200 OK", &content()));
    let temporary = folder();
    let target = download(&silent, &temporary);
    fetch(&target, 1).expect("fetched");
    assert_whole(&target);
}

#[test]
fn wrong_bytes_are_not_kept() {
    let server = Server::new(|_, _, stream| {
        let mut content = content();
        content[123_456] ^= 1;
        send(stream, &format!("200 OK\r\nContent-Length: {}", content.len()), &content);
    });
    let folder = folder();
    let download = download(&server, &folder);
    let error = assert_failed(fetch(&download, 4), &download, SHA256);
    assert_eq!(error.kind, ErrorKind::Mismatch);
    assert!(!download.part_path().exists());
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_missing_page_is_final_and_a_busy_server_is_asked_again() {
    let missing = Server::new(|_, _, stream| send(stream, "404 Not Found\r\nContent-Length: 4", b"none"));
    let first = folder();
    let download_of_missing = download(&missing, &first);
    assert_failed(fetch(&download_of_missing, 4), &download_of_missing, "404 Not Found");
    assert_eq!(missing.requests().len(), 1);

    let busy = Server::new(|number, request, stream| match number {
        0 | 1 => send(stream, "503 Service Unavailable\r\nContent-Length: 0", b""),
        _ => send_content(request, stream),
    });
    let second = folder();
    let download = download(&busy, &second);
    fetch(&download, 4).expect("fetched");
    assert_whole(&download);
}

#[test]
fn what_is_no_http_fails_without_harm() {
    let answers: [&[u8]; 4] =
        [b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 200 OK\r\nA: ", b"HTTP/1.1 999999 What\r\n\r\n"];
    for answer in answers {
        let server = Server::new(move |_, _, stream| {
            let _ = stream.write_all(answer);
            if answer.ends_with(b"A: ") {
                while stream.write_all(&[b'x'; 10_000]).is_ok() {}
            }
        });
        let folder = folder();
        let download = download(&server, &folder);
        assert_failed(fetch(&download, 2), &download, "");
    }
}

#[test]
fn nobody_at_the_address_is_an_error() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/data", listener.local_addr().expect("an address"));
    drop(listener);
    let server = Server { url, requests: Arc::default() };
    let folder = folder();
    let download = download(&server, &folder);
    assert_failed(fetch(&download, 2), &download, "");
}

#[test]
fn another_file_in_the_place_is_left_alone() {
    let server = Server::new(|_, request, stream| send_content(request, stream));
    let folder = folder();
    let download = download(&server, &folder);
    std::fs::create_dir_all(download.path.parent().expect("a folder")).expect("made");
    std::fs::write(&download.path, "mine").expect("written");
    let error = fetch(&download, 1).expect_err("another file");
    assert_eq!((error.kind, error.place), (ErrorKind::Mismatch, download.path.display().to_string()));
    assert_eq!(std::fs::read(&download.path).expect("there"), b"mine");
    assert!(server.requests().is_empty());
}

#[test]
fn a_checksum_of_the_text_accepts_any_packing_of_it() {
    for level in [Compression::none(), Compression::fast(), Compression::best()] {
        let server = Server::new(move |_, _, stream| {
            let mut packer = GzEncoder::new(Vec::new(), level);
            packer.write_all(&content()).expect("packed");
            let packed = packer.finish().expect("packed");
            send(stream, &format!("200 OK\r\nContent-Length: {}", packed.len()), &packed);
        });
        let folder = folder();
        let download = Download { unpacked: true, ..download(&server, &folder) };
        fetch(&download, 1).expect("fetched");
        assert_eq!(fetch(&download, 1).expect("there"), Fetched::Present);
    }
}

#[test]
fn a_packed_text_cut_short_is_not_accepted() {
    let server = Server::new(|_, _, stream| {
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(&content()).expect("packed");
        let packed = packer.finish().expect("packed");
        send(stream, "200 OK", &packed[..packed.len() - 20]);
    });
    let folder = folder();
    let download = Download { unpacked: true, ..download(&server, &folder) };
    assert_failed(fetch(&download, 2), &download, "SHA-256 is none");
}

#[test]
fn a_folder_that_cannot_be_written_to_is_named() {
    let server = Server::new(|_, request, stream| send_content(request, stream));
    let folder = folder();
    std::fs::write(folder.path().join("below"), "a file").expect("written");
    let download = download(&server, &folder);
    let error = fetch(&download, 1).expect_err("no folder");
    assert_eq!(error.kind, ErrorKind::Io);
    assert!(Path::new(&error.place).ends_with("below"), "{error}");
}
