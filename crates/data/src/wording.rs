//! Counts in sentences.

/// A count and what is counted, in the singular or the plural: `1 line has`, `2 lines have`.
pub(crate) fn counted(count: usize, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

/// An option and its value as they are given on a command line.
pub(crate) fn setting(key: &str, value: &str) -> String {
    let is_plain = value.chars().all(|letter| letter.is_alphanumeric() || "_-.".contains(letter));
    if is_plain { format!("{key}={value}") } else { format!("'{key}={}'", value.replace('\'', "'\\''")) }
}
