//! `aevb reproduce`: a paper's results, made again.

mod image_bounds;
mod iwae;
mod link_prediction;

use crate::cli::ReproduceCommand;
use crate::error::Result;

pub(super) fn run(command: &ReproduceCommand) -> Result<()> {
    match command {
        ReproduceCommand::Vgae(arguments) => link_prediction::run(arguments),
        ReproduceCommand::Aevb(arguments) => image_bounds::run(arguments),
        ReproduceCommand::Iwae(arguments) => iwae::run(arguments),
    }
}
