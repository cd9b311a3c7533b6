//! Reports in a real browser: what a reader drags, points at and types has the effect that the page promises, and the
//! pixels that the page decodes are those of the program. Screenshots are left in `target/tmp/report`.

mod chromium;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use aevb::device;
use aevb::experiment::{ConfigFile, Experiment, Override};
use aevb::run_folder::RunFolder;
use aevb::train::open_images;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use chromium::Chromium;
use libtest_mimic::{Arguments, Trial};
use serde_json::Value;

fn main() {
    let required = std::env::var("CI").is_ok_and(|value| value == "true");
    let trial = |name: &str, run: fn(), available: bool| {
        Trial::test(name, move || {
            run();
            Ok(())
        })
        .with_ignored_flag(!available && !required)
    };
    let browser = chromium::find().is_some();
    let trials = vec![
        trial("a_drag_decodes_what_the_program_decodes", explorer_decodes, browser),
        trial("a_graph_is_searched_and_pointed_at", graph_is_explored, browser),
        trial(
            "twenty_thousand_nodes_are_dragged_about_at_thirty_frames_a_second",
            large_graph_is_dragged,
            browser,
        ),
        trial("folders_and_files_name_classes_and_images", folders_name_classes, true),
        trial("a_run_that_was_cut_off_is_shown_by_its_last_checkpoint", cut_off_run_is_shown, true),
        trial("compared_runs_are_a_page", compared_runs_are_a_page, browser),
        trial("tensorboard_reads_the_event_files", tensorboard_reads, python().is_some()),
        trial("what_cannot_be_reported_is_refused", refusals, true),
    ];
    // One at a time: a browser and a training each want every core.
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    libtest_mimic::run(&arguments, trials).exit();
}

/// A Python that has TensorBoard.
fn python() -> Option<PathBuf> {
    let python = PathBuf::from(std::env::var_os("AEVB_PYTHON")?);
    let output = Command::new(&python).args(["-c", "import tensorboard"]).output().ok()?;
    output.status.success().then_some(python)
}

fn aevb(arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aevb"));
    // Graphics drivers complain on stderr where XDG_RUNTIME_DIR is unset.
    command.env("XDG_RUNTIME_DIR", folder).env("AEVB_DATA", folder.join("data"));
    command.args(arguments).current_dir(folder).output().expect("the binary starts")
}

