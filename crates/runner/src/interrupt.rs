//! Ctrl-C, and on Unix the signals that ask a process to end and that tell it that its terminal is gone: the first asks the
//! work to end at the next step. A second Ctrl-C, or a second request to end, ends the process at once. A terminal that is
//! gone does not, however often it is told: the shell and the system each tell it within a millisecond, and systemd after a
//! request to end.

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
    let is_second = AtomicBool::new(false);
    let handler = move || {
        REQUESTED.store(true, Ordering::Relaxed);
        if is_second.swap(true, Ordering::Relaxed) {
            std::process::exit(INTERRUPTED);
        }
    };
    ctrlc::set_handler(handler).map_err(|error| refused(&error))?;
    #[cfg(unix)]
    {
        // Not by `ctrlc`, which would take SIGHUP where `nohup` had it ignored.
        use signal_hook::consts::{SIGHUP, SIGTERM};
        use signal_hook::flag;
        // In this order: what finds the flag of its own set is the second signal.
        let is_second = Arc::new(AtomicBool::new(false));
        flag::register_conditional_shutdown(SIGTERM, INTERRUPTED, Arc::clone(&is_second))
            .and_then(|_| flag::register(SIGTERM, is_second))
            .and_then(|_| flag::register(SIGTERM, Arc::clone(&REQUESTED)))
            .map_err(|error| refused(&error))?;
        if !is_ignored(SIGHUP) {
            flag::register(SIGHUP, Arc::clone(&REQUESTED)).map_err(|error| refused(&error))?;
        }
    }
    Ok(())
}

/// Whether whoever started this process had the signal ignored.
#[cfg(unix)]
fn is_ignored(signal: std::ffi::c_int) -> bool {
    let mut action = std::mem::MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: without a new action nothing changes, and the old one is written to a place of its own type; where the call
    // fails, the zeroes there are an action too.
    let action = unsafe {
        libc::sigaction(signal, std::ptr::null(), action.as_mut_ptr());
        action.assume_init()
    };
    action.sa_sigaction == libc::SIG_IGN
}

/// From now on a write beyond the limit of `ulimit -f` fails as on a full disk, in place of ending the process.
pub fn survive_file_size_limit() {
    #[cfg(unix)]
    {
        // Where the handler is refused, the system's own end is as before.
        let _ = signal_hook::flag::register(libc::SIGXFSZ, Arc::default());
    }
}

fn refused(error: &dyn std::error::Error) -> Error {
    Error::failed(format!("cannot listen for Ctrl-C: {error}"))
}

/// Whether the user asked to stop.
pub fn requested() -> bool {
    REQUESTED.load(Ordering::Relaxed)
}
