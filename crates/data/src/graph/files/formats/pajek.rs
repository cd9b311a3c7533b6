//! Pajek's networks: `*Vertices`, and then `*Arcs`, `*Edges`, `*Arcslist`, `*Edgeslist` or `*Matrix`.

use std::path::Path;

use super::{HINT, Listed, Read};
use crate::error::Error;
use crate::graph::files::Weights;
use crate::graph::node_ids::{NodeIds, number};
use crate::lines::{Lines, WIDE};
use crate::separated::{Separator, Splitter};
use crate::wording::counted;

/// The part of the file that a line is in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    None,
    Vertices,
    Pairs,
    Lists,
    Matrix,
}

#[derive(Default)]
struct Network {
    listed: Listed,
    nodes: usize,
    /// The label of each node, where it has one.
    labels: Vec<Option<String>>,
    relations: usize,
    matrix_row: usize,
    has_values: bool,
    read_weights: bool,
    /// How many nodes of a two-mode network are of the first kind.
    first_kind: Option<usize>,
}

pub(super) fn read(path: &Path, weights: Weights) -> Read {
    let mut lines = Lines::open(path, WIDE)?;
    let mut network = Network { read_weights: weights == Weights::ThirdColumn, ..Network::default() };
    let mut part = Part::None;
    while let Some(line) = lines.next()? {
        let text = line.trim();
        if text.is_empty() || text.starts_with('%') {
            continue;
        }
        let added = match text.strip_prefix('*') {
            Some(text) => {
                let text = text.to_owned();
                let ended = if part == Part::Matrix { network.end_matrix() } else { Ok(()) };
                ended.and_then(|()| network.begin(&text, &lines)).map(|next| part = next)
            }
            None => network.add(text, part),
        };
        if let Err(message) = added {
            return Err(lines.error(message).with_hint(HINT));
        }
    }
    if part == Part::Matrix {
        network.end_matrix().map_err(|message| Error::malformed(path.display(), message).with_hint(HINT))?;
    }
    let Network { mut listed, labels, relations, has_values, .. } = network;
    if relations > 1 {
        listed.notes.push(format!(
            "the file has {relations} relations, which are read as one graph; to keep one, remove the other parts `*Arcs` and `*Edges`"
        ));
    }
    if has_values && weights == Weights::Auto {
        listed.notes.push("values of lines other than 1 are not read; data.weights=third-column reads them as weights, data.weights=none says that they are none".into());
    }
    let mut ids = NodeIds::default();
    let unique = labels.iter().enumerate().all(|(at, label)| {
        label.as_ref().is_some_and(|label| !label.is_empty() && ids.place(label.as_str()) as usize == at)
    });
    if unique {
        let renamed = labels.iter().enumerate().filter(|(at, label)| {
            let number = label
                .as_ref()
                .and_then(|label| number(label))
                .and_then(|number| usize::try_from(number).ok());
            number.is_some_and(|number| (1..=labels.len()).contains(&number) && number != at + 1)
        });
        let renamed = renamed.count();
        if renamed > 0 {
            listed.notes.push(format!(
                "{} the number of another vertex; nodes go by their labels",
                counted(renamed, "vertex has as its label", "vertices have as their labels")
            ));
        }
        listed.ids = ids;
    } else if labels.iter().any(Option::is_some) {
        listed
            .notes
            .push("labels of vertices are missing or not of their own, and nodes go by their numbers".into());
    }
    listed.notes.extend(lines.notes());
    let (_, bytes, _) = lines.finish();
    Ok((listed, bytes))
}

