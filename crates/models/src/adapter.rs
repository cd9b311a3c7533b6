//! The graphics adapters of this machine, and which of them kernels run on.
//!
//! wgpu also reaches adapters by OpenGL, whose drivers were seen to compute other numbers where a value is not a number.
//! They are never taken, not even where there is no other.

use std::sync::OnceLock;

use burn::tensor::Device;
use cubecl::future::block_on;
use cubecl::wgpu::wgpu::{self, AdapterInfo, Backend, DeviceType};
use cubecl::wgpu::{WgpuBackend, WgpuDevice, WgpuDeviceKind};

/// An adapter that a driver offers, by one graphics API.
#[derive(Clone, Debug)]
pub struct Adapter {
    /// The driver's name of it.
    pub name: String,
    /// The graphics API: `Vulkan`.
    pub api: &'static str,
    /// What it is.
    pub kind: AdapterKind,
    /// The device that kernels run on, or why they do not.
    pub device: Result<Device, &'static str>,
}

/// What an adapter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdapterKind {
    /// A CPU, such as lavapipe.
    Software,
    /// Its driver does not say.
    Other,
    /// A GPU lent to a virtual machine.
    Virtual,
    /// A GPU beside the CPU on one chip.
    Integrated,
    /// A graphics card.
    Discrete,
}

/// The APIs that kernels run by, the first of which is preferred for a GPU that several reach.
const USED: [Backend; 3] = [Backend::Vulkan, Backend::Metal, Backend::Dx12];
const NOT_USED: [Backend; 1] = [Backend::Gl];

const OPENGL: &str = "OpenGL drivers do not keep NaNs, so that training could go wrong unseen";
const SECOND_SOFTWARE: &str = "only the first software adapter of a graphics API can be opened";

/// The adapters that kernels run on. None is opened for that; drivers are asked once in a process.
pub fn used() -> impl Iterator<Item = (&'static Adapter, &'static Device)> {
    by_used_apis().iter().filter_map(|adapter| Some((adapter, adapter.device.as_ref().ok()?)))
}

/// The adapters that they do not run on, with the reason in place of a device.
pub fn not_used() -> impl Iterator<Item = &'static Adapter> {
    static FOUND: OnceLock<Vec<Adapter>> = OnceLock::new();
    let others = FOUND.get_or_init(|| ask(&NOT_USED));
    by_used_apis().iter().filter(|adapter| adapter.device.is_err()).chain(others)
}

/// Whether a device is a CPU behind a graphics driver.
pub fn is_software(device: &Device) -> bool {
    let software = |api| Device::from(WgpuDevice::new(WgpuDeviceKind::Cpu).on(api));
    USED.into_iter().filter_map(pinned).any(|api| *device == software(api))
}

fn by_used_apis() -> &'static [Adapter] {
    static FOUND: OnceLock<Vec<Adapter>> = OnceLock::new();
    FOUND.get_or_init(|| ask(&USED))
}

fn ask(apis: &[Backend]) -> Vec<Adapter> {
    let of_one = |&api: &Backend| {
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
            backends: api.into(),
            ..wgpu::InstanceDescriptor::new_without_display_handle()
        });
        let found = block_on(instance.enumerate_adapters(api.into()));
        adapters(found.iter().map(wgpu::Adapter::get_info).collect())
    };
    apis.iter().flat_map(of_one).collect()
}

/// The adapters of one API, in its own order, by which CubeCL counts each kind from zero.
fn adapters(infos: Vec<AdapterInfo>) -> Vec<Adapter> {
    let mut of_kind = [0; 5];
    let adapter = |info: AdapterInfo| {
        let kind = kind_of(info.device_type);
        let number = of_kind[kind as usize];
        of_kind[kind as usize] += 1;
        let device = match (pinned(info.backend), kind) {
            (None, _) => Err(OPENGL),
            (Some(_), AdapterKind::Software) if number > 0 => Err(SECOND_SOFTWARE),
            (Some(api), _) => Ok(WgpuDevice::new(numbered(kind, number)).on(api).into()),
        };
        Adapter { name: info.name, api: api_name(info.backend), kind, device }
    };
    infos.into_iter().map(adapter).collect()
}

