use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
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

/// The dimensions that a coupling keeps, and those that it moves.
///
/// They are told apart by a bit of their numbers, each bit in both directions before the next: of `2 ⌈log₂ latent⌉` couplings
/// some one moves any dimension by any other, and no permutation need be drawn or kept.
fn parts(number: usize, latent: usize) -> [Vec<usize>; 2] {
    let bits = latent.next_power_of_two().ilog2() as usize;
    let (bit, is_kept) = (number / 2 % bits, number % 2);
    let (kept, moved) = (0..latent).partition(|dimension| dimension >> bit & 1 == is_kept);
    [kept, moved]
}

/// A coupling before it is made.
struct CouplingPlan {
    path: String,
    hidden: MlpConfig,
    moved: usize,
}

impl CouplingPlan {
    fn new(path: &str, number: usize, hidden: &[usize], latent: usize) -> Self {
        let [kept, moved] = parts(number, latent).map(|part| part.len());
        let widths = std::iter::once(kept).chain(hidden.iter().copied()).collect();
        Self {
            path: format!("{path}.couplings.{number}"),
            hidden: MlpConfig::new(widths, Activation::Tanh),
            moved,
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
            let [kept, moved] = coupling.split(&z);
            let [scale, shift] = coupling.scale_and_shift(kept.clone())?;
            let moved = moved * scale.clone().exp() + shift;
            Ok((coupling.join(kept, moved), determinant + sum_rows(scale)))
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
            let [kept, moved] = coupling.split(&noise);
            let [scale, shift] = coupling.scale_and_shift(kept.clone())?;
            Ok(coupling.join(kept, (moved - shift) * (-scale).exp()))
        })
    }
}

impl Coupling {
    fn scale_and_shift(&self, kept: Tensor<2>) -> Result<[Tensor<2>; 2]> {
        let hidden = self.hidden.forward(kept)?;
        let scale = self.scale.apply(hidden.clone(), Function::Tanh)? * MOST;
        Ok([scale, self.shift.forward(hidden)?])
    }

    /// What it keeps and what it moves, `[rows, kept]` and `[rows, moved]`.
    fn split(&self, z: &Tensor<2>) -> [Tensor<2>; 2] {
        let latent = z.dims()[1];
        parts(self.number, latent).map(|part| z.clone().matmul(chosen(&part, latent, z)))
    }

    /// Both parts where they were, `[rows, latent]`.
    fn join(&self, kept: Tensor<2>, moved: Tensor<2>) -> Tensor<2> {
        let latent = kept.dims()[1] + moved.dims()[1];
        let [first, second] = parts(self.number, latent);
        let place = |values: Tensor<2>, part: &[usize]| {
            let chosen = chosen(part, latent, &values).transpose();
            values.matmul(chosen)
        };
        place(kept, &first) + place(moved, &second)
    }
}

/// What picks columns, as a matrix `[latent, columns]` of zeros and ones: the gradients of `select` are not the same from run to
/// run.
fn chosen(columns: &[usize], latent: usize, like: &Tensor<2>) -> Tensor<2> {
    let mut matrix = vec![0f32; latent * columns.len()];
    for (place, &column) in columns.iter().enumerate() {
        matrix[column * columns.len() + place] = 1.0;
    }
    Tensor::from_data(TensorData::new(matrix, [latent, columns.len()]), (&like.device(), like.dtype()))
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
    use super::parts;

    #[test]
    fn any_dimension_moves_by_any_other() {
        for latent in 2..20usize {
            let couplings = 2 * latent.next_power_of_two().ilog2() as usize;
            for (mover, moved) in (0..latent).flat_map(|a| (0..latent).map(move |b| (a, b))) {
                let is_moved = (0..couplings).any(|number| {
                    let [kept, changed] = parts(number, latent);
                    kept.contains(&mover) && changed.contains(&moved)
                });
                assert_eq!(is_moved, mover != moved, "{moved} by {mover} of {latent}");
            }
        }
    }
}
