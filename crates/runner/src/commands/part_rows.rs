//! Rows of latent vectors for the examples of a part, of all parts in the order of their file, or of another file.

use aevb_data::examples::{ExampleSet, Examples};

use crate::cli::PortionArgument;
use crate::error::Result;
use crate::experiment::{Part, Portion};
use crate::train::TrainedAutoencoder;

/// What is written of some examples, a row each.
pub(super) struct PartRows {
    pub ids: Option<Vec<String>>,
    /// What the label of each says, empty where it has none; none where no example has one.
    pub labels: Option<Vec<String>>,
    /// The labels as numbers, where every example has one.
    pub numbers: Option<Vec<u8>>,
    /// The part that each belongs to, where all were asked for.
    pub parts: Option<Vec<String>>,
    /// What was computed, `[rows, width]` each.
    pub arrays: Vec<Vec<f32>>,
}

/// What is computed of some examples: arrays of a row each.
pub(super) type Compute<'a> = dyn Fn(&Examples) -> Result<Vec<Vec<f32>>> + 'a;

impl PartRows {
    /// The rows of some examples.
    pub fn of(examples: &Examples, compute: &Compute) -> Result<Self> {
        Ok(Self {
            ids: examples.names().map(<[String]>::to_vec),
            labels: (0..examples.count()).map(|index| examples.label_text(index)).collect(),
            numbers: examples.labels().map(<[u8]>::to_vec),
            parts: None,
            arrays: compute(examples)?,
        })
    }

    /// The rows of a part of the data, or of all.
    pub fn of_part(
        model: &dyn TrainedAutoencoder,
        asked: PortionArgument,
        compute: &Compute,
    ) -> Result<Self> {
        match asked.portion() {
            Some(portion) => Self::of(model.portion(portion)?.as_ref(), compute),
            None => Self::of_all(model, compute),
        }
    }

    fn of_all(model: &dyn TrainedAutoencoder, compute: &Compute) -> Result<Self> {
        let mut all: Option<Self> = None;
        for portion in Portion::ALL {
            // A run may have trained on the examples that would validate.
            if portion == Portion::HeldOut(Part::Validation) && !model.has_validation()? {
                continue;
            }
            let examples = model.portion(portion)?;
            let parts = Some(vec![portion.name().to_owned(); examples.count()]);
            let rows = Self { parts, ..Self::of(examples.as_ref(), compute)? };
            all = Some(match all {
                None => rows,
                Some(before) => before.and(rows),
            });
        }
        let all = all.expect("there are parts");
        Ok(match model.order()? {
            Some(order) => all.in_order(order),
            None => all,
        })
    }

    fn and(self, next: Self) -> Self {
        let counts = [&self, &next].map(|rows| rows.parts.as_ref().map_or(0, Vec::len));
        let labels = match (self.labels, next.labels) {
            (None, None) => None,
            labels => {
                let [one, other] = [(labels.0, counts[0]), (labels.1, counts[1])]
                    .map(|(labels, count)| labels.unwrap_or_else(|| vec![String::new(); count]));
                Some([one, other].concat())
            }
        };
        let arrays = self.arrays.into_iter().zip(next.arrays).map(|(one, other)| [one, other].concat());
        Self {
            ids: both(self.ids, next.ids),
            labels,
            numbers: both(self.numbers, next.numbers),
            parts: both(self.parts, next.parts),
            arrays: arrays.collect(),
        }
    }

    /// The same with each row at its place.
    fn in_order(self, places: &[u32]) -> Self {
        let mut from = vec![0; places.len()];
        places.iter().zip(0..).for_each(|(&place, row)| from[place as usize] = row);
        Self {
            ids: self.ids.map(|values| rows(&values, &from)),
            labels: self.labels.map(|values| rows(&values, &from)),
            numbers: self.numbers.map(|values| rows(&values, &from)),
            parts: self.parts.map(|values| rows(&values, &from)),
            arrays: self.arrays.iter().map(|values| rows(values, &from)).collect(),
        }
    }
}

fn both<T: Clone>(one: Option<Vec<T>>, other: Option<Vec<T>>) -> Option<Vec<T>> {
    Some([one?, other?].concat())
}

/// The rows of a list of values, `from` one each.
fn rows<T: Clone>(values: &[T], from: &[usize]) -> Vec<T> {
    let width = values.len() / from.len();
    from.iter().flat_map(|&row| values[row * width..][..width].iter().cloned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_in_the_order_of_their_file() {
        let part = |names: &[&str], labels: Option<&str>, name: &str| PartRows {
            ids: Some(names.iter().map(|name| (*name).to_owned()).collect()),
            labels: labels.map(|label| vec![label.to_owned(); names.len()]),
            numbers: labels.map(|_| vec![1; names.len()]),
            parts: Some(vec![name.to_owned(); names.len()]),
            arrays: vec![names.iter().flat_map(|name| [name.len() as f32, 0.5]).collect()],
        };
        let all = part(&["bb", "dddd"], Some("x"), "train").and(part(&["a", "ccc"], None, "test"));
        let PartRows { ids, labels, numbers, parts, arrays } = all.in_order(&[1, 3, 0, 2]);
        assert_eq!(ids.expect("ids"), ["a", "bb", "ccc", "dddd"]);
        assert_eq!(labels.expect("labels"), ["", "x", "", "x"]);
        assert_eq!(
            (numbers, parts.expect("parts")),
            (None, ["test", "train", "test", "train"].map(str::to_owned).to_vec())
        );
        assert_eq!(arrays, [[1.0, 0.5, 2.0, 0.5, 3.0, 0.5, 4.0, 0.5]]);
    }
}
