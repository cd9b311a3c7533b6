//! Features as one JSON object, `{"node": [3, 7], …}`, read as a stream.
//!
//! Lists of whole numbers are the features that a node has, as in the MUSAE data sets (Rozemberczki et al., 2021). Lists
//! with any other number are the values of its features, and so are lists of one length some of which repeat a number.

use std::collections::HashSet;
use std::fmt;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::features::MOST_FEATURES;
use super::{FeatureRows, RowIds};
use crate::array::SparseEntries;
use crate::error::{Error, ErrorKind, Result};
use crate::graph::node_ids::NodeIds;
use crate::lines::{Unpacked, unpacked};

/// What the lists hold.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Which features a node has.
    Indices,
    /// The values of all.
    Values,
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

const HINT: &str = "write an object with a list of numbers for each node, such as {\"0\": [3, 7], \"1\": []}";

pub(super) fn read(path: &Path, form: Option<Form>) -> Result<FeatureRows> {
    let Unpacked { reader, limit, .. } =
        unpacked(path).map_err(|error| error.or_hint("the file must exist and be readable"))?;
    let mut reader = BufReader::with_capacity(1 << 16, reader.take(limit));
    let mut lists = Lists::default();
    if reader.fill_buf().is_ok_and(|start| start.starts_with(BYTE_ORDER_MARK)) {
        reader.consume(BYTE_ORDER_MARK.len());
    }
    let mut json = serde_json::Deserializer::from_reader(&mut reader);
    let outcome = json.deserialize_map(&mut lists).and_then(|()| json.end());
    outcome.map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let text = error.to_string();
        let message = text.split(" at line ").next().unwrap_or_default();
        let kind = if error.io_error_kind().is_some_and(|kind| kind == std::io::ErrorKind::NotFound) {
            ErrorKind::Io
        } else {
            ErrorKind::Malformed
        };
        Error::new(kind, format!("{}, line {line}, column {column}", path.display()), message).with_hint(HINT)
    })?;
    if lists.ids.len() == 0 {
        return Err(Error::malformed(path.display(), "holds no features").with_hint(HINT));
    }
    let form = form.unwrap_or_else(|| lists.form());
    lists.into_rows(form).map_err(|(node, message)| {
        Error::malformed(format!("{}, node `{node}`", path.display()), message).with_hint(HINT)
    })
}

/// The lists of all nodes, one after the other.
#[derive(Default)]
struct Lists {
    ids: NodeIds,
    /// Where each list ends in `numbers`.
    ends: Vec<usize>,
    numbers: Vec<f64>,
    /// Whether a number was written as no index is.
    has_values: bool,
}

impl Lists {
    fn lists(&self) -> impl Iterator<Item = &[f64]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.numbers[start..*end])
    }

    fn form(&self) -> Form {
        let length = self.lists().next().map_or(0, <[f64]>::len);
        let repeats = |list: &[f64]| {
            let distinct: HashSet<u64> = list.iter().map(|number| number.to_bits()).collect();
            distinct.len() < list.len()
        };
        let is_table = length > 1 && self.lists().all(|list| list.len() == length);
        if self.has_values || (is_table && self.lists().any(repeats)) { Form::Values } else { Form::Indices }
    }

    /// The rows, or a node and what is wrong with its list.
    fn into_rows(self, form: Form) -> Result<FeatureRows, (String, String)> {
        let length = self.lists().next().map_or(0, <[f64]>::len);
        let mut entries = Vec::with_capacity(self.numbers.len());
        let mut columns = if form == Form::Values { length } else { 0 };
        let blamed = |row: u32, message: String| (self.ids.name(row).to_string(), message);
        for (row, list) in (0..).zip(self.lists()) {
            if form == Form::Values {
                if list.len() != length {
                    return Err(blamed(
                        row,
                        format!("{} values, where the first node has {length}", list.len()),
                    ));
                }
                let nonzero = (0..).zip(list).filter(|(_, value)| **value != 0.0);
                entries.extend(nonzero.map(|(column, value)| (row, column, *value as f32)));
                continue;
            }
            let mut features = Vec::with_capacity(list.len());
            for &number in list {
                if number.fract() != 0.0 || number < 0.0 || number >= MOST_FEATURES as f64 {
                    let message =
                        format!("{number} is no feature; they are numbered from 0 to {}", MOST_FEATURES - 1);
                    return Err(blamed(row, message));
                }
                features.push(number as u32);
            }
            features.sort_unstable();
            features.dedup();
            columns = columns.max(features.last().map_or(0, |last| *last as usize + 1));
            entries.extend(features.into_iter().map(|feature| (row, feature, 1.0)));
        }
        let shape = [self.ids.len(), columns];
        let matrix = SparseEntries { shape, entries };
        let open_ended = form == Form::Indices;
        let what = if open_ended { "numbers of features" } else { "values" };
        let reading = format!("JSON, a list of {what} a node");
        Ok(FeatureRows { ids: RowIds::Named(self.ids), open_ended, ..FeatureRows::of(matrix, reading) })
    }
}

impl<'de> Visitor<'de> for &mut Lists {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object with a list of numbers for each node")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(node) = map.next_key::<String>()? {
            if node.is_empty() || node.contains(char::is_control) {
                return Err(A::Error::custom("a node without a name, or with one that is no text"));
            }
            let known = self.ids.len();
            if self.ids.place(&*node) as usize != known {
                return Err(A::Error::custom(format!("node `{node}` has a list already")));
            }
            map.next_value_seed(&mut *self)?;
            self.ends.push(self.numbers.len());
        }
        Ok(())
    }
}

/// One list.
impl<'de> DeserializeSeed<'de> for &mut Lists {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(List(self))
    }
}

struct List<'a>(&'a mut Lists);

impl<'de> Visitor<'de> for List<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a list of numbers")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Element(self.0))?.is_some() {}
        Ok(())
    }
}

struct Element<'a>(&'a mut Lists);

impl<'de> DeserializeSeed<'de> for Element<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Element<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.0.numbers.push(value as f64);
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.0.has_values = true;
        self.0.numbers.push(value as f64);
        Ok(())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<(), E> {
        if !(value as f32).is_finite() {
            return Err(E::custom(format!("{value} is no number of single precision")));
        }
        self.0.has_values = true;
        self.0.numbers.push(value);
        Ok(())
    }
}