/// The API as CubeCL names it, where kernels run by it. It is named with each device: left to itself, CubeCL would prefer
/// a GPU by OpenGL to a software adapter by Vulkan.
fn pinned(api: Backend) -> Option<WgpuBackend> {
    match api {
        Backend::Vulkan => Some(WgpuBackend::Vulkan),
        Backend::Metal => Some(WgpuBackend::Metal),
        Backend::Dx12 => Some(WgpuBackend::Dx12),
        Backend::Gl | Backend::BrowserWebGpu | Backend::Noop => None,
    }
}

fn api_name(api: Backend) -> &'static str {
    match api {
        Backend::Vulkan => "Vulkan",
        Backend::Metal => "Metal",
        Backend::Dx12 => "DX12",
        Backend::Gl => "OpenGL",
        Backend::BrowserWebGpu => "WebGPU",
        Backend::Noop => "none",
    }
}

fn kind_of(kind: DeviceType) -> AdapterKind {
    match kind {
        DeviceType::Cpu => AdapterKind::Software,
        DeviceType::Other => AdapterKind::Other,
        DeviceType::VirtualGpu => AdapterKind::Virtual,
        DeviceType::IntegratedGpu => AdapterKind::Integrated,
        DeviceType::DiscreteGpu => AdapterKind::Discrete,
    }
}

fn numbered(kind: AdapterKind, number: usize) -> WgpuDeviceKind {
    match kind {
        AdapterKind::Software => WgpuDeviceKind::Cpu,
        AdapterKind::Other => WgpuDeviceKind::Other(number),
        AdapterKind::Virtual => WgpuDeviceKind::VirtualGpu(number),
        AdapterKind::Integrated => WgpuDeviceKind::IntegratedGpu(number),
        AdapterKind::Discrete => WgpuDeviceKind::DiscreteGpu(number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn devices(api: Backend, kinds: &[DeviceType]) -> Vec<Result<Device, &'static str>> {
        let infos = kinds.iter().map(|&kind| AdapterInfo::new(kind, api)).collect();
        adapters(infos).into_iter().map(|adapter| adapter.device).collect()
    }

    #[test]
    fn each_kind_is_counted_by_itself_and_stays_with_its_api() {
        use DeviceType::{Cpu, DiscreteGpu, IntegratedGpu};
        for (api, pin) in [(Backend::Vulkan, WgpuBackend::Vulkan), (Backend::Dx12, WgpuBackend::Dx12)] {
            let device = |kind| Ok(WgpuDevice::new(kind).on(pin).into());
            let expected = [
                device(WgpuDeviceKind::IntegratedGpu(0)),
                device(WgpuDeviceKind::DiscreteGpu(0)),
                device(WgpuDeviceKind::Cpu),
                device(WgpuDeviceKind::DiscreteGpu(1)),
                Err(SECOND_SOFTWARE),
            ];
            assert_eq!(devices(api, &[IntegratedGpu, DiscreteGpu, Cpu, DiscreteGpu, Cpu]), expected);
        }
    }

    #[test]
    fn no_kernel_runs_by_opengl() {
        let kinds = [DeviceType::DiscreteGpu, DeviceType::Cpu, DeviceType::Other];
        assert_eq!(devices(Backend::Gl, &kinds), kinds.map(|_| Err(OPENGL)));
    }

    #[test]
    fn software_is_known_by_every_api() {
        let device = |kind, api| Device::from(WgpuDevice::new(kind).on(api));
        assert!(is_software(&device(WgpuDeviceKind::Cpu, WgpuBackend::Vulkan)));
        assert!(is_software(&device(WgpuDeviceKind::Cpu, WgpuBackend::Dx12)));
        assert!(!is_software(&device(WgpuDeviceKind::DiscreteGpu(0), WgpuBackend::Vulkan)));
        assert!(!is_software(&Device::flex()));
    }
}
