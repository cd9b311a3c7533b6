//! The labels of images, or of the rows of a table, in a file of their own.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;

use super::labels::Classes;
use super::{idx_array, start_of, unpacked, unpacked_start};
use crate::array::{Array, Npz, read_npy, read_npy_bytes};
use crate::error::{Error, Result};
use crate::examples::ExampleSet;
use crate::graph::{heads_classes, node_column};
use crate::missing::is_missing_name;
use crate::packed::is_zip;
use crate::separated::Rows;
use crate::wording::counted;

const HINT: &str = "give a label for each: a line each in their order, or two columns, the id and its label";

/// How many names an error shows.
const SHOWN: usize = 3;

/// Images or rows with the labels of a file in place of any others, and what was guessed of it: an array of NumPy's or an IDX
/// file with a label each, in order, or a text with one a line, or with the name of each and its label.
///
/// # Errors
/// If the file cannot be read, or has not one label for each, or there are more than 256 classes.
pub fn labelled_by<E: ExampleSet>(examples: E, path: &Path) -> Result<(E, Vec<String>)> {
    let place = path.display().to_string();
    let start = start_of(path)?;
    let inside = if start.starts_with(&[0x1f, 0x8b]) { unpacked_start(path)? } else { start.clone() };
    let (found, notes) = if let Some((name, array)) = array_of(path, &start, &inside, &place)? {
        let found = Classes::of_array(&array, examples.count());
        (found.map_err(|problem| format!("the array{name} {problem}")), Vec::new())
    } else {
        let (names, notes) = of_text(path, &examples)?;
        (Classes::of_names(names), notes)
    };
    let classes = found.map_err(|problem| Error::mismatch(&place, problem).with_hint(HINT))?;
    Ok((classes.given_to(examples)?, notes))
}

/// The array in a file that begins so, packed and unpacked, and its name in an archive; none of a text.
fn array_of(path: &Path, start: &[u8], inside: &[u8], place: &str) -> Result<Option<(String, Array)>> {
    const NUMPY: &[u8] = b"\x93NUMPY";
    let array = match *inside {
        _ if is_zip(start) => {
            let (name, array) = array_in(Npz::open(path)?, place)?;
            return Ok(Some((format!(" `{name}`"), array)));
        }
        _ if start.starts_with(NUMPY) => read_npy(path)?,
        _ if inside.starts_with(NUMPY) => read_npy_bytes(&unpacked(path)?, place)?,
        [0, 0, kind @ (8 | 9 | 0x0b..=0x0e), axes @ 1..=4, ..] => idx_array::read_values(path, kind, axes)?,
        _ => return Ok(None),
    };
    Ok(Some((String::new(), array)))
}

/// The one array of labels in an archive.
fn array_in(mut archive: Npz, place: &str) -> Result<(String, Array)> {
    const NAMES: [&str; 8] = ["labels", "label", "y", "Y", "target", "targets", "classes", "class"];
    let names: Vec<String> = archive.names().into_iter().map(str::to_owned).collect();
    let known: Vec<&String> = names.iter().filter(|name| NAMES.contains(&name.as_str())).collect();
    let chosen = match (&names[..], &known[..]) {
        ([only], _) => only.clone(),
        (_, [only]) => (*only).clone(),
        _ => {
            let message = format!("which array are the labels? there are {}", names.join(", "));
            return Err(
                Error::malformed(place, message).with_hint("call one of them `labels`, or give it as .npy")
            );
        }
    };
    let array = archive.get(&chosen)?;
    Ok((chosen, array))
}

/// A label for each example, of a text.
fn of_text(path: &Path, examples: &impl ExampleSet) -> Result<(Vec<String>, Vec<String>)> {
    let mut rows = Rows::open(path)?;
    let Some(first) = rows.next()? else {
        return Err(Error::malformed(path.display(), "holds no label").with_hint(HINT));
    };
    if first.len() == 1 { one_a_line(rows, first, examples) } else { by_name(rows, first, examples) }
}

