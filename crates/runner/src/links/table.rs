//! Links as files that other programs read.

use std::path::Path;

use aevb_data::graph::Graph;
use serde::Serialize;

use super::{Calibration, Link};
use crate::error::{Error, Result};
use crate::latents::Latents;
use crate::node_names::NodeNames;
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

/// Links of a graph, to be written.
pub struct Links<'a> {
    graph: &'a Graph,
    /// The same nodes with the edges that the model was trained on.
    train: &'a Graph,
    /// What the model's scores vary by, where it is the model that scores.
    model: Option<Model<'a>>,
    calibration: Option<&'a Calibration>,
    names: Option<&'a NodeNames>,
    links: Vec<Link>,
}

/// What scores of a model vary by.
#[derive(Clone, Copy)]
struct Model<'a> {
    latents: &'a Latents,
    /// The symmetric matrix of a bilinear decoder, `[latent, latent]`.
    bilinear: Option<&'a [f32]>,
}

/// A link as JSON has it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LinkRow {
    /// A node's id.
    pub source: String,
    /// The other's.
    pub target: String,
    /// What the first is called, where names were given; empty where it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_name: Option<String>,
    /// What the other is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_name: Option<String>,
    /// The probability that a pair with this score is an edge that was held out, where scores are calibrated; none of a
    /// training edge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held_out_probability: Option<Option<f64>>,
    /// The model's logit, `μ_i·μ_j` unless the decoder has parameters, or the heuristic's score.
    pub score: f64,
    /// The standard deviation of the logit of `z_i` and `z_j` under the posterior, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spread: Option<f64>,
    /// Whether the graph has the edge.
    pub known: bool,
}

impl<'a> Links<'a> {
    /// Links between nodes of a graph, as a model scores them or, without `is_model`, a heuristic.
    pub fn new(nodes: &'a NodeLatents, train: &'a Graph, is_model: bool, links: Vec<Link>) -> Self {
        let model = Model { latents: &nodes.latents, bilinear: nodes.bilinear.as_deref() };
        let model = is_model.then_some(model);
        Self { graph: &nodes.graph, train, model, calibration: None, names: None, links }
    }

    /// The same with a column of probabilities.
    #[must_use]
    pub fn with_probabilities(self, calibration: Option<&'a Calibration>) -> Self {
        Self { calibration, ..self }
    }

    /// The same with columns of names.
    #[must_use]
    pub fn with_names(self, names: Option<&'a NodeNames>) -> Self {
        Self { names, ..self }
    }

    /// How many there are.
    #[expect(clippy::len_without_is_empty, reason = "nobody asks")]
    pub fn len(&self) -> usize {
        self.links.len()
    }

    /// How many of them are edges of the graph.
    pub fn known(&self) -> usize {
        self.links.iter().filter(|Link { pair: [i, j], .. }| self.graph.has_edge(*i, *j)).count()
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
        let mut writer = table::Writer::new(mark);
        let names = self.names.map(|_| ["source_name", "target_name"]).into_iter().flatten();
        let probability = self.calibration.map(|_| "held_out_probability");
        let spread = self.deviation().map(|_| "spread");
        let columns = ["source", "target"].into_iter().chain(names).chain(probability);
        let columns = columns.chain(["score"]).chain(spread).chain(["known"]);
        writer.row(columns.map(str::to_owned));
        for link in &self.links {
            let row = self.describe(link);
            let names = [row.source_name, row.target_name].into_iter().flatten();
            let probability = row.held_out_probability;
            let probability = probability
                .map(|held_out| held_out.map_or(String::new(), |held_out| format!("{held_out:.6}")));
            let spread = row.spread.map(|spread| format!("{spread:.6}"));
            let fields = [row.source, row.target].into_iter().chain(names).chain(probability);
            writer.row(fields.chain([row.score.to_string()]).chain(spread).chain([row.known.to_string()]));
        }
        writer.finish()
    }

