//! The all-pairs sums, forward and backward.

use aevb_models::pairwise::{softplus_sum, softplus_sum_between, weighted_softplus_sum_between};
use burn::tensor::{Device, Tensor, TensorData};

use rand_chacha::ChaCha8Rng;

use super::dense;
use super::helpers::{assert_close, host, matrix, random, tracked, values};
use crate::Check;

pub const CHECKS: &[Check] = &[
    ("pairwise_sums_and_gradients_equal_the_dense_ones", equal_dense),
    ("pairwise_of_one_matrix_equals_the_dense_one", symmetric_equals_dense),
    ("pairwise_sums_with_biases_equal_the_dense_ones", biased_equal_dense),
    ("pairwise_of_one_matrix_with_biases_equals_the_dense_one", biased_symmetric_equals_dense),
    ("pairwise_of_few_rows_with_many_equals_the_dense_one", few_with_many),
    ("pairwise_sums_with_weights_of_rows_equal_those_of_the_rows", weighted_equal_dense),
    ("pairwise_gives_only_the_gradients_that_are_tracked", some_tracked),
    ("pairwise_of_inner_products_up_to_80_equals_the_dense_one", large_inner_products),
    ("pairwise_keeps_relative_accuracy_at_the_far_ends", far_ends),
    ("pairwise_sums_are_accurate_over_many_pairs", many_pairs),
    ("pairwise_total_of_equal_terms_is_accurate", equal_terms),
    ("pairwise_handles_more_rows_than_a_dispatch_dimension", many_rows),
    ("pairwise_gives_the_same_bits_again", same_bits),
    ("pairwise_refuses_rows_of_different_length", refuses_shapes),
    ("pairwise_refuses_biases_of_other_rows", refuses_biases),
    ("pairwise_of_rows_without_entries_is_ln_2_each", no_entries),
];

pub const PROCESSOR_CHECKS: &[Check] = &[
    ("pairwise_gives_the_same_bits_by_any_number_of_threads", same_bits_by_threads),
    ("pairwise_sums_of_short_rows_keep_their_bits", short_rows_keep_their_bits),
];

/// Sizes around the kernels' tiles (64, 96 and 128 rows, strips of 6, 8 and 16) and latents around the vector widths.
const ROWS: [usize; 10] = [1, 2, 7, 63, 64, 65, 97, 128, 129, 300];
const LATENTS: [usize; 13] = [1, 3, 5, 16, 17, 32, 33, 64, 65, 100, 128, 256, 257];
/// The value to f32's own accuracy; gradients likewise, of the largest entry.
const VALUE: f64 = 1e-6;
const GRADIENT: f64 = 1e-5;

fn equal_dense(device: &Device) {
    let mut random = random(1);
    for (rows, columns) in ROWS.into_iter().zip(ROWS.into_iter().rev()) {
        for latent in LATENTS {
            let scale = 2.0 / (latent as f32).sqrt();
            let z = values(rows * latent, scale, &mut random);
            let w = values(columns * latent, scale, &mut random);
            let (value, by_z, by_w) = dense::softplus_sum(&z, &w, latent);
            let (z, w) = (tracked(&z, [rows, latent], device), tracked(&w, [columns, latent], device));
            let total = softplus_sum_between(z.clone(), w.clone(), None).expect("equal latents");
            let gradients = (total.clone() * 0.5).backward();
            let what = format!("{rows}×{columns}×{latent}");
            assert_close(&what, &host(total), &[value], VALUE);
            let halved = |gradient: Vec<f64>| gradient.into_iter().map(|g| g / 2.0).collect::<Vec<_>>();
            let by = |x| host(Tensor::grad(x, &gradients).expect("tracked"));
            assert_close(&format!("{what} by z"), &by(&z), &halved(by_z), GRADIENT);
            assert_close(&format!("{what} by w"), &by(&w), &halved(by_w), GRADIENT);
        }
    }
}

fn symmetric_equals_dense(device: &Device) {
    let mut random = random(2);
    for rows in ROWS {
        for latent in LATENTS {
            let z = values(rows * latent, 2.0 / (latent as f32).sqrt(), &mut random);
            check_symmetric(&z, latent, device, &format!("{rows}×{latent}"));
        }
    }
}

fn vector(values: &[f32], device: &Device) -> Tensor<1> {
    Tensor::from_data(TensorData::from(values), &device.clone().autodiff()).require_grad()
}

