//! GraphML (Brandes et al. 2002) and GEXF, Gephi's format, read event by event; entities of a document's own are refused.

use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use xml::attribute::OwnedAttribute;
use xml::common::Position;
use xml::reader::{ParserConfig, XmlEvent};

use super::{Listed, Read as ReadGraph, weight};
use crate::error::Error;
use crate::graph::files::Weights;
use crate::lines::{Unpacked, unpacked};
use crate::wording::counted;

const HINT: &str = "write it as a list of edges: networkx.write_edgelist(graph, \"edges.tsv\", delimiter=\"\\t\", data=False)";

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A tag or a text longer than this is none of a graph's.
const LONGEST: usize = 1 << 20;

#[derive(Default)]
struct Document {
    listed: Listed,
    /// The keys of GraphML that are of a weight.
    weight_key: Option<String>,
    /// Numbers of edges that are no weights by name.
    unread: Vec<String>,
    /// The weight of edges that say none.
    default_weight: Option<f32>,
    /// The nodes that have a tag of their own.
    declared: HashSet<u32>,
    in_key: bool,
    in_default: bool,
    read_weights: bool,
    in_edge: bool,
    /// Whether the edge has a weight so far.
    has_own: bool,
    in_weight: bool,
    text: String,
    graphs: usize,
}

pub(super) fn read(path: &Path, weights: Weights) -> ReadGraph {
    let fail = |message: String| Error::malformed(path.display(), message).with_hint(HINT);
    let Unpacked { reader, limit, notes, .. } = unpacked(path)?;
    let mut source = Counted { reader: reader.take(limit), count: 0 };
    let mut config = ParserConfig::new();
    config.cdata_to_characters = true;
    config.max_entity_expansion_length = 0;
    config.max_entity_expansion_depth = 0;
    config.max_attribute_length = LONGEST;
    config.max_data_length = LONGEST;
    let mut text = BufReader::new(&mut source);
    if text.fill_buf().is_ok_and(|start| start.starts_with(BYTE_ORDER_MARK)) {
        text.consume(BYTE_ORDER_MARK.len());
    }
    if text.fill_buf().is_ok_and(says_utf16) {
        // It was made UTF-8 before, or the words could not be read.
        config.override_encoding = Some(xml::Encoding::Utf8);
        config.ignore_invalid_encoding_declarations = true;
    }
    let mut events = config.create_reader(text);
    let mut document = Document { read_weights: weights != Weights::None, ..Document::default() };
    loop {
        let event = events.next().map_err(|error| fail(format!("is no sound XML: {error}")))?;
        let added = match &event {
            XmlEvent::EndDocument => break,
            XmlEvent::Doctype { .. } => Err("has a document type of its own, which is not read".to_owned()),
            XmlEvent::StartElement { name, attributes, .. } => document.begin(&name.local_name, attributes),
            XmlEvent::EndElement { name } => document.end(&name.local_name),
            XmlEvent::Characters(text) if document.in_weight || document.in_default => {
                document.text.push_str(text);
                Ok(())
            }
            _ => Ok(()),
        };
        added.map_err(|message| fail(format!("line {}: {message}", events.position().row + 1)))?;
    }
    drop(events);
    let Document { mut listed, graphs, declared, weight_key, unread, read_weights, .. } = document;
    if read_weights && weight_key.is_none() {
        listed.notes.extend(unread.iter().map(|name| {
            format!("the edges' attribute `{name}` holds numbers that are not read; weights are called `weight`; data.weights=none says that these are none")
        }));
    }
    if graphs > 1 {
        return Err(fail(format!("holds {graphs} graphs, one of which is wanted")));
    }
    let undeclared = listed.ids.len() - declared.len();
    if undeclared > 0 {
        listed.notes.push(format!(
            "{} by edges and not declared",
            counted(undeclared, "node is named", "nodes are named")
        ));
    }
    listed.notes.extend(notes);
    Ok((listed, source.count))
}

/// Whether a document says that it is UTF-16.
fn says_utf16(start: &[u8]) -> bool {
    let declaration = start.split(|byte| *byte == b'>').next().unwrap_or_default().to_ascii_lowercase();
    declaration.starts_with(b"<?xml") && declaration.windows(6).any(|word| word == b"utf-16")
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
    fn begin(&mut self, name: &str, attributes: &[OwnedAttribute]) -> std::result::Result<(), String> {
        if !matches!(name, "graph" | "key" | "node" | "edge" | "data" | "default" | "hyperedge") {
            return Ok(());
        }
        if attributes.iter().any(|attribute| attribute.value.contains(char::is_control)) {
            return Err("an attribute with a control character".into());
        }
        let attributes: HashMap<&str, &String> = attributes
            .iter()
            .map(|attribute| (attribute.name.local_name.as_str(), &attribute.value))
            .collect();
        let get = |name: &str| attributes.get(name).map(|value| (*value).clone());
        match name {
            "graph" => self.graphs += 1,
            "hyperedge" => return Err("a hyperedge, which is no edge between two nodes".into()),
            "key" => {
                let is_number = get("attr.type")
                    .is_some_and(|kind| ["double", "float", "int", "long"].contains(&kind.as_str()));
                let is_strength = get("attr.name").filter(|name| {
                    ["value", "strength", "score", "count", "distance", "cost"]
                        .contains(&name.to_lowercase().as_str())
                });
                if let Some(name) =
                    is_strength.filter(|_| is_number && get("for").is_some_and(|of| of == "edge"))
                {
                    self.unread.push(name);
                }
                let is_of_edges = get("for").is_none_or(|of| of == "edge" || of == "all");
                self.in_key =
                    is_of_edges && get("attr.name").is_some_and(|name| name.eq_ignore_ascii_case("weight"));
                if self.in_key {
                    self.weight_key = get("id");
                }
            }
            "node" => {
                let id = get("id").filter(|id| !id.is_empty()).ok_or("a node without an id")?;
                self.declared.insert(self.listed.ids.place(id));
            }
            "default" => {
                self.in_default = self.in_key && self.read_weights;
                self.text.clear();
            }
            "edge" => {
                let (Some(from), Some(to)) = (get("source"), get("target")) else {
                    return Err("an edge without source or target".into());
                };
                let pair = (self.listed.ids.place(from), self.listed.ids.place(to));
                self.listed.entries.push(pair);
                if self.read_weights {
                    let own = get("weight");
                    match self.default_weight.filter(|_| own.is_none()) {
                        Some(weight) => self.listed.weights.push(weight),
                        None => self.listed.weigh(own.as_deref())?,
                    }
                    self.has_own = own.is_some() || self.default_weight.is_some();
                }
                self.in_edge = true;
            }
            _ => {
                self.in_weight = self.read_weights
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
            "key" => self.in_key = false,
            "default" if std::mem::take(&mut self.in_default) => {
                self.default_weight = Some(weight(self.text.trim())?);
            }
            "data" if std::mem::take(&mut self.in_weight) => {
                let weight = weight(self.text.trim())?;
                if let Some(last) = self.listed.weights.last_mut() {
                    *last = weight;
                    self.listed.without_weight -= usize::from(!std::mem::replace(&mut self.has_own, true));
                }
            }
            _ => {}
        }
        Ok(())
    }
}
