use std::path::Path;

use super::*;
use crate::experiment::{
    Adam, BUILT_IN, Features, GaeObjective, GraphAutoencoder, GraphData, GraphEncoder, Optimizer, Pairs,
    VgaeObjective,
};

fn config(text: &str) -> ConfigFile {
    ConfigFile { name: "c".into(), place: "c.toml".into(), folder: None, text: text.to_owned().into() }
}

fn read(text: &str, sets: &[&str]) -> Result<Experiment> {
    let overrides: Vec<_> = sets.iter().map(|set| Override::parse(set).expect("well formed")).collect();
    Experiment::read(&config(text), &overrides)
}

fn split_file(experiment: &Experiment) -> Option<PathBuf> {
    let Task::Graph { split, .. } = &experiment.task else { panic!("a graph") };
    split.file.clone()
}

/// The message and the hint of what must be refused.
fn refused(text: &str, sets: &[&str]) -> (String, String) {
    let error = read(text, sets).expect_err(text);
    assert_eq!(error.exit_code(), 2);
    (error.message, error.hint.unwrap_or_default())
}

#[test]
fn an_empty_file_is_the_default_experiment() {
    let experiment = read("", &[]).expect("all defaults");
    let task = Task::Graph {
        data: GraphData::default(),
        split: GraphSplit::default(),
        model: GraphAutoencoder::Vgae {
            encoder: GraphEncoder::default(),
            objective: VgaeObjective::Kipf,
            pairs: Pairs::default(),
        },
    };
    assert_eq!(experiment.task, task);
    assert_eq!(experiment.optimizer, Optimizer::Adam(Adam::default()));
    assert_eq!((experiment.seed, experiment.split_seed(), experiment.device.as_str()), (0, 0, "auto"));
}

#[test]
fn every_built_in_configuration_reads_and_the_first_is_the_default() {
    for (name, text) in BUILT_IN {
        read(text, &[]).expect(name);
    }
    assert_eq!(read(BUILT_IN[0].1, &[]).expect("valid"), read("", &[]).expect("valid"));
}

#[test]
fn the_resolved_configuration_reads_back_as_the_same_experiment() {
    let sha256 = format!("train.initial_weights_sha256={}", "0f".repeat(32));
    let sets: [&[&str]; 6] = [
        &[],
        &["train.initial_weights=/a/b.pt", &sha256],
        &[
            "data.edges=/e",
            "data.features=/f",
            "data.labels=/l",
            "data.weights=none",
            "data.features_format=npy",
        ],
        &["model.kind=gae", "objective.kind=nll", "model.hidden=[64, 32]", "data.features=none"],
        &["seed=9223372036854775807", "split.seed=3", "split.file=/a \"b\"/c.json", "threads=2"],
        &["optimizer.learning_rate=1e-30", "optimizer.epsilon=0.1", "model.hidden=[]", "device=wgpu:1"],
    ];
    for set in sets {
        let experiment = read("", set).expect("valid");
        let text = experiment.to_toml();
        assert_eq!(read(&text, &[]).expect("what it prints"), experiment, "{text}");
    }
}

#[test]
fn the_resolved_configuration_shows_every_key() {
    let text = read("", &[]).expect("valid").to_toml();
    let keys = "seed device threads [data] kind name features [split] validation test [model] hidden latent \
                [objective] [optimizer] learning_rate beta_1 beta_2 epsilon [train] epochs evaluate_every";
    for key in keys.split(' ') {
        assert!(text.contains(key), "{key} in\n{text}");
    }
}

#[test]
fn a_checksum_goes_with_the_file_it_was_noted_with() {
    let text = format!("[train]\ninitial_weights = \"a\"\ninitial_weights_sha256 = \"{}\"", "0".repeat(64));
    assert!(read(&text, &[]).expect("valid").train.initial_weights_sha256.is_some());
    assert_eq!(read(&text, &["train.initial_weights=b"]).expect("valid").train.initial_weights_sha256, None);
    refused("[train]\ninitial_weights_sha256 = \"12\"", &[]);
}

