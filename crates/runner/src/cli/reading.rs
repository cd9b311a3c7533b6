//! How the files of a graph, and a table, are read.

use aevb_data::graph::{Bipartite, Column, EdgeReading, FileFormat, Header, MissingEnds, Weights};
use aevb_data::table::{Decimal, IndexColumn, TableReading};
use clap::Args;

use super::named;

/// How the files of a graph are read, where their content does not tell.
#[derive(Clone, Debug, Default, Args)]
pub struct ReadingArguments {
    /// The format of the edges: csv, matrix-market, npy, npz, adjacency-list, adjacency-matrix, metis, dimacs, pajek or
    /// graphml [default: that of their content]
    #[arg(long, value_name = "FORMAT", value_parser = named::<FileFormat>)]
    pub edges_format: Option<FileFormat>,
    /// The format of the features: one of these, json or json-values
    #[arg(long, value_name = "FORMAT", value_parser = named::<FileFormat>)]
    pub features_format: Option<FileFormat>,
    /// Whether edges have weights: auto, none or third-column
    #[arg(long, value_name = "WHICH", value_parser = named::<Weights>)]
    pub weights: Option<Weights>,
    /// The column that edges begin at, by its name or its number from 1
    #[arg(long, value_name = "COLUMN", requires = "target")]
    pub source: Option<String>,
    /// The column that edges end at
    #[arg(long, value_name = "COLUMN", requires = "source")]
    pub target: Option<String>,
    /// The column of their weights
    #[arg(long, value_name = "COLUMN")]
    pub weight: Option<String>,
    /// Whether the first line of the edges or of a table names the columns: auto, yes or no
    #[arg(long, value_name = "WHICH", value_parser = named::<Header>)]
    pub header: Option<Header>,
    /// What stands between the columns of the edges: a sign, or tab, comma, semicolon, pipe or space
    #[arg(long, value_name = "SIGN")]
    pub delimiter: Option<String>,
    /// Whether the two ends of edges are nodes of different kinds: auto, yes, no, or true for pairs between the two alone
    #[arg(long, value_name = "WHICH", value_parser = named::<Bipartite>)]
    pub bipartite: Option<Bipartite>,
    /// Edges are from the first end to the second
    #[arg(long)]
    pub directed: bool,
    /// Lines with an end called NA, NaN, None or null: leave-out or keep
    #[arg(long, value_name = "WHICH", value_parser = named::<MissingEnds>)]
    pub missing_ends: Option<MissingEnds>,
    /// The column of features and labels that names the nodes
    #[arg(long, value_name = "COLUMN")]
    pub node: Option<String>,
    /// The column of the labels that holds the classes
    #[arg(long, value_name = "COLUMN")]
    pub label: Option<String>,
    /// The node of the first row where rows have no names: 0 or 1
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(0..=1))]
    pub first_node: Option<u64>,
}

impl ReadingArguments {
    /// How a list of edges is read: as these say, and otherwise as `others` do.
    pub fn edges(&self, others: EdgeReading) -> EdgeReading {
        let column = |given: &Option<String>, other| given.clone().map(Column).or(other);
        EdgeReading {
            source: column(&self.source, others.source),
            target: column(&self.target, others.target),
            weight: column(&self.weight, others.weight),
            header: self.header.unwrap_or(others.header),
            delimiter: self.delimiter.clone().or(others.delimiter),
            bipartite: self.bipartite.unwrap_or(others.bipartite),
            missing_ends: self.missing_ends.unwrap_or(others.missing_ends),
            directed: self.directed || others.directed,
        }
    }

    /// Whether any is given.
    pub fn is_given(&self) -> bool {
        self.edges_format.is_some()
            || self.features_format.is_some()
            || self.weights.is_some()
            || self.edges(EdgeReading::default()) != EdgeReading::default()
            || self.node.is_some()
            || self.label.is_some()
            || self.first_node.is_some()
    }
}

/// How a table is read, where its content does not tell; whether it has a header is asked as of edges.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct TableArguments {
    /// What becomes of a column that numbers the rows of a table: auto (it is left out) or keep
    #[arg(long, value_name = "WHAT", value_parser = named::<IndexColumn>)]
    pub index: Option<IndexColumn>,
    /// What stands before decimals in a table: auto, . or ,
    #[arg(long, value_name = "MARK", value_parser = named::<Decimal>)]
    pub decimal: Option<Decimal>,
}

impl TableArguments {
    /// How a table is to be read, its rows named by a column.
    pub fn reading(self, id: Option<String>, header: Option<Header>) -> TableReading {
        let Self { index, decimal } = self;
        let header = header.unwrap_or_default();
        TableReading { id, header, index: index.unwrap_or_default(), decimal: decimal.unwrap_or_default() }
    }
}
