//! Tables as people have them: what is guessed of a header, an index, marks and words is told, and nothing is lost in silence.

use std::fmt::Write;

use aevb_data::table::{Decimal, Header, IndexColumn, Standardization, Table, TableReading, Why};

/// Numbers that look like draws, from 0 to 1.
fn draws(seed: u64) -> impl Iterator<Item = f64> {
    let mut state = seed.wrapping_mul(2_862_933_555_777_941_757).wrapping_add(3_037_000_493);
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1u64 << 53) as f64
    })
}

/// Rows of numbers as `cell` writes a draw of the unit interval.
fn rows(count: usize, width: usize, mut cell: impl FnMut(usize, usize, f64) -> String) -> String {
    let mut draws = draws(count as u64 + width as u64);
    let mut text = String::new();
    for row in 0..count {
        let cells: Vec<String> =
            (0..width).map(|column| cell(row, column, draws.next().expect("endless"))).collect();
        text += &cells.join(",");
        text.push('\n');
    }
    text
}

fn decimals(_: usize, _: usize, draw: f64) -> String {
    format!("{:.4}", 4.0 * draw - 2.0)
}

fn read_as(content: &str, reading: &TableReading) -> aevb_data::Result<Table> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("t.csv");
    std::fs::write(&path, content).expect("written");
    Table::read(&path, reading)
}

fn read(content: &str) -> Table {
    read_as(content, &TableReading::default()).expect("a table")
}

fn refusal(content: &str) -> String {
    let error = read_as(content, &TableReading::default()).expect_err("no table");
    let place = error.place.rsplit('/').next().expect("a name").to_owned();
    format!("{place}: {} | {}", error.message, error.hint().unwrap_or_default())
}

fn shape(table: &Table) -> (usize, usize) {
    (table.rows(), table.columns.len())
}

#[test]
fn names_that_are_numbers_are_told_and_overruled() {
    let floats = rows(300, 6, decimals);
    let digits = rows(120, 64, |_, _, draw| format!("{}", (17.0 * draw) as u32));
    let counts = rows(60, 6, |_, _, draw| format!("{}", 1000 + (9000.0 * draw) as u32));
    let shortest = rows(40, 3, |_, _, draw| format!("{}", 2.0 * draw - 1.0));
    let spectrum: Vec<String> = (0..50).map(|at| format!("{:.1}", 400.0 + 2.5 * f64::from(at))).collect();
    let uneven: Vec<String> = (0..50).map(|at| format!("{:.2}", 400.0 * 1.01f64.powi(at))).collect();
    let to = |n: usize| (0..n).map(|at| at.to_string()).collect::<Vec<_>>().join(",");
    for (header, body, count) in [
        ("2018,2019,2020,2021,2022,2023".to_owned(), &floats, 300),
        ("0,1,2,3,4,5".to_owned(), &floats, 300),
        ("1,2,3,4,5,6".to_owned(), &floats, 300),
        ("12001,733,9120,48211,15,66".to_owned(), &floats, 300),
        (to(64), &digits, 120),
        ("2018,2019,2020,2021,2022,2023".to_owned(), &counts, 60),
        ("0,1,2".to_owned(), &shortest, 40),
        (spectrum.join(","), &rows(30, 50, |_, _, draw| format!("{draw:.5}")), 30),
        (uneven.join(","), &rows(30, 50, |_, _, draw| format!("{draw:.5}")), 30),
        ("0,1".to_owned(), &rows(30, 2, decimals), 30),
    ] {
        let text = format!("{header}\n{body}");
        let table = read(&text);
        let width = header.split(',').count();
        assert_eq!((shape(&table), table.is_named), ((count, width), true), "{header}");
        assert_eq!(table.columns.join(","), header);
        assert!(table.notes.len() == 1 && table.notes[0].contains("data.header=no"), "{:?}", table.notes);
        let row =
            read_as(&text, &TableReading { header: Header::No, ..TableReading::default() }).expect("a table");
        assert_eq!((shape(&row), row.is_named, row.notes.len()), ((count + 1, width), false, 0), "{header}");
    }
}

