//! A GPU by its maker's own interface: NVIDIA's CUDA and AMD's ROCm, each in programs that were built with it.

use std::panic::{self, AssertUnwindSafe};

use burn::tensor::Device;

use super::{DeviceRow, Found, Kind};
use crate::error::{Error, Result};

/// A maker's interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Vendor {
    Cuda,
    Rocm,
}

impl Vendor {
    const ALL: [Self; 2] = [Self::Cuda, Self::Rocm];

    /// What devices, and the Cargo feature, are called.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Cuda => "cuda",
            Self::Rocm => "rocm",
        }
    }

    fn is_built_in(self) -> bool {
        match self {
            Self::Cuda => cfg!(feature = "cuda"),
            Self::Rocm => cfg!(feature = "rocm"),
        }
    }

    /// The driver's libraries, any of which will do.
    fn libraries(self) -> &'static [&'static str] {
        match self {
            Self::Cuda => &["libcuda.so.1", "libcuda.so", "nvcuda.dll"],
            Self::Rocm => &["libamdhip64.so", "libamdhip64.so.7", "libamdhip64.so.6", "amdhip64_7.dll"],
        }
    }

    /// Why there is no such device on a machine with these devices, where there is none.
    fn refusal(self, index: usize, machine: &Machine) -> Option<Error> {
        let name = self.name();
        let device = format!("device `{name}:{index}`");
        let others = "`aevb devices` lists what can be trained on";
        if !machine.is_built_in {
            return Some(Error::usage(format!("{device}: this program was built without {name}")).with_hint(format!(
                "build it by `cargo build --release --workspace --features aevb/{name}`, which downloads LLVM; {others}"
            )));
        }
        if !machine.has_driver {
            let library = self.libraries()[0];
            let problem = format!("{device}: the driver's library {library} is not to be found");
            return Some(Error::usage(problem).with_hint(format!(
                "install the GPU's driver, or name its folder in LD_LIBRARY_PATH; {others}"
            )));
        }
        (index >= machine.devices).then(|| {
            let found = match machine.devices {
                0 => "the driver offers no device".to_owned(),
                1 => format!("the driver offers {name}:0 alone"),
                count => format!("the driver offers {name}:0 to {name}:{}", count - 1),
            };
            Error::usage(format!("{device}: {found}")).with_hint(others)
        })
    }

    fn device(self, index: usize) -> Option<Device> {
        #[cfg(feature = "cuda")]
        if self == Self::Cuda {
            return Some(Device::cuda(index));
        }
        #[cfg(feature = "rocm")]
        if self == Self::Rocm {
            return Some(Device::rocm(index));
        }
        let _ = index;
        None
    }

    fn found(self, index: usize) -> Option<Found> {
        let name = format!("{}:{index}", self.name());
        let row = DeviceRow { name, kind: Kind::Discrete, description: String::new(), not_used: None };
        Some(Found { row, device: self.device(index)? })
    }
}

/// What a machine and this program have of an interface.
struct Machine {
    is_built_in: bool,
    has_driver: bool,
    devices: usize,
}

impl Machine {
    /// The drivers are only touched by a program that can use them.
    fn here(vendor: Vendor) -> Self {
        let is_built_in = vendor.is_built_in();
        Self { is_built_in, has_driver: is_built_in && has_driver(vendor), devices: count(vendor) }
    }
}

/// The device of an interface by its number.
///
/// # Errors
///
/// [`Usage`](crate::error::ErrorKind::Usage) where the program, the driver or the device is missing.
pub(super) fn open(vendor: Vendor, index: usize) -> Result<Found> {
    if let Some(error) = vendor.refusal(index, &Machine::here(vendor)) {
        return Err(error);
    }
    let found = vendor.found(index).expect("an interface that is built in has devices");
    if let Err(reason) = opened(&found.device) {
        return Err(Error::failed(format!("device `{}` cannot be opened: {reason}", found.row.name))
            .with_hint("see whether the driver is new enough for this program"));
    }
    Ok(found)
}

/// Opens a device, where drivers panic, and their interfaces with them. A panic's own words are all the reason there is.
fn opened(device: &Device) -> std::result::Result<(), String> {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let opened = panic::catch_unwind(AssertUnwindSafe(|| device.identity()));
    panic::set_hook(hook);
    opened.map(|_| ()).map_err(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str);
        let said = said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("its driver failed");
        said.lines().next().unwrap_or_default().to_owned()
    })
}

/// All of them; none where nothing is built in.
pub(super) fn list() -> Vec<Found> {
    let of = |vendor: Vendor| (0..count(vendor)).filter_map(move |index| vendor.found(index));
    Vendor::ALL.into_iter().flat_map(of).collect()
}

#[cfg(any(feature = "cuda", feature = "rocm"))]
fn has_driver(vendor: Vendor) -> bool {
    // SAFETY: what a GPU driver's library does when it is loaded is meant for any process that computes on the GPU, as
    // this one is about to.
    vendor.libraries().iter().any(|library| unsafe { libloading::Library::new(library) }.is_ok())
}

#[cfg(not(any(feature = "cuda", feature = "rocm")))]
fn has_driver(_vendor: Vendor) -> bool {
    false
}

fn count(vendor: Vendor) -> usize {
    #[cfg(feature = "cuda")]
    if vendor == Vendor::Cuda {
        return Device::enumerate(burn::tensor::DeviceType::Cuda).into_iter().count();
    }
    #[cfg(feature = "rocm")]
    if vendor == Vendor::Rocm {
        return Device::enumerate(burn::tensor::DeviceType::Rocm).into_iter().count();
    }
    let _ = vendor;
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(is_built_in: bool, has_driver: bool, devices: usize, index: usize) -> Option<String> {
        let error = Vendor::Cuda.refusal(index, &Machine { is_built_in, has_driver, devices })?;
        assert_eq!(error.exit_code(), 2);
        assert!(error.hint.is_some());
        Some(error.message)
    }

    #[test]
    fn what_is_missing_is_said() {
        let without = refusal(false, true, 1, 0);
        assert_eq!(without.as_deref(), Some("device `cuda:0`: this program was built without cuda"));
        let no_driver = refusal(true, false, 0, 0);
        assert_eq!(
            no_driver.as_deref(),
            Some("device `cuda:0`: the driver's library libcuda.so.1 is not to be found")
        );
        assert_eq!(
            refusal(true, true, 0, 0).as_deref(),
            Some("device `cuda:0`: the driver offers no device")
        );
        let one = refusal(true, true, 1, 1);
        assert_eq!(one.as_deref(), Some("device `cuda:1`: the driver offers cuda:0 alone"));
        let two = refusal(true, true, 2, 7);
        assert_eq!(two.as_deref(), Some("device `cuda:7`: the driver offers cuda:0 to cuda:1"));
        assert_eq!(refusal(true, true, 2, 1), None);
    }

    #[cfg(not(any(feature = "cuda", feature = "rocm")))]
    #[test]
    fn a_program_without_them_has_none() {
        assert!(list().is_empty());
        for vendor in Vendor::ALL {
            let hint = open(vendor, 0).expect_err("not built in").hint.expect("how to build it");
            assert!(hint.contains(&format!("--features aevb/{}", vendor.name())), "{hint}");
        }
    }
}
