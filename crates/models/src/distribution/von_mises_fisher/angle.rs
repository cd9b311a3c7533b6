use std::f64::consts::{PI, SQRT_2};

/// The angle θ from the mean direction under a von Mises–Fisher distribution on the unit sphere of R^m, in f64: its density is
/// proportional to `g(θ) = exp(κ (cos θ − 1)) sin^(m−2) θ` on [0, π] (Mardia & Jupp 2000, §9.3.2).
///
/// All that is asked of it is one integral, by Gauss and Legendre's rule on pieces of where g is not negligible: no Bessel
/// functions, whose quotients overflow for wide spheres and large κ.
#[derive(Clone, Copy, Debug)]
pub(super) struct Angle {
    concentration: f64,
    /// m − 2
    power: f64,
    /// The largest ln g, which is taken off all others.
    top: f64,
    /// Where g is not negligible.
    low: f64,
    step: f64,
    /// ∫ g up to the end of each piece, and ∫ g (1 − cos θ).
    masses: [[f64; 2]; PIECES],
}

/// An angle of a given probability, and how it changes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quantile {
    pub angle: f64,
    /// ∂θ/∂κ at the same probability (implicit reparameterisation, Figurnov et al. 2018, eq. 5).
    pub by_concentration: f64,
}

const PIECES: usize = 16;

/// What lies lower than the mode by this in ln g is left out: less than a rounding of f64 of the whole.
const NEGLIGIBLE: f64 = 40.0;

/// The non-negative roots and the weights of Legendre's polynomial of degree 8 (Abramowitz & Stegun 1964, table 25.4).
const RULE: [[f64; 2]; 4] = [
    [0.183_434_642_495_649_8, 0.362_683_783_378_362],
    [0.525_532_409_916_329, 0.313_706_645_877_887_27],
    [0.796_666_477_413_626_7, 0.222_381_034_453_374_48],
    [0.960_289_856_497_536_3, 0.101_228_536_290_376_26],
];

impl Angle {
    /// On the sphere of R^m, m = `dimensions` ≥ 2, at κ ≥ 0.
    pub fn new(dimensions: usize, concentration: f64) -> Self {
        let mut angle = Self {
            concentration,
            power: dimensions as f64 - 2.0,
            top: 0.0,
            low: 0.0,
            step: 0.0,
            masses: [[0.0; 2]; PIECES],
        };
        let mode = angle.mode();
        angle.top = angle.log_density(mode);
        angle.low = angle.edge(mode, 0.0);
        angle.step = (angle.edge(mode, PI) - angle.low) / PIECES as f64;
        let mut sum = [0.0; 2];
        for piece in 0..PIECES {
            let from = angle.low + angle.step * piece as f64;
            let [mass, fall] = angle.integral(from, from + angle.step);
            sum = [sum[0] + mass, sum[1] + fall];
            angle.masses[piece] = sum;
        }
        angle
    }

    /// Where g is largest: κ sin² θ = (m − 2) cos θ.
    fn mode(&self) -> f64 {
        let Self { concentration, power, .. } = *self;
        // With c = cos θ the root of κ c² + (m − 2) c − κ = 0, and sin² θ = (m − 2) c / κ, in forms that cancel nothing.
        let root = power + power.hypot(2.0 * concentration);
        if root == 0.0 { 0.0 } else { (2.0 * power / root).sqrt().atan2(2.0 * concentration / root) }
    }

    /// ln g less its top.
    fn log_density(&self, angle: f64) -> f64 {
        let sine = if self.power == 0.0 { 0.0 } else { self.power * angle.sin().ln() };
        sine - self.concentration * fall(angle) - self.top
    }

    /// The angle between the mode and `end` beyond which g is negligible.
    fn edge(&self, mode: f64, end: f64) -> f64 {
        if self.log_density(end) >= -NEGLIGIBLE {
            return end;
        }
        let (mut inside, mut outside) = (mode, end);
        // Where exactly does not matter, as g is tiny on both sides.
        while (outside - inside).abs() > 1e-3 * (outside - mode).abs() {
            let middle = f64::midpoint(inside, outside);
            let is_inside = self.log_density(middle) >= -NEGLIGIBLE;
            *if is_inside { &mut inside } else { &mut outside } = middle;
        }
        outside
    }

    /// ∫ g and ∫ g (1 − cos θ) over a piece.
    fn integral(&self, from: f64, to: f64) -> [f64; 2] {
        let mut sums = [0.0; 2];
        self.rule(from, to, |angle, mass| sums = [sums[0] + mass, sums[1] + mass * fall(angle)]);
        sums
    }

    /// The angles of the rule on a piece, and the mass of g that each stands for.
    fn rule(&self, from: f64, to: f64, mut visit: impl FnMut(f64, f64)) {
        let (middle, half) = (f64::midpoint(from, to), (to - from) / 2.0);
        for [root, weight] in RULE {
            for angle in [middle - half * root, middle + half * root] {
                visit(angle, weight * half * self.log_density(angle).exp());
            }
        }
    }

    pub fn concentration(&self) -> f64 {
        self.concentration
    }

    fn total(&self) -> f64 {
        self.masses[PIECES - 1][0]
    }

    /// `ln ∫ g`.
    pub fn log_mass(&self) -> f64 {
        self.total().ln() + self.top
    }

    /// `1 − E cos θ`, where `E cos θ = I_{m/2}(κ) / I_{m/2−1}(κ)`.
    pub fn mean_fall(&self) -> f64 {
        self.masses[PIECES - 1][1] / self.total()
    }

    /// The variance of cos θ, which is the derivative of its mean by κ.
    pub fn variance_of_cosine(&self) -> f64 {
        let (mean, mut sum) = (self.mean_fall(), 0.0);
        for piece in 0..PIECES {
            let from = self.low + self.step * piece as f64;
            self.rule(from, from + self.step, |angle, mass| sum += mass * (fall(angle) - mean).powi(2));
        }
        sum / self.total()
    }

    /// The angle below which a share Φ(−s) lies, for a standard normal draw s.
    pub fn quantile_of_normal(&self, draw: f64) -> Quantile {
        let mass = 0.5 * libm::erfc(draw / SQRT_2) * self.total();
        let piece = self.masses.partition_point(|[sum, _]| *sum < mass).min(PIECES - 1);
        let before = piece.checked_sub(1).map_or([0.0; 2], |piece| self.masses[piece]);
        let start = self.low + self.step * piece as f64;
        let (mut low, mut high) = (start, start + self.step);
        let mut angle = f64::midpoint(low, high);
        let mut below = self.integral(start, angle);
        // Newton's steps, and halves where one would leave what is left.
        for _ in 0..60 {
            let excess = before[0] + below[0] - mass;
            *if excess > 0.0 { &mut high } else { &mut low } = angle;
            let next = angle - excess / self.log_density(angle).exp();
            let next = if next > low && next < high { next } else { f64::midpoint(low, high) };
            let moved = (next - angle).abs();
            angle = next;
            below = self.integral(start, angle);
            if moved <= 4.0 * f64::EPSILON * angle {
                break;
            }
        }
        // F(θ) = ∫₀^θ g / ∫ g changes by ∫₀^θ (cos t − E cos) g / ∫ g.
        let falls = before[1] + below[1] - (before[0] + below[0]) * self.mean_fall();
        Quantile { angle, by_concentration: falls / self.log_density(angle).exp() }
    }
}

/// 1 − cos θ, without cancellation.
fn fall(angle: f64) -> f64 {
    2.0 * (angle / 2.0).sin().powi(2)
}
