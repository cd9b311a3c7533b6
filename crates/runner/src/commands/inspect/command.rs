//! The command that is printed for what was looked at.

use std::path::Path;

/// A `--set` of the printed command, as one word of a shell.
pub(super) fn set(key: &str, path: &Path) -> String {
    let argument = format!("{key}={}", path.display());
    let is_plain = |letter: char| letter.is_alphanumeric() || "._/=-+:@%".contains(letter);
    if argument.chars().all(is_plain) {
        return format!("--set {argument}");
    }
    format!("--set '{}'", argument.replace('\'', "'\\''"))
}
