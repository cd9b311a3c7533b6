//! A first line of words, which names the columns or is an edge.

use std::path::Path;

use super::{HINT, roles, row};
use crate::error::{self, Error};
use crate::graph::FileCounts;
use crate::graph::files::Edges;
use crate::graph::files::header::heads_nodes;
use crate::graph::node_ids::NodeIds;
use crate::wording::counted;

/// Lines below it whose nodes must all be numbered for a line of mere words to stand out.
const FEWEST_NUMBERED: usize = 3;

/// A first line of two words, which is a header or an edge.
#[derive(Debug)]
pub(in crate::graph) struct FirstLine {
    pub(super) names: [String; 2],
    /// The third column; where it holds a number, the greatest of this line and those that repeat it.
    pub(super) third: String,
    /// The second line holds numbers where this one holds words.
    pub(super) heads_numbers: bool,
    /// A line of other nodes has the same word in its third column, which is a value then.
    pub(super) third_comes_again: bool,
    /// How many later lines are the same.
    pub(super) repeats: usize,
    /// Later lines of the same words in the other order: how many, the number among the rows of the first, and the third
    /// column as above.
    turned: Option<(usize, usize, String)>,
    /// Whether it would be one of a bipartite graph.
    bipartite: bool,
}

impl FirstLine {
    pub(super) fn new(names: [String; 2], third: String, bipartite: bool) -> Self {
        Self {
            names,
            third,
            heads_numbers: false,
            third_comes_again: false,
            repeats: 0,
            turned: None,
            bipartite,
        }
    }

    /// Has its two words be nodes of different kinds.
    pub(in crate::graph) fn keep_apart(&mut self) {
        self.bipartite = true;
    }

    /// Takes in a line that names the same two.
    pub(super) fn repeat(&mut self, third: &str) {
        self.repeats += 1;
        if is_greater(third, &self.third) {
            self.third = third.to_owned();
        }
    }

    /// Takes in a line that names them in the other order, the row of this number.
    pub(super) fn turn(&mut self, row: usize, third: String) {
        match &mut self.turned {
            None => self.turned = Some((1, row, third)),
            Some((count, _, known)) => {
                *count += 1;
                if is_greater(&third, known) {
                    *known = third;
                }
            }
        }
    }
}

fn is_greater(text: &str, than: &str) -> bool {
    text.parse::<f32>().is_ok_and(|value| than.parse::<f32>().is_ok_and(|than| value > than))
}

impl Edges {
    /// Takes the first line for a header or for an edge, where the list itself did not tell: for an edge if one of its names
    /// occurs again, in the list or elsewhere; else for a header if it stands above numbers or numbered names, other files
    /// say all there is to `know` of nodes, or its words are such as head columns.
    ///
    /// # Errors
    /// If there is a header and no edge, or a later one in another order.
    pub(in crate::graph) fn settle_first_line(
        &mut self,
        path: &Path,
        occurs_elsewhere: &dyn Fn(&str) -> bool,
        know: bool,
    ) -> error::Result<()> {
        let Some(FirstLine { names, third, heads_numbers, third_comes_again, repeats, turned, bipartite }) =
            self.first_line.take()
        else {
            return Ok(());
        };
        let ends = |[from, to]: [&String; 2]| match bipartite {
            true => [format!("left:{from}"), format!("right:{to}")],
            false => [from.clone(), to.clone()],
        };
        let [from, to] = ends([&names[0], &names[1]]);
        let heads = !third_comes_again
            && ((heads_nodes(&names[0]) && heads_nodes(&names[1])) || roles::ends(&names).is_some());
        let occurs = |name: &str| self.ids.has(name) || occurs_elsewhere(name);
        let stands_alone = from != to && !occurs(&from) && !occurs(&to);
        let is_only = self.entries.is_empty();
        // Words above nodes that all are numbered, such as `buyer,item` above `p17,q4`.
        let heads_numbered = || {
            let is_numbered = |name: &str| name.contains(|letter: char| letter.is_ascii_digit());
            self.entries.len() >= FEWEST_NUMBERED
                && !third_comes_again
                && !names.iter().any(|name| is_numbered(name))
                && self.ids.names().all(|name| is_numbered(&name.text()))
        };
        if let (FileCounts::EdgeList(file), true) = (&mut self.file, stands_alone) {
            let is_told = heads_numbers || (know && !is_only) || heads;
            let is_header = is_told || heads_numbered();
            file.header = is_header;
            if is_header && is_only {
                return Err(Error::malformed(path.display(), "holds no edge").with_hint(HINT));
            }
            if let (Some((_, row, _)), true) = (&turned, is_header) {
                let message = format!(
                    "row {row} is another header, with the columns in another order: `{to}`, `{from}`"
                );
                return Err(Error::malformed(path.display(), message).with_hint(HINT));
            }
            if is_header {
                file.columns = Some([names[0].clone(), names[1].clone()]);
                self.notes.extend(repeated_header(repeats, &names));
                self.notes.extend((!is_told).then(|| {
                    let [from, to] = &names;
                    format!(
                        "the first line, `{from}` and `{to}`, is taken for a header, as all nodes below it are numbered; data.header=no \
                         reads it as an edge"
                    )
                }));
                return Ok(());
            }
            file.doubtful_first_line =
                (!is_only && repeats == 0 && turned.is_none()).then(|| [from.clone(), to.clone()]);
        }
        let mut ids = NodeIds::default();
        let first = (ids.place(from), ids.place(to));
        let place_of: Vec<u32> = self.ids.names().map(|name| ids.place_of(name)).collect();
        for (from, to) in &mut self.entries {
            *from = place_of[*from as usize];
            *to = place_of[*to as usize];
        }
        self.entries.insert(0, first);
        self.entries.extend(std::iter::repeat_n(first, repeats));
        let (turns, turned_third) = turned.map_or((0, String::new()), |(count, _, third)| (count, third));
        if turns > 0 {
            let [from, to] = ends([&names[1], &names[0]]);
            let back = (ids.place(from), ids.place(to));
            self.entries.extend(std::iter::repeat_n(back, turns));
        }
        self.ids = ids;
        if let Some(weights) = &mut self.weights {
            let weight = |text: &str| {
                row::weight(text, 3).map_err(|fault| {
                    let (message, hint) = fault.told();
                    Error::malformed(path.display(), message).with_hint(hint)
                })
            };
            let first = weight(&third)?;
            weights.insert(0, first);
            weights.extend(std::iter::repeat_n(first, repeats));
            if turns > 0 {
                weights.extend(std::iter::repeat_n(weight(&turned_third)?, turns));
            }
        }
        if let (FileCounts::EdgeList(file), false) = (&mut self.file, third.is_empty()) {
            file.wider_lines += 1 + repeats + turns;
        }
        Ok(())
    }
}

/// Says that lines repeat the header.
pub(super) fn repeated_header(repeats: usize, names: &[String; 2]) -> Option<String> {
    (repeats > 0).then(|| {
        format!(
            "{} the columns again, `{}` and `{}`, as where files are put together, and {} left out; data.header=no reads such \
             lines as edges",
            counted(repeats, "line after the first names", "lines after the first name"),
            names[0],
            names[1],
            if repeats == 1 { "is" } else { "are" }
        )
    })
}
