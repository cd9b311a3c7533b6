//! The same ranks for what needs no learning: scores from the training graph alone, and chance.

use std::collections::BTreeMap;
use std::sync::Mutex;

use aevb_data::graph::heuristics::Heuristic;
use aevb_data::graph::{Graph, LinkSplit};
use aevb_models::ranking::Bins;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::link_prediction::link_prediction;
use super::ranked_edges::RankedEdges;
use super::ranking::{Hits, Ranking, precision_among_all_pairs};
use super::report::{ReportRow, TestMetrics};
use super::steps::Steps;
use crate::error::{Error, Result};

/// What is asked of the scores from one source.
#[derive(Default)]
struct Questions {
    /// Ends of test edges, to be ranked.
    targets: Vec<u32>,
    /// Places in the list of pairs, and the other node.
    pairs: Vec<(usize, u32)>,
}

/// Pairs that a thread scores at once.
const CHUNK: usize = 1024;

/// The row of a heuristic on the training graph `train` of `graph`, without its precision among all pairs; its ranks are of
/// these test edges.
///
/// # Errors
/// If the split has no test edge.
pub fn heuristic_row(
    heuristic: Heuristic,
    graph: &Graph,
    train: &Graph,
    split: &LinkSplit,
    ranked: &RankedEdges<'_>,
) -> Result<ReportRow> {
    let (edges, non_edges) = (&split.test.edges, &split.test.non_edges);
    if ranked.sampled().is_some() {
        let [positive, negative] = [edges, non_edges].map(|pairs| pair_scores(heuristic, train, pairs));
        let ranks = heuristic_ranks(heuristic, graph, train, &ranked.edges);
        let row = row(heuristic.name(), &positive, &negative, &ranks)?;
        return Ok(ReportRow { sampled: ranked.sampled(), ..row });
    }
    let mut questions: BTreeMap<u32, Questions> = BTreeMap::new();
    for (place, &[i, j]) in edges.iter().enumerate() {
        let first = questions.entry(i).or_default();
        first.targets.push(j);
        first.pairs.push((place, j));
        questions.entry(j).or_default().targets.push(i);
    }
    for (place, &[i, j]) in (edges.len()..).zip(non_edges) {
        // From a node that is a source anyhow, where there is one.
        let (source, other) =
            if !questions.contains_key(&i) && questions.contains_key(&j) { (j, i) } else { (i, j) };
        questions.entry(source).or_default().pairs.push((place, other));
    }
    let sources: Vec<u32> = questions.keys().copied().collect();
    let steps = Steps::new(heuristic.name(), sources.len());
    let answers = heuristic.from_sources(train, &sources, |source, row| {
        let Questions { targets, pairs } = &questions[&source];
        steps.done_one();
        let ranks: Vec<f64> =
            targets.iter().map(|&target| filtered_rank(row, (graph, train), source, target)).collect();
        (ranks, pairs.iter().map(|&(place, other)| (place, row[other as usize])).collect::<Vec<_>>())
    });
    let mut ranks = Vec::with_capacity(2 * edges.len());
    let mut scores = vec![0.0; edges.len() + non_edges.len()];
    for (of_source, pairs) in answers {
        ranks.extend(of_source);
        for (place, score) in pairs {
            scores[place] = score;
        }
    }
    let (positive, negative) = scores.split_at(edges.len());
    row(heuristic.name(), positive, negative, &ranks)
}

/// The scores of pairs on every thread, for heuristics that take each pair by itself.
pub(super) fn pair_scores(heuristic: Heuristic, train: &Graph, pairs: &[[u32; 2]]) -> Vec<f64> {
    pairs.par_chunks(CHUNK).flat_map_iter(|pairs| heuristic.scores(train, pairs)).collect()
}

/// The ranks that a heuristic on the training graph `train` gives to each edge's second node from its first, and to its first
/// from its second, in this order: two an edge. Candidates are the nodes that a source has no edge to in `known`.
pub(super) fn heuristic_ranks(
    heuristic: Heuristic,
    known: &Graph,
    train: &Graph,
    edges: &[[u32; 2]],
) -> Vec<f64> {
    let mut targets: BTreeMap<u32, Vec<(usize, u32)>> = BTreeMap::new();
    for (place, &[i, j]) in edges.iter().enumerate() {
        targets.entry(i).or_default().push((2 * place, j));
        targets.entry(j).or_default().push((2 * place + 1, i));
    }
    let sources: Vec<u32> = targets.keys().copied().collect();
    let steps = Steps::new(heuristic.name(), sources.len());
    let answers = heuristic.from_sources(train, &sources, |source, row| {
        steps.done_one();
        let rank =
            |&(place, target): &(usize, u32)| (place, filtered_rank(row, (known, train), source, target));
        targets[&source].iter().map(rank).collect::<Vec<_>>()
    });
    let mut ranks = vec![0.0; 2 * edges.len()];
    answers.into_iter().flatten().for_each(|(place, rank)| ranks[place] = rank);
    ranks
}

