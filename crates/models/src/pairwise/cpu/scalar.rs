//! The kernel in `f64`, row by row: the reference that finite differences are taken with.

use rayon::prelude::*;

pub(super) fn softplus_sum(z: &[f64], rows: usize, latent: usize) -> (f64, Vec<f64>) {
    let (value, mut gradient) = softplus_sum_between(z, z, rows, rows, latent);
    gradient.iter_mut().for_each(|g| *g *= 2.0);
    (value, gradient)
}

pub(super) fn softplus_sum_between(
    z: &[f64],
    w: &[f64],
    rows: usize,
    columns: usize,
    latent: usize,
) -> (f64, Vec<f64>) {
    if latent == 0 {
        return ((rows * columns) as f64 * std::f64::consts::LN_2, Vec::new());
    }
    let mut gradient = vec![0.0; z.len()];
    let sums: Vec<f64> = z
        .par_chunks_exact(latent)
        .zip(gradient.par_chunks_exact_mut(latent))
        .map(|(z, gradient)| {
            let mut sum = 0.0;
            for w in w.chunks_exact(latent) {
                let x: f64 = z.iter().zip(w).map(|(z, w)| z * w).sum();
                let t = (-x.abs()).exp();
                sum += x.max(0.0) + t.ln_1p();
                let sigmoid = if x >= 0.0 { 1.0 / (1.0 + t) } else { t / (1.0 + t) };
                for (gradient, w) in gradient.iter_mut().zip(w) {
                    *gradient += sigmoid * w;
                }
            }
            sum
        })
        .collect();
    (sums.iter().sum(), gradient)
}
