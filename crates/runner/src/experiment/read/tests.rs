use std::path::Path;

use aevb_models::nn::Activation;
use aevb_models::vgae::PairDecoderConfig;

use super::*;
use crate::experiment::{
    Adam, BUILT_IN, Features, GaeObjective, GraphAutoencoder, GraphData, GraphEncoder, Optimizer, Pairs,
    VgaeObjective,
};

mod refused;

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
fn numbers_may_begin_with_their_point_where_a_number_is_wanted() {
    let experiment = read("", &["optimizer.learning_rate=.003", "data.edges=.5"]).expect("valid");
    assert_eq!(experiment.optimizer, Optimizer::Adam(Adam { learning_rate: 0.003, ..Adam::default() }));
    let Task::Graph { data, .. } = &experiment.task else { panic!("a graph") };
    assert!(data.edges.as_ref().is_some_and(|edges| edges.ends_with(".5")), "{data:?}");
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
    let keys = "binarization curve hidden latent activation [model.likelihood] initial_weights [model.prior] [model.posterior] \
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
        (model.encoder().decoder.form.has_offset(), section)
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
    for kind in ["scaled", "distance"] {
        let set = format!("model.decoder.kind={kind}");
        for sets in [&[set.as_str()][..], &[&set, "model.decoder.offset=true"]] {
            assert_eq!(decoder("", sets), (true, format!("kind = \"{kind}\"")));
        }
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
    assert_eq!(
        hint,
        "did you mean `offset`? [model.decoder] takes: kind, offset, covariates, covariate_weights"
    );
}

#[test]
fn a_decoder_that_scores_pairs_one_by_one_is_for_sampled_pairs() {
    let mlp = "model.decoder.kind=mlp";
    for kind in ["kipf", "elbo"] {
        let (message, hint) = refused("", &[mlp, &format!("objective.kind={kind}")]);
        assert!(
            message.ends_with(
                "model.decoder.kind `mlp` scores pairs one by one, and this objective is a sum over too many"
            ),
            "{message}"
        );
        assert!(hint.starts_with("set objective.pairs = \"sampled\""), "{hint}");
    }
    for pairs in ["rows", "blocks", "subgraph"] {
        refused("", &[mlp, &format!("objective.pairs={pairs}")]);
    }
    let sampled = "objective.pairs=sampled";
    let decoder = |sets: &[&str]| {
        let experiment = read("", &[&[mlp, sampled], sets].concat()).expect("valid");
        assert_eq!(read(&experiment.to_toml(), &[]).expect("as written").task, experiment.task);
        let Task::Graph { model, .. } = experiment.task else { panic!("a graph") };
        model.encoder().decoder.clone()
    };
    let PairDecoderConfig::Mlp(usual) = decoder(&[]).form else { panic!("a network") };
    assert_eq!((usual.hidden, usual.activation), (vec![64], Activation::Relu));
    let sets = ["model.decoder.hidden=[8, 4]", "model.decoder.activation=tanh"];
    let PairDecoderConfig::Mlp(asked) = decoder(&sets).form else { panic!("a network") };
    assert_eq!((asked.hidden, asked.activation), (vec![8, 4], Activation::Tanh));
    for (set, told) in [
        ("hidden=[0]", "model.decoder.hidden widths must lie between 1 and 4096, not 0"),
        ("hidden=[5000]", "model.decoder.hidden widths must lie between 1 and 4096, not 5000"),
        ("hidden=[1,1,1,1,1,1,1,1,1]", "model.decoder.hidden has 9 layers, and may have 8"),
        ("offset=true", "unknown key `model.decoder.offset`"),
    ] {
        let (message, _) = refused("", &[mlp, sampled, &format!("model.decoder.{set}")]);
        assert!(message.ends_with(told), "{message}");
    }
    let (message, _) = refused("", &["model.decoder.kind=bernoulli-poisson", "model.decoder.offset=true"]);
    assert!(message.ends_with("unknown key `model.decoder.offset`"), "{message}");
}
