//! Every reader of files, each with its seeds.

use std::path::Path;

use aevb_data::Error;
use aevb_data::array::{Npz, read_npy};
use aevb_data::graph::{Bipartite, Graph, GraphFiles, LinkSplit, SplitConfig, read_planetoid};
use aevb_data::image::{ImageReading, Images, amat, idx, labelled_by, matlab, read_own};
use aevb_data::table::{Table, TableReading};

use crate::{formats, packings, pickle, seeds};

/// A reader of a file: the file is written under a name, and read to its end or to an error in one line.
pub struct Reader {
    pub name: &'static str,
    pub file: &'static str,
    pub seeds: Vec<Vec<u8>>,
    /// What stands around a changed seed: a change of what is packed would be found by its checksum alone.
    pub packed: fn(Vec<u8>) -> Vec<u8>,
    pub read: fn(&Path) -> Result<(), String>,
}

fn plain(
    name: &'static str,
    file: &'static str,
    seeds: Vec<Vec<u8>>,
    read: fn(&Path) -> Result<(), String>,
) -> Reader {
    Reader { name, file, seeds, packed: |content| content, read }
}

fn gzipped(
    name: &'static str,
    file: &'static str,
    seeds: Vec<Vec<u8>>,
    read: fn(&Path) -> Result<(), String>,
) -> Reader {
    Reader { packed: packings::gzip, ..plain(name, file, seeds, read) }
}

fn said<T>(result: Result<T, Error>) -> Result<(), String> {
    result.map(drop).map_err(|error| error.to_string())
}

/// Edges in a format, found by the content of a file of any name.
fn format(name: &'static str, texts: &[&str]) -> Reader {
    plain(name, "graph.txt", seeds::of_texts(texts), edges)
}

/// Edges, packed.
fn packed(name: &'static str, packed: fn(Vec<u8>) -> Vec<u8>) -> Reader {
    Reader { packed, ..plain(name, "edges.packed", seeds::of_texts(&seeds::EDGES), edges) }
}

pub fn all() -> Vec<Reader> {
    let arrays = seeds::arrays();
    vec![
        format("adjacency-lists", &formats::ADJACENCY_LISTS),
        format("named-matrices", &formats::NAMED_MATRICES),
        plain("bare-matrices", "matrix.txt", formats::bare_matrices(), edges),
        format("metis", &formats::METIS),
        format("dimacs", &formats::DIMACS),
        format("pajek", &formats::PAJEK),
        format("xml", &formats::XML),
        format("matrix-market", &formats::MATRIX_MARKET),
        format("konect", &formats::KONECT),
        format("edge-variants", &formats::VARIANTS),
        plain("encodings", "edges.csv", formats::encodings(), edges),
        plain("tu", "DS_A.txt", seeds::of_texts(&["1, 2\n2, 1\n2, 3\n3, 2\n"]), edges),
        packed("edges-bzip2", packings::bzip2),
        packed("edges-xz", packings::xz),
        packed("edges-zstd", packings::zstd),
        plain("packings", "edges.packed", packings::packed(), edges),
        Reader { packed: packings::pieces, ..plain("npz-pieces", "graph.npz", seeds::pairs(), pieces) },
        Reader { packed: packings::sparse, ..plain("npz-sparse", "graph.npz", seeds::indices(), pieces) },
        plain("edges", "edges.txt", seeds::of_texts(&seeds::EDGES), edges),
        plain("edges-sides", "edges.txt", seeds::of_texts(&seeds::EDGES), between_sides),
        plain("matrices-sides", "graph.txt", seeds::of_texts(&formats::MATRIX_MARKET), between_sides),
        gzipped("edges-gzipped", "edges.txt.gz", seeds::of_texts(&seeds::EDGES), edges),
        plain("edges-npy", "edges.npy", vec![arrays[0].clone(), arrays[1].clone()], edges),
        plain("features", "features.txt", seeds::of_texts(&seeds::FEATURES), features),
        gzipped("features-gzipped", "features.gz", seeds::of_texts(&seeds::FEATURES), features),
        plain("labels", "labels.txt", seeds::of_texts(&seeds::LABELS), labels),
        plain("npy", "array.npy", arrays, |path| said(read_npy(path))),
        plain("npz", "arrays.npz", seeds::archives(), npz),
        plain("table", "table.csv", seeds::of_texts(&seeds::TABLES), |path| {
            let of_names = said(Table::read(
                path,
                &TableReading { id: Some("name".to_owned()), ..TableReading::default() },
            ));
            of_names.or_else(|_| said(Table::read(path, &TableReading::default())))
        }),
        plain("idx", "images-idx3-ubyte", vec![seeds::idx()], |path| said(idx::read(path, None))),
        gzipped("idx-gzipped", "images-idx3-ubyte.gz", vec![seeds::idx()], |path| {
            said(idx::read(path, None))
        }),
        plain("amat", "images.amat", vec![b"0 1 1 0\n1 0 0 1\n".to_vec()], |path| {
            said(amat::read(path, 2, 2, 2))
        }),
        plain("matlab", "images.mat", vec![seeds::matlab()], |path| said(matlab::read(path, "ff", 2, 2))),
        plain("pictures", "picture.png", seeds::pictures(), pictures),
        plain("image-labels", "labels.txt", seeds::image_labels(), image_labels),
        plain("split", "split.json", vec![split()], |path| said(LinkSplit::load(path, &ring()))),
        plain("planetoid-features", "ind.x.allx", planetoid("allx"), planetoid_set),
        plain("planetoid-classes", "ind.x.ally", planetoid("ally"), planetoid_set),
        plain("planetoid-graph", "ind.x.graph", planetoid("graph"), planetoid_set),
        plain("planetoid-index", "ind.x.test.index", planetoid("test.index"), planetoid_set),
    ]
}

