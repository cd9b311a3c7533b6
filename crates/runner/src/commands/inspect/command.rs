//! The command that is printed for what was looked at.

use std::path::Path;

/// A `--set` of the printed command, as one word of a shell.
pub(super) fn set(key: &str, path: &Path) -> String {
    set_text(key, &path.display().to_string())
}

/// The same of a value as it is written.
pub(super) fn set_text(key: &str, value: &str) -> String {
    let argument = format!("{key}={value}");
    let is_plain = |letter: char| letter.is_alphanumeric() || "._/=-+:@%".contains(letter);
    if argument.chars().all(is_plain) {
        return format!("--set {argument}");
    }
    format!("--set '{}'", argument.replace('\'', "'\\''"))
}
