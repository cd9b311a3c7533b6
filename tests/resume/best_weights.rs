//! `train.weights = "best"`: a run ends with the weights of its best epoch, and goes on from its last.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use crate::{
    VAE, aevb, assert_same, checkpoints, command, json, lines, read, signal, stderr, succeed, temporary,
    train, training, wait_until,
};

/// Without features and with long steps, what is learnt of held-out edges is lost again.
const FALLING: &[&str] = &[
    "gae-featureless-cora",
    "model.hidden=[]",
    "model.latent=64",
    "split.validation=0.2",
    "optimizer.learning_rate=0.1",
    "train.epochs=30",
    "train.evaluate_every=2",
];

const BEST: &str = "train.weights=best";

/// The epochs that were evaluated, with a metric of each.
fn curve(run: &Path, metric: &str) -> Vec<(u64, f64)> {
    let point = |line: &Value| Some((line["epoch"].as_u64()?, line["validation"][metric].as_f64()?));
    lines(run).iter().filter_map(point).collect()
}

/// The first of the best.
fn peak(curve: &[(u64, f64)]) -> (u64, f64) {
    let better = |best: (u64, f64), &next: &(u64, f64)| if next.1 > best.1 { next } else { best };
    curve.iter().fold(curve[0], better)
}

fn evaluate(run: &str, more: &[&str], folder: &Path) -> Value {
    let output = aevb(&[&["evaluate", run, "--model-only", "--json"], more].concat(), folder);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", stderr(&output)))
}

/// A run's result says which epoch's weights it has; weights, metrics and evaluation are of it.
#[track_caller]
fn ends_with_its_best(name: &str, folder: &Path) {
    let run = folder.join(name);
    let curve = curve(&run, "auc");
    let (best, auc) = peak(&curve);
    let &(last, last_auc) = curve.last().expect("evaluated");
    let result = json(run.join("result.json"));
    let expected = serde_json::json!({
        "epoch": best, "metric": "auc", "value": auc, "last_epoch": last, "last_value": last_auc,
    });
    assert_eq!(result["best_epoch"], expected);
    assert_eq!((&result["epochs"], &result["validation"]["auc"]), (&last.into(), &auc.into()));
    assert!(last_auc < auc, "it fell");
    let weights = read(run.join("model.safetensors"));
    let of = |step: u64| read(run.join(format!("checkpoints/step-{step}/model.safetensors")));
    assert!(weights == of(best) && weights != of(last));
    for more in [&[][..], &["--checkpoint", "best"]] {
        let evaluated = evaluate(name, more, folder);
        assert_eq!((&evaluated["test"], &evaluated["validation"]), (&result["test"], &result["validation"]));
    }
    assert_eq!(evaluate(name, &["--checkpoint", "latest"], folder)["validation"]["auc"], last_auc);
}

pub fn of_a_graph() {
    let folder = temporary();
    let folder = folder.path();
    let whole = train(FALLING, &[BEST], "whole", folder);
    ends_with_its_best("whole", folder);
    let config = fs::read_to_string(whole.join("config.toml")).expect("there");
    assert!(
        config.contains("weights = \"best\"\n") && config.contains("best_metric = \"auc\"\n"),
        "{config}"
    );

    // Interrupted after its best epoch, it has the best so far, and goes on from where it was.
    let best = json(whole.join("result.json"))["best_epoch"]["epoch"].as_u64().expect("an epoch");
    let sets = [BEST, "train.checkpoint_every=7 epochs"];
    let mut child = command(&training(FALLING, &sets, "run"), folder).spawn().expect("it starts");
    let run = folder.join("run");
    wait_until(&mut child, "the best epoch", || lines(&run).len() as u64 > best);
    signal(&child, "-INT");
    let code = child.wait().expect("a child").code();
    if code == Some(130) {
        let kept = read(run.join(format!("checkpoints/step-{best}/model.safetensors")));
        assert!(read(run.join("model.safetensors")) == kept);
    }
    succeed(&["resume", "run"], folder);
    assert_same(&whole, &run);
    ends_with_its_best("run", folder);

    // More epochs go on from the last, not from the best.
    let short = format!("train.epochs={}", best + 3);
    let run = train(FALLING, &[BEST, &short], "longer", folder);
    assert!(checkpoints(&run).contains(&(best + 3)));
    succeed(&["resume", "longer", "--set", "train.epochs=30"], folder);
    assert_same(&whole, &run);

    // An ended run takes the other weights without a step, and a lost file comes back from the best checkpoint.
    let before = read(run.join("model.safetensors"));
    succeed(&["resume", "longer", "--set", "train.weights=last"], folder);
    let result = json(run.join("result.json"));
    assert_eq!((&result["best_epoch"], &result["epochs"]), (&Value::Null, &30.into()));
    assert!(read(run.join("model.safetensors")) == read(run.join("checkpoints/step-30/model.safetensors")));
    let output = aevb(&["resume", "longer", "--set", BEST], folder);
    let told = stderr(&output);
    assert!(told.contains(&format!("kept the weights of epoch {best}, whose validation AUC of ")), "{told}");
    assert_same(&whole, &run);
    fs::write(run.join("model.safetensors"), "lost").expect("written");
    let told = succeed(&["resume", "longer"], folder);
    assert!(told.contains(&format!("is restored from checkpoint step-{best}\n")), "{told}");
    assert!(read(run.join("model.safetensors")) == before);
}