#[test]
fn a_first_row_that_happens_to_count_up_is_kept_and_told() {
    for (first, body) in [
        ("1,2,3,4,5,6", rows(50, 6, |_, _, draw| format!("{}", (10.0 * draw) as u32))),
        ("0.1,0.2,0.3,0.4", rows(50, 4, |_, _, draw| format!("{draw:.2}"))),
        ("-0.5,0.0,0.5", rows(50, 3, decimals)),
        ("10,20,30,40", rows(50, 4, |_, _, draw| format!("{}", (100.0 * draw) as u32))),
        ("1,2,3", "7,1,4\n2,2,9\n".to_owned()),
    ] {
        let text = format!("{first}\n{body}");
        let table = read(&text);
        assert_eq!(table.rows(), body.lines().count() + 1, "{first}: {:?}", table.notes);
        assert!(table.notes.len() == 1 && table.notes[0].contains("data.header=yes"), "{:?}", table.notes);
        let named = read_as(&text, &TableReading { header: Header::Yes, ..TableReading::default() })
            .expect("a table");
        assert_eq!((named.rows(), named.columns.join(",")), (body.lines().count(), first.to_owned()));
    }
}

#[test]
fn rows_that_all_count_up_have_no_header() {
    let lags = rows(50, 4, |row, column, _| format!("{}", row + column));
    let arange = "1,2,3\n4,5,6\n7,8,9\n".to_owned();
    // Of three digits one row in twenty counts up.
    let digits = format!("1,2,3\n{}", rows(50, 3, |_, _, draw| format!("{}", (10.0 * draw) as u32)));
    let growth = rows(50, 4, |row, column, draw| format!("{:.1}", row as f64 * (2.0 + column as f64) + draw));
    for body in [lags, arange, digits, growth] {
        let table = read(&body);
        assert_eq!((table.rows(), table.notes), (body.lines().count(), Vec::<String>::new()), "{body}");
    }
}

#[test]
fn a_first_row_with_words_is_a_header_only_over_numbers() {
    let flowers = rows(119, 4, decimals).lines().map(|row| format!("{row},Alpha-one\n")).collect::<String>();
    let text = format!("5.6,3.8,1.3,0.6,Alpha-one\n{flowers}");
    let told = refusal(&text);
    assert!(told.starts_with("t.csv: column `x4` holds words, such as `Alpha-one` on line 1 |"), "{told}");
    assert!(told.contains("data.id=x4"), "{told}");
    let by = |id: &str| TableReading { id: Some(id.to_owned()), ..TableReading::default() };
    let named = read_as(&text, &by("x4")).expect("a table");
    assert_eq!((shape(&named), named.ids.as_ref().map(Vec::len)), ((120, 4), Some(120)));
    let error = read_as(&text, &by("Alpha-one")).expect_err("no name");
    assert!(error.message.contains("the first row is read as one of numbers"), "{error}");
    let quoted = "\"fixed acidity\";\"pH\"\n7.9;3.24\n7.2;3.36\n";
    let table = read(quoted);
    assert_eq!((table.columns.join("|"), table.notes.len()), ("fixed acidity|pH".to_owned(), 0));
    let table = read("place,2019,2020\n1,0.5,0.25\n2,0.25,0.75\n");
    assert!(table.is_named && table.notes[0].contains("data.header=no"), "{:?}", table.notes);
}

#[test]
fn missing_values_are_counted_and_are_no_names() {
    let rest = rows(120, 4, |_, _, draw| format!("{}", (90.0 * draw) as u32));
    for (first, mark) in
        [("63,1,?,143", "`?`"), ("63,1,NA,143", "`NA`"), ("63,1,,143", "empty"), ("6,1,-,143", "`-`")]
    {
        let told = refusal(&format!("{first}\n{rest}"));
        let expected = format!("t.csv: 1 value is missing ({mark}), in column `x2` (line 1) |");
        assert!(told.starts_with(&expected), "{told}");
    }
    let told = refusal("a,b\n1,null\n?,2\n3,null\n4,NaN\n5,null\n");
    let expected =
        "t.csv: 5 values are missing (`?`, `null`), in column `a` (line 3), `b` (line 2, 4, 5, …) |";
    assert!(told.starts_with(expected), "{told}");
    // Sodium is no missing value where it is a name.
    let glass = format!("RI,Na,Mg,Al\n{rest}");
    assert_eq!((read(&glass).columns.join(","), read(&glass).notes.len()), ("RI,Na,Mg,Al".to_owned(), 0));
}

