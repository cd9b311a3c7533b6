use std::fmt::Write;
use std::fs;

use serde_json::Value;

use super::chromium::Chromium;
use super::sizes::everywhere;
use super::{decoder, drag, report, settle, temporary};

pub fn explorer_decodes() {
    const COLUMNS: usize = 3;
    let folder = temporary();
    let mut csv = "name,height,<b>weight</b>,tiny\n".to_owned();
    for i in 0..400 {
        let [a, b] = [((i * 37) % 101) as f64 / 50.0 - 1.0, ((i * 53) % 89) as f64 / 44.0 - 1.0];
        let _ = writeln!(csv, "r{i},{},{},{}", 1.7e9 + 3000.0 * a, 7e4 + 1e4 * (a + 0.3 * b), 1e-5 * b);
    }
    fs::write(folder.path().join("people.csv"), csv).expect("written");
    let sets = [
        "data.path=people.csv",
        "data.id=name",
        "model.latent=2",
        "train.epochs=20",
        "model.activation=relu",
    ];
    let sets: Vec<&str> = sets.iter().flat_map(|set| ["--set", set]).collect();
    let page = report(folder.path(), "run", &[&["vae-table"], &sets[..]].concat());
    let run = folder.path().join("run");
    let standard: Value =
        serde_json::from_slice(&fs::read(run.join("standardization.json")).expect("written")).expect("JSON");
    let moment = |name: &str, column: usize| standard[name][column].as_f64().expect("a number");
    let decode = decoder(&run);
    let mut browser = Chromium::open(&page, [1200, 900], false);
    settle(&mut browser);
    // The place, and the text of the cells, line by line.
    let shown = |browser: &mut Chromium| -> (Vec<f32>, Vec<[String; 3]>) {
        let shown = browser.evaluate(
            "(() => { const row = document.getElementById('row'); return [JSON.parse(row.dataset.z), \
             [...row.tBodies[0].rows].map((line) => [...line.cells].map((cell) => cell.textContent))]; })()",
        );
        serde_json::from_value(shown).expect("a vector and cells")
    };
    let is_decoded = |(z, lines): &(Vec<f32>, Vec<[String; 3]>)| {
        let means = decode(z);
        assert_eq!((lines.len(), means.len()), (COLUMNS, COLUMNS));
        for (column, ([_, text, _], mean)) in lines.iter().zip(means).enumerate() {
            let expected = moment("mean", column) + moment("deviation", column) * f64::from(mean);
            let found: f64 = text.parse().expect("a number");
            // As many digits are shown as tell a hundredth of a deviation.
            let allowed = 6e-3 * moment("deviation", column);
            assert!((found - expected).abs() <= allowed, "{column}: {found}, not {expected}");
        }
    };
    let before = shown(&mut browser);
    is_decoded(&before);
    assert_eq!(before.1[1][0], "<b>weight</b>");
    drag(&mut browser, "#explorer-plane canvas:last-of-type", [0.5, 0.5], [0.3, 0.7]);
    let dragged = shown(&mut browser);
    is_decoded(&dragged);
    assert!(dragged.0 != before.0 && dragged.1[0][1] != before.1[0][1], "a drag decodes another place");
    // A code that is taken brings its row along.
    let has_row = |browser: &mut Chromium| shown(browser).1.iter().all(|[_, _, row]| !row.is_empty());
    assert!(before.1.iter().all(|[_, _, row]| !row.is_empty()), "the first is a real row's code");
    assert!(!has_row(&mut browser));
    let [left, top, width, height] = browser.place_of("#explorer-plane canvas:last-of-type");
    let places = (1..20).flat_map(|x| (1..20).map(move |y| [f64::from(x) / 20.0, f64::from(y) / 20.0]));
    let mut taken = None;
    for [x, y] in places {
        let at = [left + x * width, top + y * height];
        browser.mouse("mouseMoved", at, false);
        let tip =
            browser.evaluate("document.querySelector('#explorer-plane .tip:not([hidden])')?.textContent");
        if let Some(name) = tip.as_str() {
            browser.mouse("mousePressed", at, true);
            browser.mouse("mouseReleased", at, false);
            taken = Some(name.to_owned());
            break;
        }
    }
    let name = taken.expect("the pointer meets a code");
    let given = shown(&mut browser);
    is_decoded(&given);
    let table = fs::read_to_string(folder.path().join("people.csv")).expect("written");
    let line =
        table.lines().find(|line| line.split(',').next() == Some(&name)).expect("the row of that name");
    for (text, value) in given.1.iter().map(|[_, _, row]| row).zip(line.split(',').skip(1)) {
        let [found, expected] = [text, value].map(|text| text.parse::<f64>().expect("a number"));
        // Of times an f32 of a standardised value keeps milliseconds and more.
        assert!(
            (found - expected).abs() <= 1e-3 * expected.abs().min(3e4) + 1e-7,
            "{name}: {found}, not {expected}"
        );
    }
    everywhere(&mut browser, "vae-table", &mut |_| {});
    let text = fs::read_to_string(&page).expect("written");
    assert!(text.contains("nats per row") && text.contains("training rows seen"));
    assert!(text.contains("&lt;b&gt;weight") && !text.contains("<b>weight"));
    assert!(!run.join("report/samples.png").exists());
}
