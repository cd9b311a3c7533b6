/// The eigenvalues of a symmetric matrix and its eigenvectors.
#[derive(Clone, Debug)]
pub struct SymmetricEigen {
    /// In no order.
    pub values: Vec<f64>,
    /// `[size, size]`, those of `values` as columns.
    pub vectors: Vec<f64>,
}

impl SymmetricEigen {
    /// Of `matrix` `[size, size]`, by Jacobi's rotations (Golub & Van Loan, section 8.5): to the last digits, and slow for
    /// thousands of dimensions.
    pub fn of(mut matrix: Vec<f64>, size: usize) -> Self {
        const MOST_SWEEPS: usize = 60;
        let mut vectors = vec![0.0; size * size];
        (0..size).for_each(|i| vectors[i * size + i] = 1.0);
        for _ in 0..MOST_SWEEPS {
            let norm: f64 = matrix.iter().map(|entry| entry * entry).sum();
            let off: f64 = (0..size)
                .map(|i| matrix[i * size..i * size + i].iter().map(|entry| entry * entry).sum::<f64>())
                .sum();
            if off <= 1e-26 * norm {
                break;
            }
            for p in 0..size {
                for q in p + 1..size {
                    let (pp, qq, pq) = (matrix[p * size + p], matrix[q * size + q], matrix[p * size + q]);
                    if pq == 0.0 {
                        continue;
                    }
                    let theta = (qq - pp) / (2.0 * pq);
                    let tangent = theta.signum() / (theta.abs() + theta.hypot(1.0));
                    let cosine = tangent.hypot(1.0).recip();
                    let sine = tangent * cosine;
                    for k in 0..size {
                        let (kp, kq) = (matrix[k * size + p], matrix[k * size + q]);
                        matrix[k * size + p] = cosine * kp - sine * kq;
                        matrix[k * size + q] = sine * kp + cosine * kq;
                    }
                    let (upper, lower) = matrix.split_at_mut(q * size);
                    rotate(&mut upper[p * size..][..size], &mut lower[..size], cosine, sine);
                    for k in 0..size {
                        let (kp, kq) = (vectors[k * size + p], vectors[k * size + q]);
                        vectors[k * size + p] = cosine * kp - sine * kq;
                        vectors[k * size + q] = sine * kp + cosine * kq;
                    }
                }
            }
        }
        Self { values: (0..size).map(|i| matrix[i * size + i]).collect(), vectors }
    }

    /// The places of the values, the largest first.
    pub fn descending(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.values.len()).collect();
        order.sort_by(|&a, &b| self.values[b].total_cmp(&self.values[a]));
        order
    }
}

fn rotate(one: &mut [f64], other: &mut [f64], cosine: f64, sine: f64) {
    for (one, other) in one.iter_mut().zip(other) {
        (*one, *other) = (cosine * *one - sine * *other, sine * *one + cosine * *other);
    }
}
