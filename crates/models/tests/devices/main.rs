//! Every kernel and objective on every device present, against dense computation, goldens and finite differences.
//!
//! A missing wgpu adapter leaves its tests ignored, or failed where one is demanded.
#![recursion_limit = "256"]

#[path = "../../../../tests/adapter.rs"]
mod adapter;
mod communities;
mod covariates;
mod decoders;
mod dense;
mod densities;
mod draws;
mod estimates;
mod finite;
mod finite_differences;
mod golden;
mod helpers;
mod inference;
mod layers;
mod optimizer;
mod pair_mlp;
mod pairwise;
mod pixels;
mod posteriors;
mod priors;
mod propagation;
mod sides;
mod sparse;
mod spectrum;
mod vae;
mod variants;
mod von_mises_fisher;

use burn::tensor::Device;
use libtest_mimic::{Arguments, Trial};

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
        draws::CHECKS,
        variants::CHECKS,
        decoders::CHECKS,
        covariates::CHECKS,
        communities::CHECKS,
        pair_mlp::CHECKS,
        propagation::CHECKS,
        estimates::CHECKS,
        sides::CHECKS,
        spectrum::CHECKS,
        finite::CHECKS,
        priors::CHECKS,
        von_mises_fisher::CHECKS,
        posteriors::CHECKS,
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
                pairwise::PROCESSOR_CHECKS,
                layers::PROCESSOR_CHECKS,
                densities::PROCESSOR_CHECKS,
                optimizer::PROCESSOR_CHECKS,
                finite_differences::CHECKS,
                finite::DOUBLE_CHECKS,
                golden::DOUBLE_CHECKS,
                vae::DOUBLE_CHECKS,
                inference::DOUBLE_CHECKS,
                variants::DOUBLE_CHECKS,
                decoders::DOUBLE_CHECKS,
                covariates::DOUBLE_CHECKS,
                communities::DOUBLE_CHECKS,
                pair_mlp::DOUBLE_CHECKS,
                propagation::DOUBLE_CHECKS,
                priors::DOUBLE_CHECKS,
                von_mises_fisher::DOUBLE_CHECKS,
                posteriors::DOUBLE_CHECKS,
            ]
            .into_iter()
            .flatten()
            .map(|check| trial(name, *check, device.clone())),
        );
    }
    let wgpu = adapter::chosen();
    trials.extend(checks.into_iter().map(|(name, check)| {
        adapter::trial(&format!("wgpu::{name}"), wgpu.clone(), move |_, device| check(device))
    }));
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
