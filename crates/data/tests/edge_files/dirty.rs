//! Files that were spoilt on their way, and packed ones.

use std::io::Write;

use aevb_data::graph::{Header, MissingEnds};
use ruzstd::encoding::CompressionLevel;

use crate::karate::*;

fn plain() -> String {
    lines("source,target\n", |a, b, _| format!("{a},{b}"))
}

#[test]
fn missing_ends_are_no_nodes() {
    let mut text = lines("source,target\n", |a, b, _| format!("P{a},P{b}"));
    text.push_str("P1,nan\nP2,NaN\nP3,NA\nP4,None\nnull,P5\n");
    let loaded = read("nan-ends.csv", &text);
    assert_karate(&loaded, |node| format!("P{node}"), "missing");
    assert_notes(&loaded, &["5 lines have an end called like a missing value"], "missing");
    let kept = try_read("nan-ends.csv", &text, |files| files.reading.missing_ends = MissingEnds::Keep)
        .expect("read");
    assert_eq!(kept.graph.nodes(), 39);
    assert_notes(&kept, &["called like missing values"], "kept");
}

#[test]
fn ids_that_were_rounded_are_noted() {
    let points = read("float-ids.csv", lines("source,target\n", |a, b, _| format!("{a}.0,{b}.0")));
    assert_karate(&points, |node| format!("{node}.0"), "points");
    assert_notes(&points, &["34 ids end in `.0`"], "points");
    for (name, id) in [("excel.csv", "7.61E+17"), ("r.csv", "1e+05")] {
        let loaded = read(
            name,
            lines("source,target\n", |a, b, _| {
                let id = |node: u32| if node == 3 { id.to_owned() } else { number(node) };
                format!("{},{}", id(a), id(b))
            }),
        );
        assert!(
            loaded.notes()[0].contains("looks like a number that a spreadsheet or R has rounded"),
            "{:?}",
            loaded.notes()
        );
    }
    let loaded =
        read("long.csv", lines("", |a, b, _| format!("7610026420{a:02}198000,7610026420{b:02}198000")));
    assert_notes(&loaded, &["rounded them to 15 digits"], "15 digits");
    let exact = read(
        "exact.csv",
        lines("", |a, b, _| format!("7610026420{a:02}19840{},7610026420{b:02}19840{}", a % 10, b % 10)),
    );
    assert_notes(&exact, &[], "exact");
}

#[test]
fn files_put_together_repeat_their_headers() {
    let half = plain();
    for between in ["", "\u{feff}"] {
        let text = format!("{half}{between}{half}");
        let loaded = read("concatenated.csv", &text);
        assert_karate(&loaded, number, "concatenated");
        assert!(
            loaded.notes().iter().any(|note| note.contains(" the columns again")),
            "{:?}",
            loaded.notes()
        );
        assert_eq!(loaded.notes().iter().any(|note| note.contains("byte order mark")), !between.is_empty());
    }
    let weighted = lines("source,target,weight\n", |a, b, w| format!("{a},{b},{w}"));
    assert_karate(&read("twice.csv", format!("{weighted}{weighted}")), number, "twice");
    let words = lines("source,target\n", |a, b, _| format!("P{a},P{b}"));
    assert_karate(&read("words.csv", format!("{words}{words}")), |node| format!("P{node}"), "words");
    let all = try_read("words.csv", format!("{words}{words}"), |files| files.reading.header = Header::No);
    assert_eq!(all.expect("read").graph.edge_count(), 79);
    let turned = format!("{half}target,source\n1,2\n");
    assert!(refused("turned.csv", turned).contains("another header"));
}

#[test]
fn a_sum_at_the_end_is_no_edge() {
    let loaded = read("footer.csv", format!("{}Total,78\n", plain()));
    assert_karate(&loaded, number, "total");
    assert_notes(&loaded, &["begins with `Total`"], "total");
    let words = lines("source,target\n", |a, b, _| format!("P{a},P{b}"));
    let loaded = read("footer.csv", format!("{words}Total,78\n"));
    assert_karate(&loaded, |node| format!("P{node}"), "total of words");
    let company = read("names.csv", "source,target\nShell,BP\nBP,Eni\nTotal,Eni\n");
    assert_eq!(company.graph.edge_count(), 3);
}

