//! Sound files, changed at random again and again: no reader panics, hangs, or holds more than it may.
//!
//! `AEVB_FUZZ_SECONDS` says for how long each reader is tried; where it is unset, all share a minute. `AEVB_FUZZ_SEED` says
//! where the changes begin, 0 where it is unset. An input that fails is kept in `target/tmp/fuzz`, and the message names it.

mod formats;
mod mutation;
mod packings;
#[path = "../common/pickle.rs"]
mod pickle;
mod readers;
mod seeds;
mod watch;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Failed, Trial};
use mutation::Mutations;
use peak_alloc::PeakAlloc;
use readers::Reader;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// What a reader may hold: tables and buffers of its own, and so much for each byte.
fn allowed(length: usize) -> usize {
    (256 << 20) + 1000 * length
}

/// The longest that reading may take, on a machine that does much else besides.
const LONGEST: Duration = Duration::from_secs(20);

/// How long all readers are tried together, where nothing else is said.
const TOGETHER: Duration = Duration::from_secs(60);

fn number(variable: &str, otherwise: u64) -> u64 {
    match std::env::var(variable) {
        Ok(text) => text.parse().expect("a whole number"),
        Err(_) => otherwise,
    }
}

fn main() -> std::process::ExitCode {
    // Panics are counted, and told once.
    std::panic::set_hook(Box::new(|_| ()));
    let readers = readers::all();
    let share = TOGETHER / readers.len() as u32;
    let time = match number("AEVB_FUZZ_SECONDS", 0) {
        0 => share,
        seconds => Duration::from_secs(seconds),
    };
    let trials = readers.into_iter().map(|reader| Trial::test(reader.name, move || run(&reader, time)));
    // Memory is counted for the whole process.
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

fn run(reader: &Reader, time: Duration) -> Result<(), Failed> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz").join(reader.name);
    std::fs::create_dir_all(&folder)?;
    let mut mutations = Mutations::new(number("AEVB_FUZZ_SEED", 0), reader.name, &reader.seeds);
    let path = folder.join(reader.file);
    // Sound ones first: a seed that is refused would be no seed.
    for seed in &reader.seeds {
        std::fs::write(&path, (reader.packed)(seed.clone()))?;
        (reader.read)(&path).map_err(|error| format!("a seed is refused: {error}"))?;
    }
    let end = Instant::now() + time;
    let (mut tried, mut read) = (0_u64, 0_u64);
    while Instant::now() < end {
        let input = (reader.packed)(mutations.next());
        std::fs::write(&path, &input)?;
        let failed = |what: String| -> Failed {
            let kept = folder.join(format!("failed-{tried}-{}", reader.file));
            let copied = std::fs::copy(&path, &kept);
            format!("input {tried}, kept as {} ({copied:?}): {what}", kept.display()).into()
        };
        MEMORY.reset_peak_usage();
        let (before, start) = (MEMORY.current_usage(), Instant::now());
        let outcome =
            watch::within(LONGEST, &path, || catch_unwind(AssertUnwindSafe(|| (reader.read)(&path))));
        let held = MEMORY.peak_usage().saturating_sub(before);
        match outcome {
            Err(panic) => return Err(failed(format!("panics: {}", said(&*panic)))),
            Ok(Ok(())) => read += 1,
            Ok(Err(error)) if error.contains('\n') => return Err(failed(format!("several lines: {error}"))),
            Ok(Err(_)) => {}
        }
        if held > allowed(input.len()) {
            return Err(failed(format!("{held} bytes are held for {}", input.len())));
        }
        if start.elapsed() > LONGEST {
            return Err(failed(format!("{:?} are taken", start.elapsed())));
        }
        tried += 1;
    }
    const ENOUGH: u64 = 200;
    if tried == 0 || (read == tried && tried > ENOUGH) {
        return Err(format!("{read} of {tried} inputs are read: the changes change nothing").into());
    }
    Ok(())
}

fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    text.unwrap_or("something that is no text").to_owned()
}
