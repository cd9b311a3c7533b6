//! Pairs of nodes with what a model says of them.

use aevb_data::graph::Graph;
use serde::Serialize;

use crate::latents::Latents;
use crate::table;

/// A pair and its score under the posterior's means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Link {
    /// The nodes.
    pub pair: [u32; 2],
    /// `μ_i·μ_j`
    pub score: f32,
}

/// Links of a graph, to be written.
pub struct Links<'a> {
    graph: &'a Graph,
    latents: &'a Latents,
    links: Vec<Link>,
}

/// A link as JSON has it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LinkRow {
    /// A node's name.
    pub source: String,
    /// The other's.
    pub target: String,
    /// `σ(μ_i·μ_j)`, the decoder's. It runs high under the objective `kipf`, where an edge weighs more than a pair without.
    pub probability: f64,
    /// `μ_i·μ_j`, the logit.
    pub score: f32,
    /// The standard deviation of `z_i·z_j` under the posterior, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spread: Option<f64>,
    /// Whether the graph has the edge.
    pub known: bool,
}

impl<'a> Links<'a> {
    /// Links between nodes of `graph`, which lie where `latents` says.
    pub fn new(graph: &'a Graph, latents: &'a Latents, links: Vec<Link>) -> Self {
        Self { graph, latents, links }
    }

    /// Each link, in order.
    pub fn to_json(&self) -> Vec<LinkRow> {
        self.links.iter().map(|link| self.describe(link)).collect()
    }

    /// A line of names, then one a link.
    pub fn to_table(&self, mark: char) -> Vec<u8> {
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

    /// `√Var[z_i·z_j]`, with `Var = Σ_k μ_ik² σ_jk² + μ_jk² σ_ik² + σ_ik² σ_jk²` for independent Gaussians; of a node with
    /// itself `Var[Σ_k z_k²] = Σ_k 4 μ_k² σ_k² + 2 σ_k⁴`.
    fn spread(&self, i: u32, j: u32) -> Option<f64> {
        let deviation = self.latents.deviation.as_ref()?;
        let width = self.latents.width;
        let row = |values: &'a [f32], node: u32| {
            values[node as usize * width..][..width].iter().map(|&x| f64::from(x))
        };
        let of = |node| row(&self.latents.mean, node).zip(row(deviation, node));
        let terms = of(i).zip(of(j)).map(|((mean, sigma), (other_mean, other_sigma))| {
            let (a, b) = (sigma * sigma, other_sigma * other_sigma);
            match i == j {
                true => 4.0 * mean * mean * a + 2.0 * a * a,
                false => mean * mean * b + other_mean * other_mean * a + a * b,
            }
        });
        Some(terms.sum::<f64>().sqrt())
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
        Latents { ids: None, labels: None, mean, deviation, width: 2 }
    }

    #[test]
    fn the_spread_is_that_of_draws() {
        use rand::SeedableRng;
        let deviation = vec![0.5, 1.0, 0.25, 2.0, 0.1, 0.3];
        let (graph, latents) = (graph(), latents(Some(deviation.clone())));
        let links = Links::new(&graph, &latents, Vec::new());
        const DRAWS: usize = 200_000;
        let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(3);
        for [i, j] in [[0_u32, 1], [1, 2], [0, 0]] {
            let noise = crate::random::standard_normals(&mut random, 4 * DRAWS);
            let products: Vec<f64> = noise
                .chunks_exact(4)
                .map(|noise| {
                    let z = |node: u32, k: usize, noise: f32| {
                        let at = node as usize * 2 + k;
                        f64::from(latents.mean[at] + deviation[at] * noise)
                    };
                    (0..2).map(|k| z(i, k, noise[k]) * z(j, k, noise[if i == j { k } else { 2 + k }])).sum()
                })
                .collect();
            let mean = products.iter().sum::<f64>() / DRAWS as f64;
            let variance = products.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / DRAWS as f64;
            let spread = links.spread(i, j).expect("a posterior");
            assert!(
                (variance.sqrt() / spread - 1.0).abs() < 0.02,
                "{i} {j}: {} and {spread}",
                variance.sqrt()
            );
        }
    }

    #[test]
    fn a_table_has_a_line_a_link() {
        let graph = graph();
        let found = vec![Link { pair: [0, 1], score: 0.0 }, Link { pair: [1, 2], score: -1.5 }];
        let codes = latents(None);
        let text = String::from_utf8(Links::new(&graph, &codes, found.clone()).to_table(',')).expect("text");
        let expected = "source,target,probability,score,known\na,\"b,c\",0.500000,0,true\n\"b,c\",d,0.182426,-1.5,false\n";
        assert_eq!(text, expected);
        let posterior = latents(Some(vec![0.0; 6]));
        let text = String::from_utf8(Links::new(&graph, &posterior, found).to_table('\t')).expect("text");
        assert!(text.starts_with(
            "source\ttarget\tprobability\tscore\tspread\tknown\na\tb,c\t0.500000\t0\t0.000000\ttrue\n"
        ));
    }
}
