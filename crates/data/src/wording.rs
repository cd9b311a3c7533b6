//! Counts in sentences.

/// A count and what is counted, in the singular or the plural: `1 line has`, `2 lines have`.
pub(crate) fn counted(count: usize, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}
