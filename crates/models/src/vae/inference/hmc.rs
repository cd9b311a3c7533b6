use burn::tensor::{Device, Tensor, TensorData};

use super::diagnostics::{effective_sample_size, split_r_hat};
use super::warm_up::WarmUp;
use crate::error::{Error, Result};
use crate::host::doubles;

/// A log-density of z up to a constant, differentiable by z.
pub trait LogDensity {
    /// The value for each row.
    ///
    /// # Shapes
    /// - z: `[chains, latent]`
    /// - output: `[chains]`, in nats
    ///
    /// # Errors
    /// If `z` has another shape than the density is of.
    fn log_prob(&self, z: Tensor<2>) -> Result<Tensor<1>>;
}

/// Where a sampler's random numbers come from; a chain's own should not depend on which chains run beside it.
pub trait ChainNoise {
    /// Standard normal draws, `[chains, latent]`.
    fn normals(&mut self) -> Vec<f32>;
    /// Draws from [0, 1), `[chains]`.
    fn uniforms(&mut self) -> Vec<f64>;
    /// A whole number from 1 to `most`, one for all chains.
    fn steps(&mut self, most: usize) -> usize;
}

/// Hamiltonian Monte Carlo (Duane et al. 1987; Neal, arXiv 1206.1901) over many chains at once, by the model's own
/// gradients. With one leapfrog step it is the Metropolis-adjusted Langevin algorithm.
///
/// Each chain finds its own step size and its own scales of z while it warms up and keeps them from then on. The number of
/// leapfrog steps is drawn anew for each move, as a fixed one can run in circles.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hmc {
    /// The moves of each chain that find the step size and, from 100 on, the scales of z, and are thrown away.
    pub warm_up: usize,
    /// The moves of each chain that are kept.
    pub draws: usize,
    /// The most leapfrog steps of a move, at least 1.
    pub leapfrog_steps: usize,
    /// The mean acceptance probability that the step size aims at. Short of some thousand moves of warm-up it is exceeded: the
    /// step sizes that were tried vary, and their mean is a cautious one.
    pub target_acceptance: f64,
}

/// Where chains begin.
#[derive(Clone, Debug)]
pub struct Starts {
    /// `[chains, latent]`, row-major.
    pub z: Vec<f32>,
    /// A first guess of the standard deviations of the target, `[chains, latent]`: steps are long where they are, and a chain
    /// goes as well on a narrow target as on a wide one. Ones where nothing is known.
    pub scales: Vec<f32>,
    /// The dimension of the latent space.
    pub latent: usize,
}

/// What the chains have drawn.
#[derive(Clone, Debug)]
pub struct Chains {
    /// `[draws, chains, latent]`, row-major.
    pub z: Vec<f32>,
    /// The log-density at each draw, `[draws, chains]`, in nats.
    pub log_prob: Vec<f64>,
    /// The mean acceptance probability of each chain's kept moves.
    pub acceptance: Vec<f64>,
    /// The dimension of the latent space.
    pub latent: usize,
}

/// Where the chains stand.
struct State {
    z: Vec<f32>,
    gradient: Vec<f32>,
    log_prob: Vec<f64>,
}

impl Hmc {
    /// Runs the chains; `after_move` hears of each move of all of them, those of the warm-up too, and says whether they are to
    /// go on.
    ///
    /// # Errors
    /// If the shapes do not go together, the density is not finite at a start, or the chains are not to go on.
    ///
    /// # Panics
    /// If there are no draws or no leapfrog steps to make.
    pub fn sample(
        &self,
        target: &impl LogDensity,
        starts: Starts,
        device: &Device,
        noise: &mut impl ChainNoise,
        mut after_move: impl FnMut() -> bool,
    ) -> Result<Chains> {
        assert!(self.draws > 0 && self.leapfrog_steps > 0, "a chain moves");
        let Starts { z, scales, latent } = starts;
        if z.len() != scales.len() || !z.len().is_multiple_of(latent) {
            return Err(Error::shape("starts and scales of chains", [z.len()], [scales.len(), latent]));
        }
        let chains = z.len() / latent;
        let mut state = State::at(target, z, [chains, latent], device)?;
        if let Some(chain) = state.log_prob.iter().position(|value| !value.is_finite()) {
            return Err(Error::Start { chain });
        }
        let mut warm_up = WarmUp::new(self, chains, &scales);
        for _ in 0..self.warm_up {
            let sizes = warm_up.step_sizes();
            let accepted = self.advance(target, &mut state, &sizes, warm_up.scales(), device, noise)?;
            warm_up.learn(&state.z, &accepted);
            go_on(after_move())?;
        }
        let (step_size, scales) = warm_up.finish();
        let mut z = Vec::with_capacity(self.draws * state.z.len());
        let mut log_prob = Vec::with_capacity(self.draws * chains);
        let mut acceptance = vec![0.0; chains];
        for _ in 0..self.draws {
            let accepted = self.advance(target, &mut state, &step_size, &scales, device, noise)?;
            acceptance.iter_mut().zip(accepted).for_each(|(sum, probability)| *sum += probability);
            z.extend_from_slice(&state.z);
            log_prob.extend_from_slice(&state.log_prob);
            go_on(after_move())?;
        }
        acceptance.iter_mut().for_each(|sum| *sum /= self.draws as f64);
        Ok(Chains { z, log_prob, acceptance, latent })
    }

