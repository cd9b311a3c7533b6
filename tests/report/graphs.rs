use std::fmt::Write;
use std::fs;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::chromium::Chromium;
use super::{keep_screenshot, no_complaints, report, settle, temporary};

pub fn is_explored() {
    const CANVAS: &str = "#latents canvas:last-of-type";
    let folder = temporary();
    let page = report(folder.path(), "run", &["vgae-cora", "--set", "train.epochs=60"]);
    let bytes = fs::metadata(&page).expect("there").len();
    assert!(bytes < 3_000_000, "{bytes} bytes");
    // So long after it was opened the page has answered a search. Other work on the machine may take a second away; the
    // page itself is as fast as its best try.
    let names = fs::read_to_string(folder.path().join("run/nodes.txt")).expect("names");
    let name = names.lines().next().expect("a node");
    let found = format!(
        "new Promise((done) => {{ const tip = document.querySelector('#latents .tip'); \
         const search = () => {{ document.getElementById('node').value = '{name}'; \
         document.getElementById('search').requestSubmit(); requestAnimationFrame(() => \
         tip.textContent.startsWith('{name}') && !tip.hidden ? done(performance.now()) : search()); }}; search(); }})"
    );
    let open = || Chromium::open(&page, [1200, 900], false);
    let tries = [(); 3].map(|()| open().evaluate(&found).as_f64().expect("a time"));
    assert!(
        tries.iter().any(|&milliseconds| milliseconds < 1000.0),
        "a search is answered after {tries:?} ms"
    );
    let mut browser = open();
    browser.evaluate("document.getElementById('zoom-fit').click()");
    settle(&mut browser);
    keep_screenshot(&mut browser, "vgae-cora.png");

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
    for file in [
        "latents.svg",
        "roc.svg",
        "precision-recall.svg",
        "reliability.svg",
        "degree.svg",
        "loss.svg",
        "validation.svg",
    ] {
        let mut drawing = Chromium::open(&folder.path().join("run/report").join(file), [900, 720], false);
        let root = drawing.evaluate(
            "[document.documentElement.localName, document.querySelectorAll('parsererror').length]",
        );
        assert_eq!(root, serde_json::json!(["svg", 0]), "{file}");
    }
}

/// 20 000 nodes, each with five links to others near it on a ring, and some far away.
pub fn large_one_is_dragged() {
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
    assert_panned(&mut browser, middle);
    // Other work on the machine may take a second away; the page itself is as fast as its best try.
    let rates: Vec<f64> = (0..3).map(|_| frames_a_second(&mut browser, middle)).collect();
    let best = rates.iter().copied().fold(0.0, f64::max);
    assert!(best >= 30.0, "frames a second in three tries: {rates:?}");
    keep_screenshot(&mut browser, "vgae-20000.png");
    no_complaints(&browser);
}

/// A drag moves what is drawn: links, whose grey is neither the ground's nor a point's.
fn assert_panned(browser: &mut Chromium, [x, y]: [f64; 2]) {
    let drawn = |browser: &mut Chromium| -> (u64, u64) {
        let drawn = browser.evaluate(
            "(() => { const canvas = document.querySelector('#latents canvas'); const { width, height } = canvas; \
             const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true }); \
             context.drawImage(canvas, 0, 0); \
             const { data } = context.getImageData(0, 0, width, height); let [grey, sum] = [0, 0]; \
             for (let at = 0; at < data.length; at += 4) { const [r, g, b] = data.subarray(at, at + 3); \
             if (r < 250 && Math.abs(r - b) < 20) grey++; sum = (31 * sum + r + 7 * g) % 1000003; } \
             return [grey, sum]; })()",
        );
        serde_json::from_value(drawn).expect("two numbers")
    };
    let begun = Instant::now();
    let (links, before) = loop {
        let shown = drawn(browser);
        if shown.0 > 0 || begun.elapsed() > Duration::from_secs(10) {
            break shown;
        }
    };
    assert!(links > 10_000, "{links} pixels of links");
    browser.mouse("mousePressed", [x, y], true);
    browser.mouse("mouseMoved", [x + 120.0, y + 40.0], true);
    settle(browser);
    let (_, after) = drawn(browser);
    browser.mouse("mouseReleased", [x + 120.0, y + 40.0], false);
    assert_ne!(before, after, "a drag moves nothing");
}

/// Drags for two seconds, a long way around, and counts the frames that the browser showed.
pub fn frames_a_second(browser: &mut Chromium, [x, y]: [f64; 2]) -> f64 {
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
