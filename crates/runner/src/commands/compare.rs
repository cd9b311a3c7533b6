//! `aevb compare`: several runs beside each other.

use aevb_data::files::write_atomically;

use crate::cli::CompareArguments;
use crate::error::{Error, Result};
use crate::output;
use crate::report::Comparison;

pub(super) fn run(arguments: &CompareArguments) -> Result<()> {
    let comparison = Comparison::read(&arguments.runs)?;
    if let Some(out) = &arguments.out {
        let content = match out.extension().and_then(|extension| extension.to_str()) {
            Some("html") => comparison.to_html(),
            Some("svg") => comparison.to_svg(),
            _ => {
                return Err(Error::usage(format!("{}: of unknown format", out.display())).with_hint(
                    "the name ends in .html, for the table and all curves, or .svg, for the first curve",
                ));
            }
        };
        if out.exists() {
            return Err(Error::usage(format!("{}: exists already", out.display()))
                .with_hint("choose another --out or move this file away"));
        }
        write_atomically(out, content.as_bytes()).map_err(|error| Error::from(error).as_usage())?;
    }
    if arguments.json {
        output::print_json(&comparison.to_json())
    } else {
        output::print(&comparison.to_text())
    }
}
