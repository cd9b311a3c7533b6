//! The sizes of the preset `links`, which follow from the graph.

use aevb_models::vgae::PairLink;

use crate::experiment::{Block, CovariateWeights, Covariates, Experiment, Override, PairSum, Task};

/// A graph of more nodes is learnt from block by block.
const MOST_NODES_AT_ONCE: usize = 5_000;
/// The rows of a block at least, and about how many blocks are learnt from.
const FEWEST_ROWS: usize = 256;
const BLOCKS: usize = 200;
/// On a graph of more nodes, with embeddings alone, a step's decoder does without some of their values: else they are learnt by
/// heart.
const MOST_NODES_WITHOUT_DROPOUT: usize = 25_000;
/// On a graph of more nodes blocks have columns, too, and free embeddings begin at its spectrum: what they would learn from nothing
/// takes more steps than there is time for.
const MOST_NODES_TO_LEARN: usize = 200_000;
/// Where there are fewer, as in networks of roads, neighbourhoods grow slowly, and one hop says little of them.
const FEWEST_EDGES_A_NODE: usize = 2;
/// The columns of such a block, and how many are learnt from.
const COLUMNS: usize = 1024;
const BLOCKS_FROM_A_SPECTRUM: usize = 20;
const COVARIATES: &str = concat!(
    r#"["resource-allocation", "common-neighbours", "adamic-adar", "root-allocation", "local-community", "#,
    r#""degrees"]"#
);

/// Whether a graph has the preset's covariates.
enum Usual {
    Taken,
    /// As the user said, or as the graph is too large.
    LeftOut,
    /// As what the user chose has no place for them, and why.
    Unsuited(String),
}

/// What common neighbours say beside latent vectors, weighed by validation edges, where the decoder's logits are inner products:
/// most graphs rank links better by both. Those that begin at a spectrum rank well above common neighbours, whose rows of hubs would
/// take longer than all else. `docs/links.md` has the measurements.
pub(super) fn covariates(nodes: usize, has_sides: bool, overrides: &[Override]) -> Vec<Override> {
    match usual(nodes, has_sides, overrides) {
        Usual::Taken => vec![
            Override::size("model.decoder.covariates", COVARIATES),
            Override::size("model.decoder.covariate_weights", "\"validation\""),
        ],
        Usual::LeftOut | Usual::Unsuited(_) => Vec::new(),
    }
}

/// Why a graph goes without the covariates that the preset would give it, in a note.
pub(super) fn note(nodes: usize, has_sides: bool, overrides: &[Override]) -> Option<String> {
    match usual(nodes, has_sides, overrides) {
        Usual::Unsuited(why) => {
            Some(format!("note: the preset's model.decoder.covariates are left out: {why}"))
        }
        Usual::Taken | Usual::LeftOut => None,
    }
}

fn usual(nodes: usize, has_sides: bool, overrides: &[Override]) -> Usual {
    let said = |key: &str| overrides.iter().rfind(|given| given.is_of(key)).map(Override::plain_text);
    let is_said = said("model.decoder.covariates").is_some();
    let is_declined = said("model.decoder.covariates").is_some_and(|names| names == "[]");
    match said("model.decoder.kind") {
        _ if is_declined || nodes > MOST_NODES_TO_LEARN => Usual::LeftOut,
        Some(kind @ ("mlp" | "bernoulli-poisson")) if !is_said => {
            Usual::Unsuited(format!("the logits of `{kind}` are no inner products"))
        }
        Some("mlp" | "bernoulli-poisson") => Usual::LeftOut,
        _ if has_sides && !is_said => Usual::Unsuited(
            "they are for undirected graphs, whose nodes have neighbours in common".to_owned(),
        ),
        _ if has_sides => Usual::LeftOut,
        _ => Usual::Taken,
    }
}

/// What a decoder of communities takes in place of [`sizes`]: its step sums over all pairs at the cost of the edges, so that there
/// need be no blocks, and what it reaches follows from how many communities there are. `docs/links.md` has the measurements.
fn communities(nodes: usize, features: usize) -> Vec<Override> {
    let latent = match nodes {
        0..=100 => 16,
        101..=60_000 => 512,
        60_001..=500_000 => 128,
        _ => 32,
    };
    let sizes = [
        Override::size("model.latent", latent),
        Override::size("objective.pairs", "\"all\""),
        // No node needs a community to link with itself.
        Override::size("objective.self_pairs", "\"left-out\""),
        Override::size("train.evaluate_every", 10),
    ];
    let of_inputs = match features {
        0 => vec![
            Override::size("model.dropout", "0.0"),
            Override::size("model.encoder.hops", 1),
            Override::size("optimizer.learning_rate", 0.1),
            Override::size("train.epochs", 150),
        ],
        // Free embeddings take another learning rate and other hops, so that a trial of both would not tell which is better.
        _ => vec![
            Override::size("model.choose_inputs", false),
            Override::size("optimizer.learning_rate", 0.01),
            Override::size("train.epochs", 100),
        ],
    };
    sizes.into_iter().chain(of_inputs).collect()
}

