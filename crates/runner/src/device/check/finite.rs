use aevb_models::finite::FirstNonFinite;
use burn::tensor::{Device, Tensor, TensorData};
use rand::Rng;

use super::{Check, Inputs, compare};

/// Zero, the least and the largest finite numbers, infinities and NaNs of both kinds, by their bits.
const BITS: [u32; 10] = [
    0,
    0x8000_0000,
    0x0000_0001,
    0x7F7F_FFFF,
    0xFF7F_FFFF,
    0x7F80_0000,
    0xFF80_0000,
    0x7F80_0001,
    0x7FC0_0000,
    0xFFFF_FFFF,
];

/// Each number among a few others, and among so many that a GPU shares them out: 1 where it is told from finite ones.
pub(super) fn finiteness(inputs: &mut Inputs, device: &Device) -> Vec<Check> {
    let expected = BITS.map(|bits| f64::from(u8::from(!f32::from_bits(bits).is_finite())));
    let sizes = [3, 10_001];
    let places = sizes.map(|size| BITS.map(|_| inputs.generator.next_u32() as usize % size));
    let names = ["what is not finite", "what is not finite, of many"];
    compare(names, &expected, &expected, || {
        let told = |size: usize, places: [usize; BITS.len()]| {
            let case = |(bits, place): (&u32, usize)| {
                let mut x = vec![1.0; size];
                x[place] = f32::from_bits(*bits);
                let mut first = FirstNonFinite::default();
                first.look(Tensor::<1>::from_data(TensorData::new(x, [size]), device), 1);
                first.read().unwrap_or(0) as f32
            };
            BITS.iter().zip(places).map(case).collect::<Vec<f32>>()
        };
        Ok([told(sizes[0], places[0]), told(sizes[1], places[1])])
    })
}
