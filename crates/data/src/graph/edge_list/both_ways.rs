//! Messy lists read line by line and block by block: nothing may tell the two apart.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;

use super::*;
use crate::graph::files::{Bipartite, Header};
use crate::graph::node_ids::NodeName;

/// All that is known of a list once it is read.
fn told(path: &Path, weights: Weights, reading: &EdgeReading, at_once: bool) -> String {
    let read = || {
        let lines = Lines::open(path, NARROW)?;
        let list = List::begin(&lines, weights, reading)?;
        read_lines(lines, list, at_once)
    };
    match read() {
        Ok(Edges { ids, first, entries, weights, file, notes, first_line }) => {
            let names: Vec<String> = ids.names().map(|name: NodeName| name.to_string()).collect();
            format!("{names:?} {first} {entries:?} {weights:?} {file:?} {notes:#?} {first_line:?}")
        }
        Err(error) => format!("{error} {:?}", error.hint()),
    }
}

/// Some rows of two numbers, with what stands between them to be put in.
fn run() -> impl Strategy<Value = String> {
    let most = prop_oneof![3 => Just(40_u64), 2 => Just(100_000), 1 => Just(u64::MAX)];
    (most, prop::collection::vec(any::<[u64; 2]>(), 1..400)).prop_map(|(most, pairs)| {
        let row = |[from, to]: [u64; 2]| format!("{}|{}\n", from % most, to % most);
        pairs.into_iter().map(row).collect()
    })
}

fn odd_line() -> impl Strategy<Value = String> {
    let lines = [
        "",
        "",
        " ",
        "# remark",
        "% remark",
        "#a|b",
        "1|2|3",
        "1|2|",
        "1| 2",
        " 1|2",
        "1|2 ",
        "1",
        "a|b",
        "a|1",
        "-1|2",
        "007|7",
        "18446744073709551616|1",
        "\"1\"|2",
        "NaN|1",
        "NA|NA",
        "0.5|1",
        "1|2|0,5",
        "source|target",
        "Total|9",
        "\u{feff}1|2",
        "1,2",
        "1;2",
        "1\t2",
        "1 2",
        "{}",
        "1|2|{'weight': 3}",
        "é|1",
        "3.0|4",
        "left:1|2",
    ];
    prop::sample::select(lines.to_vec()).prop_map(|line| format!("{line}\n"))
}

fn broken_line() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["1|\u{1}\n", "1|2\r3|4\n", "1|2\u{1a}\n", "\u{1a}"]).prop_map(str::to_owned)
}

/// A list with signs of its own between the columns and at the ends of lines.
fn messy_list() -> impl Strategy<Value = String> {
    let head = prop::sample::select(vec![
        "",
        "# a list\n",
        "source|target\n",
        "0|1\na|b\n",
        "from|to|weight\n",
        "sep=,\n",
        "4|3\n",
        "# source|target|weight\n",
        "% bip unweighted\n",
        "a|b\n",
        "\u{feff}1|2\n",
        "'1'|'2'\n",
        "1|2|3\n",
    ]);
    let piece = prop_oneof![6 => run(), 3 => odd_line(), 1 => broken_line()];
    let sign = prop::sample::select(vec!["\t", " ", ",", ";", "|", "  ", " -> ", ", ", "::"]);
    let end = prop::sample::select(vec!["\n", "\n", "\n", "\r\n", "\r"]);
    (head, prop::collection::vec(piece, 0..12), sign, end, any::<bool>()).prop_map(
        |(head, pieces, sign, end, is_ended)| {
            let text = format!("{head}{}", pieces.concat());
            let text = if is_ended { &text[..] } else { text.trim_end_matches('\n') };
            text.replace('|', sign).replace('\n', end)
        },
    )
}

fn packed(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish()).expect("packed")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn blocks_of_plain_rows_are_read_as_their_lines_are(
        text in messy_list(),
        form in 0..6,
        weights in prop::sample::select(vec![Weights::Auto, Weights::Auto, Weights::None, Weights::ThirdColumn]),
        header in prop::sample::select(vec![Header::Auto, Header::Auto, Header::Yes, Header::No]),
        has_two_kinds in prop::bool::weighted(0.1),
    ) {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        let bytes = match form {
            0 => packed(&text),
            // Its end is cut off.
            1 => packed(&text)[..packed(&text).len() - 9].to_vec(),
            2 => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            _ => text.into_bytes(),
        };
        std::fs::write(file.path(), bytes).expect("written");
        let bipartite = if has_two_kinds { Bipartite::Yes } else { Bipartite::Auto };
        let reading = EdgeReading { header, bipartite, ..EdgeReading::default() };
        let [block, line] = [true, false].map(|at_once| told(file.path(), weights, &reading, at_once));
        prop_assert_eq!(block, line);
    }
}

/// A file of several times what is in memory at once, with something odd now and then.
#[test]
fn a_large_list_is_read_as_its_lines_are() {
    let mut text = String::from("# a list\n");
    let mut state = 1_u64;
    for row in 0..800_000_u64 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        text += &match row {
            123_456 => "\n".to_owned(),
            400_000 => "# remark\n".to_owned(),
            650_000 => "10 20 30\n".to_owned(),
            _ => format!("{} {}\n", (state >> 33) % 90_000, (state >> 20) % 90_000),
        };
    }
    assert!(text.len() > 2 * (4 << 20));
    for bytes in [text.clone().into_bytes(), packed(&text)] {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), bytes).expect("written");
        let [block, line] =
            [true, false].map(|at_once| told(file.path(), Weights::Auto, &EdgeReading::default(), at_once));
        assert!(block == line);
        assert!(block.contains("lines: 800001, comments: 2"), "{}", &block[block.len() - 900..]);
    }
}

#[test]
fn more_than_can_be_numbered_is_refused_in_one_line() {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), "1 2\n2 3\n3 1\n4 5\n").expect("written");
    let read = |most| {
        let lines = Lines::open(file.path(), NARROW)?;
        let list = List::begin(&lines, Weights::Auto, &EdgeReading::default())?.with_most(most);
        read_lines(lines, list, true)
    };
    assert_eq!(read(5).expect("few").entries.len(), 4);
    for (most, line) in [(3, 2), (4, 3)] {
        let error = read(most).expect_err("too many").to_string();
        assert!(
            error.ends_with(&format!("line {line}: more edges or nodes than 32 bits can number")),
            "{error}"
        );
    }
}
