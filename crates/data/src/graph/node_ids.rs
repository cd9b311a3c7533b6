//! Nodes by the names that files give them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::{self, Display};
use std::sync::Arc;

use rayon::prelude::*;

use crate::array::{Name, Values};

/// The places that names get as they first appear. Whole numbers are held as such, and those that are not much larger than
/// there are names lie in a table: millions of names as text would take longer and more memory than their edges.
#[derive(Clone, Debug, Default)]
pub(super) struct NodeIds {
    /// By place: a number, or, with [`WORD`], the number of a word among the words.
    names: Vec<u64>,
    /// The place of each number below its length, or [`NONE`].
    small: Vec<u32>,
    /// The places of the others.
    large: HashMap<u64, u32>,
    words: Vec<Arc<str>>,
    /// The place of each word.
    places: HashMap<Arc<str>, u32>,
}

/// What is no number below it is held as a word.
const WORD: u64 = 1 << 63;

/// The place of numbers that are no names.
const NONE: u32 = u32::MAX;

/// The name of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NodeName<'a> {
    Number(u64),
    Word(&'a str),
}

impl<'a> NodeName<'a> {
    /// The name as it stands in files.
    pub fn text(self) -> Cow<'a, str> {
        match self {
            Self::Number(number) => number.to_string().into(),
            Self::Word(word) => word.into(),
        }
    }

    /// Whether it cannot be shown, or there is nothing to show.
    pub fn is_no_text(self) -> bool {
        match self {
            Self::Number(_) => false,
            Self::Word(word) => word.is_empty() || word.contains(char::is_control),
        }
    }

    /// The whole number that it is.
    pub fn number(self) -> Option<u64> {
        match self {
            Self::Number(number) => Some(number),
            Self::Word(word) => number(word),
        }
    }
}

impl Display for NodeName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Word(word) => word.fmt(f),
        }
    }
}

impl NodeIds {
    /// The most names that there can be.
    pub const MOST: usize = NONE as usize;

    /// The place of a name, a new one where it is new.
    ///
    /// # Panics
    /// If there are [`NodeIds::MOST`] names already.
    pub fn place(&mut self, name: impl AsRef<str>) -> u32 {
        let name = name.as_ref();
        if let Some(number) = small_number(name) {
            return self.place_of_number(number);
        }
        if let Some(place) = self.places.get(name) {
            return *place;
        }
        let place = self.add(WORD | self.words.len() as u64);
        let word: Arc<str> = name.into();
        self.words.push(word.clone());
        self.places.insert(word, place);
        place
    }

    /// The place of a name of others.
    pub fn place_of(&mut self, name: NodeName) -> u32 {
        match name {
            NodeName::Number(number) => self.place_of_number(number),
            NodeName::Word(word) => self.place(word),
        }
    }

    /// The place of a number as a name, which is less than 2⁶³.
    ///
    /// # Panics
    /// If there are [`NodeIds::MOST`] names already.
    pub fn place_of_number(&mut self, number: u64) -> u32 {
        match self.small.get(number as usize) {
            Some(&NONE) => {
                let place = self.add(number);
                self.small[number as usize] = place;
                place
            }
            Some(place) => *place,
            None => self.place_of_large(number),
        }
    }

    fn place_of_large(&mut self, number: u64) -> u32 {
        if let Some(place) = self.large.get(&number) {
            return *place;
        }
        let place = self.add(number);
        if number < 4 * self.names.len() as u64 + 1024 {
            let length = (number as usize + 1).next_power_of_two();
            self.small.resize(length, NONE);
            let fit = self.large.extract_if(|number, _| *number < length as u64);
            fit.for_each(|(number, place)| self.small[number as usize] = place);
            self.small[number as usize] = place;
        } else {
            self.large.insert(number, place);
        }
        place
    }

    fn add(&mut self, name: u64) -> u32 {
        assert!(self.names.len() < Self::MOST, "more names than 32 bits can index");
        self.names.push(name);
        self.names.len() as u32 - 1
    }

    /// The places of some elements of an array, which name nodes.
    ///
    /// # Errors
    /// With the number of the first element that names nothing: no whole number, or no text.
    pub fn of(
        values: &Values,
        elements: impl ExactSizeIterator<Item = usize>,
    ) -> Result<(Self, Vec<u32>), usize> {
        let mut ids = Self::default();
        let mut places = Vec::with_capacity(elements.len());
        for at in elements {
            places.push(match values.name(at) {
                Some(Name::Number(number)) => match u64::try_from(number) {
                    Ok(number) => ids.place_of_number(number),
                    Err(_) => ids.place(number.to_string()),
                },
                Some(Name::Text(name)) => ids.place(name),
                None => return Err(at),
            });
        }
        Ok((ids, places))
    }

