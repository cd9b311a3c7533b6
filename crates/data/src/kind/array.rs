//! Whether an array holds edges or rows of numbers.

use std::io::BufReader;
use std::path::Path;

use super::{Guess, Kind};
use crate::array::{Announced, Npz, announced};
use crate::error::{Error, Result};
use crate::files::open;
use crate::graph::holds_edges;

/// A `.npy` file of at most two axes.
pub(super) fn of_npy(path: &Path) -> Result<Guess> {
    let file = open(path).map_err(|error| Error::io(path, error))?;
    let header = announced(&mut BufReader::new(file), &path.display().to_string())?;
    Ok(of(&header))
}

/// An archive without images: a graph where its names say so.
pub(super) fn of_npz(path: &Path) -> Result<Guess> {
    let mut archive = Npz::open(path)?;
    if holds_edges(&archive) {
        return Ok(Guess::sure(Kind::Graph, "the names of its arrays say edges"));
    }
    let names: Vec<String> = archive.names().into_iter().map(str::to_owned).collect();
    Ok(match &names[..] {
        [name] => of(&archive.announced(name)?),
        _ => Guess::doubtful(Kind::Table, "no name of its arrays says edges"),
    })
}

fn of(Announced { shape, are_whole, .. }: &Announced) -> Guess {
    match shape[..] {
        [rows, columns] if rows == columns => Guess::doubtful(
            Kind::Graph,
            format!("it is a square array, {rows} x {columns}, as of an adjacency matrix"),
        ),
        [_, 2] | [2, _] if *are_whole => {
            Guess::doubtful(Kind::Graph, "it is an array of pairs of whole numbers")
        }
        [rows, columns] => {
            Guess::sure(Kind::Table, format!("it is an array of {rows} rows and {columns} columns"))
        }
        _ => Guess::doubtful(Kind::Table, "it is an array without columns"),
    }
}
