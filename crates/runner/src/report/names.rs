//! What runs are called: by their folders, and by those above as far as it takes to tell them apart.

use std::path::{Component, Path};

use crate::run_folder::CONFIG;

/// A name for each, short and unlike the others.
pub(super) fn run_names(paths: &[&Path]) -> Vec<String> {
    let whole: Vec<_> =
        paths.iter().map(|path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf())).collect();
    // A run of `--repeat` has its seed's name, and the folder above has that of the run.
    let own =
        |path: &Path| if path.parent().is_some_and(|parent| parent.join(CONFIG).is_file()) { 2 } else { 1 };
    let name = |path: &Path, more: usize| {
        let normal = path.components().filter(|part| matches!(part, Component::Normal(_)));
        let parts: Vec<_> = normal.map(|part| part.as_os_str().to_string_lossy()).collect();
        parts[parts.len().saturating_sub(own(path) + more)..].join("/")
    };
    let deepest = whole.iter().map(|path| path.iter().count()).max().unwrap_or_default();
    let mut names: Vec<String> = whole.iter().map(|path| name(path, 0)).collect();
    for more in 1..deepest {
        // The same run twice cannot be told apart, and has a short name twice.
        let is_other = |at: usize, other: usize| names[other] == names[at] && whole[other] != whole[at];
        let is_told = |at: usize| !(0..names.len()).any(|other| is_other(at, other));
        let alike: Vec<usize> = (0..names.len()).filter(|&at| !is_told(at)).collect();
        for at in alike {
            names[at] = name(&whole[at], more);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_as_long_as_it_takes() {
        let names = |paths: &[&str]| run_names(&paths.iter().map(Path::new).collect::<Vec<_>>());
        assert_eq!(names(&["no/such/run"]), ["run"]);
        assert_eq!(names(&["no/a/run", "no/b/run", "no/b/other"]), ["a/run", "b/run", "other"]);
        assert_eq!(names(&["no/a/x/run", "no/b/x/run"]), ["a/x/run", "b/x/run"]);
        assert_eq!(names(&["no/run", "no/run"]), ["run", "run"]);
        assert_eq!(names(&["/no/run", "/no/run", "/run"]), ["no/run", "no/run", "run"]);
    }

    #[test]
    fn the_folder_itself_has_its_name() {
        let here = std::env::current_dir().expect("a folder");
        let name = here.file_name().expect("a name").to_string_lossy().into_owned();
        assert_eq!(run_names(&[Path::new(".")]), [name]);
    }

    #[test]
    fn a_repetition_is_named_with_its_run() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir_all(folder.path().join("run/seed-3")).expect("made");
        std::fs::write(folder.path().join("run").join(CONFIG), "").expect("written");
        assert_eq!(run_names(&[&folder.path().join("run/seed-3")]), ["run/seed-3"]);
    }
}
