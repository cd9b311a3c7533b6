//! The all-pairs sums, forward and backward.

use aevb_models::pairwise::{softplus_sum, softplus_sum_between};
use burn::tensor::Device;

use super::dense;
use super::helpers::{assert_close, host, matrix, random, tracked, values};
use crate::Check;

pub const CHECKS: &[Check] = &[
    ("pairwise_sums_and_gradients_equal_the_dense_ones", equal_dense),
    ("pairwise_of_one_matrix_equals_the_dense_one", symmetric_equals_dense),
    ("pairwise_of_inner_products_up_to_80_equals_the_dense_one", large_inner_products),
    ("pairwise_keeps_relative_accuracy_at_the_far_ends", far_ends),
    ("pairwise_sums_are_accurate_over_many_pairs", many_pairs),
    ("pairwise_total_of_equal_terms_is_accurate", equal_terms),
    ("pairwise_handles_more_rows_than_a_dispatch_dimension", many_rows),
    ("pairwise_gives_the_same_bits_again", same_bits),
    ("pairwise_refuses_rows_of_different_length", refuses_shapes),
    ("pairwise_of_rows_without_entries_is_ln_2_each", no_entries),
];

/// Sizes around the kernels' tiles (64 and 128 rows, strips of 8 and 16) and latents around the vector widths.
const ROWS: [usize; 9] = [1, 2, 7, 63, 64, 65, 128, 129, 300];
const LATENTS: [usize; 7] = [1, 3, 16, 17, 64, 65, 100];
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
            let total = softplus_sum_between(z.clone(), w.clone()).expect("equal latents");
            let gradients = (total.clone() * 0.5).backward();
            let what = format!("{rows}×{columns}×{latent}");
            assert_close(&what, &host(total), &[value], VALUE);
            let halved = |gradient: Vec<f64>| gradient.into_iter().map(|g| g / 2.0).collect::<Vec<_>>();
            let by = |x| host(burn::tensor::Tensor::grad(x, &gradients).expect("tracked"));
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

/// Rows of all lengths up to √80, a tenth of them zero.
fn large_inner_products(device: &Device) {
    let mut random = random(3);
    for rows in [1, 65, 200] {
        for latent in [1, 3, 16, 64, 100] {
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
    let total = softplus_sum(z.clone());
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
        let total = softplus_sum_between(z.clone(), w).expect("equal latents");
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
        let total = softplus_sum_between(z, w).expect("equal latents");
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
    let total = softplus_sum_between(z.clone(), matrix(&[2.0], [1, 1], device)).expect("equal latents");
    let gradients = total.backward();
    assert_close("gradient", &host(z.grad(&gradients).expect("tracked")), &expected, 1e-6);
}

fn same_bits(device: &Device) {
    let z = values(1000 * 16, 0.7, &mut random(4));
    let run = || {
        let z = tracked(&z, [1000, 16], device);
        let total = softplus_sum(z.clone());
        let gradients = total.backward();
        (host(total), host(z.grad(&gradients).expect("tracked")))
    };
    assert_eq!(run(), run());
}

fn refuses_shapes(device: &Device) {
    let z = tracked(&[1.0; 6], [2, 3], device);
    let w = tracked(&[1.0; 6], [3, 2], device);
    let error = softplus_sum_between(z, w).expect_err("3 and 2 latents");
    assert_eq!(error.to_string(), "softplus sum: shapes [2, 3] and [3, 2] do not go together");
}

fn no_entries(device: &Device) {
    let (z, w) = (matrix(&[], [3, 0], device), matrix(&[], [4, 0], device));
    let total = softplus_sum_between(z, w).expect("equal latents");
    assert_close("3 × 4", &host(total), &[12.0 * std::f64::consts::LN_2], VALUE);
    let (z, w) = (matrix(&[], [0, 5], device), matrix(&[1.0; 5], [1, 5], device));
    assert_eq!(host(softplus_sum_between(z, w).expect("equal latents")), [0.0]);
}
