use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::nn::parameter;

/// Where the rows of the means are brought to one length. In a configuration `false`, `true` or `"before"`, `"after"`, or
/// `"both"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Normalization {
    /// Nowhere.
    #[default]
    Never,
    /// Before messages pass, as in VGNAE.
    Before,
    /// After messages have passed: how long a sum over neighbours is tells how alike they are, and ranks nodes of unlike neighbours low.
    After,
    /// Before, so that each neighbour counts alike, and after.
    Both,
}

impl Normalization {
    const AFTER: &str = "after";
    const BOTH: &str = "both";

    /// Whether before messages pass.
    pub fn is_before(self) -> bool {
        matches!(self, Self::Before | Self::Both)
    }

    /// Whether after messages have passed.
    pub fn is_after(self) -> bool {
        matches!(self, Self::After | Self::Both)
    }
}

impl Serialize for Normalization {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Never => serializer.serialize_bool(false),
            Self::Before => serializer.serialize_bool(true),
            Self::After => serializer.serialize_str(Self::AFTER),
            Self::Both => serializer.serialize_str(Self::BOTH),
        }
    }
}

impl<'de> Deserialize<'de> for Normalization {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Said;

        impl de::Visitor<'_> for Said {
            type Value = Normalization;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("true, false, \"before\", \"after\" or \"both\"")
            }

            fn visit_bool<E: de::Error>(self, is_before: bool) -> Result<Normalization, E> {
                Ok(if is_before { Normalization::Before } else { Normalization::Never })
            }

            fn visit_str<E: de::Error>(self, place: &str) -> Result<Normalization, E> {
                match place {
                    "before" => Ok(Normalization::Before),
                    Normalization::AFTER => Ok(Normalization::After),
                    Normalization::BOTH => Ok(Normalization::Both),
                    _ => Err(E::invalid_value(de::Unexpected::Str(place), &self)),
                }
            }
        }

        deserializer.deserialize_any(Said)
    }
}

/// `s · h/‖h‖` for each row, with a learned `s` (VGNAE: Ahn & Kim, arXiv 2108.08046, eq. 5): without it the vectors of nodes
/// that have no links are drawn to the origin.
#[derive(Module, Debug)]
pub struct UnitLength {
    /// `s`, `[1]`.
    pub scale: Param<Tensor<1>>,
    /// Where.
    #[module(skip)]
    pub place: Normalization,
}

impl UnitLength {
    /// The paper's scale, which is fixed there.
    const SCALE: f32 = 1.8;
    /// Below this a row has no direction.
    const SHORTEST: f64 = 1e-12;

    /// One for `place`, if that is anywhere.
    pub(super) fn at(place: Normalization, path: &str, device: &Device) -> Option<Self> {
        let scale = || parameter(&format!("{path}.scale"), Tensor::from_floats([Self::SCALE], device));
        (place != Normalization::Never).then(|| Self { scale: scale(), place })
    }

    /// The rows that pass messages on.
    pub(super) fn before(this: Option<&Self>, rows: Tensor<2>) -> Tensor<2> {
        match this {
            Some(unit_length) if unit_length.place.is_before() => unit_length.forward(rows),
            _ => rows,
        }
    }

    /// The rows that messages make.
    pub(super) fn after(this: Option<&Self>, rows: Tensor<2>) -> Tensor<2> {
        match this {
            Some(unit_length) if unit_length.place.is_after() => unit_length.forward(rows),
            _ => rows,
        }
    }

    /// # Shapes
    /// - rows: `[nodes, latent]`, as is the output
    pub fn forward(&self, rows: Tensor<2>) -> Tensor<2> {
        let squares = rows.clone() * rows.clone();
        let length = squares.sum_dim(1).clamp_min(Self::SHORTEST * Self::SHORTEST).sqrt();
        rows / length * self.scale.val().reshape([1, 1])
    }
}
