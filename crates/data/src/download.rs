//! Fetching a file of known content: resumed where it broke off, verified before it is there.
//!
//! What arrives is kept beside the target as `NAME.part`. Only when its SHA-256 is right does it get its name, so a file
//! under its own name is whole. Connections may break, stall, redirect or lie: every wait and every length is bounded.

mod redirect;

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use flate2::bufread::MultiGzDecoder;
use sha2::{Digest, Sha256};
use ureq::Agent;
use ureq::Body;
use ureq::http::{Response, StatusCode, header};

use crate::error::{Error, ErrorKind, Result};
use crate::hash::hex;

/// A file to fetch.
#[derive(Clone, Debug)]
pub struct Download<'a> {
    /// Where from.
    pub url: &'a str,
    /// Where to.
    pub path: PathBuf,
    /// Its size; no more is ever accepted, or no more than twice as much where `unpacked`.
    pub bytes: u64,
    /// SHA-256 of its content in hexadecimal.
    pub sha256: &'a str,
    /// Whether size and checksum are told of the unpacked text of what may be gzipped, since the same text packs to
    /// many files: then the size is approximate.
    pub unpacked: bool,
}

/// How patient a download is.
#[derive(Clone, Copy, Debug)]
pub struct DownloadConfig {
    /// The longest wait for a connection.
    pub connect_timeout: Duration,
    /// The longest wait for the next bytes.
    pub stall_timeout: Duration,
    /// How many redirects are followed.
    pub redirects: u32,
    /// How often to try where trying again may help.
    pub attempts: u32,
    /// The wait before the second try, doubled before each further one.
    pub pause: Duration,
}

impl Default for DownloadConfig {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(30),
            stall_timeout: Duration::from_secs(30),
            redirects: 5,
            attempts: 4,
            pause: Duration::from_secs(1),
        }
    }
}

/// How far a download is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Bytes that are there, those of an earlier try included.
    pub received: u64,
    /// Bytes in all.
    pub total: u64,
}

/// What fetching came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// The file was there, and is right.
    Present,
    /// The file was downloaded.
    Downloaded {
        /// How many of its bytes were there from an earlier try.
        resumed_from: u64,
    },
}

type Attempt = std::result::Result<(), Failure>;

/// An unfinished download.
struct Part {
    file: File,
    /// How many of its bytes an earlier call left.
    kept: u64,
}

impl Part {
    fn len(&self) -> std::io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    /// Drops all after the first `length` bytes, and goes on writing there.
    fn cut(&mut self, length: u64) -> std::io::Result<()> {
        self.kept = self.kept.min(length);
        self.file.set_len(length)?;
        self.file.seek(SeekFrom::Start(length))?;
        Ok(())
    }
}

/// A failure, and whether another try may help.
struct Failure {
    error: Error,
    retry: bool,
}

