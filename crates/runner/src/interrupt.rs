//! Ctrl-C, and on Unix the signal that asks a process to end: the first asks the work to end at the next step, the second
//! ends the process.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

use crate::error::{Error, Result};

static REQUESTED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// The exit code of a process that was interrupted.
const INTERRUPTED: i32 = 130;

/// Starts to listen, once in a process.
///
/// # Errors
///
/// Where the system refuses the handler.
pub fn listen() -> Result<()> {
    let handler = || {
        if REQUESTED.swap(true, Ordering::Relaxed) {
            std::process::exit(INTERRUPTED);
        }
    };
    ctrlc::set_handler(handler).map_err(|error| refused(&error))?;
    #[cfg(unix)]
    {
        // Not by `ctrlc`, which would take SIGHUP too, and with it what `nohup` is for.
        use signal_hook::{consts::SIGTERM, flag};
        // In this order: what finds the flag set is the second signal.
        flag::register_conditional_shutdown(SIGTERM, INTERRUPTED, Arc::clone(&REQUESTED))
            .and_then(|_| flag::register(SIGTERM, Arc::clone(&REQUESTED)))
            .map_err(|error| refused(&error))?;
    }
    Ok(())
}

fn refused(error: &dyn std::error::Error) -> Error {
    Error::failed(format!("cannot listen for Ctrl-C: {error}"))
}

/// Whether the user asked to stop.
pub fn requested() -> bool {
    REQUESTED.load(Ordering::Relaxed)
}