#[test]
fn text_of_other_systems_is_read() {
    let utf16 = |big: bool, mark: bool| {
        let text = plain().replace('\n', "\r\n");
        let units = mark.then_some(0xfeff).into_iter().chain(text.encode_utf16());
        units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect::<Vec<u8>>()
    };
    for (big, mark) in [(false, true), (true, true), (false, false)] {
        let loaded = read("utf16.csv", utf16(big, mark));
        assert_karate(&loaded, number, "UTF-16");
        assert_notes(&loaded, &["UTF-16"], "UTF-16");
    }
    let mut cut = utf16(false, true);
    cut.pop();
    assert!(refused("utf16.csv", cut).contains("ends within a letter"));
    let mac = read("old-mac.csv", plain().replace('\n', "\r"));
    assert_karate(&mac, number, "old Mac");
    assert_notes(&mac, &["old Macs"], "old Mac");
    let named = read("sep-line.csv", format!("sep=;\n{}", plain().replace(',', ";")));
    assert_karate(&named, number, "sep=");
    assert_notes(&named, &[], "sep=");
    assert_karate(&read("dos.csv", format!("{}\u{1a}", plain().replace('\n', "\r\n"))), number, "DOS");
}

#[test]
fn packed_files_are_unpacked() {
    let text = plain();
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
    bzip2.write_all(text.as_bytes()).expect("packed");
    let packed = bzip2.finish().expect("packed");
    assert_karate(&read("out.edges.bz2", &packed), number, "bzip2");
    let xz = include_bytes!("karate.csv.xz");
    let zstd = include_bytes!("karate.csv.zst");
    assert_karate(&read("karate.csv.xz", xz), number, "xz");
    assert_karate(&read("karate.csv.zst", zstd), number, "zstd");
    for (name, packed) in [
        ("cut.bz2", &packed[..packed.len() - 9]),
        ("cut.xz", &xz[..xz.len() - 40]),
        ("cut.zst", &zstd[..zstd.len() - 9]),
    ] {
        let message = refused(name, packed);
        assert!(message.contains("damaged") || message.contains("unpack"), "{message}");
    }
}

#[test]
fn all_frames_of_zstandard_are_read_and_checked() {
    let frame = |text: &str| ruzstd::encoding::compress_to_vec(text.as_bytes(), CompressionLevel::Fastest);
    let text = plain();
    let half = text[..text.len() / 2].rfind('\n').expect("lines") + 1;
    let skipped = [&[0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0][..], b"any"].concat();
    let frames = [&skipped[..], &frame(&text[..half]), &skipped, &frame(""), &frame(&text[half..])].concat();
    assert_karate(&read("karate.csv.zst", &frames), number, "frames");
    assert!(refused("trail.zst", [&frame(&text)[..], b"more"].concat()).contains("damaged"));
    assert!(refused("skip.zst", &skipped[..9]).contains("damaged"));
    // With a checksum no changed byte of the content goes unseen.
    let zstd = include_bytes!("karate.csv.zst");
    let number_of_changes = (0..25).filter(|change| {
        let mut changed = zstd.to_vec();
        let at = 20 + change * (changed.len() - 24) / 25;
        changed[at] ^= 4;
        !refused("changed.zst", changed).is_empty()
    });
    assert_eq!(number_of_changes.count(), 25);
}

#[test]
fn archives_of_several_files_and_names_like_magic_are_told_apart() {
    let gzip = |content: &[u8]| {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(content).expect("packed");
        packer.finish().expect("packed")
    };
    let mut tar = vec![0; 1024];
    tar[..8].copy_from_slice(b"edges.tx");
    tar[257..265].copy_from_slice(b"ustar  \0");
    assert!(refused("g.tar.gz", gzip(&tar)).contains("is a tar archive"));
    // A word stands where tar has its mark.
    let mustard = "aa bb\n".repeat(42) + "aaa mustard\nmustard bb\n";
    assert_eq!(&mustard[257..262], "ustar");
    for text in ["BZh1 a\na b\nb c\n", "PAR1\tF2R\nF2R\tF3\nF3\tPAR1", &mustard] {
        for content in [text.as_bytes().to_vec(), gzip(text.as_bytes())] {
            let loaded = read("names.txt", content);
            assert!(loaded.graph.nodes() >= 3, "{text}");
        }
    }
}

#[test]
fn archives_and_collections_are_called_by_their_names() {
    let header = [b"PK\x03\x04".as_slice(), &[0; 22], &[14, 0, 0, 0], b"soc-karate.mtx"].concat();
    let message = refused("soc-karate.zip", header);
    assert!(message.contains("is a zip archive that begins with `soc-karate.mtx`"), "{message}");
    assert!(message.contains("unzip"), "{message}");
    let collection = read("DS_A.txt", lines("", |a, b, _| format!("{a}, {b}")));
    assert_karate(&collection, number, "TU");
    assert_notes(&collection, &["TU collection"], "TU");
}
