//! How a text is split into columns, told by many of its lines.

mod arrows;
mod blanks;

use self::arrows::Arrows;
use crate::separated::{Separator, Splitter, is_comment};

/// So many lines are looked at.
const LINES: usize = 1000;

/// How a text is split, and what about it is not like a plain table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dialect {
    pub splitter: Splitter,
    /// Whether each row ends with a dictionary of Python's, as NetworkX writes what it knows of an edge.
    pub dictionaries: bool,
    /// Whether the first line is `sep=;`, a spreadsheet's word for the separator.
    pub names_separator: bool,
    /// What was guessed where lines could be split in two ways.
    pub doubt: Option<String>,
}

/// The rows among the lines of a sample: what is no comment and not empty. The last line may be cut off, and is left out
/// where it is not the only one.
pub(crate) fn sampled_rows(sample: &str, whole: bool) -> Vec<&str> {
    let mut lines: Vec<&str> = sample.lines().collect();
    if !whole && lines.len() > 1 {
        lines.pop();
    }
    let mut begun = false;
    lines.retain(|line| {
        let is_row = !line.trim().is_empty() && !is_comment(line, begun);
        begun |= is_row;
        is_row
    });
    lines
}

/// The text of a sample: what of it is UTF-8, without a byte order mark.
pub(crate) fn sampled_text(sample: &[u8]) -> &str {
    let sample = sample.strip_prefix(b"\xef\xbb\xbf").unwrap_or(sample);
    match std::str::from_utf8(sample) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&sample[..error.valid_up_to()]).unwrap_or(""),
    }
}

/// The words of the comment right above the first row, where there are as many as columns and none is a number: names of
/// the columns, behind a mark.
pub(crate) fn commented_header(sample: &str, splitter: Splitter) -> Option<Vec<String>> {
    let mut above = None;
    let fields = |line: &str| -> Option<Vec<String>> {
        let mut fields: Vec<String> = splitter.fields(line).ok()?.into_iter().map(String::from).collect();
        fields.pop_if(|field| field.is_empty());
        Some(fields)
    };
    for line in sample.lines() {
        if line.trim().is_empty() {
            above = None;
        } else if is_comment(line, false) {
            above = Some(line);
        } else {
            let names = fields(above?.trim_start_matches(['#', '%']).trim_start_matches(' ').trim_end())?;
            let is_word = |name: &String| !name.is_empty() && name.parse::<f64>().is_err();
            let are_names =
                names.len() >= 2 && names.iter().all(is_word) && fields(line)?.len() == names.len();
            return are_names.then_some(names);
        }
    }
    None
}

impl Dialect {
    /// The dialect of a table that begins with `sample`, all of it where it is `whole`; `asked` is the separator that it is
    /// said to have.
    pub fn of(sample: &[u8], whole: bool, asked: Option<Separator>) -> Self {
        Self::told(sample, whole, asked, false)
    }

    /// The same of edges, whose first two columns are names of nodes.
    pub fn of_edges(sample: &[u8], whole: bool, asked: Option<Separator>) -> Self {
        Self::told(sample, whole, asked, true)
    }

