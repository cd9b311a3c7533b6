//! The memory of this process.

/// The most memory that this process has held at once, in bytes.
///
/// Linux says so in `/proc/self/status` (`VmHWM`); `None` elsewhere, which is `null` in results.
pub fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    peak_in(&status)
}

fn peak_in(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
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
