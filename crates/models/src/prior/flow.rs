use burn::module::Module;
use burn::tensor::{Device, Tensor};
use rand::Rng;

use super::density::PriorTerms;
use super::standard_normal::noise;
use crate::distribution::standard_normal_log_prob;
use crate::error::{Error, Result};
use crate::nn::{
    Activation, Constant, Function, Linear, LinearConfig, Mlp, MlpConfig, ParameterShape, Uniform,
};
use crate::reduce::sum_rows;

/// No coupling stretches or shrinks a dimension by more than `exp` of this.
const MOST: f64 = 2.0;

/// A real-valued non-volume-preserving flow (Dinh, Sohl-Dickstein & Bengio, arXiv 1605.08803): `log p(z) = log N(f(z); 0, I) +
/// log |det ∂f/∂z|` with `f` a chain of affine couplings. It begins as the identity, and so as `N(0, I)`.
#[derive(Module, Debug)]
pub struct Flow {
    /// From z to the noise.
    pub couplings: Vec<Coupling>,
    /// The number of latent dimensions.
    #[module(skip)]
    pub latent: usize,
}

/// An affine coupling: some dimensions stay as they are, and the others are scaled and shifted by functions of those,
/// `y = z ⊙ exp(s) + t` (ibid., eq. 4 and 5).
#[derive(Module, Debug)]
pub struct Coupling {
    /// What `s` and `t` have in common.
    pub hidden: Mlp,
    /// The layer of `s`, `[last hidden, moved]`
    pub scale: Linear,
    /// The layer of `t`, `[last hidden, moved]`
    pub shift: Linear,
    /// Its number in the flow, which says what dimensions it moves.
    #[module(skip)]
    pub number: usize,
}

/// Which dimensions a coupling keeps, and which it moves.
///
/// They are told apart by a bit of their numbers, each bit in both directions before the next: of `2 ⌈log₂ latent⌉` couplings
/// some one moves any dimension by any other, and no permutation need be drawn or kept. Dimensions of one bit lie in blocks of
/// one length, so that slices pick them: a product with zeros and ones would round on hardware that multiplies in TF32, and the
/// gradients of `select` are not the same from run to run.
#[derive(Clone, Copy, Debug)]
struct Halves {
    latent: usize,
    /// The length of a block: dimensions of 0 and of 1 follow each other by so many.
    block: usize,
    /// The bit of those that are kept.
    is_kept: usize,
}

impl Halves {
    fn of(number: usize, latent: usize) -> Self {
        let bits = latent.next_power_of_two().ilog2() as usize;
        Self { latent, block: 1 << (number / 2 % bits), is_kept: number % 2 }
    }

    /// How many dimensions have this bit.
    fn width(self, bit: usize) -> usize {
        (0..self.latent).filter(|dimension| dimension / self.block % 2 == bit).count()
    }

    fn kept(self) -> usize {
        self.width(self.is_kept)
    }

    fn moved(self) -> usize {
        self.width(1 - self.is_kept)
    }

    /// Blocks of 0 and of 1, where the last may be short.
    fn pairs(self) -> usize {
        self.latent.div_ceil(2 * self.block)
    }

    /// The dimensions that are kept and those that are moved, `[rows, kept]` and `[rows, moved]`, in ascending order.
    fn split(self, z: Tensor<2>) -> [Tensor<2>; 2] {
        let rows = z.dims()[0];
        let z = widened(z, self.pairs() * 2 * self.block);
        let z = z.reshape([rows, self.pairs(), 2, self.block]);
        [self.is_kept, 1 - self.is_kept].map(|bit| {
            let of_bit = z.clone().slice([0..rows, 0..self.pairs(), bit..bit + 1, 0..self.block]);
            of_bit.reshape([rows, self.pairs() * self.block]).slice([0..rows, 0..self.width(bit)])
        })
    }

