//! What does not end is ended.

use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

/// Does some work. Where it takes three times as long as it may, it would never end: the process does, and says on what.
pub fn within<T>(longest: Duration, input: &Path, work: impl FnOnce() -> T) -> T {
    let (ended, end) = mpsc::channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            if end.recv_timeout(3 * longest) == Err(mpsc::RecvTimeoutError::Timeout) {
                let text = format!("{}: reading it does not end\n", input.display());
                let _ = std::io::Write::write_all(&mut std::io::stderr(), text.as_bytes());
                std::process::exit(1);
            }
        });
        let result = work();
        drop(ended);
        result
    })
}
