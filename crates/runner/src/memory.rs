//! The memory of this process, and of the system it runs on.

use std::path::Path;

/// The most memory that this process has held at once, in bytes.
///
/// Linux says so in `/proc/self/status` (`VmHWM`); `None` elsewhere, which is `null` in results.
pub fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    peak_in(&status)
}

/// The memory that this process can still take before the system must take it from others, in bytes.
///
/// Linux says so: `MemAvailable`, or what a container (control groups, version 1 or 2) leaves if that is less. `None`
/// elsewhere.
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
    limits.flatten().chain(system).min()
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

    #[cfg(target_os = "linux")]
    #[test]
    fn the_peak_grows_with_what_is_held() {
        let before = peak_bytes().expect("Linux says");
        let held = vec![1u8; 64 << 20];
        let after = peak_bytes().expect("Linux says");
        assert!(std::hint::black_box(&held).iter().all(|&byte| byte == 1));
        assert!(after >= before.max(64 << 20), "{before} and then {after}");
    }
}
