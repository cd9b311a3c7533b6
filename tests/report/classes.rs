use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use super::chromium::Chromium;
use super::crowds::{drawn, with_data};
use super::sight::{Colour, SIGHTS, difference, lab, linear, seen};
use super::sizes::{everywhere, words};
use super::{aevb, keep_screenshot, no_complaints, report, settle, succeed, temporary};

pub const CLASSES: usize = 10;

/// 600 nodes in ten classes of long names, each linked within its class more than without, and names for people.
pub fn graph(folder: &Path) -> PathBuf {
    let (mut edges, mut labels, mut names) =
        (String::new(), "node,label\n".to_owned(), "id,title\n".to_owned());
    for node in 0..600usize {
        for link in 1..=4 {
            let near = (node + CLASSES * link * link) % 600;
            let other = if (node + link) % 5 == 0 { (node * 7 + 13 * link) % 600 } else { near };
            let _ = writeln!(edges, "n{node} n{other}");
        }
        let _ = writeln!(labels, "n{node},government organisations {}", node % CLASSES);
        let _ = writeln!(names, "n{node},Café number {node}");
    }
    for (name, text) in [("edges.txt", edges), ("labels.csv", labels), ("names.csv", names)] {
        fs::write(folder.join(name), text).expect("written");
    }
    let sets = ["data.edges=edges.txt", "data.labels=labels.csv", "data.features=none", "train.epochs=30"];
    let sets: Vec<&str> = sets.iter().flat_map(|set| ["--set", set]).collect();
    report(folder, "run", &[&["vgae-cora"], &sets[..]].concat())
}

/// How many pixels of the plane have exactly the colour of each class, and these colours.
fn classes_on_the_canvas(browser: &mut Chromium) -> Vec<(u64, [u8; 3])> {
    let found = browser.evaluate(
        "(() => { const canvas = document.querySelector('#latents canvas'); const { width, height } = canvas; \
         const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true }); \
         context.drawImage(canvas, 0, 0); const { data } = context.getImageData(0, 0, width, height); \
         const counts = new Map(); for (let at = 0; at < data.length; at += 4) { \
         const colour = (data[at] << 16) | (data[at + 1] << 8) | data[at + 2]; \
         counts.set(colour, (counts.get(colour) ?? 0) + 1); } \
         const style = getComputedStyle(document.documentElement); \
         return Array.from({ length: 10 }, (_, kind) => { \
         const colour = parseInt(style.getPropertyValue(`--class-${kind}`).trim().slice(1), 16); \
         return [counts.get(colour) ?? 0, [colour >> 16, (colour >> 8) & 255, colour & 255]]; }); })()",
    );
    serde_json::from_value(found).expect("counts and colours")
}

/// Every class is on the canvas, in colours that everyone tells apart.
#[track_caller]
fn assert_told_apart(browser: &mut Chromium, least_pixels: u64) {
    let mut found = classes_on_the_canvas(browser);
    for _ in 0..100 {
        if found.iter().all(|(count, _)| *count >= least_pixels) {
            break;
        }
        settle(browser);
        found = classes_on_the_canvas(browser);
    }
    assert!(found.iter().all(|(count, _)| *count >= least_pixels), "{found:?}");
    let colours: Vec<Colour> = found.iter().map(|(_, colour)| colour.map(linear)).collect();
    for (name, sight) in SIGHTS {
        let seen: Vec<[f64; 3]> = colours.iter().map(|&colour| lab(seen(&sight, colour))).collect();
        for (at, &one) in seen.iter().enumerate() {
            for &other in &seen[..at] {
                assert!(difference(one, other) > 11.0, "{name}: {found:?}");
            }
        }
    }
}

