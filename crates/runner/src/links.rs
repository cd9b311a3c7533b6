//! Pairs of nodes with what a model says of them.

use std::path::Path;

use aevb_data::graph::Graph;
use serde::Serialize;

use crate::error::{Error, Result};
use crate::latents::Latents;
use crate::table;
use crate::train::NodeLatents;

/// How links are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableFormat {
    /// Columns by commas.
    Csv,
    /// Columns by tabs.
    Tsv,
    /// Typed columns.
    #[cfg(feature = "parquet")]
    Parquet,
}

impl TableFormat {
    /// The format that a file's name asks for.
    ///
    /// # Errors
    /// If it asks for none of these.
    pub fn of(path: &Path) -> Result<Self> {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("csv") => Ok(Self::Csv),
            Some("tsv") => Ok(Self::Tsv),
            #[cfg(feature = "parquet")]
            Some("parquet") => Ok(Self::Parquet),
            _ => Err(Error::usage(format!("{}: of unknown format", path.display())).with_hint(
                "the name ends in .csv, .tsv or, in a program built with --features parquet, .parquet",
            )),
        }
    }
}

/// A pair and its score under the posterior's means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Link {
    /// The nodes.
    pub pair: [u32; 2],
    /// The decoder's logit, `μ_i·μ_j` unless it has parameters.
    pub score: f32,
}

/// Links of a graph, to be written.
pub struct Links<'a> {
    graph: &'a Graph,
    latents: &'a Latents,
    /// The symmetric matrix of a bilinear decoder, `[latent, latent]`.
    bilinear: Option<&'a [f32]>,
    links: Vec<Link>,
}

/// A link as JSON has it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LinkRow {
    /// A node's name.
    pub source: String,
    /// The other's.
    pub target: String,
    /// `σ(score)`, the decoder's. It runs high under the objective `kipf`, where an edge weighs more than a pair without.
    pub probability: f64,
    /// The logit, `μ_i·μ_j` unless the decoder has parameters.
    pub score: f32,
    /// The standard deviation of the logit of `z_i` and `z_j` under the posterior, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spread: Option<f64>,
    /// Whether the graph has the edge.
    pub known: bool,
}

impl<'a> Links<'a> {
    /// Links between nodes of a graph.
    pub fn new(nodes: &'a NodeLatents, links: Vec<Link>) -> Self {
        Self { graph: &nodes.graph, latents: &nodes.latents, bilinear: nodes.bilinear.as_deref(), links }
    }

    /// Each link, in order.
    pub fn to_json(&self) -> Vec<LinkRow> {
        self.links.iter().map(|link| self.describe(link)).collect()
    }

    /// The file of a format.
    pub fn to_file(&self, format: TableFormat) -> Vec<u8> {
        match format {
            TableFormat::Csv => self.to_table(','),
            TableFormat::Tsv => self.to_table('\t'),
            #[cfg(feature = "parquet")]
            TableFormat::Parquet => self.to_parquet(),
        }
    }

    /// A line of names, then one a link.
    fn to_table(&self, mark: char) -> Vec<u8> {
        let spread = self.latents.deviation.as_ref().map(|_| "spread");
        let mut writer = table::Writer::new(mark);
        let names = ["source", "target", "probability", "score"].into_iter().chain(spread).chain(["known"]);
        writer.row(names.map(str::to_owned));
        for link in &self.links {
            let LinkRow { source, target, probability, score, spread, known } = self.describe(link);
            let numbers = [format!("{probability:.6}"), score.to_string()];
            let spread = spread.map(|spread| format!("{spread:.6}"));
            writer.row([source, target].into_iter().chain(numbers).chain(spread).chain([known.to_string()]));
        }
        writer.finish()
    }

    /// The columns of the table, with their types.
    #[cfg(feature = "parquet")]
    fn to_parquet(&self) -> Vec<u8> {
        use aevb_data::parquet::{Column, file};
        let rows = self.to_json();
        let text =
            |of: fn(&LinkRow) -> &String| Column::Text(rows.iter().map(|row| of(row).clone()).collect());
        let mut columns = vec![
            ("source", text(|row| &row.source)),
            ("target", text(|row| &row.target)),
            ("probability", Column::Double(rows.iter().map(|row| row.probability).collect())),
            ("score", Column::Single(rows.iter().map(|row| row.score).collect())),
        ];
        if self.latents.deviation.is_some() {
            columns.push(("spread", Column::Double(rows.iter().filter_map(|row| row.spread).collect())));
        }
        columns.push(("known", Column::Flag(rows.iter().map(|row| row.known).collect())));
        let columns: Vec<_> = columns.into_iter().map(|(name, column)| (name.to_owned(), column)).collect();
        file(&columns).expect("columns of one length and of valid names")
    }

    fn describe(&self, link: &Link) -> LinkRow {
        let [i, j] = link.pair;
        LinkRow {
            source: self.graph.name(i).into_owned(),
            target: self.graph.name(j).into_owned(),
            probability: 1.0 / (1.0 + (-f64::from(link.score)).exp()),
            score: link.score,
            spread: self.spread(i, j),
            known: self.graph.has_edge(i, j),
        }
    }

