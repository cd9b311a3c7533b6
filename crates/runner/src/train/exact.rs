use std::fmt;

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A finite number that comes back from JSON with the bits it had. As a number of JSON's own it might not: readers may
/// round its last digit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exact(pub f64);

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Digits;
        impl Visitor<'_> for Digits {
            type Value = Exact;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a finite number in a string")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Exact, E> {
                let number = text.parse().ok().filter(|number: &f64| number.is_finite());
                number.map(Exact).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_str(Digits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_with_their_bits() {
        let singles = (0..200_000u32).map(|i| f64::from(f32::from_bits(i.wrapping_mul(21_474_837))));
        let doubles = (0..200_000u64).map(|i| f64::from_bits(i.wrapping_mul(92_233_720_368_547_759)));
        for number in
            singles.chain(doubles).filter(|number| number.is_finite()).chain([-0.0, f64::MIN_POSITIVE])
        {
            let text = serde_json::to_string(&Exact(number)).expect("JSON");
            let Exact(read) = serde_json::from_str(&text).expect("a number");
            assert_eq!(read.to_bits(), number.to_bits(), "{text}");
        }
    }

    #[test]
    fn what_is_no_finite_number_is_refused() {
        for text in ["\"NaN\"", "\"inf\"", "\"\"", "\"1 \"", "1.0", "null", "\"1e999\""] {
            assert!(serde_json::from_str::<Exact>(text).is_err(), "{text}");
        }
    }
}
