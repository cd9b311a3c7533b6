//! The conditional logistic regression by which a model's logits and covariates are weighed: how likely is the edge that there
//! is, among all that its end may have instead (McFadden 1974)? It asks for ranks, where a regression of all pairs asks for
//! their number, which few validation edges tell, and ranks worse.
//!
//! The likelihood is of all edges alike, and those that nothing can rank well cost it most. So it only finds where to begin: what is
//! climbed then is Σ √p (Ferrari & Yang 2010, Lq-likelihood with q = 1/2), which minds those that can be ranked. Where the
//! regression is right both rank the same: scores are then twice those of the likelihood.

use rayon::prelude::*;

use super::newton::{Slope, top};

/// The standard deviation of the normal prior of the scale, whose mean is 1, and of the other weights, whose mean is 0. They
/// matter where few edges tell.
const DEVIATIONS: [f64; 2] = [1.0, 10.0];

/// The scale is no smaller: where logits are worth nothing, covariates rank, and logits where these tie.
pub(super) const LEAST: f64 = 1.0 / 64.0;

/// The maximum of Σ √p is that of Σ √p̂ ln p, where p̂ is what it has itself: so many times each is taken for the other.
const ROUNDS: usize = 3;
/// An edge that is less likely counts as if it were no less.
const LEAST_LOGARITHM: f64 = -12.0;

/// What logits x of a model, degrees d and covariates c become: a x + v ln (1 + d_i)(1 + d_j) + Σ_k w_k c_k.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    /// `a`, above 0.
    pub scale: f64,
    /// `v`, 0 where degrees are no covariates.
    pub degrees: f64,
    /// `w`, w₀ first.
    pub covariates: Vec<f64>,
}

/// An end of an edge and the nodes that may be the other one.
#[derive(Clone, Debug)]
pub struct Choice<'t> {
    /// `[candidates, terms]`: the covariates of those that have any.
    pub terms: &'t [f32],
    /// Their logits and the logarithms of 1 and their degrees, zeros where these do not count.
    pub logits: Vec<[f32; 2]>,
    /// The same of candidates without covariates, and how many have them.
    pub others: Vec<([f32; 2], f32)>,
    /// The same of the one that is chosen, and its place among those with covariates, if it has any.
    pub chosen: ([f32; 2], Option<usize>),
    /// 1 over the degree of its node, which is the end of as many choices: so each node counts once.
    pub share: f64,
}

impl Choice<'_> {
    /// How many candidates there are.
    pub fn candidates(&self) -> f64 {
        self.logits.len() as f64 + self.others.iter().map(|&(_, count)| f64::from(count)).sum::<f64>()
    }
}