#[test]
fn overrides_apply_in_order_over_the_file() {
    let experiment = read("[train]\nepochs = 5", &["train.epochs=6", "train.epochs=7"]).expect("valid");
    assert_eq!(experiment.train.epochs, 7);
    let experiment = read("model = { latent = 3 }", &["model.kind=gae"]).expect("valid");
    let encoder = GraphEncoder { latent: 3, ..GraphEncoder::default() };
    let expected = GraphAutoencoder::Gae { encoder, objective: GaeObjective::Kipf, pairs: Pairs::default() };
    let Task::Graph { model, .. } = experiment.task else { panic!("a graph") };
    assert_eq!(model, expected);
}

#[test]
fn an_unknown_key_is_named_with_its_line_and_what_is_allowed() {
    let (message, hint) = refused("seed = 1\n\n[model]\n  latnet = 3\n", &[]);
    assert_eq!(message, "c.toml:4:3: unknown key `model.latnet`");
    assert_eq!(
        hint,
        "did you mean `latent`? [model] takes: kind, hidden, latent, normalize, encoder, choose_inputs, dropout, latent_dropout, edge_dropout, decoder, prior"
    );
    let (message, hint) = refused("sed = 1", &[]);
    assert_eq!(message, "c.toml:1:1: unknown key `sed`");
    assert!(
        hint.starts_with("did you mean `seed`? the top level takes: seed, device, threads, data,"),
        "{hint}"
    );
    let (message, hint) = refused("[objective]\nweight = 2", &[]);
    assert_eq!(message, "c.toml:2:1: unknown key `objective.weight`");
    assert_eq!(
        hint,
        "[objective] takes: kind, pairs, rows, columns, edges, alpha, non_edges, self_pairs, mask"
    );
    let (message, hint) = refused("[model]\ndecoder = { kind = \"biased\", x = 1 }", &[]);
    assert_eq!(message, "c.toml:2:11: unknown key `model.decoder.x`");
    assert_eq!(hint, "[model.decoder] takes: kind, offset");
    let (message, hint) = refused("[model]\ndecoder = \"biased\"", &[]);
    assert_eq!(message, "c.toml:2:11: model.decoder must be a table with a `kind`, not string \"biased\"");
    assert_eq!(hint, "--set model.decoder.kind=… or, in a file, model.decoder.kind = \"…\"");
    assert_eq!(refused("[modle]\nlatent = 3", &[]).0, "c.toml:1:2: unknown key `modle`");
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let text = "[model]\nlatnet = 3\nhidden = \"wide\"\nkidn = 1\n[train]\nepochs = -1\n[optimizer]\nlearning_rate = 0\n";
    let error = read(text, &["schedule.kind=cosin"]).expect_err("wrong in six places");
    let all: Vec<&str> =
        std::iter::once(&error).chain(&error.others).map(|error| error.message.as_str()).collect();
    let expected = [
        "unknown key `model.latnet`",
        "model.hidden must be a list",
        "unknown key `model.kidn`",
        "schedule.kind `cosin`",
        "train.epochs must be a whole number of at least 0",
    ];
    for part in expected {
        assert!(all.iter().any(|message| message.contains(part)), "{part}: {all:?}");
    }
    assert_eq!(all.len(), expected.len(), "{all:?}");
    let several = ["seed=-1", "threads=2000", "optimizer.learning_rate=0"];
    let error = read("", &several[1..]).expect_err("two of them");
    assert_eq!(error.others.len(), 1, "{error:?}");
    assert!(read("", &several).is_err());
}

#[test]
fn a_value_within_a_table_on_the_command_line_is_named() {
    let model = ["data.kind=images", "model.kind=vae", "objective.kind=sgvb"];
    let with = |set: &'static str| {
        let error = read("", &[&model[..], &[set]].concat()).expect_err(set);
        error.message
    };
    let message = with("model.prior={kind=\"x\",components=10}");
    assert!(message.contains("model.prior") && !message.contains("model.prior.components"), "{message}");
    let message = with("model.likelihood={kind=\"gaussian\",variance_floor=\"low\"}");
    assert!(
        message.contains("in model.likelihood, where a number is wanted, stands string \"low\""),
        "{message}"
    );
}

