//! The estimate of a step by plain loops, in parts whose weights may be made wrong.

use super::*;

/// `softplus(x_ij)` and `x_ij` of all pairs, each with its gradients by z and by biases.
pub(super) struct Dense {
    diagonal: Diagonal,
    softplus: Vec<Components>,
    logits: Vec<Components>,
}

/// The sums that an estimate is of.
pub(super) struct Parts {
    /// The pairs of rows and columns.
    pairs: Components,
    /// What edges take out of that sum.
    out_of_pairs: Components,
    /// Edges as they are learnt.
    learnt: Components,
    self_pairs: Components,
    non_edges: Components,
    /// Whether edges and linked self-pairs are those of the rows.
    are_of_rows: bool,
}

/// What each weight is multiplied by: 1 where it is right.
#[derive(Clone, Copy, Debug)]
pub(super) struct Factors {
    pub rows: f64,
    pub columns: f64,
    pub edges: f64,
    pub self_pairs: f64,
    pub non_edges: f64,
    pub mask: f64,
}

pub(super) const RIGHT: Factors =
    Factors { rows: 1.0, columns: 1.0, edges: 1.0, self_pairs: 1.0, non_edges: 1.0, mask: 1.0 };

const SIZE: usize = 1 + NODES * LATENT + NODES;

impl Dense {
    pub fn of(diagonal: Diagonal) -> Self {
        let (z, bias) = z_and_bias();
        let row = |node: usize| &z[node * LATENT..(node + 1) * LATENT];
        let logit = |at: usize| {
            let (i, j) = (at / NODES, at % NODES);
            let mut components = vec![0.0; SIZE];
            components[0] =
                bias[i] + bias[j] + row(i).iter().zip(row(j)).map(|(one, other)| one * other).sum::<f64>();
            for k in 0..LATENT {
                components[1 + i * LATENT + k] += row(j)[k];
                components[1 + j * LATENT + k] += row(i)[k];
            }
            components[1 + NODES * LATENT + i] += 1.0;
            components[1 + NODES * LATENT + j] += 1.0;
            components
        };
        let logits: Vec<Components> = (0..NODES * NODES).map(logit).collect();
        let softplus = |logit: &Components| {
            let sigmoid = 1.0 / (1.0 + (-logit[0]).exp());
            let gradients = logit[1..].iter().map(|gradient| sigmoid * gradient);
            std::iter::once(logit[0].exp().ln_1p()).chain(gradients).collect()
        };
        Self { diagonal, softplus: logits.iter().map(softplus).collect(), logits }
    }

    /// Adds `a softplus(x_ij) + b x_ij`.
    fn add(&self, sum: &mut Components, [i, j]: [u32; 2], [a, b]: [f64; 2]) {
        let at = i as usize * NODES + j as usize;
        for ((sum, softplus), logit) in sum.iter_mut().zip(&self.softplus[at]).zip(&self.logits[at]) {
            *sum += a * softplus + b * logit;
        }
    }

