//! Rows of a list that are no edges: sizes above it, and sums below.

use std::path::Path;

use super::doubts;
use super::list::List;
use crate::error::{Error, Result};
use crate::graph::node_ids::{NodeIds, NodeName, number};
use crate::separated::Splitter;
use crate::wording::counted;

/// A first row of whole numbers, which may tell how many nodes and edges there are.
#[derive(Debug)]
pub(super) struct SizeLine {
    numbers: Vec<u64>,
    pub is_even: bool,
    pub is_wider: bool,
}

/// What the numbers are.
enum Sizes {
    /// Nodes and edges, in either order, and perhaps a flag.
    Graph { nodes: u64 },
    /// Rows, columns and entries of a matrix.
    Matrix { rows: u64, columns: u64 },
}

impl SizeLine {
    pub fn of(line: &str, splitter: Splitter) -> Option<Self> {
        let fields = splitter.fields(line).ok()?;
        let numbers: Option<Vec<u64>> =
            fields.iter().filter(|field| !field.is_empty()).map(|field| number(field)).collect();
        numbers.filter(|numbers| numbers.len() >= 2).map(|numbers| Self {
            numbers,
            is_even: true,
            is_wider: false,
        })
    }

    /// The first two columns.
    pub fn first_two(&self) -> [String; 2] {
        [self.numbers[0].to_string(), self.numbers[1].to_string()]
    }

    pub fn third(&self) -> Option<String> {
        self.numbers.get(2).map(u64::to_string)
    }

    /// The sizes, where they are those of the rows below.
    fn sizes(&self, list: &List) -> Option<Sizes> {
        let below = (list.counts.rows - 1) as u64;
        // What follows looks at every row, and sizes are rare.
        if !self.numbers.contains(&below) {
            return None;
        }
        let names = list.names.len();
        let id = |name: NodeName| match name {
            NodeName::Number(number) => Some(number),
            NodeName::Word(word) => {
                number(word.strip_prefix("left:").or(word.strip_prefix("right:")).unwrap_or(word))
            }
        };
        let ids: Vec<Option<u64>> = list.names.names().map(id).collect();
        let ends = || list.entries.iter().skip(1).map(|(from, to)| (*from as usize, *to as usize));
        let mut is_used = vec![false; names];
        ends().for_each(|(from, to)| {
            is_used[from] = true;
            is_used[to] = true;
        });
        let used = is_used.iter().filter(|used| **used).count() as u64;
        let has_zero = ids.iter().zip(&is_used).any(|(id, used)| *used && *id == Some(0));
        let fits = |nodes: u64| {
            let most = nodes.saturating_sub(u64::from(has_zero));
            used <= nodes
                && ids.iter().zip(&is_used).all(|(id, used)| !used || id.is_none_or(|id| id <= most))
        };
        let in_bounds = |rows: u64, columns: u64| {
            let within = |at: usize, most: u64| ids[at].is_some_and(|id| (1..=most).contains(&id));
            ends().all(|(from, to)| within(from, rows) && within(to, columns))
        };
        // An edge closes a path, or several, where the rows below leave open its own two ends alone.
        let mut degree = vec![0_usize; names];
        ends().for_each(|(from, to)| {
            degree[from] += 1;
            degree[to] += 1;
        });
        let closes = list.entries.first().is_some_and(|(from, to)| {
            let is_end = |node: usize| node == *from as usize || node == *to as usize;
            from != to && degree.iter().enumerate().all(|(node, degree)| (*degree == 1) == is_end(node))
        });
        match self.numbers[..] {
            [_, _] | [_, _, 0 | 1] if closes => None,
            _ if below < 2 || list.entries.len() < 2 => None,
            [nodes, edges] if edges == below && fits(nodes) => Some(Sizes::Graph { nodes }),
            [edges, nodes] if edges == below && fits(nodes) => Some(Sizes::Graph { nodes }),
            [rows, columns, entries] if entries == below && in_bounds(rows, columns) => {
                Some(Sizes::Matrix { rows, columns })
            }
            [entries, rows, columns] if entries == below && in_bounds(rows, columns) => {
                Some(Sizes::Matrix { rows, columns })
            }
            [nodes, edges, 0 | 1] if edges == below && fits(nodes) => Some(Sizes::Graph { nodes }),
            _ => None,
        }
    }
}

