//! Every kernel and objective on every device present, against dense computation, goldens and finite differences.
//!
//! A missing wgpu adapter leaves its tests ignored, or failed where `CI=true`.
#![recursion_limit = "256"]

mod dense;
mod densities;
mod finite_differences;
mod golden;
mod helpers;
mod inference;
mod layers;
mod optimizer;
mod pairwise;
mod pixels;
mod sparse;
mod vae;
mod variants;

use burn::tensor::{Device, DeviceKind, DeviceType};
use libtest_mimic::{Arguments, Failed, Trial};

type Check = (&'static str, fn(&Device));

fn main() {
    let checks: Vec<Check> = [
        sparse::CHECKS,
        pairwise::CHECKS,
        pixels::CHECKS,
        layers::CHECKS,
        densities::CHECKS,
        optimizer::CHECKS,
        golden::CHECKS,
        vae::CHECKS,
        inference::CHECKS,
        variants::CHECKS,
    ]
    .into_iter()
    .flatten()
    .copied()
    .collect();
    let mut trials = Vec::new();
    #[expect(deprecated, reason = "the backend is one of the project's, as long as Burn has it")]
    let processors = [("flex", Device::flex()), ("ndarray", Device::ndarray())];
    for (name, device) in processors {
        trials.extend(checks.iter().map(|check| trial(name, *check, device.clone())));
        trials.extend(
            [
                layers::PROCESSOR_CHECKS,
                densities::PROCESSOR_CHECKS,
                optimizer::PROCESSOR_CHECKS,
                finite_differences::CHECKS,
                golden::DOUBLE_CHECKS,
                vae::DOUBLE_CHECKS,
                inference::DOUBLE_CHECKS,
                variants::DOUBLE_CHECKS,
            ]
            .into_iter()
            .flatten()
            .map(|check| trial(name, *check, device.clone())),
        );
    }
    trials.extend(match wgpu_device() {
        Some(device) => checks.iter().map(|check| trial("wgpu", *check, device.clone())).collect::<Vec<_>>(),
        None => checks.iter().map(|(name, _)| missing("wgpu", name)).collect(),
    });
    // One test at a time: the kernels use every core themselves, and a software driver is not always reentrant.
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    libtest_mimic::run(&arguments, trials).exit();
}

fn trial(device_name: &str, (name, check): Check, device: Device) -> Trial {
    Trial::test(format!("{device_name}::{name}"), move || {
        check(&device);
        Ok(())
    })
}

fn missing(device_name: &str, name: &str) -> Trial {
    let required = std::env::var("CI").is_ok_and(|value| value == "true");
    Trial::test(format!("{device_name}::{name}"), || Err(Failed::from("no wgpu adapter on this machine")))
        .with_ignored_flag(!required)
}

/// A hardware adapter where there is one, else a software one: software is of the kind `Cpu`.
fn wgpu_device() -> Option<Device> {
    let devices: Vec<Device> = Device::enumerate(DeviceType::Wgpu).into_iter().collect();
    let software = Device::wgpu(DeviceKind::Cpu);
    devices.iter().find(|device| **device != software).or(devices.first()).cloned()
}
