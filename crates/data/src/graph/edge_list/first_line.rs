//! A first line of words, which names the columns or is an edge.

use std::path::Path;

use super::{HINT, roles};
use crate::error::{self, Error};
use crate::graph::FileCounts;
use crate::graph::files::Edges;
use crate::graph::files::header::heads_nodes;
use crate::graph::node_ids::NodeIds;

/// A first line of two words, which is a header or an edge.
#[derive(Debug)]
pub(in crate::graph) struct FirstLine {
    pub(super) names: [String; 2],
    pub(super) third: String,
    /// The second line holds numbers where this one holds words.
    pub(super) heads_numbers: bool,
    /// How many later lines are the same.
    pub(super) repeats: usize,
    /// Whether it would be one of a bipartite graph.
    pub(super) bipartite: bool,
}

impl Edges {
    /// Takes the first line for a header or for an edge, where the list itself did not tell: for an edge if one of its
    /// names occurs again, in the list or elsewhere; else for a header if it stands above numbers, other files say all there
    /// is to `know` of nodes, or its words are such as head columns.
    ///
    /// # Errors
    /// If there is a header and no edge.
    pub(in crate::graph) fn settle_first_line(
        &mut self,
        path: &Path,
        occurs_elsewhere: &dyn Fn(&str) -> bool,
        know: bool,
    ) -> error::Result<()> {
        let Some(FirstLine { names, third, heads_numbers, repeats, bipartite }) = self.first_line.take()
        else {
            return Ok(());
        };
        let [from, to] = match bipartite {
            true => [format!("left:{}", names[0]), format!("right:{}", names[1])],
            false => names.clone(),
        };
        let heads = (heads_nodes(&names[0]) && heads_nodes(&names[1])) || roles::ends(&names).is_some();
        let occurs = |name: &str| self.ids.has(name) || occurs_elsewhere(name);
        let stands_alone = from != to && !occurs(&from) && !occurs(&to);
        let is_only = self.entries.is_empty();
        if let (FileCounts::EdgeList(file), true) = (&mut self.file, stands_alone) {
            let is_header = heads_numbers || (know && !is_only) || heads;
            file.header = is_header;
            if is_header && is_only {
                return Err(Error::malformed(path.display(), "holds no edge").with_hint(HINT));
            }
            if is_header {
                file.columns = Some([names[0].clone(), names[1].clone()]);
                self.notes.extend(repeated_header(repeats, &names));
                return Ok(());
            }
            file.doubtful_first_line = (!is_only && repeats == 0).then(|| [from.clone(), to.clone()]);
        }
        let mut ids = NodeIds::default();
        let first = (ids.place(from), ids.place(to));
        let place_of: Vec<u32> = self.ids.names().into_iter().map(|name| ids.place(name)).collect();
        for (from, to) in &mut self.entries {
            *from = place_of[*from as usize];
            *to = place_of[*to as usize];
        }
        self.ids = ids;
        self.entries.insert(0, first);
        self.entries.extend(std::iter::repeat_n(first, repeats));
        if let (Some(weights), Ok(weight)) = (&mut self.weights, super::weight(&third)) {
            weights.insert(0, weight);
            weights.extend(std::iter::repeat_n(weight, repeats));
        }
        if let (FileCounts::EdgeList(file), false) = (&mut self.file, third.is_empty()) {
            file.wider_lines += 1 + repeats;
        }
        Ok(())
    }
}

/// Says that lines repeat the header.
pub(super) fn repeated_header(repeats: usize, names: &[String; 2]) -> Option<String> {
    (repeats > 0).then(|| {
        format!(
            "{repeats} lines after the first name the columns again, `{}` and `{}`, as where files are put together; they are \
             left out; data.header=no reads them as edges",
            names[0], names[1]
        )
    })
}
