//! Rows of two whole numbers and nothing else, which most large lists consist of: whole blocks of them are read at once, by
//! all threads, and every other line one by one.

use rayon::prelude::*;

use crate::separated::{Separator, Splitter};

/// What stands between the two numbers of a row.
#[derive(Clone, Copy, Debug)]
pub(super) enum Between {
    Sign(u8),
    /// A blank or a tab.
    Space,
}

/// Reads rows of two numbers below 10¹⁸.
#[derive(Debug)]
pub(super) struct Plain {
    /// So many bytes are tried next: more while all is plain, fewer where something else comes often, as what lies behind
    /// that is looked at in vain.
    reach: usize,
}

/// The rows that a text begins with, in parts.
#[derive(Debug)]
pub(super) struct Rows {
    pub parts: Vec<Vec<[u64; 2]>>,
    /// The bytes that they take up.
    pub bytes: usize,
}

/// What one thread reads at once.
const PART: usize = 64 << 10;

/// Rows of large lists are longer, and those of small ones make their part's list grow once.
const BYTES_OF_ROW: usize = 12;

const LEAST_REACH: usize = 1 << 10;

/// No text that is read at once holds more rows, of four bytes at least.
pub(super) const MOST_ROWS: usize = MOST_REACH / 4;

const MOST_REACH: usize = 4 << 20;

impl Plain {
    pub fn new() -> Self {
        Self { reach: LEAST_REACH }
    }

    /// The rows that some whole lines begin with, as many as are tried.
    pub fn rows(&mut self, lines: &[u8], between: Between) -> Rows {
        let tried = &lines[..end_of_line(lines, self.reach)];
        let mut ends: Vec<usize> =
            (1..=tried.len() / PART).map(|part| end_of_line(tried, part * PART)).collect();
        ends.push(tried.len());
        ends.dedup();
        let starts = std::iter::once(0).chain(ends.iter().copied());
        let texts: Vec<&[u8]> = starts.zip(&ends).map(|(start, end)| &tried[start..*end]).collect();
        let read: Vec<(Vec<[u64; 2]>, usize)> = texts.par_iter().map(|text| part(text, between)).collect();
        let mut rows = Rows { parts: Vec::with_capacity(read.len()), bytes: 0 };
        for ((part, bytes), text) in read.into_iter().zip(texts) {
            rows.parts.push(part);
            rows.bytes += bytes;
            if bytes < text.len() {
                break;
            }
        }
        self.reach = match rows.bytes == tried.len() {
            true => (2 * self.reach).min(MOST_REACH),
            false => (self.reach / 2).max(LEAST_REACH),
        };
        rows
    }
}

impl Between {
    /// What stands between columns that are split so, where it is one byte.
    pub fn of(splitter: Splitter) -> Option<Self> {
        match splitter.separator {
            Separator::Space => Some(Self::Space),
            separator => Some(Self::Sign(u8::try_from(separator.sign()?).ok().filter(u8::is_ascii)?)),
        }
    }

    fn is(self, byte: u8) -> bool {
        match self {
            Self::Sign(sign) => byte == sign,
            Self::Space => byte == b' ' || byte == b'\t',
        }
    }
}

/// Where the last line ends that begins before `at`, counted from the start of the lines.
fn end_of_line(lines: &[u8], at: usize) -> usize {
    match lines.get(at.saturating_sub(1)..) {
        Some(rest) => rest
            .iter()
            .position(|byte| *byte == b'\n')
            .map_or(lines.len(), |end| at.saturating_sub(1) + end + 1),
        None => lines.len(),
    }
}

/// The rows that a text begins with, and the bytes that they take up.
fn part(text: &[u8], between: Between) -> (Vec<[u64; 2]>, usize) {
    let mut rows = Vec::with_capacity(text.len() / BYTES_OF_ROW);
    let mut bytes = 0;
    while let Some((row, length)) = row(&text[bytes..], between) {
        rows.push(row);
        bytes += length;
    }
    (rows, bytes)
}

/// The row that a text begins with, and its bytes with the line's end; none where it is anything but two numbers.
fn row(text: &[u8], between: Between) -> Option<([u64; 2], usize)> {
    let (from, mut at) = number(text)?;
    if !between.is(*text.get(at)?) {
        return None;
    }
    at += 1;
    let (to, length) = number(&text[at..])?;
    at += length;
    at += usize::from(*text.get(at)? == b'\r');
    (*text.get(at)? == b'\n').then_some(([from, to], at + 1))
}

/// The number that a text begins with, and its digits: no zero leads it, and it has 18 at most.
fn number(text: &[u8]) -> Option<(u64, usize)> {
    let mut number = 0;
    let mut digits = 0;
    while let Some(digit) = text.get(digits).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10) {
        number = 10 * number + u64::from(digit);
        digits += 1;
        if digits > 18 {
            return None;
        }
    }
    let is_name = digits == 0 || (digits > 1 && text[0] == b'0');
    (!is_name).then_some((number, digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str, between: Between) -> (Vec<[u64; 2]>, usize) {
        let Rows { parts, bytes } = Plain { reach: MOST_REACH }.rows(text.as_bytes(), between);
        (parts.concat(), bytes)
    }

    #[test]
    fn only_rows_of_two_numbers_are_plain() {
        let comma = Between::Sign(b',');
        assert_eq!(rows("1,2\n3,4\r\n0,10\n", comma), (vec![[1, 2], [3, 4], [0, 10]], 14));
        assert_eq!(rows("1 2\n3\t4\n", Between::Space), (vec![[1, 2], [3, 4]], 8));
        let long = "999999999999999999";
        assert_eq!(rows(&format!("{long},1\n"), comma).0, [[999_999_999_999_999_999, 1]]);
        for odd in [
            "",
            "\n",
            "\r\n",
            "01,2\n",
            "1,02\n",
            "1, 2\n",
            " 1,2\n",
            "1,2 \n",
            "1,2,3\n",
            "1,2,\n",
            "-1,2\n",
            "+1,2\n",
            "1;2\n",
            "a,2\n",
            "1,\n",
            ",1\n",
            "1\n",
            "# 1,2\n",
            "1,2\r\r\n",
            "\"1\",2\n",
            "1,2\u{1a}\n",
            "1,2\0\n",
            "1.0,2\n",
            "1000000000000000000,2\n",
            "\u{feff}1,2\n",
            "1,2\r",
            "1,2",
        ] {
            assert_eq!(rows(&format!("7,8\n{odd}"), comma), (vec![[7, 8]], 4), "{odd:?}");
        }
    }

    #[test]
    fn parts_end_where_lines_do() {
        let text: String = (0..100_000).map(|row| format!("{row} {}\n", row * 7)).collect();
        let expected: Vec<[u64; 2]> = (0..100_000).map(|row| [row, row * 7]).collect();
        assert_eq!(rows(&text, Between::Space), (expected.clone(), text.len()));
        let mut plain = Plain::new();
        let (mut read, mut at) = (Vec::new(), 0);
        while at < text.len() {
            let rows = plain.rows(&text.as_bytes()[at..], Between::Space);
            read.extend(rows.parts.concat());
            at += rows.bytes;
        }
        assert_eq!(read, expected);
        let odd = text.replacen("\n70000 ", "\nodd ", 1);
        let (before, bytes) = rows(&odd, Between::Space);
        assert_eq!(before, expected[..70_000]);
        assert!(odd[bytes..].starts_with("odd "));
    }
}
