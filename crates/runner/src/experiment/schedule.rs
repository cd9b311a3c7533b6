//! `[schedule]`: how the learning rate moves from step to step.

use serde::{Deserialize, Serialize};

use super::read::{Invalid, Kinds, Table};

/// `[schedule]`: what the optimizer's learning rate is multiplied by, by kind.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Schedule {
    /// 1 throughout.
    Constant(Constant),
    /// Half a cosine from 1 down, without restarts (Loshchilov & Hutter 2016, arXiv 1608.03983, eq. 5).
    Cosine(Cosine),
    /// A power that grows by one every so many epochs.
    Step(Decay),
}

/// A learning rate that stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Constant {
    /// Over so many epochs the rate rises in a line, step by step, before all else (Goyal et al. 2017,
    /// arXiv 1706.02677, §2.2).
    pub warm_up_epochs: usize,
}

/// A learning rate that falls along half a cosine, from the end of the warm-up to that of training.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Cosine {
    /// As for a constant rate.
    pub warm_up_epochs: usize,
    /// What is left of the rate at the end.
    pub final_fraction: f64,
}

/// A learning rate that is cut every so many epochs after the warm-up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Decay {
    /// As for a constant rate.
    pub warm_up_epochs: usize,
    /// The epochs between two cuts.
    pub every_epochs: usize,
    /// What is left of the rate after each.
    pub factor: f64,
}

impl Default for Schedule {
    fn default() -> Self {
        Self::Constant(Constant::default())
    }
}

impl Default for Decay {
    fn default() -> Self {
        Self { warm_up_epochs: 0, every_epochs: 50, factor: 0.1 }
    }
}

impl Kinds for Schedule {
    const KINDS: &'static [&'static str] = &["constant", "cosine", "step"];

    fn read(kind: &str, table: Table<'_>) -> Result<Self, toml::de::Error> {
        match kind {
            "cosine" => table.read().map(Self::Cosine),
            "step" => table.read().map(Self::Step),
            _ => table.read().map(Self::Constant),
        }
    }
}

impl Schedule {
    /// What the learning rate is multiplied by at `step`, counted from 0, of `epochs` epochs of `per_epoch` steps.
    pub fn factor(&self, step: u64, per_epoch: u64, epochs: u64) -> f64 {
        let warm_up = per_epoch.saturating_mul(self.warm_up_epochs() as u64);
        if step < warm_up {
            return (step + 1) as f64 / warm_up as f64;
        }
        let since = step - warm_up;
        match self {
            Self::Constant(_) => 1.0,
            Self::Cosine(cosine) => {
                let length = per_epoch.saturating_mul(epochs).saturating_sub(warm_up).max(1);
                // The system's own cosine would give other bits on another system.
                let fallen = 0.5 - 0.5 * libm::cos(std::f64::consts::PI * since as f64 / length as f64);
                1.0 - (1.0 - cosine.final_fraction) * fallen
            }
            Self::Step(decay) => {
                let cuts = since / per_epoch.saturating_mul(decay.every_epochs as u64).max(1);
                decay.factor.powi(i32::try_from(cuts).unwrap_or(i32::MAX))
            }
        }
    }

    /// Whether it depends on how long training is to be: steps already taken would have been others.
    pub fn follows_the_total(&self) -> bool {
        matches!(self, Self::Cosine(_))
    }

    fn warm_up_epochs(&self) -> usize {
        match self {
            Self::Constant(Constant { warm_up_epochs })
            | Self::Cosine(Cosine { warm_up_epochs, .. })
            | Self::Step(Decay { warm_up_epochs, .. }) => *warm_up_epochs,
        }
    }

    pub(super) fn check(&self) -> Result<(), Invalid> {
        const LONGEST: usize = 1_000_000_000;
        let message = format!("must lie between 0 and {LONGEST}");
        let short = self.warm_up_epochs() <= LONGEST;
        Invalid::unless(short, "schedule.warm_up_epochs", &message, "0 is no warm-up")?;
        match self {
            Self::Constant(_) => Ok(()),
            Self::Cosine(cosine) => Invalid::unless(
                (0.0..=1.0).contains(&cosine.final_fraction),
                "schedule.final_fraction",
                "must lie between 0 and 1",
                "0 ends at no rate, 0.1 at a tenth of it",
            ),
            Self::Step(decay) => {
                let message = format!("must lie between 1 and {LONGEST}");
                let often = (1..=LONGEST).contains(&decay.every_epochs);
                Invalid::unless(often, "schedule.every_epochs", &message, "try a third of train.epochs")?;
                let message = "must lie above 0 and at most at 1";
                let falls = decay.factor > 0.0 && decay.factor <= 1.0;
                Invalid::unless(falls, "schedule.factor", message, "0.1 leaves a tenth")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_rate_is_the_optimizers_own_to_the_bit() {
        let schedule = Schedule::default();
        assert!((0..1000).all(|step| schedule.factor(step, 10, 100).to_bits() == 1.0f64.to_bits()));
    }

    #[test]
    fn a_warm_up_rises_in_a_line_and_ends_at_the_whole_rate() {
        let schedule = Schedule::Constant(Constant { warm_up_epochs: 2 });
        let factors: Vec<f64> = (0..6).map(|step| schedule.factor(step, 2, 3)).collect();
        assert_eq!(factors, [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]);
    }

    /// PyTorch's `CosineAnnealingLR(optimizer, T_max=4, eta_min=0.2)` on a rate of 1.
    #[test]
    fn a_cosine_falls_from_one_to_its_final_fraction() {
        let schedule = Schedule::Cosine(Cosine { warm_up_epochs: 1, final_fraction: 0.2 });
        let factors: Vec<f64> = (1..6).map(|step| schedule.factor(step, 1, 5)).collect();
        let expected = [1.0, 0.882_842_712_474_619, 0.6, 0.317_157_287_525_381, 0.2];
        for (factor, expected) in factors.iter().zip(expected) {
            assert!((factor - expected).abs() < 1e-15, "{factor}, not {expected}");
        }
    }

    #[test]
    fn steps_cut_the_rate_at_the_ends_of_epochs() {
        let schedule = Schedule::Step(Decay { warm_up_epochs: 1, every_epochs: 2, factor: 0.5 });
        let factors: Vec<f64> = (0..12).map(|step| schedule.factor(step, 2, 6)).collect();
        assert_eq!(factors, [0.5, 1.0, 1.0, 1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25]);
    }

    #[test]
    fn extremes_stay_finite() {
        let schedules = [
            Schedule::Cosine(Cosine { warm_up_epochs: 10, final_fraction: 0.0 }),
            Schedule::Step(Decay { warm_up_epochs: 0, every_epochs: 1, factor: 0.5 }),
        ];
        for schedule in schedules {
            for step in [0, 5, u64::MAX / 2, u64::MAX - 1] {
                let factor = schedule.factor(step, u64::MAX / 3, 2);
                assert!((0.0..=1.0).contains(&factor), "{factor} at {step}");
            }
            assert!((0.0..=1.0).contains(&schedule.factor(u64::MAX - 1, 1, 1)));
        }
    }
}