    /// Both where they were, `[rows, latent]`.
    fn join(self, kept: Tensor<2>, moved: Tensor<2>) -> Tensor<2> {
        let rows = kept.dims()[0];
        let blocks = |half: Tensor<2>| {
            widened(half, self.pairs() * self.block).reshape([rows, self.pairs(), 1, self.block])
        };
        let halves = if self.is_kept == 0 { [kept, moved] } else { [moved, kept] };
        let z: Tensor<4> = Tensor::cat(halves.map(blocks).into(), 2);
        z.reshape([rows, self.pairs() * 2 * self.block]).slice([0..rows, 0..self.latent])
    }
}

/// With so many columns, the last of which are zeros.
fn widened(x: Tensor<2>, columns: usize) -> Tensor<2> {
    let [rows, before] = x.dims();
    if before == columns {
        return x;
    }
    let zeros = Tensor::zeros([rows, columns - before], (&x.device(), x.dtype()));
    Tensor::cat(vec![x, zeros], 1)
}

/// A coupling before it is made.
struct CouplingPlan {
    path: String,
    hidden: MlpConfig,
    moved: usize,
}

impl CouplingPlan {
    fn new(path: &str, number: usize, hidden: &[usize], latent: usize) -> Self {
        let halves = Halves::of(number, latent);
        let widths = std::iter::once(halves.kept()).chain(hidden.iter().copied()).collect();
        Self {
            path: format!("{path}.couplings.{number}"),
            hidden: MlpConfig::new(widths, Activation::Tanh),
            moved: halves.moved(),
        }
    }

    fn last_width(&self) -> usize {
        self.hidden.widths.last().copied().unwrap_or_default()
    }

    fn layers(&self) -> Vec<ParameterShape> {
        let Self { path, hidden, moved } = self;
        let hidden = crate::nn::BodyPlan::layers(hidden, &format!("{path}.hidden"));
        let last = |name| ParameterShape::dense(&format!("{path}.{name}"), self.last_width(), *moved);
        hidden.into_iter().chain(last("scale")).chain(last("shift")).collect()
    }

    fn init(&self, number: usize, random: &mut dyn Rng, device: &Device) -> Result<Coupling> {
        let Self { path, hidden, moved } = self;
        let hidden = hidden.init(&format!("{path}.hidden"), &mut Uniform(random), device)?;
        let mut last = |name| {
            let config = LinearConfig::new(self.last_width(), *moved);
            config.init(&format!("{path}.{name}"), &mut Constant(random, 0.0), device)
        };
        Ok(Coupling { hidden, scale: last("scale")?, shift: last("shift")?, number })
    }
}

impl Flow {
    pub(super) fn layers(path: &str, layers: usize, hidden: &[usize], latent: usize) -> Vec<ParameterShape> {
        if latent < 2 {
            return Vec::new();
        }
        (0..layers).flat_map(|number| CouplingPlan::new(path, number, hidden, latent).layers()).collect()
    }

    pub(super) fn init(
        path: &str,
        layers: usize,
        hidden: &[usize],
        latent: usize,
        random: &mut dyn Rng,
        device: &Device,
    ) -> Result<Self> {
        let coupling = |number| CouplingPlan::new(path, number, hidden, latent).init(number, random, device);
        Ok(Self { couplings: (0..layers).map(coupling).collect::<Result<_>>()?, latent })
    }

    /// The noise that z is made of, and `log |det ∂noise/∂z|`.
    ///
    /// # Shapes
    /// - z, noise: `[rows, latent]`
    /// - determinant: `[rows]`, in nats
    ///
    /// # Errors
    /// If `z` has another width.
    pub fn forward(&self, z: Tensor<2>) -> Result<(Tensor<2>, Tensor<1>)> {
        let [rows, width] = z.dims();
        if width != self.latent {
            return Err(Error::shape("flow", z.dims(), [rows, self.latent]));
        }
        let zeros = Tensor::zeros([rows], (&z.device(), z.dtype()));
        self.couplings.iter().try_fold((z, zeros), |(z, determinant), coupling| {
            let halves = Halves::of(coupling.number, self.latent);
            let [kept, moved] = halves.split(z);
            let [scale, shift] = coupling.scale_and_shift(kept.clone())?;
            let moved = moved * scale.clone().exp() + shift;
            Ok((halves.join(kept, moved), determinant + sum_rows(scale)))
        })
    }

