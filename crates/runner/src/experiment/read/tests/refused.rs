//! What a configuration gets wrong is told with its place and what to do.

use super::{read, refused};

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
    assert_eq!(hint, "[model.decoder] takes: kind, offset, covariates, covariate_weights");
    let (_, hint) = refused("[model]\ndecoder = { kind = \"bernoulli-poisson\", x = 1 }", &[]);
    assert_eq!(hint, "[model.decoder] takes: kind");
    let (message, hint) = refused("[model]\ndecoder = \"biased\"", &[]);
    assert_eq!(message, "c.toml:2:11: model.decoder must be a table with a `kind`, not string \"biased\"");
    assert_eq!(hint, "--set model.decoder.kind=… or, in a file, model.decoder.kind = \"…\"");
    assert_eq!(refused("[modle]\nlatent = 3", &[]).0, "c.toml:1:2: unknown key `modle`");
}

#[test]
fn a_key_of_the_decoder_on_the_command_line_is_named_by_its_argument() {
    let file = "[model]\ndecoder.kind = \"scaled\"";
    let told = |set: &'static str| refused(file, &[set]).0;
    assert_eq!(
        told("model.decoder.colour=1"),
        "--set model.decoder.colour=1: unknown key `model.decoder.colour`"
    );
    for (set, path, found) in [
        ("model.decoder.offset=5", "model.decoder.offset", "stands integer `5`"),
        ("model.decoder.kind=foo", "model.decoder.kind", "stands `foo`"),
        ("model.decoder.covariates=[\"x\"]", "model.decoder.covariates", "stands `x`"),
        ("model.decoder.covariate_weights=none", "model.decoder.covariate_weights", "stands `none`"),
    ] {
        let message = told(set);
        assert!(message.starts_with(&format!("--set {set}: in {path}, where ")), "{message}");
        assert!(message.ends_with(found), "{message}");
    }
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
        (
            "[model]\nlatent = 99999999999999999999",
            "c.toml:2:10: model.latent must be a whole number of at least 0, not integer `99999999999999999999`",
        ),
        ("device = 1", "c.toml:1:10: device must be a string, not integer `1`"),
        ("[objective]\npairs = 3", "c.toml:2:9: objective.pairs must be a string, not another value"),
        ("[model]\nkind = 3", "c.toml:2:8: model.kind must be a string"),
        ("model = 3", "c.toml:1:9: `model` must be a section"),
        ("[[model]]\nlatent = 3", "c.toml:1:1: `model` must be a section"),
    ];
    for (text, expected) in cases {
        assert_eq!(refused(text, &[]).0, expected);
    }
    let (message, _) = refused("", &["objective.pairs=3"]);
    assert!(
        message.ends_with(
            "objective.pairs must be one of `all`, `rows`, `blocks`, `sampled`, `subgraph`, not `3`"
        )
    );
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
        (
            "[objective]\nkind = \"kipf\"\npairs = \"subgraph\"\nrows = 1",
            "c.toml:4:8: objective.rows must be at least 2 beside objective.pairs = \"subgraph\", as one node is no pair",
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
