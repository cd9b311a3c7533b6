//! Where a run was made: `environment.json`.

use serde::Serialize;

use crate::device::DeviceRow;
use crate::error::{Error, Result};
use crate::features;

/// The program and the machine of a run.
#[derive(Clone, Debug, Serialize)]
pub struct Environment {
    /// The version of this program.
    pub version: &'static str,
    /// The Cargo features that this program was built with.
    pub features: Vec<&'static str>,
    /// The device that tensors lived on.
    pub device: DeviceRow,
    /// The CPU threads that computed.
    pub threads: usize,
    /// The operating system, such as `linux`.
    pub os: &'static str,
    /// The processor architecture, such as `x86_64`.
    pub architecture: &'static str,
    /// The processor's own name, where the system says (Linux on x86).
    pub processor: Option<String>,
}

impl Environment {
    /// The environment of this process.
    pub fn current(device: DeviceRow) -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION"),
            features: features::names(),
            device,
            threads: rayon::current_num_threads(),
            os: std::env::consts::OS,
            architecture: std::env::consts::ARCH,
            processor: processor(),
        }
    }
}

/// Computes on this many CPU threads from now on; 0 is all there are. The first call in a process counts.
///
/// # Errors
///
/// Where the threads cannot be started.
pub fn use_threads(threads: usize) -> Result<()> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    pool.map_err(|error| Error::failed(format!("cannot start {threads} threads: {error}")))
}

/// Works on threads of its own, before it is known how many [`use_threads`] is asked for; 0 is all there are.
///
/// # Errors
///
/// As there, or those of the work.
pub fn on_own_threads<T: Send>(threads: usize, work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    pool.map_err(|error| Error::failed(format!("cannot start {threads} threads: {error}")))?.install(work)
}

fn processor() -> Option<String> {
    let text = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
