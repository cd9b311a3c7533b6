//! `aevb devices`: what can be trained on, and whether its kernels are right.

use std::fmt::Write;

use serde::Serialize;

use crate::cli::DevicesArguments;
use crate::device::{self, Check, DeviceRow};
use crate::error::{Error, Result};
use crate::output;

/// A device and, where it was asked for, how its kernels did.
#[derive(Serialize)]
struct Checked {
    #[serde(flatten)]
    row: DeviceRow,
    #[serde(skip_serializing_if = "Option::is_none")]
    checks: Option<Vec<Check>>,
}

pub(super) fn run(arguments: &DevicesArguments) -> Result<()> {
    let (found, not_used) = match &arguments.device {
        Some(name) => (vec![device::resolve(name)?], Vec::new()),
        None => (device::list(), device::not_used()),
    };
    let checked = found.into_iter().map(|found| Checked {
        checks: arguments.check.then(|| device::check(&found.device)),
        row: found.row,
    });
    let left_out = not_used.into_iter().map(|row| Checked { row, checks: None });
    let devices: Vec<Checked> = checked.chain(left_out).collect();
    if arguments.json {
        output::print_json(&devices)?
    } else {
        output::print(&to_text(&devices))?
    }
    let has_failed = |device: &&Checked| device.checks.iter().flatten().any(|check| !check.passed);
    let failed: Vec<_> = devices.iter().filter(has_failed).map(|device| device.row.name.as_str()).collect();
    if failed.is_empty() {
        return Ok(());
    }
    Err(Error::failed(format!("wrong results on {}", failed.join(", ")))
        .with_hint("update the driver, or train on another device"))
}

fn to_text(devices: &[Checked]) -> String {
    let mut text = String::new();
    for Checked { row, checks } in devices {
        let _ = write!(text, "{:<9} {:<11} {}", row.name, row.kind, row.description);
        let _ = match &row.not_used {
            Some(reason) => writeln!(text, ": not used, {reason}"),
            None => writeln!(text),
        };
        for check in checks.iter().flatten() {
            let verdict = if check.passed { "right" } else { "WRONG" };
            let _ = match &check.failure {
                Some(failure) => writeln!(text, "  {:<30} {verdict}  {failure}", check.operation),
                None => writeln!(text, "  {:<30} {verdict}  off by {:.1e}", check.operation, check.error),
            };
        }
    }
    text
}