    fn told(sample: &[u8], whole: bool, asked: Option<Separator>, are_edges: bool) -> Self {
        let mut rows = sampled_rows(sampled_text(sample), whole);
        let named = rows.first().and_then(|line| separator_line(line));
        if named.is_some() {
            rows.remove(0);
        }
        rows.truncate(LINES);
        let dictionaries = !rows.is_empty() && rows.iter().all(|row| dictionary(row).is_some());
        if dictionaries {
            rows = rows.into_iter().filter_map(dictionary).map(|(row, _)| row).collect();
        }
        let mut splitter = Splitter::from(Separator::Space);
        let begin_with =
            |sign: char| rows.len() > 1 && rows.iter().all(|row| row.trim_start().starts_with(sign));
        splitter.tuples = begin_with('(');
        let separator = asked.or(named);
        let mut doubt = None;
        let of_tables = |arrow: &str| ["<->", "-->", "->", "=>", " -- "].contains(&arrow);
        let arrows = Arrows::of(&rows).filter(|found| are_edges || of_tables(found.arrow));
        splitter.separator = match (separator, arrows) {
            (Some(separator), _) => separator,
            (None, Some(arrows)) => {
                (splitter.beyond, doubt) = (arrows.beyond, arrows.doubt);
                Separator::Arrow(arrows.arrow)
            }
            (None, None) => {
                let found = separator_of(&rows, splitter);
                doubt = if are_edges { blanks::stand_between(found, &rows, splitter) } else { None };
                if doubt.is_some() { Separator::Space } else { found }
            }
        };
        let single = Splitter { quote: '\'', ..splitter };
        if begin_with('\'') {
            let separator = separator.unwrap_or_else(|| separator_of(&rows, single));
            let single = Splitter { separator, ..single };
            if rows.iter().all(|row| single.fields(row).is_ok()) {
                splitter = single;
            }
        }
        Self { splitter, dictionaries, names_separator: named.is_some(), doubt }
    }
}

/// What a separator is called in options.
fn name_of(sign: char) -> String {
    match sign {
        '\t' => "tab".to_owned(),
        ',' => "comma".to_owned(),
        ';' => "semicolon".to_owned(),
        '|' => "pipe".to_owned(),
        sign => sign.to_string(),
    }
}

/// The separator that a line like `sep=;` names.
fn separator_line(line: &str) -> Option<Separator> {
    let (word, sign) = line.trim_end_matches(['\r', '"']).trim_start_matches('"').split_once('=')?;
    if !word.trim().eq_ignore_ascii_case("sep") { None } else { Separator::named(sign) }
}

/// A row, and the dictionary of Python's that it ends with.
pub(crate) fn dictionary(row: &str) -> Option<(&str, &str)> {
    let row = row.trim_end();
    let (before, inside) = row.split_once('{')?;
    let inside = inside.strip_suffix('}')?;
    Some((before.trim_end().trim_end_matches([',', ';', '|']).trim_end(), inside))
}

/// The separator that gives most lines the same number of columns, two or more. Where several do alike, it is the tab,
/// the semicolon, the comma, the pipe and white space, in that order: names hold what comes later more often, and
/// commas may be of decimal fractions.
fn separator_of(rows: &[&str], splitter: Splitter) -> Separator {
    let fit = |separator: Separator| Fit::of(rows, Splitter { separator, ..splitter });
    let space = fit(Separator::Space);
    let mut best = (Separator::Space, Fit::default());
    for separator in [Separator::Tab, Separator::Semicolon, Separator::Comma, Separator::Pipe] {
        let found = fit(separator);
        if found.lines > best.1.lines && !is_inside_names(separator, rows, &space, splitter) {
            best = (separator, found);
        }
    }
    if best.1.lines > 0 && best.1.lines >= space.lines { best.0 } else { Separator::Space }
}

/// How well a separator fits.
#[derive(Clone, Copy, Default)]
struct Fit {
    /// The number of columns that most lines have.
    columns: usize,
    /// How many lines have it, a header that is one column short included.
    lines: usize,
}

impl Fit {
    fn of(rows: &[&str], splitter: Splitter) -> Self {
        let counts: Vec<usize> =
            rows.iter().map(|row| splitter.fields(row).map_or(0, |fields| fields.len())).collect();
        let mut sorted: Vec<usize> = counts.iter().copied().filter(|count| *count >= 2).collect();
        sorted.sort_unstable();
        let groups = sorted.chunk_by(|a, b| a == b);
        let Some(most) = groups.max_by_key(|group| group.len()) else { return Self::default() };
        let is_short = counts.len() > 1 && counts[0] >= 2 && counts[0] + 1 == most[0];
        Self { columns: most[0], lines: most.len() + usize::from(is_short) }
    }
}

