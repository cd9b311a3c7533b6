use burn::config::Config;
use burn::tensor::Device;
use rand::Rng;

use super::encoder::{Gae, Vgae};
use crate::error::{Error, Result};
use crate::nn::{GraphConv, GraphConvConfig};

/// Configuration of a [`Vgae`].
#[derive(Config, Debug)]
pub struct VgaeConfig {
    /// The number of features of a node.
    pub features: usize,
    /// The width of each hidden layer; none makes a linear encoder.
    pub hidden: Vec<usize>,
    /// The number of latent dimensions.
    pub latent: usize,
}

/// Configuration of a [`Gae`].
#[derive(Config, Debug)]
pub struct GaeConfig {
    /// The number of features of a node.
    pub features: usize,
    /// The width of each hidden layer; none makes a linear encoder.
    pub hidden: Vec<usize>,
    /// The number of latent dimensions.
    pub latent: usize,
}

impl VgaeConfig {
    /// Draws the weights from `random`, layer by layer.
    ///
    /// # Errors
    /// If a width is zero.
    pub fn init(&self, random: &mut impl Rng, device: &Device) -> Result<Vgae> {
        let hidden = hidden_layers(self.features, &self.hidden, self.latent, random, device)?;
        let mut head = |path| head(self.features, &self.hidden, self.latent, path, random, device);
        Ok(Vgae { hidden, mean: head("mean"), log_sigma: head("log_sigma") })
    }
}

impl GaeConfig {
    /// Draws the weights from `random`, layer by layer.
    ///
    /// # Errors
    /// If a width is zero.
    pub fn init(&self, random: &mut impl Rng, device: &Device) -> Result<Gae> {
        let hidden = hidden_layers(self.features, &self.hidden, self.latent, random, device)?;
        let mean = head(self.features, &self.hidden, self.latent, "mean", random, device);
        Ok(Gae { hidden, mean })
    }
}

fn hidden_layers(
    features: usize,
    hidden: &[usize],
    latent: usize,
    random: &mut impl Rng,
    device: &Device,
) -> Result<Vec<GraphConv>> {
    let positive = |field, width: usize| match width {
        0 => Err(Error::Config { field, problem: "a width of 0 leaves nothing to learn".into() }),
        _ => Ok(()),
    };
    positive("features", features)?;
    positive("latent", latent)?;
    let mut d_input = features;
    hidden
        .iter()
        .enumerate()
        .map(|(layer, &d_output)| {
            positive("hidden", d_output)?;
            let config = GraphConvConfig::new(d_input, d_output);
            d_input = d_output;
            Ok(config.init(&format!("hidden.{layer}"), random, device))
        })
        .collect()
}

fn head(
    features: usize,
    hidden: &[usize],
    latent: usize,
    path: &str,
    random: &mut impl Rng,
    device: &Device,
) -> GraphConv {
    let d_input = hidden.last().copied().unwrap_or(features);
    GraphConvConfig::new(d_input, latent).init(path, random, device)
}