/// Steps that are far too long make a spectrum worse; its weights are kept, and go through all that other best weights do.
pub fn of_the_start() {
    let folder = temporary();
    let folder = folder.path();
    let config = [
        "gae-featureless-cora",
        "model.hidden=[]",
        "model.latent=64",
        "model.normalize=both",
        "model.encoder.kind=propagation",
        "model.encoder.start=spectral",
        "optimizer.learning_rate=10.0",
        "train.epochs=40",
        "train.evaluate_every=1",
    ];
    let sets = [BEST, "train.checkpoint_every=7 epochs"];
    let whole = train(&config, &sets, "whole", folder);
    let result = json(whole.join("result.json"));
    let kept = &result["best_epoch"];
    assert_eq!((&kept["epoch"], &kept["last_epoch"]), (&0.into(), &40.into()));
    assert_eq!(kept["value"], result["validation"]["auc"]);
    let learnt = curve(&whole, "auc");
    assert!(
        learnt[0].0 == 1 && learnt.iter().all(|&(_, auc)| auc < kept["value"].as_f64().expect("a number"))
    );

    let mut child = command(&training(&config, &sets, "run"), folder).spawn().expect("it starts");
    let run = folder.join("run");
    wait_until(&mut child, "some epochs", || lines(&run).len() > 3);
    signal(&child, "-INT");
    child.wait().expect("a child");
    succeed(&["resume", "run"], folder);
    assert_same(&whole, &run);
    let evaluated = evaluate("run", &["--checkpoint", "best"], folder);
    assert_eq!(evaluated["test"], result["test"]);
    fs::write(run.join("model.safetensors"), "lost").expect("written");
    let told = succeed(&["resume", "run"], folder);
    assert!(told.contains("is restored from checkpoint step-0\n"), "{told}");

    // Only a start that says something of the graph, and only where the best is kept.
    let last = train(&config, &["train.epochs=2"], "last", folder);
    assert_eq!(json(last.join("result.json"))["best_epoch"], Value::Null);
    assert!(!checkpoints(&last).contains(&0));
}

pub fn with_patience() {
    let folder = temporary();
    let folder = folder.path();
    let sets = [BEST, "train.epochs=2000", "train.patience=6", "train.checkpoint_every=never"];
    let whole = train(FALLING, &sets, "whole", folder);
    ends_with_its_best("whole", folder);
    let (best, last) = (peak(&curve(&whole, "auc")).0, lines(&whole).len() as u64);
    assert_eq!(last, best + 12, "six evaluations, two epochs each");
    let mut child = command(&training(FALLING, &sets, "run"), folder).spawn().expect("it starts");
    let run = folder.join("run");
    for epochs in [best - 1, best + 5] {
        wait_until(&mut child, "some epochs", || lines(&run).len() as u64 >= epochs);
        signal(&child, "-INT");
        child.wait().expect("a child");
        child = command(&["resume", "run"], folder).stderr(Stdio::null()).spawn().expect("it starts");
    }
    assert!(child.wait().expect("a child").success());
    assert_same(&whole, &run);
    assert_eq!(json(run.join("result.json"))["best_epoch"], json(whole.join("result.json"))["best_epoch"]);
}

