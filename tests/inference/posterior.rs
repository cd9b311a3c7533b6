use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use super::{aevb, column, mean, succeed, temporary, text, train};

/// The signal that asks a process to end is heard between two moves.
#[cfg(unix)]
pub fn interrupted() {
    let folder = temporary();
    let folder = folder.path();
    train(folder, "run", &["train.epochs=1"]);
    let after = |seconds: u64| {
        let process = Command::new(env!("CARGO_BIN_EXE_aevb"))
            .args(["posterior", "run", "--warm-up", "1000000", "--images", "5"])
            .env("XDG_RUNTIME_DIR", folder)
            .current_dir(folder)
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        sleep(Duration::from_secs(seconds));
        let id = process.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().expect("a shell's command").success());
        process.wait_with_output().expect("it ends")
    };
    // On a busy machine it may not have begun to listen, and is ended by the signal itself.
    let outputs = [2, 10, 60].into_iter().map(after);
    let output =
        outputs.into_iter().find(|output| output.status.code().is_some()).expect("a process that listens");
    let stderr = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    assert!(stderr.starts_with("error: interrupted at image 0 of 5"), "{stderr}");
    assert!(!folder.join("run/posterior.csv").exists());
}

pub fn sampled() {
    let folder = temporary();
    let folder = folder.path();
    let run = train(folder, "run", &["model.latent=2"]);
    let chains = ["--images", "5", "--warm-up", "100", "--draws", "200", "--starts", "3"];
    succeed(&[&["posterior", "run"], &chains[..]].concat(), folder);
    let csv = text(run.join("posterior.csv"));
    assert_eq!(csv.lines().next(), Some("label,acceptance,effective_samples,r_hat,mean0,mean1,std0,std1"));
    for acceptance in column(&csv, "acceptance") {
        assert!((0.5..0.99).contains(&acceptance), "{csv}");
    }
    assert!(mean(&column(&csv, "effective_samples")) > 50.0, "{csv}");
    let deviations = column(&csv, "std0");
    assert!(deviations.iter().all(|&deviation| deviation > 0.01 && deviation < 1.2), "{csv}");
    // Five moves are too few to forget a start: it is said so.
    let hasty =
        ["--images", "5", "--warm-up", "10", "--draws", "8", "--leapfrog-steps", "1", "--out", "h.csv"];
    let output = aevb(&[&["posterior", "run"], &hasty[..]].concat(), folder);
    let stderr = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(output.status.success() && stderr.contains("of 5 do not mix"), "{stderr}");
}
