//! A page on a telephone, a laptop and a wide screen, in the light and in the dark.

use serde::Deserialize;
use serde_json::json;

use super::chromium::Chromium;
use super::{keep_screenshot, no_complaints, settle};

pub const SIZES: [(&str, [u32; 2]); 3] =
    [("phone", [390, 844]), ("laptop", [1280, 800]), ("wide", [1920, 1080])];

/// Words on a plane, by their middles and sizes.
#[derive(Debug, Deserialize)]
pub struct Word {
    pub text: String,
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

/// Shows a page in each size and theme: nothing reaches over its side, no word lies on another, and the console is quiet.
/// `look` is called in each.
pub fn everywhere(browser: &mut Chromium, name: &str, look: &mut dyn FnMut(&mut Chromium)) {
    for (size, window) in SIZES {
        for (theme, dark) in [("light", false), ("dark", true)] {
            let place = format!("{name}, {size}, {theme}");
            browser.show(window, dark);
            settle(browser);
            browser.wait_until("[...document.querySelectorAll('.plane')].every((plane) => plane.isDrawn)");
            let wide = browser.evaluate(
                "[document.documentElement.scrollWidth, document.documentElement.clientWidth, \
                 [...document.querySelectorAll('main *')].filter((node) => !node.closest('.scroll, figure, .spoken, pre') \
                 && node.getBoundingClientRect().right > document.documentElement.clientWidth + 1).length]",
            );
            assert_eq!(
                (&wide[0], &wide[2]),
                (&wide[1], &json!(0)),
                "{place}: something reaches over the side"
            );
            for plane in ["explorer-plane", "latents"] {
                apart(&words(browser, plane), &place);
            }
            look(browser);
            keep_screenshot(browser, &format!("{name}-{size}-{theme}.png"));
        }
    }
    no_complaints(browser);
}

/// The words on a plane, if the page has it.
pub fn words(browser: &mut Chromium, plane: &str) -> Vec<Word> {
    let words = browser.evaluate(&format!("document.getElementById('{plane}')?.words ?? []"));
    serde_json::from_value(words).expect("words")
}

#[track_caller]
fn apart(words: &[Word], place: &str) {
    for (at, one) in words.iter().enumerate() {
        for other in &words[..at] {
            let is_apart = (one.x - other.x).abs() >= 0.5 * (one.width + other.width)
                || (one.y - other.y).abs() >= 0.5 * (one.height + other.height);
            assert!(is_apart, "{place}: `{}` lies on `{}`", one.text, other.text);
        }
    }
}
