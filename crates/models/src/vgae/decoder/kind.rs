use crate::nn::ParameterShape;

/// What is known of a decoder before one is made.
#[derive(Debug)]
pub struct PairDecoderKind {
    /// Its name in configurations.
    pub name: &'static str,
    /// The logit of a link between the nodes i and j.
    pub logit: String,
    /// Whether it has factors, which sums over all pairs are made of; another one scores pairs one by one.
    pub has_factors: bool,
    /// Its weights, in the order of the fields.
    pub weights: Vec<PairWeight>,
}

/// A weight of a kind of decoder.
#[derive(Debug)]
pub struct PairWeight {
    /// Its path in the model.
    pub path: &'static str,
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

impl PairDecoderKind {
    /// The weights of a decoder for so many nodes and latent dimensions.
    pub(in crate::vgae) fn layers(&self, nodes: usize, latent: usize) -> Vec<ParameterShape> {
        let length = |axis: &PairAxis| match axis {
            PairAxis::Nodes => nodes,
            PairAxis::Latent => latent,
            PairAxis::Units(units) => *units,
        };
        let shape = |axes: &[PairAxis]| axes.iter().map(length).collect::<Vec<_>>();
        self.weights.iter().map(|weight| ParameterShape::new(weight.path, shape(&weight.axes))).collect()
    }

    /// The weight whose rows are those of the nodes that were trained on, where there is one. Such a decoder has no logits
    /// of other nodes.
    pub fn weight_of_nodes(&self) -> Option<&'static str> {
        let of_nodes = |weight: &&PairWeight| weight.axes.first() == Some(&PairAxis::Nodes);
        self.weights.iter().find(of_nodes).map(|weight| weight.path)
    }
}
