//! The formats of DIMACS's challenges: `.col` of colouring (lines `e u v`) and `.gr` of shortest paths (lines `a u v w`).

use std::path::Path;

use super::{HINT, Listed, Read};
use crate::error::Error;
use crate::graph::files::Weights;
use crate::lines::{Lines, NARROW};

pub(super) fn read(path: &Path, weights: Weights) -> Read {
    let mut lines = Lines::open(path, NARROW)?;
    let mut listed = Listed::default();
    let (mut nodes, mut announced, mut has_lengths) = (None, 0, false);
    let read_weights = weights == Weights::ThirdColumn;
    let fail = |lines: &Lines, message: String| Err(lines.error(message).with_hint(HINT));
    while let Some(line) = lines.next()? {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            [] | ["c" | "n" | "d" | "v" | "x", ..] => continue,
            ["p", _, count, edges] if nodes.is_none() => {
                let (Ok(count), Ok(edges)) = (count.parse(), edges.parse::<usize>()) else {
                    return fail(&lines, "no numbers of nodes and edges after `p`".into());
                };
                listed.number_nodes(count, &lines)?;
                (nodes, announced) = (Some(count), edges);
            }
            ["e", from, to] | ["e" | "a", from, to, _] => {
                let Some(count) = nodes else { return fail(&lines, "an edge before the line `p`".into()) };
                let end =
                    |word: &str| word.parse::<usize>().ok().filter(|number| (1..=count).contains(number));
                let (Some(from), Some(to)) = (end(from), end(to)) else {
                    return fail(&lines, format!("no two nodes from 1 to {count}"));
                };
                listed.entries.push(((from - 1) as u32, (to - 1) as u32));
                let length = words.get(3).copied();
                has_lengths |= length.is_some();
                if read_weights && let Err(message) = listed.weigh(length) {
                    return fail(&lines, message);
                }
            }
            _ => return fail(&lines, "no line of DIMACS's formats, which begin with c, p, e or a".into()),
        }
    }
    if nodes.is_none() {
        return Err(Error::malformed(path.display(), "has no line `p` with the numbers of nodes and edges")
            .with_hint(HINT));
    }
    // Some files count an edge that they list twice once, and others one that they list once twice.
    let listed_edges = listed.entries.len();
    if ![announced, announced.saturating_mul(2)].contains(&listed_edges) && announced != 2 * listed_edges {
        listed.notes.push(format!(
            "the line `p` announces {announced} edges, and the file lists {listed_edges}: it may be cut off; fetch it again, or \
             correct the line"
        ));
    }
    if has_lengths && weights == Weights::Auto {
        listed.notes.push("the lengths of arcs are not read; data.weights=third-column reads them as weights, data.weights=none says that they are none".into());
    }
    listed.notes.extend(lines.notes());
    let (_, bytes, _) = lines.finish();
    Ok((listed, bytes))
}
