//! A number that is not finite ends training with the step at which it arose, on every device, whatever the device's
//! arithmetic makes of it afterwards.

#[path = "../adapter.rs"]
mod adapter;
mod binary;
mod library;

use burn::tensor::Device;
use libtest_mimic::{Arguments, Trial};

/// A test, given the name of a device and the device.
type Check = (&'static str, fn(&str, &Device));

fn main() {
    let checks = [library::CHECKS, binary::CHECKS].concat();
    #[expect(deprecated, reason = "the backend is one of the project's, as long as Burn has it")]
    let processors = [("flex", Device::flex()), ("ndarray", Device::ndarray())];
    let mut trials = Vec::new();
    for (device_name, device) in processors {
        trials.extend(checks.iter().map(|&(name, check)| {
            let device = device.clone();
            Trial::test(format!("{device_name}::{name}"), move || {
                check(device_name, &device);
                Ok(())
            })
        }));
    }
    let wgpu = adapter::chosen();
    trials.extend(
        checks.iter().map(|(name, check)| adapter::trial(&format!("wgpu::{name}"), wgpu.clone(), *check)),
    );
    // One at a time: each trains on every core.
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    libtest_mimic::run(&arguments, trials).exit();
}
