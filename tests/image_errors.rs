//! Trains on images that cannot be meant, with the real binary: each is answered in one line and a hint.

use std::fs;
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

use common::{SMALL, fail, matlab, temporary};

#[path = "images_common.rs"]
mod common;

fn idx(kind: u8, sizes: &[u32], values: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, kind, sizes.len() as u8];
    bytes.extend(sizes.iter().flat_map(|size| size.to_be_bytes()));
    bytes.extend(values);
    bytes
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).and_then(|()| encoder.finish()).expect("a vector takes everything")
}

/// Writes a data file and trains on its set, which must be refused with this message.
#[track_caller]
fn bad_data(folder: &Path, path: &str, content: &[u8], config: &str, sets: &[&str], message: &str) {
    let path = folder.join("data").join(path);
    fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    fs::write(&path, content).expect("written");
    let mut arguments = vec!["train", config, "--device", "flex", "--quiet"];
    for set in sets {
        arguments.extend(["--set", set]);
    }
    let (error, _) = fail(1, &arguments, folder);
    assert!(error.contains(message), "{error} does not say: {message}");
}

#[test]
fn malformed_idx_files_are_refused() {
    let folder = temporary();
    let folder = folder.path();
    let images = "mnist/train-images-idx3-ubyte";
    let labels = "mnist/train-labels-idx1-ubyte";
    let (error, hint) = fail(1, &["train", "vae-mnist", "--device", "flex", "--quiet"], folder);
    assert!(error.contains("no such file") && hint.contains("aevb data fetch mnist"), "{error} {hint}");
    let write = |path: &str, content: &[u8]| {
        let path = folder.join("data").join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, content).expect("written");
    };
    write(labels, &idx(8, &[2], &[0, 1]));
    let refused =
        |content: &[u8], message: &str| bad_data(folder, images, content, "vae-mnist", &[], message);
    refused(b"PK\x03\x04 not digits", "is no IDX file");
    refused(&idx(8, &[3, 28, 28], &[0; 2 * 784]), "more than the file can hold");
    refused(&idx(8, &[0, 28, 28], &[]), "announces 0 images of 28 x 28");
    refused(&idx(8, &[2, 0, 28], &[]), "announces 2 images of 0 x 28");
    refused(&gzip(&idx(8, &[u32::MAX, 28, 28], &[0; 784])), "more than the file can hold");
    // A bomb: 64 MiB of zeros behind a header that announces two images.
    let mut bomb = idx(8, &[2, 28, 28], &[]);
    bomb.resize(64 << 20, 0);
    refused(&gzip(&bomb), "goes on after them");
    refused(&idx(8, &[3, 28, 28], &[0; 3 * 784]), "announces 2 labels, but there are 3 images");
}

#[test]
fn malformed_matlab_files_are_refused() {
    let folder = temporary();
    let refused = |content: &[u8], message: &str| {
        bad_data(folder.path(), "freyface/frey_rawface.mat", content, "vae-frey", &[], message);
    };
    refused(&matlab(b"IM", 14, 9, b"gg", 2), "holds the variable gg instead of ff");
    refused(&matlab(b"IM", 14, 6, b"ff", 2), "ff is of class double instead of uint8");
    refused(&matlab(b"IM", 15, 9, b"ff", 2), "is compressed");
    refused(&matlab(b"MI", 14, 9, b"ff", 2), "is big-endian");
    refused(&matlab(b"IM", 14, 9, b"ff", 2), "2 images");
    refused(b"", "too short");
}

#[test]
fn malformed_binary_digits_are_refused() {
    let folder = temporary();
    let sets = ["data.name=mnist-binarized", "data.train=standard", "data.binarization=fixed"];
    let refused = |content: &[u8], message: &str| {
        let file = "mnist-binarized/binarized_mnist_train.amat";
        bad_data(folder.path(), file, content, "vae-mnist", &sets, message);
    };
    refused(b"", "ends after 0 lines");
    let pixels = |last: &str| format!("{}{last}\n", "0 ".repeat(783));
    refused(pixels("2").as_bytes(), "line 1");
    refused(pixels("nan").as_bytes(), "line 1");
    refused(pixels("1").as_bytes(), "ends after 1 lines");
}

#[test]
fn configurations_that_cannot_be_meant_are_refused() {
    let folder = temporary();
    let refused = |sets: &[&str], message: &str| {
        let mut arguments = [&SMALL[..], &["--quiet"]].concat();
        for set in sets {
            arguments.extend(["--set", set]);
        }
        let (error, _) = fail(2, &arguments, folder.path());
        assert!(error.contains(message), "{error} does not say: {message}");
    };
    refused(&["data.binarization=fixed"], "`fixed` does not suit mnist-5k");
    refused(&["data.name=cora"], "`cora` names no image set");
    refused(&["data.name=frey", "data.train=all"], "data.train `all` cannot be had of frey");
    refused(&["model.kind=vgae"], "unknown key");
    refused(&["objective.samples=0"], "objective.samples must lie between 1 and 10000");
    refused(&["objective.beta=-1"], "objective.beta must be 0 or lie between 1e-30 and 1e30");
    let gaussian = |key: &str, value: &str| format!("model.likelihood={{kind=\"{key}\", {value}}}");
    refused(&[&gaussian("gaussian-fixed", "variance=0.0")], "model.likelihood.variance must lie between");
    refused(
        &[&gaussian("gaussian", "variance_floor=nan")],
        "model.likelihood.variance_floor must be 0 or lie",
    );
    refused(&[&gaussian("bernoulli", "variance=1.0")], "unknown");
    refused(&[&gaussian("gaussian", ""), "data.binarization=dynamic"], "has no use for dynamic pixels");
    refused(&["data.train=all"], "data.curve `validation` has no images where data.train is `all`");
    refused(&["objective.kl_warm_up_epochs=4611686018427387904"], "must be at most 1000000000");
    refused(&["model.prior.kind=vampprior"], "vampprior");
    refused(&["train.batch_size=0"], "train.batch_size must lie between 1 and");
    refused(&["split.test=0.2"], "unknown key `split.test`");
    assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 0);
    // What depends on the size of the images is known once they are read; no run is left behind.
    refused(&["model.hidden=[65536, 65536]"], "training would hold about 27");
    refused(&["model.hidden=[65536, 65536]", "train.check_memory=false"], "weights, more than 268435456");
    refused(&["objective.samples=10000", "train.check_memory=false"], "100 images of 10000 samples each");
    assert_eq!(fs::read_dir(folder.path().join("runs")).expect("readable").count(), 0);
}
