//! Clusters of latent vectors, and how far they agree with classes that are known.

mod agreement;
mod comparison;
mod components;
mod k_means;

pub use agreement::Agreement;
pub use comparison::{ClusterComparison, Clusters};
pub use components::Components;
pub use k_means::KMeans;
