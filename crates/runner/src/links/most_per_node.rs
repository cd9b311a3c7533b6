//! Links among which no node is everywhere.

use std::collections::HashMap;

use super::Link;

/// As far down a ranking as is looked: the most links that may be asked for.
const DEEPEST: usize = 10_000_000;

/// The first `wanted` links of a ranking, going down, that leave no node in more than `limit` of them. `best` gives so many of
/// the best links, and `own` whose a node is: one that is there in two roles is one. Also says whether it stopped looking before the ranking ended or all were found.
pub fn at_most_per_node(
    limit: usize,
    wanted: usize,
    own: impl Fn(u32) -> u32,
    best: impl Fn(usize) -> Vec<Link>,
) -> (Vec<Link>, bool) {
    let mut depth = wanted.saturating_mul(4).clamp(1024, DEEPEST);
    loop {
        let ranking = best(depth);
        let found = keep(limit, wanted, &own, &ranking);
        let is_whole = ranking.len() < depth;
        if found.len() == wanted || is_whole || depth == DEEPEST {
            let is_cut = found.len() < wanted && !is_whole;
            return (found, is_cut);
        }
        depth = (8 * depth).min(DEEPEST);
    }
}

fn keep(limit: usize, wanted: usize, own: &impl Fn(u32) -> u32, ranking: &[Link]) -> Vec<Link> {
    let mut links: HashMap<u32, usize> = HashMap::new();
    let mut kept = Vec::new();
    for link in ranking {
        if kept.len() == wanted {
            break;
        }
        let ends = link.pair.map(own);
        if ends.iter().all(|node| links.get(node).is_none_or(|count| *count < limit)) {
            kept.push(*link);
            ends.into_iter().for_each(|node| *links.entry(node).or_default() += 1);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(pair: [u32; 2]) -> Link {
        Link { pair, score: 0.0 }
    }

    #[test]
    fn no_node_is_in_more_links_than_it_may() {
        let ranking: Vec<Link> = [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [4, 5], [2, 3]].map(link).to_vec();
        let best = |count: usize| ranking[..count.min(ranking.len())].to_vec();
        let pairs = |limit, wanted| {
            let (found, is_cut) = at_most_per_node(limit, wanted, |node| node, best);
            assert!(!is_cut);
            found.into_iter().map(|link| link.pair).collect::<Vec<_>>()
        };
        assert_eq!(pairs(1, 10), [[0, 1], [4, 5], [2, 3]]);
        assert_eq!(pairs(2, 10), [[0, 1], [0, 2], [1, 2], [4, 5]]);
        assert_eq!(pairs(2, 2), [[0, 1], [0, 2]]);
        assert_eq!(pairs(9, 10).len(), 7);
        assert!(pairs(1, 0).is_empty());
    }

    #[test]
    fn it_goes_down_as_far_as_it_must() {
        // A hub before all others.
        let hub = (1..5000).map(|i| link([0, i]));
        let ranking: Vec<Link> = hub.chain([link([7000, 7001])]).collect();
        let best = |count: usize| ranking[..count.min(ranking.len())].to_vec();
        let (found, is_cut) = at_most_per_node(1, 2, |node| node, best);
        assert_eq!((found, is_cut), (vec![link([0, 1]), link([7000, 7001])], false));
    }
}
