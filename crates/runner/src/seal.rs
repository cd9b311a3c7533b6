//! `SHA256SUMS`: the seal of a finished run, so that no file that an answer depends on changes unnoticed.
//!
//! It is what `sha256sum` writes and `sha256sum --check SHA256SUMS` reads. Checkpoints have one of their own.

use std::collections::BTreeMap;
use std::path::Path;

use aevb_data::files::read_at_most;
use aevb_data::hash::{sha256, sha256_of_file};

use crate::error::{Error, Result};
use crate::run_folder::{
    CONFIG, DATA, FEATURES, METRICS, MODEL, NODES, REPEAT, RESULT, SPLIT, STANDARDIZATION,
};
use crate::shell;

/// The file of the seal.
pub const SEAL: &str = "SHA256SUMS";

/// What is looked at whenever a run is opened.
pub(crate) const DESCRIPTION: [&str; 7] = [CONFIG, SPLIT, NODES, FEATURES, STANDARDIZATION, DATA, REPEAT];
/// What is looked at by those who read it.
const READ_BY_SOME: [&str; 3] = [METRICS, MODEL, RESULT];

/// Whether a file of a run has its line in the seal.
pub(crate) fn is_sealed(name: &str) -> bool {
    DESCRIPTION.contains(&name) || READ_BY_SOME.contains(&name)
}

/// What the files of a run were when it ended.
#[derive(Clone, Debug)]
pub struct Seal {
    /// Each file's name and SHA-256, in hexadecimal.
    sums: Vec<(String, String)>,
}

