//! What a finished run on a graph wrote.

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::result::RunResult;
use crate::run_folder::{RESULT, TIMING};

/// What is taken of a line of `timing.jsonl`.
#[derive(Deserialize)]
struct Line {
    seconds: f64,
}

/// The result of a run of this name and the seconds that its steps took, from the texts of its `result.json` and
/// `timing.jsonl`.
///
/// # Errors
/// If they are not what a run on a graph writes.
pub(super) fn finished(run: &str, result: &str, timing: &str) -> Result<(RunResult, f64)> {
    let damaged = |file: &str, error: serde_json::Error| {
        Error::failed(format!("{run}: {file}: {error}")).with_hint("remove its folder to run it again")
    };
    let result: RunResult = serde_json::from_str(result).map_err(|error| damaged(RESULT, error))?;
    let lines: Vec<Line> = timing
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<_, _>>()
        .map_err(|error| damaged(TIMING, error))?;
    Ok((result, lines.iter().map(|line| line.seconds).sum()))
}

/// The error of a run whose `result.json` lacks what a table is made of.
pub(super) fn lacks(run: &str, key: &str) -> Error {
    Error::failed(format!("{run}: {RESULT}: has no `{key}`")).with_hint("remove its folder to run it again")
}
