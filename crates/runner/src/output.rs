//! The two ways to the user: results on stdout, messages on stderr.

use std::io::{ErrorKind, Write};

use serde::Serialize;

use crate::error::{Error, Result};

/// Prints a result. A reader who has seen enough and closed the pipe is no failure.
///
/// # Errors
///
/// Where stdout cannot be written to, such as a full disk.
pub fn print(text: &str) -> Result<()> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Error::failed(format!("stdout: {error}"))),
        _ => Ok(()),
    }
}

/// Prints a result as indented JSON.
///
/// # Errors
///
/// As [`print()`].
pub fn print_json(value: &impl Serialize) -> Result<()> {
    let text = serde_json::to_string_pretty(value).expect("maps with string keys are always JSON");
    print(&(text + "\n"))
}

/// Prints a line for the user to read; nobody is told where even that fails.
pub fn message(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Prints an error and its hint.
pub fn error(error: &Error) {
    message(&format!("error: {error}"));
    if let Some(hint) = &error.hint {
        message(&format!("hint: {hint}"));
    }
    error.others.iter().for_each(self::error);
}
