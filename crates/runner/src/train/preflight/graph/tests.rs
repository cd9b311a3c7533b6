use aevb_data::graph::Sides;

use super::super::PROGRAM;
use super::*;
use crate::experiment::{ConfigFile, Experiment, Override, Task};
use crate::memory;

const CORA: [usize; 4] = [2708, 5278, 1433, 49_216];
const PUBMED: [usize; 4] = [19_717, 44_324, 500, 988_031];

fn estimate(sizes: [usize; 4], config: &str, sets: &[&str]) -> Estimate {
    estimate_of(size(sizes), config, sets)
}

fn size([nodes, edges, features, nonzeros]: [usize; 4]) -> GraphSize {
    let held_out = edges / 10 + edges / 20;
    GraphSize {
        nodes,
        edges,
        train: edges - held_out,
        is_weighted: false,
        features,
        nonzeros,
        degree_of_rows: 2.0 * (edges - held_out) as f64 / nodes as f64,
        covariate_pairs: 0.0,
        covariate_fit: 0,
    }
}

fn estimate_of(size: GraphSize, config: &str, sets: &[&str]) -> Estimate {
    let Experiment { task, optimizer, train, .. } = read(config, sets);
    let Task::Graph { model, .. } = task else { panic!("a graph") };
    Estimate::of_graph(&size, &model, &train.neighbours, &optimizer)
}

fn model(config: &str, sets: &[&str]) -> GraphAutoencoder {
    let Task::Graph { model, .. } = read(config, sets).task else { panic!("a graph") };
    model
}

fn read(config: &str, sets: &[&str]) -> Experiment {
    let sets: Vec<_> = sets.iter().map(|set| Override::parse(set).expect("well formed")).collect();
    Experiment::read(&ConfigFile::named(config).expect("built in"), &sets).expect("valid")
}

fn needed(estimate: &Estimate) -> u64 {
    estimate.needed(true)
}

/// `peak_memory_bytes` of `aevb train vgae-cora` and `vgae-pubmed` on `flex`.
#[test]
fn the_estimates_of_small_graphs_are_near_what_runs_were_measured_to_hold() {
    for (size, measured) in [(CORA, 51e6), (PUBMED, 116e6)] {
        let estimate = estimate(size, "vgae-cora", &[]);
        let ratio = needed(&estimate) as f64 / measured;
        assert!((0.75..1.25).contains(&ratio), "{ratio} of {measured}: {estimate:?}");
    }
}

