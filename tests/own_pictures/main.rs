//! Images of one's own from the command line: what `data inspect` says of them, and that training says it too.

mod latents;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

fn aevb(arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aevb"));
    command.args(arguments).current_dir(folder).env("XDG_RUNTIME_DIR", folder);
    command.output().expect("the binary starts")
}

/// What a command prints, and what it says beside that.
#[track_caller]
fn succeed(arguments: &[&str], folder: &Path) -> (String, String) {
    let output = aevb(arguments, folder);
    let [stdout, stderr] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).expect("UTF-8"));
    assert!(output.status.success(), "{arguments:?}: {stderr}");
    (stdout, stderr)
}

/// The lines of an error.
#[track_caller]
fn fail(code: i32, arguments: &[&str], folder: &Path) -> String {
    let output = aevb(arguments, folder);
    let stderr = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {stderr}");
    // Some messages say themselves what is allowed.
    assert!(stderr.starts_with("error: ") && stderr.lines().count() <= 2, "{stderr}");
    stderr
}

/// Forty images of 2 x 3 bytes, which go from 0 to 16 as those of scikit-learn do.
fn write_digits(folder: &Path) {
    let header = "{'descr': '|u1', 'fortran_order': False, 'shape': (40, 2, 3), }";
    let pixels = (0..240_u32).map(|pixel| (pixel * 37 % 17) as u8);
    let start = [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes()].concat();
    fs::write(folder.join("my digits.npy"), start.into_iter().chain(pixels).collect::<Vec<u8>>())
        .expect("written");
}

const NOTE: &str = "the brightest pixel is 16 of 255, a value of 16 in the file: the images are nearly black; data.range = \
                    [0, 16] makes 16 white";

#[test]
fn what_inspect_says_training_says_and_keeps() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    write_digits(folder);
    let inspect = ["data", "inspect", "my digits.npy"];
    let (text, _) = succeed(&inspect, folder);
    assert!(text.contains("images      40 of 2 x 3 pixels, grey; 0 other files ignored\n"), "{text}");
    assert!(
        text.contains("read        array [40, 2, 3], bytes\npixels      from 0 to 16 of 255\n"),
        "{text}"
    );
    assert!(text.contains(&format!("note        {NOTE}\n")), "{text}");
    let (json, _) = succeed(&[&inspect[..], &["--json"]].concat(), folder);
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&json["brightest"], &json["notes"]), (&Value::from(16), &serde_json::json!([NOTE])));

    let train = [
        "train",
        "vae-mnist-5k",
        "--device",
        "flex",
        "--set",
        "model.hidden=[8]",
        "--set",
        "model.latent=2",
        "--set",
        "train.epochs=1",
        "--set",
        "data.path=my digits.npy",
    ];
    let (_, said) = succeed(&[&train[..], &["--out", "dark"]].concat(), folder);
    assert_eq!(said.matches(&format!("note: {NOTE}\n")).count(), 1, "{said}");
    let kept = fs::read(folder.join("dark/data.json")).expect("kept");
    let kept: Value = serde_json::from_slice(&kept).expect("JSON");
    assert_eq!(kept["notes"], serde_json::json!([NOTE]));
    succeed(&["evaluate", "dark"], folder);
    let (_, said) = succeed(&["score", "dark", "my digits.npy", "--samples", "2"], folder);
    assert!(said.contains(&format!("note: {NOTE}\n")), "{said}");

    // With the option there is nothing to say, and the printed command has it and works.
    let (text, _) = succeed(&[&inspect[..], &["--range", "0,16", "--size", "3,2"]].concat(), folder);
    assert!(text.contains("images      40 of 3 x 2") && !text.contains("note "), "{text}");
    let command = text.lines().find_map(|line| line.strip_prefix("command     aevb ")).expect("a command");
    let small = "--device flex -q --set model.hidden=[8] --set train.epochs=1 --out bright";
    let shell = format!("'{}' {command} {small}", env!("CARGO_BIN_EXE_aevb"));
    let output = Command::new("sh").args(["-c", &shell]).current_dir(folder).output().expect("a shell");
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(output.status.success() && !said.contains("note:"), "{shell}: {said}");
    let kept = fs::read_to_string(folder.join("bright/data.json")).expect("kept");
    assert!(kept.contains("\"height\": 3") && !kept.contains("notes"), "{kept}");
    let (embedded, bright) =
        (fs::read(folder.join("dark/data.json")), fs::read(folder.join("bright/data.json")));
    assert_ne!(embedded.expect("kept"), bright.expect("kept"));
}

#[test]
fn options_of_images_are_checked() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    write_digits(folder);
    fs::write(folder.join("edges.csv"), "a,b\nb,c\n").expect("written");
    for (code, arguments, message) in [
        (2, &["data", "inspect", "my digits.npy", "--range", "3,3"][..], "--range must be two numbers"),
        (2, &["data", "inspect", "my digits.npy", "--size", "0,3"], "--size must be two numbers between 1"),
        (2, &["data", "inspect", "edges.csv", "--kind", "graph", "--axes", "NHW"], "are of images"),
        (
            1,
            &["data", "inspect", "my digits.npy", "--axes", "NCHW"],
            "has 3 axes, and data.axes = \"NCHW\" another number",
        ),
        (
            2,
            &["train", "vae-mnist-5k", "--set", "data.range=[0, 3]"],
            "data.range means something only beside data.path",
        ),
        (
            2,
            &["train", "vae-mnist-5k", "--set", "data.path=x", "--set", "data.range=[3, 0]"],
            "data.range must be two numbers",
        ),
        (
            2,
            &["train", "vae-mnist-5k", "--set", "data.path=x", "--set", "data.axes=NHX"],
            "`NHX` names no axes",
        ),
        (
            2,
            &["train", "vae-mnist-5k", "--set", "data.path=x", "--set", "data.background=red"],
            "data.background",
        ),
    ] {
        let said = fail(code, arguments, folder);
        assert!(said.contains(message), "{arguments:?}: {said}");
    }
}

#[test]
fn an_archive_of_pictures_is_named_with_the_command_that_unpacks_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    // A list of one member and no content: the name alone tells.
    let name = b"cats/1.png";
    let list = [b"PK\x01\x02", &[0; 24][..], &[10, 0], &[0; 16], name].concat();
    let end = [
        b"PK\x05\x06\0\0\0\0\x01\0\x01\0",
        &(list.len() as u32).to_le_bytes()[..],
        &4_u32.to_le_bytes(),
        &[0; 2],
    ];
    fs::write(folder.join("cats.zip"), [b"PK\x03\x04", &list[..], &end.concat()].concat()).expect("written");
    let said = fail(1, &["data", "inspect", "cats.zip"], folder);
    assert!(said.contains("cats.zip: is a ZIP archive of 1 pictures, such as cats/1.png"), "{said}");
    assert!(said.contains("hint: unpack it by `unzip cats.zip -d cats`, and name that folder"), "{said}");
}