#[test]
fn an_unknown_key_on_the_command_line_is_named_by_its_argument() {
    let (message, hint) = refused("", &["train.epoch=3"]);
    assert_eq!(message, "--set train.epoch=3: unknown key `train.epoch`");
    assert!(hint.starts_with("did you mean `epochs`?"), "{hint}");
}

#[test]
fn a_wrong_type_is_named_with_its_line_and_the_right_one() {
    let cases = [
        (
            "[model]\nlatent = \"x\"",
            "c.toml:2:10: model.latent must be a whole number of at least 0, not string \"x\"",
        ),
        (
            "[model]\nlatent = -1",
            "c.toml:2:10: model.latent must be a whole number of at least 0, not integer `-1`",
        ),
        (
            "[model]\nlatent = 1.5",
            "c.toml:2:10: model.latent must be a whole number of at least 0, not floating point `1.5`",
        ),
        ("[model]\nhidden = 32", "c.toml:2:10: model.hidden must be a list, not integer `32`"),
        ("[optimizer]\nepsilon = []", "c.toml:2:11: optimizer.epsilon must be a number, not sequence"),
        ("device = 1", "c.toml:1:10: device must be a string, not integer `1`"),
        ("[model]\nkind = 3", "c.toml:2:8: model.kind must be a string"),
        ("model = 3", "c.toml:1:9: `model` must be a section"),
        ("[[model]]\nlatent = 3", "c.toml:1:1: `model` must be a section"),
    ];
    for (text, expected) in cases {
        assert_eq!(refused(text, &[]).0, expected);
    }
    let (message, hint) = refused("", &["model.hidden=[3, \"x\"]"]);
    assert!(message.starts_with("--set model.hidden=[3, \"x\"]: model.hidden must be"), "{message}");
    assert!(!hint.is_empty());
}

#[test]
fn an_unknown_kind_lists_the_known_ones() {
    let (message, hint) = refused("[model]\nkind = \"vga\"", &[]);
    assert_eq!(message, "c.toml:2:8: unknown model.kind `vga`");
    assert_eq!(hint, "did you mean `vgae`? model.kind is one of: vgae, gae, vae, ae");
    let (message, _) = refused("[data]\nfeatures = \"some\"", &[]);
    assert_eq!(
        message,
        "c.toml:2:12: data.features must be `given` or `none`, not `some`, without data.edges"
    );
}

