//! The name that someone who mistyped may have meant.

use std::cmp::Reverse;

/// The nearest of the names that are known, where one is near: a third of its letters may differ.
pub fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Distances take memory by the product of both lengths, and no name is long.
    const LONGEST: usize = 64;
    if given.len() >= LONGEST {
        return None;
    }
    let known = known.into_iter().filter(|name| name.len() < 2 * LONGEST);
    // Of two that are as near, the one that begins alike for longer.
    let alike = |name: &str| given.chars().zip(name.chars()).take_while(|(one, other)| one == other).count();
    let rank = |name: &'a str| (strsim::damerau_levenshtein(given, name), Reverse(alike(name)), name);
    let nearest = known.map(rank).min();
    nearest.filter(|(distance, _, name)| *distance <= name.len() / 3).map(|(_, _, name)| name)
}

/// A question to begin a hint with, where a name that is known is near.
pub fn did_you_mean<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(given, known).map_or_else(String::new, |name| format!("did you mean `{name}`? "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_third_of_the_letters_may_differ() {
        let known = ["source", "target", "weight"];
        assert_eq!(nearest("sorce", known), Some("source"));
        assert_eq!(nearest("Source", known), Some("source"));
        assert_eq!(nearest("height", known), Some("weight"));
        assert_eq!(nearest("node", known), None);
        assert_eq!(nearest("vge", ["vae", "gae", "vgae"]), Some("vgae"));
        assert_eq!(nearest(&"s".repeat(100), known), None);
        assert_eq!(did_you_mean("wieght", known), "did you mean `weight`? ");
    }
}
