//! `train.checkpoint_every`: how often a checkpoint is written.

use std::fmt;

use serde::de::{Error, Unexpected};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How often a checkpoint is written besides the end of training and an interrupt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckpointEvery {
    /// At the end and when interrupted alone.
    Never,
    /// Every so many steps.
    Steps(u64),
    /// Every so many epochs.
    Epochs(u64),
    /// At the first step after so many seconds.
    Seconds(u64),
}

/// A year in seconds, and more steps than anyone takes.
const MOST: u64 = 1_000_000_000_000;

impl CheckpointEvery {
    /// Reads `never` or a number with its unit, such as `5 epochs`.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "never" {
            return Some(Self::Never);
        }
        let (number, unit) = text.split_once(' ')?;
        let is_plain = number.bytes().all(|byte| byte.is_ascii_digit());
        let number: u64 = number.parse().ok().filter(|number| is_plain && (1..=MOST).contains(number))?;
        match unit {
            "step" | "steps" => Some(Self::Steps(number)),
            "epoch" | "epochs" => Some(Self::Epochs(number)),
            "second" | "seconds" => Some(Self::Seconds(number)),
            "minute" | "minutes" => Some(Self::Seconds(60 * number)),
            "hour" | "hours" => Some(Self::Seconds(3600 * number)),
            _ => None,
        }
    }
}

impl Default for CheckpointEvery {
    fn default() -> Self {
        Self::Seconds(60)
    }
}

impl fmt::Display for CheckpointEvery {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (number, unit) = match *self {
            Self::Never => return formatter.write_str("never"),
            Self::Steps(steps) => (steps, "step"),
            Self::Epochs(epochs) => (epochs, "epoch"),
            Self::Seconds(seconds) if seconds.is_multiple_of(3600) => (seconds / 3600, "hour"),
            Self::Seconds(seconds) if seconds.is_multiple_of(60) => (seconds / 60, "minute"),
            Self::Seconds(seconds) => (seconds, "second"),
        };
        write!(formatter, "{number} {unit}{}", if number == 1 { "" } else { "s" })
    }
}

impl Serialize for CheckpointEvery {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CheckpointEvery {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            let expected =
                "`never`, or a number of steps, epochs, seconds, minutes or hours such as \"5 epochs\"";
            D::Error::invalid_value(Unexpected::Str(&text), &expected)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_read_back() {
        let texts =
            ["never", "1 step", "7 steps", "1 epoch", "20 epochs", "90 seconds", "1 minute", "2 hours"];
        for text in texts {
            assert_eq!(CheckpointEvery::parse(text).expect(text).to_string(), text);
        }
        assert_eq!(CheckpointEvery::parse("120 seconds").expect("read").to_string(), "2 minutes");
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "5", "epochs", "0 steps", "-1 steps", "+1 step", "1.5 hours", "5  epochs", "5 days"]
        {
            assert_eq!(CheckpointEvery::parse(text), None, "{text}");
        }
        assert_eq!(CheckpointEvery::parse("99999999999999999999 steps"), None);
    }
}