/// Megabytes that runs held at most by the end of their first epoch (`VmHWM`), on `flex` with two threads, of graphs without
/// features by `bench/generate_graph.py NODES EDGES FILE --seed 0`:
/// `aevb train CONFIG --edges FILE --set …`, `vgae-graph` with 32 hidden units and 16 latent dimensions.
#[test]
fn the_estimates_of_each_way_to_draw_pairs_are_near_what_runs_were_measured_to_hold() {
    const SMALL: [usize; 2] = [100_000, 1_000_000];
    const DENSE: [usize; 2] = [50_000, 6_000_000];
    const LARGE: [usize; 2] = [1_000_000, 10_000_000];
    let convolution = ["model.hidden=[32]", "model.latent=16"];
    let narrow = ["model.hidden=[16]", "model.latent=8"];
    let own = ["objective.pairs=blocks", "objective.columns=1000", "objective.edges=rows"];
    for (size, first, sets, measured) in [
        (SMALL, &convolution, "", 357.0),
        (SMALL, &convolution, "objective.pairs=rows objective.rows=50000", 351.0),
        (SMALL, &convolution, "BLOCKS objective.rows=50000", 363.0),
        (SMALL, &convolution, "BLOCKS objective.rows=1000", 332.0),
        (SMALL, &convolution, "BLOCKS objective.rows=1000 train.neighbours=[15,10]", 313.0),
        (SMALL, &convolution, "BLOCKS objective.rows=1000 objective.mask=0.5", 332.0),
        (SMALL, &convolution, "objective.pairs=sampled", 345.0),
        (SMALL, &convolution, "objective.pairs=sampled objective.non_edges=50", 603.0),
        (SMALL, &convolution, "objective.pairs=sampled objective.mask=0.5", 377.0),
        (SMALL, &convolution, "objective.pairs=sampled train.neighbours=[15,10]", 400.0),
        (SMALL, &convolution, "objective.pairs=subgraph objective.rows=5000", 329.0),
        (DENSE, &narrow, "", 578.0),
        (DENSE, &narrow, "BLOCKS objective.rows=25000", 667.0),
        (DENSE, &narrow, "BLOCKS objective.rows=5000", 442.0),
        (DENSE, &narrow, "BLOCKS objective.rows=5000 objective.mask=0.3", 610.0),
        (DENSE, &narrow, "BLOCKS objective.rows=5000 train.neighbours=[50,50]", 652.0),
        (DENSE, &narrow, "objective.pairs=sampled objective.non_edges=200", 1189.0),
        (DENSE, &narrow, "objective.pairs=sampled objective.mask=0.3", 838.0),
        (DENSE, &narrow, "objective.pairs=sampled train.neighbours=[50,50]", 806.0),
        (DENSE, &narrow, "objective.pairs=subgraph objective.rows=5000", 396.0),
        (LARGE, &convolution, "BLOCKS objective.rows=100000", 2385.0),
        (LARGE, &convolution, "BLOCKS objective.rows=50000 train.neighbours=[5,3]", 2345.0),
        (LARGE, &convolution, "objective.pairs=sampled", 2747.0),
        (LARGE, &convolution, "objective.pairs=subgraph objective.rows=50000 train.neighbours=[3,3]", 1820.0),
        (LARGE, &convolution, "objective.pairs=sampled objective.mask=0.3", 2984.0),
    ] {
        let sets = sets.split_whitespace().flat_map(|set| match set {
            "BLOCKS" => own.to_vec(),
            set => vec![set],
        });
        let sets: Vec<&str> = first.iter().copied().chain(sets).collect();
        let [nodes, edges] = size;
        let estimate = estimate([nodes, edges, nodes, nodes], "vgae-graph", &sets);
        let ratio = needed(&estimate) as f64 / (measured * 1e6);
        assert!((0.85..1.4).contains(&ratio), "{ratio} of {measured} MB, {sets:?}: {estimate:?}");
    }
    let of_links = ["model.choose_inputs=false", "model.latent=16", "model.dropout=0.0"];
    let large = ["model.latent_dropout=0.3", "objective.rows=100000"];
    let estimate =
        estimate([LARGE[0], LARGE[1], LARGE[0], LARGE[0]], "links", &[&of_links[..], &own, &large].concat());
    let ratio = needed(&estimate) as f64 / 1588e6;
    assert!((0.85..1.4).contains(&ratio), "{ratio}: {estimate:?}");
}

/// The peak of whole runs, their evaluation included, in 1024 bytes (`/usr/bin/time -f %M`): `aevb train links --edges FILE --device
/// flex --threads 2`, which begins at a spectrum and takes 20 blocks of 1024 columns. The sizes are nodes, edges and latent
/// dimensions.
#[test]
fn the_estimates_of_runs_that_begin_at_a_spectrum_are_near_what_they_were_measured_to_hold() {
    for ([nodes, edges, latent], measured) in [
        ([325_557_usize, 2_738_969, 64], 1_419_400),
        ([999_997, 10_000_000, 32], 2_442_900),
        ([1_524_453, 1_934_010, 32], 3_233_276),
        ([9_999_955, 100_000_000, 16], 15_562_960),
    ] {
        let rows = format!("objective.rows={}", nodes.div_ceil(20));
        let latent = format!("model.latent={latent}");
        let sets = [
            &latent,
            "model.dropout=0.0",
            "model.normalize=both",
            "model.encoder.start=spectral",
            "model.encoder.hops=1",
            "model.choose_inputs=false",
            "objective.pairs=blocks",
            &rows,
            "objective.columns=1024",
            "objective.edges=rows",
            "objective.self_pairs=left-out",
        ];
        let estimate = estimate([nodes, edges, nodes, nodes], "links", &sets);
        let ratio = needed(&estimate) as f64 / (f64::from(measured) * 1024.0);
        assert!((0.85..1.4).contains(&ratio), "{ratio} of {measured} kB, {sets:?}: {estimate:?}");
    }
}