#[test]
fn words_dates_and_truths_are_named() {
    let told = refusal("date,t,kind\n2024-01-01 00:00,20.5,a b\n2024-01-02 01:00,21.5,c\n");
    let expected = "t.csv: column `date` holds dates, such as `2024-01-01 00:00` on line 2, column `kind` holds words, such \
                    as `a b` on line 2 |";
    assert!(told.starts_with(expected), "{told}");
    let table = read("a,flag\n0.5,True\n0.25,FALSE\n");
    assert_eq!((&table.values[..], table.notes.len()), (&[0.5, 1.0, 0.25, 0.0][..], 1));
    assert!(table.notes[0].contains("`flag`"), "{:?}", table.notes);
    assert!(refusal("a,flag\n0.5,True\n0.25,1\n").contains("`True` in column `flag` is no number"));
    assert!(refusal("a,b\n1,2\n3,4\na,b\n5,6\n").contains("the header stands there again"));
}

#[test]
fn an_index_is_left_out_and_told() {
    let body: Vec<String> = rows(30, 3, decimals).lines().map(str::to_owned).collect();
    let with = |header: &str, name: &dyn Fn(usize) -> String| {
        let mut text = format!("{header}\n");
        body.iter().enumerate().for_each(|(row, line)| writeln!(text, "{}{line}", name(row)).expect("text"));
        text
    };
    let counted = |row: usize| format!("{row},");
    for (text, first) in [
        (with(",a,b,c", &counted), "0"),
        (with("Unnamed: 0,a,b,c", &counted), "0"),
        (with("Unnamed: 0.1,Unnamed: 0,a,b,c", &|row| format!("{row},{row},")), "0"),
        (with("\"\",\"a\",\"b\",\"c\"", &|row| format!("\"{}\",", row + 1)), "1"),
        (with("\"a\",\"b\",\"c\"", &|row| format!("\"{}\",", row + 1)), "1"),
        (with("\"a\",\"b\",\"c\"", &|row| format!("\"Mazda RX{row}\",")), "Mazda RX0"),
        (with(",a,b,c", &|row| format!("{},", (row * 7) % 30)), "0"),
        (with("id,a,b,c", &|row| format!("{},", 10_000_000 + 37 * row)), "10000000"),
        (with(",0,1,2", &counted), "0"),
    ] {
        let table = read(&text);
        assert_eq!(shape(&table), (30, 3), "{text}");
        assert_eq!(table.ids.as_ref().map(|ids| ids[0].as_str()), Some(first), "{text}");
        assert!(table.notes.iter().any(|note| note.contains("data.index=keep")), "{:?}", table.notes);
        assert_eq!(
            table.values[..2],
            [body[0].split(',').next(), body[0].split(',').nth(1)]
                .map(|cell| { cell.expect("a cell").parse::<f64>().expect("a number") })
        );
    }
    let keep = TableReading { index: IndexColumn::Keep, ..TableReading::default() };
    let kept = read_as(&with(",a,b,c", &counted), &keep).expect("a table");
    assert_eq!((shape(&kept), kept.columns.join(",")), ((30, 4), "x0,a,b,c".to_owned()));
    let sample = read(&with("sample,a,b,c", &counted));
    assert!(shape(&sample) == (30, 4) && sample.notes[0].contains("data.id=sample"), "{:?}", sample.notes);
    let trailing = read("a,b,\n1,2,\n3,5,\n");
    assert_eq!((shape(&trailing), trailing.notes.len()), ((2, 2), 1));
}

#[test]
fn another_table_may_have_an_index_or_none() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let body = rows(30, 3, decimals);
    let indexed: String = body.lines().enumerate().map(|(row, line)| format!("{row},{line}\n")).collect();
    let path = folder.path().join("other.csv");
    let alike = |text: &str, known: &Standardization| {
        std::fs::write(&path, text).expect("written");
        let table = Table::read_alike(&path, &TableReading::default(), known)?;
        known.apply(&table)
    };
    let of = |text: &str| {
        let table = read(text);
        Standardization::of(&table, &(0..30).collect::<Vec<_>>()).expect("columns change")
    };
    let (plain, named) = (format!("a,b,c\n{body}"), format!(",a,b,c\n{indexed}"));
    for trained in [&plain, &named] {
        let known = of(trained);
        assert_eq!(known.columns, ["a", "b", "c"]);
        let expected = alike(&plain, &known).expect("the columns");
        assert_eq!(alike(&named, &known).expect("the columns and an index"), expected);
        assert_eq!(alike(&body, &known).expect("no names"), expected);
        assert_eq!(alike(&indexed, &known).expect("no names, and an index"), expected);
    }
    // Without names in the first place.
    let known = of(&indexed);
    assert_eq!((known.columns.join(","), known.left_out[0].why), ("x1,x2,x3".to_owned(), Why::Index));
    let expected = alike(&indexed, &known).expect("the columns");
    assert_eq!(alike(&body, &known).expect("no index"), expected);
    // Names that are numbers are those that are known, however few rows there are.
    let years = of(&format!("2018,2019,2020\n{body}"));
    let row = body.lines().next().expect("a row");
    assert_eq!(alike(&format!("2018,2019,2020\n{row}\n"), &years).expect("one row").len(), 3);
    assert!(alike("a,b\n1,2\n", &years).expect_err("others").message.contains("`2018`"));
}