fn biased_equal_dense(device: &Device) {
    let mut random = random(5);
    for (rows, columns) in ROWS.into_iter().zip(ROWS.into_iter().rev()) {
        for latent in LATENTS {
            check_between(rows, columns, latent, device, &mut random);
        }
    }
}

fn few_with_many(device: &Device) {
    let mut random = random(6);
    for (rows, columns, latent) in [(200, 3001, 16), (200, 3001, 64), (3001, 5, 40)] {
        check_between(rows, columns, latent, device, &mut random);
    }
}

#[track_caller]
fn check_between(rows: usize, columns: usize, latent: usize, device: &Device, random: &mut ChaCha8Rng) {
    let scale = 2.0 / (latent as f32).sqrt();
    let (z, w) = (values(rows * latent, scale, random), values(columns * latent, scale, random));
    let (b, c) = (values(rows, 2.0, random), values(columns, 2.0, random));
    let (value, [by_z, by_w, by_b, by_c]) = dense::biased_softplus_sum([&z, &w], [&b, &c], latent);
    let (z, w) = (tracked(&z, [rows, latent], device), tracked(&w, [columns, latent], device));
    let [b, c] = [b, c].map(|bias| vector(&bias, device));
    let biases = Some([b.clone(), c.clone()]);
    let total = softplus_sum_between(z.clone(), w.clone(), biases).expect("equal latents");
    let gradients = total.backward();
    let what = format!("{rows}×{columns}×{latent} with biases");
    assert_close(&what, &host(total), &[value], VALUE);
    for (name, x, expected) in [("z", z, by_z), ("w", w, by_w)] {
        let gradient = host(x.grad(&gradients).expect("tracked"));
        assert_close(&format!("{what} by {name}"), &gradient, &expected, GRADIENT);
    }
    for (name, x, expected) in [("b", b, by_b), ("c", c, by_c)] {
        let gradient = host(x.grad(&gradients).expect("tracked"));
        assert_close(&format!("{what} by {name}"), &gradient, &expected, VALUE);
    }
}

/// A row's pairs count as often as its weight says, 0 too.
fn weighted_equal_dense(device: &Device) {
    let mut random = random(12);
    for (rows, columns, latent) in [(1, 7, 3), (97, 130, 16), (129, 300, 33), (65, 97, 64), (200, 3001, 100)]
    {
        let scale = 2.0 / (latent as f32).sqrt();
        let (z, w) =
            (values(rows * latent, scale, &mut random), values(columns * latent, scale, &mut random));
        let (b, c) = (values(rows, 2.0, &mut random), values(columns, 2.0, &mut random));
        let weights: Vec<f32> =
            values(rows, 3.0, &mut random).into_iter().map(|weight| weight.max(0.0)).collect();
        let mut expected = 0.0;
        let mut by = [&z, &w, &b, &c].map(|x| vec![0.0; x.len()]);
        for (row, &weight) in weights.iter().enumerate() {
            let of_row = &z[row * latent..][..latent];
            let (value, [by_z, by_w, by_b, by_c]) =
                dense::biased_softplus_sum([of_row, &w], [&b[row..=row], &c], latent);
            let weight = f64::from(weight);
            expected += weight * value;
            let mut add = |place: usize, from: usize, gradient: Vec<f64>| {
                by[place][from..].iter_mut().zip(gradient).for_each(|(sum, value)| *sum += weight * value);
            };
            add(0, row * latent, by_z);
            add(1, 0, by_w);
            add(2, row, by_b);
            add(3, 0, by_c);
        }
        let (z, w) = (tracked(&z, [rows, latent], device), tracked(&w, [columns, latent], device));
        let [b, c] = [b, c].map(|bias| vector(&bias, device));
        let weights = Tensor::<1>::from_data(TensorData::from(&weights[..]), &device.clone().autodiff());
        let biases = Some([b.clone(), c.clone()]);
        let total =
            weighted_softplus_sum_between(z.clone(), w.clone(), biases, Some(weights)).expect("shapes");
        let gradients = total.backward();
        let what = format!("{rows}×{columns}×{latent} with weights");
        assert_close(&what, &host(total), &[expected], VALUE);
        let found = [z, w].map(|x| host(x.grad(&gradients).expect("tracked")));
        let of_biases = [b, c].map(|x| host(x.grad(&gradients).expect("tracked")));
        for (place, found) in found.iter().chain(&of_biases).enumerate() {
            assert_close(&format!("{what}, gradient {place}"), found, &by[place], GRADIENT);
        }
    }
}

