//! Words for a value that is not there.

/// What pandas, R, NumPy and databases write, as they write it.
const WRITTEN: [&str; 12] =
    ["NA", "N/A", "n/a", "#N/A", "<NA>", "nan", "NaN", "NAN", "-nan", "None", "null", "NULL"];

/// What says the same where a number should stand, in capitals or not.
const IN_PLACE_OF_NUMBERS: [&str; 11] =
    ["", "?", "-", "--", ".", "nat", "nil", "missing", "(null)", "\\n", "n.a."];

/// Whether a text in place of a number says that there is none.
pub(crate) fn is_missing(text: &str) -> bool {
    text.len() <= 7 && WRITTEN.iter().chain(&IN_PLACE_OF_NUMBERS).any(|word| text.eq_ignore_ascii_case(word))
}

/// Whether a text in place of a name says that there is none: only as programs write it, for `na` and `none` may be names.
pub(crate) fn is_missing_name(text: &str) -> bool {
    text.len() <= 4 && WRITTEN.contains(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_missing_only_as_programs_write_it() {
        for text in ["NA", "nan", "None", "<NA>"] {
            assert!(is_missing(text) && is_missing_name(text), "{text}");
        }
        for text in ["", "?", "none", "NAT", "Missing", "\\N"] {
            assert!(is_missing(text) && !is_missing_name(text), "{text}");
        }
        for text in ["0", "x", "missing one"] {
            assert!(!is_missing(text) && !is_missing_name(text), "{text}");
        }
    }
}