#[test]
fn values_that_cannot_be_meant_are_refused_where_they_stand() {
    let cases = [
        ("[model]\nlatent = 0", "c.toml:2:10: model.latent must lie between 1 and 65536"),
        ("[model]\nlatent = 65537", "c.toml:2:10: model.latent must lie between 1 and 65536"),
        (
            "[model]\nhidden = [32, 0]",
            "c.toml:2:10: model.hidden holds a width that is not between 1 and 65536",
        ),
        (
            "[optimizer]\nlearning_rate = 0",
            "c.toml:2:17: optimizer.learning_rate must be a finite number above 0",
        ),
        (
            "[optimizer]\nlearning_rate = nan",
            "c.toml:2:17: optimizer.learning_rate must be a finite number above 0",
        ),
        (
            "[optimizer]\nlearning_rate = inf",
            "c.toml:2:17: optimizer.learning_rate must be a finite number above 0",
        ),
        ("[optimizer]\nepsilon = 1e-50", "c.toml:2:11: optimizer.epsilon must be a finite number above 0"),
        (
            "[optimizer]\nbeta_2 = 0.9999999999",
            "c.toml:2:10: optimizer.beta_2 must be at least 0 and below 1",
        ),
        ("[optimizer]\nbeta_1 = 1.0", "c.toml:2:10: optimizer.beta_1 must be at least 0 and below 1"),
        ("[train]\nepochs = 0", "c.toml:2:10: train.epochs must lie between 1 and 1000000000"),
        ("[split]\ntest = 0", "c.toml:2:8: split.test must lie between 0 and 1"),
        ("[split]\nvalidation = nan", "c.toml:2:14: split.validation must lie between 0 and 1"),
        (
            "[split]\ntest = 0.95",
            "c.toml:2:8: split.test leaves no edge to train on, as validation + test is 1 or more",
        ),
        (
            "[objective]\nkind = \"nll\"",
            "c.toml:2:8: objective.kind `nll` has no KL term, which a `vgae` needs",
        ),
        ("device = \"gpu\"", "c.toml:1:10: device `gpu` is unknown"),
        ("threads = 2000", "c.toml:1:11: threads must lie between 0 and 1024"),
        ("seed = 9223372036854775808", "c.toml:1:8: seed is too large"),
        ("data.edges = ''", "c.toml:1:14: data.edges must name a file"),
        ("data.edges = 'e'\ndata.features = ''", "c.toml:2:17: data.features must name a file"),
        ("data.edges = 'e'\ndata.labels = ''", "c.toml:2:15: data.labels must name a file"),
        ("data.labels = 'l'", "c.toml:1:15: data.labels means something only beside data.edges"),
        ("data.weights = 'none'", "c.toml:1:16: data.weights means something only beside data.edges"),
        (
            "data.edges = 'e'\ndata.edges_format = 'json'",
            "c.toml:2:21: data.edges_format is a format of features",
        ),
        ("data.name = 'mnist'", "c.toml:1:13: data.name `mnist` names no graph"),
        (
            "[model]\nencoder = { kind = \"propagation\", hops = 0 }",
            "c.toml:2:42: model.encoder.hops must lie between 1 and 16, not 0",
        ),
        (
            "[model]\nencoder = { kind = \"propagation\", hops = 50 }",
            "c.toml:2:42: model.encoder.hops must lie between 1 and 16, not 50",
        ),
        (
            "[model]\nhidden = [8]\nencoder.kind = \"propagation\"",
            "c.toml:2:10: model.hidden must be empty, as linear propagation has no hidden layers",
        ),
        ("[model]\nchoose_inputs = true", "c.toml:2:17: model.choose_inputs is for linear propagation alone"),
        ("[model]\nlatent_dropout = 1.0", "c.toml:2:18: model.latent_dropout must be at least 0 and below 1"),
        (
            "[objective]\nkind = \"kipf\"\nrows = 5",
            "c.toml:3:8: objective.rows means something only beside objective.pairs = \"rows\", \"blocks\" or \"subgraph\"",
        ),
        (
            "[objective]\nkind = \"nll\"\npairs = \"rows\"\ncolumns = 5\n[model]\nkind = \"gae\"",
            "c.toml:4:11: objective.columns means something only beside objective.pairs = \"blocks\"",
        ),
        (
            "[objective]\nkind = \"kipf\"\nnon_edges = 5",
            "c.toml:3:13: objective.non_edges means something only beside objective.pairs = \"sampled\"",
        ),
        (
            "[objective]\nkind = \"kipf\"\npairs = \"sampled\"\nalpha = 1",
            "c.toml:4:9: objective.alpha means something only beside objective.pairs = \"rows\", \"blocks\" or \"subgraph\"",
        ),
        (
            "[objective]\nkind = \"kipf\"\npairs = \"rows\"\nalpha = inf",
            "c.toml:4:9: objective.alpha must be a number from -8 to 8",
        ),
        ("[objective]\nkind = \"kipf\"\nmask = 1.0", "c.toml:3:8: objective.mask must lie between 0 and 1"),
        (
            "[objective]\nkind = \"kipf\"\npairs = \"rows\"\nrows = 0",
            "c.toml:4:8: objective.rows must be at least 1",
        ),
    ];
    for (text, expected) in cases {
        let (message, hint) = refused(text, &[]);
        assert_eq!(message, expected);
        assert!(!hint.is_empty(), "{message}");
    }
    assert_eq!(
        refused("", &["model.kind=gae", "objective.kind=elbo"]).0.split(':').next(),
        Some("--set objective.kind=elbo")
    );
    let layers = format!("[model]\nhidden = [{}]", "1,".repeat(65));
    assert_eq!(refused(&layers, &[]).0, "c.toml:2:10: model.hidden has 65 layers, more than 64");
}