/// A label a line, in the order of the examples, below a word where there is a line more.
fn one_a_line(
    mut rows: Rows,
    first: Vec<String>,
    examples: &impl ExampleSet,
) -> Result<(Vec<String>, Vec<String>)> {
    let count = examples.count();
    let place = rows.path().display().to_string();
    let is_named = rows.names_columns();
    let mut labels: Vec<String> = first;
    let mut lines = 1;
    while let Some(mut fields) = rows.next()? {
        lines += 1;
        if labels.len() <= count {
            labels.append(&mut fields);
        }
    }
    let mut notes = rows.notes_of_file();
    let is_alone = !labels[1..].contains(&labels[0]);
    let heads = is_named || (is_alone && (lines == count + 1 || heads_classes(&labels[0])));
    if heads {
        let name = labels.remove(0);
        lines -= 1;
        notes.push(format!("{place}: the first line, `{name}`, is taken for the name of the column"));
    }
    if lines != count {
        let found = counted(lines, "label", "labels");
        let message = format!("{found} for {}", counted(count, "image or row", "images or rows"));
        return Err(Error::mismatch(place, message).with_hint(HINT));
    }
    if let Some(at) = labels.iter().position(|label| is_none(label)) {
        let message = format!("`{}` of {} is no label", labels[at], name_of(examples, at));
        return Err(Error::malformed(place, message).with_hint(NONE_HINT));
    }
    Ok((labels, notes))
}

/// The name of each example and its label, in any order.
fn by_name(
    mut rows: Rows,
    first: Vec<String>,
    examples: &impl ExampleSet,
) -> Result<(Vec<String>, Vec<String>)> {
    let place = rows.path().display().to_string();
    let place_of = places(examples);
    let is_named = rows.names_columns();
    let width = first.len();
    // The cells of each column that name examples, by which the column of names is found.
    let mut met: Vec<HashSet<usize>> = vec![HashSet::new(); width];
    let mut all = vec![first];
    let most = 4 * examples.count() + (1 << 16);
    loop {
        let last = all.last().expect("there is a row");
        for (met, cell) in met.iter_mut().zip(last) {
            met.extend(place_of.get(cell));
        }
        let Some(fields) = rows.next()? else { break };
        if all.len() > most {
            let message = format!("more than {most} rows, for {} {}", examples.count(), examples.plural());
            return Err(rows.error(message).with_hint(HINT));
        }
        all.push(fields);
    }
    let mut notes = rows.notes_of_file();
    let id = (0..width).rev().max_by_key(|&column| met[column].len()).expect("there are columns");
    if met[id].is_empty() {
        let message = format!("no column names the images or rows, such as {}", name_of(examples, 0));
        return Err(Error::mismatch(place, message).with_hint(HINT));
    }
    let has_header = is_named || !place_of.contains_key(&all[0][id]);
    let header = if has_header { all.remove(0) } else { Vec::new() };
    let class = match (0..width).filter(|column| *column != id).collect::<Vec<_>>()[..] {
        [only] => only,
        ref several => {
            let heads: Vec<usize> = several
                .iter()
                .copied()
                .filter(|&column| header.get(column).is_some_and(|name| heads_classes(name)))
                .collect();
            let [only] = heads[..] else {
                let message = format!("{width} columns, of which none alone is called `label` or `class`");
                return Err(Error::malformed(place, message).with_hint(HINT));
            };
            only
        }
    };
    if has_header && node_column(&header) != Some(id) {
        notes.push(format!(
            "{place}: the first row, `{}`, is taken for the names of the columns",
            header.join(",")
        ));
    }
    let mut labels: Vec<Option<String>> = vec![None; examples.count()];
    let mut others = 0;
    for row in all {
        let Some(&at) = place_of.get(&row[id]) else {
            others += 1;
            continue;
        };
        if is_none(&row[class]) {
            continue;
        }
        let old = labels[at].replace(row[class].clone());
        if old.is_some_and(|old| old != row[class]) {
            let message = format!("{} has two labels", name_of(examples, at));
            return Err(Error::malformed(place, message).with_hint("give each one"));
        }
    }
    if others > 0 {
        notes.push(format!(
            "{place}: {} ignored",
            counted(
                others,
                "label is of what is not among the data, and is",
                "labels are of what is not among the data, and are"
            )
        ));
    }
    let lacking: Vec<usize> = (0..labels.len()).filter(|&at| labels[at].is_none()).collect();
    if !lacking.is_empty() {
        let shown: Vec<String> = lacking.iter().take(SHOWN).map(|&at| name_of(examples, at)).collect();
        let more = if lacking.len() > SHOWN { ", …" } else { "" };
        let message =
            format!("no label of {} of {}: {}{more}", lacking.len(), labels.len(), shown.join(", "));
        return Err(Error::mismatch(place, message).with_hint(NONE_HINT));
    }
    Ok((labels.into_iter().flatten().collect(), notes))
}

