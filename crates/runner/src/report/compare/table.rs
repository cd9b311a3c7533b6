//! A table of text, for a terminal, a page or Markdown.

use std::fmt::Write;

use super::super::html::{self, escape, scroll};

/// Rows of text under a header; the first column names the rows.
pub(super) struct Table {
    pub title: &'static str,
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Table {
    fn lines(&self) -> impl Iterator<Item = &Vec<String>> {
        std::iter::once(&self.header).chain(&self.rows)
    }

    /// In columns, names to the left and values to the right.
    pub fn to_text(&self) -> String {
        let width = |column: usize| self.lines().map(|row| row[column].chars().count()).max();
        let widths: Vec<usize> =
            (0..self.header.len()).map(|column| width(column).unwrap_or_default()).collect();
        let mut text = String::new();
        for row in self.lines() {
            let cells: Vec<String> = row
                .iter()
                .zip(&widths)
                .enumerate()
                .map(|(column, (cell, &width))| match column {
                    0 => format!("{cell:<width$}"),
                    _ => format!("{cell:>width$}"),
                })
                .collect();
            let _ = writeln!(text, "{}", cells.join("  ").trim_end());
        }
        text
    }

    /// As GitHub and others read it.
    pub fn to_markdown(&self) -> String {
        let line = |cells: &[String]| {
            let cells = cells.iter().map(|cell| cell.replace('|', "\\|").replace(['\n', '\r'], " "));
            format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "))
        };
        let marks: Vec<&str> =
            (0..self.header.len()).map(|column| if column == 0 { "---" } else { "--:" }).collect();
        let rows: String = self.rows.iter().map(|row| line(row)).collect();
        format!("## {}\n\n{}| {} |\n{rows}", self.title, line(&self.header), marks.join(" | "))
    }

    /// Under its title.
    pub fn to_html(&self) -> String {
        let header: Vec<&str> = self.header.iter().map(String::as_str).collect();
        let table = scroll(self.title, &html::table(&header, 1, &self.rows));
        format!("<h2>{}</h2>\n{table}", escape(self.title))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_text_markdown_and_html() {
        let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
        let rows = vec![words(&["a|b", "1.5 ± 0.25"]), words(&["<c>", ""])];
        let table = Table { title: "Runs", header: words(&["run", "AUC"]), rows };
        assert_eq!(table.to_text(), "run         AUC\na|b  1.5 ± 0.25\n<c>\n");
        let markdown = "## Runs\n\n| run | AUC |\n| --- | --: |\n| a\\|b | 1.5 ± 0.25 |\n| <c> |  |\n";
        assert_eq!(table.to_markdown(), markdown);
        let html = table.to_html();
        assert!(html.starts_with("<h2>Runs</h2>\n") && html.contains("&lt;c&gt;"), "{html}");
    }
}
