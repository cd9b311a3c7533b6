//! Tables as columns of text.

use std::sync::atomic::{AtomicBool, Ordering};

use aevb_data::examples::{ExampleSet, Examples};

/// Whether this process writes tables for spreadsheets.
static SAFE: AtomicBool = AtomicBool::new(false);

/// From now on, tables have no text that a spreadsheet takes for a formula: an apostrophe stands before it, which it does
/// not show and other programs read as part of the name.
pub fn write_safely() {
    SAFE.store(true, Ordering::Relaxed);
}

/// Rows of text with a mark between the columns, quoted where they need it.
pub struct Writer {
    mark: char,
    is_safe: bool,
    text: String,
}

impl Writer {
    /// A table with commas, for example, between its columns.
    pub fn new(mark: char) -> Self {
        Self { mark, is_safe: SAFE.load(Ordering::Relaxed), text: String::new() }
    }

    /// Adds a row.
    pub fn row(&mut self, fields: impl IntoIterator<Item = String>) {
        for (column, mut field) in fields.into_iter().enumerate() {
            if self.is_safe && is_formula(&field) {
                field.insert(0, '\'');
            }
            if column > 0 {
                self.text.push(self.mark);
            }
            if field.contains([self.mark, '"', '\n', '\r']) || is_read_otherwise(&field) {
                self.text.push('"');
                self.text.push_str(&field.replace('"', "\"\""));
                self.text.push('"');
            } else {
                self.text.push_str(&field);
            }
        }
        self.text.push('\n');
    }

    /// The whole table.
    pub fn finish(self) -> Vec<u8> {
        self.text.into_bytes()
    }
}

/// Whether a spreadsheet would compute a field: <https://owasp.org/www-community/attacks/CSV_Injection>. A number it computes
/// to itself.
fn is_formula(field: &str) -> bool {
    field.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) && field.parse::<f64>().is_err()
}

/// Whether a reader would trim a field, or take its line for a comment.
fn is_read_otherwise(field: &str) -> bool {
    field.trim() != field || field.starts_with(['#', '%'])
}

/// Values of examples as CSV: a line of names, then one for each example, with its own name and its label first, where there are
/// any.
pub fn of_examples<Row: IntoIterator<Item = String>>(
    examples: &Examples,
    columns: impl IntoIterator<Item = String>,
    rows: impl IntoIterator<Item = Row>,
) -> Vec<u8> {
    let mut writer = Writer::new(',');
    let named = examples.names().map(|_| "id").into_iter().chain(examples.labels().map(|_| "label"));
    writer.row(named.map(str::to_owned).chain(columns));
    for (example, row) in rows.into_iter().enumerate() {
        let name = examples.names().map(|names| names[example].clone());
        writer.row(name.into_iter().chain(examples.label_text(example)).chain(row));
    }
    writer.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_text_where_that_is_asked_for() {
        let fields =
            ["=1+2", "@SUM(A1)", "-2+3", "+a", "\tx", "\rx", "-1.5", "-1e-5", "a=b", "'=c", "", "-inf"];
        let written = |is_safe| {
            let mut writer = Writer { is_safe, ..Writer::new(';') };
            writer.row(fields.map(str::to_owned));
            String::from_utf8(writer.finish()).expect("UTF-8")
        };
        let expected = "'=1+2;'@SUM(A1);'-2+3;'+a;'\tx;\"'\rx\";-1.5;-1e-5;a=b;'=c;;-inf\n";
        assert_eq!(written(true), expected);
        assert_eq!(written(false), "=1+2;@SUM(A1);-2+3;+a;\"\tx\";\"\rx\";-1.5;-1e-5;a=b;'=c;;-inf\n");
    }

    #[test]
    fn fields_are_quoted_where_they_need_it() {
        let mut writer = Writer::new('\t');
        writer.row(["a,b", "c\td", "say \"so\"", ""].map(str::to_owned));
        writer.row(["#a", "b#", "%", " c"].map(str::to_owned));
        let expected = "a,b\t\"c\td\"\t\"say \"\"so\"\"\"\t\n\"#a\"\tb#\t\"%\"\t\" c\"\n";
        assert_eq!(String::from_utf8(writer.finish()).as_deref(), Ok(expected));
    }
}