/// Many latent dimensions keep apart what few would mix, and cost as many products a pair. On a small graph a step takes all
/// pairs, on a large one those of a block of rows, and there are as many steps as bring the validation edges to the top. They
/// are too few there for weights of features that begin at random. `docs/links.md` has the measurements.
///
/// What the user says of pairs, rows and inputs counts already. Between sides the rows of a block are of the first, `of_rows` nodes.
pub(super) fn sizes(
    [nodes, edges, features]: [usize; 3],
    of_rows: usize,
    overrides: &[Override],
) -> Vec<Override> {
    let said = |key: &str| overrides.iter().rfind(|given| given.is_of(key)).map(Override::plain_text);
    let has_all_pairs = said("objective.pairs").is_none_or(|pairs| pairs == "all");
    if said("model.decoder.kind") == Some("bernoulli-poisson") && has_all_pairs {
        return communities(nodes, features);
    }
    let latent = match nodes {
        0..=100 => 16,
        101..=60_000 => 256,
        60_001..=500_000 => 64,
        500_001..=2_000_000 => 32,
        _ => 16,
    };
    let mut sizes = vec![Override::size("model.latent", latent)];
    let is_large = nodes > MOST_NODES_AT_ONCE;
    if is_large || features == 0 {
        sizes.push(Override::size("model.dropout", "0.0"));
    }
    let from_spectrum = features == 0 && nodes > MOST_NODES_TO_LEARN;
    if from_spectrum {
        sizes.push(Override::size("model.normalize", "\"both\""));
        sizes.push(Override::size("model.encoder.start", "\"spectral\""));
        let is_sparse = edges < FEWEST_EDGES_A_NODE * nodes;
        sizes.push(Override::size("model.encoder.hops", if is_sparse { 4 } else { 1 }));
    } else if is_large {
        sizes.push(Override::size("model.normalize", false));
    }
    if is_large {
        sizes.push(Override::size("objective.self_pairs", "\"left-out\""));
    }
    if is_large && features > 0 {
        sizes.push(Override::size("model.encoder.start", "\"spectral\""));
        sizes.push(Override::size("model.encoder.hops", 4));
    }
    // A choice of the inputs takes it for free embeddings alone.
    let may_be_free = features == 0 || said("model.choose_inputs") != Some("false");
    if nodes > MOST_NODES_WITHOUT_DROPOUT && may_be_free && !from_spectrum {
        sizes.push(Override::size("model.latent_dropout", 0.3));
    }
    let usual_pairs = match nodes {
        _ if nodes > MOST_NODES_TO_LEARN => "blocks",
        _ if is_large => "rows",
        _ => "all",
    };
    let pairs = said("objective.pairs").unwrap_or(usual_pairs);
    if pairs == "all" {
        sizes.extend([Override::size("train.epochs", 50), Override::size("train.evaluate_every", 2)]);
        return sizes;
    }
    if pairs == "sampled" {
        sizes.extend([Override::size("train.epochs", BLOCKS), Override::size("train.evaluate_every", 10)]);
        return sizes;
    }
    let usual_blocks = if from_spectrum { BLOCKS_FROM_A_SPECTRUM } else { BLOCKS };
    let usual_rows = FEWEST_ROWS.max(of_rows.div_ceil(usual_blocks)).min(of_rows.max(1));
    let rows = said("objective.rows").and_then(|rows| rows.parse().ok()).filter(|&rows| rows > 0);
    let blocks = of_rows.div_ceil(rows.unwrap_or(usual_rows)).max(1);
    sizes.extend([
        Override::size("objective.pairs", format!("\"{pairs}\"")),
        Override::size("objective.rows", usual_rows),
        Override::size("train.epochs", usual_blocks.div_ceil(blocks)),
        Override::size("train.evaluate_every", 1),
    ]);
    // A subgraph has its own edges alone.
    if pairs != "subgraph" {
        sizes.push(Override::size("objective.edges", "\"rows\""));
    }
    if pairs == "blocks" && nodes > MOST_NODES_TO_LEARN {
        sizes.push(Override::size("objective.columns", COLUMNS));
    }
    sizes
}

