/// The latent dimensions whose posterior mean varies over the data by more than 0.01: `Var_x(E_q[z_j|x]) > 0.01` (Burda,
/// Grosse & Salakhutdinov, arXiv 1509.00519, §5.2).
///
/// `means` are `[rows, latent]`, row-major.
///
/// # Panics
/// If they are no whole number of rows, or fewer than two: nothing varies over one.
pub fn active_units(means: &[f32], latent: usize) -> usize {
    const ACTIVE: f64 = 0.01;
    assert!(latent > 0 && means.len().is_multiple_of(latent), "whole rows");
    assert!(means.len() >= 2 * latent, "at least two rows");
    let rows = (means.len() / latent) as f64;
    let column = |unit: usize| means.iter().skip(unit).step_by(latent).map(|&mean| f64::from(mean));
    let variance = |unit: usize| {
        let mean = column(unit).sum::<f64>() / rows;
        column(unit).map(|value| (value - mean).powi(2)).sum::<f64>() / (rows - 1.0)
    };
    (0..latent).filter(|&unit| variance(unit) > ACTIVE).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_counts_where_its_mean_varies() {
        // Variances 0.0072, 0.02 and 0.
        let means = [0.0, 1.0, 5.0, 0.12, 1.2, 5.0];
        assert_eq!(active_units(&means, 3), 1);
    }
}
