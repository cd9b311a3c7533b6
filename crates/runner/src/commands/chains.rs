//! How Markov chains are asked for, and what is said of those that do not mix.

use aevb_models::vae::inference::Hmc;

use crate::cli::ChainArguments;
use crate::inference::{ChainSettings, FEWEST, Mixing};
use crate::output;

pub(super) fn settings(arguments: &ChainArguments) -> ChainSettings {
    ChainSettings {
        starts: arguments.starts as usize,
        hmc: Hmc {
            warm_up: arguments.warm_up as usize,
            draws: arguments.draws as usize,
            leapfrog_steps: arguments.leapfrog_steps as usize,
            target_acceptance: 0.8,
        },
    }
}

/// Says where chains do not mix.
pub(super) fn warn(unmixed: usize, of: usize) {
    if unmixed > 0 {
        output::message(&format!(
            "the chains of {unmixed} of {of} do not mix (R-hat above {}, or fewer than {FEWEST} effective samples): what is \
             said of these is uncertain; more --warm-up and --draws may help",
            Mixing::LARGEST_R_HAT
        ));
    }
}
