//! The formats of DIMACS's challenges: `.col` of colouring (lines `e u v`) and `.gr` of shortest paths (lines `a u v w`).

use std::path::Path;

use super::{HINT, Listed, weight};
use crate::error::{Error, Result};
use crate::graph::files::{Edges, FileFormat, Weights};
use crate::lines::{Lines, NARROW};

pub(super) fn read(path: &Path, weights: Weights) -> Result<Edges> {
    let mut lines = Lines::open(path, NARROW)?;
    let mut listed = Listed::default();
    let (mut nodes, mut has_lengths) = (None, false);
    let read_weights = weights == Weights::ThirdColumn;
    let fail = |lines: &Lines, message: String| Err(lines.error(message).with_hint(HINT));
    while let Some(line) = lines.next()? {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            [] | ["c" | "n" | "d" | "v" | "x", ..] => continue,
            ["p", _, count, _] if nodes.is_none() => {
                let Ok(count) = count.parse() else {
                    return fail(&lines, "no numbers of nodes and edges after `p`".into());
                };
                listed.number_nodes(count, &lines)?;
                nodes = Some(count);
            }
            ["e", from, to] | ["e" | "a", from, to, _] => {
                let Some(count) = nodes else { return fail(&lines, "an edge before the line `p`".into()) };
                let end =
                    |word: &str| word.parse::<usize>().ok().filter(|number| (1..=count).contains(number));
                let (Some(from), Some(to)) = (end(from), end(to)) else {
                    return fail(&lines, format!("no two nodes from 1 to {count}"));
                };
                listed.entries.push(((from - 1) as u32, (to - 1) as u32));
                if let [_, _, _, length] = words[..] {
                    has_lengths = true;
                    if read_weights {
                        match weight(length) {
                            Ok(weight) => listed.weights.push(weight),
                            Err(message) => return fail(&lines, message),
                        }
                    }
                }
            }
            _ => return fail(&lines, "no line of DIMACS's formats, which begin with c, p, e or a".into()),
        }
    }
    if nodes.is_none() {
        return Err(Error::malformed(path.display(), "has no line `p` with the numbers of nodes and edges")
            .with_hint(HINT));
    }
    if has_lengths && weights == Weights::Auto {
        listed.notes.push("the lengths of arcs are not read; data.weights=third-column reads them as weights, data.weights=none says that they are none".into());
    }
    listed.notes.extend(lines.notes());
    let (_, bytes, _) = lines.finish();
    listed.into_edges(path, FileFormat::Dimacs, bytes, read_weights && has_lengths)
}
