//! The graph of an experiment, and which of its edges are held out.

use aevb_data::ErrorKind;
use aevb_data::catalog;
use aevb_data::graph::{Graph, LinkSplit, LoadedGraph, SplitConfig};

use crate::data_folder;
use crate::error::{Error, Result};
use crate::experiment::{GraphData, GraphSplit};
use crate::run_folder::{RunFolder, SPLIT};
use crate::seal::Seal;

/// The split that a run wrote of its graph.
///
/// # Errors
/// If it is damaged, or the graph is not that of the run any more.
pub(in crate::train) fn split_of(graph: &Graph, data: &GraphData, folder: &RunFolder) -> Result<LinkSplit> {
    let path = folder.file(SPLIT);
    LinkSplit::load(&path, graph).map_err(|error| match error.kind {
        ErrorKind::Mismatch => {
            Error::usage(format!("{}: is not the graph that {} was drawn from", data.title(), path.display()))
                .with_hint("the data were changed since the run was trained: restore them, or train again")
        }
        _ => Error::from(error).as_usage(),
    })
}

/// The graph, and the split that is drawn by a seed or named.
pub(in crate::train) fn graph_and_split(
    data: &GraphData,
    split: &GraphSplit,
    seed: u64,
) -> Result<(Graph, LinkSplit)> {
    let graph = load(data)?.graph;
    let split = draw(split, seed, &graph)?;
    Ok((graph, split))
}

pub(super) fn draw(split: &GraphSplit, seed: u64, graph: &Graph) -> Result<LinkSplit> {
    Ok(match &split.file {
        Some(file) => Seal::check_file(file)
            .and_then(|()| LinkSplit::load(file, graph).map_err(Error::from))
            .map_err(Error::as_usage)?,
        None => {
            let config = SplitConfig { test: split.test, validation: split.validation };
            LinkSplit::draw(graph, &config, seed)?
        }
    })
}

pub(in crate::train) fn load(data: &GraphData) -> Result<LoadedGraph> {
    Ok(match data.files() {
        Some(files) => files.read()?,
        None => catalog::find(&data.name)?.load_graph(&data_folder::get())?,
    })
}