#[track_caller]
fn succeed(arguments: &[&str], folder: &Path) -> String {
    let output = aevb(arguments, folder);
    assert!(output.status.success(), "aevb {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Trains into a folder and writes its report, whose page is returned.
#[track_caller]
fn report(folder: &Path, out: &str, arguments: &[&str]) -> PathBuf {
    let train = [&["train"], arguments, &["--device", "flex", "--quiet", "--out", out]].concat();
    succeed(&train, folder);
    assert_eq!(succeed(&["report", out], folder), format!("{out}/report/index.html\n"));
    folder.join(out).join("report/index.html")
}

fn temporary() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn keep_screenshot(browser: &mut Chromium, name: &str) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("report");
    fs::create_dir_all(&folder).expect("made");
    let picture = BASE64.decode(browser.screenshot()).expect("base64");
    assert!(picture.starts_with(b"\x89PNG"));
    fs::write(folder.join(name), picture).expect("written");
}

#[track_caller]
fn no_complaints(browser: &Chromium) {
    assert!(browser.complaints.is_empty(), "{:#?}", browser.complaints);
}

/// Waits until the page has drawn what it was asked to.
fn settle(browser: &mut Chromium) {
    browser.evaluate("new Promise((done) => setTimeout(done, 150))");
}

/// A drag across an element, from and to shares of its width and height.
fn drag(browser: &mut Chromium, selector: &str, from: [f64; 2], to: [f64; 2]) {
    let [left, top, width, height] = browser.place_of(selector);
    let at = |share: f64| {
        [0, 1].map(|axis| {
            let place = from[axis] + share * (to[axis] - from[axis]);
            if axis == 0 { left + place * width } else { top + place * height }
        })
    };
    browser.mouse("mouseMoved", at(0.0), false);
    browser.mouse("mousePressed", at(0.0), true);
    (1..=10).for_each(|step| browser.mouse("mouseMoved", at(f64::from(step) / 10.0), true));
    browser.mouse("mouseReleased", at(1.0), false);
}

/// The latent vector and the grey pixels of the picture that the page shows.
fn picture(browser: &mut Chromium) -> (Vec<f32>, Vec<u8>) {
    let shown = browser.evaluate(
        "(() => { const picture = document.getElementById('picture'); const { width, height } = picture; \
         const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true }); \
         context.drawImage(picture, 0, 0); const { data } = context.getImageData(0, 0, width, height); \
         return [JSON.parse(picture.dataset.z), [...data].filter((_, index) => index % 4 === 0)]; })()",
    );
    serde_json::from_value(shown).expect("a vector and pixels")
}

fn explorer_decodes() {
    let folder = temporary();
    let cases: [(&str, &[&str]); 2] = [
        ("plane", &["model.latent=2", "model.hidden=[64]", "train.epochs=6"]),
        ("deep", &["model.latent=5", "model.hidden=[48, 32]", "model.activation=softplus", "train.epochs=3"]),
    ];
    for (out, sets) in cases {
        let sets: Vec<&str> = sets.iter().flat_map(|set| ["--set", set]).collect();
        let page = report(folder.path(), out, &[&["vae-mnist-5k"], &sets[..]].concat());
        let decode = decoder(&folder.path().join(out));
        let mut browser = Chromium::open(&page, [1200, 900], out == "deep");
        settle(&mut browser);
        let before = picture(&mut browser);
        drag(&mut browser, "#explorer-plane canvas:last-of-type", [0.5, 0.5], [0.3, 0.7]);
        let dragged = picture(&mut browser);
        assert!(
            dragged.0[..2] != before.0[..2] && dragged.1 != before.1,
            "{out}: a drag decodes another place"
        );
        let [left, top, width, height] = browser.place_of("#z1");
        browser.mouse("mousePressed", [left + 0.8 * width, top + height / 2.0], true);
        browser.mouse("mouseReleased", [left + 0.8 * width, top + height / 2.0], false);
        let slid = picture(&mut browser);
        assert!(
            slid.0[0] != dragged.0[0] && slid.0[1..] == dragged.0[1..],
            "{out}: {:?} and {:?}",
            dragged.0,
            slid.0
        );
        for (z, pixels) in [before, dragged, slid] {
            let means = decode(&z);
            assert_eq!(means.len(), pixels.len());
            let furthest =
                means.iter().zip(&pixels).map(|(mean, &pixel)| (255.0 * mean - f32::from(pixel)).abs());
            let furthest = furthest.fold(0.0, f32::max);
            assert!(furthest <= 1.0, "{out}: a pixel is {furthest} / 255 off at {z:?}");
        }
        keep_screenshot(&mut browser, &format!("vae-{out}.png"));
        no_complaints(&browser);
    }
    for file in ["bound.svg", "reconstruction.svg", "kl.svg", "latents.svg", "samples.png", "manifold.png"] {
        assert!(folder.path().join("plane/report").join(file).is_file(), "{file}");
    }
}

/// The decoder of the program itself.
fn decoder(run: &Path) -> impl Fn(&[f32]) -> Vec<f32> + use<> {
    let file = ConfigFile::find(Some(&run.join("config.toml"))).expect("a configuration");
    let experiment = Experiment::read(&file, &[Override::device("flex")]).expect("valid");
    let device = device::resolve("flex").expect("the CPU").device;
    let model = open_images(&experiment, &device, &RunFolder::open(run).expect("a run")).expect("a model");
    move |z| model.decode(z).expect("decoded")
}

fn graph_is_explored() {
    const CANVAS: &str = "#latents canvas:last-of-type";
    let folder = temporary();
    let page = report(folder.path(), "run", &["vgae-cora", "--set", "train.epochs=60"]);
    let bytes = fs::metadata(&page).expect("there").len();
    assert!(bytes < 3_000_000, "{bytes} bytes");
    let mut browser = Chromium::open(&page, [1200, 900], false);
    // A frame after the scripts the page answers.
    let ready = "new Promise((done) => requestAnimationFrame(() => done(performance.now())))";
    let milliseconds = browser.evaluate(ready).as_f64().expect("a time");
    assert!(milliseconds < 1000.0, "interactive after {milliseconds} ms");
    settle(&mut browser);
    keep_screenshot(&mut browser, "vgae-cora.png");

    let names = fs::read_to_string(folder.path().join("run/nodes.txt")).expect("names");
    let tip = "(() => { const tip = document.querySelector('#latents .tip'); \
               return tip.hidden ? null : tip.querySelector('strong').textContent; })()";
    for name in names.lines().step_by(700) {
        browser
            .evaluate("document.getElementById('node').value = ''; document.getElementById('node').focus()");
        browser.write(name);
        browser.key("Enter", 13);
        settle(&mut browser);
        assert_eq!(browser.evaluate(tip), name, "search shows the node");
        // What is in the middle now is found again by pointing at it.
        let [left, top, width, height] = browser.place_of(CANVAS);
        browser.evaluate(&format!("document.querySelector('{CANVAS}').focus()"));
        browser.key("Escape", 27);
        browser.mouse("mouseMoved", [left + 3.0, top - 20.0], false);
        settle(&mut browser);
        assert_eq!(browser.evaluate(tip), Value::Null, "nothing is pointed at");
        browser.mouse("mouseMoved", [left + width / 2.0, top + height / 2.0], false);
        settle(&mut browser);
        assert_eq!(browser.evaluate(tip), name, "hovering shows the node");
    }
    keep_screenshot(&mut browser, "vgae-cora-node.png");
    no_complaints(&browser);
    let text = browser.evaluate("document.querySelector('section p').textContent");
    let text = text.as_str().expect("text");
    assert!(text.contains("nearest neighbours of a node name its class for"), "{text}");
    for file in ["latents.svg", "roc.svg", "precision-recall.svg", "degree.svg", "loss.svg", "validation.svg"]
    {
        assert!(folder.path().join("run/report").join(file).is_file(), "{file}");
    }
}

/// 20 000 nodes, each with five links to others near it on a ring, and some far away.
fn large_graph_is_dragged() {
    const NODES: u64 = 20_000;
    let folder = temporary();
    let mut edges = String::new();
    for node in 0..NODES {
        for link in 1..=5u64 {
            let far = (node * 2_654_435_761 + link * 40_503) % NODES;
            let other = if link == 5 && node % 7 == 0 { far } else { (node + link * link) % NODES };
            let _ = writeln!(edges, "{node} {other}");
        }
    }
    fs::write(folder.path().join("ring.txt"), edges).expect("written");
    let sets = ["data.edges=ring.txt", "data.features=none", "train.epochs=2", "model.latent=2"];
    let sets: Vec<&str> = sets.iter().flat_map(|set| ["--set", set]).collect();
    let page = report(folder.path(), "run", &[&["vgae-cora"], &sets[..]].concat());
    let mut browser = Chromium::open(&page, [1200, 900], false);
    settle(&mut browser);
    let [left, top, width, height] = browser.place_of("#latents canvas:last-of-type");
    let middle = [left + width / 2.0, top + height / 2.0];
    // Other work on the machine may take a second away; the page itself is as fast as its best try.
    let rates: Vec<f64> = (0..3).map(|_| frames_a_second(&mut browser, middle)).collect();
    let best = rates.iter().copied().fold(0.0, f64::max);
    assert!(best >= 30.0, "frames a second in three tries: {rates:?}");
    keep_screenshot(&mut browser, "vgae-20000.png");
    no_complaints(&browser);
}

/// Drags for two seconds, a long way around, and counts the frames that the browser showed.
fn frames_a_second(browser: &mut Chromium, [x, y]: [f64; 2]) -> f64 {
    browser.evaluate(
        "window.frames_shown = []; window.counting = true; requestAnimationFrame(function count(time) { \
         window.frames_shown.push(time); if (window.counting) requestAnimationFrame(count); })",
    );
    browser.mouse("mousePressed", [x, y], true);
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(2) {
        let turn = begun.elapsed().as_secs_f64() * std::f64::consts::PI;
        browser.mouse("mouseMoved", [x + 300.0 * turn.sin(), y + 180.0 * (2.0 * turn).sin()], true);
        std::thread::sleep(Duration::from_millis(8));
    }
    browser.mouse("mouseReleased", [x, y], false);
    let rate = browser.evaluate(
        "(() => { window.counting = false; const times = window.frames_shown; \
         return 1000 * (times.length - 1) / (times.at(-1) - times[0]); })()",
    );
    rate.as_f64().expect("a rate")
}

fn compared_runs_are_a_page() {
    let folder = temporary();
    for (out, latent) in [("small", "model.latent=4"), ("large", "model.latent=16")] {
        let train = [
            "train",
            "--set",
            latent,
            "--set",
            "train.epochs=20",
            "--quiet",
            "--device",
            "flex",
            "--out",
            out,
        ];
        succeed(&train, folder.path());
    }
    let table = succeed(&["compare", "small", "large", "--out", "both.html"], folder.path());
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 3, "{table}");
    assert!(
        lines[0].starts_with("run    model.latent  validation AUC  test AUC  test AP  test MRR"),
        "{table}"
    );
    assert!(
        lines[1].starts_with("small             4") && lines[2].starts_with("large            16"),
        "{table}"
    );
    succeed(&["compare", "small", "large", "--out", "auc.svg"], folder.path());
    let svg = fs::read_to_string(folder.path().join("auc.svg")).expect("written");
    assert!(svg.starts_with("<svg") && svg.matches("data-series=").count() == 2, "{svg}");
    let json: Value = serde_json::from_str(&succeed(&["compare", "small", "large", "--json"], folder.path()))
        .expect("JSON");
    assert_eq!(json["runs"][1]["config"]["model.latent"], "16");
    assert_eq!(json["runs"][0]["metrics"].as_array().map(Vec::len), Some(20));
    let mut browser = Chromium::open(&folder.path().join("both.html"), [1200, 900], true);
    // At a point of a curve stands its value.
    let place = browser.evaluate(
        "(() => { const line = document.querySelector('svg.chart [data-series]'); \
         const point = line.points.getItem(0).matrixTransform(line.getScreenCTM()); return [point.x, point.y]; })()",
    );
    let at = |axis: usize| place[axis].as_f64().expect("a number");
    browser.mouse("mouseMoved", [at(0), at(1)], false);
    settle(&mut browser);
    let tip = browser.evaluate("document.querySelector('svg.chart g .label').textContent");
    let tip = tip.as_str().expect("text");
    assert!(tip.starts_with("small: ") || tip.starts_with("large: "), "{tip}");
    // Arrow keys go along the curves, and from one to the other.
    let after = |keys: &str| {
        format!(
            "(() => {{ const chart = document.querySelector('svg.chart[tabindex]'); chart.focus(); \
             for (const key of {keys}) chart.dispatchEvent(new KeyboardEvent('keydown', {{ key }})); \
             return chart.querySelector('g > .label').textContent; }})()"
        )
    };
    let first = browser.evaluate(&after("['Escape', 'ArrowRight']"));
    let next = browser.evaluate(&after("['ArrowRight']"));
    let other = browser.evaluate(&after("['ArrowUp']"));
    let name = |tip: &Value| tip.as_str().and_then(|tip| tip.split(": ").next()).map(str::to_owned);
    assert!(
        first != next && name(&first) == name(&next) && name(&next) != name(&other),
        "{first}, {next}, {other}"
    );
    keep_screenshot(&mut browser, "compare.png");
    no_complaints(&browser);
}

