use aevb_models::nn::Activation;
use aevb_models::vae::{Likelihood, PixelMean};

use super::super::weights::Weights;
use super::graph::Dimension::{Any, Fixed};
use super::graph::Graph;
use crate::error::Result;
use crate::experiment::ImageModel;

/// The encoder of images: `x` → `mean` and, of a VAE, `log_variance`.
pub(in super::super) fn image_encoder(
    weights: &Weights,
    model: &ImageModel,
    variational: bool,
) -> Result<Vec<u8>> {
    let (path, mean) = if variational { ("encoder.hidden", "encoder.mean") } else { ("hidden", "code") };
    let first = if model.hidden.is_empty() { mean.to_owned() } else { format!("{path}.layers.0") };
    let [pixels, _] = weights.matrix_shape(&format!("{first}.weight"))?;
    let description =
        "x holds intensities from 0 (black) to 1 (white), an image a row, its pixels row by row.";
    let mut graph = Graph::new(weights, "encoder", description);
    graph.input("x", &[Any("batch"), Fixed(pixels)]);
    let (last, width) = hidden(&mut graph, path, &model.hidden, model.activation, ("x", pixels))?;
    let heads = [(mean, "mean"), ("encoder.log_variance", "log_variance")];
    for (path, output) in heads.into_iter().take(if variational { 2 } else { 1 }) {
        linear(&mut graph, path, &last, [width, model.latent], output)?;
        graph.output(output, &[Any("batch"), Fixed(model.latent)]);
    }
    graph.into_file(&[("model", if variational { "vae" } else { "ae" })])
}

/// The decoder of images: `z` → `mean`, and `logits` or `log_variance` where the likelihood has them.
pub(in super::super) fn image_decoder(weights: &Weights, model: &ImageModel) -> Result<Vec<u8>> {
    let [_, pixels] = weights.matrix_shape("decoder.output.weight")?;
    let description =
        "z holds a latent vector a row; the outputs are the parameters of p(x|z), an image a row.";
    let mut graph = Graph::new(weights, "decoder", description);
    graph.input("z", &[Any("batch"), Fixed(model.latent)]);
    let widths: Vec<usize> = model.hidden.iter().rev().copied().collect();
    let (last, width) = hidden(&mut graph, "decoder.hidden", &widths, model.activation, ("z", model.latent))?;
    let likelihood = model.likelihood();
    let (raw, mean) = match likelihood {
        Likelihood::Bernoulli => ("logits", PixelMean::Sigmoid),
        Likelihood::Gaussian { mean, .. } | Likelihood::GaussianFixed { mean, .. } => ("raw_mean", mean),
    };
    let raw = if mean == PixelMean::Linear { "mean" } else { raw };
    linear(&mut graph, "decoder.output", &last, [width, pixels], raw)?;
    if mean == PixelMean::Sigmoid {
        graph.node("Sigmoid", &[raw], "mean");
    }
    let outputs: &[&str] = match likelihood {
        Likelihood::Bernoulli => &["mean", "logits"],
        Likelihood::Gaussian { variance_floor, .. } => {
            log_variance(&mut graph, &last, [width, pixels], variance_floor as f32)?;
            &["mean", "log_variance"]
        }
        Likelihood::GaussianFixed { .. } => &["mean"],
    };
    for output in outputs {
        graph.output(output, &[Any("batch"), Fixed(pixels)]);
    }
    let variance = match likelihood {
        Likelihood::GaussianFixed { variance, .. } => Some(variance.to_string()),
        Likelihood::Bernoulli | Likelihood::Gaussian { .. } => None,
    };
    let variance = variance.as_deref().map(|variance| ("variance", variance));
    let properties: Vec<_> = [("likelihood", likelihood.name())].into_iter().chain(variance).collect();
    graph.into_file(&properties)
}

/// `log σ²` with `σ² = exp(output) + floor`.
fn log_variance(graph: &mut Graph<'_>, input: &str, widths: [usize; 2], floor: f32) -> Result<()> {
    const PATH: &str = "decoder.log_variance";
    if floor == 0.0 {
        return linear(graph, PATH, input, widths, "log_variance");
    }
    linear(graph, PATH, input, widths, "raw_log_variance")?;
    graph.floats("variance_floor", &[], &[floor]);
    graph.node("Exp", &["raw_log_variance"], "variance_above_floor");
    graph.node("Add", &["variance_above_floor", "variance_floor"], "variance");
    graph.node("Log", &["variance"], "log_variance");
    Ok(())
}

/// The hidden layers of a perceptron; the name and the width of what comes out.
fn hidden(
    graph: &mut Graph<'_>,
    path: &str,
    widths: &[usize],
    activation: Activation,
    (input, d_input): (&str, usize),
) -> Result<(String, usize)> {
    let operator = match activation {
        Activation::Tanh => "Tanh",
        Activation::Softplus => "Softplus",
        Activation::Relu => "Relu",
    };
    let mut last = (input.to_owned(), d_input);
    for (layer, &width) in widths.iter().enumerate() {
        let layer = format!("{path}.layers.{layer}");
        let sums = format!("{layer}.sums");
        linear(graph, &layer, &last.0, [last.1, width], &sums)?;
        graph.node(operator, &[&sums], &layer);
        last = (layer, width);
    }
    Ok(last)
}

/// `X W + b` of the layer at a path.
fn linear(graph: &mut Graph<'_>, path: &str, input: &str, widths: [usize; 2], output: &str) -> Result<()> {
    let (weight, bias) = (format!("{path}.weight"), format!("{path}.bias"));
    graph.weight(&weight, &widths)?;
    graph.weight(&bias, &widths[1..])?;
    graph.node("Gemm", &[input, &weight, &bias], output);
    Ok(())
}