/// Whether a sign seems to stand inside columns that are split by white space: names of the same form at both ends, such as
/// `Smith,J Doe,K`, or decimal commas.
fn is_inside_names(separator: Separator, rows: &[&str], space: &Fit, splitter: Splitter) -> bool {
    let Some(sign) = separator.sign().filter(|sign| *sign != '\t') else { return false };
    if space.lines < rows.len() || space.columns < 2 {
        return false;
    }
    let spaced = Splitter { separator: Separator::Space, ..splitter };
    let is_decimal = |text: &str| {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        text.split_once(',')
            .is_some_and(|(whole, rest)| digits(whole.trim_start_matches('-')) && digits(rest))
    };
    rows.iter().all(|row| {
        let Ok(fields) = spaced.fields(row) else { return false };
        let signs = |at: usize| {
            fields.get(at).map_or(0, |field: &std::borrow::Cow<'_, str>| field.matches(sign).count())
        };
        let mut later = (2..fields.len()).filter(|at| signs(*at) > 0).peekable();
        let is_later = later.peek().is_some();
        let alike = signs(0) > 0
            && signs(0) == signs(1)
            && !fields[0].ends_with(sign)
            && (fields.len() <= 3 || !is_later);
        let fraction =
            signs(0) + signs(1) == 0 && sign == ',' && is_later && later.all(|at| is_decimal(&fields[at]));
        alike || fraction
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn separator(text: &str) -> Separator {
        Dialect::of_edges(text.as_bytes(), true, None).splitter.separator
    }

    #[test]
    fn one_separator_is_decided_over_many_lines() {
        for (text, expected) in [
            ("1 2\n3\t4\n", Separator::Space),
            ("New York\tBoston\nParis\tLondon\n", Separator::Tab),
            ("Aachen;Celle;0,10\nBremen;Gera;0,25\n", Separator::Semicolon),
            ("New York,Boston\nParis,San Diego\n", Separator::Comma),
            ("1, 2\n3, 4\n", Separator::Comma),
            ("Aachen Nord|Celle West\nBremen Ost|Gera West\n", Separator::Pipe),
            ("sp|P1|A sp|P2|B\nsp|P3|C sp|P4|D\n", Separator::Space),
            ("Smith,J Doe,K\nRoe,R Doe,K\n", Separator::Space),
            ("1 2 0,5\n2 3 0,25\n", Separator::Space),
            ("1 2 a 0,5\n2 3 b 0,25\n", Separator::Space),
            ("Smith,A Doe,B 3 2004\nSmith,C Doe,D 3 2004\n", Separator::Space),
            ("Aachen Nord -> Celle\nBremen -> Gera\n", Separator::Arrow("->")),
            ("A → B\nB → C\n", Separator::Arrow("→")),
            ("A > B\nB > C\n", Separator::Arrow(" > ")),
            ("a,b,x > y\nb,c,y > z\n", Separator::Comma),
            ("\"a;b\",\"c;d\"\n\"e;f\",\"g;h\"\n", Separator::Comma),
            ("\"a b\" \"c, d\" 3\n\"e f\" \"g, h\" 4\n", Separator::Space),
            ("sep=|\na|b\n", Separator::Pipe),
            ("only\n", Separator::Space),
        ] {
            assert_eq!(separator(text), expected, "{text}");
        }
    }

    #[test]
    fn names_are_quoted_in_either_way_and_tuples_are_whole() {
        let single = Dialect::of(b"'a, b','c'\n'd','e'\n", true, None).splitter;
        assert_eq!(single.fields("'a, b','it''s'").expect("split"), ["a, b", "it's"]);
        let tuples = Dialect::of(b"(0, 0) (1, 0) 1.5\n(0, 1) (1, 1) 1.5\n", true, None).splitter;
        assert_eq!(tuples.fields("(0, 0) (1, (2)) 1.5").expect("split"), ["(0, 0)", "(1, (2))", "1.5"]);
        let tuples = Dialect::of(b"(0, 0),(1, 0)\n(0, 1),(1, 1)\n", true, None).splitter;
        assert_eq!(tuples.fields("(0, 0),(1, 0)").expect("split"), ["(0, 0)", "(1, 0)"]);
        assert!(Dialect::of(b"1 2 {'weight': 4, 'a': 'b'}\n1 3 {}\n", true, None).dictionaries);
    }
}