/// Names that a page would take for its own, if it were let.
fn folders_name_classes() {
    let folder = temporary();
    for (class, name) in ["a <b>", "c & \"d\""].into_iter().enumerate() {
        let class_folder = folder.path().join("pictures").join(name);
        fs::create_dir_all(&class_folder).expect("made");
        for number in 0..20 {
            let pixels: Vec<f32> =
                (0..64).map(|pixel| ((pixel * (class + 1) + number) % 7) as f32 / 6.0).collect();
            fs::write(class_folder.join(format!("{number}.png")), aevb::png::grid(&pixels, 8, 8, 1))
                .expect("written");
        }
    }
    let train = [
        "train",
        "vae-mnist-5k",
        "--set",
        "data.path=pictures",
        "--set",
        "train.epochs=1",
        "--set",
        "model.latent=2",
    ];
    succeed(&[&train[..], &["--device", "flex", "--quiet", "--out", "run"]].concat(), folder.path());
    succeed(&["report", "run"], folder.path());
    let page = fs::read_to_string(folder.path().join("run/report/index.html")).expect("written");
    assert!(page.contains("\"class_names\":[\"a \\u003cb>\",\"c & \\\"d\\\"\"]"), "no names of classes");
    assert!(page.contains("\"a \\u003cb>/") && !page.contains("a <b>"), "a name is taken for an element");
    let map = fs::read_to_string(folder.path().join("run/report/latents.svg")).expect("written");
    assert!(map.contains("a &lt;b&gt;") && map.contains("c &amp; &quot;d&quot;"), "{map}");
}

