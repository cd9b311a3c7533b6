//! The memory of this process, and of the system it runs on: whoever allocates by what a file announces asks here first.

use std::fmt::Display;
use std::io::{self, Read};
use std::path::Path;

use crate::error::{Error, Result};

/// The most memory that this process has held at once, in bytes.
///
/// Linux says so in `/proc/self/status` (`VmHWM`); `None` elsewhere, which is `null` in results.
pub fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    peak_in(&status)
}

/// Lets [`peak_bytes`] begin again from what the process holds now, on Linux; elsewhere, or where that is not allowed, nothing
/// happens, and the peak is that of all that was done before, too.
pub fn forget_peak() {
    // The result says nothing that a caller could act upon.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// The memory that this process can still take before the system must take it from others, in bytes.
///
/// Linux says so: `MemAvailable`, or what a container (control groups, version 1 or 2) or a limit of the process
/// (`ulimit -v`, `ulimit -d`) leaves if that is less. `None` elsewhere.
pub fn available_bytes() -> Option<u64> {
    available_under(Path::new("/"))
}

fn available_under(root: &Path) -> Option<u64> {
    let read = |path: &str| std::fs::read_to_string(root.join(path)).ok();
    let system = read("proc/meminfo").and_then(|text| kibibytes_in(&text, "MemAvailable:"));
    let groups = read("proc/self/cgroup").unwrap_or_default();
    let limits = groups.lines().filter_map(|line| {
        let mut fields = line.splitn(3, ':');
        let (_, controllers, path) = (fields.next()?, fields.next()?, fields.next()?);
        match controllers {
            "" => {
                Some(left_in(root, "sys/fs/cgroup", path, "memory.max", "memory.current", "inactive_file "))
            }
            _ if controllers.split(',').any(|controller| controller == "memory") => {
                let (limit, usage) = ("memory.limit_in_bytes", "memory.usage_in_bytes");
                Some(left_in(root, "sys/fs/cgroup/memory", path, limit, usage, "total_inactive_file "))
            }
            _ => None,
        }
    });
    let status = read("proc/self/status").unwrap_or_default();
    let own = read("proc/self/limits").unwrap_or_default();
    let own = [("Max address space", "VmSize:"), ("Max data size", "VmData:")].into_iter().filter_map(
        |(limit, held)| Some(limit_in(&own, limit)?.saturating_sub(kibibytes_in(&status, held)?)),
    );
    limits.flatten().chain(own).chain(system).min()
}

/// What a limit of this process leaves of its addresses (`ulimit -v`); `None` where it has none, or is not on Linux.
pub fn addresses_left() -> Option<u64> {
    let read = |path: &str| std::fs::read_to_string(path).ok();
    let limit = limit_in(&read("/proc/self/limits")?, "Max address space")?;
    Some(limit.saturating_sub(kibibytes_in(&read("/proc/self/status")?, "VmSize:")?))
}

/// Makes sure that this many bytes are free for what a file is about to become.
///
/// # Errors
/// If they are not: the error names the place, what it would become, what that takes and what is free.
pub fn require(place: impl Display, what: impl Display, bytes: u64) -> Result<()> {
    match available_bytes() {
        Some(available) if bytes > available => Err(too_large(place, what, bytes, available)),
        _ => Ok(()),
    }
}

fn too_large(place: impl Display, what: impl Display, bytes: u64, available: u64) -> Error {
    let [needed, free] = in_words([bytes, available]);
    Error::malformed(place, format!("{what} would take {needed} of memory, and {free} are free"))
        .with_hint("take a part of it, or more memory")
}

/// Sizes for a reader, with so many digits that those that differ are told apart.
pub fn in_words<const N: usize>(sizes: [u64; N]) -> [String; N] {
    let told_apart =
        |words: &[String; N]| (0..N).all(|i| (0..i).all(|j| sizes[i] == sizes[j] || words[i] != words[j]));
    (1..=9)
        .map(|digits| sizes.map(|size| with_digits(size, digits)))
        .find(told_apart)
        .unwrap_or_else(|| sizes.map(|size| format!("{size} bytes")))
}

fn with_digits(size: u64, digits: usize) -> String {
    let units = [(1e9, "GB"), (1e6, "MB"), (1e3, "kB")];
    match units.into_iter().find(|(unit, _)| size as f64 >= *unit) {
        Some((unit, name)) => format!("{:.digits$} {name}", size as f64 / unit),
        None => format!("{size} bytes"),
    }
}

/// A reader of text that stops where memory runs out: what text becomes is known only once it is read.
pub(crate) struct Watched<R> {
    inner: R,
    passed: u64,
    /// Where to look next.
    next: u64,
}

impl<R: Read> Watched<R> {
    const EVERY: u64 = 4 << 20;

    pub fn new(inner: R) -> Self {
        Self { inner, passed: 0, next: Self::EVERY }
    }
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.passed >= self.next {
            self.next = self.passed + Self::EVERY;
            // A list that grows takes twice its size anew, and what is made of text is not smaller than the text.
            let wanted = 2 * self.passed + (32 << 20);
            if let Some(available) = available_bytes().filter(|available| *available < wanted) {
                let [passed, free] = in_words([self.passed, available]);
                let message = format!("memory runs out after {passed} of text: {free} are free");
                return Err(io::Error::new(io::ErrorKind::OutOfMemory, message));
            }
        }
        let read = self.inner.read(buffer)?;
        self.passed += read as u64;
        Ok(read)
    }
}