/// The peak of whole runs in 1024 bytes (`/usr/bin/time -f %M`): `aevb train links --set data.name=NAME --set train.epochs=1 --set
/// model.decoder.covariate_weights=WEIGHTS --device flex --threads 2`, with the preset's covariates, and `--set objective.pairs=all
/// --set model.latent=64` where that stands here. The program has neither graph, so what it counts of them is as it counted it then.
#[test]
fn the_estimates_of_covariates_are_near_what_runs_were_measured_to_hold() {
    const ASTRO: [usize; 2] = [18_772, 198_050];
    const ENRON: [usize; 2] = [36_692, 183_831];
    const COVARIATES: &str = concat!(
        r#"model.decoder.covariates=["resource-allocation", "common-neighbours", "adamic-adar", "#,
        r#""root-allocation", "local-community", "degrees"]"#
    );
    let rows = ["objective.pairs=rows", "objective.edges=rows", "model.latent=256"];
    let all = ["objective.pairs=all", "model.latent=64"];
    for (graph, weights, pairs, [covariate_fit, covariate_pairs], measured) in [
        (ASTRO, "validation", &rows[..], [251_997_401, 0], 530_476),
        (ASTRO, "training", &rows, [257_509_306, 0], 495_180),
        (ASTRO, "joint", &rows, [0, 90_582], 361_912),
        (ASTRO, "joint", &all, [0, 3_321_134], 455_328),
        (ENRON, "validation", &rows, [470_802_168, 0], 899_012),
        (ENRON, "training", &rows, [470_818_155, 0], 898_468),
        (ENRON, "joint", &rows, [0, 148_389], 666_828),
    ] {
        let [nodes, edges] = graph;
        let latent_dropout = if nodes > 25_000 { 0.3 } else { 0.0 };
        let sets = [
            COVARIATES,
            &format!("model.decoder.covariate_weights={weights}"),
            &format!("model.latent_dropout={latent_dropout:?}"),
            "model.dropout=0.0",
            "model.choose_inputs=false",
            "model.normalize=false",
        ];
        let beside = GraphSize {
            covariate_fit,
            covariate_pairs: covariate_pairs as f64,
            ..size([nodes, edges, nodes, nodes])
        };
        let estimate = estimate_of(beside, "links", &[&sets[..], pairs].concat());
        let ratio = needed(&estimate) as f64 / (f64::from(measured) * 1024.0);
        // Too much is foreseen rather than too little.
        assert!((0.85..1.5).contains(&ratio), "{ratio} of {measured} kB, {weights}: {estimate:?}");
        if covariate_fit > 0 {
            let error = estimate.compare(needed(&estimate) - 1, true).expect_err("too large");
            assert!(error.message.contains("alone "), "{error}");
        }
    }
}

