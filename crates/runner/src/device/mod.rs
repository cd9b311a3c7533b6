//! Where tensors live: the CPU, or a GPU through wgpu.

mod check;
mod request;
mod rows;
mod vendor;

use burn::tensor::{Device, DeviceKind, DeviceType};

pub use check::{Check, check};
pub use request::Request;
pub use rows::{DeviceRow, Kind};
use vendor::Vendor;

use crate::error::Result;

/// A device found on this machine.
#[derive(Clone, Debug)]
pub struct Found {
    /// How it is asked for and what it is.
    pub row: DeviceRow,
    /// The device itself.
    pub device: Device,
}

/// The device that a configuration or `--device` names. The GPU drivers are only touched where the name needs it.
///
/// # Errors
///
/// [`Usage`](crate::error::ErrorKind::Usage) for a name that is none and for a device that is not there; the hint
/// lists those that are.
pub fn resolve(name: &str) -> Result<Found> {
    let found = match Request::parse(name) {
        Some(Request::Flex) => vec![flex()],
        Some(Request::NdArray) => vec![ndarray()],
        Some(Request::Cuda(number)) => return vendor::open(Vendor::Cuda, number),
        Some(Request::Rocm(number)) => return vendor::open(Vendor::Rocm, number),
        _ => list(),
    };
    let rows: Vec<_> = found.iter().map(|found| found.row.clone()).collect();
    let chosen = rows::choose(name, &rows)?;
    Ok(found[chosen].clone())
}

/// Every device of this machine, in the order of `aevb devices`.
pub fn list() -> Vec<Found> {
    let mut found = vec![flex(), ndarray()];
    for (index, device) in Device::enumerate(DeviceType::Wgpu).into_iter().enumerate() {
        let kind = kind_of(&device);
        found.push(Found {
            row: DeviceRow { name: format!("wgpu:{index}"), kind, description: String::new() },
            device,
        });
    }
    found.extend(vendor::list());
    found
}

/// The names of the devices of this machine, for hints.
pub fn names() -> String {
    let rows: Vec<_> = list().into_iter().map(|found| found.row).collect();
    rows::names(&rows)
}

impl Found {
    /// The same with the driver's own name of the device, which needs it opened.
    #[must_use]
    pub fn described(mut self) -> Self {
        if self.row.description.is_empty() {
            // Drivers that enumerate a device and then cannot open it do exist, and they panic.
            let identity = std::panic::catch_unwind(|| self.device.identity());
            self.row.description = match identity {
                Ok(identity) => identity.map(|identity| identity.name).unwrap_or_default(),
                Err(_) => "its driver cannot open it".to_owned(),
            };
        }
        self
    }
}

/// Whether a device is the CPU by a backend of its own, and not by a graphics driver.
pub(crate) fn is_cpu(device: &Device) -> bool {
    *device == Device::flex() || *device == ndarray().device
}

fn flex() -> Found {
    let row =
        DeviceRow { name: "flex".into(), kind: Kind::Cpu, description: "this CPU, by Burn's flex".into() };
    Found { row, device: Device::flex() }
}

fn ndarray() -> Found {
    let row =
        DeviceRow { name: "ndarray".into(), kind: Kind::Cpu, description: "this CPU, by ndarray".into() };
    #[expect(deprecated, reason = "offered beside flex for comparison as long as Burn has it")]
    let device = Device::ndarray();
    Found { row, device }
}

fn kind_of(device: &Device) -> Kind {
    /// More adapters of one kind than a machine has.
    const MOST: usize = 64;
    let is = |kind: DeviceKind| *device == Device::wgpu(kind);
    if is(DeviceKind::Cpu) {
        Kind::Software
    } else if (0..MOST).any(|index| is(DeviceKind::DiscreteGpu(index))) {
        Kind::Discrete
    } else if (0..MOST).any(|index| is(DeviceKind::IntegratedGpu(index))) {
        Kind::Integrated
    } else if (0..MOST).any(|index| is(DeviceKind::VirtualGpu(index))) {
        Kind::Virtual
    } else {
        Kind::Other
    }
}