fn biased_symmetric_equals_dense(device: &Device) {
    let mut random = random(7);
    for rows in ROWS {
        for latent in LATENTS {
            let z = values(rows * latent, 2.0 / (latent as f32).sqrt(), &mut random);
            let b = values(rows, 2.0, &mut random);
            let (value, [by_z, by_w, by_b, by_c]) = dense::biased_softplus_sum([&z, &z], [&b, &b], latent);
            let both = |one: Vec<f64>, other: Vec<f64>| -> Vec<f64> {
                one.into_iter().zip(other).map(|(one, other)| one + other).collect()
            };
            let (z, b) = (tracked(&z, [rows, latent], device), vector(&b, device));
            let total = softplus_sum(z.clone(), Some(b.clone())).expect("a bias for each row");
            let gradients = total.backward();
            let what = format!("{rows}×{latent} with biases");
            assert_close(&what, &host(total), &[value], VALUE);
            let by_rows = host(z.grad(&gradients).expect("tracked"));
            assert_close(&format!("{what} by z"), &by_rows, &both(by_z, by_w), GRADIENT);
            let by_biases = host(b.grad(&gradients).expect("tracked"));
            assert_close(&format!("{what} by b"), &by_biases, &both(by_b, by_c), VALUE);
        }
    }
}

/// Each of the four inputs alone, and none.
fn some_tracked(device: &Device) {
    let mut random = random(8);
    for latent in [16, 64] {
        let (z, w) = (values(130 * latent, 0.3, &mut random), values(99 * latent, 0.3, &mut random));
        let (b, c) = (values(130, 1.0, &mut random), values(99, 1.0, &mut random));
        let (value, expected) = dense::biased_softplus_sum([&z, &w], [&b, &c], latent);
        let inputs = || {
            let plain = device.clone().autodiff();
            let rows = [matrix(&z, [130, latent], &plain), matrix(&w, [99, latent], &plain)];
            (rows, [&b, &c].map(|bias| Tensor::<1>::from_data(TensorData::from(bias.as_slice()), &plain)))
        };
        for (place, expected) in expected.iter().enumerate() {
            let ([mut z, mut w], [mut b, mut c]) = inputs();
            match place {
                0 => z = z.require_grad(),
                1 => w = w.require_grad(),
                2 => b = b.require_grad(),
                _ => c = c.require_grad(),
            }
            let biases = Some([b.clone(), c.clone()]);
            let total = softplus_sum_between(z.clone(), w.clone(), biases).expect("equal latents");
            let gradients = total.backward();
            let rows = [&z, &w].map(|x| x.grad(&gradients).map(host));
            let biases = [&b, &c].map(|x| x.grad(&gradients).map(host));
            let found: Vec<_> = rows.into_iter().chain(biases).collect();
            for (other, found) in found.into_iter().enumerate() {
                assert_eq!(found.is_some(), other == place);
                if let Some(found) = found {
                    assert_close(&format!("input {place} of {latent}"), &found, expected, GRADIENT);
                }
            }
        }
        let ([z, w], biases) = inputs();
        let total = softplus_sum_between(z.inner(), w.inner(), Some(biases.map(Tensor::inner)));
        assert_close("value alone", &host(total.expect("equal latents")), &[value], VALUE);
        let (value, ..) = dense::softplus_sum(&b, &b, 1);
        let alone = softplus_sum(matrix(&b, [130, 1], device), None).expect("no bias");
        assert_close("value alone", &host(alone), &[value], VALUE);
    }
}

/// Rows of all lengths up to √80, a tenth of them zero.
fn large_inner_products(device: &Device) {
    let mut random = random(3);
    for rows in [1, 65, 200] {
        for latent in [1, 3, 16, 64, 100, 256] {
            let mut z = values(rows * latent, 1.0, &mut random);
            for (place, row) in z.chunks_exact_mut(latent).enumerate() {
                let norm = row.iter().map(|x| x * x).sum::<f32>().sqrt();
                let wanted =
                    if place % 10 == 9 { 0.0 } else { 80_f32.sqrt() * (place + 1) as f32 / rows as f32 };
                row.iter_mut().for_each(|x| *x *= wanted / norm);
            }
            check_symmetric(&z, latent, device, &format!("{rows}×{latent}, up to 80"));
        }
    }
}