/// What is too large is refused by the part that is, with the key that does without it.
#[test]
fn covariates_that_would_not_fit_are_refused_by_name() {
    let small = size(CORA);
    let sets = |weights| {
        [
            "model.decoder.covariates=[\"resource-allocation\"]",
            weights,
            "model.choose_inputs=false",
            "objective.pairs=all",
        ]
    };
    let fit = GraphSize { covariate_fit: 8 << 30, ..small };
    let pairs = GraphSize { covariate_pairs: 1e8, ..small };
    for (size, weights, name, remedy) in [
        (
            fit,
            "model.decoder.covariate_weights=validation",
            "the fit of the weights of covariates",
            "set model.decoder.covariates = []",
        ),
        (
            pairs,
            "model.decoder.covariate_weights=joint",
            "a step's pairs with a common neighbour",
            "set model.decoder.covariate_weights = \"validation\"",
        ),
    ] {
        let estimate = estimate_of(size, "links", &sets(weights));
        let error = estimate.compare(4 << 30, true).expect_err("too large");
        assert!(error.message.contains(&format!("{name} alone ")), "{error}");
        assert!(error.hint.as_ref().expect("a hint").starts_with(remedy), "{error:?}");
    }
    // What a graph brings is counted from it.
    let graph = aevb_data::graph::cora();
    let split = aevb_data::graph::LinkSplit::draw(&graph, &Default::default(), 0).expect("a split");
    let counted = |weights| {
        let model = model("links", &sets(weights));
        let GraphSize { covariate_fit, covariate_pairs, .. } =
            GraphSize::of(&graph, &split, [1433, 49_216], &model);
        (covariate_fit > 0, covariate_pairs > 0.0)
    };
    assert_eq!(counted("model.decoder.covariate_weights=validation"), (true, false));
    assert_eq!(counted("model.decoder.covariate_weights=training"), (true, false));
    assert_eq!(counted("model.decoder.covariate_weights=joint"), (false, true));
}

/// An optimizer without moments leaves the spectrum as what takes most.
#[test]
fn a_spectrum_is_held_before_the_first_step_and_not_beside_it() {
    let size = [999_997, 10_000_000, 999_997, 999_997];
    let of = |sets: &[&str]| {
        estimate(
            size,
            "links",
            &[&["model.dropout=0.0", "model.latent=32", "model.choose_inputs=false"], sets].concat(),
        )
    };
    let [drawn, spectral] = [&[][..], &["model.encoder.start=spectral"]].map(of);
    assert_eq!(spectral.steps, drawn.steps);
    let [spectrum] = &spectral.start[..] else { panic!("one part") };
    // 24 bytes of each column's value are on the host, whatever the device.
    assert_eq!(spectrum.host, 24 * 32 * 999_997);
    assert!(spectral.needed(false) > drawn.needed(false));
    let error = spectral.compare(spectral.needed(false) - 1, false).expect_err("too large");
    assert!(error.message.contains("the spectrum that weights begin at alone"), "{error}");
}

#[test]
fn drawn_neighbours_go_through_no_list_of_edges() {
    let of = |sets: &[&str]| {
        let mask = ["objective.pairs=sampled", "objective.mask=0.5"];
        estimate(PUBMED, "vgae-cora", &[&mask, sets].concat()).steps
    };
    let has_list = |parts: Vec<Part>| parts.iter().any(|part| part.name == "the edges that a step sees");
    assert!(has_list(of(&[])));
    assert!(!has_list(of(&["train.neighbours=[15, 10]"])));
}

/// What is refused names what takes most, and the key that makes it smaller.
#[test]
fn what_a_step_draws_is_refused_by_its_key() {
    let large = [1_000_000, 10_000_000, 1_000_000, 1_000_000];
    for (size, sets, name, remedy) in [
        (
            large,
            &["objective.pairs=sampled", "objective.non_edges=1000"][..],
            "a step's pairs without an edge",
            "make objective.non_edges smaller",
        ),
        (
            large,
            &[
                "objective.pairs=blocks",
                "objective.edges=rows",
                "objective.rows=1000000",
                "model.hidden=[2]",
                "model.latent=2",
            ],
            "a step's block",
            "make objective.rows smaller",
        ),
        (
            large,
            &["objective.pairs=sampled", "train.neighbours=[900, 900]", "model.latent=2", "model.hidden=[2]"],
            "a step's neighbours",
            "make the numbers of train.neighbours smaller",
        ),
        (large, &["model.hidden=[65536]"], "weights, gradients and moments", "make model.hidden"),
        (
            [100_000, 100_000_000, 100_000, 100_000],
            &["model.hidden=[2]", "model.latent=2"],
            "the graph",
            "train on a smaller graph",
        ),
    ] {
        let estimate = estimate(size, "vgae-featureless-cora", sets);
        let error = estimate.compare(needed(&estimate) / 2, true).expect_err("too large");
        assert!(error.message.contains(&format!("{name} alone ")), "{error}");
        assert!(error.hint.as_ref().expect("a hint").starts_with(remedy), "{error:?}");
    }
}