/// The ranks of validation edges decide; the edges and their ranks are the same however a run comes to its end.
pub fn by_ranks() {
    let folder = temporary();
    let folder = folder.path();
    // A fifth of Cora's edges are more than the 1000 that are ranked.
    let sets = [
        BEST,
        "train.best_metric=mrr",
        "train.epochs=2000",
        "train.patience=5",
        "train.checkpoint_every=never",
    ];
    let told_too = |sets, out| -> Vec<&str> {
        training(FALLING, sets, out).into_iter().filter(|argument| *argument != "--quiet").collect()
    };
    let output = aevb(&told_too(&sets, "whole"), folder);
    let (printed, told) = (String::from_utf8_lossy(&output.stdout).into_owned(), stderr(&output));
    let whole = folder.join("whole");
    let all = lines(&whole);
    let curve = curve(&whole, "mrr");
    let ((best, mrr), last) = (peak(&curve), all.len() as u64);
    assert_eq!(last, best + 10, "five evaluations, two epochs each");
    let at_best = &all[best as usize - 1]["validation"];
    let names: Vec<&String> = at_best.as_object().expect("metrics").keys().collect();
    let of_ranks = ["hits@1", "hits@10", "hits@100", "hits@3", "hits@50", "mrr"];
    let with_errors = of_ranks.iter().flat_map(|name| [(*name).to_owned(), format!("{name}_error")]);
    let mut expected: Vec<String> = ["ap", "auc"].map(String::from).into_iter().chain(with_errors).collect();
    expected.sort_unstable();
    assert_eq!(names, expected.iter().collect::<Vec<_>>());
    let result = json(whole.join("result.json"));
    let kept = &result["best_epoch"];
    let [epoch, metric, value] = ["epoch", "metric", "value"].map(|key| &kept[key]);
    assert_eq!((epoch, metric, value), (&best.into(), &"mrr".into(), &mrr.into()));
    assert_eq!((&kept["edges"], &kept["of"]), (&1000.into(), &1055.into()));
    assert_eq!(kept["standard_error"], at_best["mrr_error"]);
    let ranking = &result["validation_ranking"];
    assert_eq!((&ranking["mrr"], &ranking["standard_error"]["mrr"]), (value, &at_best["mrr_error"]));
    assert_eq!((&ranking["hits"]["10"], &ranking["edges"]), (&at_best["hits@10"], &kept["edges"]));
    let error = at_best["mrr_error"].as_f64().expect("a number");
    let shown = format!(
        "MRR of {:.2} ± {:.2} % on a sample of 1000 of 1055 validation edges is the best",
        100.0 * mrr,
        100.0 * error
    );
    assert!(told.contains(&format!("kept the weights of epoch {best}, whose validation {shown}")), "{told}");
    assert!(
        printed.contains(&format!("MRR {:>6.2} ± {:.2} %  Hits@1/3", 100.0 * mrr, 100.0 * error)),
        "{printed}"
    );
    assert_eq!(evaluate("whole", &[], folder)["validation_ranking"], *ranking);

    let mut child = command(&training(FALLING, &sets, "run"), folder).spawn().expect("it starts");
    let run = folder.join("run");
    for epochs in [best.saturating_sub(1).max(1), best + 3] {
        wait_until(&mut child, "some epochs", || lines(&run).len() as u64 >= epochs);
        signal(&child, "-INT");
        child.wait().expect("a child");
        child = command(&["resume", "run"], folder).stderr(Stdio::null()).spawn().expect("it starts");
    }
    assert!(child.wait().expect("a child").success());
    assert_same(&whole, &run);
    let resumed = json(run.join("result.json"));
    for key in ["best_epoch", "validation_ranking"] {
        assert_eq!(resumed[key], result[key], "{key}");
    }

    // Nothing is said of a metric that was not asked for.
    let sets = ["train.best_metric=mrr", "train.epochs=60"];
    let output = aevb(&told_too(&sets, "last"), folder);
    let cautions = json(folder.join("last/result.json"))["cautions"].to_string();
    assert!(output.status.success() && !cautions.contains("validation AUC was better"), "{cautions}");

    // Pages and tables have it beside the others.
    let compared = aevb(&["compare", "whole", "last"], folder);
    let table = String::from_utf8_lossy(&compared.stdout).into_owned();
    assert!(table.contains("  validation AUC  validation MRR  test AUC  "), "{table}");
    succeed(&["report", "whole"], folder);
    let page = fs::read_to_string(whole.join("report/index.html")).expect("written");
    assert!(page.contains("<td>validation MRR, of a sample of 1000 of 1055 validation edges</td>"));
    assert!(page.contains(&format!("those of epoch {best}, whose validation {shown}")));
    assert!(page.contains(">validation Hits@10<") && page.contains("those of ranks with standard errors"));
}

