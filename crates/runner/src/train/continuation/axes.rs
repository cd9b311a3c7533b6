//! Which axes of a model's tensors count what its data consist of. The model says so itself: it is planned for few and for many
//! of them, and the axes that differ are those.

use std::collections::BTreeMap;

use aevb_models::nn::{DataShape, ParameterShape};

use super::tensors::Sort;
use crate::experiment::{Autoencoder, Experiment, Features, GraphAutoencoder, Task};

const FEW: usize = 3;
const MANY: usize = 5;

/// The axis of each tensor that grows with the data, and what it counts.
pub(super) struct Axes(pub BTreeMap<String, (usize, Sort)>);

impl Axes {
    /// Of the model of an experiment; images have a fixed size.
    pub fn of(experiment: &Experiment) -> Self {
        Self(match &experiment.task {
            Task::Graph { data, model, .. } => {
                let is_variational = matches!(model, GraphAutoencoder::Vgae { .. });
                let plan = |nodes, features| model.encoder().config(nodes, features).layers(is_variational);
                if data.features == Features::None {
                    // Each node is a feature of its own.
                    between(plan(FEW, FEW), plan(MANY, MANY), Sort::Node).collect()
                } else {
                    let few = plan(FEW, FEW);
                    let features = between(few.clone(), plan(FEW, MANY), Sort::Feature);
                    features.chain(between(few, plan(MANY, FEW), Sort::Node)).collect()
                }
            }
            Task::Table { model, .. } => {
                let is_variational = matches!(model, Autoencoder::Vae { .. });
                let plan =
                    |columns| model.networks().config(DataShape::Columns(columns)).layers(is_variational);
                between(plan(FEW), plan(MANY), Sort::Column).collect()
            }
            Task::Images { .. } => BTreeMap::new(),
        })
    }

    /// The axis of a tensor that grows, and what it counts.
    pub fn growing(&self, name: &str) -> Option<(usize, Sort)> {
        self.0.get(name).copied()
    }
}

/// The axes that have one place for each of what there is few or many of.
fn between(
    few: Vec<ParameterShape>,
    many: Vec<ParameterShape>,
    sort: Sort,
) -> impl Iterator<Item = (String, (usize, Sort))> {
    few.into_iter().zip(many).filter_map(move |(few, many)| {
        let axis = few.shape.iter().zip(&many.shape).position(|lengths| lengths == (&FEW, &MANY))?;
        Some((few.path, (axis, sort)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{ConfigFile, Override};

    fn axes(config: &str, sets: &[&str]) -> Vec<(String, usize, Sort)> {
        let sets: Vec<_> = sets.iter().map(|set| Override::parse(set).expect("well formed")).collect();
        let file = ConfigFile::named(config).expect("built in");
        let experiment = Experiment::read(&file, &sets).expect("valid");
        Axes::of(&experiment).0.into_iter().map(|(name, (axis, sort))| (name, axis, sort)).collect()
    }

    #[test]
    fn the_axes_are_those_that_the_model_says() {
        let named = |axes: &[(&str, usize, Sort)]| -> Vec<(String, usize, Sort)> {
            axes.iter().map(|&(name, axis, sort)| (name.to_owned(), axis, sort)).collect()
        };
        assert_eq!(axes("vgae-cora", &[]), named(&[("hidden.0.weight", 0, Sort::Feature)]));
        assert_eq!(
            axes("vgae-biased-cora", &["data.features=none", "model.hidden=[]"]),
            named(&[
                ("decoder.bias", 0, Sort::Node),
                ("log_sigma.weight", 0, Sort::Node),
                ("mean.weight", 0, Sort::Node),
            ])
        );
        assert_eq!(
            axes("vgae-cora", &["model.decoder.kind=scaled"]),
            named(&[("decoder.bias", 0, Sort::Node), ("hidden.0.weight", 0, Sort::Feature)])
        );
        assert_eq!(
            axes("vae-table", &[]),
            named(&[
                ("decoder.log_variance.bias", 0, Sort::Column),
                ("decoder.log_variance.weight", 1, Sort::Column),
                ("decoder.output.bias", 0, Sort::Column),
                ("decoder.output.weight", 1, Sort::Column),
                ("encoder.hidden.layers.0.weight", 0, Sort::Column),
            ])
        );
        let of_prior = ("prior.pseudo_inputs".to_owned(), 1, Sort::Column);
        assert!(axes("vae-table", &["model.prior.kind=vamp"]).contains(&of_prior));
        assert_eq!(axes("vae-mnist-5k", &[]), []);
    }
}
