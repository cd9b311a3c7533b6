use std::fs;

use super::chromium::Chromium;
use super::sizes::everywhere;
use super::{decoder, drag, no_complaints, report, settle, succeed, temporary};

/// The latent vector and the grey pixels of the picture that the page shows as blocks.
fn picture(browser: &mut Chromium) -> (Vec<f32>, Vec<u8>) {
    let shown = browser.evaluate(
        "(() => { const picture = document.getElementById('picture'); const { width, height } = picture; \
         const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true }); \
         context.drawImage(picture, 0, 0); const { data } = context.getImageData(0, 0, width, height); \
         const enlarged = width / 28; const pixels = []; \
         for (let y = 0; y < 28; y++) for (let x = 0; x < 28; x++) pixels.push(data[4 * enlarged * (y * width + x)]); \
         return [JSON.parse(picture.dataset.z), pixels]; })()",
    );
    serde_json::from_value(shown).expect("a vector and pixels")
}

pub fn explorer_decodes() {
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
        // The first picture is decoded from a real code, and smooth until blocks are asked for.
        let first: Vec<f32> = serde_json::from_value(
            browser.evaluate("JSON.parse(document.getElementById('picture').dataset.z)"),
        )
        .expect("a vector");
        assert!(first.iter().any(|value| *value != 0.0), "{first:?}");
        assert_eq!(
            browser.evaluate("document.querySelectorAll('#original')[0].parentNode.textContent"),
            "test image 0"
        );
        let greys = |browser: &mut Chromium| {
            browser.evaluate(
                "(() => { const picture = document.getElementById('picture'); const { width, height } = picture; \
                 const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true }); \
                 context.drawImage(picture, 0, 0); const { data } = context.getImageData(0, 0, width, height); let changes = 0; \
                 for (let at = 4; at < data.length; at += 4) if (data[at] !== data[at - 4]) changes++; return changes; })()",
            )
        };
        let smooth = greys(&mut browser).as_u64().expect("a number");
        browser.evaluate("document.getElementById('blocks').click()");
        let blocks = greys(&mut browser).as_u64().expect("a number");
        assert!(smooth > 2 * blocks, "{smooth} changes of grey along the rows, and {blocks} of blocks");
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
        browser.evaluate("document.getElementById('blocks').click()");
        everywhere(&mut browser, &format!("vae-{out}"), &mut |_| {});
    }
    for file in ["bound.svg", "reconstruction.svg", "kl.svg", "latents.svg", "samples.png", "manifold.png"] {
        assert!(folder.path().join("plane/report").join(file).is_file(), "{file}");
    }
}

pub fn large_decoder_is_left_out() {
    let folder = temporary();
    let sets =
        ["model.latent=2", "model.hidden=[2100, 2100, 2100]", "train.epochs=1", "train.batch_size=500"];
    let sets: Vec<&str> = sets.iter().flat_map(|set| ["--set", set]).collect();
    let page = report(folder.path(), "run", &[&["vae-mnist-5k"], &sets[..]].concat());
    let mut browser = Chromium::open(&page, [1200, 900], false);
    settle(&mut browser);
    let text = browser.evaluate("document.querySelector('main').textContent");
    let text = text.as_str().expect("text");
    assert!(text.contains("too many for a page") && text.contains("five nearest neighbours"), "{text}");
    assert_eq!(browser.evaluate("document.querySelectorAll('#latents canvas').length"), 2);
    no_complaints(&browser);
}

/// Names that a page would take for its own, if it were let.
pub fn folders_name_classes() {
    let folder = temporary();
    for (class, name) in ["a <b>", "c & \"d\""].into_iter().enumerate() {
        let class_folder = folder.path().join("pictures").join(name);
        fs::create_dir_all(&class_folder).expect("made");
        for number in 0..20 {
            let pixels: Vec<f32> =
                (0..64).map(|pixel| ((pixel * (class + 1) + number) % 7) as f32 / 6.0).collect();
            fs::write(class_folder.join(format!("{number}.png")), aevb::png::grid(&pixels, 8, 8, 1, 1))
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