impl List {
    /// Leaves out a first row that tells the sizes of what is below.
    ///
    /// # Errors
    /// If they are those of a rectangle, whose rows and columns are no nodes of one kind.
    pub(super) fn leave_out_sizes(&mut self, path: &Path) -> Result<()> {
        let Some(line) = self.size_line.take() else { return Ok(()) };
        let shown: Vec<String> = line.numbers.iter().map(u64::to_string).collect();
        let shown = shown.join(" ");
        let sizes = line.sizes(self);
        let announced = match sizes {
            None if self.weights.first().is_some_and(|weight| weight.is_nan()) => {
                return Err(Error::malformed(
                    path.display(),
                    format!("the first row, `{shown}`, has no weight"),
                )
                .with_hint("a weight is a finite number above 0; data.weights = \"none\" ignores them"));
            }
            None => return Ok(()),
            Some(Sizes::Matrix { rows, columns }) if rows != columns && !self.bipartite => {
                let message = format!(
                    "the first row, `{shown}`, tells the rows, columns and entries of a matrix of {rows} x {columns}, as in \
                     Matrix Market's format, whose first line is missing"
                );
                return Err(Error::malformed(path.display(), message).with_hint(
                    "data.bipartite=yes keeps rows and columns apart; data.header=yes leaves the first row out, and \
                     data.header=no reads it as an edge",
                ));
            }
            Some(Sizes::Matrix { rows, columns }) if rows != columns => rows.saturating_add(columns),
            Some(Sizes::Matrix { rows: nodes, .. } | Sizes::Graph { nodes }) => nodes,
        };
        self.entries.remove(0);
        if self.layout.weighted {
            self.weights.remove(0);
        }
        self.counts.uneven -= usize::from(!line.is_even);
        self.counts.wider -= usize::from(line.is_wider);
        self.forget_unused();
        let named = self.names.len() as u64;
        let lacking = match announced > named {
            true => format!(
                "; {} in an edge, of {announced}, and the others are not in the graph",
                counted(named as usize, "node is", "nodes are")
            ),
            false => String::new(),
        };
        self.notes.push(format!(
            "the first row, `{shown}`, tells how many nodes and edges there are, as its numbers are those of the rows below, and is \
             left out{lacking}; data.header=no reads it as an edge"
        ));
        Ok(())
    }

    /// Leaves out a last line that begins with `Total` where the other names are numbers.
    pub(super) fn leave_out_sums(&mut self) {
        let (Some(&(from, to)), names) = (self.entries.last(), &self.names) else { return };
        let NodeName::Word(name) = names.name(from) else { return };
        let name = name.to_owned();
        let is_sum = doubts::heads_sums(&name)
            && from as usize + 1 >= names.len().saturating_sub(1)
            && self.entries.iter().filter(|entry| entry.0 == from || entry.1 == from).count() == 1;
        if !is_sum {
            return;
        }
        let others = names.len().saturating_sub(2);
        let numbers = names.names().filter(|name| name.number().is_some()).count();
        let is_number = names.name(to).number().is_some();
        if numbers >= others || (is_number && numbers == 1) {
            self.notes.push(format!(
                "the last line begins with `{name}`, seems to be a sum and is left out; remove the line, or give the nodes other names"
            ));
            self.entries.pop();
            self.weights.pop();
            self.forget_unused();
        }
    }

    /// Keeps the names alone that an entry has, in the order of appearance.
    fn forget_unused(&mut self) {
        let mut ids = NodeIds::default();
        let mut place = |at: u32| ids.place_of(self.names.name(at));
        let entries = self.entries.iter().map(|(from, to)| (place(*from), place(*to))).collect();
        (self.entries, self.names) = (entries, ids);
    }
}
