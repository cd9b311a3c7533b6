//! Whether the mean of random draws is what it should be.

/// The numbers of a draw.
pub(super) type Components = Vec<f64>;

/// The χ² of the mean of draws against what it should be, with as many degrees of freedom as the draws have: `n δᵀ S⁺ δ`, `S`
/// their covariance. In a direction in which draws do not vary the mean must be exact but for rounding, as weights of rows have 24
/// bits: else χ² is infinite.
pub(super) fn chi_squared(draws: &[Components], exact: &Components) -> (f64, usize) {
    let (count, size) = (draws.len() as f64, exact.len());
    let mean: Vec<f64> = (0..size).map(|k| draws.iter().map(|draw| draw[k]).sum::<f64>() / count).collect();
    let mut covariance = vec![0.0; size * size];
    for draw in draws {
        let centred: Vec<f64> = draw.iter().zip(&mean).map(|(value, mean)| value - mean).collect();
        for (at, sum) in covariance.iter_mut().enumerate() {
            *sum += centred[at / size] * centred[at % size] / (count - 1.0);
        }
    }
    let (variances, directions) = eigen(covariance, size);
    let largest = variances.iter().fold(0.0_f64, |most, &variance| most.max(variance));
    let (mut sum, mut freedom) = (0.0, 0);
    for (variance, direction) in variances.iter().zip(directions) {
        let along: f64 = (0..size).map(|k| (mean[k] - exact[k]) * direction[k]).sum();
        if *variance > 1e-12 * largest {
            sum += count * along * along / variance;
            freedom += 1;
        } else if along.abs() > 1e-7 {
            sum = f64::INFINITY;
        }
    }
    (sum, freedom)
}

/// Eigenvalues and eigenvectors of a symmetric matrix, by Jacobi's rotations.
fn eigen(mut a: Vec<f64>, size: usize) -> (Vec<f64>, Vec<Vec<f64>>) {
    let mut v = vec![0.0; size * size];
    (0..size).for_each(|k| v[k * size + k] = 1.0);
    for _ in 0..60 {
        for (p, q) in (0..size).flat_map(|p| (p + 1..size).map(move |q| (p, q))) {
            let off = a[p * size + q];
            if off.abs() < 1e-300 {
                continue;
            }
            let theta = (a[q * size + q] - a[p * size + p]) / (2.0 * off);
            let t = theta.signum() / (theta.abs() + theta.hypot(1.0));
            let c = 1.0 / t.hypot(1.0);
            let s = t * c;
            let rotate = |x: &mut [f64], first: usize, second: usize| {
                let (one, other) = (x[first], x[second]);
                (x[first], x[second]) = (c * one - s * other, s * one + c * other);
            };
            (0..size).for_each(|k| rotate(&mut a, p * size + k, q * size + k));
            (0..size).for_each(|k| rotate(&mut a, k * size + p, k * size + q));
            (0..size).for_each(|k| rotate(&mut v, k * size + p, k * size + q));
        }
    }
    let values = (0..size).map(|k| a[k * size + k]).collect();
    let vectors = (0..size).map(|k| (0..size).map(|row| v[row * size + k]).collect()).collect();
    (values, vectors)
}

/// `scipy.stats.chi2.isf(1e-4, k)` for k = 1, 2, …: what χ² exceeds once in 10 000 times.
pub(super) const CRITICAL: [f64; 38] = [
    15.14, 18.42, 21.11, 23.51, 25.74, 27.86, 29.88, 31.83, 33.72, 35.56, 37.37, 39.13, 40.87, 42.58, 44.26,
    45.92, 47.57, 49.19, 50.8, 52.39, 53.96, 55.52, 57.07, 58.61, 60.14, 61.66, 63.16, 64.66, 66.15, 67.63,
    69.11, 70.57, 72.03, 73.48, 74.93, 76.36, 77.8, 79.22,
];