    /// The standard deviation of `z_iᵀ S z_j` for independent Gaussians, `S` being the identity unless the decoder is
    /// bilinear; a bias adds none. With `D` the variances, `Var = μ_iᵀ S D_j S μ_i + μ_jᵀ S D_i S μ_j + tr(S D_i S D_j)`; of a
    /// node with itself twice `tr(S D S D)` and 4 times `μᵀ S D S μ`.
    fn spread(&self, i: u32, j: u32) -> Option<f64> {
        let deviation = self.latents.deviation.as_ref()?;
        let width = self.latents.width;
        let row = |values: &[f32], node: u32| -> Vec<f64> {
            values[node as usize * width..][..width].iter().map(|&x| f64::from(x)).collect()
        };
        let of = |node| {
            let variance: Vec<f64> = row(deviation, node).iter().map(|sigma| sigma * sigma).collect();
            (self.through_matrix(row(&self.latents.mean, node)), variance)
        };
        let ((mean, variance), (other_mean, other_variance)) = (of(i), of(j));
        let weighted = |mean: &[f64], variance: &[f64]| -> f64 {
            mean.iter().zip(variance).map(|(mean, variance)| mean * mean * variance).sum()
        };
        let trace: f64 = match self.bilinear {
            None => variance.iter().zip(&other_variance).map(|(a, b)| a * b).sum(),
            Some(matrix) => matrix
                .iter()
                .enumerate()
                .map(|(at, &s)| f64::from(s).powi(2) * variance[at / width] * other_variance[at % width])
                .sum(),
        };
        let total = match i == j {
            true => 4.0 * weighted(&mean, &variance) + 2.0 * trace,
            false => weighted(&mean, &other_variance) + weighted(&other_mean, &variance) + trace,
        };
        Some(total.sqrt())
    }

    /// `S μ`
    fn through_matrix(&self, mean: Vec<f64>) -> Vec<f64> {
        let Some(matrix) = self.bilinear else { return mean };
        let product = |row: &[f32]| row.iter().zip(&mean).map(|(&s, mean)| f64::from(s) * mean).sum();
        matrix.chunks_exact(self.latents.width).map(product).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph() -> Graph {
        let (graph, _) = Graph::from_edges(3, [(0, 1)]).expect("a graph");
        graph.with_names(["a", "b,c", "d"].map(str::to_owned).to_vec()).expect("three names")
    }

    fn latents(deviation: Option<Vec<f32>>) -> Latents {
        let mean = vec![1.0, 2.0, -0.5, 0.5, 3.0, 0.0];
        Latents { ids: None, labels: None, parts: None, mean, deviation, width: 2 }
    }

    #[test]
    fn the_spread_is_that_of_draws() {
        use rand::SeedableRng;
        let deviation = vec![0.5, 1.0, 0.25, 2.0, 0.1, 0.3];
        let (graph, latents) = (graph(), latents(Some(deviation.clone())));
        let matrix = [0.5, -1.0, -1.0, 2.0];
        const DRAWS: usize = 200_000;
        let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(3);
        let pairs = [[0_u32, 1], [1, 2], [0, 0]];
        for ([i, j], bilinear) in pairs.into_iter().flat_map(|pair| [(pair, None), (pair, Some(&matrix[..]))])
        {
            let links = Links { graph: &graph, latents: &latents, bilinear, links: Vec::new() };
            let s = bilinear.unwrap_or(&[1.0, 0.0, 0.0, 1.0]);
            let noise = crate::random::standard_normals(&mut random, 4 * DRAWS);
            let products: Vec<f64> = noise
                .chunks_exact(4)
                .map(|noise| {
                    let z = |node: u32, k: usize, noise: f32| {
                        let at = node as usize * 2 + k;
                        f64::from(latents.mean[at] + deviation[at] * noise)
                    };
                    let ours = [z(i, 0, noise[0]), z(i, 1, noise[1])];
                    let theirs = if i == j { ours } else { [z(j, 0, noise[2]), z(j, 1, noise[3])] };
                    (0..4).map(|at| ours[at / 2] * f64::from(s[at]) * theirs[at % 2]).sum()
                })
                .collect();
            let mean = products.iter().sum::<f64>() / DRAWS as f64;
            let variance = products.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / DRAWS as f64;
            let spread = links.spread(i, j).expect("a posterior");
            let ratio = variance.sqrt() / spread;
            assert!((ratio - 1.0).abs() < 0.02, "{i} {j} {bilinear:?}: {ratio}");
        }
    }

    #[test]
    fn a_table_has_a_line_a_link() {
        let graph = graph();
        let found = vec![Link { pair: [0, 1], score: 0.0 }, Link { pair: [1, 2], score: -1.5 }];
        let codes = latents(None);
        let text = String::from_utf8(
            Links { graph: &graph, latents: &codes, bilinear: None, links: found.clone() }.to_table(','),
        )
        .expect("text");
        let expected = "source,target,probability,score,known\na,\"b,c\",0.500000,0,true\n\"b,c\",d,0.182426,-1.5,false\n";
        assert_eq!(text, expected);
        let posterior = latents(Some(vec![0.0; 6]));
        let text = String::from_utf8(
            Links { graph: &graph, latents: &posterior, bilinear: None, links: found }.to_table('\t'),
        )
        .expect("text");
        assert!(text.starts_with(
            "source\ttarget\tprobability\tscore\tspread\tknown\na\tb,c\t0.500000\t0\t0.000000\ttrue\n"
        ));
    }
}
