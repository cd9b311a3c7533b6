//! What is learnt, from what, and by which objective: the combinations that there are, and no others.

use std::path::PathBuf;

use aevb_models::vae::ValueKind;
use aevb_models::vgae::EdgeWeighting;

use super::autoencoder::{IwaeObjective, Networks, SgvbObjective};
use super::examples::{ExampleData, SplitSeed};
use super::graph::{GraphData, GraphSplit};
use super::graph_encoder::GraphEncoder;
use super::image::ImageData;
use super::pairs::Pairs;
use super::read::Invalid;
use super::sections::{DataAndSplit, Model, Objective};
use super::table::TableData;

/// The sections `[data]`, `[split]`, `[model]` and `[objective]`, as they go together.
#[derive(Clone, Debug, PartialEq)]
pub enum Task {
    /// The links of a graph.
    Graph {
        /// The graph.
        data: GraphData,
        /// The edges held out.
        split: GraphSplit,
        /// What is learnt, and what is minimised.
        model: GraphAutoencoder,
    },
    /// The density of images.
    Images {
        /// The images.
        data: ImageData,
        /// The images held out.
        split: SplitSeed,
        /// What is learnt, and what is minimised.
        model: Autoencoder,
    },
    /// The density of the rows of a table.
    Table {
        /// The table.
        data: TableData,
        /// The rows held out.
        split: SplitSeed,
        /// What is learnt, and what is minimised.
        model: Autoencoder,
    },
}

/// A model of a graph with its objective.
#[derive(Clone, Debug, PartialEq)]
pub enum GraphAutoencoder {
    /// The variational graph auto-encoder (Kipf & Welling 2016, §1).
    Vgae {
        /// The encoder and the decoder.
        encoder: GraphEncoder,
        /// What is minimised.
        objective: VgaeObjective,
        /// Over which pairs a step sums.
        pairs: Pairs,
    },
    /// The graph auto-encoder without a posterior (Kipf & Welling 2016, §1, "Non-probabilistic GAE").
    Gae {
        /// The encoder and the decoder.
        encoder: GraphEncoder,
        /// What is minimised.
        objective: GaeObjective,
        /// Over which pairs a step sums.
        pairs: Pairs,
    },
}

/// What a VGAE minimises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VgaeObjective {
    /// The weighted cross-entropy of the paper's code, and KL/N².
    Kipf,
    /// −ELBO/N, in nats per node.
    Elbo,
}

/// What a GAE minimises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GaeObjective {
    /// The weighted cross-entropy of the paper's code.
    Kipf,
    /// −log p(A|Z)/N, in nats per node.
    Nll,
}

/// A model of images or of the rows of a table with its objective.
#[derive(Clone, Debug, PartialEq)]
pub enum Autoencoder {
    /// The variational auto-encoder (Kingma & Welling 2013).
    Vae {
        /// The encoder and the decoder.
        networks: Networks,
        /// What is minimised.
        objective: VaeObjective,
    },
    /// The plain auto-encoder, without noise or divergence. It minimises −log p(x|z), in nats per example.
    Ae {
        /// The encoder and the decoder.
        networks: Networks,
    },
}

/// What a VAE minimises.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum VaeObjective {
    /// Minus the bound, in nats per example.
    Sgvb(SgvbObjective),
    /// Minus the importance-weighted bound, in nats per example.
    Iwae(IwaeObjective),
}

impl Task {
    /// Puts sections together.
    pub(super) fn of(source: DataAndSplit, model: Model, objective: Objective) -> Result<Self, Invalid> {
        Ok(match source {
            DataAndSplit::Graph(data, split) => {
                data.check()?;
                Self::Graph { data, split, model: GraphAutoencoder::of(model, objective)? }
            }
            DataAndSplit::Images(data, split) => {
                data.check()?;
                let model = Autoencoder::of(model, objective, data.values())?;
                Self::Images { data, split, model }
            }
            DataAndSplit::Table(data, split) => {
                data.check()?;
                let model = Autoencoder::of(model, objective, ValueKind::Standardized)?;
                Self::Table { data, split, model }
            }
        })
    }