    /// The z that noise makes: the inverse of [`Self::forward`].
    ///
    /// # Shapes
    /// - noise, output: `[rows, latent]`
    ///
    /// # Errors
    /// If the noise has another width.
    pub fn inverse(&self, noise: Tensor<2>) -> Result<Tensor<2>> {
        self.couplings.iter().rev().try_fold(noise, |noise, coupling| {
            let halves = Halves::of(coupling.number, self.latent);
            let [kept, moved] = halves.split(noise);
            let [scale, shift] = coupling.scale_and_shift(kept.clone())?;
            Ok(halves.join(kept, (moved - shift) * (-scale).exp()))
        })
    }
}

impl Coupling {
    fn scale_and_shift(&self, kept: Tensor<2>) -> Result<[Tensor<2>; 2]> {
        let hidden = self.hidden.forward(kept)?;
        let scale = self.scale.apply(hidden.clone(), Function::Tanh)? * MOST;
        Ok([scale, self.shift.forward(hidden)?])
    }
}

impl PriorTerms for Flow {
    fn log_prob(&self, z: Tensor<2>) -> Result<Tensor<1>> {
        let (noise, determinant) = self.forward(z)?;
        Ok(standard_normal_log_prob(noise) + determinant)
    }

    fn sample(
        &self,
        rows: usize,
        temperature: f64,
        random: &mut dyn Rng,
        device: &Device,
    ) -> Result<Tensor<2>> {
        self.inverse(noise(rows, self.latent, temperature, random, device))
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, Tensor, TensorData};

    use super::Halves;

    fn parts(halves: Halves, latent: usize) -> [Vec<usize>; 2] {
        (0..latent).partition(|dimension| dimension / halves.block % 2 == halves.is_kept).into()
    }

    #[test]
    fn any_dimension_moves_by_any_other() {
        for latent in 2..20usize {
            let couplings = 2 * latent.next_power_of_two().ilog2() as usize;
            for (mover, moved) in (0..latent).flat_map(|a| (0..latent).map(move |b| (a, b))) {
                let is_moved = (0..couplings).any(|number| {
                    let [kept, changed] = parts(Halves::of(number, latent), latent);
                    kept.contains(&mover) && changed.contains(&moved)
                });
                assert_eq!(is_moved, mover != moved, "{moved} by {mover} of {latent}");
            }
        }
    }

    /// Column by column; what a row has in common with no other is what is picked.
    #[test]
    fn halves_are_the_columns_of_a_bit_and_come_back_where_they_were() {
        const ROWS: usize = 3;
        for (latent, number) in (2..20usize).flat_map(|latent| (0..10).map(move |number| (latent, number))) {
            let values: Vec<f32> = (0..ROWS * latent).map(|value| value as f32 + 1.0 / 3.0).collect();
            let data = TensorData::new(values.clone(), [ROWS, latent]);
            let z = Tensor::<2>::from_data(data, &Device::flex());
            let host = |x: Tensor<2>| x.into_data().try_into_vec::<f32>().expect("F32");
            let halves = Halves::of(number, latent);
            let [kept, moved] = halves.split(z);
            for (half, columns) in [&kept, &moved].into_iter().zip(parts(halves, latent)) {
                let of_row = |row: usize| columns.iter().map(move |column| row * latent + column);
                let expected: Vec<f32> = (0..ROWS).flat_map(of_row).map(|at| values[at]).collect();
                assert_eq!(host(half.clone()), expected, "{latent}, {number}");
            }
            assert_eq!((kept.dims()[1], moved.dims()[1]), (halves.kept(), halves.moved()));
            assert_eq!(host(halves.join(kept, moved)), values, "{latent}, {number}");
        }
    }
}