impl Download<'_> {
    /// Fetches the file, unless it is there, and tells `progress` on the way.
    ///
    /// # Errors
    /// If a file of another content is at its path (it is left alone), if the address does not deliver in as many tries
    /// as `config` allows (what arrived is kept for the next call), or if what it delivers is something else (it is
    /// deleted).
    pub fn fetch(&self, config: &DownloadConfig, progress: &mut dyn FnMut(Progress)) -> Result<Fetched> {
        if self.path.exists() {
            return self.check_present().map(|()| Fetched::Present);
        }
        let folder = self.path.parent().unwrap_or(Path::new(""));
        std::fs::create_dir_all(folder).map_err(|error| Error::io(folder, error))?;
        let part_path = self.part_path();
        let failed = |error| Error::io(&part_path, error);
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).read(true).write(true);
        // Its name is known to all, so that the next call finds it: a link there is not followed.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NOFOLLOW);
        let file = options.open(&part_path).map_err(failed)?;
        file.try_lock().map_err(|_| {
            Error::new(ErrorKind::Io, part_path.display(), "another download writes to it")
                .with_hint("wait for it to end")
        })?;

        let kept = file.metadata().map_err(failed)?.len();
        let mut part = Part { file, kept };
        // A call may have been cut off between the last byte and the name.
        let mut complete = kept > 0 && self.digest(&part_path)? == self.sha256;
        let agent = self.agent(config);
        let mut pause = config.pause;
        let mut attempt = 1;
        while !complete {
            let received = self.receive(&agent, config.redirects, &mut part, progress);
            match received.and_then(|()| self.verify(&part_path, &mut part)) {
                Ok(()) => complete = true,
                Err(Failure { retry: true, .. }) if attempt < config.attempts => {
                    std::thread::sleep(pause);
                    pause *= 2;
                    attempt += 1;
                }
                Err(Failure { error, .. }) => {
                    if error.kind != ErrorKind::Io {
                        // Nobody could resume from it; that it fails to go is not the error to tell.
                        let _ = std::fs::remove_file(&part_path);
                    }
                    return Err(error);
                }
            }
        }
        part.file.sync_all().map_err(failed)?;
        std::fs::rename(&part_path, &self.path).map_err(|error| Error::io(&self.path, error))?;
        Ok(Fetched::Downloaded { resumed_from: part.kept })
    }

    /// Compares the file at its path with the checksum.
    ///
    /// # Errors
    /// If it cannot be read, or is another file.
    pub fn check_present(&self) -> Result<()> {
        match self.digest(&self.path)? {
            digest if digest == self.sha256 => Ok(()),
            digest => {
                let message = format!("SHA-256 is {digest}, not {}", self.sha256);
                Err(Error::mismatch(self.path.display(), message)
                    .with_hint("move the file away, and fetch it again with `aevb data fetch`"))
            }
        }
    }

    /// Where an unfinished download is kept.
    pub fn part_path(&self) -> PathBuf {
        let mut name = self.path.file_name().unwrap_or_default().to_os_string();
        name.push(".part");
        self.path.with_file_name(name)
    }

    fn agent(&self, config: &DownloadConfig) -> Agent {
        let mut builder = Agent::config_builder()
            .http_status_as_error(false)
            // Followed here, where it is seen where they lead.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(config.connect_timeout))
            .timeout_recv_response(Some(config.stall_timeout))
            .timeout_per_read(Some(config.stall_timeout))
            .user_agent(concat!("aevb/", env!("CARGO_PKG_VERSION")));
        // A proxy of the environment reaches the world, not this machine.
        if self.url.starts_with("http://127.0.0.1:") {
            builder = builder.proxy(None);
        }
        builder.build().into()
    }

    /// The most bytes that are accepted.
    fn limit(&self) -> u64 {
        if self.unpacked { 2 * self.bytes } else { self.bytes }
    }

    /// Asks for what `part` lacks, and appends it.
    fn receive(
        &self,
        agent: &Agent,
        redirects: u32,
        part: &mut Part,
        progress: &mut dyn FnMut(Progress),
    ) -> Attempt {
        let disk = |error| Failure { error: Error::io(self.part_path(), error), retry: false };
        let have = part.len().map_err(disk)?;
        let response = self.ask(agent, redirects, have)?;
        let start = match response.status() {
            StatusCode::OK => 0,
            StatusCode::PARTIAL_CONTENT if range_start(&response) == Some(have) => have,
            // What is there is no start of what the server has.
            StatusCode::RANGE_NOT_SATISFIABLE | StatusCode::PARTIAL_CONTENT if have > 0 => {
                part.cut(0).map_err(disk)?;
                return Err(self.failure("the server does not continue the download", true));
            }
            status => {
                let message = format!("the server answers {status}");
                return Err(self.failure(message, status.is_server_error()));
            }
        };
        let limit = self.limit();
        let announced = response.body().content_length();
        if announced.is_some_and(|length| start.saturating_add(length) > limit) {
            let message =
                format!("the server announces {} bytes, not {limit}", announced.unwrap_or_default());
            return Err(Failure { error: self.wrong(message), retry: false });
        }
        part.cut(start).map_err(disk)?;

        let mut body = response.into_body().into_reader();
        let mut buffer = vec![0; 1 << 16];
        let mut received = start;
        loop {
            progress(Progress { received, total: self.bytes });
            let read = match body.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) => return Err(self.broken(&error)),
            };
            received += read as u64;
            if received > limit {
                let error = self.wrong(format!("the server sends more than {limit} bytes"));
                return Err(Failure { error, retry: false });
            }
            part.file.write_all(&buffer[..read]).map_err(disk)?;
        }
        if announced.is_some_and(|length| received - start < length)
            || (!self.unpacked && received < self.bytes)
        {
            let message = format!("the connection ended after {received} of {} bytes", self.bytes);
            return Err(self.failure(message, true));
        }
        Ok(())
    }

    /// The answer to a request for all from byte `start` on, wherever the server sends it within the bounds.
    fn ask(&self, agent: &Agent, redirects: u32, start: u64) -> std::result::Result<Response<Body>, Failure> {
        let mut address = self.url.to_owned();
        for _ in 0..=redirects {
            let mut request = agent.get(&address);
            if start > 0 {
                request = request.header(header::RANGE, format!("bytes={start}-"));
            }
            let response = request.call().map_err(|error| self.broken(&error))?;
            let location = response
                .headers()
                .get(header::LOCATION)
                .filter(|_| matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308));
            let Some(location) = location else { return Ok(response) };
            let location = String::from_utf8_lossy(location.as_bytes());
            address = redirect::target(&address, &location).map_err(|reason| {
                let message = format!("the server redirects to {location}, {reason}");
                self.failure(message, false)
            })?;
        }
        Err(self
            .failure(format!("the server redirects more than {redirects} times, last to {address}"), false))
    }

    /// Checks the sum of what has arrived. If some of it is from an earlier call, which may have met another file, then
    /// all is worth fetching anew.
    fn verify(&self, path: &Path, part: &mut Part) -> Attempt {
        let digest = self.digest(path).map_err(|error| Failure { error, retry: false })?;
        if digest == self.sha256 {
            return Ok(());
        }
        let retry = part.kept > 0;
        part.cut(0).map_err(|error| Failure { error: Error::io(path, error), retry: false })?;
        Err(Failure { error: self.wrong(format!("SHA-256 is {digest}, not {}", self.sha256)), retry })
    }

    /// SHA-256 of a file's content, unpacked where that is what the checksum is of.
    fn digest(&self, path: &Path) -> Result<String> {
        let failed = |error| Error::io(path, error);
        let mut reader = BufReader::with_capacity(1 << 16, File::open(path).map_err(failed)?);
        let packed = self.unpacked && reader.fill_buf().map_err(failed)?.starts_with(&[0x1f, 0x8b]);
        let mut reader: Box<dyn Read> =
            if packed { Box::new(MultiGzDecoder::new(reader)) } else { Box::new(reader) };
        let mut hash = Sha256::new();
        let mut buffer = vec![0; 1 << 16];
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => return Ok(hex(hash)),
                Ok(read) => hash.update(&buffer[..read]),
                Err(error) if packed => return Ok(format!("none ({error})")),
                Err(error) => return Err(failed(error)),
            }
        }
    }

    fn failure(&self, message: impl std::fmt::Display, retry: bool) -> Failure {
        let error = Error::new(ErrorKind::Io, self.url, message)
            .with_hint("fetch again later: what has arrived is kept, and the download goes on from there");
        Failure { error, retry }
    }

    /// A connection that failed; nothing is wrong with what has arrived.
    fn broken(&self, error: &(dyn std::error::Error + 'static)) -> Failure {
        let inner = error
            .downcast_ref::<std::io::Error>()
            .and_then(|error| error.get_ref())
            .and_then(|error| error.downcast_ref::<ureq::Error>())
            .or(error.downcast_ref::<ureq::Error>());
        let retry = !matches!(inner, Some(ureq::Error::BadUri(_)));
        self.failure(error, retry)
    }

    /// The address delivers something else.
    fn wrong(&self, message: impl std::fmt::Display) -> Error {
        Error::mismatch(self.url, message).with_hint(format!(
            "the file at this address is not the one expected; get it elsewhere, and put it at {}",
            self.path.display()
        ))
    }
}

/// The first byte that a partial response holds.
fn range_start<T>(response: &Response<T>) -> Option<u64> {
    let range = response.headers().get(header::CONTENT_RANGE)?.to_str().ok()?;
    range.strip_prefix("bytes ")?.split('-').next()?.parse().ok()
}