const NONE_HINT: &str =
    "give each a label; those that belong to no class can have one of their own, such as `none`";

/// Whether a text says that there is no label.
fn is_none(label: &str) -> bool {
    label.is_empty() || label == "?" || is_missing_name(label)
}

/// How an error calls an example.
fn name_of(examples: &impl ExampleSet, at: usize) -> String {
    examples.names().map_or_else(|| format!("`{at}`"), |names| format!("`{}`", names[at]))
}

/// The place of each example by its name, and of files by their name without folders, or without its ending, where no other
/// is called so.
fn places(examples: &impl ExampleSet) -> HashMap<String, usize> {
    let numbers: Vec<String>;
    let names = match examples.names() {
        Some(names) => names,
        None => {
            numbers = (0..examples.count()).map(|number| number.to_string()).collect();
            &numbers[..]
        }
    };
    let file = |name: &str| Path::new(name).file_name().map(|name| name.to_string_lossy().into_owned());
    let stem = |name: &str| Path::new(name).file_stem().map(|name| name.to_string_lossy().into_owned());
    let mut all: HashMap<String, usize> = HashMap::new();
    for short in [&stem as &dyn Fn(&str) -> Option<String>, &file] {
        let mut found: HashMap<String, Option<usize>> = HashMap::new();
        for (at, name) in names.iter().enumerate() {
            if let Some(key) = short(name) {
                found.entry(key).and_modify(|place| *place = None).or_insert(Some(at));
            }
        }
        all.extend(found.into_iter().filter_map(|(key, place)| Some((key, place?))));
    }
    all.extend(names.iter().cloned().zip(0..));
    all
}

/// Two sets of examples whose labels mean the same in both.
///
/// # Errors
/// If they have more than 256 classes together.
pub fn with_common_labels<E: ExampleSet>(one: E, other: E) -> Result<(E, E)> {
    let (Some(_), Some(_)) = (one.labels(), other.labels()) else { return Ok((one, other)) };
    if one.label_names() == other.label_names() {
        return Ok((one, other));
    }
    let texts = |examples: &E| -> Vec<String> {
        (0..examples.count()).filter_map(|at| examples.label_text(at)).collect()
    };
    let (first, second) = (texts(&one), texts(&other));
    // Classes that are known keep their order, and those of the other set follow.
    let mut names: Vec<String> = match one.label_names() {
        Some(names) => names.to_vec(),
        None => one
            .labels()
            .into_iter()
            .flatten()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .map(u8::to_string)
            .collect(),
    };
    let known: HashSet<String> = names.iter().cloned().collect();
    let new: BTreeSet<&String> = second.iter().filter(|name| !known.contains(*name)).collect();
    names.extend(new.into_iter().cloned());
    if names.len() > 256 {
        let message = format!("{} classes in both files together", names.len());
        return Err(Error::mismatch("labels", message).with_hint("at most 256 are told apart"));
    }
    let number: HashMap<&String, u8> = names.iter().zip(0..=u8::MAX).collect();
    let relabelled = |examples: E, texts: &[String]| {
        let labels = texts.iter().map(|text| number[text]).collect();
        examples.without_labels().with_labels(labels)?.with_label_names(names.clone())
    };
    Ok((relabelled(one, &first)?, relabelled(other, &second)?))
}
