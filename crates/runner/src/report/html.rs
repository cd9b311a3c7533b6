//! HTML by hand: escaping, tables, figures and the page around them.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

/// Text that means itself, in an element or an attribute.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // No character of HTML.
            control if control.is_control() && !matches!(control, '\n' | '\t') => escaped.push('\u{fffd}'),
            other => escaped.push(other),
        }
    }
    escaped
}

/// A template with each `{{key}}` replaced; what is put in is not looked at again.
pub(super) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let (key, after) = after.split_once("}}").expect("a template closes what it opens");
        let value = values.iter().find(|(name, _)| *name == key);
        filled.push_str(before);
        filled.push_str(value.unwrap_or_else(|| panic!("a template's {key} has a value")).1);
        rest = after;
    }
    filled + rest
}

/// Rows of a name and a value.
pub(super) fn pairs(rows: &[(&str, String)]) -> String {
    let mut table = "<table>\n".to_owned();
    for (name, value) in rows {
        let _ = writeln!(table, "<tr><th scope=\"row\">{}</th><td>{}</td></tr>", escape(name), escape(value));
    }
    table + "</table>\n"
}

/// A table with a header; all columns but the first `texts` hold numbers.
pub(super) fn table(header: &[&str], texts: usize, rows: &[Vec<String>]) -> String {
    let class = |column: usize| if column < texts { "" } else { " class=\"number\"" };
    let mut table = "<table>\n<thead><tr>".to_owned();
    for (column, name) in header.iter().enumerate() {
        let _ = write!(table, "<th scope=\"col\"{}>{}</th>", class(column), escape(name));
    }
    table.push_str("</tr></thead>\n<tbody>\n");
    for row in rows {
        table.push_str("<tr>");
        for (column, cell) in row.iter().enumerate() {
            let _ = write!(table, "<td{}>{}</td>", class(column), escape(cell));
        }
        table.push_str("</tr>\n");
    }
    table + "</tbody>\n</table>\n"
}

/// A number to so many decimals, or as a power of ten where it is beyond all measure.
pub(super) fn decimal(value: f64, digits: usize) -> String {
    if value.abs() < 1e10 { format!("{value:.digits$}") } else { format!("{value:.3e}") }
}

/// Digits in groups of three.
pub(super) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    groups.join("\u{202f}")
}

/// A table that is scrolled where it is larger than its place.
pub(super) fn scroll(name: &str, table: &str) -> String {
    format!(
        "<div class=\"scroll wide\" tabindex=\"0\" role=\"region\" aria-label=\"{}\">\n{table}</div>\n",
        escape(name)
    )
}

/// A drawing or picture over its caption.
pub(super) fn figure(content: &str, caption: &str) -> String {
    format!("<figure>\n{content}<figcaption>{}</figcaption>\n</figure>\n", escape(caption))
}

/// A PNG inside the page, drawn `width` pixels wide.
pub(super) fn picture(png: &[u8], width: usize, description: &str) -> String {
    let source = data_url(png);
    format!("<img src=\"{source}\" width=\"{width}\" alt=\"{}\">\n", escape(description))
}

/// A PNG as an address that holds it.
pub(super) fn data_url(png: &[u8]) -> String {
    format!("data:image/png;base64,{}", BASE64.encode(png))
}

/// JSON that can stand inside a script element.
pub(super) fn script_json(value: &impl serde::Serialize) -> String {
    let json = serde_json::to_string(value).expect("maps with string keys are always JSON");
    json.replace('<', "\\u003c")
}

/// Numbers as base64 of their little-endian bytes.
pub(super) fn base64_of<const SIZE: usize, T: Copy>(values: &[T], bytes: fn(T) -> [u8; SIZE]) -> String {
    BASE64.encode(values.iter().flat_map(|&value| bytes(value)).collect::<Vec<u8>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_stand_in_groups() {
        assert_eq!([7, 1234, 3_660_000].map(grouped), ["7", "1\u{202f}234", "3\u{202f}660\u{202f}000"]);
    }

    #[test]
    fn numbers_travel_as_little_endian_bytes() {
        assert_eq!(base64_of(&[1.0f32], f32::to_le_bytes), "AACAPw==");
        assert_eq!(base64_of(&[1u16, 2], u16::to_le_bytes), "AQACAA==");
    }

    #[test]
    fn nothing_from_outside_ends_its_element() {
        assert_eq!(escape("</script>'\"&\u{1b}"), "&lt;/script&gt;&#39;&quot;&amp;\u{fffd}");
        assert_eq!(script_json(&"</script><!--"), "\"\\u003c/script>\\u003c!--\"");
    }

    #[test]
    fn what_is_filled_in_is_not_read_as_a_template() {
        assert_eq!(fill("a {{x}} c {{x}}", &[("x", "{{x}}")]), "a {{x}} c {{x}}");
    }
}
