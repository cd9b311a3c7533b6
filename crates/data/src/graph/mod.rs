//! Graphs: how they are held, read, split and described.
//!
//! A [`Graph`] is a symmetric adjacency in compressed sparse rows with optional sparse features, labels and names.
//! It comes from the program itself ([`cora`]), from the files of Planetoid ([`read_planetoid`]) or from a list of edges
//! ([`read_edge_list`]); a [`LoadedGraph`] also tells what the files held. [`LinkSplit`] takes edges away for link
//! prediction, [`heuristics`] score pairs without learning, and [`GraphStatistics`] describes.

mod adjacency;
mod cora;
mod edge_list;
mod files;
mod generate;
mod grown;
pub mod heuristics;
mod loaded;
mod node_ids;
mod pickle;
mod planetoid;
mod sides;
mod split;
mod split_file;
mod standardize;
mod statistics;
mod structure;

pub use self::cora::cora;
pub use self::edge_list::{EdgeListFile, read_edge_list};
pub(crate) use self::files::header::{heads_classes, node_column};
pub use self::files::{
    Bipartite, Column, EdgeReading, FileFormat, GraphFiles, Header, JoinCounts, KnownFeatures, MissingEnds,
    NameTable, NodeColumns, NodePairs, Weights, read_names, read_pairs,
};
pub(crate) use self::files::{TextSample, beside_edges, holds_edges, is_json, text_of};
pub use self::generate::power_law_pairs;
pub use self::grown::{AddedEdges, GrownGraph, OwnFeatures};
pub use self::loaded::{FileCounts, FirstEdge, LoadedGraph};
pub use self::planetoid::{PlanetoidFiles, read_planetoid};
pub use self::sides::{SideKind, Sides};
pub use self::split::{HeldOut, LinkSplit, SplitConfig};
pub use self::split_file::digest_of_pairs;
pub use self::standardize::{FeatureScales, Standardize};
pub use self::statistics::{
    ContentHashes, FeatureStatistics, GraphStatistics, LabelStatistics, SplitStatistics,
};
pub use self::structure::{EdgeCounts, Graph, Labels};
