//! Values given on the command line in place of a configuration's.

use std::fmt::Display;
use std::path::Path;

use toml::de::DeValue;

use super::Task;
use super::sections::Model;
use crate::error::{Error, Result};

/// One value from the command line, such as `--set model.latent=8` or `--seed 3`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// The argument as the user wrote it, for messages.
    pub(super) argument: String,
    /// The keys from the root to the value.
    pub(super) path: Vec<String>,
    text: String,
    /// The text as TOML; none where it is the value itself.
    toml: Option<String>,
}

impl Override {
    /// Parses `key.key=value`, where the value is TOML or else a bare string. Numbers may begin or end with their point.
    ///
    /// # Errors
    ///
    /// [`Usage`](crate::error::ErrorKind::Usage) where there is no `=` or the key is none.
    pub fn parse(text: &str) -> Result<Self> {
        let malformed = |message: &str| {
            Error::usage(format!("--set {text}: {message}"))
                .with_hint("write --set SECTION.KEY=VALUE, for example --set train.epochs=50")
        };
        let (key, value) = text.split_once('=').ok_or_else(|| malformed("there is no `=`"))?;
        let path: Vec<String> = key.trim().split('.').map(str::to_owned).collect();
        let is_bare = |key: &String| {
            !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
        };
        if !path.iter().all(is_bare) {
            return Err(malformed("the part before `=` is not a key"));
        }
        if path.len() > 8 {
            return Err(malformed("no key lies so deep"));
        }
        let value = value.trim().to_owned();
        let toml = with_digits_beside_points(&value).unwrap_or_else(|| value.clone());
        Ok(Self { argument: format!("--set {text}"), path, text: value, toml: Some(toml) })
    }

    /// `--seed N`.
    pub fn seed(seed: u64) -> Self {
        Self::flag("--seed", "seed", seed, false)
    }

    /// `--threads N`.
    pub fn threads(threads: usize) -> Self {
        Self::flag("--threads", "threads", threads, false)
    }

    /// `--device NAME`.
    pub fn device(name: &str) -> Self {
        Self::flag("--device", "device", name, true)
    }

    /// `--split FILE`.
    pub fn split(file: &Path) -> Self {
        Self::flag("--split", "split.file", file.display(), true)
    }

    /// `--initial-weights FILE`.
    pub fn initial_weights(file: &Path) -> Self {
        Self::flag("--initial-weights", "train.initial_weights", file.display(), true)
    }

    /// A file of the user's own for a key of `[data]`, given by `argument`.
    pub fn data(argument: impl Display, key: &str, value: impl Display) -> Self {
        let path = ["data", key].map(str::to_owned).to_vec();
        Self { argument: argument.to_string(), path, text: value.to_string(), toml: None }
    }

    /// A size that follows from the data; `value` is TOML.
    pub fn size(key: &str, value: impl Display) -> Self {
        Self { argument: format!("{key} = {value}"), ..Self::flag("", key, value, false) }
    }

    /// The model of another experiment.
    pub fn model(task: &Task, argument: impl Display) -> Self {
        let model = toml::Value::try_from(Model::from(task));
        let text = model.expect("numbers, strings and tables are always TOML").to_string();
        Self::kept("model", text, argument)
    }

    /// A value that is kept of another run.
    pub fn kept(key: &str, value: impl Display, argument: impl Display) -> Self {
        Self { argument: argument.to_string(), ..Self::flag("", key, value, false) }
    }

    /// Its value as text, without quotation marks.
    pub fn plain_text(&self) -> &str {
        self.text.trim().trim_matches(['"', '\''])
    }

    /// Whether it replaces a value in this section.
    pub fn is_in(&self, section: &str) -> bool {
        self.path.first().is_some_and(|first| first == section)
    }

    /// Whether it replaces the value of this key.
    pub fn is_of(&self, key: &str) -> bool {
        self.path.iter().map(String::as_str).eq(key.split('.'))
    }

