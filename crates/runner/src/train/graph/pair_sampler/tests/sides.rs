//! Between sides: the mean of what steps estimate is the exact sum over the pairs there are, its gradient and its divergence.

use aevb_data::graph::Sides;

use super::*;

const STEPS: u64 = 4000;
const DIRECTED: Sides = Sides { kind: aevb_data::graph::SideKind::Directed, left: 6, right: 6 };
const BIPARTITE: Sides = Sides { kind: aevb_data::graph::SideKind::Bipartite, left: 6, right: 9 };
/// From the first side to the second of both; a hub on each, and nodes without an edge.
const BETWEEN: [[u32; 2]; 9] = [[0, 7], [0, 8], [0, 9], [0, 10], [1, 8], [2, 9], [3, 8], [3, 6], [5, 7]];

fn graph(sides: Sides) -> Graph {
    let (graph, _) =
        Graph::from_edges(sides.left + sides.right, BETWEEN.map(|[i, j]| (i, j))).expect("a graph");
    graph.with_sides(sides).expect("between sides")
}

/// A value with its gradients by z and by biases.
fn value(sides: Sides, of: impl Fn(&PairDecoder, Tensor<2>) -> aevb_models::Result<Tensor<1>>) -> Components {
    let (options, nodes) = ((&Device::flex().autodiff(), DType::F64), sides.left + sides.right);
    let mut random = Streams::new(9).generator(Purpose::Sampling, 0);
    let mut drawn = |count: usize| (0..count).map(|_| random.random::<f64>() * 2.0 - 1.0).collect::<Vec<_>>();
    let z = Tensor::<2>::from_data(TensorData::new(drawn(nodes * LATENT), [nodes, LATENT]), options)
        .require_grad();
    let bias = Tensor::<1>::from_data(TensorData::new(drawn(nodes), [nodes]), options);
    let log_scale = Param::from_tensor(Tensor::<1>::zeros([1], options));
    let decoder = PairDecoder::from(PairForm::Scaled(Scaled { log_scale, bias: Param::from_tensor(bias) }));
    let value = of(&decoder, z.clone()).expect("shapes");
    let gradients = value.clone().backward();
    let PairForm::Scaled(Scaled { bias, .. }) = &decoder.form else { panic!("as made") };
    let host = |data: TensorData| data.try_into_vec::<f64>().expect("F64");
    let by_z = host(z.grad(&gradients).expect("tracked").into_data());
    let by_bias = host(bias.val().grad(&gradients).expect("tracked").into_data());
    [host(value.into_data()), by_z, by_bias].concat()
}

#[track_caller]
fn is_unbiased_between(sum: PairSum, sides: Sides, diagonal: Diagonal, share: Option<f64>) {
    let what = format!("{sum:?}, {sides:?}, {diagonal:?}, mask {share:?}");
    let options = (&Device::flex().autodiff(), DType::F64);
    let nodes = sides.left + sides.right;
    let sampler =
        PairSampler::new(sum, (nodes, Some(sides)), || graph(sides), Streams::new(4)).expect("not all");
    let likelihood =
        GraphLikelihood::between(sides_of(sides), &BETWEEN, EdgeWeighting::Kipf, diagonal, options)
            .expect("edges");
    let mut exact = value(sides, |decoder, z| likelihood.reconstruction(decoder.factors(z)?));
    exact.extend(sum.needs_some_nodes().then(|| (0..nodes as u32).map(divergence).sum::<f64>()));
    let per_epoch = sampler.steps_per_epoch() as u64;
    let mut sums = vec![[0.0; 2]; exact.len()];
    for draw in 0..STEPS {
        let at = draw * per_epoch + draw % per_epoch;
        let mask =
            share.map(|share| EdgeMask::draw(share, &mut Streams::new(4).generator(Purpose::EdgeMask, at)));
        let drawn = sampler.draw(at);
        let pairs = sampler.pairs(&drawn, mask.as_ref(), options).expect("nodes");
        let mut estimate = value(sides, |decoder, z| {
            reconstruction(&likelihood, &BETWEEN, decoder, z, Some(pairs.clone()), mask.as_ref())
        });
        estimate.extend(sampler.targets(&drawn).map(|targets| {
            targets.iter().map(|(&node, &weight)| f64::from(weight) * divergence(node)).sum::<f64>()
        }));
        for (sum, estimate) in sums.iter_mut().zip(estimate) {
            *sum = [sum[0] + estimate, sum[1] + estimate * estimate];
        }
    }
    let largest = exact.iter().skip(1).fold(0.0_f64, |most, value| most.max(value.abs()));
    for (k, (&[sum, squares], exact)) in sums.iter().zip(&exact).enumerate() {
        let mean = sum / STEPS as f64;
        let error = ((squares / STEPS as f64 - mean * mean).max(0.0) / STEPS as f64).sqrt();
        assert!((mean - exact).abs() < 5.0 * error + 1e-10, "{what}, {k}: {mean} ± {error}, not {exact}");
        // Draws that varied as much as what they estimate would tell no wrong weight.
        assert!(k > 0 || error < 0.02 * exact, "{what}: {mean} ± {error}");
        assert!(error < 0.1 * largest.max(exact.abs()), "{what}, {k}: ± {error}");
    }
}

#[test]
fn estimates_between_sides_are_unbiased() {
    let drawn = |rows, columns, edges, alpha| PairSum::Block(Block { rows, columns, edges, alpha });
    for sides in [DIRECTED, BIPARTITE] {
        for diagonal in [Diagonal::Linked, Diagonal::LeftOut] {
            for sum in [
                drawn(3, None, BlockEdges::All, None),
                drawn(3, None, BlockEdges::Rows, Some(0.75)),
                drawn(4, Some(4), BlockEdges::Rows, None),
                drawn(4, Some(4), BlockEdges::All, Some(1.0)),
                PairSum::NonEdges { per_node: 2 },
            ] {
                is_unbiased_between(sum, sides, diagonal, None);
            }
        }
        is_unbiased_between(drawn(4, Some(4), BlockEdges::Rows, None), sides, Diagonal::LeftOut, Some(0.5));
    }
}

/// A graph of one side has rows and columns of the other sizes alone.
#[test]
fn rows_are_of_the_first_side_and_columns_of_the_second() {
    let block = Block { rows: 100, columns: Some(100), edges: BlockEdges::Rows, alpha: None };
    let sampler =
        PairSampler::new(PairSum::Block(block), (15, Some(BIPARTITE)), || graph(BIPARTITE), Streams::new(1));
    let sampler = sampler.expect("not all");
    assert_eq!(sampler.steps_per_epoch(), 1);
    let drawn = sampler.draw(0);
    let sorted = |mut nodes: Vec<u32>| {
        nodes.sort_unstable();
        nodes
    };
    assert_eq!(sorted(drawn.rows.as_ref().expect("rows").rows.clone()), (0..6).collect::<Vec<u32>>());
    assert_eq!(sorted(drawn.columns.clone().expect("columns")), (6..15).collect::<Vec<u32>>());
    let targets = sampler.targets(&drawn).expect("some nodes");
    assert!(targets.len() == 15 && targets.values().all(|&weight| weight == 1.0));
}
