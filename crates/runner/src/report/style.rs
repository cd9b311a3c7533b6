//! The style sheets of pages and of drawings. Their colours stand in one place, for light and for dark.

/// Of a page.
pub(super) const PAGE: &str =
    concat!(include_str!("page/colours.css"), include_str!("page/style.css"), include_str!("page/chart.css"));

/// Of a drawing that stands alone.
pub(super) const DRAWING: &str = concat!(
    "<style>\n",
    include_str!("page/colours.css"),
    "svg.chart { background: var(--panel); }\n",
    include_str!("page/chart.css"),
    "</style>\n"
);

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::sight::{Colour, SIGHTS, difference, lab, linear, seen};
    use super::DRAWING;

    /// The bytes of each named colour of a theme.
    fn theme(css: &str) -> BTreeMap<&str, [u8; 3]> {
        let colour = |text: &str| {
            let digits = text.trim().strip_prefix('#')?;
            let byte = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
            Some([byte(0)?, byte(2)?, byte(4)?])
        };
        css.split([';', '{', '}'])
            .filter_map(|rule| rule.trim().strip_prefix("--")?.split_once(':'))
            .filter_map(|(name, value)| Some((name, colour(value)?)))
            .collect()
    }

    /// Light and dark, which changes some of the light.
    fn themes() -> [BTreeMap<&'static str, [u8; 3]>; 2] {
        let (light, dark) = include_str!("page/colours.css").split_once("@media").expect("two themes");
        let light = theme(light);
        let mut both = light.clone();
        both.extend(theme(dark));
        [light, both]
    }

    fn list(theme: &BTreeMap<&str, [u8; 3]>, name: &str, count: usize) -> Vec<Colour> {
        (0..count).map(|at| theme[&*format!("{name}-{at}")].map(linear)).collect()
    }

    /// The least difference between any two colours, for the sights of these names.
    fn least(colours: &[Colour], sights: &[&str]) -> f64 {
        let mut least = f64::INFINITY;
        for (_, sight) in SIGHTS.iter().filter(|(name, _)| sights.contains(name)) {
            let seen: Vec<[f64; 3]> = colours.iter().map(|&colour| lab(seen(sight, colour))).collect();
            for (at, &one) in seen.iter().enumerate() {
                least = seen[..at].iter().fold(least, |least, &other| least.min(difference(one, other)));
            }
        }
        least
    }

    /// The contrast ratio of WCAG 2.2.
    fn contrast(one: Colour, other: Colour) -> f64 {
        let luminance = |colour: Colour| 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2];
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    const ALL: [&str; 4] = ["protanopia", "deuteranopia", "tritanopia", "normal"];

    #[test]
    fn a_drawing_holds_nothing_that_xml_reads_otherwise() {
        let css = DRAWING.trim_start_matches("<style>").trim_end_matches("</style>\n");
        assert!(!css.contains(['&', '<']));
    }

    #[test]
    fn ten_classes_are_told_apart_by_every_kind_of_sight() {
        for theme in themes() {
            let mut colours = list(&theme, "class", 10);
            let apart = (least(&colours, &ALL), least(&colours, &["normal"]));
            assert!(apart.0 > 11.5 && apart.1 > 17.0, "{apart:?} apart");
            colours.push(theme["panel"].map(linear));
            assert!(least(&colours, &ALL) > 10.0, "{} from the ground", least(&colours, &ALL));
        }
    }

    #[test]
    fn twenty_classes_are_told_apart_and_within_a_shape_by_every_kind_of_sight() {
        for theme in themes() {
            let mut colours = list(&theme, "many", 20);
            assert!(least(&colours, &["normal"]) > 14.0, "{} apart", least(&colours, &["normal"]));
            for shape in colours.chunks(5) {
                assert!(least(shape, &ALL) > 16.5, "{} apart", least(shape, &ALL));
            }
            // From the ground by everyone: no pair of others is nearer than the ground is.
            let ground = theme["panel"].map(linear);
            let nearest =
                colours.drain(..).map(|colour| least(&[colour, ground], &ALL)).fold(f64::INFINITY, f64::min);
            assert!(nearest > 9.5, "{nearest} from the ground");
        }
    }

    #[test]
    fn words_lines_and_the_rims_of_marks_stand_out() {
        for theme in themes() {
            let ground = theme["panel"].map(linear);
            for text in ["ink", "muted", "accent", "caution"] {
                assert!(contrast(theme[text].map(linear), ground) >= 4.5, "{text}");
            }
            let names = theme.keys().filter(|name| name.starts_with("class-") || name.starts_with("many-"));
            for name in names.chain(["unknown"].iter()) {
                // A rim is halfway between its mark and ink.
                let [mark, ink] = [theme[name], theme["ink"]];
                let rim = [0, 1, 2].map(|part: usize| linear(mark[part].midpoint(ink[part])));
                let found = contrast(rim, ground).max(contrast(mark.map(linear), ground));
                assert!(found >= 3.0, "{name} has a contrast of {found}");
            }
            let series = list(&theme, "series", 8);
            assert!(series.iter().all(|&line| contrast(line, ground) >= 3.0));
            assert!(least(&series, &ALL) > 8.0, "{}", least(&series, &ALL));
        }
    }
}
