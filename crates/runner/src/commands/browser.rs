//! The user's browser.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A program that still runs after so long has what it opened on the screen.
const PATIENCE: Duration = Duration::from_secs(3);

/// Opens a page with the system's own program for that, and says whether one took it.
pub(super) fn opens(page: &Path) -> bool {
    // A relative path means something else to a browser that runs already.
    let page = page.canonicalize().unwrap_or_else(|_| page.to_path_buf());
    open::commands(page).into_iter().any(takes)
}

fn takes(mut command: Command) -> bool {
    let silent = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let Ok(mut process) = silent.spawn() else { return false };
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        match process.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) => std::thread::sleep(Duration::from_millis(20)),
            Err(_) => return false,
        }
    }
    true
}
