//! The logistic regression by which a model's logits and covariates are weighed where one order of all pairs counts, as for Hits@K
//! against shared non-edges: edges against all pairs of their ends, which weigh as much together.
//!
//! A regression of choices asks how an end's candidates compare, and makes more of a common neighbour than is good between pairs
//! of different ends.

use rayon::prelude::*;

use super::conditional::{Choice, LEAST, Weights, add_priors};
use super::newton::{Slope, top};

/// The weights of the highest posterior density, of which there is one. The regression's constant ranks nothing, and is left out.
pub fn fit(choices: &[Choice<'_>], terms: usize) -> Weights {
    let candidates: f64 = choices.iter().map(|choice| choice.share * choice.candidates()).sum();
    let count = choices.len() as f64 / candidates.max(1.0);
    let constant = terms + 2;
    let mut first = vec![0.0; constant + 1];
    first[0] = 1.0;
    let found = top(first, LEAST, |weights| {
        // Each choice has a sum of its own, and these are added in order: the same at any number of threads.
        let slopes: Vec<Slope> =
            choices.par_iter().map(|choice| of_choice(weights, choice, count * choice.share)).collect();
        let mut sum = slopes.iter().fold(Slope::zero(weights.len()), Slope::plus);
        add_priors(&mut sum, &weights[..constant]);
        // Of how many pairs have an edge is no prior.
        sum.hold(constant);
        sum
    });
    Weights { scale: found[0], degrees: found[1], covariates: found[2..constant].to_vec() }
}

/// The logarithm of the probability that the chosen pair has an edge, and `count` times those that each candidate has none. The
/// chosen one is among these, as one of many.
fn of_choice(weights: &[f64], choice: &Choice<'_>, count: f64) -> Slope {
    let width = weights.len();
    let terms = width - 3;
    let mut slope = Slope::zero(width);
    let mut numbers = vec![0.0; width];
    numbers[width - 1] = 1.0;
    let terms_at = |place: usize| choice.terms[place * terms..][..terms].iter().map(|&term| f64::from(term));
    let mut add = |logits: [f32; 2], place: Option<usize>, count: f64, is_edge: bool| {
        numbers[..2].copy_from_slice(&logits.map(f64::from));
        numbers[2..width - 1].fill(0.0);
        if let Some(place) = place {
            numbers[2..].iter_mut().zip(terms_at(place)).for_each(|(number, term)| *number = term);
        }
        let logit: f64 = numbers.iter().zip(weights).map(|(number, weight)| number * weight).sum();
        let against = if is_edge { -logit } else { logit };
        let probability = 1.0 / (1.0 + (-logit).exp());
        slope.value -= count * (against.max(0.0) + (-against.abs()).exp().ln_1p());
        let residual = count * (f64::from(u8::from(is_edge)) - probability);
        numbers.iter().zip(&mut slope.gradient).for_each(|(number, sum)| *sum += residual * number);
        slope.add_products(count * probability * (1.0 - probability), &numbers);
    };
    let (logits, place) = choice.chosen;
    add(logits, place, 1.0, true);
    for (place, &logits) in choice.logits.iter().enumerate() {
        add(logits, Some(place), count, false);
    }
    for &(logits, binned) in &choice.others {
        add(logits, None, count * f64::from(binned), false);
    }
    slope
}

#[cfg(test)]
mod tests {
    use rand::RngExt;

    use super::*;
    use crate::random::{Purpose, Streams};

    const KNOWN: [f64; 3] = [0.7, 0.4, 0.9];
    const CANDIDATES: usize = 1500;

    /// The candidates of an end, of which every second has covariates, and those that it has an edge to.
    struct End {
        terms: Vec<f32>,
        with: Vec<[f32; 2]>,
        without: Vec<[f32; 2]>,
        chosen: Vec<([f32; 2], Option<usize>)>,
    }

    /// Ends that are linked by known weights and an intercept, with a few to a hundred edges each.
    fn drawn() -> Vec<End> {
        let mut random = Streams::new(4).generator(Purpose::Sampling, 3);
        let mut end = |middle: f32| {
            let mut end =
                End { terms: Vec::new(), with: Vec::new(), without: Vec::new(), chosen: Vec::new() };
            for place in 0..CANDIDATES {
                let logits = [middle + random.random_range(-2.0..2.0_f32), 0.0];
                let term = random.random_range(0.0..3.0_f32);
                // Edges are few, as those of graphs are.
                let mut score = KNOWN[0] * f64::from(logits[0]) - 8.0;
                let place = (place % 2 == 0).then_some(end.with.len());
                if place.is_some() {
                    score += KNOWN[1] + KNOWN[2] * f64::from(term);
                    end.terms.extend([1.0, term]);
                    end.with.push(logits);
                } else {
                    end.without.push(logits);
                }
                if random.random::<f64>() < 1.0 / (1.0 + (-score).exp()) {
                    end.chosen.push((logits, place));
                }
            }
            end
        };
        (0..300).map(|number| end(if number % 10 == 0 { 3.0 } else { 0.0 })).collect()
    }

    /// The weights of all edges of the ends, `share` being what an end of so many edges counts for each.
    fn found(ends: &[End], share: fn(usize) -> f64) -> Vec<f64> {
        let choices: Vec<Choice<'_>> = ends
            .iter()
            .flat_map(|end| {
                end.chosen.iter().map(|&chosen| Choice {
                    terms: &end.terms,
                    logits: end.with.clone(),
                    others: end.without.iter().map(|&logits| (logits, 1.0)).collect(),
                    chosen,
                    share: share(end.chosen.len()),
                })
            })
            .collect();
        let Weights { scale, degrees, covariates } = fit(&choices, 2);
        assert!(degrees.abs() < 1e-9, "degrees do not count here: {degrees}");
        [scale].into_iter().chain(covariates).collect()
    }

    /// As many cases as controls tell the weights, whatever share of all pairs the cases are: but each end is to be among the
    /// controls once, and not as often as it has edges.
    #[test]
    fn weights_that_edges_were_drawn_by_are_found() {
        let ends = drawn();
        let weights = found(&ends, |edges| 1.0 / edges as f64);
        for (found, known) in weights.iter().zip(KNOWN) {
            assert!((found - known).abs() < 0.12, "{weights:?}");
        }
        let unshared = found(&ends, |_| 1.0);
        assert!((unshared[0] - KNOWN[0]).abs() > 0.15, "{unshared:?}");
    }

    #[test]
    fn slopes_are_those_of_the_likelihood() {
        let terms = [0.3_f32, -1.0, 0.8, 0.5, -0.2, 1.1];
        let choice = Choice {
            terms: &terms,
            logits: vec![[0.5, 0.1], [-1.0, 0.7], [2.0, 0.3]],
            others: vec![([-2.0, 0.4], 7.0), ([0.2, 0.9], 3.0)],
            chosen: ([-1.0, 0.7], Some(1)),
            share: 0.5,
        };
        let weights = [0.8, -0.3, 0.6, 0.4, -0.5];
        let slope = of_choice(&weights, &choice, 0.05);
        for place in 0..weights.len() {
            let at = |offset: f64| {
                let mut moved = weights;
                moved[place] += offset;
                of_choice(&moved, &choice, 0.05)
            };
            let difference = (at(1e-5).value - at(-1e-5).value) / 2e-5;
            assert!((slope.gradient[place] - difference).abs() < 1e-9, "{place}");
            let curvature = -(at(1e-5).gradient[place] - at(-1e-5).gradient[place]) / 2e-5;
            assert!((slope.curvature[place * weights.len() + place] - curvature).abs() < 1e-8, "{place}");
        }
    }
}
