//! The binary: an error becomes a message and an exit code.

use std::process::ExitCode;

use aevb::{cli, commands, output};
use clap::Parser;

fn main() -> ExitCode {
    match commands::run(cli::Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::error(&error);
            ExitCode::from(error.exit_code())
        }
    }
}
