use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use super::chromium::Chromium;
use super::classes::{CLASSES, graph};
use super::graphs::frames_a_second;
use super::sizes::everywhere;
use super::{keep_screenshot, no_complaints, temporary};

/// The page of a small graph with the points, links and classes of a large one, whose training would take minutes.
fn crowded(page: &Path) -> PathBuf {
    const NODES: usize = 82_168;
    const LINKS: usize = 361_654;
    // A generator of its own: what is drawn is the same every time.
    let mut state = 1u64;
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1u64 << 24) as f32
    };
    let mut points = Vec::new();
    for node in 0..NODES {
        // 200 clusters on a spiral, narrow in their middles.
        let cluster = (node % 200) as f32;
        let (angle, far) = (0.7 * cluster, 0.6 * cluster.sqrt());
        let (turn, reach) = (std::f32::consts::TAU * uniform(), 0.6 * uniform() * uniform());
        points.extend([far * angle.cos() + reach * turn.cos(), far * angle.sin() + reach * turn.sin()]);
    }
    let mut link = || {
        let from = (uniform() * NODES as f32) as usize % NODES;
        let to = if uniform() < 0.8 { from + 200 } else { (uniform() * NODES as f32) as usize };
        [from as u32, (to % NODES) as u32]
    };
    let links: Vec<u32> = (0..LINKS).flat_map(|_| link()).collect();
    let classes = (0..NODES).flat_map(|node| ((node % 200 % CLASSES) as u16).to_le_bytes());
    let links = links.iter().flat_map(|node| node.to_le_bytes()).collect::<Vec<u8>>();
    with_data(page, "crowded.html", |data| {
        data["layouts"] = json!([drawn(&points)]);
        data["links"] = json!(BASE64.encode(links));
        data["classes"] = json!(BASE64.encode(classes.collect::<Vec<u8>>()));
        data["names"] = Value::Null;
    })
}

/// A layout as the page's scripts read it.
pub fn drawn(points: &[f32]) -> Value {
    let points: Vec<u8> = points.iter().flat_map(|value| value.to_le_bytes()).collect();
    json!({"name": "drawn", "axes": ["x", "y"], "about": "drawn", "points": BASE64.encode(points)})
}

/// A page like another, with other data for its scripts.
pub fn with_data(page: &Path, name: &str, change: impl FnOnce(&mut Value)) -> PathBuf {
    let text = fs::read_to_string(page).expect("there");
    let (head, rest) = text.split_once("id=\"data\">").expect("data");
    let (json, tail) = rest.split_once("</script>").expect("an end");
    let mut data: Value = serde_json::from_str(json).expect("JSON");
    change(&mut data);
    let other = page.with_file_name(name);
    fs::write(&other, format!("{head}id=\"data\">{data}</script>{tail}")).expect("written");
    other
}

pub fn are_densities() {
    let folder = temporary();
    let page = crowded(&graph(folder.path()));
    let mut browser = Chromium::open(&page, [1280, 800], false);
    let says = |text: &str| format!("document.querySelector('.drawn').textContent.includes('{text}')");
    browser.wait_until(&says("82\u{202f}168 points in view are drawn as small squares"));
    browser.wait_until(&says("361\u{202f}654 links in view are drawn as a grey density"));
    // No blob: most of the plane is ground, and no fog makes it dark.
    let shares = browser.evaluate(
        "(() => { const canvas = document.querySelector('#latents canvas'); const { width, height } = canvas; \
         const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true }); \
         context.drawImage(canvas, 0, 0); const { data } = context.getImageData(0, 0, width, height); \
         let [bright, coloured] = [0, 0]; for (let at = 0; at < data.length; at += 4) { \
         const [least, most] = [Math.min(...data.subarray(at, at + 3)), Math.max(...data.subarray(at, at + 3))]; \
         if (least > 200) bright++; if (most - least > 60) coloured++; } \
         return [bright / (width * height), coloured / (width * height)]; })()",
    );
    let [bright, coloured]: [f64; 2] = serde_json::from_value(shares).expect("two shares");
    assert!(bright > 0.4 && coloured > 0.02, "{bright} of the plane is bright, {coloured} is coloured");
    everywhere(&mut browser, "crowded", &mut |_| {});
    browser.show([1280, 800], false);
    let [left, top, width, height] = browser.place_of("#latents canvas:last-of-type");
    let middle = [left + width / 2.0, top + height / 2.0];
    // Other work on the machine may take a second away; the page itself is as fast as its best try.
    let mut rates = Vec::new();
    while rates.len() < 3 && rates.last().is_none_or(|&rate| rate < 30.0) {
        rates.push(frames_a_second(&mut browser, middle));
    }
    let best = rates.iter().copied().fold(0.0, f64::max);
    assert!(best >= 10.0, "frames a second: {rates:?}");
    (0..7).for_each(|_| drop(browser.evaluate("document.getElementById('zoom-in').click()")));
    browser.wait_until(&says("Points and links in view are drawn singly"));
    keep_screenshot(&mut browser, "crowded-near.png");
    no_complaints(&browser);
}
