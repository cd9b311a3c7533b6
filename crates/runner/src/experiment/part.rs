//! The parts of data.

use serde::{Deserialize, Serialize};

/// A part of the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Portion {
    /// What is trained on.
    Train,
    /// What is not.
    HeldOut(Part),
}

impl Portion {
    /// All parts.
    pub const ALL: [Self; 3] = [Self::Train, Self::HeldOut(Part::Validation), Self::HeldOut(Part::Test)];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::HeldOut(Part::Validation) => "validation",
            Self::HeldOut(Part::Test) => "test",
        }
    }
}

/// A part of the data that is not trained on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// The validation images, where there are any.
    #[default]
    Validation,
    /// The test images. No choice is made on them, so watching them takes nothing from the result.
    Test,
}