#[test]
fn numbers_keep_double_precision_until_standardised() {
    let mut text = "time,northing,t\n".to_owned();
    for (row, draw) in draws(5).take(200).enumerate() {
        writeln!(
            text,
            "{:.3},{:.4},{draw:.4}",
            1_700_000_000.0 + row as f64 / 10.0,
            5_432_100.0 + draw / 10.0
        )
        .expect("text");
    }
    let table = read(&text);
    let every: Vec<u32> = (0..200).collect();
    let standardization = Standardization::of(&table, &every).expect("all change");
    assert!(standardization.left_out.is_empty() && table.notes.is_empty(), "{:?}", table.notes);
    let values = standardization.apply(&table).expect("its own");
    // A column that counts up by 0.1 has the deviations of 0..200.
    let (mean, deviation) = (199.0 / 2.0, ((200.0f64 * 200.0 - 1.0) / 12.0).sqrt());
    for (row, value) in values.iter().step_by(3).enumerate() {
        assert!((f64::from(*value) - (row as f64 - mean) / deviation).abs() < 1e-5, "{row}: {value}");
    }
    // Nanoseconds, whose squares are beyond what their mean can be told to.
    let large = rows(50, 2, |row, column, _| {
        format!("{}", 1_700_000_000_000_000_000u64 + 1024 * (row * (column + 1)) as u64)
    });
    let standardization =
        Standardization::of(&read(&large), &(0..50).collect::<Vec<_>>()).expect("both change");
    let deviation = 1024.0 * ((50.0f64 * 50.0 - 1.0) / 12.0).sqrt();
    assert!((standardization.deviation[0] / deviation - 1.0).abs() < 1e-6, "{standardization:?}");
}

