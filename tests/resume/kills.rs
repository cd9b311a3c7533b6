//! SIGKILL at moments that nobody chose, while a checkpoint is being written among them.

use std::fs;
use std::io::Write;
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::{assert_same, command, succeed, temporary, train, training};

/// Fractions from 0 to 1 that differ from run to run: every run looks at other moments.
struct Moments(u64);

impl Moments {
    fn new() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
        Self(now.as_nanos() as u64 | 1)
    }

    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 as f64 / u64::MAX as f64
    }
}

pub fn killed(name: &str, config: &[&str]) {
    let wanted: u32 =
        std::env::var("AEVB_KILLS").map_or(5, |kills| kills.parse().expect("a number of kills"));
    let folder = temporary();
    let whole = train(config, &["train.checkpoint_every=never"], "whole", folder.path());
    // A checkpoint a step, so that many a kill finds one half written.
    let every_step = training(config, &["train.checkpoint_every=1 step"], "run");
    let began = Instant::now();
    succeed(&every_step, folder.path());
    let duration = began.elapsed();
    let run = folder.path().join("run");
    assert_same(&whole, &run);
    fs::remove_dir_all(&run).expect("removed");

    let (mut kills, mut half_written, mut ends) = (0, 0, 0);
    let mut moments = Moments::new();
    let resume = ["resume", "run", "--quiet"];
    while kills < wanted || run.exists() {
        let is_begun = run.join("config.toml").exists();
        if !is_begun && run.exists() {
            fs::remove_dir_all(&run).expect("removed");
        }
        let arguments = if is_begun { &resume[..] } else { &every_step[..] };
        if kills == wanted {
            succeed(arguments, folder.path());
        } else {
            let mut child =
                command(arguments, folder.path()).stdout(Stdio::null()).spawn().expect("it starts");
            sleep(duration.mul_f64(moments.next()));
            child.kill().expect("a signal is sent");
            let status = child.wait().expect("a child");
            if !status.success() {
                assert_eq!(status.code(), None, "{name} failed by itself");
                kills += 1;
                half_written += u32::from(run.join("checkpoints/unfinished").exists());
                continue;
            }
        }
        assert_same(&whole, &run);
        ends += 1;
        fs::remove_dir_all(&run).expect("removed");
    }
    let report = format!(
        "{name}: {kills} kills, {half_written} of them in the middle of a checkpoint; {ends} runs ended the same\n"
    );
    std::io::stderr().write_all(report.as_bytes()).expect("written");
}