impl Seal {
    /// That of a folder in which everything but the result is written; `written` has the SHA-256 of what is known of its
    /// files.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub fn of(folder: &Path, result: &[u8], written: &BTreeMap<String, String>) -> Result<Self> {
        let mut sums = Vec::new();
        for name in DESCRIPTION.into_iter().chain([METRICS, MODEL]) {
            let path = folder.join(name);
            let sum = match written.get(name) {
                Some(sum) => sum.clone(),
                None if path.is_file() => sha256_of_file(path)?,
                None => continue,
            };
            sums.push((name.to_owned(), sum));
        }
        sums.push((RESULT.to_owned(), sha256(result)));
        Ok(Self { sums })
    }

    /// That of a run, where there is one: runs that have not ended and those of earlier versions have none.
    ///
    /// # Errors
    /// If the file is no seal.
    pub fn read(folder: &Path) -> Result<Option<Self>> {
        const LARGEST: u64 = 1 << 16;
        let path = folder.join(SEAL);
        if !path.exists() {
            return Ok(None);
        }
        let damaged = || {
            Error::failed(format!("{}: is not what the run wrote", path.display()))
                .with_hint("bring the file back from a copy; without it the run is taken as it stands")
        };
        let text = String::from_utf8(read_at_most(&path, LARGEST)?).map_err(|_| damaged())?;
        let line = |line: &str| {
            let (sum, name) = line.split_once("  ")?;
            let is_sum = sum.len() == 64 && sum.bytes().all(|byte| byte.is_ascii_hexdigit());
            (is_sum && is_sealed(name)).then(|| (name.to_owned(), sum.to_owned()))
        };
        let sums = text.lines().map(line).collect::<Option<Vec<_>>>().ok_or_else(damaged)?;
        // The last line is that of the result: a file that was cut short lacks it.
        if text.ends_with('\n') && sums.last().is_some_and(|(name, _)| name == RESULT) {
            return Ok(Some(Self { sums }));
        }
        Err(damaged())
    }

    /// The file's content.
    pub fn to_text(&self) -> String {
        self.sums.iter().map(|(name, sum)| format!("{sum}  {name}\n")).collect()
    }

    /// The SHA-256 of a file when the run ended.
    pub fn sum(&self, name: &str) -> Option<&str> {
        self.sums.iter().find(|(known, _)| known == name).map(|(_, sum)| sum.as_str())
    }

    /// Refuses a file of the run that is not what it was.
    ///
    /// # Errors
    /// If it is missing, new, or has another content; the hint says what can restore it.
    pub fn check(&self, folder: &Path, name: &str) -> Result<()> {
        let path = folder.join(name);
        let problem = match (self.sum(name), path.is_file()) {
            (None, false) => return Ok(()),
            // Without a result a run has not ended, and goes on from its checkpoints.
            (Some(_), false) if name == RESULT => return Ok(()),
            (None, true) => format!("was not there when the run ended, as {SEAL} has it"),
            (Some(_), false) => format!("is missing, and was there when the run ended, as {SEAL} has it"),
            (Some(sum), true) if sha256_of_file(&path)? == sum => return Ok(()),
            (Some(_), true) => format!("is not what the run wrote, as {SEAL} has it"),
        };
        let run = shell::path(folder);
        let hint = match name {
            MODEL => format!(
                "`aevb resume {run}` restores it from its checkpoint; --checkpoint best or latest takes one in its place"
            ),
            _ => format!(
                "bring it back from a copy, or train again; if the change is meant, remove {SEAL} and the run is taken as it \
                 stands"
            ),
        };
        Err(Error::failed(format!("{}: {problem}", path.display())).with_hint(hint))
    }

    /// Refuses a file that lies in the folder of a sealed run and is not what the run wrote.
    ///
    /// # Errors
    /// As [`Self::check`].
    pub fn check_file(path: &Path) -> Result<()> {
        let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(|name| name.to_str()))
        else {
            return Ok(());
        };
        let is_run = folder.join(CONFIG).is_file() && folder.join(RESULT).is_file();
        match Self::read(folder) {
            Ok(Some(seal)) if is_run && seal.sum(name).is_some() => seal.check(folder, name),
            Err(error) if is_run => Err(error),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn sealed() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for name in [CONFIG, SPLIT, METRICS, MODEL, RESULT] {
            fs::write(folder.path().join(name), name).expect("written");
        }
        let seal = Seal::of(folder.path(), RESULT.as_bytes(), &BTreeMap::new()).expect("read");
        fs::write(folder.path().join(SEAL), seal.to_text()).expect("written");
        folder
    }

    fn problem(folder: &Path, name: &str) -> String {
        let seal = Seal::read(folder).expect("sound").expect("there");
        seal.check(folder, name).expect_err("refused").message
    }

    #[test]
    fn what_changed_is_named() {
        let folder = sealed();
        let path = folder.path();
        let seal = Seal::read(path).expect("sound").expect("there");
        for name in DESCRIPTION.into_iter().chain(READ_BY_SOME) {
            seal.check(path, name).expect("as it was");
        }
        fs::write(path.join(SPLIT), "split.jsoN").expect("written");
        assert!(problem(path, SPLIT).contains("split.json: is not what the run wrote"));
        Seal::check_file(&path.join(SPLIT)).expect_err("changed");
        fs::remove_file(path.join(MODEL)).expect("removed");
        assert!(problem(path, MODEL).contains("model.safetensors: is missing"));
        fs::write(path.join(NODES), "a").expect("written");
        assert!(problem(path, NODES).contains("nodes.txt: was not there"));
    }

    #[test]
    fn a_seal_that_was_cut_or_changed_is_none() {
        let folder = sealed();
        let path = folder.path().join(SEAL);
        let text = fs::read_to_string(&path).expect("there");
        for changed in [
            &text[..text.len() - 1],
            &text[..text.len() - 40],
            "",
            &text.replace("  config", " config"),
            &text.replace("config.toml", "konfig.toml"),
        ] {
            fs::write(&path, changed).expect("written");
            assert!(Seal::read(folder.path()).is_err(), "{changed}");
        }
        fs::remove_file(&path).expect("removed");
        assert!(Seal::read(folder.path()).expect("none").is_none());
    }
}
