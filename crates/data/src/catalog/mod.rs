//! The data sets that have a name: where they come from, what they are, and how to know that they are right.
//!
//! Files lie in one folder for all data, each set in a folder of its own below it, as [`Dataset::folder`] says.

use std::path::{Path, PathBuf};

use rand::Rng;
use serde::Serialize;

use crate::download::{Download, DownloadConfig, Fetched, Progress};
use crate::error::{Error, ErrorKind, Result};
use crate::examples::ExampleSplit;
use crate::graph::{LoadedGraph, read_edge_list, read_planetoid};
use crate::image::{Images, TrainingPart, frey_face, mnist, mnist_5k, mnist_binarized};

mod sets;

/// A data set with a name.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Dataset {
    /// What commands and configurations call it.
    pub name: &'static str,
    /// What it is, in a line.
    pub title: &'static str,
    /// What it holds, and how it is kept.
    pub content: Content,
    /// Its folder below the data folder.
    pub folder: &'static str,
    /// Its files; none where it is part of the program.
    #[serde(skip)]
    pub files: &'static [RemoteFile],
    /// Under which terms it may be used, as far as its source says.
    pub licence: &'static str,
    /// Whom to cite.
    pub citation: &'static str,
}

/// What a data set holds, and how it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Content {
    /// The graph that is part of the program.
    EmbeddedGraph,
    /// A graph in Planetoid's files of this name.
    Planetoid(&'static str),
    /// A graph as a list of edges.
    EdgeList,
    /// Images that are part of the program.
    EmbeddedImages,
    /// Images.
    Images,
}

/// A file of a data set.
#[derive(Clone, Copy, Debug)]
pub struct RemoteFile {
    /// Its name in the set's folder. Where `unpacked`, the file may have `.gz` added.
    pub name: &'static str,
    /// The folder of its address.
    pub base: &'static str,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of its content.
    pub sha256: &'static str,
    /// Whether the checksum is of the unpacked text, and the size approximate.
    pub unpacked: bool,
    /// SHA-256 of the text of a file that is packed under this name, which may lie beside it unpacked.
    pub plain_sha256: Option<&'static str>,
}

/// All data sets, graphs first.
pub fn all() -> &'static [Dataset] {
    &sets::ALL
}

/// The data set of this name.
///
/// # Errors
/// If there is none; the error lists those there are.
pub fn find(name: &str) -> Result<&'static Dataset> {
    all().iter().find(|set| set.name == name).ok_or_else(|| {
        let names: Vec<&str> = all().iter().map(|set| set.name).collect();
        Error::config(name, "no data set has this name").with_hint(format!("there are {}", names.join(", ")))
    })
}

/// The folder of all data: the one given, else the one that AEVB_DATA names, else `datasets` here.
pub fn data_dir(given: Option<PathBuf>) -> PathBuf {
    let named = || std::env::var_os("AEVB_DATA").filter(|folder| !folder.is_empty()).map(PathBuf::from);
    given.or_else(named).unwrap_or_else(|| PathBuf::from("datasets"))
}

/// Whether files of data sets are read without comparing them with their checksums, as AEVB_UNCHECKED_DATA asks for: tests
/// put small files in the place of large ones.
pub fn are_unchecked() -> bool {
    std::env::var_os("AEVB_UNCHECKED_DATA").is_some_and(|value| !value.is_empty())
}

impl Dataset {
    /// Whether it is a graph.
    pub fn is_graph(&self) -> bool {
        matches!(self.content, Content::EmbeddedGraph | Content::Planetoid(_) | Content::EdgeList)
    }

    /// The folder of its files.
    pub fn folder(&self, data_dir: &Path) -> PathBuf {
        data_dir.join(self.folder)
    }