/// A limit of this process in bytes, the soft one; `None` where it is unlimited.
fn limit_in(limits: &str, name: &str) -> Option<u64> {
    limits.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse().ok()
}

/// What the control groups of a path, and those around it, leave: the least of limit − usage, where pages of files that
/// nobody uses count as free.
fn left_in(root: &Path, mount: &str, path: &str, limit: &str, usage: &str, cached: &str) -> Option<u64> {
    let mount = root.join(mount);
    // In a container the path may be that of the host, which is not to be seen from here.
    let own = mount.join(path.trim_start_matches('/'));
    let folders = own.ancestors().take_while(|folder| folder.starts_with(&mount));
    let left = folders.filter_map(|folder| {
        let number = |name: &str| std::fs::read_to_string(folder.join(name)).ok()?.trim().parse::<u64>().ok();
        let stat = std::fs::read_to_string(folder.join("memory.stat")).unwrap_or_default();
        let cache = stat.lines().find_map(|line| line.strip_prefix(cached)?.trim().parse().ok()).unwrap_or(0);
        Some(number(limit)?.saturating_sub(number(usage)?.saturating_sub(cache)))
    });
    left.min()
}

fn peak_in(status: &str) -> Option<u64> {
    kibibytes_in(status, "VmHWM:")
}

