//! Tables of numbers, and what is said of files that are none.

use aevb_data::table::{Standardization, Table, TableReading};

fn read(name: &str, content: &[u8], id: Option<&str>) -> aevb_data::Result<Table> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join(name);
    std::fs::write(&path, content).expect("written");
    let reading = TableReading { id: id.map(str::to_owned), ..TableReading::default() };
    Table::read(&path, &reading).map_err(|mut error| {
        error.place = error.place.replace(&format!("{}/", folder.path().display()), "");
        error
    })
}

#[test]
fn one_table_is_read_from_every_form() {
    let forms: [(&str, &str); 5] = [
        ("t.csv", "a,b\n1,2.5\n-3,4e2\n"),
        ("t.tsv", "# by hand\na\tb\r\n1\t2.5\r\n-3\t400\r\n"),
        ("t.txt", "a b\n1 2.5\n-3   400\n"),
        ("semicolons.csv", "a;b\n1;2.5\n-3;400\n"),
        ("quotes.csv", "\"a\",\"b\"\n\"1\",\"2.5\"\n-3,400\n"),
    ];
    for (name, content) in forms {
        let table = read(name, content.as_bytes(), None).expect("a table");
        assert_eq!((table.columns.join(" "), table.rows()), ("a b".to_owned(), 2), "{name}");
        assert_eq!(table.values, [1.0, 2.5, -3.0, 400.0], "{name}");
    }
    let table = read("t.csv", b"1,2\n3,4\n", None).expect("no header");
    assert_eq!(
        (table.columns, table.values),
        (vec!["x0".to_owned(), "x1".to_owned()], vec![1.0, 2.0, 3.0, 4.0])
    );
    let table = read("t.csv", b"a,who,b\n1,anna,2\n3,ben,4\n", Some("who")).expect("with names");
    assert_eq!(table.ids.expect("names"), ["anna", "ben"]);
    assert_eq!((table.columns.join(" "), table.values), ("a b".to_owned(), vec![1.0, 2.0, 3.0, 4.0]));
}

#[test]
fn another_table_may_lack_the_names_of_rows() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("t.csv");
    let known = read("t.csv", b"a,b\n1,3\n2,4\n", None).expect("a table");
    let known = Standardization::of(&known, &[0, 1]).expect("both change");
    let reading = TableReading { id: Some("who".to_owned()), ..TableReading::default() };
    std::fs::write(&path, "a,b\n1,2\n").expect("written");
    let table = Table::read_alike(&path, &reading, &known).expect("a table");
    assert_eq!((table.columns.join(" "), table.ids), ("a b".to_owned(), None));
    std::fs::write(&path, "a,who\n1,anna\n").expect("written");
    assert_eq!(Table::read_alike(&path, &reading, &known).expect("a table").ids.expect("names"), ["anna"]);
}

#[test]
fn what_is_no_table_is_refused() {
    let cases: [(&str, &[u8], Option<&str>, &str); 12] = [
        ("t.csv", b"", None, "t.csv: holds no row"),
        ("t.csv", b"a,b\n", None, "t.csv: holds no row"),
        ("t.csv", b"a,b\n1,2\n3\n", None, "t.csv, line 3: 1 columns, where the first row has 2"),
        ("t.csv", b"a,b\n1,\n", None, "t.csv: 1 value is missing (empty), in column `b` (line 2)"),
        ("t.csv", b"a,b\n1,NA\n", None, "t.csv: 1 value is missing (`NA`), in column `b` (line 2)"),
        ("t.csv", b"a,b\n1,2\n1,red\n", None, "t.csv, line 3: `red` in column `b` is no number"),
        ("t.csv", b"a,b\n1,inf\n", None, "t.csv, line 2: `inf` in column `b` is no finite number"),
        ("t.csv", b"a,b\n1,2\n", Some("c"), "t.csv, line 1: there is no column `c`"),
        ("t.csv", b"a,b,a\n1,2,3\n", None, "t.csv, line 1: two columns are called `a`"),
        ("t.csv", b"a,\"b\n1,2\n", None, "t.csv, line 1: a quote that does not end"),
        ("t.npy", b"\x93NUMPY\x01\x00", None, "t.npy: ends within the array"),
        ("t.npz", b"PK\x03\x04", None, "t.npz: is cut short"),
    ];
    for (name, content, id, expected) in cases {
        let error = read(name, content, id).expect_err(expected);
        assert!(error.to_string().starts_with(expected), "{error}\nis not\n{expected}");
        assert!(error.hint().is_some(), "no hint for {error}");
    }
}

#[test]
fn columns_are_standardised_by_the_rows_that_train() {
    let table = read("t.csv", b"a,b\n1,10\n3,30\n100,100\n", None).expect("a table");
    let standardization = Standardization::of(&table, &[0, 1]).expect("both change");
    assert_eq!(
        (&standardization.mean[..], &standardization.deviation[..]),
        (&[2.0, 20.0][..], &[1.0, 10.0][..])
    );
    assert_eq!(standardization.apply(&table).expect("its own"), [-1.0, -1.0, 1.0, 1.0, 98.0, 8.0]);
    let turned = read("t.csv", b"b,a\n10,1\n30,3\n", None).expect("a table");
    assert_eq!(standardization.apply(&turned).expect("the same columns"), [-1.0, -1.0, 1.0, 1.0]);
    // Without names columns are taken as they come.
    let plain = read("t.csv", b"1,10\n3,30\n", None).expect("a table");
    assert_eq!(standardization.apply(&plain).expect("two columns"), [-1.0, -1.0, 1.0, 1.0]);
    standardization.apply(&read("t.csv", b"1,2,3\n", None).expect("a table")).expect_err("three columns");
    let other = read("t.csv", b"a,c\n1,10\n", None).expect("a table");
    assert!(
        standardization
            .apply(&other)
            .expect_err("other columns")
            .message
            .contains("`b` not there, `c` not trained on")
    );
    let constant = read("t.csv", b"a,b\n1,0.1\n3,0.1\n", None).expect("a table");
    let standardization = Standardization::of(&constant, &[0, 1]).expect("a changes");
    assert_eq!(
        (&standardization.columns[..], &standardization.mean[..]),
        (&["a".to_owned()][..], &[2.0][..])
    );
    let note = "column `b` never changes among the rows that train, and is left out";
    assert_eq!(standardization.note().expect("told"), note);
    let error = Standardization::of(&read("t.csv", b"a,b\n1,0.1\n1,0.1\n", None).expect("a table"), &[0, 1]);
    assert!(error.expect_err("nothing").to_string().starts_with("columns `a`, `b`: never change"));
}
