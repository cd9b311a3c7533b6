//! `aevb bench`: how fast the kernels are on a device.

use std::time::Duration;

use crate::bench::{self, Measurement, ProductShare, Rate, Size, Spread, Timer};
use crate::cli::{BenchArguments, BenchKernel};
use crate::device::DeviceRow;
use crate::error::{Error, Result};
use crate::{device, environment, features, memory, output};

/// Edges drawn for each node where their number is not given.
const EDGES_PER_NODE: usize = 10;

/// Values in a dense matrix, 1 GiB of them.
const MOST_VALUES: usize = 1 << 28;

/// Edges, of which a sparse matrix in the making holds some 3 GiB.
const MOST_EDGES: usize = 1 << 27;

pub(super) fn run(arguments: &BenchArguments) -> Result<()> {
    let found = device::resolve(&arguments.device)?;
    environment::use_threads(arguments.threads as usize)?;
    let kernels = match &arguments.kernels[..] {
        [] => &[BenchKernel::Spmm, BenchKernel::Pairwise],
        chosen => chosen,
    };
    let size = Size {
        nodes: arguments.nodes,
        edges: arguments.edges.map_or(EDGES_PER_NODE * arguments.nodes as usize, |edges| edges as usize),
        features: arguments.features as usize,
    };
    let latents: Vec<usize> = arguments.latent.iter().map(|&latent| latent as usize).collect();
    check(size, &latents)?;
    let longest = Duration::from_secs(u64::from(arguments.seconds));
    let timer = Timer { device: &found.device, longest };
    output::message(&format!("{} {}", found.row.name, found.row.description));
    let print = |measurement: &Measurement| {
        output::print(&if arguments.json { to_json(&found.row, measurement) } else { to_text(measurement) })
    };
    for kernel in kernels {
        // On a thread of the pool, as in training: work is not handed over from outside.
        rayon::scope(|_| match kernel {
            BenchKernel::Spmm => bench::spmm(size, timer)?.iter().try_for_each(&print),
            BenchKernel::Pairwise => {
                latents.iter().try_for_each(|&latent| print(&bench::pairwise(size, latent, timer)?))
            }
            BenchKernel::Rows => {
                latents.iter().try_for_each(|&latent| print(&bench::rows(size, latent, timer)?))
            }
            BenchKernel::Step => {
                let step = bench::Step::new(size, timer)?;
                latents.iter().try_for_each(|&latent| print(&step.measure(latent)?))
            }
            BenchKernel::Vae => latents.iter().try_for_each(|&latent| print(&bench::vae(latent, timer)?)),
        })?;
    }
    Ok(())
}

/// Refuses what would not fit into memory.
fn check(size: Size, latents: &[usize]) -> Result<()> {
    let widest = latents.iter().copied().fold(size.features, usize::max);
    let values = size.nodes as usize * widest;
    if values <= MOST_VALUES && size.edges <= MOST_EDGES {
        return Ok(());
    }
    let problem = format!("{} nodes by {widest} and {} edges are too many", size.nodes, size.edges);
    Err(Error::usage(problem).with_hint(format!(
        "nodes times --features or --latent may be {MOST_VALUES}, and --edges {MOST_EDGES}"
    )))
}

fn to_json(device: &DeviceRow, measurement: &Measurement) -> String {
    let mut value = serde_json::to_value(measurement).expect("maps with string keys are always JSON");
    value["device"] = format!("{} {}", device.name, device.description).trim_end().into();
    value["features"] = features::names().into();
    value["peak_memory_bytes"] = memory::peak_bytes().into();
    format!("{value}\n")
}

fn to_text(measurement: &Measurement) -> String {
    let Measurement {
        kernel,
        pass,
        nodes,
        nonzeros,
        width,
        first_milliseconds,
        milliseconds,
        rate,
        matrix_product,
    } = measurement;
    let Spread { median, lowest, highest } = milliseconds;
    let nodes = nodes.map_or_else(String::new, |nodes| format!("{nodes} nodes, "));
    let nonzeros = nonzeros.map_or_else(String::new, |nonzeros| format!("{nonzeros} nonzeros, "));
    let rate = match rate {
        Rate::GigabytesPerSecond(rate) => format!("{rate:.2} GB/s"),
        Rate::NanosecondsPerPair(rate) => format!("{rate:.3} ns a pair"),
        Rate::ImagesPerSecond(rate) => format!("{rate:.0} images/s"),
    };
    let share = matrix_product.map_or_else(String::new, |ProductShare { share, gigaflops, by }| {
        format!(", {:.0} % of a matrix product's {gigaflops:.1} GFLOP/s ({by})", 100.0 * share)
    });
    format!(
        "{kernel:<9} {pass:<17} {nodes}{nonzeros}width {width}: {median:.3} ms ({lowest:.3} to {highest:.3}; first {first_milliseconds:.0}), {rate}{share}\n"
    )
}
