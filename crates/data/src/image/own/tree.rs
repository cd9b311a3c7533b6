//! The pictures below a folder, and the classes that their folders make.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::fs;
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::other;
use crate::error::{Error, Result};

/// Which folder's name is the class of a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Classes {
    /// The only one where there is one; else by what the folders look like, which is told.
    #[default]
    Auto,
    /// The first, seen from the folder that is read.
    First,
    /// The last, which the picture lies in.
    Last,
    /// All on the way to the picture.
    Path,
    /// None.
    None,
}

/// What lies below a folder.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// The pictures, in the order of names, so that a seed splits them the same everywhere.
    pub pictures: Vec<PathBuf>,
    /// Files that are no pictures by their names.
    pub ignored: usize,
    /// Those among them that are pictures of another format, by its name.
    pub other_pictures: BTreeMap<&'static str, usize>,
    /// Hidden files, those in hidden folders too.
    pub hidden: usize,
    /// The name of the first hidden file or folder.
    pub first_hidden: Option<String>,
    /// Links to folders and pictures that are there already.
    pub repeated: usize,
}

/// A way through folders that comes to each folder and each picture once, whatever links lead to it.
#[derive(Default)]
struct Walk {
    tree: Tree,
    /// Links that are not followed yet, and whether they are hidden.
    links: VecDeque<(PathBuf, bool)>,
    /// The folders that were come to, where they really are, and whether as hidden ones.
    folders: HashSet<(PathBuf, bool)>,
    /// The pictures, where they really are.
    pictures: HashSet<PathBuf>,
}

/// Whether a folder or one in it holds a picture by its name.
///
/// # Errors
/// If a folder cannot be listed.
pub fn has_pictures(folder: &Path) -> Result<bool> {
    Ok(!Tree::of(folder)?.pictures.is_empty())
}

impl Tree {
    /// Looks through a folder and those below it.
    pub fn of(folder: &Path) -> Result<Self> {
        let mut walk = Walk::default();
        let real = fs::canonicalize(folder).map_err(|error| Error::io(folder, error))?;
        walk.folder(folder, real, false)?;
        // Links come last: a picture belongs to the folder that it lies in.
        while let Some((path, is_hidden)) = walk.links.pop_front() {
            walk.follow(path, is_hidden)?;
        }
        walk.tree.pictures.sort();
        Ok(walk.tree)
    }

    fn take(&mut self, path: PathBuf) {
        if is_picture(&path) {
            self.pictures.push(path);
            return;
        }
        self.ignored += 1;
        if let Some(name) = other::picture_by_name(&end_of(&path)) {
            *self.other_pictures.entry(name).or_default() += 1;
        }
    }
}

impl Walk {
    fn folder(&mut self, folder: &Path, real: PathBuf, is_hidden: bool) -> Result<()> {
        for path in sorted(folder)? {
            let name = path.file_name().unwrap_or_default();
            let is_hidden_here = is_left_out(&name.to_string_lossy());
            if is_hidden_here && !is_hidden {
                self.tree.first_hidden.get_or_insert_with(|| name.to_string_lossy().into_owned());
            }
            let is_hidden = is_hidden || is_hidden_here;
            if path.is_symlink() {
                self.links.push_back((path, is_hidden));
            } else {
                let real = real.join(name);
                self.found(path, real, is_hidden)?;
            }
        }
        self.folders.insert((real, is_hidden));
        Ok(())
    }

    fn follow(&mut self, link: PathBuf, is_hidden: bool) -> Result<()> {
        // Whoever reads a link to nothing says so.
        let real = fs::canonicalize(&link).unwrap_or_else(|_| link.clone());
        if self.pictures.contains(&real) || self.folders.contains(&(real.clone(), is_hidden)) {
            self.tree.repeated += usize::from(!is_hidden);
            return Ok(());
        }
        self.found(link, real, is_hidden)
    }

    fn found(&mut self, path: PathBuf, real: PathBuf, is_hidden: bool) -> Result<()> {
        if path.is_dir() {
            return self.folder(&path, real, is_hidden);
        }
        if is_hidden {
            self.tree.hidden += 1;
            return Ok(());
        }
        if is_picture(&path) {
            self.pictures.insert(real);
        }
        self.tree.take(path);
        Ok(())
    }
}

/// The end of a file's name in lower case.
fn end_of(path: &Path) -> String {
    path.extension().map(|end| end.to_string_lossy().to_ascii_lowercase()).unwrap_or_default()
}

fn is_picture(path: &Path) -> bool {
    ["png", "jpg", "jpeg", "jpe", "jfif"].contains(&end_of(path).as_str())
}

/// What systems and programs leave beside what people put into folders.
fn is_left_out(name: &str) -> bool {
    let known = ["__macosx", "thumbs.db", "desktop.ini", "ehthumbs.db", "@eadir", "$recycle.bin"];
    name.starts_with('.') || known.contains(&name.to_ascii_lowercase().as_str())
}

