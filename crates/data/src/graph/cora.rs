//! Cora, inside the program: McCallum et al. (2000), in the selection of Sen et al. (2008), in Planetoid's node order.
//!
//! `datasets/cora/README.md` describes the files and where they come from.

use std::io::Read;
use std::str::FromStr;

use flate2::read::GzDecoder;
use sprs::CsMatI;

use super::{Graph, Labels};
use crate::error::{Error, Result};

static ORDER: &str = include_str!("../../../../datasets/cora/order.txt");
static NODES: &[u8] = include_bytes!("../../../../datasets/cora/nodes.tsv.gz");
static EDGES: &[u8] = include_bytes!("../../../../datasets/cora/edges.tsv.gz");

const WORDS: usize = 1433;

/// Planetoid's class numbers, 0 to 6.
const CLASSES: [&str; 7] = [
    "Theory",
    "Reinforcement_Learning",
    "Genetic_Algorithms",
    "Neural_Networks",
    "Probabilistic_Methods",
    "Case_Based",
    "Rule_Learning",
];

/// The citation network Cora: 2708 papers, 5278 citations, 1433 binary words, 7 classes; needs no file.
pub fn cora() -> Graph {
    read().expect("the embedded Cora is whole")
}

fn read() -> Result<Graph> {
    let names: Vec<String> = ORDER.lines().map(String::from).collect();
    let mut class = Vec::with_capacity(names.len());
    let mut indptr = vec![0];
    let mut indices: Vec<u32> = Vec::new();
    for line in unpack(NODES)?.lines() {
        let (name, words) = pair(line)?;
        class.push(CLASSES.iter().position(|known| *known == name).map(|number| number as u16));
        for word in words.split(' ') {
            indices.push(number(word)?);
        }
        indptr.push(indices.len() as u32);
    }
    let edges = unpack(EDGES)?
        .lines()
        .map(|line| pair(line).and_then(|(i, j)| Ok((number(i)?, number(j)?))))
        .collect::<Result<Vec<(u32, u32)>>>()?;

    let ones = vec![1.0; indices.len()];
    let features = CsMatI::try_new((names.len(), WORDS), indptr, indices, ones)
        .map_err(|(.., error)| Error::malformed("embedded Cora", error))?;
    let (graph, _) = Graph::from_edges(names.len(), edges)?;
    graph
        .with_features(features)?
        .with_labels(Labels { class, names: CLASSES.map(String::from).to_vec() })?
        .with_names(names)
}

fn unpack(packed: &[u8]) -> Result<String> {
    let mut text = String::new();
    GzDecoder::new(packed).read_to_string(&mut text).map_err(|error| Error::io("embedded Cora", error))?;
    Ok(text)
}

fn pair(line: &str) -> Result<(&str, &str)> {
    line.split_once('\t').ok_or_else(|| Error::malformed("embedded Cora", format!("one column in {line:?}")))
}

fn number<T: FromStr<Err: std::fmt::Display>>(text: &str) -> Result<T> {
    text.parse().map_err(|error| Error::malformed("embedded Cora", format!("{text:?}: {error}")))
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;
    use crate::hash::hex;

    fn sha256(bytes: impl IntoIterator<Item = u8>) -> String {
        hex(Sha256::new_with_prefix(bytes.into_iter().collect::<Vec<_>>()))
    }

    /// The hashes of Planetoid's own files, decoded as Kipf's loader does (computed with NumPy and SciPy).
    #[test]
    fn the_embedded_files_hold_planetoids_cora() {
        let graph = cora();
        let features = graph.features().expect("features");
        let labels = graph.labels().expect("labels");
        assert_eq!((graph.nodes(), graph.edge_count()), (2708, 5278));
        assert_eq!((features.shape(), features.nnz()), ((2708, 1433), 49216));
        assert_eq!(
            sha256(graph.edges().flat_map(|[i, j]| format!("{i} {j}\n").into_bytes())),
            "75e53a6dd7ff2ead7b2fcc3e31e6319debdb33f5537eeb24054e16535cfa277e"
        );
        assert_eq!(
            sha256(features.proper_indptr().iter().flat_map(|start| start.to_le_bytes())),
            "b62808e7a686a808d671be25edbe692b4adeb9b95c8684351d84fd9e12f7919a"
        );
        assert_eq!(
            sha256(features.indices().iter().flat_map(|column| column.to_le_bytes())),
            "e927312de3e1a5175c8ba21df70bbed22073bee54aa47725312ffb695e9ca83f"
        );
        assert_eq!(
            sha256(features.data().iter().flat_map(|value| value.to_le_bytes())),
            "b6b21f88e97b941a18346653f17d13084c3e07e19e3a7f7b101cebff366e5eb9"
        );
        assert_eq!(
            sha256(labels.class.iter().map(|class| class.map_or(255, |class| class as u8))),
            "1abd151ea244b2a84fccb0acae08d6b3bb90418c42adce4dd36afbed0a3edb3a"
        );
    }

    #[test]
    fn nodes_carry_the_ids_of_the_papers() {
        let graph = cora();
        assert_eq!(graph.names().map(<[String]>::len), Some(2708));
        // `35` is the first paper of cora.cites, cited by 168 others or citing them: the hub, node 1358.
        assert_eq!((graph.name(1358).as_ref(), graph.degree(1358)), ("35", 168));
        assert_eq!(graph.neighbours(0), [633, 1862, 2582]);
        assert_eq!(graph.neighbours(2707), [165, 598, 1473, 2706]);
    }
}
