//! `aevb report`: a run as a page to look at and play with.

use super::opened::{self, OpenedRun};
use crate::cli::ReportArguments;
use crate::error::{Error, Result};
use crate::experiment::Data;
use crate::{output, report};

/// The folder of the page in a run.
const FOLDER: &str = "report";

pub(super) fn run(arguments: &ReportArguments) -> Result<()> {
    let OpenedRun { folder, experiment, device } = opened::open(&arguments.run, arguments.device.as_deref())?;
    if let Data::Images(data) = &experiment.data
        && data.is_table()
    {
        return Err(Error::usage(format!("{}: the run is one on a table", folder.path().display()))
            .with_hint(
                "a report shows runs on images and on graphs; `aevb embed` writes a table's latent vectors",
            ));
    }
    let out = arguments.out.clone().unwrap_or_else(|| folder.file(FOLDER));
    let page = report::write(&experiment, &device, &folder, &out)?;
    output::print(&format!("{}\n", page.display()))
}
