use super::graph::Graph;
use super::graph_conv::{normalize, output_of, product, propagate};
use crate::error::Result;
use crate::experiment::GraphEncoder;

/// What an encoder by linear propagation has.
pub(super) struct Propagated {
    pub hops: usize,
    /// The nodes that have free embeddings beside their features.
    pub embeddings: Option<usize>,
}

impl Propagated {
    /// The heads, `Σ_k α_k Ãᵏ (s X W + E)` by Horner's rule, each under its own name.
    pub fn heads(
        &self,
        graph: &mut Graph<'_>,
        encoder: &GraphEncoder,
        heads: &[&str],
        input: Option<&str>,
        d_features: usize,
    ) -> Result<()> {
        for &head in heads {
            let unscaled = product(graph, head, input, [d_features, encoder.latent])?;
            let mut rows = scaled(graph, head, &unscaled)?;
            if let Some(nodes) = self.embeddings {
                let (embeddings, sum) = (format!("{head}.embeddings"), format!("{head}.sum"));
                graph.weight(&embeddings, &[nodes, encoder.latent])?;
                graph.node("Add", &[&rows, &embeddings], &sum);
                rows = sum;
            }
            if encoder.normalize.is_before() && head == "mean" {
                normalize(graph, &rows, "mean.normalized");
                rows = "mean.normalized".to_owned();
            }
            propagated(graph, head, &rows, self.hops, output_of(head, encoder))?;
        }
        Ok(())
    }
}

/// `s X W`
fn scaled(graph: &mut Graph<'_>, head: &str, product: &str) -> Result<String> {
    let name = |part: &str| format!("{head}.{part}");
    let [log_scale, scale, rows] = ["log_scale", "scale", "scaled"].map(name);
    graph.weight(&log_scale, &[1])?;
    graph.node("Exp", &[&log_scale], &scale);
    graph.node("Mul", &[product, &scale], &rows);
    Ok(rows)
}

fn propagated(graph: &mut Graph<'_>, head: &str, rows: &str, hops: usize, output: &str) -> Result<()> {
    let weights = format!("{head}.hops");
    graph.weight(&weights, &[hops + 1])?;
    let mut sum = String::new();
    for hop in (0..=hops).rev() {
        let name = |part: &str| format!("{head}.{part}.{hop}");
        let [place, factor, weighted] = ["hop", "factor", "weighted"].map(name);
        graph.integers(&place, &[], &[hop as i64]);
        graph.node("Gather", &[&weights, &place], &factor);
        graph.node("Mul", &[rows, &factor], &weighted);
        sum = if hop == hops {
            weighted
        } else {
            let [messages, next] = ["messages", "passed"].map(name);
            propagate(graph, &sum, &messages);
            let next = if hop == 0 { output.to_owned() } else { next };
            graph.node("Add", &[&messages, &weighted], &next);
            next
        };
    }
    Ok(())
}