fn edges(path: &Path) -> Result<(), String> {
    said(GraphFiles::from_edges(path).read())
}

/// Edges of a directed graph and of a bipartite one; a sound file may be refused as both.
fn between_sides(path: &Path) -> Result<(), String> {
    let read = |directed: bool, bipartite: Bipartite| {
        let mut files = GraphFiles::from_edges(path);
        (files.reading.directed, files.reading.bipartite) = (directed, bipartite);
        said(files.read())
    };
    let (directed, bipartite) = (read(true, Bipartite::Auto), read(false, Bipartite::Sides));
    directed.or(bipartite).or_else(|_| edges(path))
}

/// A file beside the edges 0–1, 1–2 and 2–0.
fn beside(path: &Path) -> Result<GraphFiles, String> {
    let edges = path.with_file_name("edges.csv");
    std::fs::write(&edges, "0,1\n1,2\n2,0\n").map_err(|error| error.to_string())?;
    Ok(GraphFiles::from_edges(&edges))
}

fn features(path: &Path) -> Result<(), String> {
    said(GraphFiles { features: Some(path.to_owned()), ..beside(path)? }.read())
}

fn labels(path: &Path) -> Result<(), String> {
    said(GraphFiles { labels: Some(path.to_owned()), ..beside(path)? }.read())
}

/// An archive of all of a graph.
fn pieces(path: &Path) -> Result<(), String> {
    let _ = features(path);
    let _ = labels(path);
    edges(path)
}

/// All arrays of an archive, and the archive as each kind of file; it is sound if it is an archive.
fn npz(path: &Path) -> Result<(), String> {
    let _ = edges(path);
    let _ = features(path);
    let _ = labels(path);
    let _ = Table::read(path, &TableReading::default());
    let mut archive = Npz::open(path).map_err(|error| error.to_string())?;
    let names: Vec<String> = archive.names().into_iter().map(str::to_owned).collect();
    names.iter().try_for_each(|name| match archive.get(name) {
        // The golden archives have arrays that are refused soundly, of objects, for example.
        Err(error) if error.to_string().contains("damaged") => Err(error.to_string()),
        _ => Ok(()),
    })
}

/// A folder of one picture.
fn pictures(path: &Path) -> Result<(), String> {
    let folder = path.parent().ok_or("no folder")?.join("folder");
    let copy = || {
        std::fs::create_dir_all(&folder)?;
        std::fs::copy(path, folder.join("picture.png"))
    };
    copy().map_err(|error| error.to_string())?;
    said(read_own(&folder, &ImageReading::default()))
}

/// Labels of three pictures.
fn image_labels(path: &Path) -> Result<(), String> {
    let images = Images::grey(vec![10, 20, 30], 1, 1).map_err(|error| error.to_string())?;
    said(labelled_by(images, path))
}

fn ring() -> Graph {
    let pairs = (0..20).map(|node| (node, (node + 1) % 20));
    Graph::from_edges(20, pairs).expect("a graph").0
}

fn split() -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("split.json");
    let config = SplitConfig { test: 0.2, validation: 0.1 };
    LinkSplit::draw(&ring(), &config, 0).and_then(|split| split.save(&path)).expect("a split");
    std::fs::read(path).expect("read")
}

fn planetoid(file: &str) -> Vec<Vec<u8>> {
    pickle::sound().into_iter().filter(|(name, _)| *name == file).map(|(_, content)| content).collect()
}

/// The set with this file in the place of one of its eight.
fn planetoid_set(path: &Path) -> Result<(), String> {
    let folder = path.parent().ok_or("no folder")?;
    for (name, content) in pickle::sound() {
        let other = folder.join(format!("ind.x.{name}"));
        if other != path {
            std::fs::write(&other, content).map_err(|error| error.to_string())?;
        }
    }
    said(read_planetoid(folder, "x"))
}
