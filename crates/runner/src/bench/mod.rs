//! How fast the kernels are on a device: each is run until its time is known, on random data of a given size.

mod pairwise;
mod product;
mod spmm;
mod step;
mod vae;

use std::time::{Duration, Instant};

use burn::tensor::Device;
use serde::Serialize;

pub use self::pairwise::{pairwise, rows};
pub use self::product::ProductShare;
pub use self::spmm::spmm;
pub use self::step::Step;
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
    /// The wall time of the very first run, in which GPU kernels are compiled and, with the feature `autotune`, tried.
    pub first_milliseconds: f64,
    /// The wall time of the runs after it.
    pub milliseconds: Spread,
    /// The work done in the median time.
    #[serde(flatten)]
    pub rate: Rate,
    /// Beside a matrix product, where it was compared with one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matrix_product: Option<ProductShare>,
}

/// Work for time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rate {
    /// Every index, value and row of `x` that is read, and every row of `y` that is written, counted once each.
    GigabytesPerSecond(f64),
    /// For each of the nodes² ordered pairs, or of a block of rows with all nodes.
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

/// Runs something on a device again and again.
#[derive(Clone, Copy, Debug)]
pub struct Timer<'a> {
    /// Where it runs.
    pub device: &'a Device,
    /// How long runs of seconds each are repeated, with fewer than seven of them.
    pub longest: Duration,
}

/// What a [`Timer`] saw.
struct Times {
    first_milliseconds: f64,
    milliseconds: Spread,
}

impl Timer<'_> {
    /// Times `run`, which ends when the device has done its work: after the first run and one to warm up (which counts,
    /// where it takes seconds), as many as fit into half a second, but at least seven; of runs that take seconds, as many
    /// as fit into the longest time, but at least one.
    fn time(&self, mut run: impl FnMut() -> aevb_models::Result<()>) -> Result<Times> {
        let mut once = || -> Result<Duration> {
            let began = Instant::now();
            with_threads_awake(self.device, &mut run)?;
            self.device.sync().map_err(|error| Error::failed(format!("the device failed: {error}")))?;
            Ok(began.elapsed())
        };
        let first = once()?;
        let second = once()?;
        let mut runs = if second < Duration::from_secs(2) { Vec::new() } else { vec![second] };
        let mut total: Duration = runs.iter().sum();
        while runs.is_empty()
            || total < Duration::from_millis(500).min(self.longest)
            || (runs.len() < 7 && total < self.longest)
        {
            let duration = once()?;
            total += duration;
            runs.push(duration);
        }
        Ok(Times { first_milliseconds: 1e3 * first.as_secs_f64(), milliseconds: Spread::of(runs) })
    }
}

impl Spread {
    fn of(mut runs: Vec<Duration>) -> Self {
        runs.sort_unstable();
        let milliseconds = |index: usize| 1e3 * runs[index].as_secs_f64();
        let last = runs.len() - 1;
        Self {
            median: f64::midpoint(milliseconds(last / 2), milliseconds(runs.len() / 2)),
            lowest: milliseconds(0),
            highest: milliseconds(last),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONGEST: Duration = Duration::from_secs(20);

    #[test]
    fn the_median_lies_between_the_ends() {
        let mut runs = 0;
        let times = Timer { device: &Device::flex(), longest: LONGEST }
            .time(|| {
                runs += 1;
                std::thread::sleep(Duration::from_millis(if runs == 1 {
                    200
                } else if runs % 2 == 0 {
                    20
                } else {
                    60
                }));
                Ok(())
            })
            .expect("the CPU does not fail");
        let spread = times.milliseconds;
        assert!(times.first_milliseconds >= 200.0);
        assert!(spread.lowest >= 20.0 && spread.highest >= 60.0, "{spread:?}");
        assert!(spread.lowest <= spread.median && spread.median <= spread.highest, "{spread:?}");
        assert!(runs >= 9);
    }

    #[test]
    fn slow_runs_are_repeated_no_longer_than_asked() {
        let mut runs = 0;
        let timer = Timer { device: &Device::flex(), longest: Duration::from_millis(50) };
        let times = timer.time(|| {
            runs += 1;
            std::thread::sleep(Duration::from_millis(40));
            Ok(())
        });
        assert!(times.expect("the CPU does not fail").milliseconds.lowest >= 40.0);
        // The first, the one to warm up, and one or two that count.
        assert!((3..=4).contains(&runs), "{runs}");
    }

    #[test]
    fn every_kernel_can_be_measured() {
        let size = Size { nodes: 50, edges: 200, features: 8 };
        let timer = Timer { device: &Device::flex(), longest: LONGEST };
        let spmm = spmm(size, timer).expect("measured");
        assert_eq!(spmm.iter().map(|row| row.pass).collect::<Vec<_>>(), ["forward", "forward+backward"]);
        assert!(spmm.iter().all(|row| row.nonzeros.is_some_and(|nonzeros| (100..=200).contains(&nonzeros))));
        let step = Step::new(size, timer).expect("a graph");
        let sums = [pairwise, rows].map(|kernel| kernel(size, 4, timer));
        for row in &sums {
            let share = row.as_ref().expect("measured").matrix_product.expect("compared on a CPU");
            assert!(share.share > 0.0 && share.gigaflops > 0.0 && ["burn", "aevb"].contains(&share.by));
        }
        for row in sums.into_iter().chain([step.measure(4), step.measure(5)]) {
            let Rate::NanosecondsPerPair(rate) = row.expect("measured").rate else {
                panic!("time for a pair")
            };
            assert!(rate > 0.0 && rate.is_finite());
        }
        let row = vae(4, timer).expect("measured");
        assert!(matches!(row.rate, Rate::ImagesPerSecond(rate) if rate > 0.0 && rate.is_finite()));
    }
}
