//! What `aevb evaluate` says of clusters, where rows have labels.

use aevb_data::examples::ExampleSet;

use crate::clusters::ClusterComparison;
use crate::error::Result;
use crate::experiment::Part;
use crate::latents::Latents;
use crate::random::{Purpose, Streams};
use crate::train::{Messages, TrainedAutoencoder, TrainedGraph};

/// Those of a graph's nodes.
pub(super) fn of_nodes(model: &dyn TrainedGraph, streams: Streams) -> Result<Option<ClusterComparison>> {
    let latents = model.places(Messages::Training)?;
    Ok(ClusterComparison::of(&latents, &mut streams.generator(Purpose::Clusters, 0)))
}

/// Those of the test images or rows.
pub(super) fn of_examples(
    model: &dyn TrainedAutoencoder,
    streams: Streams,
) -> Result<Option<ClusterComparison>> {
    let examples = model.examples(Part::Test)?;
    let labels: Option<Vec<String>> = (0..examples.count()).map(|index| examples.label_text(index)).collect();
    if labels.is_none() {
        return Ok(None);
    }
    let mean = model.embed(examples)?;
    let latents = Latents {
        ids: None,
        labels,
        parts: None,
        components: model.components(&mean)?,
        mean,
        deviation: None,
        width: model.latent(),
        communities: None,
        are_roles: false,
    };
    Ok(ClusterComparison::of(&latents, &mut streams.generator(Purpose::Clusters, 0)))
}
