//! Which devices are offered, and which are not: adapters by OpenGL are named, and never used. The graphics drivers are
//! taken away from the binary where a test says so, as on a machine that has none.

use std::path::Path;
use std::process::Command;

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;

mod adapter;

fn main() {
    let mut trials = vec![
        Trial::test("processors_come_first_and_are_used", || {
            processors();
            Ok(())
        }),
        adapter::trial("an_adapter_keeps_its_name", adapter::chosen(), |name, _| keeps_its_name(name)),
    ];
    #[cfg(target_os = "linux")]
    {
        trials.push(Trial::test("without_a_vulkan_driver_the_cpu_trains", || {
            without_vulkan();
            Ok(())
        }));
        trials.push(opengl_trial());
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// Exit code, stdout and stderr.
type Outcome = (Option<i32>, String, String);

fn run(arguments: &[&str], folder: &Path, environment: &[(&str, &str)]) -> Outcome {
    let output = Command::new(env!("CARGO_BIN_EXE_aevb"))
        .args(arguments)
        .envs(environment.iter().copied())
        .env("XDG_RUNTIME_DIR", folder)
        .current_dir(folder)
        .output()
        .expect("the binary starts");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn temporary() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn rows(environment: &[(&str, &str)]) -> Vec<Value> {
    let (code, stdout, stderr) = run(&["devices", "--json"], temporary().path(), environment);
    assert_eq!(code, Some(0), "{stderr}");
    serde_json::from_str(&stdout).expect("a list")
}

fn is_used(row: &&Value) -> bool {
    row.get("not_used").is_none()
}

fn processors() {
    let rows = rows(&[]);
    let names: Vec<&Value> = rows.iter().map(|row| &row["name"]).collect();
    assert_eq!(names[..2], ["flex", "ndarray"]);
    assert!(rows[..2].iter().all(|row| row["kind"] == "cpu" && is_used(&row)), "{rows:?}");
    let numbers: Vec<&str> =
        names.iter().filter_map(|name| name.as_str().expect("text").strip_prefix("wgpu:")).collect();
    assert!(numbers.iter().enumerate().all(|(number, name)| number.to_string() == **name), "{names:?}");
    // Whoever reads the list from above meets what can be used first.
    assert!(rows.is_sorted_by_key(|row| !is_used(&row)), "{rows:?}");
}

/// The row, the device that is opened by its name, and the name that a run notes are the same.
fn keeps_its_name(name: &str) {
    let folder = temporary();
    let listed = rows(&[]).into_iter().find(|row| row["name"] == name).expect("in the list");
    assert!(is_used(&&listed), "{listed}");
    let (code, stdout, stderr) = run(&["devices", "--device", name, "--json"], folder.path(), &[]);
    assert_eq!(code, Some(0), "{stderr}");
    assert_eq!(serde_json::from_str::<Value>(&stdout).expect("JSON"), Value::Array(vec![listed.clone()]));
    let train = ["train", "--device", name, "--set", "train.epochs=1", "--out", "run", "--quiet"];
    let (code, _, stderr) = run(&train, folder.path(), &[]);
    assert_eq!(code, Some(0), "{stderr}");
    assert_eq!(environment(folder.path())["device"], listed);
}

fn environment(folder: &Path) -> Value {
    let text = std::fs::read(folder.join("run/environment.json")).expect("written by the run");
    serde_json::from_slice(&text).expect("JSON")
}

/// Both names that the Vulkan loader has had for them.
#[cfg(target_os = "linux")]
const NO_VULKAN: [(&str, &str); 2] =
    [("VK_DRIVER_FILES", "/nonexistent"), ("VK_ICD_FILENAMES", "/nonexistent")];

#[cfg(target_os = "linux")]
fn without_vulkan() {
    let folder = temporary();
    let rows = rows(&NO_VULKAN);
    let used: Vec<&Value> = rows.iter().filter(is_used).map(|row| &row["name"]).collect();
    assert_eq!(used, ["flex", "ndarray"]);
    for device in ["auto", "flex"] {
        let train = ["train", "--device", device, "--set", "train.epochs=1", "--out", "run", "--quiet"];
        let (code, _, stderr) = run(&train, folder.path(), &NO_VULKAN);
        assert_eq!((code, stderr.as_str()), (Some(0), ""));
        assert_eq!(environment(folder.path())["device"]["name"], "flex");
        std::fs::remove_dir_all(folder.path().join("run")).expect("removed");
    }
    let (code, _, stderr) = run(&["train", "--device", "wgpu"], folder.path(), &NO_VULKAN);
    assert_eq!(code, Some(2));
    let expected =
        "error: device `wgpu`: no hardware GPU is to be found\nhint: here there are: flex, ndarray";
    assert!(stderr.starts_with(expected), "{stderr}");
}

#[cfg(target_os = "linux")]
fn opengl_trial() -> Trial {
    const MISSING: &str = "no adapter by OpenGL";
    let found: Vec<Value> = rows(&NO_VULKAN).into_iter().filter(|row| !is_used(&row)).collect();
    let is_demanded = std::env::var("CI").is_ok_and(|value| value == "true");
    let is_ignored = found.is_empty() && !is_demanded;
    let trial = Trial::test("an_opengl_adapter_is_named_and_refused", move || {
        if found.is_empty() {
            return Err(Failed::from(MISSING));
        }
        found.iter().for_each(refused);
        Ok(())
    });
    if is_ignored { trial.with_kind(MISSING).with_ignored_flag(true) } else { trial }
}

#[cfg(target_os = "linux")]
fn refused(row: &Value) {
    let folder = temporary();
    let text = |field: &str| row[field].as_str().expect("text");
    let (name, description, reason) = (text("name"), text("description"), text("not_used"));
    assert!(description.ends_with(", by OpenGL") && reason.contains("NaN"), "{row}");
    let (_, list, _) = run(&["devices"], folder.path(), &NO_VULKAN);
    let line = list.lines().find(|line| line.starts_with(&format!("{name} "))).expect("a line");
    assert!(line.ends_with(&format!("{description}: not used, {reason}")), "{line}");
    for command in [&["train", "--device", name][..], &["devices", "--check", "--device", name]] {
        let (code, stdout, stderr) = run(command, folder.path(), &NO_VULKAN);
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{command:?}");
        let error = format!("error: device `{name}`: {description}, is not used: {reason}\n");
        let hint = "hint: here there are: flex, ndarray; not used: wgpu:0";
        assert!(stderr.starts_with(&format!("{error}{hint}")), "{stderr}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).expect("readable").count(), 0);
}