/// What of them is told beside the widths and the epochs.
pub(super) fn told(experiment: &Experiment) -> String {
    let Task::Graph { model, .. } = &experiment.task else { return String::new() };
    let dropout = match model.encoder().latent_dropout {
        0.0 => String::new(),
        share if model.encoder().choose_inputs => {
            format!("model.latent_dropout = {share} for free embeddings alone, ")
        }
        share => format!("model.latent_dropout = {share}, "),
    };
    let start = match model.encoder().encoder.spectral_hops() {
        Some(hops) => format!("model.encoder.start = \"spectral\" of {hops} hops, "),
        None => String::new(),
    };
    let Covariates { names, weights } = &model.encoder().decoder.covariates;
    let covariates = match weights {
        _ if names.is_empty() => "",
        CovariateWeights::Joint => "model.decoder.covariates with weights that are learnt, ",
        CovariateWeights::Training => "model.decoder.covariates with weights from hidden training edges, ",
        CovariateWeights::Validation => {
            "model.decoder.covariates with weights from half of the validation edges, "
        }
    };
    let rate = match model.encoder().decoder.form.kind().link {
        PairLink::Poisson => format!("optimizer.learning_rate = {}, ", experiment.optimizer.learning_rate()),
        PairLink::Logistic => String::new(),
    };
    let rest = start + &dropout + covariates + &rate;
    match model.pairs().sum {
        PairSum::All => rest,
        PairSum::NonEdges { per_node } => format!("{rest}objective.non_edges = {per_node}, "),
        PairSum::Subgraph { nodes, .. } => format!("{rest}objective.rows = {nodes}, "),
        PairSum::Block(Block { rows, columns, edges, .. }) => {
            let columns = columns.map_or(String::new(), |columns| format!("objective.columns = {columns}, "));
            let edges = toml::Value::try_from(edges).expect("a name");
            format!("{rest}objective.rows = {rows}, {columns}objective.edges = {edges}, ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::ConfigFile;

    fn sized(nodes: usize, features: usize, said: &[&str]) -> Vec<Override> {
        let said: Vec<Override> = said.iter().map(|set| Override::parse(set).expect("well formed")).collect();
        sizes([nodes, 5 * nodes, features], nodes, &said)
    }

    fn value<'a>(sizes: &'a [Override], key: &str) -> Option<&'a str> {
        sizes.iter().find(|size| size.is_of(key)).map(Override::plain_text)
    }

    #[test]
    fn there_are_as_many_steps_whatever_the_user_says_of_pairs() {
        let sampled = sized(20_000, 0, &["objective.pairs=sampled"]);
        assert_eq!((value(&sampled, "objective.rows"), value(&sampled, "train.epochs")), (None, Some("200")));
        assert_eq!(value(&sized(20_000, 0, &["objective.pairs=blocks"]), "objective.pairs"), Some("blocks"));

        let usual = sized(20_000, 0, &[]);
        let of = |key: &str| value(&usual, key).expect("there");
        assert_eq!((of("objective.rows"), of("train.epochs")), ("256", "3"));
        assert_eq!(value(&sized(20_000, 0, &["objective.rows=1000"]), "train.epochs"), Some("10"));
        let said = sized(20_000, 0, &["objective.pairs=\"rows\""]);
        assert_eq!(value(&said, "objective.edges"), Some("rows"));
        let all = sized(20_000, 0, &["objective.pairs=all"]);
        assert_eq!((value(&all, "objective.rows"), value(&all, "train.epochs")), (None, Some("50")));
        assert_eq!(value(&sized(20_000, 0, &["objective.pairs=subgraph"]), "objective.edges"), None);
        let small = sized(300, 0, &["objective.pairs=rows"]);
        assert_eq!(value(&small, "train.epochs"), Some("100"));
    }

    #[test]
    fn communities_are_many_and_learnt_from_all_pairs() {
        let kind = "model.decoder.kind=bernoulli-poisson";
        let free = sized(20_000, 0, &[kind]);
        let of = |sizes: &[Override], keys: &[&str]| -> Vec<String> {
            keys.iter().map(|key| value(sizes, key).expect("there").to_owned()).collect()
        };
        let keys = [
            "model.latent",
            "objective.pairs",
            "objective.self_pairs",
            "optimizer.learning_rate",
            "train.epochs",
        ];
        assert_eq!(of(&free, &keys), ["512", "all", "left-out", "0.1", "150"]);
        let of_features = sized(20_000, 9, &[kind]);
        assert_eq!(of(&of_features, &keys), ["512", "all", "left-out", "0.01", "100"]);
        // Whichever wins a trial, the sizes would be those for features.
        let choice = "model.choose_inputs";
        assert_eq!((value(&of_features, choice), value(&free, choice)), (Some("false"), None));
        assert_eq!(value(&sized(20_000, 0, &[kind, "objective.pairs=rows"]), "objective.rows"), Some("256"));
    }

    #[test]
    fn what_is_told_is_what_the_user_replaced_it_by() {
        let told_with = |set: &str| {
            let set = Override::parse(set).expect("well formed");
            let given = [sizes([20_000, 100_000, 0], 20_000, std::slice::from_ref(&set)), vec![set]].concat();
            let file = ConfigFile::named("links").expect("built in");
            told(&Experiment::read(&file, &given).expect("valid"))
        };
        assert_eq!(told_with("objective.edges=all"), "objective.rows = 256, objective.edges = \"all\", ");
        assert_eq!(told_with("objective.rows=500"), "objective.rows = 500, objective.edges = \"rows\", ");
        assert_eq!(told_with("objective.pairs=all"), "");
    }

    #[test]
    fn covariates_are_the_presets_where_the_decoder_and_the_graph_have_a_place_for_them() {
        let of = |nodes, has_sides, said: &[&str]| {
            let said: Vec<Override> =
                said.iter().map(|set| Override::parse(set).expect("well formed")).collect();
            (covariates(nodes, has_sides, &said).len(), note(nodes, has_sides, &said))
        };
        assert_eq!(of(2_000, false, &[]), (2, None));
        assert_eq!(of(2_000, false, &["model.decoder.kind=distance"]), (2, None));
        assert_eq!(of(300_000, false, &[]), (0, None));
        assert_eq!(of(300_000, false, &["model.decoder.kind=mlp"]), (0, None));
        let given = "model.decoder.covariates=[\"degrees\"]";
        for (has_sides, kind, why) in [
            (false, "mlp", "the logits of `mlp`"),
            (false, "bernoulli-poisson", "the logits of `bernoulli-poisson`"),
            (true, "scaled", "they are for undirected graphs"),
        ] {
            let kind = format!("model.decoder.kind={kind}");
            let (count, note) = of(2_000, has_sides, &[&kind]);
            let note = note.expect("a note");
            let expected = format!("note: the preset's model.decoder.covariates are left out: {why}");
            assert!(count == 0 && note.starts_with(&expected), "{note}");
            // Who asks for them is refused by name, and who declines them knows.
            assert_eq!(of(2_000, has_sides, &[&kind, given]), (0, None));
            assert_eq!(of(2_000, has_sides, &[&kind, "model.decoder.covariates=[]"]), (0, None));
        }
    }

    #[test]
    fn latent_dropout_is_of_embeddings_and_the_spectrum_of_features() {
        let key = "model.latent_dropout";
        assert_eq!(value(&sized(30_000, 0, &["model.choose_inputs=false"]), key), Some("0.3"));
        assert_eq!(value(&sized(30_000, 9, &["model.choose_inputs=true"]), key), Some("0.3"));
        assert_eq!(value(&sized(30_000, 9, &["model.choose_inputs=false"]), key), None);
        assert_eq!(value(&sized(20_000, 0, &[]), key), None);
        assert_eq!(value(&sized(20_000, 9, &[]), "model.encoder.start"), Some("spectral"));
        assert_eq!(value(&sized(20_000, 0, &[]), "model.encoder.start"), None);
        assert_eq!(value(&sized(2_000, 9, &[]), "model.encoder.start"), None);
    }

    #[test]
    fn a_graph_too_large_to_learn_from_nothing_begins_at_its_spectrum() {
        let sizes = sized(1_000_000, 0, &[]);
        let of = |key: &str| value(&sizes, key);
        assert_eq!(
            (of("model.encoder.start"), of("model.normalize"), of("model.encoder.hops")),
            (Some("spectral"), Some("both"), Some("1"))
        );
        assert_eq!(
            (of("objective.pairs"), of("objective.rows"), of("objective.columns"), of("train.epochs")),
            (Some("blocks"), Some("50000"), Some("1024"), Some("1"))
        );
        assert_eq!(of("model.latent_dropout"), None);
        let of_roads = super::sizes([1_000_000, 1_200_000, 0], 1_000_000, &[]);
        assert_eq!(value(&of_roads, "model.encoder.hops"), Some("4"));
        let with_features = sized(1_000_000, 9, &[]);
        assert_eq!(value(&with_features, "model.encoder.hops"), Some("4"));
        assert_eq!(value(&with_features, "objective.rows"), Some("5000"));
        assert_eq!(value(&sized(1_000_000, 0, &["objective.pairs=rows"]), "objective.columns"), None);
    }
}
