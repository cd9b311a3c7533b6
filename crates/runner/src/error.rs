//! One error for the whole application: what went wrong, where, what to do, and the exit code that follows.

use std::fmt::Display;
use std::path::Path;

use aevb_data::ErrorKind as DataErrorKind;

/// What sort of failure it is, which decides the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The command line, a configuration or a file named in it asks for what cannot be done: exit code 2.
    Usage,
    /// The work itself failed: exit code 1.
    Failed,
    /// The user asked to stop: exit code 130.
    Interrupted,
}

/// A failure, told in one line, with a hint where there is one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// What sort of failure it is.
    pub kind: ErrorKind,
    /// What went wrong and where: one line, beginning with the file and line where one is to blame.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// What else is wrong, where more than one thing was found at once.
    pub others: Vec<Error>,
}

/// The result of everything in this crate that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A request that cannot be met.
    pub fn usage(message: impl Display) -> Self {
        Self { kind: ErrorKind::Usage, message: one_line(message), hint: None, others: Vec::new() }
    }

    /// Work that failed.
    pub fn failed(message: impl Display) -> Self {
        Self { kind: ErrorKind::Failed, message: one_line(message), hint: None, others: Vec::new() }
    }

    /// A file or folder that could not be read or written.
    pub fn io(path: impl AsRef<Path>, error: impl Display) -> Self {
        Self::failed(format!("{}: {error}", path.as_ref().display()))
    }

    /// A file that could not be written, with what helps against a full disk or a limit.
    pub fn disk(path: impl AsRef<Path>, error: &std::io::Error) -> Self {
        aevb_data::Error::disk(path, error).into()
    }

    /// The user's own wish to stop.
    pub fn interrupted(message: impl Display) -> Self {
        Self { kind: ErrorKind::Interrupted, message: one_line(message), hint: None, others: Vec::new() }
    }

    /// The same error with advice on what to do.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Display) -> Self {
        self.hint = Some(one_line(hint));
        self
    }

    /// The same error, with this advice if it has none.
    #[must_use]
    pub fn or_hint(self, hint: impl Display) -> Self {
        if self.hint.is_some() { self } else { self.with_hint(hint) }
    }

    /// The same error with more advice behind what it has.
    #[must_use]
    pub fn and_hint(self, more: impl Display) -> Self {
        match self.hint.clone() {
            Some(hint) => self.with_hint(format!("{hint}; {more}")),
            None => self.with_hint(more),
        }
    }

    /// All that is wrong as one error, the first one first; `None` where nothing is.
    pub fn of_all(errors: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut errors = errors.into_iter();
        let first = errors.next()?;
        let others = errors.flat_map(|mut error| {
            let within = std::mem::take(&mut error.others);
            std::iter::once(error).chain(within)
        });
        Some(Self { others: first.others.iter().cloned().chain(others).collect(), ..first })
    }

    /// The same failure laid to the request: the user named the file, and can name another.
    #[must_use]
    pub fn as_usage(mut self) -> Self {
        self.kind = ErrorKind::Usage;
        self
    }

    /// The process's exit code: 1 failed, 2 usage or configuration, 130 interrupted.
    pub fn exit_code(&self) -> u8 {
        match self.kind {
            ErrorKind::Failed => 1,
            ErrorKind::Usage => 2,
            ErrorKind::Interrupted => 130,
        }
    }
}

impl From<aevb_data::Error> for Error {
    fn from(error: aevb_data::Error) -> Self {
        let kind = match error.kind {
            DataErrorKind::Config => ErrorKind::Usage,
            DataErrorKind::Io | DataErrorKind::Malformed | DataErrorKind::Mismatch => ErrorKind::Failed,
        };
        let hint = error.hint().map(str::to_owned);
        Self { kind, message: one_line(&error), hint, others: Vec::new() }
    }
}

impl From<aevb_models::Error> for Error {
    fn from(error: aevb_models::Error) -> Self {
        match error {
            aevb_models::Error::Config { .. } => {
                let hint = "change it in the configuration, or by --set";
                Self::usage(error).with_hint(hint)
            }
            aevb_models::Error::OneByOne { .. } => Self::usage(error)
                .with_hint("set model.decoder.kind to one that is, such as \"inner-product\""),
            _ => Self::failed(error),
        }
    }
}

/// Messages quote what a user wrote. It stays on one line of bearable length and cannot steer the terminal.
fn one_line(text: impl Display) -> String {
    const LIMIT: usize = 2000;
    let text = text.to_string();
    let mut line = String::with_capacity(text.len().min(LIMIT));
    for character in text.chars() {
        if line.len() >= LIMIT {
            line.push('…');
            break;
        }
        if character.is_control() {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes_tell_usage_failure_and_interruption_apart() {
        assert_eq!(Error::failed("x").exit_code(), 1);
        assert_eq!(Error::usage("x").exit_code(), 2);
        assert_eq!(Error::interrupted("x").exit_code(), 130);
        assert_eq!(Error::io("a", "b").as_usage().exit_code(), 2);
    }

    #[test]
    fn data_errors_keep_their_place_and_hint() {
        let error = Error::from(aevb_data::Error::mismatch("s.json", "another graph").with_hint("make one"));
        assert_eq!(error.exit_code(), 1);
        assert_eq!(error.to_string(), "s.json: another graph");
        assert_eq!(error.hint.as_deref(), Some("make one"));
        assert_eq!(Error::from(aevb_data::Error::malformed("f", "cut short")).exit_code(), 1);
    }

    #[test]
    fn hostile_text_stays_on_one_line() {
        let error = Error::usage(format!("a\n\u{1b}[2Jb{}", "x".repeat(5000)));
        assert!(!error.message.chars().any(char::is_control));
        assert!(error.message.len() < 2100);
    }
}
