//! Adjacency lists: each line names a node and then its neighbours, as NetworkX's `write_adjlist` does.

use std::path::Path;

use super::look_alikes::{head_and_neighbours, is_list_after_colons, neighbours};
use super::{HINT, Listed, Read};
use crate::dialect::{Dialect, sampled_rows, sampled_text};
use crate::error::Error;
use crate::graph::files::EdgeReading;
use crate::lines::{Lines, WIDE};
use crate::separated::{Separator, is_comment};

pub(super) fn read(path: &Path, reading: &EdgeReading) -> Read {
    let mut lines = Lines::open(path, WIDE)?;
    let (sample, whole) = lines.sample();
    let asked = reading.delimiter.as_deref().and_then(Separator::named);
    let splitter = Dialect::of_edges(sample, whole, asked).splitter;
    let has_colons = is_list_after_colons(&sampled_rows(sampled_text(sample), whole));
    let mut listed = Listed::default();
    let mut begun = false;
    while let Some(line) = lines.next()? {
        if line.trim().is_empty() || is_comment(line, begun) {
            continue;
        }
        begun = true;
        if has_colons {
            let Some((head, rest)) = head_and_neighbours(line) else {
                return Err(lines.error("no `:` after the node, or more than one").with_hint(HINT));
            };
            let node = listed.ids.place(head);
            for neighbour in neighbours(rest) {
                let neighbour = listed.ids.place(neighbour);
                listed.entries.push((node, neighbour));
            }
            continue;
        }
        let fields = splitter.fields(line).map(|fields| fields.into_iter().map(String::from).collect());
        let mut fields: Vec<String> = fields.map_err(|message| lines.error(message).with_hint(HINT))?;
        fields.pop_if(|field| field.is_empty());
        if let Some(name) = fields.iter().find(|name| name.is_empty() || name.starts_with('{')) {
            let message = format!("`{name}` is no neighbour in an adjacency list");
            return Err(lines.error(message).with_hint(
                "a multiline or weighted list is written as one of edges by networkx.write_edgelist(graph, path, data=False)",
            ));
        }
        let mut places = fields.into_iter().map(|name| listed.ids.place(name));
        let Some(node) = places.next() else { continue };
        listed.entries.extend(places.map(|neighbour| (node, neighbour)));
    }
    listed.notes.extend(lines.notes());
    let message = || Error::malformed(path.display(), "holds no node").with_hint(HINT);
    if !begun {
        return Err(message());
    }
    let (_, bytes, _) = lines.finish();
    Ok((listed, bytes))
}