#[track_caller]
fn check_symmetric(z: &[f32], latent: usize, device: &Device, what: &str) {
    let (value, by_z, by_w) = dense::softplus_sum(z, z, latent);
    let expected: Vec<f64> = by_z.iter().zip(&by_w).map(|(one, other)| one + other).collect();
    let z = tracked(z, [z.len() / latent, latent], device);
    let total = softplus_sum(z.clone(), None).expect("no bias");
    let gradients = total.backward();
    assert_close(what, &host(total), &[value], VALUE);
    assert_close(
        &format!("{what} gradient"),
        &host(z.grad(&gradients).expect("tracked")),
        &expected,
        GRADIENT,
    );
}

/// Where all inner products are the same x, the sum tells softplus(x) and the gradient σ(x), small ones too.
fn far_ends(device: &Device) {
    for x in [-80.0_f32, -40.0, -17.0, -5.0, -1e-3, 0.0, 1e-3, 0.7, 5.0, 17.0, 80.0] {
        let (z, w) = (vec![x; 3], vec![1.0_f32; 3]);
        let (value, by_z, _) = dense::softplus_sum(&z, &w, 1);
        let z = tracked(&z, [3, 1], device);
        let w = tracked(&w, [3, 1], device);
        let total = softplus_sum_between(z.clone(), w, None).expect("equal latents");
        let gradients = total.backward();
        assert_close(&format!("softplus({x})"), &host(total), &[value], VALUE);
        let gradient = host(z.grad(&gradients).expect("tracked"));
        assert_close(&format!("σ({x})"), &gradient, &by_z, 1e-6);
    }
    // Rows in opposite directions: inner products from −80 to 80, zeros among them.
    let z: Vec<f32> =
        (0..90).map(|row| (row as f32 / 5.0 - 8.9) * if row % 7 == 0 { 0.0 } else { 1.0 }).collect();
    check_symmetric(&z, 1, device, "opposite rows");
}

fn many_pairs(device: &Device) {
    let z = values(3000 * 4, 1.5, &mut random(3));
    check_symmetric(&z, 4, device, "3000×4");
}

/// As every training begins: all inner products are nearly zero, and rounding errs in one direction.
fn equal_terms(device: &Device) {
    for (rows, x) in [(19_717_usize, 0.0_f32), (20_000, 0.5), (20_000, -1.0)] {
        let (z, w) = (vec![x; rows], vec![1.0_f32; rows]);
        let (z, w) = (matrix(&z, [rows, 1], device), matrix(&w, [rows, 1], device));
        let total = softplus_sum_between(z, w, None).expect("equal latents");
        let softplus = f64::from(x).max(0.0) + (-f64::from(x).abs()).exp().ln_1p();
        assert_close(&format!("{rows} rows of {x}"), &host(total), &[(rows * rows) as f64 * softplus], VALUE);
    }
}

/// More than 65 535 cubes of 64 rows.
fn many_rows(device: &Device) {
    let rows = 4_200_000_usize;
    let z: Vec<f32> = (0..rows).map(|row| (row % 7) as f32 - 3.0).collect();
    let (_, expected, _) = dense::softplus_sum(&z, &[2.0], 1);
    let z = tracked(&z, [rows, 1], device);
    let total = softplus_sum_between(z.clone(), matrix(&[2.0], [1, 1], device), None).expect("equal latents");
    let gradients = total.backward();
    assert_close("gradient", &host(z.grad(&gradients).expect("tracked")), &expected, 1e-6);
}

fn same_bits(device: &Device) {
    let z = values(1000 * 16, 0.7, &mut random(4));
    let run = || {
        let z = tracked(&z, [1000, 16], device);
        let total = softplus_sum(z.clone(), None).expect("no bias");
        let gradients = total.backward();
        (host(total), host(z.grad(&gradients).expect("tracked")))
    };
    assert_eq!(run(), run());
}

fn refuses_shapes(device: &Device) {
    let z = tracked(&[1.0; 6], [2, 3], device);
    let w = tracked(&[1.0; 6], [3, 2], device);
    let error = softplus_sum_between(z, w, None).expect_err("3 and 2 latents");
    assert_eq!(error.to_string(), "softplus sum: shapes [2, 3] and [3, 2] do not go together");
}

