//! What the tests of images share.

use std::path::Path;
use std::process::{Command, Output};

/// A small model of the digits that travel with the program.
pub const SMALL: [&str; 8] = [
    "train",
    "vae-mnist-5k",
    "--set",
    "model.hidden=[32]",
    "--set",
    "model.latent=4",
    "--set",
    "train.epochs=2",
];

/// Runs the binary in a folder, whose data sets lie in `data`.
pub fn aevb(arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aevb"));
    // Graphics drivers complain on stderr where XDG_RUNTIME_DIR is unset.
    command.env("XDG_RUNTIME_DIR", folder).env("AEVB_DATA", folder.join("data"));
    // Small files stand for the data sets.
    command.env("AEVB_UNCHECKED_DATA", "yes");
    command.args(arguments).current_dir(folder).output().expect("the binary starts")
}

/// The one line of the error and the one of the hint.
#[track_caller]
pub fn fail(code: i32, arguments: &[&str], folder: &Path) -> (String, String) {
    let output = aevb(arguments, folder);
    let stderr = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(
        (output.status.code(), output.stdout.as_slice()),
        (Some(code), &[][..]),
        "{arguments:?}: {stderr}"
    );
    let of_checksums = |line: &&str| line.starts_with("note: the files of ");
    let lines: Vec<&str> = stderr.lines().filter(|line| !of_checksums(line)).collect();
    let [error, hint] = lines[..] else { panic!("{arguments:?}: an error and a hint, not {stderr}") };
    assert!(error.starts_with("error: ") && hint.starts_with("hint: "), "{arguments:?}: {stderr}");
    (error.to_owned(), hint.to_owned())
}

pub fn temporary() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// A MATLAB 5 file of one variable, `sizes` bytes of the class `class`.
pub fn matlab(order: &[u8; 2], outer: u32, class: u8, name: &[u8], images: i32) -> Vec<u8> {
    let element = |to: &mut Vec<u8>, kind: u32, bytes: &[u8]| {
        to.extend(kind.to_le_bytes());
        to.extend((bytes.len() as u32).to_le_bytes());
        to.extend(bytes);
        to.resize(to.len().next_multiple_of(8), 0);
    };
    let mut inner = Vec::new();
    element(&mut inner, 6, &[class, 0, 0, 0, 0, 0, 0, 0]);
    element(&mut inner, 5, &[560_i32.to_le_bytes(), images.to_le_bytes()].concat());
    element(&mut inner, 1, name);
    element(&mut inner, 2, &vec![7; 560 * images as usize]);
    let mut bytes = vec![b' '; 124];
    bytes.extend(if order == b"MI" { [1, 0] } else { [0, 1] });
    bytes.extend(order);
    element(&mut bytes, outer, &inner);
    bytes
}