/// The row of scores that are drawn for each pair; its metrics vary as little as the draws are many.
///
/// # Errors
/// If the split has no test edge.
pub fn random_row(
    graph: &Graph,
    split: &LinkSplit,
    ranked: &RankedEdges<'_>,
    mut random: ChaCha8Rng,
) -> Result<ReportRow> {
    let mut draws = |count: usize| (0..count).map(|_| random.random::<f64>()).collect::<Vec<_>>();
    let (positive, negative) = (draws(split.test.edges.len()), draws(split.test.non_edges.len()));
    // A score drawn among those of n candidates is as likely to have each of the ranks from 1 to n + 1.
    let rank = |(source, draw): (u32, f64)| {
        let candidates = graph.partners(source) - graph.degree(source);
        1.0 + (draw * (candidates + 1) as f64).floor()
    };
    let sources: Vec<u32> = ranked.edges.iter().flatten().copied().collect();
    let ranks: Vec<f64> = sources.iter().copied().zip(draws(sources.len())).map(rank).collect();
    let row = row("random", &positive, &negative, &ranks)?;
    Ok(ReportRow { sampled: ranked.sampled(), ..row })
}

fn row(name: &str, positive: &[f64], negative: &[f64], ranks: &[f64]) -> Result<ReportRow> {
    let balanced = link_prediction(positive, negative)?;
    let ranking = Ranking::of(ranks).ok_or_else(|| Error::failed("there is no test edge to rank"))?;
    Ok(ReportRow {
        name: name.to_owned(),
        test: TestMetrics { balanced, ranking },
        sampled: None,
        shared_hits: Hits::against(positive, negative),
        whole_graph_ap: None,
    })
}

/// 1 + the candidates that score higher + half of those that score the same. Candidates are the nodes that a source may have an
/// edge to, by the sides of the training graph, and has none to in `known`.
fn filtered_rank(row: &[f64], (known, train): (&Graph, &Graph), source: u32, target: u32) -> f64 {
    let score = row[target as usize];
    let (mut greater, mut equal) = (0u64, 0u64);
    let others = train.others(source);
    for &other in &row[others.start as usize..others.end as usize] {
        greater += u64::from(other > score);
        equal += u64::from(other == score);
    }
    let itself = train.sides().map_or(Some(source), |sides| sides.twin(source));
    for &node in known.neighbours(source).iter().chain(&itself) {
        greater -= u64::from(row[node as usize] > score);
        equal -= u64::from(row[node as usize] == score);
    }
    1.0 + greater as f64 + equal as f64 / 2.0
}

/// As for a model, from the rows of all nodes, which takes long; of PageRank too long, which has none.
pub fn heuristic_precision(
    heuristic: Heuristic,
    graph: &Graph,
    train: &Graph,
    split: &LinkSplit,
) -> Option<f64> {
    if heuristic == Heuristic::PersonalisedPageRank {
        return None;
    }
    let test = heuristic.scores(train, &split.test.edges);
    let bins = Bins::new(test.clone());
    let zeros = || vec![0u64; bins.thresholds().len() + 1];
    // One list of counts for each row that is being made, handed on to the next.
    let counts: Mutex<Vec<Vec<u64>>> = Mutex::default();
    let rows = graph.sides().map_or(graph.nodes(), |sides| sides.left);
    let nodes: Vec<u32> = (0..rows as u32).collect();
    let steps = Steps::new(heuristic.name(), nodes.len());
    heuristic.from_sources(train, &nodes, |source, row| {
        let free = counts.lock().expect("no thread panicked").pop();
        let mut mine = free.unwrap_or_else(zeros);
        for (node, &score) in (source + 1..).zip(&row[source as usize + 1..]) {
            mine[bins.bin(score)] += u64::from(graph.is_pair(source, node));
        }
        counts.lock().expect("no thread panicked").push(mine);
        steps.done_one();
    });
    let mut pairs = zeros();
    for counts in counts.into_inner().expect("no thread panicked") {
        pairs.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
    }
    let parts = [&split.train, &split.validation.edges, &split.test.edges];
    let with_edge = parts.into_iter().flat_map(|edges| heuristic.scores(train, edges));
    Some(precision_among_all_pairs(&bins, pairs, with_edge, &test))
}