#[test]
fn a_value_cannot_hold_a_section() {
    let (message, _) = refused("[model]\nkind = \"gae\"", &["model.kind.deep=1"]);
    assert_eq!(message, "--set model.kind.deep=1: `model.kind` is a value, not a section");
}

#[test]
fn text_that_is_no_toml_is_located() {
    assert!(refused("seed = 1\nlatent = = 3", &[]).0.starts_with("c.toml:2:10: "));
    assert!(refused("[model", &[]).0.starts_with("c.toml:1:"));
    assert!(refused("seed = 1\nseed = 2", &[]).0.starts_with("c.toml:2:1: "));
    assert!(refused("a = \"\u{0}", &[]).0.starts_with("c.toml:1:"));
    let deep = format!("a = {}", "[".repeat(100_000));
    assert!(refused(&deep, &[]).0.starts_with("c.toml:1:"));
}

#[test]
fn hostile_keys_do_not_confuse_the_message() {
    let (message, hint) = refused("[model]\n\"x`, expected `y\\n\" = 1", &[]);
    assert_eq!(message, "c.toml:2:1: unknown key `model.x`, expected `y\\n`");
    assert!(
        hint.ends_with(
            "[model] takes: kind, hidden, latent, normalize, encoder, choose_inputs, dropout, latent_dropout, edge_dropout, decoder, prior"
        ),
        "{hint}"
    );
}

#[test]
fn paths_start_from_the_file_that_holds_them() {
    let mut file = config("[split]\nfile = \"s.json\"");
    file.folder = Some("/some/where".into());
    let given = |overrides: &[Override]| split_file(&Experiment::read(&file, overrides).expect("valid"));
    assert_eq!(given(&[]).as_deref(), Some(Path::new("/some/where/s.json")));
    let here = std::env::current_dir().expect("a working directory").join("t.json");
    assert_eq!(given(&[Override::split(Path::new("t.json"))]), Some(here));

    let mut file = config("[data]\nedges = \"own.csv\"\nfeatures = \"own.json\"\nlabels = \"../l.csv\"");
    file.folder = Some("/some/where".into());
    let experiment = Experiment::read(&file, &[]).expect("valid");
    let Task::Graph { data: graph, .. } = experiment.task else { panic!("a graph") };
    assert_eq!(graph.edges.as_deref(), Some(Path::new("/some/where/own.csv")));
    assert_eq!(graph.features, Features::File("/some/where/own.json".into()));
    assert_eq!(graph.labels.as_deref(), Some(Path::new("/some/where/../l.csv")));
}

#[test]
fn flags_are_overrides() {
    let overrides =
        [Override::seed(7), Override::threads(2), Override::device("flex"), Override::split(Path::new("/7"))];
    let experiment = Experiment::read(&config("seed = 1"), &overrides).expect("valid");
    assert_eq!((experiment.seed, experiment.threads, experiment.device.as_str()), (7, 2, "flex"));
    assert_eq!(split_file(&experiment).as_deref(), Some(Path::new("/7")));
    let error = Experiment::read(&config(""), &[Override::device("gpu")]).expect_err("unknown");
    assert_eq!(error.message, "--device gpu: device `gpu` is unknown");
}

