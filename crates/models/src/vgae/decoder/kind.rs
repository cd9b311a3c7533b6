use std::borrow::Cow;

use super::PairLink;
use crate::nn::ParameterShape;

/// What is known of a decoder before one is made.
#[derive(Debug)]
pub struct PairDecoderKind {
    /// Its name in configurations.
    pub name: &'static str,
    /// The score of a link between the nodes i and j: its logit, or what [`Self::link`] makes a probability of.
    pub logit: String,
    /// What makes a probability of a score.
    pub link: PairLink,
    /// Whether it has factors, which sums over all pairs are made of; another one scores pairs one by one.
    pub has_factors: bool,
    /// Its weights, in the order of the fields.
    pub weights: Vec<PairWeight>,
}

/// A weight of a kind of decoder.
#[derive(Debug)]
pub struct PairWeight {
    /// Its path in the model.
    pub path: Cow<'static, str>,
    /// What each axis counts.
    pub axes: Vec<PairAxis>,
}

/// What an axis of a decoder's weight counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PairAxis {
    /// The nodes that it was trained on.
    Nodes,
    /// The latent dimensions.
    Latent,
    /// What the decoder itself says: the units of a layer.
    Units(usize),
}

impl PairWeight {
    pub(super) fn new(path: impl Into<Cow<'static, str>>, axes: impl Into<Vec<PairAxis>>) -> Self {
        Self { path: path.into(), axes: axes.into() }
    }
}

impl PairDecoderKind {
    /// One with factors, whose scores are logits.
    pub(super) fn with_factors(name: &'static str, logit: &str, weights: Vec<PairWeight>) -> Self {
        Self { name, logit: logit.to_owned(), link: PairLink::Logistic, has_factors: true, weights }
    }

    /// The weights of a decoder for so many nodes and latent dimensions.
    pub(in crate::vgae) fn layers(&self, nodes: usize, latent: usize) -> Vec<ParameterShape> {
        let length = |axis: &PairAxis| match axis {
            PairAxis::Nodes => nodes,
            PairAxis::Latent => latent,
            PairAxis::Units(units) => *units,
        };
        let shape = |axes: &[PairAxis]| axes.iter().map(length).collect::<Vec<_>>();
        self.weights
            .iter()
            .map(|weight| ParameterShape::new(weight.path.clone(), shape(&weight.axes)))
            .collect()
    }

    /// The inputs of each of its layers.
    pub fn widths(&self, latent: usize) -> impl Iterator<Item = usize> {
        let matrices = self.layers(0, latent).into_iter().filter(|weight| weight.shape.len() == 2);
        matrices.map(|weight| weight.shape[0])
    }

    /// The weight whose rows are those of the nodes that were trained on, where there is one. Such a decoder has no logits
    /// of other nodes.
    pub fn weight_of_nodes(&self) -> Option<&str> {
        let of_nodes = |weight: &&PairWeight| weight.axes.first() == Some(&PairAxis::Nodes);
        self.weights.iter().find(of_nodes).map(|weight| weight.path.as_ref())
    }
}
