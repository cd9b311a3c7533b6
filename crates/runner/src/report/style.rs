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

    use super::DRAWING;

    type Colour = [f64; 3];

    /// How those see who lack a kind of cones, on linear RGB (Machado, Oliveira & Fernandes 2009, table 1, severity 1):
    /// protanopia, deuteranopia, tritanopia.
    const SIGHTS: [[Colour; 3]; 3] = [
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
    ];

    fn product(matrix: &[Colour; 3], colour: Colour) -> Colour {
        matrix.map(|row| row.iter().zip(colour).map(|(a, b)| a * b).sum())
    }

    /// Björn Ottosson's OKLab (2020).
    fn oklab(linear: Colour) -> Colour {
        let cones = [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ];
        let opponents = [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ];
        product(&opponents, product(&cones, linear).map(f64::cbrt))
    }

    /// The contrast ratio of WCAG 2.2.
    fn contrast(one: Colour, other: Colour) -> f64 {
        let luminance = |colour: Colour| 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2];
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    /// Each named colour of a theme, as linear RGB.
    fn theme(css: &str) -> BTreeMap<&str, Colour> {
        let linear = |byte: u8| match f64::from(byte) / 255.0 {
            low if low <= 0.04045 => low / 12.92,
            high => ((high + 0.055) / 1.055).powf(2.4),
        };
        let colour = |text: &str| {
            let digits = text.trim().strip_prefix('#')?;
            let byte = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
            Some([linear(byte(0)?), linear(byte(2)?), linear(byte(4)?)])
        };
        css.split([';', '{', '}'])
            .filter_map(|rule| rule.trim().strip_prefix("--")?.split_once(':'))
            .filter_map(|(name, value)| Some((name, colour(value)?)))
            .collect()
    }

    #[test]
    fn a_drawing_holds_nothing_that_xml_reads_otherwise() {
        let css = DRAWING.trim_start_matches("<style>").trim_end_matches("</style>\n");
        assert!(!css.contains(['&', '<']));
    }

    #[test]
    fn classes_stand_out_and_stay_apart_for_every_kind_of_sight() {
        let css = include_str!("page/colours.css");
        let (light, dark) = css.split_once("@media").expect("two themes");
        for theme in [theme(light), theme(dark)] {
            let classes: Vec<Colour> = (0..10).map(|class| theme[&*format!("class-{class}")]).collect();
            for text in ["ink", "muted", "accent"] {
                assert!(contrast(theme[text], theme["panel"]) >= 4.5, "{text}");
            }
            for (at, &class) in classes.iter().enumerate() {
                let found = contrast(class, theme["panel"]);
                assert!(found >= 3.0, "class {at} has a contrast of {found}");
                for (other, &second) in classes.iter().enumerate().skip(at + 1) {
                    let apart = |seen: &dyn Fn(Colour) -> Colour| {
                        let [a, b] = [class, second].map(|colour| oklab(seen(colour)));
                        a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
                    };
                    let normal = apart(&|colour| colour);
                    let least = SIGHTS.iter().fold(normal, |least, sight| {
                        least.min(apart(&|colour| product(sight, colour).map(|part| part.clamp(0.0, 1.0))))
                    });
                    assert!(least > 0.1, "classes {at} and {other} are {least} apart");
                }
            }
        }
    }
}
