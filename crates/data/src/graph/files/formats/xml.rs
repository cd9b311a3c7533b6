//! GraphML (Brandes et al. 2002) and GEXF, Gephi's format, read event by event; entities of a document's own are refused.

use std::collections::HashMap;
use std::io::{BufReader, Read};
use std::path::Path;

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::{Listed, weight};
use crate::error::{Error, Result};
use crate::graph::files::{Edges, FileFormat, Weights};
use crate::lines::{Unpacked, unpacked};

const HINT: &str = "write it as a list of edges: networkx.write_edgelist(graph, \"edges.tsv\", delimiter=\"\\t\", data=False)";

/// A tag or a text longer than this is none of a graph's.
const LONGEST: u64 = 1 << 20;

#[derive(Default)]
struct Document {
    listed: Listed,
    /// The keys of GraphML that are of a weight.
    weight_key: Option<String>,
    read_weights: bool,
    in_edge: bool,
    in_weight: bool,
    text: String,
    graphs: usize,
}

pub(super) fn read(path: &Path, weights: Weights) -> Result<Edges> {
    let fail = |message: String| Error::malformed(path.display(), message).with_hint(HINT);
    let Unpacked { reader, limit, notes, .. } = unpacked(path)?;
    let mut counted = Counted { reader: reader.take(limit), count: 0 };
    let mut xml = Reader::from_reader(BufReader::new(&mut counted));
    let mut document = Document { read_weights: weights != Weights::None, ..Document::default() };
    let mut buffer = Vec::new();
    let mut depth = 0_usize;
    loop {
        buffer.clear();
        let at = xml.buffer_position();
        let event = xml
            .read_event_into(&mut buffer)
            .map_err(|error| fail(format!("byte {at}: is no sound XML: {error}")))?;
        let added = match &event {
            Event::Eof if depth > 0 => Err("ends within an element".to_owned()),
            Event::Eof => break,
            Event::DocType(_) => Err("has a document type of its own, which is not read".to_owned()),
            Event::Start(tag) => {
                depth += 1;
                document.begin(tag, true)
            }
            Event::Empty(tag) => document.begin(tag, false),
            Event::End(tag) => {
                depth = depth.saturating_sub(1);
                document.end(tag.local_name().as_ref())
            }
            Event::Text(text) if document.in_weight => {
                document.text.push_str(text);
                Ok(())
            }
            _ => Ok(()),
        };
        added.map_err(|message| fail(format!("byte {at}: {message}")))?;
        if xml.buffer_position() - at > LONGEST {
            return Err(fail(format!("byte {at}: a tag or text of more than {LONGEST} bytes")));
        }
    }
    drop(xml);
    let Document { mut listed, graphs, .. } = document;
    if graphs > 1 {
        return Err(fail(format!("holds {graphs} graphs, one of which is wanted")));
    }
    let weighted = listed.weights.iter().any(|weight| *weight != 1.0);
    listed.notes.extend(notes);
    listed.into_edges(path, FileFormat::GraphMl, counted.count, weighted)
}

/// A reader that counts.
struct Counted<R> {
    reader: R,
    count: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.count += count as u64;
        Ok(count)
    }
}

impl Document {
    fn begin(&mut self, tag: &BytesStart<'_>, has_content: bool) -> std::result::Result<(), String> {
        let name = tag.local_name();
        if !matches!(name.as_ref(), "graph" | "key" | "node" | "edge" | "data" | "hyperedge") {
            return Ok(());
        }
        let attributes = attributes(tag)?;
        let get = |name: &str| attributes.get(name).cloned();
        match name.as_ref() {
            "graph" => self.graphs += 1,
            "hyperedge" => return Err("a hyperedge, which is no edge between two nodes".into()),
            "key" => {
                let is_of_edges = get("for").is_none_or(|of| of == "edge" || of == "all");
                if is_of_edges && get("attr.name").is_some_and(|name| name.eq_ignore_ascii_case("weight")) {
                    self.weight_key = get("id");
                }
            }
            "node" => {
                let id = get("id").filter(|id| !id.is_empty()).ok_or("a node without an id")?;
                self.listed.ids.place(id);
            }
            "edge" => {
                let (Some(from), Some(to)) = (get("source"), get("target")) else {
                    return Err("an edge without source or target".into());
                };
                let pair = (self.listed.ids.place(from), self.listed.ids.place(to));
                self.listed.entries.push(pair);
                if self.read_weights {
                    self.listed.weights.push(get("weight").map_or(Ok(1.0), |text| weight(&text))?);
                }
                self.in_edge = has_content;
            }
            _ => {
                self.in_weight = has_content
                    && self.read_weights
                    && self.in_edge
                    && self.weight_key.is_some()
                    && get("key") == self.weight_key;
                self.text.clear();
            }
        }
        Ok(())
    }

    fn end(&mut self, name: &str) -> std::result::Result<(), String> {
        match name {
            "edge" => self.in_edge = false,
            "data" if std::mem::take(&mut self.in_weight) => {
                let weight = weight(self.text.trim())?;
                if let Some(last) = self.listed.weights.last_mut() {
                    *last = weight;
                }
            }
            _ => {}
        }
        Ok(())
    }
}

fn attributes(tag: &BytesStart<'_>) -> std::result::Result<HashMap<String, String>, String> {
    let mut found = HashMap::new();
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|error| format!("a damaged attribute: {error}"))?;
        let name = attribute.key.as_ref().to_owned();
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|error| format!("a damaged attribute: {error}"))?;
        if value.contains(char::is_control) {
            return Err("an attribute with a control character".into());
        }
        found.insert(name, value.into_owned());
    }
    Ok(found)
}
