//! `train.neighbours`: how many neighbours a step's layers sum over, and what goes with that.

use aevb_models::vgae::MessagePassing;

use super::pairs::{BlockEdges, PairSum};
use super::read::Invalid;
use super::{Task, task::GraphAutoencoder};

const KEY: &str = "train.neighbours";

/// Refuses what a step with some of the neighbours would not be.
pub(super) fn check(fan_outs: &[usize], task: &Task) -> Result<(), Invalid> {
    if fan_outs.is_empty() {
        return Ok(());
    }
    let Task::Graph { model, .. } = task else {
        return Err(Invalid::new(KEY, "is for graphs alone", "leave it out"));
    };
    check_encoder(fan_outs, model)?;
    check_pairs(model.pairs().sum)
}

fn check_encoder(fan_outs: &[usize], model: &GraphAutoencoder) -> Result<(), Invalid> {
    let encoder = model.encoder();
    Invalid::unless(
        encoder.encoder == MessagePassing::default(),
        KEY,
        "is for graph convolutions, and linear propagation is not cut by layers",
        "leave it out, or set model.encoder.kind = \"convolution\"",
    )?;
    let layers = encoder.hidden.len() + 1;
    Invalid::unless(
        fan_outs.len() == layers,
        KEY,
        &format!("must have as many numbers as layers pass messages, {layers}, not {}", fan_outs.len()),
        "the first is of the layer next to the output; model.hidden has one layer fewer",
    )?;
    let hint = "15 sums over 15 neighbours of each node at most; leave train.neighbours out to sum over all";
    Invalid::unless(!fan_outs.contains(&0), KEY, "must have numbers of at least 1", hint)?;
    Invalid::unless(
        encoder.edge_dropout == 0.0,
        "model.edge_dropout",
        "goes through all edges in each step, which train.neighbours is not to do",
        "set it to 0.0, or leave train.neighbours out",
    )
}

fn check_pairs(sum: PairSum) -> Result<(), Invalid> {
    let hint =
        "set objective.pairs = \"blocks\" with objective.edges = \"rows\", or \"sampled\" or \"subgraph\"";
    let message = match sum {
        PairSum::All => "needs pairs that are drawn, and this objective is a sum over all of them",
        PairSum::Block(block) if block.columns.is_none() => {
            "needs blocks with columns, and pairs by rows are with all nodes"
        }
        PairSum::Block(block) if block.edges == BlockEdges::All => {
            "needs the edges of a block's rows, and this objective is a sum over all edges"
        }
        PairSum::Block(_) | PairSum::NonEdges { .. } | PairSum::Subgraph { .. } => return Ok(()),
    };
    Err(Invalid::new(KEY, message, hint))
}

#[cfg(test)]
mod tests {
    use crate::experiment::{ConfigFile, Experiment, Override};

    fn read(config: &str, sets: &[&str]) -> crate::error::Result<Experiment> {
        let overrides: Vec<_> = sets.iter().map(|set| Override::parse(set).expect("well formed")).collect();
        Experiment::read(&ConfigFile::named(config).expect("built in"), &overrides)
    }

    const BLOCKS: [&str; 2] = ["objective.pairs=blocks", "objective.edges=rows"];

    #[test]
    fn what_does_not_go_with_neighbours_is_refused_by_name() {
        let of = |config: &str, sets: &[&str]| {
            let message =
                read(config, &[&["train.neighbours=[15, 10]"], sets].concat()).expect_err("refused").message;
            message.split_once(": ").expect("a place").1.to_owned()
        };
        let [pairs, edges] = BLOCKS;
        for (sets, told) in [
            (&[][..], "train.neighbours needs pairs that are drawn"),
            (&["objective.pairs=rows"], "train.neighbours needs blocks with columns"),
            (&[pairs], "train.neighbours needs the edges of a block's rows"),
            (
                &[pairs, edges, "model.hidden=[]"],
                "train.neighbours must have as many numbers as layers pass messages, 1, not 2",
            ),
            (&[pairs, edges, "train.neighbours=[3, 0]"], "train.neighbours must have numbers of at least 1"),
            (&[pairs, edges, "model.edge_dropout=0.1"], "model.edge_dropout goes through all edges"),
        ] {
            assert!(of("gae-cora", sets).starts_with(told), "{}", of("gae-cora", sets));
        }
        assert!(of("links", &[pairs, edges]).contains("train.neighbours is for graph convolutions"));
        assert!(of("vae-mnist-5k", &[]).contains("train.neighbours is for graphs alone"));
    }

    #[test]
    fn neighbours_and_subgraphs_are_written_as_they_are_read() {
        for sets in [
            &[&BLOCKS[..], &["train.neighbours=[15, 10]"]].concat()[..],
            &["objective.pairs=sampled", "train.neighbours=[2, 3]"],
            &["objective.pairs=subgraph", "objective.alpha=2", "objective.rows=70"],
        ] {
            let experiment = read("vgae-cora", sets).expect("valid");
            let text = toml::to_string(&experiment).expect("TOML");
            let value: toml::Table = text.parse().expect("TOML");
            for set in sets {
                let (key, written) = set.split_once('=').expect("a value");
                let (section, key) = key.split_once('.').expect("a key");
                let found = value[section][key].to_string().replace('"', "");
                assert_eq!(found.trim_end_matches(".0"), written, "{key}");
            }
        }
    }
}
