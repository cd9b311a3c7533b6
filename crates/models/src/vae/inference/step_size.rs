/// Finds the step size of a chain by dual averaging (Nesterov 2009; Hoffman & Gelman, arXiv 1111.4246, §3.2.1, with
/// its γ, t₀ and κ).
#[derive(Clone, Copy, Debug)]
pub(super) struct StepSize {
    target: f64,
    /// What the logarithm is drawn to: ten times the first step, so that large steps are tried early.
    centre: f64,
    log_step: f64,
    log_mean: f64,
    error: f64,
    count: f64,
}

impl StepSize {
    /// For a mean acceptance probability of `target`, from a first step.
    pub fn new(first: f64, target: f64) -> Self {
        let log_step = first.ln();
        Self { target, centre: (10.0 * first).ln(), log_step, log_mean: log_step, error: 0.0, count: 0.0 }
    }

    /// The step to take while it is being found.
    pub fn current(&self) -> f64 {
        self.log_step.exp()
    }

    /// The step to take from then on.
    pub fn found(&self) -> f64 {
        self.log_mean.exp()
    }

    /// Learns from the acceptance probability of a move.
    pub fn learn(&mut self, acceptance: f64) {
        const GAMMA: f64 = 0.05;
        const T_0: f64 = 10.0;
        const KAPPA: f64 = 0.75;
        self.count += 1.0;
        let weight = 1.0 / (self.count + T_0);
        self.error += weight * (self.target - acceptance - self.error);
        self.log_step = self.centre - self.count.sqrt() / GAMMA * self.error;
        self.log_mean += self.count.powf(-KAPPA) * (self.log_step - self.log_mean);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_step_is_found_at_which_the_target_is_met() {
        for first in [1e-3, 1.0, 30.0] {
            let mut step = StepSize::new(first, 0.8);
            // An acceptance of exp(−ε²): 0.8 at ε = √(−ln 0.8).
            for _ in 0..2000 {
                step.learn((-step.current().powi(2)).exp());
            }
            let known = (-0.8f64.ln()).sqrt();
            assert!((step.found() - known).abs() < 0.02 * known, "{first}: {}", step.found());
        }
    }
}
