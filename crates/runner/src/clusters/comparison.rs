use std::collections::HashMap;
use std::fmt::Write;
use std::hash::Hash;

use rand::Rng;
use serde::Serialize;

use super::{Agreement, Components, KMeans};

/// With more labels these are names rather than classes, and clusters of each would take hours.
const MOST_LABELS: usize = 256;

/// How far clusters of latent vectors agree with the labels of their rows, which had no part in the clusters.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClusterComparison {
    /// The rows that have a label.
    pub rows: usize,
    /// The labels that there are.
    pub labels: usize,
    /// The clusters of each way to find them.
    pub clusters: Vec<Clusters>,
}

/// Clusters and how far they agree with labels.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Clusters {
    /// How they were found.
    pub name: String,
    /// How far they agree.
    #[serde(flatten)]
    pub agreement: Agreement,
}

impl ClusterComparison {
    /// That of the responsible components of a prior, where it has any, and of k-means on the means `[rows, width]`, with as many
    /// clusters as there are labels; a row may have none. `None` with fewer than two labels, or more than 256.
    pub fn of<L: Hash + Eq>(
        labels: impl Iterator<Item = Option<L>>,
        (means, width): (&[f32], usize),
        components: Option<&Components>,
        random: &mut impl Rng,
    ) -> Option<Self> {
        let mut numbers: HashMap<L, usize> = HashMap::new();
        let (mut rows, mut classes) = (Vec::new(), Vec::new());
        for (row, label) in labels.enumerate() {
            let Some(label) = label else { continue };
            let next = numbers.len();
            classes.push(*numbers.entry(label).or_insert(next));
            rows.push(row);
        }
        if !(2..=MOST_LABELS).contains(&numbers.len()) {
            return None;
        }
        let mut clusters = Vec::new();
        if let Some(components) = components {
            let of: Vec<usize> = rows.iter().map(|&row| components.of[row] as usize).collect();
            let name = format!("mixture of {}", components.count);
            clusters.push(Clusters { name, agreement: Agreement::of(&of, &classes) });
        }
        let points: Vec<f32> =
            rows.iter().flat_map(|&row| means[row * width..][..width].iter().copied()).collect();
        let k_means = KMeans::of(&points, width, numbers.len(), random);
        let agreement = Agreement::of(&k_means.clusters, &classes);
        clusters.push(Clusters { name: format!("k-means of {}", numbers.len()), agreement });
        Some(Self { rows: rows.len(), labels: numbers.len(), clusters })
    }

    /// Lines for people, `rows` being what a row is called.
    pub fn to_text(&self, rows: &str) -> String {
        let Self { rows: count, labels, .. } = self;
        let mut text =
            format!("clusters    of latent vectors, beside the {labels} labels of {count} {rows}\n");
        for Clusters { name, agreement } in &self.clusters {
            let Agreement { normalized_mutual_information, adjusted_rand_index, accuracy } = agreement;
            writeln!(
                text,
                "            {name:<16}  NMI {normalized_mutual_information:.3}  adjusted Rand index {adjusted_rand_index:.3}  \
                 accuracy {:.2} %",
                100.0 * accuracy
            )
            .expect("text takes all");
        }
        text
    }
}