/// Epochs are compared by the test that Refined-GAE's and MaskGAE's tables have, of the validation edges.
pub fn by_shared_hits() {
    let folder = temporary();
    let folder = folder.path();
    let sets = [BEST, "train.best_metric=shared-hits@100", "train.epochs=40", "train.patience=4"];
    let whole = train(FALLING, &sets, "whole", folder);
    let curve = curve(&whole, "shared-hits@100");
    let (best, share) = peak(&curve);
    assert_eq!(lines(&whole).len() as u64, best + 8, "four evaluations, two epochs each");
    let result = json(whole.join("result.json"));
    let kept = &result["best_epoch"];
    assert_eq!((&kept["epoch"], &kept["value"]), (&best.into(), &share.into()));
    assert_eq!(kept["metric"], "shared-hits@100");
    assert_eq!((&kept["edges"], &kept["of"]), (&1055.into(), &1055.into()));
    let validation = &result["validation_shared_hits"];
    assert_eq!((&validation["hits"]["100"], &validation["non_edges"]), (&share.into(), &1055.into()));
    assert_eq!(validation["standard_error"]["100"], kept["standard_error"]);
    // No test edge decides, and the whole report says the same.
    let evaluated = evaluate("whole", &[], folder);
    for key in ["validation_shared_hits", "shared_hits"] {
        assert_eq!(evaluated[key], result[key], "{key}");
    }
    let printed = |arguments: &[&str]| {
        let output = aevb(arguments, folder);
        assert!(output.status.success(), "{}", stderr(&output));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let evaluated: Value = serde_json::from_str(&printed(&["evaluate", "whole", "--json"])).expect("JSON");
    let heuristics = result["heuristics"].as_array().expect("rows");
    assert_eq!(heuristics.len(), 4);
    for (row, whole) in heuristics.iter().zip(evaluated["heuristics"].as_array().expect("rows")) {
        assert_eq!((&row["name"], &row["shared_hits"]), (&whole["name"], &whole["shared_hits"]));
    }
    let printed_too = printed(&["evaluate", "whole"]);
    assert!(printed_too.contains("validation  shared Hits@1/3/10/50/100 "), "{printed_too}");
    train(FALLING, &["train.epochs=2"], "other", folder);
    let compared = printed(&["compare", "whole", "other"]);
    assert!(
        compared.contains("  validation shared Hits@100  ") && compared.contains("  test shared Hits@100  ")
    );
    succeed(&["report", "whole"], folder);
    let page = fs::read_to_string(whole.join("report/index.html")).expect("written");
    assert!(page.contains("<td>validation shared Hits@100</td>"));

    // Among ten non-edges there is no fiftieth.
    let few = [BEST, "train.best_metric=shared-hits@50", "split.validation=0.002"];
    let output = aevb(&training(FALLING, &few, "few"), folder);
    assert_eq!(output.status.code(), Some(2));
    let told = stderr(&output);
    assert!(told.contains("`shared-hits@50` needs 50 validation non-edges, and there are 10"), "{told}");
}

pub fn of_examples() {
    let folder = temporary();
    let folder = folder.path();
    // Steps so long that the last epochs undo what the first ones learnt.
    let sets = [BEST, "optimizer.learning_rate=0.3", "train.epochs=3", "objective.kl_warm_up_epochs=0"];
    let run = train(VAE, &sets, "run", folder);
    let (best, elbo) = peak(&curve(&run, "elbo"));
    assert!(best < 3, "the last bound is not the best");
    let result = json(run.join("result.json"));
    let (kept, epochs) = (&result["best_epoch"], &result["epochs"]);
    assert_eq!(
        (&kept["epoch"], &kept["metric"], &kept["value"]),
        (&best.into(), &"elbo".into(), &elbo.into())
    );
    assert_eq!((&result["validation"]["elbo"], epochs), (&elbo.into(), &3.into()));
    let evaluated = evaluate("run", &[], folder);
    assert_eq!((&evaluated["validation"], &evaluated["test"]), (&result["validation"], &result["test"]));
    let weights = read(run.join(format!("checkpoints/step-{}/model.safetensors", best * 20)));
    assert!(read(run.join("model.safetensors")) == weights);
}

pub fn fallen() {
    let folder = temporary();
    let folder = folder.path();
    let output = aevb(&training(FALLING, &[], "run"), folder);
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let (best, auc) = peak(&curve(&folder.join("run"), "auc"));
    let told = format!(
        "caution     the validation AUC was better before the end: {:.2} % after epoch {best}, ",
        100.0 * auc
    );
    assert!(printed.contains(&told), "{printed}");
    let result = json(folder.join("run/result.json"));
    assert!(result["cautions"].to_string().contains("was better before the end"), "{result}");
    assert_eq!(result["best_epoch"], Value::Null);
    // What it says to type does what it says.
    let command = "`aevb train run/config.toml --set train.weights=best`";
    assert!(printed.contains(command), "{printed}");
    let again = ["train", "run/config.toml", "--set", BEST, "--out", "again"];
    let output = aevb(&again, folder);
    assert!(stderr(&output).contains(&format!("kept the weights of epoch {best}, ")), "{}", stderr(&output));
    assert!(!String::from_utf8_lossy(&output.stdout).contains("better before the end"));
    ends_with_its_best("again", folder);
    // With a best checkpoint there is no need to train again.
    let output = aevb(&training(FALLING, &["train.best_metric=auc"], "kept"), folder);
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(printed.contains("`aevb resume kept --set train.weights=best`"), "{printed}");
    succeed(&["resume", "kept", "--set", BEST], folder);
    ends_with_its_best("kept", folder);
}
