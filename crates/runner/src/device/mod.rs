//! Where tensors live: the CPU, or a GPU through wgpu.

mod check;
mod request;
mod rows;
mod vendor;

use std::sync::LazyLock;

use aevb_models::adapter::{self, Adapter};
use burn::tensor::Device;

pub use check::{Check, check};
pub use request::Request;
pub use rows::{DeviceRow, Kind};
use vendor::Vendor;

use crate::error::Result;
use crate::{memory, output};

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
    let chosen = rows::choose(name, &rows, not_used)?;
    Ok(found[chosen].clone())
}

/// Every device of this machine that can be computed on, in the order of `aevb devices`.
pub fn list() -> Vec<Found> {
    let mut found = vec![flex(), ndarray()];
    if !drivers_fit() {
        return found;
    }
    for (number, (adapter, device)) in adapter::used().enumerate() {
        found.push(Found { row: row(number, adapter), device: device.clone() });
    }
    found.extend(vendor::list());
    found
}

/// Whether drivers find the addresses that they map, hundreds of megabytes: they fall where they do not. Says once that no
/// GPU is looked for.
fn drivers_fit() -> bool {
    const ADDRESSES_OF_DRIVERS: u64 = 1_000_000_000;
    static FIT: LazyLock<bool> = LazyLock::new(|| {
        let Some(left) = memory::addresses_left().filter(|left| *left < ADDRESSES_OF_DRIVERS) else {
            return true;
        };
        let [left, wanted] = memory::in_words([left, ADDRESSES_OF_DRIVERS]);
        output::message(&format!(
            "note: no GPU is looked for: ulimit -v leaves {left} of addresses, and drivers take up to {wanted}"
        ));
        false
    });
    *FIT
}

/// The devices that are there and not computed on, numbered after those that are.
pub fn not_used() -> Vec<DeviceRow> {
    if !drivers_fit() {
        return Vec::new();
    }
    let first = adapter::used().count();
    (first..).zip(adapter::not_used()).map(|(number, adapter)| row(number, adapter)).collect()
}

/// The names of the devices of this machine, for hints.
pub fn names() -> String {
    let rows: Vec<_> = list().into_iter().map(|found| found.row).collect();
    rows::names(&rows, &not_used())
}

fn row(number: usize, adapter: &Adapter) -> DeviceRow {
    DeviceRow {
        name: format!("wgpu:{number}"),
        kind: adapter.kind.into(),
        description: format!("{}, by {}", adapter.name, adapter.api),
        not_used: adapter.device.as_ref().err().map(|reason| (*reason).to_owned()),
    }
}

/// Whether a device is the CPU by a backend of its own, and not by a graphics driver.
pub(crate) fn is_cpu(device: &Device) -> bool {
    *device == Device::flex() || *device == ndarray().device
}

fn flex() -> Found {
    Found { row: cpu("flex", "this CPU, by Burn's flex"), device: Device::flex() }
}

fn ndarray() -> Found {
    #[expect(deprecated, reason = "offered beside flex for comparison as long as Burn has it")]
    let device = Device::ndarray();
    Found { row: cpu("ndarray", "this CPU, by ndarray"), device }
}

fn cpu(name: &str, description: &str) -> DeviceRow {
    DeviceRow { name: name.into(), kind: Kind::Cpu, description: description.into(), not_used: None }
}
