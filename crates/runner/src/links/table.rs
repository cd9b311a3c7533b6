//! Links as files that other programs read.

use std::path::Path;

use aevb_data::graph::Graph;
use serde::Serialize;

use super::{Calibration, Link};
use crate::error::{Error, Result};
use crate::node_names::NodeNames;
use crate::table;
use crate::train::NodeLatents;

/// How links are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableFormat {
    /// Columns by commas.
    Csv,
    /// Columns by tabs.
    Tsv,
    /// Typed columns.
    #[cfg(feature = "parquet")]
    Parquet,
}

impl TableFormat {
    /// The format that a file's name asks for.
    ///
    /// # Errors
    /// If it asks for none of these.
    pub fn of(path: &Path) -> Result<Self> {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("csv") => Ok(Self::Csv),
            Some("tsv") => Ok(Self::Tsv),
            #[cfg(feature = "parquet")]
            Some("parquet") => Ok(Self::Parquet),
            _ => Err(Error::usage(format!("{}: of unknown format", path.display())).with_hint(
                "the name ends in .csv, .tsv or, in a program built with --features parquet, .parquet",
            )),
        }
    }
}

/// Links of a graph, to be written.
pub struct Links<'a> {
    graph: &'a Graph,
    /// The same nodes with the edges that the model was trained on.
    train: &'a Graph,
    /// Whether it is the model that scores.
    is_model: bool,
    /// The standard deviation of each link's score, where it is the model that scores and has a posterior.
    spread: Option<Vec<f64>>,
    calibration: Option<&'a Calibration>,
    names: Option<&'a NodeNames>,
    links: Vec<Link>,
}

/// A link as JSON has it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LinkRow {
    /// A node's id.
    pub source: String,
    /// The other's.
    pub target: String,
    /// What the first is called, where names were given; empty where it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_name: Option<String>,
    /// What the other is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_name: Option<String>,
    /// The probability that a pair with this score is an edge that was held out, where scores are calibrated; none of a
    /// training edge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held_out_probability: Option<Option<f64>>,
    /// The model's logit, `μ_i·μ_j` unless the decoder has parameters, or the heuristic's score.
    pub score: f64,
    /// The standard deviation of the logit of `z_i` and `z_j` under the posterior, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spread: Option<f64>,
    /// Whether the graph has the edge.
    pub known: bool,
}

impl<'a> Links<'a> {
    /// Links between nodes of a graph, as a model scores them or, without `is_model`, a heuristic.
    pub fn new(nodes: &'a NodeLatents, train: &'a Graph, is_model: bool, links: Vec<Link>) -> Self {
        let pairs: Vec<[u32; 2]> = links.iter().map(|link| link.pair).collect();
        let spread = if is_model { nodes.spread(&pairs) } else { None };
        Self { graph: &nodes.graph, train, is_model, spread, calibration: None, names: None, links }
    }

    /// The same with a column of probabilities.
    #[must_use]
    pub fn with_probabilities(self, calibration: Option<&'a Calibration>) -> Self {
        Self { calibration, ..self }
    }

    /// The same with columns of names.
    #[must_use]
    pub fn with_names(self, names: Option<&'a NodeNames>) -> Self {
        Self { names, ..self }
    }

    /// How many there are.
    #[expect(clippy::len_without_is_empty, reason = "nobody asks")]
    pub fn len(&self) -> usize {
        self.links.len()
    }

    /// How many of them are edges of the graph.
    pub fn known(&self) -> usize {
        self.links.iter().filter(|Link { pair: [i, j], .. }| self.graph.has_edge(*i, *j)).count()
    }

    /// Each link, in order.
    pub fn to_json(&self) -> Vec<LinkRow> {
        (0..self.len()).map(|at| self.describe(at)).collect()
    }

    /// The file of a format.
    pub fn to_file(&self, format: TableFormat) -> Vec<u8> {
        match format {
            TableFormat::Csv => self.to_table(','),
            TableFormat::Tsv => self.to_table('\t'),
            #[cfg(feature = "parquet")]
            TableFormat::Parquet => self.to_parquet(),
        }
    }

