//! The links that a page expects are those that `aevb links` has of whoever ranks the validation edges better, and what it
//! says of a run is of the weights that it shows.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::{succeed, temporary};

/// Without features and with long steps, what is learnt of held-out edges is lost again: the best epoch is not the last.
const FALLING: [&str; 7] = [
    "model.hidden=[]",
    "model.latent=64",
    "split.validation=0.2",
    "optimizer.learning_rate=0.1",
    "train.epochs=30",
    "train.evaluate_every=2",
    "train.weights=best",
];

fn page(folder: &Path, more: &[&str]) -> String {
    succeed(&[&["report", "run"], more].concat(), folder);
    fs::read_to_string(folder.join("run/report/index.html")).expect("written")
}

/// By whom the links are, and the cells of their table, its header first.
fn links_of(page: &str) -> (&str, Vec<Vec<&str>>) {
    let (_, section) = page.split_once("<h2>Expected links, by ").expect("the links");
    let (by, rest) = section.split_once("</h2>").expect("a heading");
    let (table, _) = rest.split_once("</table>").expect("a table");
    let rows = table.split("<tr>").skip(1).map(|row| {
        let cells = row.split("</t").filter_map(|cell| Some(cell.rsplit_once('>')?.1));
        cells.filter(|cell| !cell.trim().is_empty()).collect()
    });
    (by, rows.collect())
}

/// The table is that of `aevb links`, with shares in percent.
#[track_caller]
fn assert_links(page: &str, by: &str, more: &[&str], folder: &Path) {
    let (_, shown) = links_of(page);
    assert_eq!(shown[0], ["node", "node", "score", "held out"]);
    let arguments = ["links", "run", "--exclude-known", "--top", "50", "--by", by];
    let printed = succeed(&[&arguments[..], more].concat(), folder);
    let printed: Vec<Vec<&str>> = printed.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(printed[0][..4], ["source", "target", "held_out_probability", "score"]);
    assert_eq!((shown.len(), printed.len()), (51, 51));
    for (shown, printed) in shown.iter().zip(&printed).skip(1) {
        assert_eq!(shown[..2], printed[..2], "{by}");
        let number = |text: &str| text.parse::<f64>().expect("a number");
        let share = number(shown[3].strip_suffix(" %").expect("percent"));
        assert!(share > 0.0 && (share - 100.0 * number(printed[2])).abs() < 0.0051, "{shown:?} {printed:?}");
        assert!((number(shown[2]) - number(printed[3])).abs() < 0.0051, "{shown:?} {printed:?}");
    }
}

pub fn are_those_of_the_better() {
    let folder = temporary();
    let folder = folder.path();
    let sets: Vec<&str> = FALLING.iter().flat_map(|set| ["--set", set]).collect();
    let train = ["train", "gae-featureless-cora", "--device", "flex", "--quiet", "--out", "run"];
    succeed(&[&train[..], &sets].concat(), folder);
    let file = folder.join("run/result.json");
    let result: Value = serde_json::from_slice(&fs::read(&file).expect("there")).expect("JSON");
    fs::remove_file(folder.join("run/SHA256SUMS")).expect("was there");
    let with = |change: &dyn Fn(&mut Value)| {
        let mut changed = result.clone();
        change(&mut changed);
        fs::write(&file, changed.to_string()).expect("written");
    };
    let wins = |name: &str, result: &mut Value| {
        let ranks = &mut result["validation_ranks"];
        ranks["model"] = json!(if name == "model" { 0.875 } else { 0.0 });
        for row in ranks["heuristics"].as_array_mut().expect("rows") {
            row["mrr"] = json!(if row["name"] == name { 0.75 } else { 0.125 });
        }
    };

    with(&|result| wins("model", result));
    let by_model = page(folder, &[]);
    assert_eq!(links_of(&by_model).0, "the model");
    assert!(by_model.contains("No heuristic ranks the validation edges better than the model"));
    assert!(by_model.contains("It is learnt from 1055 validation edges."));
    assert_links(&by_model, "model", &[], folder);
    // Cora has 5278 edges, of which 527 are for the test, and 3665278 pairs.
    assert!(by_model.contains("aria-label=\"Reliability over all pairs\""), "no curve");
    assert!(by_model.contains(
        "of all 3\u{202f}660\u{202f}527 pairs that are neither training nor validation edges, in bins by score"
    ));
    assert!(by_model.contains(" test edges are told in all, and there are 527; "));
    let best = result["best_epoch"]["epoch"].as_u64().expect("an epoch");
    assert!(
        best < 30 && by_model.contains(&format!("<p>GAE with the weights of epoch {best} of 30, seed 0</p>"))
    );

    for (key, name) in
        [("adamic-adar", "Adamic–Adar"), ("preferential-attachment", "preferential attachment")]
    {
        with(&|result| wins(key, result));
        let page = page(folder, &[]);
        let by = format!("{name}, which ranks the validation edges better than the model");
        assert_eq!(links_of(&page).0, by);
        assert!(
            page.contains(&format!("<polyline class=\"s0 dash-0\" data-series=\"{name}\"")),
            "no curve of {name}"
        );
        assert!(page.contains("of 1055 validation edges is 75.00 %, and 0.00 % by the model"));
        assert_links(&page, key, &[], folder);
    }

    // What was not measured, or not of these weights, decides nothing; ranks of a sample stand beside the model's of the same.
    with(&|result| {
        wins("adamic-adar", result);
        result["model_on_sample"] = result["test"].clone();
        result["model_on_sample"]["edges"] = json!(77);
        result["model_on_sample"]["of"] = json!(527);
        result["model_on_sample"]["mrr"] = json!(0.987_62);
        result["heuristics"][0]["sampled"] = json!(77);
    });
    let (all, sample) = (
        "<td>model (ranked on all 527 test edges)</td>",
        "<td>model (ranked on a sample of 77 test edges)</td>",
    );
    let end = page(folder, &[]);
    assert!(end.contains(all) && end.contains(sample) && end.contains(">98.76 %<"));
    let last = page(folder, &["--checkpoint", "latest"]);
    assert!(last.contains("<p>GAE after 30 epochs, the checkpoint of step 30, seed 0</p>"));
    assert!(last.contains(all) && !last.contains(sample) && !last.contains(">98.76 %<"));
    assert_eq!(links_of(&last).0, "the model");
    assert!(last.contains("Whether a heuristic ranks better was not measured with these weights"));
    assert_links(&last, "model", &["--checkpoint", "latest"], folder);
    assert_ne!(links_of(&last).1, links_of(&by_model).1, "other weights expect other links");

    // Cut short: there is no result, and the newest checkpoint has the weights.
    fs::remove_file(&file).expect("was there");
    fs::remove_file(folder.join("run/model.safetensors")).expect("was there");
    let unfinished = page(folder, &[]);
    assert!(unfinished.contains("the run has not ended"));
    assert_eq!(links_of(&unfinished), links_of(&last));
}
