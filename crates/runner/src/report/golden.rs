//! Golden values of scikit-learn: see `tests/golden/latent_space.py`.

use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct Golden {
    pub values: Vec<f32>,
    pub columns: usize,
    pub classes: Vec<u16>,
    pub plane: Vec<f32>,
    pub shares: [f64; 2],
    pub accuracy: f64,
    pub scores: Vec<f64>,
    pub held_out: Vec<bool>,
    pub roc: Vec<[f64; 2]>,
    pub precision_recall: Vec<[f64; 2]>,
}

pub(super) fn golden() -> Golden {
    serde_json::from_str(include_str!("../../../../tests/golden/latent_space.json")).expect("the golden file")
}
