//! The binary: an error becomes a message and an exit code.

use std::ffi::{c_int, c_long};
use std::process::ExitCode;

use aevb::{cli, commands, interrupt, output};
use clap::Parser;

mod out_of_memory;

/// Training makes and drops tensors of the same few sizes; the system's allocator gives each back to the kernel.
#[global_allocator]
static ALLOCATOR: out_of_memory::Allocator = out_of_memory::Allocator;

unsafe extern "C" {
    fn mi_option_set(option: c_int, value: c_long);
}

/// mimalloc too gives memory back, after 10 ms, and a page that comes again has to be cleared: a tenth of a step.
fn keep_memory_between_steps() {
    /// `mi_option_purge_delay`, in milliseconds.
    const PURGE_DELAY: c_int = 15;
    // SAFETY: the function belongs to the allocator above, takes any option and value, and no other thread runs yet.
    unsafe { mi_option_set(PURGE_DELAY, 1000) };
}

fn main() -> ExitCode {
    keep_memory_between_steps();
    interrupt::survive_file_size_limit();
    out_of_memory::tell_of_threads();
    match commands::run(cli::Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::error(&error);
            ExitCode::from(error.exit_code())
        }
    }
}
