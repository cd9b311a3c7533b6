//! What a user may write for a device.

use std::fmt;

/// A device as named in a configuration or on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// The best hardware GPU, or else `flex`.
    Auto,
    /// The CPU, through Burn's `flex` backend.
    Flex,
    /// The CPU, through Burn's `ndarray` backend.
    NdArray,
    /// The best hardware GPU.
    Wgpu,
    /// The row of `aevb devices` by this name, a software adapter included.
    WgpuRow(usize),
}

impl Request {
    /// Reads a name; `None` where it names no kind of device.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "auto" => Some(Self::Auto),
            "flex" => Some(Self::Flex),
            "ndarray" => Some(Self::NdArray),
            "wgpu" => Some(Self::Wgpu),
            _ => {
                let row = name.strip_prefix("wgpu:")?;
                let is_plain = row.bytes().all(|byte| byte.is_ascii_digit());
                row.parse().ok().filter(|_| is_plain).map(Self::WgpuRow)
            }
        }
    }
}

impl fmt::Display for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => formatter.write_str("auto"),
            Self::Flex => formatter.write_str("flex"),
            Self::NdArray => formatter.write_str("ndarray"),
            Self::Wgpu => formatter.write_str("wgpu"),
            Self::WgpuRow(row) => write!(formatter, "wgpu:{row}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_as_they_are_shown() {
        for name in ["auto", "flex", "ndarray", "wgpu", "wgpu:0", "wgpu:12"] {
            assert_eq!(Request::parse(name).expect(name).to_string(), name);
        }
    }

    #[test]
    fn other_names_are_refused() {
        for name in
            ["", "cuda", "Flex", "wgpu:", "wgpu:-1", "wgpu:+1", "wgpu:x", "wgpu:99999999999999999999999"]
        {
            assert_eq!(Request::parse(name), None, "{name}");
        }
    }
}
