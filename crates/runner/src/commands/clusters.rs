//! What `aevb evaluate` says of clusters, where rows have labels.

use aevb_data::examples::ExampleSet;

use super::moments;
use crate::clusters::ClusterComparison;
use crate::error::Result;
use crate::experiment::Part;
use crate::random::{Purpose, Streams};
use crate::train::{Embedded, TrainedAutoencoder};

/// Those of a graph's nodes.
pub(super) fn of_nodes(embedded: &Embedded, streams: Streams) -> Option<ClusterComparison> {
    embedded.graph.labels()?;
    let (graph, means, width) = embedded.own_nodes();
    let labels = graph.labels()?.class.iter().copied();
    let mut random = streams.generator(Purpose::Clusters, 0);
    ClusterComparison::of(labels, (&means, width), embedded.components.as_ref(), &mut random)
}

/// Those of the test images or rows.
pub(super) fn of_examples(
    model: &dyn TrainedAutoencoder,
    streams: Streams,
) -> Result<Option<ClusterComparison>> {
    let examples = model.examples(Part::Test)?;
    let labels: Option<Vec<String>> = (0..examples.count()).map(|index| examples.label_text(index)).collect();
    let Some(labels) = labels else { return Ok(None) };
    moments::tell(model);
    let means = model.embed(examples)?;
    let components = model.components(&means)?;
    let labels = labels.into_iter().map(|label| Some(label).filter(|label| !label.is_empty()));
    let mut random = streams.generator(Purpose::Clusters, 0);
    Ok(ClusterComparison::of(labels, (&means, model.latent()), components.as_ref(), &mut random))
}