fn kibibytes_in(text: &str, key: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(key))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_read_in_bytes() {
        assert_eq!(peak_in("VmPeak:\t 999 kB\nVmHWM:\t    2048 kB\nVmRSS:\t 1 kB\n"), Some(2048 * 1024));
        assert_eq!(peak_in("VmRSS:\t 1 kB\n"), None);
        assert_eq!(peak_in("VmHWM:\t many kB\n"), None);
    }

    fn system(files: &[(&str, &str)]) -> Option<u64> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (path, content) in files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            std::fs::write(path, content).expect("written");
        }
        available_under(folder.path())
    }

    #[test]
    fn the_least_of_system_and_container_is_available() {
        let meminfo = ("proc/meminfo", "MemTotal: 16 kB\nMemAvailable:    8000 kB\n");
        assert_eq!(system(&[]), None);
        assert_eq!(system(&[meminfo]), Some(8_192_000));
        let second = [
            meminfo,
            ("proc/self/cgroup", "0::/user/shell\n"),
            ("sys/fs/cgroup/user/shell/memory.max", "max\n"),
            ("sys/fs/cgroup/user/shell/memory.current", "1000\n"),
            ("sys/fs/cgroup/user/memory.max", "5000\n"),
            ("sys/fs/cgroup/user/memory.current", "4000\n"),
            ("sys/fs/cgroup/user/memory.stat", "anon 9\ninactive_file 500\n"),
        ];
        assert_eq!(system(&second), Some(1500));
        let first = [
            meminfo,
            ("proc/self/cgroup", "12:cpu:/x\n7:memory:/docker/1\n"),
            ("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712"),
            ("sys/fs/cgroup/memory/memory.usage_in_bytes", "7000"),
            ("sys/fs/cgroup/memory/memory.stat", "cache 1\ntotal_inactive_file 0\n"),
        ];
        assert_eq!(system(&first), Some(8_192_000));
        let used_up = [
            meminfo,
            ("proc/self/cgroup", "0::/\n"),
            ("sys/fs/cgroup/memory.max", "10"),
            ("sys/fs/cgroup/memory.current", "20"),
        ];
        assert_eq!(system(&used_up), Some(0));
    }

    #[test]
    fn a_limit_of_the_process_counts_less_what_it_holds() {
        let limits = |size: &str, data: &str| {
            format!(
                "Limit                     Soft Limit           Hard Limit           Units     \n\
                 Max data size             {data}               unlimited            bytes     \n\
                 Max address space         {size}               unlimited            bytes     \n"
            )
        };
        let meminfo = ("proc/meminfo", "MemAvailable:    8000 kB\n");
        let status = ("proc/self/status", "VmSize:\t    1000 kB\nVmData:\t     100 kB\n");
        for (size, data, expected) in [
            ("unlimited", "unlimited", 8_192_000),
            ("3072000", "unlimited", 2_048_000),
            ("3072000", "1024000", 921_600),
            ("1000", "unlimited", 0),
        ] {
            let limits = limits(size, data);
            let files = [meminfo, status, ("proc/self/limits", limits.as_str())];
            assert_eq!(system(&files), Some(expected), "{size} {data}");
        }
    }

    #[test]
    fn sizes_that_differ_are_told_apart() {
        assert_eq!(in_words([9_300_000_000, 3_200_000_000]), ["9.3 GB", "3.2 GB"]);
        assert_eq!(in_words([104_000_000, 95_000_000]), ["104.0 MB", "95.0 MB"]);
        assert_eq!(in_words([1_110_000_000, 1_090_000_000]), ["1.11 GB", "1.09 GB"]);
        assert_eq!(in_words([2_000_000_001, 2_000_000_000]), ["2.000000001 GB", "2.000000000 GB"]);
        assert_eq!(in_words([7, 7]), ["7 bytes", "7 bytes"]);
        assert_eq!(in_words([9_000_000_000, 1_000]), ["9.0 GB", "1.0 kB"]);
    }

    #[test]
    fn what_has_no_room_is_refused_with_both_sizes() {
        let error = too_large("a.npy", "an array of [9, 2]", 1 << 30, 1 << 20);
        let expected = "a.npy: an array of [9, 2] would take 1.1 GB of memory, and 1.0 MB are free";
        assert_eq!(error.to_string(), expected);
        assert!(error.hint().is_some());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_peak_grows_with_what_is_held() {
        let before = peak_bytes().expect("Linux says");
        let held = vec![1u8; 64 << 20];
        let after = peak_bytes().expect("Linux says");
        assert!(std::hint::black_box(&held).iter().all(|&byte| byte == 1));
        assert!(after >= before.max(64 << 20), "{before} and then {after}");
        // In one test, as others would lose their peak.
        drop(held);
        forget_peak();
        let again = peak_bytes().expect("Linux says");
        assert!(again + (32 << 20) < after, "{after} and then {again}");
    }
}