/// What a folder holds, in the order of names.
fn sorted(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).map_err(|error| Error::io(folder, error))?;
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<std::io::Result<_>>()
        .map_err(|error| Error::io(folder, error))?;
    paths.sort();
    Ok(paths)
}

/// The classes of pictures.
#[derive(Debug, Default)]
pub(super) struct Labels {
    /// The class of each picture, where they have some.
    pub labels: Option<Vec<u8>>,
    /// What each class is called.
    pub names: Vec<String>,
    /// What was guessed or left out.
    pub notes: Vec<String>,
}

/// What the parts of a data set are called by those who keep them in folders.
const PARTS: [&str; 8] = ["train", "training", "val", "valid", "validation", "test", "testing", "dev"];

/// The labels of pictures that lie below `folder`.
///
/// # Errors
/// If pictures lie beside folders of pictures.
pub(super) fn labels(folder: &Path, pictures: &[PathBuf], classes: Classes) -> Result<Labels> {
    let ways: Vec<Vec<String>> = pictures.iter().map(|path| folders_above(folder, path)).collect();
    let (least, most) = ways
        .iter()
        .map(Vec::len)
        .fold((usize::MAX, 0), |(least, most), depth| (least.min(depth), most.max(depth)));
    if most == 0 || classes == Classes::None {
        return Ok(Labels::default());
    }
    if least == 0 {
        let beside = ways.iter().filter(|way| way.is_empty()).count();
        let message = format!(
            "holds pictures beside folders of pictures: {beside} of {} lie in no folder of a class",
            ways.len()
        );
        return Err(Error::malformed(folder.display(), message).with_hint(
            "put every picture into the folder of its class, or set data.classes = \"none\" to read all without classes",
        ));
    }
    let mut notes = Vec::new();
    let is_parts = ways.iter().all(|way| PARTS.contains(&way[0].to_ascii_lowercase().as_str()));
    let place = folder.display();
    let choice = match classes {
        Classes::Auto if is_parts => {
            let mut parts: Vec<&str> = ways.iter().map(|way| way[0].as_str()).collect();
            parts.dedup();
            notes.push(format!(
                "the folders {} look like parts of a data set: they are read together and split anew; data.path = \
                 \"{place}/{}\" reads one alone, data.classes = \"first\" makes classes of them",
                parts.join(", "),
                parts[0]
            ));
            match (least, most) {
                (_, 1) => Classes::None,
                (2, 2) => Classes::Last,
                _ => Classes::Path,
            }
        }
        Classes::Auto if most == 1 => Classes::First,
        Classes::Auto if least == most => {
            notes.push(
                "pictures lie in folders within folders: each way to a picture is a class of its own; data.classes = \
                 \"first\" or \"last\" takes one folder's name alone"
                    .to_owned(),
            );
            Classes::Path
        }
        Classes::Auto => {
            notes.push(
                "some folders of pictures hold further ones: the first folder is the class of all below it; data.classes \
                 = \"path\" or \"last\" tells them apart"
                    .to_owned(),
            );
            Classes::First
        }
        asked => asked,
    };
    // Under the folder of a part, a class is what comes after it.
    let skipped = usize::from(classes == Classes::Auto && is_parts);
    let class = |way: &Vec<String>| match choice {
        Classes::First => way[0].clone(),
        Classes::Last => way[way.len() - 1].clone(),
        _ => way.get(skipped..).filter(|way| !way.is_empty()).unwrap_or(&way[..]).join("/"),
    };
    if choice == Classes::None {
        return Ok(Labels { notes, ..Labels::default() });
    }
    let mut names: Vec<String> = Vec::new();
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    let of_each: Vec<usize> = ways
        .iter()
        .map(|way| {
            let name = class(way);
            *numbers.entry(name).or_insert_with_key(|name| {
                names.push(name.clone());
                names.len() - 1
            })
        })
        .collect();
    if names.len() > 256 {
        let firsts = ways.iter().map(|way| &way[0]).collect::<std::collections::BTreeSet<_>>().len();
        let other = if choice != Classes::First && firsts <= 256 {
            format!("; data.classes = \"first\" makes {firsts}")
        } else {
            String::new()
        };
        notes.push(format!(
            "there are {} classes, of which at most 256 are told apart: the pictures are read without classes{other}",
            names.len()
        ));
        return Ok(Labels { notes, ..Labels::default() });
    }
    let labels = of_each.into_iter().map(|class| class as u8).collect();
    Ok(Labels { labels: Some(labels), names, notes })
}

/// The names of the folders between `folder` and a picture.
fn folders_above(folder: &Path, picture: &Path) -> Vec<String> {
    let below = picture.strip_prefix(folder).unwrap_or(picture);
    let parts = below.parent().into_iter().flat_map(Path::components);
    let names = parts.filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
        _ => None,
    });
    names.collect()
}
