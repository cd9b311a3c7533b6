//! One error for the whole crate: what went wrong, where, and what to do about it.

use std::fmt::Display;

/// What sort of thing went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// A file or a connection could not be read or written.
    Io,
    /// The content breaks its own format.
    Malformed,
    /// The content is sound but belongs to something else: another graph, another checksum.
    Mismatch,
    /// What was asked for cannot be done with these settings or this name.
    Config,
}

/// A failure at a named place: a file, a file and line, a field or an address.
///
/// `Display` is one line, `place: message`; [`Error::hint`] says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {message}")]
pub struct Error {
    /// What sort of thing went wrong.
    pub kind: ErrorKind,
    /// The file, line, field or address concerned.
    pub place: String,
    /// What is wrong there.
    pub message: String,
    /// What to do about it; empty where there is nothing to say.
    pub hint: String,
}

impl Error {
    /// An error of any kind, without a hint.
    pub fn new(kind: ErrorKind, place: impl Display, message: impl Display) -> Self {
        Self { kind, place: one_line(place), message: one_line(message), hint: String::new() }
    }

    /// A file or connection that could not be read or written.
    pub fn io(path: impl AsRef<std::path::Path>, error: impl Display) -> Self {
        Self::new(ErrorKind::Io, path.as_ref().display(), error)
    }

    /// A file that could not be written, with what helps against a full disk or a limit.
    pub fn disk(path: impl AsRef<std::path::Path>, error: &std::io::Error) -> Self {
        Self::io(path, error).or_hint(match error.kind() {
            std::io::ErrorKind::StorageFull => "make room on the disk",
            std::io::ErrorKind::FileTooLarge => {
                "the file is larger than the system lets it be: raise `ulimit -f`"
            }
            _ => "",
        })
    }

    /// Content that breaks its own format.
    pub fn malformed(place: impl Display, message: impl Display) -> Self {
        Self::new(ErrorKind::Malformed, place, message)
    }

    /// Sound content that belongs to something else.
    pub fn mismatch(place: impl Display, message: impl Display) -> Self {
        Self::new(ErrorKind::Mismatch, place, message)
    }

    /// A setting or name that cannot work.
    pub fn config(place: impl Display, message: impl Display) -> Self {
        Self::new(ErrorKind::Config, place, message)
    }

    /// The same error with advice on what to do.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Display) -> Self {
        self.hint = one_line(hint);
        self
    }

    /// The same error, with this advice if it has none.
    #[must_use]
    pub(crate) fn or_hint(self, hint: impl Display) -> Self {
        if self.hint.is_empty() { self.with_hint(hint) } else { self }
    }

    /// What to do about it, where there is something to say.
    pub fn hint(&self) -> Option<&str> {
        (!self.hint.is_empty()).then_some(&self.hint)
    }
}

/// Messages may quote bytes of a hostile file, so control characters are escaped and one error stays one line.
fn one_line(text: impl Display) -> String {
    let text = text.to_string();
    if text.chars().any(char::is_control) {
        text.chars()
            .flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] })
            .collect()
    } else {
        text
    }
}

/// The result of everything in this crate that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_is_place_and_message_on_one_line() {
        let error = Error::malformed("a.csv, line 3", "expected 2 columns,\nfound 1").with_hint("add one");
        assert_eq!(error.to_string(), "a.csv, line 3: expected 2 columns,\\nfound 1");
        assert_eq!(error.hint(), Some("add one"));
        assert_eq!(Error::config("x", "y").hint(), None);
    }
}