    /// The name of the model in configurations.
    pub fn model_kind(&self) -> &'static str {
        match self {
            Self::Graph { model: GraphAutoencoder::Vgae { .. }, .. } => "vgae",
            Self::Graph { model: GraphAutoencoder::Gae { .. }, .. } => "gae",
            Self::Images { model, .. } | Self::Table { model, .. } => match model {
                Autoencoder::Vae { .. } => "vae",
                Autoencoder::Ae { .. } => "ae",
            },
        }
    }

    /// The widths of the encoder's hidden layers, and of the latent space.
    pub fn widths(&self) -> (&[usize], usize) {
        match self {
            Self::Graph { model, .. } => (&model.encoder().hidden, model.encoder().latent),
            Self::Images { model, .. } | Self::Table { model, .. } => {
                (&model.networks().hidden, model.networks().latent)
            }
        }
    }

    /// The auto-encoder of images or of a table.
    pub fn autoencoder(&self) -> Option<&Autoencoder> {
        match self {
            Self::Graph { .. } => None,
            Self::Images { model, .. } | Self::Table { model, .. } => Some(model),
        }
    }

    /// What an auto-encoder of images or of a table learns from, and the auto-encoder.
    pub fn examples(&self) -> Option<(ExampleData, &Autoencoder)> {
        match self {
            Self::Graph { .. } => None,
            Self::Images { data, model, .. } => Some((ExampleData::Images(data.clone()), model)),
            Self::Table { data, model, .. } => Some((ExampleData::Table(data.clone()), model)),
        }
    }

    /// The seed of the split, where it does not follow the experiment's.
    pub fn split_seed(&self) -> Option<u64> {
        match self {
            Self::Graph { split, .. } => split.seed,
            Self::Images { split, .. } | Self::Table { split, .. } => split.seed,
        }
    }

    /// The paths in it, by key.
    pub(super) fn paths_mut(&mut self) -> Vec<(&'static str, &mut PathBuf)> {
        match self {
            Self::Graph { data, split, .. } => {
                let split = split.file.as_mut().map(|file| ("split.file", file));
                data.paths_mut().chain(split).collect()
            }
            Self::Images { data, .. } => data.paths_mut().collect(),
            Self::Table { data, .. } => data.paths_mut().collect(),
        }
    }
}

impl GraphAutoencoder {
    fn of(model: Model, objective: Objective) -> Result<Self, Invalid> {
        let unsuited = |message| {
            Invalid::new("objective.kind", message, "for `vgae`: kipf or elbo; for `gae`: kipf or nll")
        };
        Ok(match model {
            Model::Vgae(encoder) => {
                encoder.check()?;
                let (objective, pairs) = match objective {
                    Objective::Kipf(pairs) => (VgaeObjective::Kipf, pairs.checked()?),
                    Objective::Elbo(pairs) => (VgaeObjective::Elbo, pairs.checked()?),
                    Objective::Nll(_) => return Err(unsuited("`nll` has no KL term, which a `vgae` needs")),
                    Objective::Sgvb(_) => return Err(unsuited(SGVB_IS_FOR_VAES)),
                    Objective::Iwae(_) => return Err(unsuited(IWAE_IS_FOR_VAES)),
                };
                encoder.check_pairs(pairs)?;
                Self::Vgae { encoder, objective, pairs }
            }
            Model::Gae(encoder) => {
                encoder.check_no_prior()?;
                encoder.check()?;
                let (objective, pairs) = match objective {
                    Objective::Kipf(pairs) => (GaeObjective::Kipf, pairs.checked()?),
                    Objective::Nll(pairs) => (GaeObjective::Nll, pairs.checked()?),
                    Objective::Elbo(_) => {
                        return Err(unsuited("`elbo` needs a posterior, which a `gae` has not"));
                    }
                    Objective::Sgvb(_) => return Err(unsuited(SGVB_IS_FOR_VAES)),
                    Objective::Iwae(_) => return Err(unsuited(IWAE_IS_FOR_VAES)),
                };
                encoder.check_pairs(pairs)?;
                Self::Gae { encoder, objective, pairs }
            }
            Model::Vae(_) | Model::Ae(_) => return Err(no_model_of("a graph", &model)),
        })
    }