pub fn are_told_apart() {
    let folder = temporary();
    // Ten clusters that overlap at their edges, so that no class hides another whole.
    let points = (0..600usize).flat_map(|node| {
        let (class, member) = ((node % CLASSES) as f32, (node / CLASSES) as f32);
        let (angle, turn, reach) = (0.628 * class, 2.4 * member, 0.3 * member.sqrt());
        [7.0 * angle.cos() + reach * turn.cos(), 4.0 * angle.sin() + reach * turn.sin()]
    });
    let points: Vec<f32> = points.collect();
    let classes: Vec<u8> = (0..600usize).flat_map(|node| ((node % CLASSES) as u16).to_le_bytes()).collect();
    let page = with_data(&graph(folder.path()), "ten.html", |data| {
        data["layouts"] = json!([drawn(&points)]);
        data["classes"] = json!(BASE64.encode(classes));
    });
    let mut browser = Chromium::open(&page, [1280, 800], false);
    settle(&mut browser);
    everywhere(&mut browser, "ten-classes", &mut |browser| {
        assert_told_apart(browser, 20);
        let named = words(browser, "latents").into_iter().filter(|word| word.text.starts_with("government"));
        // A telephone has no room for ten names of its own width; the legend has them.
        assert!(named.count() >= 5);
    });
    browser.show([1280, 800], false);
    for kind in ["protanopia", "deuteranopia", "tritanopia"] {
        browser.see_as(kind);
        keep_screenshot(&mut browser, &format!("ten-classes-{kind}.png"));
    }
}

/// Names for people, and what a run has in `result.json` beside its own metrics.
pub fn names_heuristics_and_cautions_are_shown() {
    let folder = temporary();
    graph(folder.path());
    let run = folder.path().join("run");
    let mut result: Value =
        serde_json::from_slice(&fs::read(run.join("result.json")).expect("there")).expect("JSON");
    result["heuristics"] = json!([
        {"name": "resource allocation", "auc": 0.8125, "ap": 0.5, "mrr": 0.25, "hits": result["test"]["hits"], "sampled": 77},
    ]);
    result["cautions"] = json!(["resource allocation is <ahead> of the model"]);
    fs::write(run.join("result.json"), result.to_string()).expect("written");
    fs::remove_file(run.join("SHA256SUMS")).expect("was there");
    succeed(&["report", "run", "--names", "names.csv:title"], folder.path());
    let page = run.join("report/index.html");
    let text = fs::read_to_string(&page).expect("written");
    for part in [
        "<li>resource allocation is &lt;ahead&gt; of the model</li>",
        "resource allocation (ranked on a sample of 77 test edges)",
        "81.25 %",
        "Café number",
    ] {
        assert!(text.contains(part), "{part}");
    }
    let mut browser = Chromium::open(&page, [1200, 900], false);
    settle(&mut browser);
    for sought in ["Café number 321", "n321"] {
        browser.evaluate(&format!(
            "document.getElementById('node').value = '{sought}'; document.getElementById('search').requestSubmit()"
        ));
        settle(&mut browser);
        let tip = browser.evaluate("document.querySelector('#latents .tip:not([hidden])')?.textContent");
        let tip = tip.as_str().expect("a tip");
        assert!(tip.starts_with("Café number 321") && tip.contains("node n321"), "{tip}");
    }
    (0..4).for_each(|_| drop(browser.evaluate("document.getElementById('zoom-in').click()")));
    settle(&mut browser);
    let named = words(&mut browser, "latents").into_iter().filter(|word| word.text.starts_with("Café"));
    assert!(named.count() > 0, "near enough, points are named");
    keep_screenshot(&mut browser, "names.png");
    no_complaints(&browser);
    let refused = aevb(&["report", "run", "--names", "names.csv:nothing"], folder.path());
    assert_eq!(refused.status.code(), Some(1), "{}", String::from_utf8_lossy(&refused.stderr));
}

/// The page is handed to the system's own program, and where there is none, the path is said.
pub fn page_is_opened() {
    let folder = temporary();
    graph(folder.path());
    let bin = folder.path().join("bin");
    fs::create_dir(&bin).expect("made");
    let open = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_aevb"));
        let output =
            command.args(["report", "run", "--open"]).env("PATH", &bin).current_dir(folder.path()).output();
        let output = output.expect("the binary starts");
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(String::from_utf8_lossy(&output.stdout), "run/report/index.html\n");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let told = open();
    assert!(told.contains("no browser opened it: open run/report/index.html in one"), "{told}");
    let program = bin.join("xdg-open");
    fs::write(&program, format!("#!/bin/sh\necho \"$1\" > {}\n", folder.path().join("opened").display()))
        .expect("written");
    assert!(
        Command::new("chmod")
            .args(["755".as_ref(), program.as_os_str()])
            .status()
            .expect("it starts")
            .success()
    );
    let told = open();
    assert!(!told.contains("no browser"), "{told}");
    let opened = fs::read_to_string(folder.path().join("opened")).expect("it was called");
    let page = folder.path().join("run/report/index.html").canonicalize().expect("there");
    assert_eq!(opened.trim_end(), page.display().to_string());
}
