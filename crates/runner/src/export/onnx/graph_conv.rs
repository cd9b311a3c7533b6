use aevb_data::graph::FeatureScales;
use aevb_models::vgae::{MessagePassing, Normalization};

use super::super::weights::Weights;
use super::graph::Dimension::{Any, Fixed};
use super::graph::Graph;
use super::propagation::Propagated;
use crate::error::Result;
use crate::experiment::GraphEncoder;

/// The encoder of a graph: `features`, `edge_index` and `edge_weight` → `mean` and, of a VGAE, `log_variance`.
///
/// A model without features has a row of its first weight for each node in their place: it has no such input, and its
/// nodes are those that it was trained on, as are those of a model with free embeddings.
pub(in super::super) fn graph_encoder(
    weights: &Weights,
    encoder: &GraphEncoder,
    variational: bool,
    featureless: bool,
    scales: Option<&FeatureScales>,
) -> Result<Vec<u8>> {
    let first = if encoder.hidden.is_empty() { "mean.weight" } else { "hidden.0.weight" };
    let [d_features, _] = weights.matrix_shape(first)?;
    let description = "edge_index holds the rows (messages come from) and columns (messages go to) of the nonzeros of \
                       D^-1/2 (A + I) D^-1/2, both directions of each edge and each node's loop; edge_weight their values.";
    let mut graph = Graph::new(weights, "encoder", description);
    let embeddings = match encoder.encoder.has_embeddings() {
        true => Some(weights.matrix_shape("mean.embeddings")?[0]),
        false => None,
    };
    let nodes = match embeddings {
        None if !featureless => Any("nodes"),
        _ => Fixed(embeddings.unwrap_or(d_features)),
    };
    if !featureless {
        graph.input("features", &[nodes, Fixed(d_features)]);
    }
    graph.indices("edge_index", &[Fixed(2), Any("edges")]);
    graph.input("edge_weight", &[Any("edges")]);
    unpack_edges(&mut graph);

    let mut last = (!featureless).then(|| "features".to_owned());
    if let (Some(FeatureScales { mean, deviation }), false) = (scales, featureless) {
        for (name, values) in [("features.mean", mean), ("features.deviation", deviation)] {
            let values: Vec<f32> = values.iter().map(|value| *value as f32).collect();
            graph.floats(name, &[d_features], &values);
        }
        graph.node("Sub", &["features", "features.mean"], "features.centred");
        graph.node("Div", &["features.centred", "features.deviation"], "features.standardized");
        last = Some("features.standardized".to_owned());
    }
    let heads = if variational { &["mean", "log_sigma"][..] } else { &["mean"] };
    if encoder.normalize != Normalization::Never {
        graph.weight("unit_length.scale", &[1])?;
        graph.integers("each_row", &[1], &[1]);
        graph.floats("shortest", &[], &[1e-24]);
    }
    match encoder.encoder {
        MessagePassing::Convolution {} => convolved_heads(&mut graph, encoder, heads, last, d_features)?,
        MessagePassing::Propagation { hops, .. } => {
            let propagated = Propagated { hops, embeddings };
            propagated.heads(&mut graph, encoder, heads, last.as_deref(), d_features)?;
        }
    }
    if encoder.normalize.is_after() {
        normalize(&mut graph, output_of("mean", encoder), "mean");
    }
    graph.output("mean", &[nodes, Fixed(encoder.latent)]);
    if variational {
        graph.floats("two", &[], &[2.0]);
        graph.node("Mul", &["log_sigma", "two"], "log_variance");
        graph.output("log_variance", &[nodes, Fixed(encoder.latent)]);
    }
    let properties = [
        ("model", if variational { "vgae" } else { "gae" }),
        ("features", if featureless { "none" } else { "given" }),
        ("features_standardized", if scales.is_some() { "inside" } else { "no" }),
    ];
    graph.into_file(&properties)
}