    /// Whether a name has a place.
    pub fn has(&self, name: &str) -> bool {
        match small_number(name) {
            Some(number) => match self.small.get(number as usize) {
                Some(place) => *place != NONE,
                None => self.large.contains_key(&number),
            },
            None => self.places.contains_key(name),
        }
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// The name at a place.
    ///
    /// # Panics
    /// If no name has the place.
    pub fn name(&self, place: u32) -> NodeName<'_> {
        self.read(self.names[place as usize])
    }

    /// All names by place.
    pub fn names(&self) -> impl ExactSizeIterator<Item = NodeName<'_>> {
        self.names.iter().map(|name| self.read(*name))
    }

    fn read(&self, name: u64) -> NodeName<'_> {
        match name & WORD {
            0 => NodeName::Number(name),
            _ => NodeName::Word(&self.words[(name ^ WORD) as usize]),
        }
    }

    /// The places in the final order of their names: by number where all names are whole numbers, else as they appeared.
    /// Nothing is looked up by name any more.
    pub fn order(&mut self) -> Vec<u32> {
        let order = if self.names.iter().all(|name| *name < WORD) {
            // The table is in the order of the numbers, and the others are larger.
            let mut large: Vec<(u64, u32)> = self.large.drain().collect();
            large.sort_unstable();
            let small = self.small.iter().copied().filter(|place| *place != NONE);
            small.chain(large.into_iter().map(|(_, place)| place)).collect()
        } else {
            let mut order: Vec<u32> = (0..self.len() as u32).collect();
            if self.names().all(|name| name.number().is_some()) {
                order.sort_by_key(|place| self.name(*place).number());
            }
            order
        };
        (self.small, self.large, self.places) = Default::default();
        order
    }

    /// The names at these places.
    pub fn texts(&self, places: &[u32]) -> Vec<String> {
        places.par_iter().map(|place| self.name(*place).text().into_owned()).collect()
    }

    /// All names in their final order, and the final place of each.
    pub fn ordered(mut self) -> (Vec<String>, Vec<u32>) {
        let order = self.order();
        (self.texts(&order), inverse(&order))
    }
}

/// Where each place stands in an order of all.
pub(super) fn inverse(order: &[u32]) -> Vec<u32> {
    let mut place_of = vec![0; order.len()];
    for (place, before) in (0..).zip(order) {
        place_of[*before as usize] = place;
    }
    place_of
}

/// A whole number as people write it. With leading zeros or a sign it is a name: `7` and `007` may be two nodes.
pub(super) fn number(name: &str) -> Option<u64> {
    let plain = name.bytes().all(|byte| byte.is_ascii_digit()) && (name == "0" || !name.starts_with('0'));
    if plain { name.parse().ok() } else { None }
}

fn small_number(name: &str) -> Option<u64> {
    number(name).filter(|number| *number < WORD)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_name() -> impl Strategy<Value = String> {
        prop_oneof![
            (0_u64..5000).prop_map(|number| number.to_string()),
            any::<u64>().prop_map(|number| number.to_string()),
            "[a-c0]{0,3}",
            "0?[0-9]{1,2}",
            "-[0-9]",
        ]
    }

    proptest! {
        #[test]
        fn places_are_those_of_a_list(names in prop::collection::vec(any_name(), 0..2000)) {
            let mut ids = NodeIds::default();
            let mut list: Vec<&String> = Vec::new();
            for name in &names {
                let known = list.iter().position(|known| *known == name);
                prop_assert_eq!(ids.has(name), known.is_some());
                let place = known.unwrap_or(list.len());
                if known.is_none() {
                    list.push(name);
                }
                prop_assert_eq!(ids.place(name) as usize, place);
            }
            prop_assert_eq!(ids.names().map(|name| name.to_string()).collect::<Vec<_>>(), list.into_iter().cloned().collect::<Vec<_>>());
            let before: Vec<String> = ids.names().map(|name| name.text().into_owned()).collect();
            let mut sorted = before.clone();
            if sorted.iter().all(|name| number(name).is_some()) {
                sorted.sort_by_key(|name| number(name));
            }
            let (ordered, place_of) = ids.ordered();
            prop_assert_eq!(&ordered, &sorted);
            prop_assert!(before.iter().zip(place_of).all(|(name, place)| *name == ordered[place as usize]));
        }

        #[test]
        fn numbers_come_in_their_order(numbers in prop::collection::vec(any::<u64>(), 1..200)) {
            let mut ids = NodeIds::default();
            numbers.iter().for_each(|number| { ids.place(number.to_string()); });
            let mut sorted = numbers;
            sorted.sort_unstable();
            sorted.dedup();
            prop_assert_eq!(ids.ordered().0, sorted.iter().map(u64::to_string).collect::<Vec<_>>());
        }
    }
}
