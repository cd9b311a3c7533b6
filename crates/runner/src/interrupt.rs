//! Ctrl-C: the first asks the work to end at the next step, the second ends the process.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Error, Result};

static REQUESTED: AtomicBool = AtomicBool::new(false);

/// Starts to listen, once in a process.
///
/// # Errors
///
/// Where the system refuses the handler.
pub fn listen() -> Result<()> {
    let handler = || {
        if REQUESTED.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    };
    ctrlc::set_handler(handler).map_err(|error| Error::failed(format!("cannot listen for Ctrl-C: {error}")))
}

/// Whether the user asked to stop.
pub fn requested() -> bool {
    REQUESTED.load(Ordering::Relaxed)
}
