/// Independent Gaussians of nodes, `N(μ, diag σ²)`, on the host.
#[derive(Clone, Copy, Debug)]
pub struct GaussianRows<'a> {
    /// `μ`, `[nodes, width]`
    pub mean: &'a [f32],
    /// `σ`, `[nodes, width]`
    pub deviation: &'a [f32],
    /// The length of a row.
    pub width: usize,
}

impl GaussianRows<'_> {
    /// The standard deviation of `z_iᵀ S z_j` for each pair, `S` being a symmetric matrix `[width, width]` or the identity.
    /// With `D` the variances, `Var = μ_iᵀ S D_j S μ_i + μ_jᵀ S D_i S μ_j + tr(S D_i S D_j)`; of a node with itself twice
    /// `tr(S D S D)` and 4 times `μᵀ S D S μ`.
    pub(super) fn spread_of_products(&self, matrix: Option<&[f64]>, pairs: &[[u32; 2]]) -> Vec<f64> {
        assert!(
            matrix.is_none_or(|matrix| matrix.len() == self.width * self.width),
            "a matrix of the rows' width"
        );
        pairs.iter().map(|&pair| self.variance_of_product(matrix, pair).sqrt()).collect()
    }

    /// The standard deviation of `‖z_i − z_j‖²` for each pair: with `δ = μ_i − μ_j` and the variances `D = D_i + D_j` of the
    /// difference, `Var = 4 δᵀ D δ + 2 tr(D²)`. A node lies where it lies, so that of one with itself is 0.
    pub(super) fn spread_of_distances(&self, pairs: &[[u32; 2]]) -> Vec<f64> {
        let variance = |[i, j]: [u32; 2]| -> f64 {
            let means = self.row(self.mean, i).zip(self.row(self.mean, j));
            let deviations = self.row(self.deviation, i).zip(self.row(self.deviation, j));
            let terms = means.zip(deviations).map(|((mean, other), (sigma, other_sigma))| {
                let variance = sigma * sigma + other_sigma * other_sigma;
                4.0 * (mean - other).powi(2) * variance + 2.0 * variance * variance
            });
            if i == j { 0.0 } else { terms.sum() }
        };
        pairs.iter().map(|&pair| variance(pair).sqrt()).collect()
    }

    fn variance_of_product(&self, matrix: Option<&[f64]>, [i, j]: [u32; 2]) -> f64 {
        let of = |node| {
            let variance: Vec<f64> = self.row(self.deviation, node).map(|sigma| sigma * sigma).collect();
            (self.through_matrix(matrix, self.row(self.mean, node).collect()), variance)
        };
        let ((mean, variance), (other_mean, other_variance)) = (of(i), of(j));
        let weighted = |mean: &[f64], variance: &[f64]| -> f64 {
            mean.iter().zip(variance).map(|(mean, variance)| mean * mean * variance).sum()
        };
        let trace: f64 = match matrix {
            None => variance.iter().zip(&other_variance).map(|(a, b)| a * b).sum(),
            Some(matrix) => matrix
                .iter()
                .enumerate()
                .map(|(at, s)| s.powi(2) * variance[at / self.width] * other_variance[at % self.width])
                .sum(),
        };
        match i == j {
            true => 4.0 * weighted(&mean, &variance) + 2.0 * trace,
            false => weighted(&mean, &other_variance) + weighted(&other_mean, &variance) + trace,
        }
    }

    fn row(&self, values: &[f32], node: u32) -> impl Iterator<Item = f64> {
        values[node as usize * self.width..][..self.width].iter().map(|&value| f64::from(value))
    }

    /// `S μ`
    fn through_matrix(&self, matrix: Option<&[f64]>, mean: Vec<f64>) -> Vec<f64> {
        let Some(matrix) = matrix else { return mean };
        let product = |row: &[f64]| row.iter().zip(&mean).map(|(s, mean)| s * mean).sum();
        matrix.chunks_exact(self.width).map(product).collect()
    }
}
