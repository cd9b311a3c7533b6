//! The truth, in f64 and by plain loops over every pair.

/// `Σ_ij softplus(z_i·w_j)`, its gradient by `z` and by `w`; `z` and `w` are row-major with `latent` columns.
pub fn softplus_sum(z: &[f32], w: &[f32], latent: usize) -> (f64, Vec<f64>, Vec<f64>) {
    let zeros = |x: &[f32]| vec![0.0; x.len() / latent];
    let (total, [by_z, by_w, ..]) = biased_softplus_sum([z, w], [&zeros(z), &zeros(w)], latent);
    (total, by_z, by_w)
}

/// `Σ_ij softplus(z_i·w_j + b_i + c_j)`, its gradients by `z`, `w`, `b` and `c`.
pub fn biased_softplus_sum([z, w]: [&[f32]; 2], [b, c]: [&[f32]; 2], latent: usize) -> (f64, [Vec<f64>; 4]) {
    let mut total = 0.0;
    let [mut by_z, mut by_w, mut by_b, mut by_c] = [z, w, b, c].map(|x| vec![0.0; x.len()]);
    for (i, z_row) in z.chunks_exact(latent).enumerate() {
        for (j, w_row) in w.chunks_exact(latent).enumerate() {
            let product: f64 = z_row.iter().zip(w_row).map(|(&z, &w)| f64::from(z) * f64::from(w)).sum();
            let x = product + f64::from(b[i]) + f64::from(c[j]);
            total += if x > 0.0 { x + (-x).exp().ln_1p() } else { x.exp().ln_1p() };
            let sigmoid = if x > 0.0 { 1.0 / (1.0 + (-x).exp()) } else { x.exp() / (1.0 + x.exp()) };
            for k in 0..latent {
                by_z[i * latent + k] += sigmoid * f64::from(w_row[k]);
                by_w[j * latent + k] += sigmoid * f64::from(z_row[k]);
            }
            by_b[i] += sigmoid;
            by_c[j] += sigmoid;
        }
    }
    (total, [by_z, by_w, by_b, by_c])
}

/// `A x` for a dense `A` `[rows, columns]`.
pub fn matmul(a: &[f64], x: &[f64], columns: usize, features: usize) -> Vec<f64> {
    let mut y = vec![0.0; a.len() / columns * features];
    for (row, y) in y.chunks_exact_mut(features).enumerate() {
        for column in 0..columns {
            for (y, x) in y.iter_mut().zip(&x[column * features..]) {
                *y += a[row * columns + column] * x;
            }
        }
    }
    y
}

pub fn transposed(a: &[f64], columns: usize) -> Vec<f64> {
    let rows = a.len() / columns;
    (0..a.len()).map(|position| a[position % rows * columns + position / rows]).collect()
}