#[test]
fn constant_columns_are_left_out_together_and_known_again() {
    let text = format!(
        "unit,a,border,b,flag\n{}",
        rows(40, 5, |row, column, draw| match column {
            0 => "1".to_owned(),
            2 => "0.10".to_owned(),
            4 => u32::from(row == 39).to_string(),
            _ => format!("{draw:.4}"),
        })
    );
    let table = read(&text);
    assert_eq!(table.constant_columns().collect::<Vec<_>>(), ["unit", "border"]);
    let train: Vec<u32> = (0..39).collect();
    let standardization = Standardization::of(&table, &train).expect("two change");
    assert_eq!(standardization.columns, ["a", "b"]);
    let told = "3 columns never change among the rows that train, and are left out: `unit`, `border`, `flag`";
    assert_eq!(standardization.note().expect("told"), told);
    assert_eq!(standardization.apply(&table).expect("its own").len(), 80);
    assert!(standardization.caution(&table).expect("a flag").contains("`flag` in 1 rows"));
    let json = serde_json::to_string(&standardization).expect("JSON");
    assert_eq!(serde_json::from_str::<Standardization>(&json).expect("JSON"), standardization);
    // As earlier versions wrote it.
    let old: Standardization =
        serde_json::from_str(r#"{"columns":["a","b"],"mean":[0.5,0.5],"deviation":[1.0,1.0]}"#)
            .expect("JSON");
    assert!(old.left_out.is_empty());
}

#[test]
fn decimal_commas_and_thousands_are_told() {
    let commas = "Länge;Breite\n10,24;12,29\n9,17;12,083\n8,24;1,500\n";
    let table = read(commas);
    assert_eq!(table.values[..4], [10.24, 12.29, 9.17, 12.083]);
    assert!(table.notes.len() == 1 && table.notes[0].contains("data.decimal=."), "{:?}", table.notes);
    let as_points = TableReading { decimal: Decimal::Point, ..TableReading::default() };
    let as_commas = TableReading { decimal: Decimal::Comma, ..TableReading::default() };
    assert!(read_as(commas, &as_points).is_err());
    for (text, expected) in [
        ("a,b\n\"4,187\",0.031\n\"3,752\",0.361\n", "a comma that may group thousands"),
        ("a;b\n4,187;31\n3,752;361\n", "a comma that may group thousands"),
        ("a;b\n1.234,5;31\n3,7;361\n", "has its thousands grouped by points"),
        ("a,b\n\"1,234.5\",31\n3.7,361\n", "has its thousands grouped by commas"),
        ("a;b\n10,24;0.5\n3,75;0.25\n", "has a decimal comma, where `0.5` in column `b` has a point"),
    ] {
        let told = refusal(text);
        assert!(told.contains(expected) && told.contains("data.decimal="), "{told}");
    }
    let quoted = "a,b\n\"4,187\",0.031\n\"3,752\",0.361\n";
    assert_eq!(read_as(quoted, &as_points).expect("thousands").values[..2], [4187.0, 0.031]);
    let german = "a;b\n1.234,5;31\n3,7;361\n";
    assert_eq!(read_as(german, &as_commas).expect("decimal commas").values[..2], [1234.5, 31.0]);
}

#[test]
fn clean_tables_have_no_note() {
    let quantities = rows(150, 4, |_, _, draw| format!("{:.1}", 4.0 + 3.0 * draw));
    let classes =
        rows(
            100,
            3,
            |_, column, draw| {
                if column == 2 { format!("{}", (3.0 * draw) as u32) } else { format!("{draw:.3}") }
            },
        );
    let times = rows(
        60,
        2,
        |row, column, draw| {
            if column == 0 { format!("{}", 1960 + row) } else { format!("{draw:.2}") }
        },
    );
    let flags = rows(80, 3, |_, _, draw| format!("{}", u32::from(draw > 0.7)));
    for (text, shape_expected) in [
        (format!("sepal,petal,width,length\n{quantities}"), (150, 4)),
        (quantities.clone(), (150, 4)),
        (quantities.replace(',', "\t"), (150, 4)),
        (quantities.replace(',', " "), (150, 4)),
        (format!("a;b;c;d\n{}", quantities.replace(',', ";")), (150, 4)),
        (format!("x,y,class\n{classes}"), (100, 3)),
        (classes, (100, 3)),
        (format!("year,co2\n{times}"), (60, 2)),
        (format!("\"a\",\"b\",\"c\"\n{flags}"), (80, 3)),
        (flags, (80, 3)),
        (
            format!("age,income\n{}", rows(90, 2, |_, _, draw| format!("{}", 18 + (90000.0 * draw) as u32))),
            (90, 2),
        ),
        (rows(90, 3, |_, _, draw| format!("{:e}", 1e-8 * draw)), (90, 3)),
        (rows(90, 3, |_, _, draw| format!("{}", (256.0 * draw) as u32)), (90, 3)),
        (rows(500, 1, decimals), (500, 1)),
    ] {
        let table = read(&text);
        assert_eq!((shape(&table), table.notes), (shape_expected, Vec::<String>::new()), "{}", &text[..60]);
    }
}

/// As in UCI's auto.data: numbers apart by blanks, then a tab and a name in quotes.
#[test]
fn blanks_and_a_tab_between_columns_are_read_and_told() {
    let text = "18.0   8   307.0      130.0      3504.      12.0\t\"chevrolet chevelle malibu\"\n\
                15.0   8   350.0      165.0      3693.      11.5\t\"buick skylark 320\"\n\
                26.0   4   97.00      46.00      1835.      20.5\t\"volkswagen 1131 deluxe sedan\"\n";
    let named = TableReading { id: Some("x6".to_owned()), ..TableReading::default() };
    let table = read_as(text, &named).expect("a table");
    assert_eq!((shape(&table), table.values[6]), ((3, 6), 15.0));
    assert_eq!(table.ids.expect("ids")[1], "buick skylark 320");
    assert!(table.notes[0].starts_with("tabs and blanks stand between the columns"), "{:?}", table.notes);
    let unnamed = refusal(text);
    assert!(unnamed.contains("column `x6` holds words, such as `chevrolet chevelle malibu`"), "{unnamed}");
    let bare = refusal(&text.replace('"', ""));
    assert!(bare.contains("holds several numbers in a cell, such as `15.0"), "{bare}");
    assert!(bare.contains("put the same separator between all columns"), "{bare}");
    // Thousands that stand apart are one number each.
    let grouped = refusal("12 000\t13 500\n14 000\t15 500\n");
    assert!(grouped.contains("several numbers in a cell, such as `14 000`"), "{grouped}");
}

#[test]
fn a_column_of_times_that_counts_draws_no_doubt() {
    let text = |name: &str| {
        let rows: String = (0..20).map(|row| format!("{row},{}\n", (row * row * 7) % 13)).collect();
        format!("{name},x\n{rows}")
    };
    assert_eq!(read(&text("time")).notes, Vec::<String>::new());
    assert!(read(&text("sample")).notes[0].contains("column `sample` counts the rows"));
}

/// 60 000 columns, every second of which never changes.
#[test]
fn wide_tables_take_time_by_their_columns_alone() {
    let width = 60_000;
    let row = |of: &dyn Fn(usize) -> String| (0..width).map(of).collect::<Vec<_>>().join(",") + "\n";
    let text = row(&|at| format!("c{at}"))
        + &row(&|at| if at % 2 == 0 { "1".to_owned() } else { format!("{at}") })
        + &row(&|_| "1".to_owned())
        + &row(&|at| if at % 2 == 0 { "1".to_owned() } else { format!("{}", at + 2) });
    let start = std::time::Instant::now();
    let table = read(&text);
    let standardization = Standardization::of(&table, &[0, 1, 2]).expect("half change");
    assert_eq!(standardization.columns.len(), width / 2);
    assert_eq!(
        standardization.apply(&table).expect("the same table").len(),
        3 * standardization.columns.len()
    );
    assert_eq!(standardization.caution(&table), None);
    let bare = Table { is_named: false, ..table };
    assert_eq!(standardization.apply(&bare).expect("by places").len(), 3 * standardization.columns.len());
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

#[test]
fn names_in_a_comment_are_those_of_the_columns() {
    for mark in ["#", "# ", "%"] {
        let table = read(&format!("# made by hand\n{mark}a,b,c\n{}", rows(20, 3, decimals)));
        assert_eq!(
            (table.rows(), table.columns.clone()),
            (20, vec!["a".into(), "b".into(), "c".into()]),
            "{mark}"
        );
        assert_eq!(table.notes, ["the comment above the first row names the columns"]);
    }
    let prose = read(&format!("# three columns, all of them real\n{}", rows(20, 3, decimals)));
    assert_eq!((shape(&prose), prose.is_named, prose.notes.len()), ((20, 3), false, 0));
}

#[test]
fn rows_and_columns_that_may_be_no_examples_are_told() {
    let sums: String = "1,2\n3,4\n5,7\n2,2\n11,15\n".into();
    let table = read(&format!("a,b\n{sums}"));
    assert_eq!((table.rows(), table.notes.len()), (5, 1));
    assert!(table.notes[0].contains("the last row is the sum of all others"), "{:?}", table.notes);
    let codes = rows(
        30,
        3,
        |row, column, draw| if row % 7 == 1 && column == 1 { "-9999".into() } else { format!("{draw:.3}") },
    );
    let notes = read(&format!("a,b,c\n{codes}")).notes;
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(
        notes[0].contains("4 values are -9999 in column `b`") || notes[0].contains("-9999 in column `b`"),
        "{notes:?}"
    );
    let ids =
        rows(
            30,
            3,
            |row, column, draw| {
                if column == 1 { format!("{}", 1000 + (row * 7) % 30) } else { format!("{draw:.3}") }
            },
        );
    let notes = read(&format!("a,patient_id,c\n{ids}")).notes;
    assert!(
        notes.len() == 1 && notes[0].contains("`patient_id`") && notes[0].contains("data.id"),
        "{notes:?}"
    );
    let blank = read(&format!("a,patient id,c\n{ids}")).notes;
    assert!(blank.len() == 1 && blank[0].contains("'data.id=patient id'"), "{blank:?}");
    let counted = read("0,1\n3,4\n5,2\n7,9\n2,8\n");
    assert_eq!((shape(&counted), counted.notes.len()), ((5, 2), 1));
    assert!(counted.notes[0].contains("data.header=yes"), "{:?}", counted.notes);
    let bits = read("0,1\n1,0\n0,1\n1,1\n0,0\n");
    assert_eq!((shape(&bits), bits.notes.len()), ((5, 2), 0));
}

#[test]
fn texts_of_other_systems_are_told() {
    let text = format!("a,b,c\n{}", rows(20, 3, decimals));
    let mac = read(&text.replace('\n', "\r"));
    assert_eq!((shape(&mac), mac.notes.len()), ((20, 3), 1));
    assert!(mac.notes[0].contains("carriage returns"), "{:?}", mac.notes);
    let refused = refusal("[{\"a\": 1, \"b\": 2}]");
    assert!(refused.contains("is JSON") && refused.contains("pandas.read_json"), "{refused}");
}
