//! `aevb bench`: how fast the kernels are on a device.

use crate::bench::{self, Measurement, Rate, Size, Spread};
use crate::cli::{BenchArguments, BenchKernel};
use crate::error::{Error, Result};
use crate::{device, environment, memory, output};

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
        latent: arguments.latent as usize,
    };
    check(size)?;
    let device = &found.device;
    output::message(&format!("{} {}", found.row.name, found.row.description));
    for kernel in kernels {
        // On a thread of the pool, as in training: work is not handed over from outside.
        let measured = rayon::scope(|_| match kernel {
            BenchKernel::Spmm => bench::spmm(size, device),
            BenchKernel::Pairwise => Ok(vec![bench::pairwise(size, device)?]),
            BenchKernel::Step => Ok(vec![bench::step(size, device)?]),
            BenchKernel::Vae => Ok(vec![bench::vae(size.latent, device)?]),
        });
        for measurement in measured? {
            output::print(&if arguments.json { to_json(&measurement) } else { to_text(&measurement) })?;
        }
    }
    Ok(())
}

/// Refuses what would not fit into memory.
fn check(size: Size) -> Result<()> {
    let widest = size.features.max(size.latent);
    let values = size.nodes as usize * widest;
    if values <= MOST_VALUES && size.edges <= MOST_EDGES {
        return Ok(());
    }
    let problem = format!("{} nodes by {widest} and {} edges are too many", size.nodes, size.edges);
    Err(Error::usage(problem).with_hint(format!(
        "nodes times --features or --latent may be {MOST_VALUES}, and --edges {MOST_EDGES}"
    )))
}

fn to_json(measurement: &Measurement) -> String {
    let mut value = serde_json::to_value(measurement).expect("maps with string keys are always JSON");
    value["peak_memory_bytes"] = memory::peak_bytes().into();
    format!("{value}\n")
}

fn to_text(measurement: &Measurement) -> String {
    let Measurement { kernel, pass, nodes, nonzeros, width, milliseconds, rate } = measurement;
    let Spread { median, lowest, highest } = milliseconds;
    let nodes = nodes.map_or_else(String::new, |nodes| format!("{nodes} nodes, "));
    let nonzeros = nonzeros.map_or_else(String::new, |nonzeros| format!("{nonzeros} nonzeros, "));
    let rate = match rate {
        Rate::GigabytesPerSecond(rate) => format!("{rate:.2} GB/s"),
        Rate::NanosecondsPerPair(rate) => format!("{rate:.3} ns a pair"),
        Rate::ImagesPerSecond(rate) => format!("{rate:.0} images/s"),
    };
    format!(
        "{kernel:<9} {pass:<17} {nodes}{nonzeros}width {width}: {median:.3} ms ({lowest:.3} to {highest:.3}), {rate}\n"
    )
}
