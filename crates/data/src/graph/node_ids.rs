//! Nodes by the names that files give them.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::array::{Name, Values};

/// The places that names get as they first appear.
#[derive(Clone, Debug, Default)]
pub(super) struct NodeIds {
    places: HashMap<String, u32>,
}

impl NodeIds {
    /// The place of a name, a new one where it is new.
    pub fn place(&mut self, name: impl Into<String> + AsRef<str>) -> u32 {
        if let Some(place) = self.places.get(name.as_ref()) {
            return *place;
        }
        let next = self.places.len() as u32;
        match self.places.entry(name.into()) {
            Entry::Occupied(place) => *place.get(),
            Entry::Vacant(place) => *place.insert(next),
        }
    }

    /// The places of some elements of an array, which name nodes: text is made of distinct numbers alone.
    ///
    /// # Errors
    /// With the number of the first element that names nothing: no whole number, or no text.
    pub fn of(
        values: &Values,
        elements: impl ExactSizeIterator<Item = usize>,
    ) -> Result<(Self, Vec<u32>), usize> {
        let mut ids = Self::default();
        let mut numbers: HashMap<i64, u32> = HashMap::new();
        let mut places = Vec::with_capacity(elements.len());
        for at in elements {
            places.push(match values.name(at) {
                Some(Name::Number(number)) => {
                    *numbers.entry(number).or_insert_with(|| ids.place(number.to_string()))
                }
                Some(Name::Text(name)) => ids.place(name),
                None => return Err(at),
            });
        }
        Ok((ids, places))
    }

    /// Whether a name has a place.
    pub fn has(&self, name: &str) -> bool {
        self.places.contains_key(name)
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// All names by place.
    pub fn names(&self) -> Vec<&str> {
        let mut names = vec![""; self.places.len()];
        for (name, place) in &self.places {
            names[*place as usize] = name;
        }
        names
    }

    /// All names in their final order, and the final place of each: by number where all names are whole numbers, else
    /// as they appeared.
    pub fn ordered(self) -> (Vec<String>, Vec<u32>) {
        let mut names: Vec<(String, u32)> = self.places.into_iter().collect();
        names.sort_unstable_by_key(|(_, place)| *place);
        if names.iter().all(|(name, _)| number(name).is_some()) {
            names.sort_by_key(|(name, _)| number(name));
        }
        let mut place_of = vec![0; names.len()];
        for (place, (_, before)) in (0..).zip(&names) {
            place_of[*before as usize] = place;
        }
        (names.into_iter().map(|(name, _)| name).collect(), place_of)
    }
}

/// A whole number as people write it. With leading zeros or a sign it is a name: `7` and `007` may be two nodes.
pub(super) fn number(name: &str) -> Option<u64> {
    let plain = name.bytes().all(|byte| byte.is_ascii_digit()) && (name == "0" || !name.starts_with('0'));
    if plain { name.parse().ok() } else { None }
}
