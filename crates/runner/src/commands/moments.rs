use crate::output;
use crate::train::TrainedAutoencoder;

/// Says what the means and deviations of a model's posteriors are, where they are no closed forms.
pub(super) fn tell(model: &dyn TrainedAutoencoder) {
    model.moments_note().iter().for_each(|note| output::message(&format!("note: {note}")));
}
