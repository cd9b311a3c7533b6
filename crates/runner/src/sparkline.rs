//! A curve as a word.

const HEIGHTS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A curve of at most `width` letters, each the mean of as many values as the others, give or take one. Values that are
/// not finite leave a gap.
pub fn sparkline(values: &[f64], width: usize) -> String {
    let width = width.min(values.len());
    let means: Vec<f64> = (0..width)
        .map(|letter| {
            let part = &values[letter * values.len() / width..(letter + 1) * values.len() / width];
            part.iter().sum::<f64>() / part.len() as f64
        })
        .collect();
    let finite = || means.iter().copied().filter(|mean| mean.is_finite());
    let (least, most) = (finite().fold(f64::INFINITY, f64::min), finite().fold(f64::NEG_INFINITY, f64::max));
    let top = (HEIGHTS.len() - 1) as f64;
    let letter = |mean: f64| match mean.is_finite() {
        true if most > least => HEIGHTS[((mean - least) / (most - least) * top).round() as usize],
        true => HEIGHTS[0],
        false => ' ',
    };
    means.into_iter().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_spans_all_heights() {
        assert_eq!(sparkline(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], 8), "▁▂▃▄▅▆▇█");
        assert_eq!(sparkline(&[9.0, 11.0, 0.0, 0.0], 2), "█▁");
        assert_eq!(sparkline(&(0..1000).map(f64::from).collect::<Vec<_>>(), 24).chars().count(), 24);
    }

    #[test]
    fn little_or_nothing_is_drawn_too() {
        assert_eq!(sparkline(&[], 8), "");
        assert_eq!(sparkline(&[3.0, 3.0], 8), "▁▁");
        assert_eq!(sparkline(&[1.0, f64::NAN, 2.0], 8), "▁ █");
        assert_eq!(sparkline(&[f64::INFINITY], 8), " ");
    }
}