#[test]
fn rows_drawn_by_degree_bring_more_edges() {
    // A hub with three neighbours, two of which are linked: degrees 3, 2, 2, 1.
    let edges = [[0, 1], [0, 2], [0, 3], [1, 2]];
    let (graph, _) = Graph::from_edges(4, edges.map(|[i, j]| (i, j))).expect("a graph");
    let of = |alpha| degree_of_rows(&graph, &edges, PairSum::Subgraph { nodes: 2, alpha });
    assert_eq!(of(0.0), 2.0);
    assert!(of(1.0) > 2.0);
    assert_eq!(degree_of_rows(&graph, &edges, PairSum::All), 2.0);
    // Between two and two nodes: rows are the first, of which 0 has two edges and 1 has one.
    let between = [[0, 2], [0, 3], [1, 2]];
    let (graph, _) = Graph::from_edges(4, between.map(|[i, j]| (i, j))).expect("a graph");
    let graph = graph.with_sides(Sides::bipartite(2, 2)).expect("between sides");
    assert_eq!(degree_of_rows(&graph, &between, PairSum::All), 1.5);
}

#[test]
fn what_is_needed_and_what_is_free_are_told_apart() {
    let estimate = estimate(CORA, "vgae-cora", &[]);
    let needed = needed(&estimate);
    let error = estimate.compare(needed - 1_000_000, true).expect_err("too large");
    let [whole, less, _] = memory::in_words([needed, needed - 1_000_000, 1]);
    let expected = format!("training would hold about {whole} of memory, and {less} are free: ");
    assert!(whole != less && whole.ends_with(" MB") && error.message.starts_with(&expected), "{error}");
}

/// A sum that ran over would be smaller than that of a smaller graph.
#[test]
fn no_size_overflows() {
    let hidden = format!("model.hidden={:?}", [65_536; 64]);
    for sets in [
        &["objective.pairs=sampled", "objective.non_edges=9223372036854775807"][..],
        &["objective.pairs=sampled", "train.neighbours=NEIGHBOURS"],
        &["objective.pairs=subgraph", "objective.rows=9223372036854775807"],
        &["objective.pairs=blocks", "objective.rows=9223372036854775807", "objective.mask=0.5"],
        &["objective.pairs=blocks", "objective.columns=9223372036854775807", "objective.edges=rows"],
    ] {
        let neighbours = format!("train.neighbours={:?}", [i64::MAX; 65]);
        let sets: Vec<&str> =
            sets.iter().map(|&set| if set.ends_with("NEIGHBOURS") { &neighbours } else { set }).collect();
        let sets = [&[&hidden[..], "model.latent=65536", "model.dropout=0.5"], &sets[..]].concat();
        let mut before = [0; 2];
        for bits in 10..=32 {
            let most = ((1_u64 << bits) - 1) as usize;
            let estimate = estimate([most, most / 2, most, most], "vgae-cora", &sets);
            let in_full = |of: fn(&Part) -> u64| {
                estimate.parts(true).map(|part| u128::from(of(part))).sum::<u128>() + u128::from(PROGRAM)
            };
            let [host, all] =
                [in_full(|part| part.host), in_full(|part| part.host) + in_full(|part| part.device)];
            let at_most = |bytes: u128| u64::try_from(bytes).unwrap_or(u64::MAX);
            assert_eq!(estimate.needed(false), at_most(host), "{sets:?}");
            assert_eq!(estimate.needed(true), at_most(all - u128::from(PROGRAM)), "{sets:?}");
            assert!(
                host > before[0] && all > before[1],
                "{most} nodes hold less than half of them: {sets:?}"
            );
            before = [host, all];
        }
    }
    let sets = ["objective.pairs=sampled", "objective.non_edges=9223372036854775807"];
    let most = u32::MAX as usize;
    estimate([most, most / 2, most, most], "vgae-cora", &sets)
        .compare(u64::MAX / 4, true)
        .expect_err("too large");
}