fn refuses_biases(device: &Device) {
    let z = || matrix(&[1.0; 6], [2, 3], device);
    let bias = |rows: usize| matrix(&vec![1.0; rows], [rows, 1], device).reshape([rows]);
    let error = softplus_sum(z(), Some(bias(3))).expect_err("3 biases of 2 rows");
    let expected = "bias of a softplus sum: shapes [2, 3] and [3] do not go together";
    assert_eq!(error.to_string(), expected);
    let error = softplus_sum_between(z(), z(), Some([bias(2), bias(3)])).expect_err("3 biases of 2 rows");
    assert_eq!(error.to_string(), expected);
}

/// The bits of the value and all gradients of both sums, with biases.
fn bits(dims: [usize; 3], device: &Device) -> Vec<u32> {
    let [rows, columns, latent] = dims;
    let mut random = random(9);
    let [z, w] =
        [rows, columns].map(|rows| tracked(&values(rows * latent, 0.3, &mut random), [rows, latent], device));
    let [b, c] = [rows, columns].map(|rows| vector(&values(rows, 1.0, &mut random), device));
    let within = softplus_sum(w.clone(), Some(c.clone())).expect("a bias for each row");
    let between = softplus_sum_between(z.clone(), w.clone(), Some([b.clone(), c.clone()])).expect("latents");
    let mut all = vec![host(within.clone()), host(between.clone())];
    for gradients in [within.backward(), between.backward()] {
        all.extend([&z, &w].iter().filter_map(|x| x.grad(&gradients)).map(host));
        all.extend([&b, &c].iter().filter_map(|x| x.grad(&gradients)).map(host));
    }
    all.concat().into_iter().map(|value| (value as f32).to_bits()).collect()
}

fn same_bits_by_threads(device: &Device) {
    for dims in [[300, 1500, 16], [300, 1500, 64], [1000, 990, 100]] {
        let by = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            pool.install(|| bits(dims, device))
        };
        let one = by(1);
        assert!(one.len() > dims[1] * dims[2]);
        for threads in [2, 3] {
            assert!(one == by(threads), "{dims:?} by {threads} threads");
        }
    }
}

/// The gradients of earlier versions, on any processor: terms are added in the same order.
fn short_rows_keep_their_bits(device: &Device) {
    for (rows, latent, within, between) in HASHES {
        let z = tracked(&plain_values(rows * latent, 7), [rows, latent], device);
        let w = tracked(&plain_values((rows + 50) * latent, 8), [rows + 50, latent], device);
        let gradients = softplus_sum(z.clone(), None).expect("no bias").backward();
        assert_eq!(hash(&[z.grad(&gradients)]), within, "{rows}×{latent}");
        let gradients = softplus_sum_between(z.clone(), w.clone(), None).expect("latents").backward();
        assert_eq!(hash(&[z.grad(&gradients), w.grad(&gradients)]), between, "{rows}×{latent} with others");
    }
}

/// Rows, latent, and the hashes of the gradients of a sum over the pairs of one matrix and of two.
const HASHES: [(usize, usize, u64, u64); 3] = [
    (300, 16, 0xcf9e_edc3_20c4_a0f5, 0x908b_ef52_f2f3_8e85),
    (257, 32, 0x0e3b_9b31_f84a_0e10, 0x8289_8871_c83a_b395),
    (129, 5, 0x0e5f_017f_54e8_dbfd, 0xfe8c_0e6a_ed98_609b),
];

/// A linear congruential generator, from −0.5 to 0.5.
fn plain_values(count: usize, seed: u64) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1 << 24) as f32 - 0.5
    };
    (0..count).map(|_| next()).collect()
}

/// FNV-1a of the bits.
fn hash(gradients: &[Option<Tensor<2>>]) -> u64 {
    let values = gradients.iter().flat_map(|gradient| host(gradient.clone().expect("tracked")));
    let bytes = values.flat_map(|value| (value as f32).to_le_bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn no_entries(device: &Device) {
    let (z, w) = (matrix(&[], [3, 0], device), matrix(&[], [4, 0], device));
    let total = softplus_sum_between(z, w, None).expect("equal latents");
    assert_close("3 × 4", &host(total), &[12.0 * std::f64::consts::LN_2], VALUE);
    let (z, w) = (matrix(&[], [0, 5], device), matrix(&[1.0; 5], [1, 5], device));
    assert_eq!(host(softplus_sum_between(z, w, None).expect("equal latents")), [0.0]);
}