/// As after a kill in the middle of a line.
fn cut_off_run_is_shown() {
    let folder = temporary();
    let train =
        ["train", "vae-mnist-5k", "--set", "train.epochs=3", "--set", "train.checkpoint_every=1 epochs"];
    let rest = [
        "--set",
        "model.latent=2",
        "--set",
        "model.hidden=[16]",
        "--device",
        "flex",
        "--quiet",
        "--out",
        "run",
    ];
    succeed(&[&train[..], &rest].concat(), folder.path());
    let run = folder.path().join("run");
    for gone in ["model.safetensors", "result.json"] {
        fs::remove_file(run.join(gone)).expect("was there");
    }
    let lines = fs::read_to_string(run.join("metrics.jsonl")).expect("written");
    fs::write(run.join("metrics.jsonl"), &lines[..lines.len() - 20]).expect("cut");
    succeed(&["report", "run"], folder.path());
    let page = fs::read_to_string(run.join("report/index.html")).expect("written");
    assert!(page.contains("the run has not ended") && page.contains("training images seen"));
    assert!(page.contains("VAE after 2 epochs"));
}

fn tensorboard_reads() {
    let script = "import json, sys\n\
                  from tensorboard.backend.event_processing.event_accumulator import EventAccumulator\n\
                  events = EventAccumulator(sys.argv[1]).Reload()\n\
                  tags = events.Tags()['scalars']\n\
                  print(json.dumps({tag: [[e.step, e.value] for e in events.Scalars(tag)] for tag in tags}))\n";
    let folder = temporary();
    let train =
        ["train", "--set", "train.epochs=20", "--quiet", "--tensorboard", "--device", "flex", "--out", "run"];
    let often = ["--set", "train.checkpoint_every=10 epochs"];
    succeed(&[&train[..], &often].concat(), folder.path());
    let run = folder.path().join("run");
    // Epochs that are trained again after a kill stand there once.
    fs::remove_dir_all(run.join("checkpoints/step-20")).expect("a checkpoint");
    fs::remove_file(run.join("result.json")).expect("the run's end");
    succeed(&["resume", "run", "--quiet"], folder.path());
    assert_eq!(fs::read_dir(run.join("tensorboard")).expect("files").count(), 2);
    let python = python().expect("AEVB_PYTHON names a Python with tensorboard");
    let output =
        Command::new(python).args(["-c", script]).arg(run.join("tensorboard")).output().expect("starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let events: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let metrics = fs::read_to_string(run.join("metrics.jsonl")).expect("metrics");
    let lines: Vec<Value> = metrics.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let tags = ["train/loss", "train/reconstruction", "train/kl", "validation/auc", "validation/ap"];
    assert_eq!(events.as_object().map(serde_json::Map::len), Some(tags.len()), "{events}");
    for tag in tags {
        let (part, name) = tag.split_once('/').expect("two words");
        let expected: Vec<(u64, f64)> = lines
            .iter()
            .filter_map(|line| {
                let value = if part == "train" { &line[name] } else { &line[part][name] };
                Some((line["epoch"].as_u64()?, value.as_f64()?))
            })
            .collect();
        let found: Vec<(u64, f64)> = serde_json::from_value(events[tag].clone()).expect("steps and values");
        assert!(found.len() >= 2 && found.len() == expected.len(), "{tag}: {found:?}");
        for (found, expected) in found.iter().zip(&expected) {
            assert!(
                found.0 == expected.0 && (found.1 - expected.1).abs() < 1e-6,
                "{tag}: {found:?} {expected:?}"
            );
        }
    }
}

fn refusals() {
    let folder = temporary();
    fs::create_dir(folder.path().join("empty")).expect("made");
    fs::create_dir(folder.path().join("begun")).expect("made");
    fs::write(folder.path().join("begun/config.toml"), "").expect("written");
    for arguments in [
        &["report", "empty"][..],
        &["report", "begun"],
        &["compare", "empty"],
        &["compare", "begun"],
        &["compare"],
    ] {
        let output = aevb(arguments, folder.path());
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {stderr}");
        assert!(stderr.starts_with("error: ") && output.stdout.is_empty(), "{arguments:?}: {stderr}");
    }
}