#[test]
fn mangled_files_and_arguments_are_errors_and_never_panics() {
    use rand::Rng;
    let mut generator = crate::random::Streams::new(0).generator(crate::random::Purpose::Sampling, 0);
    let mut below = |bound: usize| generator.next_u32() as usize % bound;
    let pieces =
        ["\"", "[", "]", "[[", "{", "}", "=", ".", "\n", "-1", "9e999", "nan", "kind", "'''", "é", "#", "\0"];
    for _ in 0..5000 {
        let mut text: Vec<char> = BUILT_IN[below(4)].1.chars().collect();
        for _ in 0..=below(4) {
            let start = below(text.len());
            let end = (start + below(8)).min(text.len());
            text.splice(start..end, pieces[below(pieces.len())].chars());
        }
        let text: String = text.into_iter().collect();
        let cut = text.char_indices().map(|(index, _)| index).nth(below(600)).unwrap_or(text.len());
        let set =
            format!("{}={}", ["model.latent", "split.file", "model", "seed"][below(4)], pieces[below(17)]);
        let file = config(&text[..cut]);
        if let Ok(experiment) = Experiment::read(&file, &[Override::parse(&set).expect("a key and a value")])
        {
            let again = Experiment::read(&config(&experiment.to_toml()), &[]).expect("what it prints");
            assert_eq!(again, experiment);
        }
    }
}

const IMAGES: [&str; 3] = ["data.kind=images", "model.kind=vae", "objective.kind=sgvb"];

#[test]
fn an_experiment_on_images_reads_back_with_every_key_shown() {
    let experiment = read("", &IMAGES).expect("defaults");
    assert_eq!(experiment.train.batch_size, Some(100));
    let text = experiment.to_toml();
    assert_eq!(read(&text, &[]).expect("what it prints"), experiment, "{text}");
    let keys = "binarization curve hidden latent activation [model.likelihood] initial_weights [model.prior] \
                estimator samples beta kl_warm_up_epochs map batch_size";
    for key in keys.split_whitespace() {
        assert!(text.contains(key), "{key} in\n{text}");
    }
    assert!(!text.contains("validation = 0.05"), "{text}");
    for optimizer in ["adamw", "adagrad", "sgd"] {
        let set = format!("optimizer.kind={optimizer}");
        let experiment = read("", &[&IMAGES[..], &[&set]].concat()).expect("valid");
        assert_eq!(read(&experiment.to_toml(), &[]).expect("what it prints"), experiment);
    }
}

#[test]
fn the_default_prior_of_a_graphs_model_goes_without_saying() {
    let plain = read("", &[]).expect("defaults");
    let said = read("[model]\nprior.kind = \"standard-normal\"\n", &[]).expect("a vgae has one");
    assert_eq!((said.to_toml(), said.task.clone()), (plain.to_toml(), plain.task.clone()));
    assert!(!plain.to_toml().contains("prior"), "{}", plain.to_toml());
    let (message, hint) = refused("", &["model.kind=gae", "model.prior.kind=standard-normal"]);
    assert!(message.ends_with("model.prior is not for a `gae`, which has none"), "{message}");
    assert!(hint.contains("vgae"), "{hint}");
}

#[test]
fn data_and_model_must_go_together() {
    let (message, hint) = refused("[data]\nkind = \"images\"\n", &[]);
    assert_eq!(message, "c.toml: model.kind `vgae` is no model of images, which data.kind says");
    assert!(hint.contains("vae or ae"), "{hint}");
    let (message, _) = refused("", &["model.kind=vae"]);
    assert_eq!(
        message,
        "--set model.kind=vae: model.kind `vae` is no model of a graph, which data.kind says"
    );
    let (message, _) = refused("", &["train.batch_size=7"]);
    assert!(message.ends_with("cannot be chosen: the whole graph is one batch"), "{message}");
}

