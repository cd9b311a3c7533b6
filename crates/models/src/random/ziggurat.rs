//! Standard normal draws by the ziggurat (Marsaglia & Tsang 2000, "The ziggurat method for generating random
//! variables"), with 256 layers of equal area and positions of 53 bits.

use std::sync::LazyLock;

use rand::Rng;

const LAYERS: usize = 256;
/// Where the tail begins, and the area of each layer (the paper's §2 for 256 layers).
const TAIL: f64 = 3.654_152_885_361_009;
const AREA: f64 = 0.004_928_673_233_992_336;

/// The layers' right ends from the base up, and the density (without its factor) at each.
pub(super) struct Ziggurat {
    x: [f64; LAYERS + 1],
    f: [f64; LAYERS + 1],
}

/// The layers, computed once in a process.
pub(super) static ZIGGURAT: LazyLock<Ziggurat> = LazyLock::new(|| {
    let mut x = [0.0; LAYERS + 1];
    // The base layer is a rectangle and the tail; drawn as one wider rectangle of the same area.
    x[0] = AREA / density(TAIL);
    x[1] = TAIL;
    for layer in 2..LAYERS {
        x[layer] = (-2.0 * libm::log(AREA / x[layer - 1] + density(x[layer - 1]))).sqrt();
    }
    Ziggurat { x, f: x.map(density) }
});

impl Ziggurat {
    /// One draw.
    pub(super) fn draw(&self, generator: &mut (impl Rng + ?Sized)) -> f64 {
        let Self { x, f } = self;
        loop {
            let bits = generator.next_u64();
            let layer = (bits & 0xff) as usize;
            // A branch on a random bit would be mispredicted every other time.
            let sign = 1.0 - 2.0 * ((bits >> 8) & 1) as f64;
            let magnitude = unit(bits) * x[layer];
            if magnitude < x[layer + 1] {
                return sign * magnitude;
            }
            if layer == 0 {
                return sign * tail(generator);
            }
            let height = f[layer] + unit(generator.next_u64()) * (f[layer + 1] - f[layer]);
            if height < density(magnitude) {
                return sign * magnitude;
            }
        }
    }
}

/// A draw beyond `TAIL` (Marsaglia 1964).
fn tail(generator: &mut (impl Rng + ?Sized)) -> f64 {
    loop {
        // 1 − u lies in (0, 1], where the logarithm is finite.
        let x = -libm::log(1.0 - unit(generator.next_u64())) / TAIL;
        let y = -libm::log(1.0 - unit(generator.next_u64()));
        if 2.0 * y > x * x {
            return TAIL + x;
        }
    }
}

fn density(x: f64) -> f64 {
    libm::exp(-0.5 * x * x)
}

/// The upper 53 bits as a number in [0, 1).
fn unit(bits: u64) -> f64 {
    (bits >> 11) as f64 / (1u64 << 53) as f64
}
