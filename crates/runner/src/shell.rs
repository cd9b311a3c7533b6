//! Commands that work when they are pasted into `sh` or `bash`: every one that is printed is put together here.

use std::fmt::Display;
use std::path::Path;

use toml::de::DeValue;

/// A word of a shell, quoted where it needs to be.
pub fn word(text: impl Display) -> String {
    let text = text.to_string();
    let is_plain = |letter: char| letter.is_alphanumeric() || "._/=-+:@%,".contains(letter);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text;
    }
    if text.chars().any(char::is_control) {
        // Nothing but this form keeps a line of its own: a line feed in a name, or what would steer the terminal.
        let escaped: String = text.bytes().map(escape).collect();
        return format!("$'{escaped}'");
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// A byte between `$'` and `'`.
fn escape(byte: u8) -> String {
    match byte {
        b'\'' | b'\\' => format!("\\{}", char::from(byte)),
        b' '..=b'~' => char::from(byte).to_string(),
        _ => format!("\\x{byte:02x}"),
    }
}

/// A path as a word that is no option, whatever it begins with.
pub fn path(path: &Path) -> String {
    let text = path.display().to_string();
    if text.starts_with('-') { word(format!("./{text}")) } else { word(text) }
}

/// `--set key=value` as words of a shell, where `value` is text.
pub fn set(key: &str, value: impl AsRef<Path>) -> String {
    format!("--set {}", word(setting(key, value)))
}

/// The argument `key=value` of `--set`, where `value` is text, so that reading it gives that text again.
pub fn setting(key: &str, value: impl AsRef<Path>) -> String {
    let value = value.as_ref().display().to_string();
    let is_read_as_it_stands = match DeValue::parse(&value).map(toml::Spanned::into_inner) {
        Ok(DeValue::String(read)) => *read == *value,
        _ => value.trim() == value && !value.chars().any(char::is_control),
    };
    let value = if is_read_as_it_stands { value } else { toml_string(&value) };
    format!("{key}={value}")
}

/// Text as a TOML string on one line.
fn toml_string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            letter if letter.is_control() => quoted += &format!("\\u{:04X}", u32::from(letter)),
            letter => quoted.push(letter),
        }
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{ConfigFile, Experiment, Override};

    /// What a shell makes of a command.
    fn words(command: &str) -> Vec<String> {
        let script = format!("printf '%s\\0' {command}");
        let output = std::process::Command::new("bash").arg("-c").arg(script).output().expect("bash starts");
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        text.split_terminator('\0').map(str::to_owned).collect()
    }

    const TEXTS: [&str; 20] = [
        "plain.csv",
        "two words",
        "50% & 'more' [1]",
        r"C:\data\new\table.csv",
        "2024-05-01",
        "2024",
        "1_1_1",
        "true",
        "\"quoted\"",
        "'quoted'",
        "[1, 2]",
        "{a = 1}",
        "a\nb",
        " padded ",
        "$HOME `id` $(id)",
        "!history",
        "~",
        "*",
        "ä ö",
        "",
    ];

    #[test]
    fn a_shell_gives_back_what_was_quoted() {
        for text in TEXTS {
            assert_eq!(words(&word(text)), [text], "{}", word(text));
            assert!(!word(text).contains('\n'), "{text:?}");
        }
        assert_eq!(path(Path::new("-x")), "./-x");
        assert_eq!(path(Path::new("my run")), "'my run'");
    }

    #[test]
    fn a_printed_setting_means_the_text_again() {
        let config = ConfigFile::named("vae-table").expect("built in");
        for text in TEXTS.into_iter().filter(|text| !text.is_empty()) {
            let [flag, argument] = &words(&set("data.id", text))[..] else { panic!("{text:?}") };
            assert_eq!(flag, "--set");
            let given = [Override::parse("data.path=t.csv"), Override::parse(argument)];
            let given = given.map(|given| given.expect("well formed"));
            let experiment = Experiment::read(&config, &given).expect(argument);
            let table: toml::Table = experiment.to_toml().parse().expect("TOML");
            assert_eq!(table["data"]["id"].as_str(), Some(text), "{argument}");
        }
    }
}