    /// A line of names, then one a link.
    fn to_table(&self, mark: char) -> Vec<u8> {
        let mut writer = table::Writer::new(mark);
        let names = self.names.map(|_| ["source_name", "target_name"]).into_iter().flatten();
        let probability = self.calibration.map(|_| "held_out_probability");
        let spread = self.spread.as_ref().map(|_| "spread");
        let columns = ["source", "target"].into_iter().chain(names).chain(probability);
        let columns = columns.chain(["score"]).chain(spread).chain(["known"]);
        writer.row(columns.map(str::to_owned));
        for at in 0..self.len() {
            let row = self.describe(at);
            let names = [row.source_name, row.target_name].into_iter().flatten();
            let probability = row.held_out_probability;
            let probability = probability
                .map(|held_out| held_out.map_or(String::new(), |held_out| format!("{held_out:.6}")));
            let spread = row.spread.map(|spread| format!("{spread:.6}"));
            let fields = [row.source, row.target].into_iter().chain(names).chain(probability);
            writer.row(fields.chain([row.score.to_string()]).chain(spread).chain([row.known.to_string()]));
        }
        writer.finish()
    }

    /// The columns of the table, with their types. A probability that is none is NaN.
    #[cfg(feature = "parquet")]
    fn to_parquet(&self) -> Vec<u8> {
        use aevb_data::parquet::{Column, file};
        let rows = self.to_json();
        let text =
            |of: fn(&LinkRow) -> &str| Column::Text(rows.iter().map(|row| of(row).to_owned()).collect());
        let mut columns = vec![("source", text(|row| &row.source)), ("target", text(|row| &row.target))];
        if self.names.is_some() {
            columns.push(("source_name", text(|row| row.source_name.as_deref().unwrap_or_default())));
            columns.push(("target_name", text(|row| row.target_name.as_deref().unwrap_or_default())));
        }
        if self.calibration.is_some() {
            let probability = |row: &LinkRow| row.held_out_probability.flatten().unwrap_or(f64::NAN);
            columns.push(("held_out_probability", Column::Double(rows.iter().map(probability).collect())));
        }
        columns.push(match self.is_model {
            true => ("score", Column::Single(self.links.iter().map(|link| link.score as f32).collect())),
            false => ("score", Column::Double(self.links.iter().map(|link| link.score).collect())),
        });
        columns.extend(self.spread.iter().map(|spread| ("spread", Column::Double(spread.clone()))));
        columns.push(("known", Column::Flag(rows.iter().map(|row| row.known).collect())));
        let columns: Vec<_> = columns.into_iter().map(|(name, column)| (name.to_owned(), column)).collect();
        file(&columns).expect("columns of one length and of valid names")
    }

    /// The link at a place.
    fn describe(&self, at: usize) -> LinkRow {
        let Link { pair: [i, j], score } = self.links[at];
        let name = |node: u32| self.names.map(|names| names.of(node).unwrap_or_default().to_owned());
        let probability =
            |calibration: &Calibration| (!self.train.has_edge(i, j)).then(|| calibration.probability(score));
        LinkRow {
            source: self.graph.name(i).into_owned(),
            target: self.graph.name(j).into_owned(),
            source_name: name(i),
            target_name: name(j),
            held_out_probability: self.calibration.map(probability),
            score: if self.is_model { shortest(score as f32) } else { score },
            spread: self.spread.as_ref().map(|spread| spread[at]),
            known: self.graph.has_edge(i, j),
        }
    }
}

/// The number that is written as the number of single precision is: in as few digits as tell it from all others.
fn shortest(score: f32) -> f64 {
    score.to_string().parse().expect("a number as Rust writes it")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph() -> Graph {
        let (graph, _) = Graph::from_edges(3, [(0, 1)]).expect("a graph");
        graph.with_names(["a", "b,c", "d"].map(str::to_owned).to_vec()).expect("three names")
    }

    #[test]
    fn a_table_has_a_line_a_link() {
        let graph = graph();
        let links =
            vec![Link { pair: [0, 1], score: 0.0 }, Link { pair: [1, 2], score: f64::from(-1.3_f32) }];
        let text = |spread: Option<Vec<f64>>, is_model, mark| {
            let (links, train) = (links.clone(), &graph);
            let links =
                Links { graph: &graph, train, is_model, spread, calibration: None, names: None, links };
            assert_eq!(links.known(), 1);
            String::from_utf8(links.to_table(mark)).expect("text")
        };
        let expected = "source,target,score,known\na,\"b,c\",0,true\n\"b,c\",d,-1.3,false\n";
        assert_eq!(text(None, true, ','), expected);
        assert!(
            text(Some(vec![0.0, 1.5]), true, '\t')
                .starts_with("source\ttarget\tscore\tspread\tknown\na\tb,c\t0\t0.000000\ttrue\n")
        );
        assert!(text(None, false, ',').starts_with("source,target,score,known\na,"));
    }
}