    fn flag(flag: &str, key: &str, value: impl Display, verbatim: bool) -> Self {
        let path = key.split('.').map(str::to_owned).collect();
        let text = value.to_string();
        let toml = (!verbatim).then(|| text.clone());
        Self { argument: format!("{flag} {value}"), path, text, toml }
    }

    /// The same with its text for the value, whatever that looks like.
    pub(super) fn as_text(&self) -> Self {
        Self { toml: None, ..self.clone() }
    }

    /// Whether the text is the value itself.
    pub(super) fn is_text(&self) -> bool {
        self.toml.is_none()
    }

    /// The value; what is not TOML is a string, so that `--set data.name=cora` needs no quotes.
    pub(super) fn value(&self) -> DeValue<'_> {
        let text = || DeValue::String(self.text.as_str().into());
        let Some(toml) = &self.toml else { return text() };
        DeValue::parse(toml).map_or_else(|_| text(), toml::Spanned::into_inner)
    }
}

/// A number, or a list of some, with the digits that TOML wants beside a point: `0.5` of `.5`, `5.0` of `5.`. None of other text.
fn with_digits_beside_points(text: &str) -> Option<String> {
    let is_of_numbers = |c: char| c.is_ascii_digit() || "+-.eE,[] ".contains(c);
    if !text.chars().all(is_of_numbers) {
        return None;
    }
    let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let (mut full, mut before, mut rest) = (String::new(), None, text.chars().peekable());
    while let Some(c) = rest.next() {
        let is_beside = [is_digit(before), is_digit(rest.peek().copied())];
        match (c, is_beside) {
            ('.', [false, true]) => full.push_str("0."),
            ('.', [true, false]) => full.push_str(".0"),
            _ => full.push(c),
        }
        before = Some(c);
    }
    Some(full)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_toml_or_else_bare_strings() {
        let value = |text| Override::parse(text).expect("well formed");
        assert!(matches!(value("a.b=3").value(), DeValue::Integer(_)));
        assert!(matches!(value("a.b = 1e-3").value(), DeValue::Float(_)));
        assert!(matches!(value("a=[1, 2]").value(), DeValue::Array(_)));
        assert!(matches!(value("a=cora").value(), DeValue::String(text) if text == "cora"));
        assert!(matches!(value("a=\"3\"").value(), DeValue::String(text) if text == "3"));
        assert!(matches!(value("a=").value(), DeValue::String(text) if text.is_empty()));
        assert!(matches!(value("a=1\nb = 2").value(), DeValue::String(_)), "one value, not a document");
    }

    #[test]
    fn numbers_may_begin_or_end_with_their_point() {
        for (text, number) in [
            (".5", "0.5"),
            ("-.5", "-0.5"),
            ("+.5e-3", "+0.5e-3"),
            ("5.", "5.0"),
            ("-5.e3", "-5.0e3"),
            (" 0.5", "0.5"),
        ] {
            let given = Override::parse(&format!("a={text}")).expect("well formed");
            assert!(
                matches!(given.value(), DeValue::Float(float) if float.as_str().parse() == number.parse::<f64>()),
                "{text}"
            );
        }
        let list = Override::parse("a=[-.5, 1.]").expect("well formed");
        assert!(matches!(list.value(), DeValue::Array(items) if items.len() == 2));
        for text in [".", "..", "./5", "../5.", ".5.5", "1.2.", "5.x", "\".5\"", "v.5"] {
            let given = Override::parse(&format!("a={text}")).expect("well formed");
            assert!(
                matches!(given.value(), DeValue::String(found) if found == text.trim_matches('"')),
                "{text}"
            );
        }
    }

    #[test]
    fn an_argument_without_key_or_equals_sign_is_refused() {
        for text in ["latent", "=3", "model.=3", ".x=1", "a b=1", "a.b.c.d.e.f.g.h.i=1"] {
            let error = Override::parse(text).expect_err(text);
            assert_eq!(error.exit_code(), 2);
            assert!(error.message.starts_with("--set "), "{error}");
        }
    }
}