/// The weights that some rounds towards the highest Lq-likelihood lead to, from those of the highest posterior density, of which
/// there is one.
pub fn fit(choices: &[Choice<'_>], terms: usize) -> Weights {
    let mut first = vec![0.0; terms + 2];
    first[0] = 1.0;
    let mut found = weighed(choices, &vec![1.0; choices.len()], first);
    for _ in 0..ROUNDS {
        let root = |choice| (0.5 * of_choice(&found, choice).value.max(LEAST_LOGARITHM)).exp();
        let roots: Vec<f64> = choices.par_iter().map(root).collect();
        found = weighed(choices, &roots, found);
    }
    Weights { scale: found[0], degrees: found[1], covariates: found[2..].to_vec() }
}

/// The weights of the highest posterior density where each choice counts so much. The log-posterior is concave: it has one top.
fn weighed(choices: &[Choice<'_>], counts: &[f64], first: Vec<f64>) -> Vec<f64> {
    top(first, LEAST, |weights| {
        let of = |(choice, &count)| of_choice(weights, choice).times(count);
        // Each choice has a sum of its own, and these are added in order: the same at any number of threads.
        let slopes: Vec<Slope> = choices.par_iter().zip(counts).map(of).collect();
        let mut sum = slopes.iter().fold(Slope::zero(weights.len()), Slope::plus);
        add_priors(&mut sum, weights);
        sum
    })
}

/// Adds the logarithms of the priors of weights, the scale first.
pub(super) fn add_priors(sum: &mut Slope, weights: &[f64]) {
    sum.add_normal(0, weights[0], 1.0, DEVIATIONS[0]);
    (1..weights.len()).for_each(|place| sum.add_normal(place, weights[place], 0.0, DEVIATIONS[1]));
}

/// The logarithm of the probability of what was chosen, its gradient, and the covariance of the numbers of a choice, of which
/// the lower triangle is filled.
fn of_choice(weights: &[f64], choice: &Choice<'_>) -> Slope {
    let width = weights.len();
    let terms = width - 2;
    let mut slope = Slope::zero(width);
    let of_logits =
        |[logit, degree]: [f32; 2]| weights[0] * f64::from(logit) + weights[1] * f64::from(degree);
    let score_of = |place: usize| {
        let numbers = choice.terms[place * terms..][..terms].iter().zip(&weights[2..]);
        let of_terms: f64 = numbers.map(|(&number, weight)| f64::from(number) * weight).sum();
        of_logits(choice.logits[place]) + of_terms
    };
    let scores: Vec<f64> = (0..choice.logits.len()).map(score_of).collect();
    let others = choice.others.iter().map(|&(logits, _)| of_logits(logits));
    let highest = scores.iter().copied().chain(others).fold(f64::NEG_INFINITY, f64::max);
    let mut mass = 0.0;
    let mut numbers = vec![0.0; width];
    let mut add = |weight: f64, numbers: &[f64]| {
        mass += weight;
        numbers.iter().zip(&mut slope.gradient).for_each(|(number, sum)| *sum += weight * number);
        slope.add_products(weight, numbers);
    };
    for (place, score) in scores.iter().enumerate() {
        numbers[..2].copy_from_slice(&choice.logits[place].map(f64::from));
        let of_terms = &choice.terms[place * terms..][..terms];
        numbers[2..].iter_mut().zip(of_terms).for_each(|(number, &term)| *number = f64::from(term));
        add((score - highest).exp(), &numbers);
    }
    for &(logits, count) in &choice.others {
        add(f64::from(count) * (of_logits(logits) - highest).exp(), &logits.map(f64::from));
    }
    let mean: Vec<f64> = slope.gradient.iter().map(|sum| sum / mass).collect();
    slope.curvature.iter_mut().for_each(|sum| *sum /= mass);
    slope.add_products(-1.0, &mean);
    let (logits, chosen) = choice.chosen;
    slope.value = chosen.map_or_else(|| of_logits(logits), score_of) - highest - mass.ln();
    numbers.fill(0.0);
    numbers[..2].copy_from_slice(&logits.map(f64::from));
    if let Some(place) = chosen {
        let of_terms = &choice.terms[place * terms..][..terms];
        numbers[2..].iter_mut().zip(of_terms).for_each(|(number, &term)| *number = f64::from(term));
    }
    slope.gradient = numbers.iter().zip(mean).map(|(number, mean)| number - mean).collect();
    slope
}

#[cfg(test)]
mod tests {
    use rand::RngExt;

    use super::*;
    use crate::random::{Purpose, Streams};

    const TERMS: usize = 3;

    /// The terms of candidates with covariates, their logits, and candidates without.
    type Drawn = (Vec<f32>, Vec<[f32; 2]>, Vec<([f32; 2], f32)>);

    fn terms_and_logits(seed: u64) -> Drawn {
        let mut random = Streams::new(seed).generator(Purpose::Sampling, 0);
        let mut draw = || random.random_range(-2.0..2.0_f32);
        let terms = (0..6 * TERMS).map(|_| draw()).collect();
        let logits = (0..6).map(|_| [draw(), draw()]).collect();
        let others = (0..5).map(|place| ([draw(), draw()], 1.0 + place as f32)).collect();
        (terms, logits, others)
    }

    fn choice((terms, logits, others): &Drawn, chosen: Option<usize>) -> Choice<'_> {
        let of_chosen = chosen.map_or(others[0].0, |place| logits[place]);
        Choice {
            terms,
            logits: logits.clone(),
            others: others.clone(),
            chosen: (of_chosen, chosen),
            share: 1.0,
        }
    }

    /// The logarithm of the probability of the choice, candidate by candidate.
    fn plain(weights: &[f64], choice: &Choice<'_>) -> f64 {
        let score = |logits: &[f32; 2], terms: &[f32]| -> f64 {
            let numbers = logits.iter().chain(terms).zip(weights);
            numbers.map(|(&number, weight)| f64::from(number) * weight).sum()
        };
        let terms = |place: usize| &choice.terms[place * TERMS..][..TERMS];
        let with = (0..choice.logits.len()).map(|place| score(&choice.logits[place], terms(place)).exp());
        let without =
            choice.others.iter().map(|(logits, count)| f64::from(*count) * score(logits, &[]).exp());
        let (logits, chosen) = &choice.chosen;
        score(logits, chosen.map_or(&[][..], terms)) - with.chain(without).sum::<f64>().ln()
    }

    #[test]
    fn slopes_are_those_of_the_likelihood() {
        let weights = [0.3, -0.4, 0.7, -1.1, 0.2];
        for (seed, chosen) in [(1, Some(2)), (2, None), (3, Some(0))] {
            let drawn = terms_and_logits(seed);
            let choice = choice(&drawn, chosen);
            let slope = of_choice(&weights, &choice);
            assert!((slope.value - plain(&weights, &choice)).abs() < 1e-12);
            for one in 0..weights.len() {
                let moved = |by: f64| {
                    let mut moved = weights;
                    moved[one] += by;
                    moved
                };
                let [up, down] = [1e-5, -1e-5].map(moved);
                let difference = (plain(&up, &choice) - plain(&down, &choice)) / 2e-5;
                assert!((slope.gradient[one] - difference).abs() < 1e-8, "{one}");
                let [up, down] = [up, down].map(|at| of_choice(&at, &choice).gradient);
                for other in 0..=one {
                    let difference = -(up[other] - down[other]) / 2e-5;
                    let found = slope.curvature[one * weights.len() + other];
                    assert!((found - difference).abs() < 1e-8, "{one} {other}: {found} {difference}");
                }
            }
        }
    }

    /// Where nothing tells, weights stay where the prior has them.
    #[test]
    fn without_a_choice_logits_rank_alone() {
        let weights = fit(&[], TERMS);
        assert_eq!(weights, Weights { scale: 1.0, degrees: 0.0, covariates: vec![0.0; TERMS] });
    }

    /// Choices that are drawn by known weights give them back, twice as large (the module's documentation says why).
    #[test]
    fn weights_that_choices_were_drawn_by_are_found() {
        let known = [0.5, 0.3, 1.0, -0.8, 0.4];
        let mut random = Streams::new(9).generator(Purpose::Sampling, 1);
        let drawn: Vec<_> = (0..4000).map(terms_and_logits).collect();
        let choices: Vec<Choice<'_>> = drawn
            .iter()
            .map(|drawn| {
                let at = random.random::<f64>();
                let mut sum = 0.0;
                let places = (0..6).map(Some).chain([None]);
                let chosen = places.take_while(|&place| {
                    let before = sum;
                    sum += plain(&known, &choice(drawn, place)).exp();
                    before <= at
                });
                choice(drawn, chosen.last().expect("one at least"))
            })
            // The candidates without covariates are many; those that chose one of them are left out of the test.
            .filter(|choice| choice.chosen.1.is_some())
            .map(|choice| Choice { others: Vec::new(), ..choice })
            .collect();
        let Weights { scale, degrees, covariates } = fit(&choices, TERMS);
        let found: Vec<f64> = [scale, degrees].into_iter().chain(covariates).collect();
        for (found, known) in found.iter().zip(known) {
            assert!((found - 2.0 * known).abs() < 0.2, "{found} {known}");
        }
    }
}