/// The heads of an encoder by graph convolutions, from the features `last` on, each under its own name.
fn convolved_heads(
    graph: &mut Graph<'_>,
    encoder: &GraphEncoder,
    heads: &[&str],
    mut last: Option<String>,
    d_features: usize,
) -> Result<()> {
    let mut width = d_features;
    for (layer, &d_output) in encoder.hidden.iter().enumerate() {
        let layer = format!("hidden.{layer}");
        let product = product(graph, &layer, last.as_deref(), [width, d_output])?;
        let sums = format!("{layer}.sums");
        propagate(graph, &product, &sums);
        graph.node("Relu", &[&sums], &layer);
        (last, width) = (Some(layer), d_output);
    }
    let plain = if encoder.normalize.is_before() {
        let product = product(graph, "mean", last.as_deref(), [width, encoder.latent])?;
        normalize(graph, &product, "mean.normalized");
        propagate(graph, "mean.normalized", output_of("mean", encoder));
        &heads[1..]
    } else {
        heads
    };
    if encoder.hidden.is_empty() {
        for head in plain {
            let product = product(graph, head, last.as_deref(), [width, encoder.latent])?;
            propagate(graph, &product, output_of(head, encoder));
        }
    } else if !plain.is_empty() {
        // The heads share one sparse product, as in training.
        let hidden = last.expect("there is a hidden layer");
        propagate(graph, &hidden, "messages");
        for head in plain {
            let weight = format!("{head}.weight");
            graph.weight(&weight, &[width, encoder.latent])?;
            graph.node("MatMul", &["messages", &weight], output_of(head, encoder));
        }
    }
    Ok(())
}

/// The name of `X W`, which without features is the weight itself.
pub(super) fn product(
    graph: &mut Graph<'_>,
    layer: &str,
    input: Option<&str>,
    widths: [usize; 2],
) -> Result<String> {
    let weight = format!("{layer}.weight");
    graph.weight(&weight, &widths)?;
    let Some(input) = input else { return Ok(weight) };
    let product = format!("{layer}.product");
    graph.node("MatMul", &[input, &weight], &product);
    Ok(product)
}

/// The name of what messages make of a head.
pub(super) fn output_of<'a>(head: &'a str, encoder: &GraphEncoder) -> &'a str {
    if head == "mean" && encoder.normalize.is_after() { "mean.passed" } else { head }
}

/// Brings rows to the learnt length; a row of zeros stays one.
pub(super) fn normalize(graph: &mut Graph<'_>, rows: &str, output: &str) {
    let name = |part: &str| format!("{output}.{part}");
    let [squares, clamped, length, direction] = ["squares", "clamped", "length", "direction"].map(name);
    graph.node("ReduceSumSquare", &[rows, "each_row"], &squares);
    graph.node("Max", &[&squares, "shortest"], &clamped);
    graph.node("Sqrt", &[&clamped], &length);
    graph.node("Div", &[rows, &length], &direction);
    graph.node("Mul", &[&direction, "unit_length.scale"], output);
}

/// Names what every product with `Ã` takes: `sources` `[edges]`, `targets` and `weights` `[edges, 1]`.
fn unpack_edges(graph: &mut Graph<'_>) {
    graph.integers("row_of_sources", &[], &[0]);
    graph.integers("row_of_targets", &[], &[1]);
    graph.integers("column", &[1], &[1]);
    graph.node("Gather", &["edge_index", "row_of_sources"], "sources");
    graph.node("Gather", &["edge_index", "row_of_targets"], "target_list");
    graph.node("Unsqueeze", &["target_list", "column"], "targets");
    graph.node("Unsqueeze", &["edge_weight", "column"], "weights");
}

/// `Ã X`: each edge carries its source's row, times its weight, to its target, where they add up.
pub(super) fn propagate(graph: &mut Graph<'_>, x: &str, output: &str) {
    let name = |part: &str| format!("{output}.{part}");
    let [gathered, weighted, places, shape, zeros, shape_of_x] =
        ["gathered", "weighted", "places", "shape", "zeros", "shape_of_x"].map(name);
    graph.node("Gather", &[x, "sources"], &gathered);
    graph.node("Mul", &[&gathered, "weights"], &weighted);
    graph.node("Shape", &[&weighted], &shape);
    graph.node("Expand", &["targets", &shape], &places);
    graph.node("Shape", &[x], &shape_of_x);
    graph.node("ConstantOfShape", &[&shape_of_x], &zeros);
    graph.scatter_add([&zeros, &places, &weighted], output);
}
