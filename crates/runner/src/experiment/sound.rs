//! What makes values of a model sound, whatever its data.

use super::read::Invalid;

/// Wide enough for any model; the number of weights is bounded where the features are known.
const WIDEST: usize = 65_536;
const DEEPEST: usize = 64;

/// What a part of a model, by its key, says of its own constants.
pub(super) fn unsound(part: &str, error: &aevb_models::Error) -> Invalid {
    let (key, problem) = match error {
        aevb_models::Error::Config { field, problem } => (format!("model.{part}.{field}"), problem.clone()),
        other => (format!("model.{part}"), other.to_string()),
    };
    Invalid::new(key, &problem, "`aevb config show` prints every key with a value it takes")
}

pub(super) fn check_widths(
    hidden: &[usize],
    latent: usize,
    hidden_hint: &str,
    latent_hint: &str,
) -> Result<(), Invalid> {
    let allowed = |width: usize| (1..=WIDEST).contains(&width);
    let message = format!("must lie between 1 and {WIDEST}");
    Invalid::unless(allowed(latent), "model.latent", &message, latent_hint)?;
    Invalid::unless(
        hidden.len() <= DEEPEST,
        "model.hidden",
        &format!("has {} layers, more than {DEEPEST}", hidden.len()),
        hidden_hint,
    )?;
    Invalid::unless(
        hidden.iter().all(|&width| allowed(width)),
        "model.hidden",
        &format!("holds a width that is not between 1 and {WIDEST}"),
        &format!("{hidden_hint}; [] is an encoder without a hidden layer"),
    )
}
