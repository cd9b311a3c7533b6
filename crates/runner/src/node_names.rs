//! What nodes are called by people, from a table of ids and names.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use aevb_data::graph::{Graph, NameTable, read_names};

use crate::error::{Error, Result};

/// A name for each node that has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeNames {
    names: Vec<Option<String>>,
}

impl NodeNames {
    /// Reads the names that `FILE[:COLUMN]` has for the nodes of a graph, and says what was guessed and what is missing.
    ///
    /// # Errors
    /// If the file cannot be read, names no node of the graph, or does not tell which column holds the names.
    pub fn read(argument: &str, graph: &Graph) -> Result<(Self, Vec<String>)> {
        let (path, column) = file_and_column(argument)?;
        let places: HashMap<_, u32> =
            (0..graph.own_nodes() as u32).map(|node| (graph.name(node), node)).collect();
        let NameTable { rows, mut notes } =
            read_names(&path, column.as_deref(), &|id| places.contains_key(id))?;
        let mut names: Vec<Option<String>> = vec![None; graph.own_nodes()];
        let mut others = 0;
        let mut renamed: Option<(String, String, String)> = None;
        let mut renamed_count = 0;
        for (id, name) in rows.into_iter().filter(|(_, name)| !name.is_empty()) {
            let Some(&node) = places.get(id.as_str()) else {
                others += 1;
                continue;
            };
            match &mut names[node as usize] {
                Some(known) if *known != name => {
                    renamed_count += 1;
                    renamed.get_or_insert_with(|| (id, known.clone(), name));
                }
                unnamed => *unnamed = Some(name),
            }
        }
        let unnamed = names.iter().filter(|name| name.is_none()).count();
        let file = path.display();
        if let Some((id, first, second)) = renamed {
            notes.push(format!(
                "{file}: gives {renamed_count} more names to nodes that it has named already, such as `{second}` to `{id}`; the \
                 first is taken, `{first}`"
            ));
        }
        if unnamed > 0 {
            let example = names.iter().position(Option::is_none).expect("there is one") as u32;
            notes.push(format!(
                "{file}: has no name for {unnamed} of {} nodes, such as `{}`",
                graph.own_nodes(),
                graph.name(example)
            ));
        }
        if others > 0 {
            notes.push(format!("{file}: {others} of its names are of no node of the graph"));
        }
        Ok((Self { names }, notes))
    }

    /// The name of a node, in either role where it has two, if there is one.
    pub fn of(&self, node: u32) -> Option<&str> {
        self.names.get(node as usize % self.names.len().max(1))?.as_deref()
    }
}

/// The file and, behind a colon, its column of names. Where the whole is a file it has no column, whatever colons it has.
fn file_and_column(argument: &str) -> Result<(PathBuf, Option<String>)> {
    let exists = |path: &str| Path::new(path).is_file();
    if exists(argument) {
        return Ok((argument.into(), None));
    }
    let cut = argument.rmatch_indices(':').find(|&(at, _)| exists(&argument[..at]));
    match cut {
        Some((at, _)) if argument[at + 1..].is_empty() => {
            Err(Error::usage(format!("{argument}: no column is named behind the colon"))
                .with_hint("leave the colon out, or name a column of the file: FILE:COLUMN"))
        }
        Some((at, _)) => Ok((argument[..at].into(), Some(argument[at + 1..].to_owned()))),
        None => Err(Error::usage(format!("{argument}: no such file"))
            .with_hint("give a table of ids and names, as FILE or FILE:COLUMN")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph() -> Graph {
        let (graph, _) = Graph::from_edges(4, [(0, 1), (1, 2), (2, 3)]).expect("a graph");
        graph.with_names(["10", "20", "30", "40"].map(str::to_owned).to_vec()).expect("four names")
    }

    /// The names of the four nodes, and the notes but the one that says which columns were taken.
    fn read(text: &str, column: &str) -> Result<([String; 4], Vec<String>)> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("names.csv");
        std::fs::write(&path, text).expect("a file");
        let (names, mut notes) = NodeNames::read(&format!("{}{column}", path.display()), &graph())?;
        notes.retain(|note| !note.contains("ids are in"));
        Ok(([0, 1, 2, 3].map(|node| names.of(node).unwrap_or("-").to_owned()), notes))
    }

    #[test]
    fn names_are_found_beside_the_ids() {
        let expected = ["a", "b, c", "d", "e"].map(str::to_owned);
        for (text, column) in [
            ("id,name\n10,a\n20,\"b, c\"\n30,d\n40,e\n", ""),
            ("name\tpage\na\t10\nb, c\t20\nd\t30\ne\t40\n", ""),
            ("10\ta\n20\tb, c\n30\td\n40\te\n", ""),
            ("number,page,Title,kind\n0,10,a,x\n1,20,\"b, c\",y\n2,30,d,x\n3,40,e,x\n", ""),
            ("page,kind,what\n10,x,a\n20,y,\"b, c\"\n30,x,d\n40,x,e\n", ":what"),
            ("page,kind,what\n10,x,a\n20,y,\"b, c\"\n30,x,d\n40,x,e\n", ":3"),
            ("10;7;a\n20;7;b, c\n30;8;d\n40;9;e\n", ""),
        ] {
            let (names, notes) = read(text, column).expect(text);
            assert_eq!((names, notes), (expected.clone(), Vec::new()), "{text}");
        }
    }

    #[test]
    fn what_is_missing_or_said_twice_is_told() {
        let (names, notes) = read("id,name\n10,a\n20,\n10,b\n30,d\n77,z\n", "").expect("names");
        assert_eq!(names, ["a", "-", "d", "-"]);
        let told = [
            "such as `b` to `10`",
            "no name for 2 of 4 nodes, such as `20`",
            "1 of its names are of no node",
        ];
        for (note, told) in notes.iter().zip(told) {
            assert!(note.contains(told), "{note}");
        }
        assert_eq!(notes.len(), 3, "{notes:?}");
    }

    #[test]
    fn what_cannot_be_told_is_refused() {
        let refused = |text: &str, column: &str| read(text, column).expect_err(text);
        let which = refused("page,kind,what\n10,x,a\n20,y,b\n", "");
        assert!(
            which.message.contains("which column holds the names? There are `page`, `kind`, `what`"),
            "{which}"
        );
        assert!(refused("id,name\n10,a\n", ":nam").message.contains("no column `nam`"));
        assert!(refused("id,name\n10,a\n", ":").message.contains("no column is named"));
        assert!(refused("id,name\n1,a\n2,b\n", "").message.contains("names no node of the graph"));
        assert!(refused("10\n20\n", "").message.contains("none of names"));
        assert!(refused("", "").message.contains("holds no names"));
        let error = NodeNames::read("C:\\nowhere\\names.csv:title", &graph()).expect_err("no file");
        assert!(error.message.contains("C:\\nowhere\\names.csv:title: no such file"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn colons_in_a_files_name_are_its_own() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a:b");
        std::fs::write(&path, "id,name,x\n10,a,c\n20,b,d\n").expect("a file");
        let of = |column: &str| {
            let (names, _) =
                NodeNames::read(&format!("{}{column}", path.display()), &graph()).expect("names");
            names.of(0).map(str::to_owned)
        };
        assert_eq!((of("").as_deref(), of(":x").as_deref()), (Some("a"), Some("c")));
    }
}
