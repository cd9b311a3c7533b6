//! Tests on real data: run where AEVB_DATA names a folder that holds them. Where it does not, they fail if CI=true, and
//! are reported as ignored elsewhere.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

/// A test that is given `folder` of the real data.
pub fn with_data(name: &str, folder: &str, test: fn(&Path)) -> Trial {
    let path = std::env::var_os("AEVB_DATA").map(|data| PathBuf::from(data).join(folder));
    let path = path.filter(|path| path.is_dir());
    let ignored = path.is_none() && std::env::var_os("CI").is_none_or(|ci| ci != "true");
    let missing = format!("AEVB_DATA names no folder that holds {folder}");
    Trial::test(name, move || {
        test(&path.ok_or(missing)?);
        Ok(())
    })
    .with_ignored_flag(ignored)
}

/// Runs the tests as `cargo test` asks for them.
pub fn run(tests: Vec<Trial>) -> ExitCode {
    libtest_mimic::run(&Arguments::from_args(), tests).exit_code()
}
