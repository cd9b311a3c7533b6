//! The command that is printed for what was looked at, and whether it would train.

use std::path::Path;

use burn::tensor::Device;
use clap::Parser;
use serde::Serialize;

use crate::cli::{Arguments, Command};
use crate::error::{Error, Result};
use crate::train::Shape;
use crate::{own, shell, train};

/// What a configuration calls a choice.
pub(super) fn in_configurations(choice: impl Serialize) -> String {
    match serde_json::to_value(choice) {
        Ok(serde_json::Value::String(name)) => name,
        _ => unreachable!("choices are names"),
    }
}

/// `aevb train` with what was looked at and how it was read.
pub(super) struct TrainCommand {
    words: Vec<String>,
}

impl TrainCommand {
    /// Data named by a flag: edges, a table or images, whatever a look at them would say.
    pub fn of(flag: &str, path: &Path) -> Self {
        let mut command = Self { words: vec!["aevb".into(), "train".into()] };
        command.file(flag, path);
        command
    }

    /// Another file.
    pub fn file(&mut self, flag: &str, path: &Path) {
        let text = path.display().to_string();
        // A word of its own in place of a file's name.
        let text = if text == "none" { format!("./{text}") } else { text };
        self.words.extend([flag.to_owned(), text]);
    }

    /// A flag without a value.
    pub fn flag(&mut self, flag: &str) {
        self.words.push(flag.to_owned());
    }

    /// A value of the configuration.
    pub fn set(&mut self, key: &str, value: impl AsRef<Path>) {
        self.words.extend(["--set".to_owned(), shell::setting(key, value)]);
    }

    /// What keeps it from training, with advice; it does all that comes before the first step.
    pub fn refusal(&self, shape: Shape) -> Option<String> {
        let told = |Error { message, hint, .. }: Error| match hint {
            Some(hint) => format!("training refuses this: {message}; {hint}"),
            None => format!("training refuses this: {message}"),
        };
        self.check(shape).err().map(told)
    }

    fn check(&self, shape: Shape) -> Result<()> {
        let arguments = Arguments::try_parse_from(&self.words).map_err(Error::usage)?;
        let Command::Train(arguments) = arguments.command else { unreachable!("the command is train") };
        let experiment = own::of_shape(&arguments.config, shape)?;
        // Whatever a device rounds, it trains on the same data.
        train::check(&experiment, &Device::flex()).map(|_| ())
    }
}

impl std::fmt::Display for TrainCommand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let words = self.words.iter().enumerate().map(|(at, word)| {
            // A path that begins like an option stands behind one.
            const WITHOUT_PATH: [&str; 3] = ["--set", "--directed", "--bipartite"];
            let before = self.words[at.saturating_sub(1)].as_str();
            let is_path = at > 2 && before.starts_with("--") && !WITHOUT_PATH.contains(&before);
            if is_path { shell::path(Path::new(word)) } else { shell::word(word) }
        });
        f.write_str(&words.collect::<Vec<_>>().join(" "))
    }
}
