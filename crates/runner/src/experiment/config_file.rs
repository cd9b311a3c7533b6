//! Where a configuration's text comes from: a file, or one of those that travel inside the program.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use aevb_data::files::read_at_most;
use aevb_data::nearest::{did_you_mean, nearest};

use super::read::SECTIONS;
use crate::error::{Error, Result};

/// The configurations inside the program, by name; the first is the default.
pub const BUILT_IN: [(&str, &str); 42] = [
    ("vgae-cora", include_str!("../../../../configs/vgae-cora.toml")),
    ("gae-cora", include_str!("../../../../configs/gae-cora.toml")),
    ("vgae-featureless-cora", include_str!("../../../../configs/vgae-featureless-cora.toml")),
    ("gae-featureless-cora", include_str!("../../../../configs/gae-featureless-cora.toml")),
    ("vgae-citeseer", include_str!("../../../../configs/vgae-citeseer.toml")),
    ("gae-citeseer", include_str!("../../../../configs/gae-citeseer.toml")),
    ("vgae-featureless-citeseer", include_str!("../../../../configs/vgae-featureless-citeseer.toml")),
    ("gae-featureless-citeseer", include_str!("../../../../configs/gae-featureless-citeseer.toml")),
    ("vgae-pubmed", include_str!("../../../../configs/vgae-pubmed.toml")),
    ("gae-pubmed", include_str!("../../../../configs/gae-pubmed.toml")),
    ("vgae-featureless-pubmed", include_str!("../../../../configs/vgae-featureless-pubmed.toml")),
    ("gae-featureless-pubmed", include_str!("../../../../configs/gae-featureless-pubmed.toml")),
    ("vgae-featureless-ca-astroph", include_str!("../../../../configs/vgae-featureless-ca-astroph.toml")),
    ("vgae-featureless-email-enron", include_str!("../../../../configs/vgae-featureless-email-enron.toml")),
    ("vgae-linear-cora", include_str!("../../../../configs/vgae-linear-cora.toml")),
    ("vgae-normalized-cora", include_str!("../../../../configs/vgae-normalized-cora.toml")),
    ("vgnae-cora", include_str!("../../../../configs/vgnae-cora.toml")),
    ("gae-masked-pubmed", include_str!("../../../../configs/gae-masked-pubmed.toml")),
    ("gae-propagation-cora", include_str!("../../../../configs/gae-propagation-cora.toml")),
    ("links-hits-cora", include_str!("../../../../configs/links-hits-cora.toml")),
    ("links-hits-citeseer", include_str!("../../../../configs/links-hits-citeseer.toml")),
    ("links-hits-pubmed", include_str!("../../../../configs/links-hits-pubmed.toml")),
    ("links-auc-pubmed", include_str!("../../../../configs/links-auc-pubmed.toml")),
    ("vgae-dropout-cora", include_str!("../../../../configs/vgae-dropout-cora.toml")),
    ("vgae-biased-cora", include_str!("../../../../configs/vgae-biased-cora.toml")),
    ("vgae-bilinear-cora", include_str!("../../../../configs/vgae-bilinear-cora.toml")),
    ("vae-mnist-5k", include_str!("../../../../configs/vae-mnist-5k.toml")),
    ("vae-mnist", include_str!("../../../../configs/vae-mnist.toml")),
    ("vae-mnist-adagrad", include_str!("../../../../configs/vae-mnist-adagrad.toml")),
    ("vae-mnist-paper", include_str!("../../../../configs/vae-mnist-paper.toml")),
    ("vae-frey", include_str!("../../../../configs/vae-frey.toml")),
    ("vae-frey-paper", include_str!("../../../../configs/vae-frey-paper.toml")),
    ("iwae-mnist-vae", include_str!("../../../../configs/iwae-mnist-vae.toml")),
    ("iwae-mnist-5", include_str!("../../../../configs/iwae-mnist-5.toml")),
    ("iwae-mnist-50", include_str!("../../../../configs/iwae-mnist-50.toml")),
    ("iwae-mnist-long", include_str!("../../../../configs/iwae-mnist-long.toml")),
    ("links", include_str!("../../../../configs/links.toml")),
    ("vgae-graph", include_str!("../../../../configs/vgae-graph.toml")),
    ("vae-images", include_str!("../../../../configs/vae-images.toml")),
    ("vae-table", include_str!("../../../../configs/vae-table.toml")),
    ("ae-mnist-5k", include_str!("../../../../configs/ae-mnist-5k.toml")),
    ("ae-table", include_str!("../../../../configs/ae-table.toml")),
];

/// More than any configuration needs; a larger file is some other thing named by mistake.
const LARGEST: u64 = 1 << 20;

/// So many configurations of a data set are shown.
const SHOWN: usize = 3;

/// So many names of a folder are compared with one that is not there.
const MOST_ENTRIES: usize = 10_000;

/// The text of a configuration and where it came from.
#[derive(Clone, Debug)]
pub struct ConfigFile {
    /// The file's stem or the built-in name: the name of runs made from it.
    pub name: String,
    /// How messages call it: the path as given, or `NAME (built in)`.
    pub place: String,
    /// The folder that relative paths in it start from; the working directory where there is none.
    pub folder: Option<PathBuf>,
    /// The TOML.
    pub text: Cow<'static, str>,
}

impl ConfigFile {
    /// Finds a configuration: the default without an argument, else that file, else that built-in name.
    ///
    /// # Errors
    ///
    /// [`Usage`](crate::error::ErrorKind::Usage) for a file that is missing, unreadable, larger than 1 MiB or
    /// not UTF-8.
    pub fn find(argument: Option<&Path>) -> Result<Self> {
        let Some(path) = argument else {
            return Ok(Self::built_in(BUILT_IN[0]));
        };
        match built_in_by(path) {
            Some(known) => Ok(Self::built_in(known)),
            None => Self::open(path),
        }
    }

