use super::hmc::Hmc;
use super::step_size::StepSize;

/// What chains learn before their draws are kept: in the second and the third quarter of the way the scales of z are
/// measured, and after each the step sizes are found anew (as in Stan, with two windows instead of its many).
pub(super) struct WarmUp {
    target_acceptance: f64,
    /// The moves of a quarter; none where it is too short to measure anything.
    window: Option<usize>,
    moves: usize,
    steps: Vec<StepSize>,
    /// `[chains, latent]`
    scales: Vec<f32>,
    /// Of the window's draws, `[chains, latent]` each.
    mean: Vec<f64>,
    squares: Vec<f64>,
    seen: f64,
}

const FIRST_STEP: f64 = 0.1;
/// A chain's deviations are measured from no fewer moves.
const SHORTEST: usize = 25;

impl WarmUp {
    pub fn new(hmc: &Hmc, chains: usize, scales: &[f32]) -> Self {
        let window = hmc.warm_up / 4;
        Self {
            target_acceptance: hmc.target_acceptance,
            window: (window >= SHORTEST).then_some(window),
            moves: 0,
            steps: vec![StepSize::new(FIRST_STEP, hmc.target_acceptance); chains],
            scales: scales.to_vec(),
            mean: vec![0.0; scales.len()],
            squares: vec![0.0; scales.len()],
            seen: 0.0,
        }
    }

    /// The step size of each chain's next move.
    pub fn step_sizes(&self) -> Vec<f64> {
        self.steps.iter().map(StepSize::current).collect()
    }

    /// What each latent dimension of each chain is stretched by, `[chains, latent]`.
    pub fn scales(&self) -> &[f32] {
        &self.scales
    }

    /// Learns from where a move led to, and from the acceptance probability of each chain.
    pub fn learn(&mut self, z: &[f32], accepted: &[f64]) {
        self.steps.iter_mut().zip(accepted).for_each(|(step, probability)| step.learn(*probability));
        self.moves += 1;
        let Some(window) = self.window else { return };
        if self.moves > window && self.moves <= 3 * window {
            self.measure(z);
            if self.moves == 2 * window || self.moves == 3 * window {
                self.rescale();
            }
        }
    }

    /// The step sizes and the scales to keep.
    pub fn finish(self) -> (Vec<f64>, Vec<f32>) {
        (self.steps.iter().map(StepSize::found).collect(), self.scales)
    }

    /// Welford's running moments.
    fn measure(&mut self, z: &[f32]) {
        self.seen += 1.0;
        for ((mean, square), &z) in self.mean.iter_mut().zip(&mut self.squares).zip(z) {
            let difference = f64::from(z) - *mean;
            *mean += difference / self.seen;
            *square += difference * (f64::from(z) - *mean);
        }
    }

    fn rescale(&mut self) {
        // Stan's regularisation, about the scale so far: a chain that has not moved keeps a scale.
        const WEIGHT: f64 = 5.0;
        const SMALL: f64 = 1e-3;
        let share = self.seen / (self.seen + WEIGHT);
        for (scale, square) in self.scales.iter_mut().zip(&self.squares) {
            let before = f64::from(*scale).powi(2);
            let variance = share * square / (self.seen - 1.0) + (1.0 - share) * SMALL * before;
            *scale = variance.sqrt() as f32;
        }
        self.mean.fill(0.0);
        self.squares.fill(0.0);
        self.seen = 0.0;
        self.steps.fill(StepSize::new(FIRST_STEP, self.target_acceptance));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn warm_up(moves: usize) -> WarmUp {
        let hmc = Hmc { warm_up: moves, draws: 1, leapfrog_steps: 1, target_acceptance: 0.8 };
        WarmUp::new(&hmc, 1, &[1.0, 1.0])
    }

    #[test]
    fn scales_are_the_deviations_of_the_draws() {
        let mut learning = warm_up(4000);
        for move_ in 0..4000 {
            // Points of an even grid from −1 to 1: a deviation of 1/√3.
            let even = ((move_ * 37) % 1000) as f32 / 499.5 - 1.0;
            learning.learn(&[0.02 * even + 5.0, 3.0 * even], &[0.8]);
        }
        let (_, scales) = learning.finish();
        let known = [0.02 / 3f32.sqrt(), 3f32.sqrt()];
        for (scale, known) in scales.iter().zip(known) {
            assert!((scale / known - 1.0).abs() < 0.01, "{scale}, not {known}");
        }
    }

    #[test]
    fn what_stands_still_keeps_a_scale_and_a_short_way_changes_none() {
        let mut still = warm_up(400);
        (0..400).for_each(|_| still.learn(&[1.0, 1.0], &[0.0]));
        assert!(still.scales().iter().all(|&scale| scale > 0.0 && scale < 0.1));
        let mut short = warm_up(99);
        (0..99).for_each(|move_| short.learn(&[move_ as f32, 0.0], &[0.8]));
        assert_eq!(short.scales(), [1.0, 1.0]);
    }
}
