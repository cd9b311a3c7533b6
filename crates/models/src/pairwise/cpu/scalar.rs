//! The kernel in `f64`, row by row: the reference that finite differences are taken with.

use rayon::prelude::*;

use super::{AllPairs, Gradients, Rows, Wanted};

impl AllPairs for f64 {
    fn within(z: Rows<'_, f64>, wanted: bool) -> (f64, Gradients<f64>) {
        let (value, mut gradients) = sweep([z, z]);
        gradients.iter_mut().flatten().for_each(|gradient| *gradient *= 2.0);
        (value, if wanted { gradients } else { Gradients::default() })
    }

    fn between([z, w]: [Rows<'_, f64>; 2], wanted: Wanted) -> (f64, [Gradients<f64>; 2]) {
        let (value, by_z) = sweep([z, w]);
        let by_z = if wanted.left { by_z } else { Gradients::default() };
        let by_w = if wanted.right { sweep([w, z]).1 } else { Gradients::default() };
        (value, [by_z, by_w])
    }
}

/// The sum over all pairs, and the gradients by the first matrix.
fn sweep([z, w]: [Rows<'_, f64>; 2]) -> (f64, Gradients<f64>) {
    let latent = z.latent;
    let biases = !z.biases.is_empty();
    // Those of the one matrix that has some: a sweep by the other one sees them as columns.
    let weight = |row: usize, column: usize| match (z.weights, w.weights) {
        ([], []) => 1.0,
        ([], weights) => weights[column],
        (weights, _) => weights[row],
    };
    let of_rows = (0..z.count).into_par_iter().map(|row| {
        let z_row = &z.values[row * latent..][..latent];
        let mut by_row = vec![0.0; latent];
        let (mut sum, mut sigmoids) = (0.0, 0.0);
        for column in 0..w.count {
            let w_row = &w.values[column * latent..][..latent];
            let bias = if biases { z.biases[row] + w.biases[column] } else { 0.0 };
            let x = bias + z_row.iter().zip(w_row).map(|(z, w)| z * w).sum::<f64>();
            let t = (-x.abs()).exp();
            sum += weight(row, column) * (x.max(0.0) + t.ln_1p());
            let sigmoid = if x >= 0.0 { 1.0 / (1.0 + t) } else { t / (1.0 + t) };
            let sigmoid = weight(row, column) * sigmoid;
            sigmoids += sigmoid;
            by_row.iter_mut().zip(w_row).for_each(|(gradient, w)| *gradient += sigmoid * w);
        }
        (sum, sigmoids, by_row)
    });
    let of_rows: Vec<_> = of_rows.collect();
    let by_biases = of_rows.iter().map(|&(_, sigmoids, _)| sigmoids).filter(|_| biases).collect();
    let value = of_rows.iter().map(|&(sum, ..)| sum).sum();
    (value, [of_rows.into_iter().flat_map(|(.., by_row)| by_row).collect(), by_biases])
}
