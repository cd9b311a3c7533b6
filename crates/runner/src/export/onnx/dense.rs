use aevb_models::nn::{Activation, DataShape, Function, MlpConfig, PlacedBody};
use aevb_models::vae::{AutoencoderConfig, HeadPlan};

use super::super::weights::{Part, Weights};
use super::graph::Dimension::{Any, Fixed};
use super::graph::Graph;
use crate::error::{Error, Result};
use crate::experiment::Networks;

/// The model's own configuration; how many values x has is known of the first weights alone.
fn config(weights: &Weights, networks: &Networks, variational: bool) -> Result<AutoencoderConfig> {
    let one = networks.config(DataShape::Columns(1));
    perceptron(&one.encoder_body(variational))?;
    let [values, _] = weights.matrix_shape(&one.layers(variational)[0].path)?;
    Ok(networks.config(DataShape::Columns(values)))
}

/// The encoder of images: `x` → `mean` and, of a VAE, `log_variance`.
pub(in super::super) fn encoder(weights: Weights, networks: &Networks, variational: bool) -> Result<Vec<u8>> {
    if let Some(posterior) = networks.flow_posterior() {
        let problem = format!(
            "the `{}` posterior is not written as a computation: an ONNX encoder puts out the mean and the variance of a Gaussian",
            posterior.name()
        );
        return Err(
            Error::usage(problem).with_hint("take --format safetensors or npz, or --what decoder or latents")
        );
    }
    let model = config(&weights, networks, variational)?;
    let weights = weights.part(Part::Encoder);
    let description =
        "x holds intensities from 0 (black) to 1 (white), an image a row, its pixels row by row.";
    let mut graph = Graph::new(&weights, "encoder", description);
    let values = model.data.values();
    graph.input("x", &[Any("batch"), Fixed(values)]);
    let (last, width) = hidden(&mut graph, &model.encoder_body(variational), ("x", values))?;
    let heads: &[_] = match variational {
        true => &[("encoder.mean", "mean"), ("encoder.log_variance", "log_variance")],
        false => &[("code", "mean")],
    };
    for (path, output) in heads {
        linear(&mut graph, path, &last, [width, model.latent], output)?;
        graph.output(output, &[Any("batch"), Fixed(model.latent)]);
    }
    graph.into_file(&[("model", if variational { "vae" } else { "ae" })])
}

/// The decoder of images: `z` → `mean`, and the parameters of `p(x|z)` beside it.
pub(in super::super) fn decoder(weights: Weights, networks: &Networks, variational: bool) -> Result<Vec<u8>> {
    let model = config(&weights, networks, variational)?;
    let weights = weights.part(Part::Decoder);
    let description =
        "z holds a latent vector a row; the outputs are the parameters of p(x|z), an image a row.";
    let mut graph = Graph::new(&weights, "decoder", description);
    graph.input("z", &[Any("batch"), Fixed(model.latent)]);
    let (last, width) = hidden(&mut graph, &model.decoder_body(), ("z", model.latent))?;
    let (likelihood, values) = (&model.likelihood, model.data.values());
    let heads = likelihood.heads(values);
    let mut outputs = Vec::new();
    for &HeadPlan { name, parameter, width: outputs_of_head, function } in &heads {
        let sums =
            if function == Function::Identity { parameter.to_owned() } else { format!("raw_{parameter}") };
        linear(&mut graph, &format!("decoder.{name}"), &last, [width, outputs_of_head], &sums)?;
        apply(&mut graph, function, &sums, parameter);
        outputs.push((parameter, outputs_of_head));
        // Where the mean is no parameter, it is a function of one head's sums, or it is not written.
        let mean = likelihood.mean_of_sums().filter(|(head, _)| *head == name);
        if let Some((_, function)) = mean.filter(|_| heads.iter().all(|head| head.parameter != "mean")) {
            apply(&mut graph, function, &sums, "mean");
            outputs.insert(0, ("mean", values));
        }
    }
    for (output, width) in outputs {
        graph.output(output, &[Any("batch"), Fixed(width)]);
    }
    let constants = likelihood.constants().into_iter().map(|(name, value)| (name, value.to_string()));
    let constants: Vec<(&str, String)> = constants.collect();
    let constants = constants.iter().map(|(name, value)| (*name, value.as_str()));
    let properties: Vec<_> = [("likelihood", likelihood.name())].into_iter().chain(constants).collect();
    graph.into_file(&properties)
}

/// `f(input)` by the name `output`; the identity has the name already.
fn apply(graph: &mut Graph<'_>, function: Function, input: &str, output: &str) {
    match function {
        Function::Identity if input == output => {}
        Function::Identity => graph.node("Identity", &[input], output),
        Function::Tanh => graph.node("Tanh", &[input], output),
        Function::Softplus => graph.node("Softplus", &[input], output),
        Function::Relu => graph.node("Relu", &[input], output),
        Function::Sigmoid => graph.node("Sigmoid", &[input], output),
        Function::LogOfSum { floor } => {
            let sum = output.strip_prefix("log_").map_or_else(|| format!("exp_{output}"), str::to_owned);
            let [least, above] = [format!("{sum}_floor"), format!("{sum}_above_floor")];
            graph.floats(&least, &[], &[floor as f32]);
            graph.node("Exp", &[input], &above);
            graph.node("Add", &[&above, &least], &sum);
            graph.node("Log", &[&sum], output);
        }
    }
}

/// The perceptron that a body is.
fn perceptron(body: &PlacedBody) -> Result<&MlpConfig> {
    body.plan.as_mlp().ok_or_else(|| {
        Error::usage("this body is not written as a computation: an ONNX file holds dense layers alone")
            .with_hint("take --format safetensors or npz")
    })
}

/// The hidden layers of a perceptron; the name and the width of what comes out.
fn hidden(
    graph: &mut Graph<'_>,
    body: &PlacedBody,
    (input, d_input): (&str, usize),
) -> Result<(String, usize)> {
    let perceptron = perceptron(body)?;
    let operator = match perceptron.activation {
        Activation::Tanh => "Tanh",
        Activation::Softplus => "Softplus",
        Activation::Relu => "Relu",
    };
    let mut last = (input.to_owned(), d_input);
    for (layer, &width) in perceptron.widths[1..].iter().enumerate() {
        let layer = format!("{}.layers.{layer}", body.path);
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