    /// The columns of the table, with their types. A probability that is none is NaN.
    #[cfg(feature = "parquet")]
    fn to_parquet(&self) -> Vec<u8> {
        use aevb_data::parquet::{Column, file};
        let rows = self.to_json();
        let text =
            |of: fn(&LinkRow) -> &str| Column::Text(rows.iter().map(|row| of(row).to_owned()).collect());
        let mut columns = vec![("source", text(|row| &row.source)), ("target", text(|row| &row.target))];
        if self.names.is_some() {
            columns.push(("source_name", text(|row| row.source_name.as_deref().unwrap_or_default())));
            columns.push(("target_name", text(|row| row.target_name.as_deref().unwrap_or_default())));
        }
        if self.calibration.is_some() {
            let probability = |row: &LinkRow| row.held_out_probability.flatten().unwrap_or(f64::NAN);
            columns.push(("held_out_probability", Column::Double(rows.iter().map(probability).collect())));
        }
        columns.push(match self.model {
            Some(_) => ("score", Column::Single(self.links.iter().map(|link| link.score as f32).collect())),
            None => ("score", Column::Double(self.links.iter().map(|link| link.score).collect())),
        });
        if self.deviation().is_some() {
            columns.push(("spread", Column::Double(rows.iter().filter_map(|row| row.spread).collect())));
        }
        columns.push(("known", Column::Flag(rows.iter().map(|row| row.known).collect())));
        let columns: Vec<_> = columns.into_iter().map(|(name, column)| (name.to_owned(), column)).collect();
        file(&columns).expect("columns of one length and of valid names")
    }

    fn describe(&self, link: &Link) -> LinkRow {
        let [i, j] = link.pair;
        let name = |node: u32| self.names.map(|names| names.of(node).unwrap_or_default().to_owned());
        let probability = |calibration: &Calibration| {
            (!self.train.has_edge(i, j)).then(|| calibration.probability(link.score))
        };
        LinkRow {
            source: self.graph.name(i).into_owned(),
            target: self.graph.name(j).into_owned(),
            source_name: name(i),
            target_name: name(j),
            held_out_probability: self.calibration.map(probability),
            score: if self.model.is_some() { shortest(link.score as f32) } else { link.score },
            spread: self.model.and_then(|model| model.spread(i, j)),
            known: self.graph.has_edge(i, j),
        }
    }

    /// The deviations of the posterior, where it is the model that scores and it has one.
    fn deviation(&self) -> Option<&[f32]> {
        self.model?.latents.deviation.as_deref()
    }
}

/// The number that is written as the number of single precision is: in as few digits as tell it from all others.
fn shortest(score: f32) -> f64 {
    score.to_string().parse().expect("a number as Rust writes it")
}

impl Model<'_> {
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
        let latents = latents(Some(deviation.clone()));
        let matrix = [0.5, -1.0, -1.0, 2.0];
        const DRAWS: usize = 200_000;
        let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(3);
        let pairs = [[0_u32, 1], [1, 2], [0, 0]];
        for ([i, j], bilinear) in pairs.into_iter().flat_map(|pair| [(pair, None), (pair, Some(&matrix[..]))])
        {
            let model = Model { latents: &latents, bilinear };
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
            let spread = model.spread(i, j).expect("a posterior");
            let ratio = variance.sqrt() / spread;
            assert!((ratio - 1.0).abs() < 0.02, "{i} {j} {bilinear:?}: {ratio}");
        }
    }

    #[test]
    fn a_table_has_a_line_a_link() {
        let graph = graph();
        let links =
            vec![Link { pair: [0, 1], score: 0.0 }, Link { pair: [1, 2], score: f64::from(-1.3_f32) }];
        let text = |latents: &Latents, is_model: bool, mark| {
            let model = is_model.then_some(Model { latents, bilinear: None });
            let links = links.clone();
            let links = Links { graph: &graph, train: &graph, model, calibration: None, names: None, links };
            assert_eq!(links.known(), 1);
            String::from_utf8(links.to_table(mark)).expect("text")
        };
        let expected = "source,target,score,known\na,\"b,c\",0,true\n\"b,c\",d,-1.3,false\n";
        assert_eq!(text(&latents(None), true, ','), expected);
        let posterior = latents(Some(vec![0.0; 6]));
        assert!(
            text(&posterior, true, '\t')
                .starts_with("source\ttarget\tscore\tspread\tknown\na\tb,c\t0\t0.000000\ttrue\n")
        );
        assert!(text(&posterior, false, ',').starts_with("source,target,score,known\na,"));
    }
}
