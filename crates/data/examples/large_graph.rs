//! How long a list of edges takes from file to graph to split, and the most memory that it held by then:
//!
//!     cargo run --release --workspace --example large_graph edges.tsv
#![allow(clippy::print_stdout)]

use std::time::Instant;

use aevb_data::Result;
use aevb_data::graph::{GraphFiles, LinkSplit, SplitConfig};
use aevb_data::memory::peak_bytes;

fn main() -> Result<()> {
    let path = std::env::args().nth(1).expect("give a list of edges");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let split_file = folder.path().join("split.json");
    let loaded = timed("read", || GraphFiles::from_edges(path.as_ref()).read())?;
    println!("{:?}\n{:?}", loaded.files, loaded.entries);
    let graph = loaded.graph;
    println!("{} nodes, {} edges", graph.nodes(), graph.edge_count());
    let fingerprint = timed("fingerprint", || graph.fingerprint());
    println!("{fingerprint}");
    let split = timed("split", || LinkSplit::draw(&graph, &SplitConfig::default(), 0))?;
    let digest = timed("digest of the split", || split.digest());
    println!("{digest}");
    timed("save the split", || split.save(&split_file))?;
    println!("{} bytes", split_file.metadata().expect("it was written").len());
    let loaded = timed("load the split", || LinkSplit::load(&split_file, &graph))?;
    assert!(loaded == split, "the split reads back the same");
    drop(loaded);
    timed("training graph", || split.train_graph(&graph));
    Ok(())
}

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let done = work();
    let seconds = start.elapsed().as_secs_f64();
    let peak = peak_bytes().map_or(f64::NAN, |bytes| bytes as f64 / 1e9);
    println!("{what:20} {seconds:7.2} s, peak {peak:.2} GB");
    done
}
