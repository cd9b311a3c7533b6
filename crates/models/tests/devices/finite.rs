//! What is not finite is found by its bits, at any place, whatever a device makes of it in arithmetic.

use aevb_models::finite::FirstNonFinite;
use aevb_models::pairwise::softplus_sum;
use burn::tensor::{DType, Device, Tensor, TensorCreationOptions, TensorData};
use rand::Rng;

use super::helpers::{matrix, random, tracked, values};
use crate::Check;

pub const CHECKS: &[Check] = &[
    ("what_is_not_finite_is_found_at_any_place", any_place),
    ("any_bits_are_told_finite_or_not", any_bits),
    ("the_first_of_several_looks_is_told", first_look),
    ("tensors_that_lie_apart_are_looked_at_whole", lies_apart),
    ("a_nan_that_a_kernel_meets_is_found", kernel_meets_nan),
];
pub const DOUBLE_CHECKS: &[Check] =
    &[("any_bits_of_double_precision_are_told_finite_or_not", any_double_bits)];

/// Sizes around a cube, a share of a cube and a chunk of the CPU's.
const SIZES: [usize; 12] = [1, 2, 255, 256, 257, 1023, 1025, 4095, 4096, 4097, 70_000, 1_048_577];

/// The least and the largest NaN of both kinds and signs, and the infinities.
const NOT_FINITE: [u32; 8] =
    [0x7F80_0000, 0xFF80_0000, 0x7F80_0001, 0x7FBF_FFFF, 0x7FC0_0000, 0x7FFF_FFFF, 0xFFC0_0000, 0xFFFF_FFFF];

/// Zeros, the ends of the subnormal and of the normal numbers, and others with many bits set.
const FINITE: [u32; 9] =
    [0, 0x8000_0000, 1, 0x007F_FFFF, 0x0080_0000, 0x7F7F_FFFF, 0xFF7F_FFFF, 0x7F00_0000, 0x3FFF_FFFF];

fn look(x: Tensor<1>, mark: i32) -> Option<i32> {
    let mut first = FirstNonFinite::default();
    first.look(x, mark);
    first.read()
}

fn vector(values: Vec<f32>, device: &Device) -> Tensor<1> {
    let length = values.len();
    Tensor::from_data(TensorData::new(values, [length]), device)
}

fn any_place(device: &Device) {
    let mut random = random(1);
    for size in SIZES {
        // Finite numbers of all kinds around it, the largest among them.
        let around: Vec<f32> = (0..size).map(|place| f32::from_bits(FINITE[place % FINITE.len()])).collect();
        assert_eq!(look(vector(around.clone(), device), 7), None, "{size} finite numbers");
        for (case, bits) in NOT_FINITE.into_iter().enumerate() {
            let place = match case {
                0 => 0,
                1 => size - 1,
                _ => random.next_u32() as usize % size,
            };
            let mut x = around.clone();
            x[place] = f32::from_bits(bits);
            assert_eq!(look(vector(x, device), 7), Some(7), "{bits:#x} at {place} of {size}");
        }
    }
}

/// Half of the random exponents are the two highest, which differ in one bit.
fn any_bits(device: &Device) {
    let mut random = random(2);
    for case in 0..200 {
        let bits = random.next_u32();
        let bits = if case % 2 == 0 { bits } else { bits | 0x7F00_0000 };
        let x = f32::from_bits(bits);
        assert_eq!(look(vector(vec![x; 3], device), 0).is_none(), x.is_finite(), "{bits:#x}");
    }
}

fn any_double_bits(device: &Device) {
    let mut random = random(3);
    for case in 0..200 {
        let bits = (u64::from(random.next_u32()) << 32) | u64::from(random.next_u32());
        let bits = if case % 2 == 0 { bits } else { bits | 0x7FE0_0000_0000_0000 };
        let x = f64::from_bits(bits);
        let options = TensorCreationOptions::from((device, DType::F64));
        let tensor = Tensor::<1>::from_data(TensorData::from([1.0, x]), options);
        assert_eq!(look(tensor, 0).is_none(), x.is_finite(), "{bits:#x}");
    }
}

fn first_look(device: &Device) {
    let (good, bad) = (vector(vec![1.0; 300], device), vector(vec![f32::NAN; 3], device));
    let mut first = FirstNonFinite::default();
    assert_eq!(first.read(), None);
    for (mark, x, expected) in [
        (5, &good, None),
        (6, &vector(Vec::new(), device), None),
        (7, &bad, Some(7)),
        (3, &bad, Some(7)),
        (8, &good, Some(7)),
    ] {
        first.look(x.clone(), mark);
        assert_eq!(first.read(), expected, "after {mark}");
    }
    // As it is read with other tensors.
    let data = first.on_device().expect("it has looked").into_data();
    assert_eq!(FirstNonFinite::of_data(data), Some(7));
    // The least mark and the largest; of a tensor with a gradient too.
    assert_eq!(look(bad.clone(), 0), Some(0));
    assert_eq!(look(bad, i32::MAX), Some(i32::MAX));
    let x = tracked(&[f32::INFINITY, 1.0], [2, 1], device);
    first = FirstNonFinite::default();
    first.look(x, 1);
    assert_eq!(first.read(), Some(1));
}

fn lies_apart(device: &Device) {
    let [rows, columns] = [70, 90];
    let finite = values(rows * columns, 1.0, &mut random(4));
    for place in [0, 1, columns, rows * columns - 1] {
        let mut x = finite.clone();
        x[place] = f32::NAN;
        let x = matrix(&x, [rows, columns], device);
        let mut first = FirstNonFinite::default();
        first.look(matrix(&finite, [rows, columns], device).transpose(), 1);
        assert_eq!(first.read(), None);
        first.look(x.clone().transpose(), 2);
        assert_eq!(first.read(), Some(2), "at {place}");
        // All but the first column, in which no more than two of these places are.
        first = FirstNonFinite::default();
        first.look(x.slice([0..rows, 1..columns]).transpose(), 3);
        assert_eq!(first.read().is_some(), place % columns != 0, "at {place}, from the second column on");
    }
}

/// What the all-pairs sum makes of a NaN is the device's affair: WGSL lets a compiler assume that there is none. z itself
/// tells, on all.
fn kernel_meets_nan(device: &Device) {
    let mut z = values(40 * 3, 1.0, &mut random(5));
    z[17] = f32::NAN;
    let z = tracked(&z, [40, 3], device);
    let total = softplus_sum(z.clone(), None).expect("no bias");
    let gradients = total.backward();
    let mut first = FirstNonFinite::default();
    first.look(z.clone(), 4);
    first.look(total, 5);
    first.look(z.grad(&gradients).expect("tracked"), 6);
    assert_eq!(first.read(), Some(4));
}
