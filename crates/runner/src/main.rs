//! The binary: an error becomes a message and an exit code.

use std::process::ExitCode;

use aevb::{cli, commands, output};
use clap::Parser;

/// Training makes and drops tensors of the same few sizes; the system's allocator gives each back to the kernel.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match commands::run(cli::Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::error(&error);
            ExitCode::from(error.exit_code())
        }
    }
}