    /// The files that are not there yet.
    pub fn missing(&self, data_dir: &Path) -> Vec<&'static RemoteFile> {
        let folder = self.folder(data_dir);
        self.files.iter().filter(|file| !file.path(&folder).is_file()).collect()
    }

    /// Reads a graph.
    ///
    /// # Errors
    /// If the set is no graph, if files are missing, or if their checksums or contents are not what they should be.
    pub fn load_graph(&self, data_dir: &Path) -> Result<LoadedGraph> {
        let folder = self.folder(data_dir);
        if let Some(file) = self.missing(data_dir).first() {
            return Err(Error::new(ErrorKind::Io, folder.join(file.name).display(), "the file is missing")
                .with_hint(format!(
                    "run `aevb data fetch {}`, or set AEVB_DATA to a folder that has {}/",
                    self.name, self.folder
                )));
        }
        self.check(&folder)?;
        match self.content {
            Content::EmbeddedGraph => Ok(LoadedGraph::cora()),
            Content::Planetoid(name) => read_planetoid(folder, name),
            Content::EdgeList => read_edge_list(self.files[0].path(&folder)),
            Content::EmbeddedImages | Content::Images => {
                Err(Error::config(self.name, "the data set holds images, and no graph")
                    .with_hint("`aevb data list` says which sets are graphs"))
            }
        }
    }

    /// Reads images and splits them by the set's custom; where it has none, by a permutation drawn from `rng`.
    ///
    /// # Errors
    /// If the set is a graph, if files are missing, or if their checksums or contents are not what they should be.
    pub fn load_images(
        &self,
        data_dir: &Path,
        part: TrainingPart,
        rng: &mut impl Rng,
    ) -> Result<ExampleSplit<Images>> {
        let folder = self.folder(data_dir);
        self.check(&folder)?;
        match self.name {
            "mnist-5k" => Ok(mnist_5k(part)),
            "mnist" => mnist(folder, part),
            "mnist-binarized" => mnist_binarized(folder),
            "frey" => frey_face(folder, rng),
            _ => Err(Error::config(self.name, "the data set holds a graph, and no images")
                .with_hint("`aevb data list` says which sets are images")),
        }
    }

    /// Makes sure that the files that are there are those of the set. All are hashed each time: the largest take a
    /// twentieth of a second, less than it takes to read them.
    fn check(&self, folder: &Path) -> Result<()> {
        if are_unchecked() {
            return Ok(());
        }
        self.files.iter().flat_map(|file| file.present(folder)).try_for_each(|(path, file)| {
            let size = path.metadata().map_err(|error| Error::io(&path, error))?.len();
            let download = file.download("", path);
            if !file.unpacked && size != file.bytes {
                let message = format!("{size} bytes, not the {} of the data set `{}`", file.bytes, self.name);
                return Err(Error::mismatch(download.path.display(), message).with_hint(self.fetch_again()));
            }
            download.check_present().map_err(|error| error.with_hint(self.fetch_again()))
        })
    }

    fn fetch_again(&self) -> String {
        format!(
            "move the file away, and fetch it again with `aevb data fetch {}`; your own files are read by their path, data.path or data.edges",
            self.name
        )
    }

    /// Fetches all files that are not there, checks those that are, and tells `progress` the file and how far it is.
    ///
    /// # Errors
    /// As [`Download::fetch`], for the first file that fails; files before it are there.
    pub fn fetch(
        &self,
        data_dir: &Path,
        config: &DownloadConfig,
        progress: &mut dyn FnMut(&RemoteFile, Progress),
    ) -> Result<Vec<Fetched>> {
        let folder = self.folder(data_dir);
        let fetch = |file: &RemoteFile| {
            let url = file.url();
            let download = file.download(&url, file.path(&folder));
            download.fetch(config, &mut |so_far| progress(file, so_far))
        };
        self.files.iter().map(fetch).collect()
    }
}