    /// Moves every chain once; the acceptance probability of each, `[chains]`.
    fn advance(
        &self,
        target: &impl LogDensity,
        state: &mut State,
        step_sizes: &[f64],
        scales: &[f32],
        device: &Device,
        noise: &mut impl ChainNoise,
    ) -> Result<Vec<f64>> {
        let latent = scales.len() / step_sizes.len();
        let dims = [step_sizes.len(), latent];
        let tensor = |values: Vec<f32>| Tensor::<2>::from_data(TensorData::new(values, dims), device);
        let momenta = noise.normals();
        // A step in the space where every scale is 1 moves z by `scale · step · momentum`.
        let reach = scales.iter().enumerate().map(|(index, scale)| scale * step_sizes[index / latent] as f32);
        let reach = tensor(reach.collect());
        let mut z = tensor(state.z.clone());
        let mut momentum = tensor(momenta.clone()) + reach.clone() * tensor(state.gradient.clone()) * 0.5;
        let steps = noise.steps(self.leapfrog_steps);
        let mut end = None;
        for step in 1..=steps {
            z = z + reach.clone() * momentum.clone();
            let (value, gradient) = evaluate(target, z.clone())?;
            let push = reach.clone() * gradient.clone();
            momentum = momentum + if step == steps { push * 0.5 } else { push };
            end = Some((value, gradient));
        }
        let (value, gradient) = end.expect("a move has at least one step");
        let (value, momentum) = (doubles(value), floats(momentum));
        let (z, gradient) = (floats(z), floats(gradient));
        let kinetic = |momenta: &[f32]| 0.5 * momenta.iter().map(|&p| f64::from(p).powi(2)).sum::<f64>();
        let uniforms = noise.uniforms();
        let mut probabilities = Vec::with_capacity(uniforms.len());
        for (chain, uniform) in uniforms.into_iter().enumerate() {
            let row = chain * latent..(chain + 1) * latent;
            let gain = value[chain] - state.log_prob[chain] + kinetic(&momenta[row.clone()])
                - kinetic(&momentum[row.clone()]);
            // Where the way leads out of what f32 can hold, it is not taken: no chain would come back from there.
            let is_held = !gain.is_nan()
                && value[chain].is_finite()
                && gradient[row.clone()].iter().all(|slope| slope.is_finite());
            let probability = if is_held { gain.exp().min(1.0) } else { 0.0 };
            if uniform < probability {
                state.z[row.clone()].copy_from_slice(&z[row.clone()]);
                state.gradient[row.clone()].copy_from_slice(&gradient[row]);
                state.log_prob[chain] = value[chain];
            }
            probabilities.push(probability);
        }
        Ok(probabilities)
    }
}

impl State {
    fn at(target: &impl LogDensity, z: Vec<f32>, dims: [usize; 2], device: &Device) -> Result<Self> {
        let (value, gradient) =
            evaluate(target, Tensor::from_data(TensorData::new(z.clone(), dims), device))?;
        Ok(Self { z, gradient: floats(gradient), log_prob: doubles(value) })
    }
}

fn go_on(wanted: bool) -> Result<()> {
    if wanted { Ok(()) } else { Err(Error::Stopped) }
}

/// The density and its gradient by z.
fn evaluate(target: &impl LogDensity, z: Tensor<2>) -> Result<(Tensor<1>, Tensor<2>)> {
    let z = z.autodiff().require_grad();
    let value = target.log_prob(z.clone())?;
    // A chain's value follows from its own row alone, so the gradient of their sum is each one's own.
    let gradient = z.grad(&value.backward()).expect("the density depends on z");
    Ok((value.inner(), gradient))
}

fn floats(values: Tensor<2>) -> Vec<f32> {
    values.into_data().try_into_vec::<f32>().expect("chains are F32")
}

impl Chains {
    /// The number of chains.
    pub fn count(&self) -> usize {
        self.acceptance.len()
    }

    /// The number of draws of a chain.
    pub fn draws(&self) -> usize {
        self.log_prob.len() / self.count()
    }

    /// Draw after draw, `[chains, latent]` each.
    pub fn each(&self) -> impl ExactSizeIterator<Item = &[f32]> {
        self.z.chunks_exact(self.count() * self.latent)
    }

    /// What one chain has drawn of one dimension.
    pub fn coordinate(&self, chain: usize, unit: usize) -> Vec<f64> {
        let stride = self.count() * self.latent;
        self.z.iter().skip(chain * self.latent + unit).step_by(stride).map(|&z| f64::from(z)).collect()
    }

    /// Over the dimensions, the least effective sample size and the largest split `R̂` of chains that have one target: of z,
    /// and of its squared distance from the mean, which a variance is made of and which chains that swing about the mean
    /// tell worse (Vehtari et al., Bayesian Analysis 16(2), 2021, fold the draws to the same end).
    pub fn mixing(&self, chains: &[usize]) -> (f64, f64) {
        let (mut least, mut largest) = (f64::INFINITY, 1.0f64);
        for unit in 0..self.latent {
            let draws: Vec<Vec<f64>> = chains.iter().map(|&chain| self.coordinate(chain, unit)).collect();
            let mean = draws.iter().flatten().sum::<f64>() / (chains.len() * self.draws()) as f64;
            let square = |chain: &Vec<f64>| chain.iter().map(|draw| (draw - mean).powi(2)).collect();
            let squares: Vec<Vec<f64>> = draws.iter().map(square).collect();
            for values in [draws, squares] {
                least = least.min(effective_sample_size(&values));
                largest = largest.max(split_r_hat(&values));
            }
        }
        (least, largest)
    }
}
