//! What this program was built with beyond the default.

use std::sync::LazyLock;

/// The Cargo features of this build.
pub fn names() -> Vec<&'static str> {
    let all = [
        ("parquet", cfg!(feature = "parquet")),
        ("vulkan", cfg!(feature = "vulkan")),
        ("autotune", cfg!(feature = "autotune")),
        ("cuda", cfg!(feature = "cuda")),
        ("rocm", cfg!(feature = "rocm")),
    ];
    all.into_iter().filter(|(_, is_in)| *is_in).map(|(name, _)| name).collect()
}

/// The version, and after it the features where there are any: `0.1.0 (vulkan, autotune)`.
pub fn version() -> &'static str {
    static VERSION: LazyLock<String> = LazyLock::new(|| with_features(&names()));
    &VERSION
}

fn with_features(names: &[&str]) -> String {
    let version = env!("CARGO_PKG_VERSION");
    if names.is_empty() { version.to_owned() } else { format!("{version} ({})", names.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_stand_behind_the_version() {
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(with_features(&[]), version);
        assert_eq!(with_features(&["vulkan", "autotune"]), format!("{version} (vulkan, autotune)"));
    }
}