    /// The parts of a step, by its nodes or by its pairs without an edge.
    pub fn parts(
        &self,
        drawn: &DrawnNodes,
        non_edges: Option<(Vec<[u32; 2]>, Vec<f32>)>,
        own_edges: bool,
        mask: Option<&EdgeMask>,
    ) -> Parts {
        let zeros = || vec![0.0; SIZE];
        let mut parts = Parts {
            pairs: zeros(),
            out_of_pairs: zeros(),
            learnt: zeros(),
            self_pairs: zeros(),
            non_edges: zeros(),
            are_of_rows: own_edges,
        };
        let all: Vec<u32> = (0..NODES as u32).collect();
        let (rows, weights) = match &drawn.rows {
            Some(DrawnRows { rows, weights: Some(weights) }) => {
                (rows.clone(), weights.iter().map(|&weight| f64::from(weight)).collect())
            }
            Some(DrawnRows { rows, weights: None }) => {
                (rows.clone(), vec![NODES as f64 / rows.len() as f64; rows.len()])
            }
            None => (all.clone(), vec![1.0; NODES]),
        };
        let columns = drawn.columns.as_ref().unwrap_or(&all);
        let column_weight = NODES as f64 / columns.len() as f64;
        let is_block = non_edges.is_none();
        if let Some((pairs, weights)) = non_edges {
            for (pair, weight) in pairs.into_iter().zip(weights) {
                self.add(&mut parts.non_edges, pair, [f64::from(weight), 0.0]);
            }
        } else {
            for (&i, weight) in rows.iter().zip(&weights) {
                for &j in columns {
                    self.add(&mut parts.pairs, [i, j], [weight * column_weight, 0.0]);
                }
            }
        }
        let weight_of = |node: u32| match own_edges {
            true => rows.iter().position(|&row| row == node).map_or(0.0, |place| weights[place]),
            false => 1.0,
        };
        for [i, j] in EDGES.iter().flat_map(|&[i, j]| [[i, j], [j, i]]) {
            let weight = weight_of(i);
            let learnt = weight * POSITIVE_WEIGHT * mask.map_or(1.0, |mask| f64::from(mask.learnt([i, j])));
            self.add(&mut parts.learnt, [i, j], [learnt, -learnt]);
            if is_block {
                self.add(&mut parts.out_of_pairs, [i, j], [-weight, 0.0]);
            }
        }
        for node in 0..NODES as u32 {
            let place = rows.iter().position(|&row| row == node);
            let [a, b] = match self.diagonal {
                Diagonal::Linked => {
                    let q = weight_of(node) * POSITIVE_WEIGHT;
                    [q - if is_block { weight_of(node) } else { 0.0 }, -q]
                }
                Diagonal::LeftOut if is_block && columns.contains(&node) => {
                    [-place.map_or(0.0, |place| weights[place]) * column_weight, 0.0]
                }
                Diagonal::LeftOut => [0.0; 2],
            };
            self.add(&mut parts.self_pairs, [node, node], [a, b]);
        }
        parts
    }

    /// The estimate with weights that are wrong by so much.
    pub fn estimate(&self, parts: &Parts, factors: Factors) -> Components {
        let Factors { rows, columns, edges, self_pairs, non_edges, mask } = factors;
        let of_rows = if parts.are_of_rows { rows } else { 1.0 };
        let of_self_pairs = match self.diagonal {
            Diagonal::Linked => of_rows,
            Diagonal::LeftOut => rows * columns,
        };
        let sums = [
            (&parts.pairs, rows * columns),
            (&parts.out_of_pairs, edges * of_rows),
            (&parts.learnt, edges * of_rows * mask),
            (&parts.self_pairs, self_pairs * of_self_pairs),
            (&parts.non_edges, non_edges),
        ];
        (0..SIZE).map(|k| SCALE * sums.iter().map(|(sum, factor)| sum[k] * factor).sum::<f64>()).collect()
    }

    /// The sums over the pairs among some nodes alone, `N²/n²` times.
    pub fn subgraph(&self, nodes: &[u32]) -> f64 {
        let mut sum = vec![0.0; SIZE];
        for (i, j) in nodes.iter().flat_map(|&i| nodes.iter().map(move |&j| (i, j))) {
            let is_edge = EDGES.contains(&[i, j]) || EDGES.contains(&[j, i]);
            let coefficients = match (i == j, self.diagonal) {
                (true, Diagonal::LeftOut) => [0.0; 2],
                (true, Diagonal::Linked) => [POSITIVE_WEIGHT, -POSITIVE_WEIGHT],
                (false, _) if is_edge => [POSITIVE_WEIGHT, -POSITIVE_WEIGHT],
                (false, _) => [1.0, 0.0],
            };
            self.add(&mut sum, [i, j], coefficients);
        }
        SCALE * sum[0] * (NODES as f64 / nodes.len() as f64).powi(2)
    }
}