impl RemoteFile {
    fn download<'a>(&self, url: &'a str, path: PathBuf) -> Download<'a> {
        Download { url, path, bytes: self.bytes, sha256: self.sha256, unpacked: self.unpacked }
    }

    /// Where it is fetched from.
    pub fn url(&self) -> String {
        format!("{}{}", self.base, self.name)
    }

    /// Where it lies in its set's folder, packed or not, and what is known of it as it lies there.
    fn present(&self, folder: &Path) -> Vec<(PathBuf, Self)> {
        let mut found = vec![(folder.join(self.name), *self)];
        if self.unpacked {
            found.push((folder.join(format!("{}.gz", self.name)), *self));
        }
        if let (Some(sha256), Some(name)) = (self.plain_sha256, self.name.strip_suffix(".gz")) {
            found.push((folder.join(name), Self { sha256, unpacked: true, ..*self }));
        }
        found.retain(|(path, _)| path.is_file());
        found
    }

    /// Where it is, or would be put, in its set's folder.
    pub fn path(&self, folder: &Path) -> PathBuf {
        let plain = folder.join(self.name);
        let packed = folder.join(format!("{}.gz", self.name));
        if self.unpacked && !plain.exists() && packed.exists() { packed } else { plain }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;
    use crate::examples::ExampleSet;

    #[test]
    fn every_set_is_found_by_its_name_alone() {
        for set in all() {
            assert_eq!(find(set.name).expect("found").title, set.title);
            assert_eq!(all().iter().filter(|other| other.name == set.name).count(), 1);
        }
        let error = find("citeseeer").expect_err("no such set");
        assert_eq!(error.to_string(), "citeseeer: no data set has this name");
        assert!(error.hint().expect("a hint").contains("citeseer, pubmed"));
    }

    #[test]
    fn every_file_has_an_address_a_size_and_a_checksum() {
        for file in all().iter().flat_map(|set| set.files) {
            assert!(file.url().starts_with("http") && file.base.ends_with('/'), "{file:?}");
            assert!(file.bytes > 0 && file.bytes < 100_000_000, "{file:?}");
            assert!(file.sha256.len() == 64 && file.sha256.bytes().all(|byte| byte.is_ascii_hexdigit()));
        }
    }

    #[test]
    fn every_set_of_images_has_a_reader() {
        let rng = &mut rand_chacha::ChaCha8Rng::seed_from_u64(0);
        let nowhere = Path::new("no/such/folder");
        for set in all() {
            let loaded = set.load_images(nowhere, TrainingPart::Standard, rng);
            match set.content {
                Content::EmbeddedImages => assert_eq!(loaded.expect("embedded").test.count(), 500),
                Content::Images => assert_eq!(loaded.expect_err("nothing there").kind, ErrorKind::Io),
                _ => assert_eq!(loaded.expect_err("a graph").kind, ErrorKind::Config),
            }
        }
    }

    #[test]
    fn a_missing_set_says_how_to_get_it() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let set = find("citeseer").expect("found");
        let error = set.load_graph(folder.path()).expect_err("nothing there");
        assert!(error.place.ends_with("ind.citeseer.x"), "{error}");
        assert!(error.hint().expect("a hint").contains("aevb data fetch citeseer"));
        assert_eq!(set.missing(folder.path()).len(), 8);
    }

    #[test]
    fn a_file_that_is_not_the_set_s_is_refused_before_it_is_read() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let rng = &mut rand_chacha::ChaCha8Rng::seed_from_u64(0);
        // Of the right size, of another, and what may lie there unpacked.
        for (set, name, bytes, problem) in [
            ("frey", "frey_rawface.mat", 1_100_584, "SHA-256 is "),
            ("frey", "frey_rawface.mat", 1000, "1000 bytes, not the 1100584 of the data set `frey`"),
            ("mnist", "train-labels-idx1-ubyte.gz", 28_881, "SHA-256 is "),
            ("mnist", "t10k-labels-idx1-ubyte", 10_008, "SHA-256 is "),
            ("mnist-binarized", "binarized_mnist_test.amat", 50, "SHA-256 is "),
            ("mnist-binarized", "binarized_mnist_test.amat.gz", 50, "SHA-256 is "),
        ] {
            let set = find(set).expect("found");
            let place = set.folder(folder.path());
            std::fs::create_dir_all(&place).expect("made");
            std::fs::write(place.join(name), vec![0; bytes]).expect("written");
            let error = set.load_images(folder.path(), TrainingPart::Standard, rng).expect_err("refused");
            assert!(error.place.ends_with(name) && error.message.contains(problem), "{error}");
            let hint = error.hint().expect("a hint");
            assert!(hint.contains(&format!("`aevb data fetch {}`", set.name)), "{hint}");
            std::fs::remove_dir_all(place).expect("removed");
        }
    }

    #[test]
    fn cora_needs_no_file_and_images_are_no_graph() {
        let nowhere = Path::new("no/such/folder");
        assert_eq!(find("cora").expect("found").load_graph(nowhere).expect("embedded").graph.nodes(), 2708);
        assert!(find("mnist-5k").expect("found").load_graph(nowhere).is_err());
    }
}
