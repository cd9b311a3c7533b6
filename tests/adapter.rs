//! The graphics adapter that tests run on, by the rule of `aevb devices`: a hardware one where there is one, else a
//! software one. Without any, its tests are ignored, or failed where one is demanded.

use aevb_models::adapter::{self, AdapterKind};
use burn::tensor::Device;
use libtest_mimic::{Failed, Trial};

/// The adapter by the name that `--device` takes, and as a device.
pub fn chosen() -> Option<(String, Device)> {
    let used: Vec<_> = adapter::used().collect();
    let is_hardware = |(adapter, _): &(&adapter::Adapter, &Device)| adapter.kind != AdapterKind::Software;
    let number = used.iter().position(is_hardware).or((!used.is_empty()).then_some(0))?;
    Some((format!("wgpu:{number}"), used[number].1.clone()))
}

/// A test that needs an adapter.
pub fn trial(
    name: &str,
    adapter: Option<(String, Device)>,
    run: impl FnOnce(&str, &Device) + Send + 'static,
) -> Trial {
    let is_ignored = adapter.is_none() && !is_demanded();
    let trial = Trial::test(name, move || match adapter {
        Some((name, device)) => {
            run(&name, &device);
            Ok(())
        }
        None => Err(Failed::from(MISSING)),
    });
    if is_ignored { trial.with_kind(MISSING).with_ignored_flag(true) } else { trial }
}

const MISSING: &str = "no adapter by Vulkan, Metal or DX12";

/// `CI=true` demands an adapter, unless the Vulkan loader was pointed to drivers that are not there: then there is to be
/// none.
fn is_demanded() -> bool {
    let is_ci = std::env::var("CI").is_ok_and(|value| value == "true");
    let drivers = ["VK_DRIVER_FILES", "VK_ICD_FILENAMES"].into_iter().find_map(std::env::var_os);
    let are_there = |drivers| std::env::split_paths(&drivers).any(|driver| driver.exists());
    is_ci && drivers.is_none_or(are_there)
}