#[test]
fn tables_and_images_of_the_users_own_are_read_back_as_they_were_written() {
    let table = ["data.kind=table", "data.path=/some/t.csv", "data.id=who"];
    let model = ["model.kind=vae", "objective.kind=sgvb", "model.likelihood.kind=gaussian"];
    let linear = ["model.likelihood.mean=linear"];
    let experiment = read("", &[&table[..], &model, &linear].concat()).expect("valid");
    let Task::Table { data, .. } = &experiment.task else { panic!("rows") };
    assert_eq!((data.name().as_str(), data.id.as_deref()), ("t", Some("who")));
    let text = experiment.to_toml();
    assert!(text.contains("kind = \"table\"\npath = \"/some/t.csv\"\nid = \"who\"\n"), "{text}");
    assert_eq!(read(&text, &[]).expect("what it prints"), experiment);
    let (message, hint) = refused("", &[&table[..], &model].concat());
    assert!(message.contains("model.likelihood.mean `sigmoid` is for pixels"), "{message}");
    assert!(hint.contains("linear"), "{hint}");
    let (message, _) = refused("", &[&table[..], &model[..2]].concat());
    assert!(message.contains("model.likelihood.kind `bernoulli` is for pixels"), "{message}");
    let (message, _) = refused("", &["data.kind=table", "data.id=x"]);
    assert!(message.contains("missing field `path`"), "{message}");

    let images =
        ["data.kind=images", "data.path=/some/folder", "data.size=[28, 20]", "data.binarization=fixed"];
    let experiment = read("", &[&images[..], &model[..2]].concat()).expect("valid");
    assert_eq!(read(&experiment.to_toml(), &[]).expect("what it prints"), experiment);
    let (message, _) = refused("", &[&images[..2], &model[..2], &["data.size=[0, 5]"]].concat());
    assert!(message.contains("data.size must be two numbers"), "{message}");
    let (message, _) = refused("", &[&images[..1], &model[..2], &["data.size=[5, 5]"]].concat());
    assert!(message.contains("data.size means something only beside data.path"), "{message}");
    let (message, _) =
        refused("", &[&images[..1], &model[..2], &["data.binarization=standardized"]].concat());
    assert!(message.contains("data.binarization must be one of `grey`"), "{message}");
}

#[test]
fn an_offset_stands_where_it_is_not_what_goes_without_saying() {
    let decoder = |text: &str, sets: &[&str]| -> (bool, String) {
        let experiment = read(text, sets).expect("valid");
        let Task::Graph { model, .. } = &experiment.task else { panic!("a graph") };
        let toml = experiment.to_toml();
        let section = toml.split("[model.decoder]\n").nth(1).expect("a section");
        let section = section.split("\n[").next().expect("its keys").trim_end().to_owned();
        assert_eq!(read(&toml, &[]).expect("as written").task, experiment.task);
        (model.encoder().decoder.has_offset(), section)
    };
    for kind in ["inner-product", "biased", "bilinear"] {
        let text = format!("[model]\ndecoder.kind = \"{kind}\"");
        let without = format!("kind = \"{kind}\"");
        assert_eq!(decoder(&text, &[]), (false, without.clone()));
        assert_eq!(decoder(&text, &["model.decoder.offset=false"]), (false, without.clone()));
        assert_eq!(
            decoder(&text, &["model.decoder.offset=true"]),
            (true, format!("{without}\noffset = true"))
        );
    }
    for sets in
        [&["model.decoder.kind=scaled"][..], &["model.decoder.kind=scaled", "model.decoder.offset=true"]]
    {
        assert_eq!(decoder("", sets), (true, "kind = \"scaled\"".to_owned()));
    }
    // Without a kind it is the inner product's.
    let expected = (true, "kind = \"inner-product\"\noffset = true".to_owned());
    assert_eq!(decoder("", &["model.decoder.offset=true"]), expected);
    let (message, _) = refused("[model.decoder]\nkind = \"scaled\"\noffset = false", &[]);
    assert_eq!(message, "c.toml:3:10: model.decoder.offset cannot be false: `scaled` always has one");
    let (message, _) = refused("[model.decoder]\noffset = 3", &[]);
    assert!(message.ends_with("a boolean is wanted, stands integer `3`"), "{message}");
    let (message, hint) = refused("[model.decoder]\nofset = true", &[]);
    assert!(message.ends_with("unknown key `model.decoder.ofset`"), "{message}");
    assert_eq!(hint, "did you mean `offset`? [model.decoder] takes: kind, offset");
}
