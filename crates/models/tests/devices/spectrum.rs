//! Where linear propagation begins: the singular vectors of the features that were passed on, by what makes them so.

use aevb_models::nn::{Extent, NodeFeatures, Propagation, PropagationConfig, Spectrum, normalized_adjacency};
use aevb_models::sparse::SparseMatrix;
use burn::tensor::Device;
use sprs::CsMatI;

use super::helpers::{assert_close, host, random};
use super::propagation::{EDGES, FEATURES, NODES, adjacency, features, product, sparse, transposed};
use crate::Check;

pub const CHECKS: &[Check] = &[
    ("spectrum_has_the_leading_singular_vectors", singular_vectors),
    ("spectrum_of_a_lower_rank_keeps_what_was_drawn", lower_rank),
];

const HOPS: usize = 2;

/// A layer that begins at the spectrum of features `[NODES, columns]`.
fn layer(
    x: &[f64],
    columns: usize,
    width: usize,
    device: &Device,
) -> (Propagation, NodeFeatures, SparseMatrix) {
    let on_device = |matrix: &CsMatI<f64, u32>| {
        SparseMatrix::from_csr(&matrix.map(|&value| value as f32), device).expect("small")
    };
    let passes = on_device(&normalized_adjacency(NODES, EDGES));
    let input = NodeFeatures::Sparse(Box::new(on_device(&sparse(x, columns))));
    let spectrum =
        Spectrum::of(&passes, &input, Extent { hops: HOPS, latent: width }, &mut random(3), device)
            .expect("shapes");
    let device = device.clone().autodiff();
    let drawn = PropagationConfig::new(NODES, columns, width, HOPS).init("mean", &mut random(4), &device);
    (drawn.begin_at_spectrum(&spectrum), input, passes)
}

/// The squares of the lengths of columns.
fn squares(matrix: &[f64], columns: usize) -> Vec<f64> {
    (0..columns).map(|at| matrix.iter().skip(at).step_by(columns).map(|value| value * value).sum()).collect()
}

/// `Ãᴷ X`, dense.
fn passed(x: &[f64]) -> Vec<f64> {
    let a = adjacency();
    (0..HOPS).fold(x.to_vec(), |x, _| product(&a, &x, NODES))
}

fn singular_vectors(device: &Device) {
    let x = features();
    let m = passed(&x);
    let similar = product(&m, &transposed(&m, FEATURES), FEATURES);
    let mut all = Vec::new();
    for width in [FEATURES, 3] {
        let (layer, input, passes) = layer(&x, FEATURES, width, device);
        let what = |name: &str| format!("{width} dimensions: {name}");
        // B = U Σ^½ but for a factor c: (B Bᵀ)² = c⁴ M Mᵀ, and M Mᵀ B = B Σ², by its columns.
        let b = product(&m, &host(layer.weight.val()), FEATURES);
        let lengths = squares(&b, width);
        assert!(lengths.windows(2).all(|pair| pair[0] >= pair[1]), "{lengths:?}");
        let turned = product(&similar, &b, NODES);
        // c⁴, from the first column.
        let factor = lengths[0].powi(2) / (squares(&turned, width)[0] / lengths[0]).sqrt();
        let expected: Vec<f64> =
            b.iter().enumerate().map(|(at, value)| value * lengths[at % width].powi(2) / factor).collect();
        assert_close(&what("M Mᵀ B"), &turned, &expected, 2e-4);
        if width == FEATURES {
            let own = product(&b, &transposed(&b, width), width);
            let square: Vec<f64> =
                product(&own, &own, NODES).into_iter().map(|value| value / factor).collect();
            assert_close("(B Bᵀ)²", &square, &similar, 2e-4);
        }
        let values: Vec<f64> = lengths.iter().map(|length| length / factor.sqrt()).collect();
        all.push(values);

        let weight = host(layer.weight.val());
        let mean_square = weight.iter().map(|value| value * value).sum::<f64>() / weight.len() as f64;
        assert_close(&what("mean square"), &[mean_square], &[0.09 / width as f64], 1e-5);
        let rows = host(layer.rows(&input).expect("shapes"));
        let length = rows.iter().map(|value| value * value).sum::<f64>() / NODES as f64;
        assert_close(&what("length of rows"), &[length], &[1.0], 1e-5);
        // At first all that is passed on is from the last hop.
        let z = layer.forward(&passes, layer.rows(&input).expect("shapes")).expect("shapes");
        let scale = host(layer.log_scale.val())[0].exp();
        let scaled: Vec<f64> = b.iter().map(|value| scale * value).collect();
        assert_close(&what("z"), &host(z), &scaled, 1e-5);
    }
    assert_close("the largest singular values", &all[1], &all[0][..3], 1e-4);
}

fn lower_rank(device: &Device) {
    // The second feature is twice the first.
    let x: Vec<f64> = features().chunks_exact(FEATURES).flat_map(|row| [row[1], 2.0 * row[1]]).collect();
    let (layer, ..) = layer(&x, 2, 3, device);
    let weight = host(layer.weight.val());
    let b = product(&passed(&x), &weight, 2);
    assert!(squares(&b, 3)[0] > 0.0);
    // The direction that there is, and those that were drawn, by U(−0.3, 0.3) at three dimensions.
    assert!((weight[3] - 2.0 * weight[0]).abs() < 1e-4, "{weight:?}");
    assert!(weight.iter().all(|value| value.is_finite()), "{weight:?}");
    assert!([1, 2, 4, 5].iter().all(|&at| weight[at] != 0.0 && weight[at].abs() <= 0.3), "{weight:?}");
    assert!((weight[4] - 2.0 * weight[1]).abs() > 1e-3, "{weight:?}");
}