    /// Whether an argument names a configuration and no data: a built-in name, a file called so, or one that holds the
    /// sections of a configuration.
    pub fn is_configuration(path: &Path) -> bool {
        let is_called_so = path.extension().is_some_and(|extension| extension == "toml");
        built_in_by(path).is_some() || is_called_so || path.is_file() && has_sections(path)
    }

    /// One of [`BUILT_IN`] by name, whatever files there are.
    ///
    /// # Errors
    ///
    /// [`Usage`](crate::error::ErrorKind::Usage) for a name that is none of them.
    pub fn named(name: &str) -> Result<Self> {
        match BUILT_IN.iter().find(|(known, _)| *known == name) {
            Some(&known) => Ok(Self::built_in(known)),
            None => Err(Error::usage(format!("{name}: no built-in configuration has this name"))),
        }
    }

    /// Whether it travels inside the program under this name.
    pub fn is_built_in(&self, name: &str) -> bool {
        self.folder.is_none() && self.name == name && matches!(self.text, Cow::Borrowed(_))
    }

    fn built_in((name, text): (&str, &'static str)) -> Self {
        Self { name: name.to_owned(), place: format!("{name} (built in)"), folder: None, text: text.into() }
    }

    fn open(path: &Path) -> Result<Self> {
        let place = path.display().to_string();
        let bytes = read_at_most(path, LARGEST).map_err(|error| {
            let hint = match path.exists() {
                true => "name a TOML file, or a configuration that `aevb config list` prints".to_owned(),
                false => advice(path),
            };
            Error::from(error).as_usage().with_hint(hint)
        })?;
        let text = String::from_utf8(bytes).map_err(|_| Error::usage(format!("{place}: not UTF-8 text")))?;
        let name =
            path.file_stem().map_or_else(|| "config".into(), |stem| stem.to_string_lossy().into_owned());
        Ok(Self { name, place, folder: path.parent().map(Path::to_owned), text: text.into() })
    }
}

/// The built-in configuration of this name, unless there is a file called so.
fn built_in_by(path: &Path) -> Option<(&'static str, &'static str)> {
    let known = || BUILT_IN.iter().find(|(name, _)| path == Path::new(name)).copied();
    if path.is_file() { None } else { known() }
}

/// Whether a small file is TOML with a section that configurations have.
fn has_sections(path: &Path) -> bool {
    let text = read_at_most(path, LARGEST).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let table = text.and_then(|text| text.parse::<toml::Table>().ok());
    table.is_some_and(|table| SECTIONS.iter().any(|section| table.contains_key(*section)))
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The names of what lies in the folder of a path.
fn beside(path: &Path) -> Vec<String> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.take(MOST_ENTRIES).map(|entry| file_name(&entry.path())).collect()
}

/// What to do where an argument is neither a file nor the name of a configuration.
fn advice(path: &Path) -> String {
    let name = path.display().to_string();
    let list = "name data of your own, a TOML file, or a configuration that `aevb config list` prints";
    let of_set: Vec<&str> = BUILT_IN
        .iter()
        .map(|(known, _)| *known)
        .filter(|known| known.strip_suffix(name.as_str()).is_some_and(|rest| rest.ends_with('-')))
        .collect();
    match nearest(&name, BUILT_IN.iter().map(|(known, _)| *known)) {
        Some(known) => format!("did you mean `{known}`? {list}"),
        None if !of_set.is_empty() => {
            format!("did you mean `{}`? {list}", of_set[..of_set.len().min(SHOWN)].join("`, `"))
        }
        None => did_you_mean(&file_name(path), beside(path).iter().map(String::as_str)) + list,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_means_the_built_in_configuration_unless_such_a_file_exists() {
        let config = ConfigFile::find(Some(Path::new("gae-cora"))).expect("built in");
        assert_eq!((config.name.as_str(), config.place.as_str()), ("gae-cora", "gae-cora (built in)"));
        assert_eq!(ConfigFile::find(None).expect("built in").name, "vgae-cora");
    }

    #[test]
    fn a_missing_file_has_the_nearest_name() {
        let error = ConfigFile::find(Some(Path::new("no/such.toml"))).expect_err("missing");
        assert_eq!(error.exit_code(), 2);
        assert!(error.message.starts_with("no/such.toml: "), "{error}");
        assert!(error.hint.expect("a hint").contains("`aevb config list`"));
        let hint =
            |name: &str| ConfigFile::find(Some(Path::new(name))).expect_err(name).hint.expect("a hint");
        assert!(hint("vgae-coar").starts_with("did you mean `vgae-cora`?"), "{}", hint("vgae-coar"));
        assert!(hint("citeseer").contains("`gae-citeseer`"), "{}", hint("citeseer"));
    }

    #[test]
    fn what_is_not_small_text_is_refused() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("bad.toml");
        std::fs::write(&path, vec![b'#'; (1 << 20) + 1]).expect("written");
        assert!(
            ConfigFile::find(Some(&path)).expect_err("large").message.contains("longer than 1048576 bytes")
        );
        std::fs::write(&path, [b'a', 0xff]).expect("written");
        assert!(ConfigFile::find(Some(&path)).expect_err("binary").message.contains("UTF-8"));
        assert_eq!(ConfigFile::find(Some(folder.path())).expect_err("a folder").exit_code(), 2);
    }
}