impl Network {
    /// Begins the part that a line with a star names.
    fn begin(&mut self, line: &str, lines: &Lines) -> std::result::Result<Part, String> {
        let mut words = line.split_whitespace();
        let name = words.next().unwrap_or_default().to_ascii_lowercase();
        if !matches!(name.as_str(), "vertices" | "network" | "description") && self.nodes == 0 {
            return Err("lines between vertices before `*Vertices`".into());
        }
        match name.as_str() {
            "network" | "description" => Ok(Part::None),
            "vertices" if self.nodes > 0 => Err("a second `*Vertices`: one network a file is read".into()),
            "vertices" => {
                self.nodes =
                    words.next().and_then(|word| word.parse().ok()).ok_or("no number of vertices")?;
                self.first_kind =
                    words.next().and_then(|word| word.parse().ok()).filter(|first| *first < self.nodes);
                self.listed.number_nodes(self.nodes, lines).map_err(|error| error.message)?;
                self.labels = vec![None; self.nodes];
                Ok(Part::Vertices)
            }
            "arcs" | "edges" => {
                self.relations += 1;
                Ok(Part::Pairs)
            }
            "arcslist" | "edgeslist" => {
                self.relations += 1;
                Ok(Part::Lists)
            }
            "matrix" => {
                self.relations += 1;
                self.matrix_row = 0;
                Ok(Part::Matrix)
            }
            _ => Err(format!("a part `*{name}`; vertices, arcs, edges, their lists and matrices are read")),
        }
    }

    fn add(&mut self, line: &str, part: Part) -> std::result::Result<(), String> {
        let splitter = Splitter::from(Separator::Space);
        match part {
            Part::None => Err("a line before `*Vertices`".into()),
            Part::Vertices => {
                let fields = splitter.fields(line)?;
                let node = self.node(&fields[0])?;
                // Coordinates may stand where a label is left out.
                let is_coordinate = |at: usize| {
                    fields.get(at).is_some_and(|text| text.contains('.') && text.parse::<f64>().is_ok())
                };
                let is_quoted = line.contains('"');
                let label = fields.get(1).filter(|_| is_quoted || !(is_coordinate(1) && is_coordinate(2)));
                self.labels[node as usize] = label.map(|label| label.to_string());
                Ok(())
            }
            Part::Pairs => {
                let words: Vec<&str> = line.split_whitespace().collect();
                let [from, to, ref rest @ ..] = words[..] else {
                    return Err("one vertex, where a line has two".into());
                };
                let pair = (self.node(from)?, self.node(to)?);
                self.push(pair, rest.first().copied().filter(|value| value.parse::<f64>().is_ok()))
            }
            Part::Lists => {
                let mut words = line.split_whitespace();
                let from = self.node(words.next().unwrap_or_default().trim_start_matches('-'))?;
                for word in words {
                    let to = self.node(word.trim_start_matches('-'))?;
                    self.push((from, to), None)?;
                }
                Ok(())
            }
            Part::Matrix => {
                let words: Vec<&str> = line.split_whitespace().collect();
                // Of a network of two kinds the rows are of the first, and the columns of the second.
                let (rows, offset) = self.matrix_rows();
                if words.len() != self.nodes - offset || self.matrix_row == rows {
                    return Err(format!("no row of a matrix of {rows} x {}", self.nodes - offset));
                }
                for (column, word) in words.iter().enumerate() {
                    let value: f64 =
                        word.parse().map_err(|_| format!("`{word}` in the matrix is no number"))?;
                    if value != 0.0 {
                        self.push((self.matrix_row as u32, (column + offset) as u32), Some(word))?;
                    }
                }
                self.matrix_row += 1;
                Ok(())
            }
        }
    }

    fn push(&mut self, pair: (u32, u32), value: Option<&str>) -> std::result::Result<(), String> {
        self.has_values |= value.is_some_and(|value| value.parse::<f64>() != Ok(1.0));
        self.listed.entries.push(pair);
        if self.read_weights {
            self.listed.weigh(value)?;
        }
        Ok(())
    }

    /// How many rows a matrix has, and the number of the first column's node.
    fn matrix_rows(&self) -> (usize, usize) {
        self.first_kind.map_or((self.nodes, 0), |first| (first, first))
    }

    /// Makes sure that a matrix has all its rows.
    fn end_matrix(&self) -> std::result::Result<(), String> {
        let (rows, _) = self.matrix_rows();
        match self.matrix_row {
            read if read < rows => Err(format!("the matrix ends after {read} of {rows} rows")),
            _ => Ok(()),
        }
    }

    fn node(&self, word: &str) -> std::result::Result<u32, String> {
        let number = word.parse::<usize>().ok().filter(|number| (1..=self.nodes).contains(number));
        number
            .map(|number| (number - 1) as u32)
            .ok_or_else(|| format!("`{word}` is no vertex from 1 to {}", self.nodes))
    }
}
