//! How fast the kernels are on a device: each is run until its time is known, on random data of a given size.

mod pairwise;
mod spmm;
mod step;
mod vae;

use std::time::{Duration, Instant};

use burn::tensor::Device;
use serde::Serialize;

pub use self::pairwise::pairwise;
pub use self::spmm::spmm;
pub use self::step::step;
pub use self::vae::vae;
use crate::awake::with_threads_awake;
use crate::error::{Error, Result};

/// The size of what is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// The nodes of the graph.
    pub nodes: u32,
    /// The pairs drawn as its edges, duplicates among them.
    pub edges: usize,
    /// The columns that a sparse product multiplies.
    pub features: usize,
    /// The dimensions of the latent space.
    pub latent: usize,
}

/// How long a kernel took.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measurement {
    /// The kernel.
    pub kernel: &'static str,
    /// Which of its passes.
    pub pass: &'static str,
    /// The nodes of the graph, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nodes: Option<u32>,
    /// The nonzeros of the sparse matrix, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonzeros: Option<usize>,
    /// The width of the dense matrix: features, or latent dimensions.
    pub width: usize,
    /// The wall time of a run.
    pub milliseconds: Spread,
    /// The work done in the median time.
    #[serde(flatten)]
    pub rate: Rate,
}

/// Work for time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rate {
    /// Every index, value and row of `x` that is read, and every row of `y` that is written, counted once each.
    GigabytesPerSecond(f64),
    /// For each of the nodes² ordered pairs.
    NanosecondsPerPair(f64),
    /// Images that are trained on.
    ImagesPerSecond(f64),
}

/// Times of several runs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// Half of the runs took longer.
    pub median: f64,
    /// The shortest.
    pub lowest: f64,
    /// The longest.
    pub highest: f64,
}

/// The milliseconds of `run`, which ends when the device has done its work: after a warm-up of two runs (one, where a
/// run takes seconds), as many as fit into half a second, but at least seven; of runs that take seconds, as many as fit
/// into twenty, but at least one.
fn time(device: &Device, mut run: impl FnMut() -> aevb_models::Result<()>) -> Result<Spread> {
    let mut once = || -> Result<Duration> {
        let began = Instant::now();
        with_threads_awake(device, &mut run)?;
        device.sync().map_err(|error| Error::failed(format!("the device failed: {error}")))?;
        Ok(began.elapsed())
    };
    let warm_up = once()?;
    if warm_up < Duration::from_secs(2) {
        once()?;
    }
    let mut times = Vec::new();
    let mut total = Duration::ZERO;
    while times.is_empty()
        || total < Duration::from_millis(500)
        || (times.len() < 7 && total < Duration::from_secs(20))
    {
        let duration = once()?;
        total += duration;
        times.push(1e3 * duration.as_secs_f64());
    }
    times.sort_unstable_by(f64::total_cmp);
    Ok(Spread {
        median: f64::midpoint(times[(times.len() - 1) / 2], times[times.len() / 2]),
        lowest: times[0],
        highest: times[times.len() - 1],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_lies_between_the_ends() {
        let mut runs = 0;
        let spread = time(&Device::flex(), || {
            runs += 1;
            std::thread::sleep(Duration::from_millis(if runs % 2 == 0 { 20 } else { 60 }));
            Ok(())
        })
        .expect("the CPU does not fail");
        assert!(spread.lowest >= 20.0 && spread.highest >= 60.0, "{spread:?}");
        assert!(spread.lowest <= spread.median && spread.median <= spread.highest, "{spread:?}");
        assert!(runs >= 9);
    }

    #[test]
    fn every_kernel_can_be_measured() {
        let size = Size { nodes: 50, edges: 200, features: 8, latent: 4 };
        let device = Device::flex();
        let spmm = spmm(size, &device).expect("measured");
        assert_eq!(spmm.iter().map(|row| row.pass).collect::<Vec<_>>(), ["forward", "forward+backward"]);
        assert!(spmm.iter().all(|row| row.nonzeros.is_some_and(|nonzeros| (100..=200).contains(&nonzeros))));
        for row in [pairwise(size, &device), step(size, &device)] {
            let Rate::NanosecondsPerPair(rate) = row.expect("measured").rate else {
                panic!("time for a pair")
            };
            assert!(rate > 0.0 && rate.is_finite());
        }
        let row = vae(4, &device).expect("measured");
        assert!(matches!(row.rate, Rate::ImagesPerSecond(rate) if rate > 0.0 && rate.is_finite()));
    }
}
