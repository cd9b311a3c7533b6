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
    /// The NVIDIA GPU of this number, through CUDA.
    Cuda(usize),
    /// The AMD GPU of this number, through ROCm.
    Rocm(usize),
}

impl Request {
    /// Reads a name; `None` where it names no kind of device.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "auto" => Some(Self::Auto),
            "flex" => Some(Self::Flex),
            "ndarray" => Some(Self::NdArray),
            "wgpu" => Some(Self::Wgpu),
            "cuda" => Some(Self::Cuda(0)),
            "rocm" => Some(Self::Rocm(0)),
            _ => {
                let (interface, number) = name.split_once(':')?;
                let is_plain = number.bytes().all(|byte| byte.is_ascii_digit());
                let number = number.parse().ok().filter(|_| is_plain)?;
                match interface {
                    "wgpu" => Some(Self::WgpuRow(number)),
                    "cuda" => Some(Self::Cuda(number)),
                    "rocm" => Some(Self::Rocm(number)),
                    _ => None,
                }
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
            Self::Cuda(number) => write!(formatter, "cuda:{number}"),
            Self::Rocm(number) => write!(formatter, "rocm:{number}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_as_they_are_shown() {
        for name in ["auto", "flex", "ndarray", "wgpu", "wgpu:0", "wgpu:12", "cuda:0", "rocm:3"] {
            assert_eq!(Request::parse(name).expect(name).to_string(), name);
        }
        assert_eq!(Request::parse("cuda"), Some(Request::Cuda(0)));
        assert_eq!(Request::parse("rocm"), Some(Request::Rocm(0)));
    }

    #[test]
    fn other_names_are_refused() {
        for name in [
            "",
            "metal",
            "cuda:",
            "cuda:-1",
            "cuda:0:1",
            "CUDA",
            "Flex",
            "wgpu:",
            "wgpu:-1",
            "wgpu:+1",
            "wgpu:x",
            "wgpu:99999999999999999999999",
        ] {
            assert_eq!(Request::parse(name), None, "{name}");
        }
    }
}
