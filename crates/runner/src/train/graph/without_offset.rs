//! What is told where a loss in nats asks how likely each pair is linked, and the decoder has no constant for how sparse the
//! graph is: its logits begin at 0, those of a graph with every second pair.

use aevb_models::Sides;
use aevb_models::vgae::EdgeWeighting;

use crate::experiment::GraphAutoencoder;

/// A density below this, or one so near to 1, is far from one half.
const SPARSE: f64 = 0.1;

/// Of the loss that logits of 0 have, as much is told to be none that was learnt.
const SHARE: f64 = 0.99;

const REMEDY: &str = "model.decoder.offset = true";

/// A loss in nats, of a decoder without an offset, on a graph that needs one.
#[derive(Clone, Debug)]
pub(super) struct WithoutOffset {
    /// Pairs to a node.
    pairs_of_node: f64,
    /// The share of the ordered pairs that are training edges.
    density: f64,
    decoder: &'static str,
    objective: &'static str,
}

impl WithoutOffset {
    /// For so many nodes, or sides, and training edges.
    pub fn of(model: &GraphAutoencoder, nodes: usize, sides: Option<Sides>, edges: usize) -> Option<Self> {
        let (density, pairs_of_node) = match sides {
            None => (2.0 * edges as f64 / (nodes as f64).powi(2), nodes as f64),
            Some(sides) => (edges as f64 / sides.pairs(), sides.pairs() / sides.own_nodes() as f64),
        };
        let decoder = &model.encoder().decoder.form;
        let is_told = model.weighting() == EdgeWeighting::Nats
            && !decoder.knows_density()
            && !(SPARSE..=1.0 - SPARSE).contains(&density);
        let objective = match model {
            GraphAutoencoder::Vgae { .. } => "elbo",
            GraphAutoencoder::Gae { .. } => "nll",
        };
        is_told.then(|| Self { pairs_of_node, density, decoder: decoder.kind().name, objective })
    }

    /// Before training.
    pub fn note(&self) -> String {
        format!(
            "the objective `{}` asks how likely each pair is linked, which {:.2} % are, and the decoder `{}` has no constant \
             to say so: {REMEDY} gives it one",
            self.objective,
            100.0 * self.density,
            self.decoder
        )
    }

    /// After an epoch with this reconstruction, in nats a node.
    pub fn caution(&self, reconstruction: f64) -> Option<String> {
        let of_zeros = self.pairs_of_node * std::f64::consts::LN_2;
        (reconstruction >= SHARE * of_zeros).then(|| {
            format!(
                "the probabilities of links are worth no more than one half for each pair: the reconstruction ended at \
                 {reconstruction:.1} nats a node, and one half has N ln 2 = {of_zeros:.1}; the decoder `{}` cannot say how few \
                 pairs are linked, and {REMEDY} lets it",
                self.decoder
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{ConfigFile, Experiment, Override, Task};

    fn model(config: &str, sets: &[&str]) -> GraphAutoencoder {
        let sets: Vec<_> = sets.iter().map(|set| Override::parse(set).expect("well formed")).collect();
        let experiment = Experiment::read(&ConfigFile::named(config).expect("built in"), &sets);
        match experiment.expect("valid").task {
            Task::Graph { model, .. } => model,
            _ => panic!("a graph"),
        }
    }

    #[test]
    fn a_loss_in_nats_without_an_offset_is_told_on_sparse_graphs() {
        let of = |config, sets: &[&str], edges| WithoutOffset::of(&model(config, sets), 1000, None, edges);
        let elbo = of("vgae-cora", &["objective.kind=elbo"], 4000).expect("sparse");
        assert_eq!(
            elbo.note(),
            "the objective `elbo` asks how likely each pair is linked, which 0.80 % are, and the decoder `inner-product` has no \
             constant to say so: model.decoder.offset = true gives it one"
        );
        assert!(of("gae-cora", &["objective.kind=nll"], 4000).expect("sparse").note().contains("`nll`"));
        let biased = ["objective.kind=elbo", "model.decoder.kind=biased"];
        assert!(of("vgae-cora", &biased, 4000).expect("sparse").note().contains("`biased`"));
        assert!(of("vgae-cora", &["objective.kind=elbo"], 480_000).is_some());
        for dense in [60_000, 400_000] {
            assert!(of("vgae-cora", &["objective.kind=elbo"], dense).is_none());
        }
        assert!(of("vgae-cora", &[], 4000).is_none());
        for set in ["model.decoder.offset=true", "model.decoder.kind=scaled"] {
            assert!(of("vgae-cora", &["objective.kind=elbo", set], 4000).is_none());
        }
    }

    #[test]
    fn a_loss_that_stays_where_it_began_is_told() {
        let told =
            WithoutOffset::of(&model("gae-cora", &["objective.kind=nll"]), 1000, None, 4000).expect("sparse");
        // 1000 ln 2 = 693.1, of which 99 % are 686.2.
        let caution = told.caution(692.0).expect("as before");
        assert!(caution.contains("ended at 692.0 nats a node, and one half has N ln 2 = 693.1"), "{caution}");
        assert!(caution.ends_with("model.decoder.offset = true lets it"), "{caution}");
        assert!(told.caution(900.0).is_some() && told.caution(686.3).is_some());
        assert_eq!(told.caution(686.1), None);
    }
}
