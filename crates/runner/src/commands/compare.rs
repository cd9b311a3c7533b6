//! `aevb compare`: several runs beside each other.

use super::new_file::NewFile;
use crate::cli::CompareArguments;
use crate::error::{Error, Result};
use crate::output;
use crate::report::Comparison;

pub(super) fn run(arguments: &CompareArguments) -> Result<()> {
    let out = arguments.out.clone().map(NewFile::at).transpose()?;
    let comparison = Comparison::read(&arguments.runs)?;
    for begun in &comparison.begun {
        output::message(&format!("note: {} has not ended an epoch, and is left out", begun.display()));
    }
    if let Some(out) = out {
        let ending = out.path().extension().map(|ending| ending.to_string_lossy().to_lowercase());
        let content = match ending.as_deref() {
            Some("html") => comparison.to_html()?.into_bytes(),
            Some("svg") => comparison.to_svg()?.into_bytes(),
            Some("csv") => comparison.to_csv()?,
            Some("md") => comparison.to_markdown()?.into_bytes(),
            _ => {
                return Err(Error::usage(format!("{}: of unknown format", out.path().display())).with_hint(
                    "the name ends in .csv or .md, for the tables, in .html, for tables and curves, or in .svg, for the \
                     first curve",
                ));
            }
        };
        out.write_silently(&content)?;
    }
    if arguments.json {
        output::print_json(&comparison.to_json()?)
    } else {
        output::print(&comparison.to_text()?)
    }
}
