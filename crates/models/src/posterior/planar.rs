use burn::module::Module;
use burn::tensor::activation::log_sigmoid;
use burn::tensor::{Device, Tensor};
use rand::Rng;

use super::density::{FlowTerms, PosteriorFlow};
use crate::error::{Error, Result};
use crate::nn::{Linear, LinearConfig, ParameterShape, Uniform};
use crate::reduce::sum_rows;

/// Planar layers, `f(z) = z + û tanh(wᵀz + b)` (Rezende & Mohamed, arXiv 1505.05770, eq. 10). They are amortised, as there: the
/// encoder puts out u, w and b of each layer for each x (ibid., algorithm 1).
#[derive(Module, Debug)]
pub struct Planar {
    /// What the first draw passes first.
    pub layers: Vec<PlanarLayer>,
}

/// What makes a layer's parameters of the encoder's last hidden layer.
#[derive(Module, Debug)]
pub struct PlanarLayer {
    /// u, `[hidden, latent]`
    pub u: Linear,
    /// w, `[hidden, latent]`
    pub w: Linear,
    /// b, `[hidden, 1]`
    pub b: Linear,
}

/// Planar layers of some rows.
#[derive(Clone, Debug)]
pub struct PlanarFlow {
    layers: Vec<Plane>,
}

#[derive(Clone, Debug)]
struct Plane {
    /// `û`, `[rows, latent]`
    u: Tensor<2>,
    /// `w`, `[rows, latent]`
    w: Tensor<2>,
    /// `b`, `[rows, 1]`
    b: Tensor<2>,
    /// `1 + w·û`, above 0, `[rows, 1]`
    room: Tensor<2>,
}

/// No layer presses its direction together by more than this. It is what single precision holds of w·û, whose terms may be a
/// thousand times as large: with less the determinant is not that of the map.
const LEAST: f64 = 1e-3;
const NAMES: [&str; 3] = ["u", "w", "b"];

fn paths(path: &str, layer: usize) -> [String; 3] {
    NAMES.map(|name| format!("{path}.layers.{layer}.{name}"))
}

impl Planar {
    pub(super) fn layers(path: &str, layers: usize, hidden: usize, latent: usize) -> Vec<ParameterShape> {
        let of_layer = |layer| {
            let widths = [latent, latent, 1];
            paths(path, layer)
                .into_iter()
                .zip(widths)
                .flat_map(move |(path, width)| ParameterShape::dense(&path, hidden, width))
        };
        (0..layers).flat_map(of_layer).collect()
    }

    pub(super) fn init(
        path: &str,
        layers: usize,
        hidden: usize,
        latent: usize,
        random: &mut dyn Rng,
        device: &Device,
    ) -> Result<Self> {
        let mut layer = |number| {
            let [u, w, b] = paths(path, number);
            let mut head =
                |path: &str, width| LinearConfig::new(hidden, width).init(path, &mut Uniform(random), device);
            Ok(PlanarLayer { u: head(&u, latent)?, w: head(&w, latent)?, b: head(&b, 1)? })
        };
        Ok(Self { layers: (0..layers).map(&mut layer).collect::<Result<_>>()? })
    }

    /// The layers of some rows, from the encoder's last hidden layer `[rows, hidden]`.
    ///
    /// # Errors
    /// If it has another width.
    pub fn flow(&self, hidden: Tensor<2>) -> Result<PlanarFlow> {
        let plane = |layer: &PlanarLayer| {
            let u = layer.u.forward(hidden.clone())?;
            let w = layer.w.forward(hidden.clone())?;
            Ok(Plane::invertible(u, w, layer.b.forward(hidden.clone())?))
        };
        Ok(PlanarFlow { layers: self.layers.iter().map(plane).collect::<Result<_>>()? })
    }
}

impl Plane {
    /// With `û = u + (m(w·u) − w·u) w/‖w‖²` and `m(a) = −1 + log(1 + eᵃ)`, so that `w·û > −1` and the layer can be inverted
    /// (ibid., appendix A.1). A w of nothing but zeros has no direction: û is then not a number, which training looks for.
    fn invertible(u: Tensor<2>, w: Tensor<2>, b: Tensor<2>) -> Self {
        let product = (w.clone() * u.clone()).sum_dim(1);
        let square = (w.clone() * w.clone()).sum_dim(1);
        let room = (-log_sigmoid(-product.clone())).clamp_min(LEAST);
        let u = u + w.clone() * ((room.clone() - 1.0 - product) / square);
        Self { u, w, b, room }
    }
}

impl FlowTerms for PlanarFlow {
    fn forward(&self, z: Tensor<2>) -> Result<(Tensor<2>, Tensor<1>)> {
        let zeros = Tensor::zeros([z.dims()[0]], (&z.device(), z.dtype()));
        self.layers.iter().try_fold((z, zeros), |(z, determinant), Plane { u, w, b, room }| {
            Error::require_alike("planar layer", &z, w)?;
            let bend = ((w.clone() * z.clone()).sum_dim(1) + b.clone()).tanh();
            let square = bend.clone() * bend.clone();
            // 1 + (1 − tanh²) w·û (ibid., eq. 12) as a sum of what is not below 0, of which no digits are lost.
            let stretch = square.clone() + (-square + 1.0) * room.clone();
            Ok((z + u.clone() * bend, determinant + sum_rows(stretch.log())))
        })
    }

    fn repeat(&self, times: usize) -> PosteriorFlow {
        let rows = |values: &Tensor<2>| values.clone().repeat_dim(0, times);
        let plane =
            |Plane { u, w, b, room }: &Plane| Plane { u: rows(u), w: rows(w), b: rows(b), room: rows(room) };
        PosteriorFlow::Planar(Self { layers: self.layers.iter().map(plane).collect() })
    }
}
