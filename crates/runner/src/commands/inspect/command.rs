//! The command that is printed for what was looked at.

use serde::Serialize;

pub(super) use crate::shell::set;

/// What a configuration calls a choice.
pub(super) fn in_configurations(choice: impl Serialize) -> String {
    match serde_json::to_value(choice) {
        Ok(serde_json::Value::String(name)) => name,
        _ => unreachable!("choices are names"),
    }
}