    /// The encoder, with what it says of the decoder.
    pub fn encoder(&self) -> &GraphEncoder {
        match self {
            Self::Vgae { encoder, .. } | Self::Gae { encoder, .. } => encoder,
        }
    }

    pub(crate) fn encoder_mut(&mut self) -> &mut GraphEncoder {
        match self {
            Self::Vgae { encoder, .. } | Self::Gae { encoder, .. } => encoder,
        }
    }

    /// Over which pairs a step of training sums.
    pub fn pairs(&self) -> Pairs {
        match *self {
            Self::Vgae { pairs, .. } | Self::Gae { pairs, .. } => pairs,
        }
    }

    /// How the objective weighs edges and pairs without one.
    pub fn weighting(&self) -> EdgeWeighting {
        match self {
            Self::Vgae { objective: VgaeObjective::Kipf, .. }
            | Self::Gae { objective: GaeObjective::Kipf, .. } => EdgeWeighting::Kipf,
            Self::Vgae { objective: VgaeObjective::Elbo, .. }
            | Self::Gae { objective: GaeObjective::Nll, .. } => EdgeWeighting::Nats,
        }
    }
}

impl Autoencoder {
    /// For data of such values.
    fn of(model: Model, objective: Objective, values: ValueKind) -> Result<Self, Invalid> {
        let unsuited =
            |message| Invalid::new("objective.kind", message, "for `vae`: sgvb or iwae; for `ae`: nll");
        Ok(match model {
            Model::Vae(networks) => {
                networks.check(values)?;
                let objective = match objective {
                    Objective::Sgvb(sgvb) => {
                        sgvb.check()?;
                        VaeObjective::Sgvb(sgvb)
                    }
                    Objective::Iwae(iwae) => {
                        iwae.check()?;
                        VaeObjective::Iwae(iwae)
                    }
                    Objective::Kipf(_) | Objective::Elbo(_) | Objective::Nll(_) => {
                        return Err(unsuited("does not suit the model"));
                    }
                };
                Self::Vae { networks, objective }
            }
            Model::Ae(networks) => {
                networks.check_is_plain()?;
                networks.check(values)?;
                match objective {
                    Objective::Nll(pairs) => {
                        pairs.check_absent()?;
                        Self::Ae { networks }
                    }
                    Objective::Kipf(_) | Objective::Elbo(_) => {
                        return Err(unsuited("does not suit the model"));
                    }
                    Objective::Sgvb(_) => return Err(unsuited(SGVB_IS_FOR_VAES)),
                    Objective::Iwae(_) => return Err(unsuited(IWAE_IS_FOR_VAES)),
                }
            }
            Model::Vgae(_) | Model::Gae(_) => {
                let data = if values == ValueKind::Standardized { "a table" } else { "images" };
                return Err(no_model_of(data, &model));
            }
        })
    }

    /// The encoder and the decoder.
    pub fn networks(&self) -> &Networks {
        match self {
            Self::Vae { networks, .. } | Self::Ae { networks } => networks,
        }
    }
}

const SGVB_IS_FOR_VAES: &str = "`sgvb` is for a `vae` alone";
const IWAE_IS_FOR_VAES: &str = "`iwae` is for a `vae` alone";

fn no_model_of(data: &str, model: &Model) -> Invalid {
    let message = format!("`{}` is no model of {data}, which data.kind says", model.kind());
    let hint = "for `graph`: vgae or gae; for `images` and `table`: vae or ae";
    Invalid::new("model.kind", &message, hint)
}
