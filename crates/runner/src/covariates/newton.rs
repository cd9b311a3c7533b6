//! Newton's method for the top of a concave function.

/// Steps, of which ten or so are needed.
const MOST_STEPS: usize = 100;

/// Halvings of a step that does not go up.
const MOST_HALVINGS: usize = 30;

/// A step that moves no coordinate by more is the last.
const SMALL: f64 = 1e-6;

/// What a function is and how it slopes.
#[derive(Clone, Debug)]
pub struct Slope {
    /// Its value.
    pub value: f64,
    /// Its gradient.
    pub gradient: Vec<f64>,
    /// Its negative Hessian, row by row, of which the lower triangle is filled.
    pub curvature: Vec<f64>,
}

impl Slope {
    /// That of nothing in so many dimensions.
    pub fn zero(width: usize) -> Self {
        Self { value: 0.0, gradient: vec![0.0; width], curvature: vec![0.0; width * width] }
    }

    /// The sum of two functions.
    #[must_use]
    pub fn plus(mut self, other: &Self) -> Self {
        let add =
            |sum: &mut [f64], more: &[f64]| sum.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
        self.value += other.value;
        add(&mut self.gradient, &other.gradient);
        add(&mut self.curvature, &other.curvature);
        self
    }

    /// The same function, so many times.
    #[must_use]
    pub fn times(mut self, count: f64) -> Self {
        self.value *= count;
        let numbers = self.gradient.iter_mut().chain(&mut self.curvature);
        numbers.for_each(|number| *number *= count);
        self
    }

    /// Adds the products of two numbers of a vector, `weight` times, to the lower triangle.
    pub fn add_products(&mut self, weight: f64, numbers: &[f64]) {
        let width = self.gradient.len();
        for (one, &number) in numbers.iter().enumerate() {
            for (other, &times) in numbers[..=one].iter().enumerate() {
                self.curvature[one * width + other] += weight * number * times;
            }
        }
    }

    /// Holds a coordinate that has no prior where nothing else tells it, by a curvature that shows nowhere else.
    pub fn hold(&mut self, place: usize) {
        self.curvature[place * self.gradient.len() + place] += 1e-12;
    }

    /// Adds the logarithm of a normal density, but for its constant.
    pub fn add_normal(&mut self, place: usize, at: f64, mean: f64, deviation: f64) {
        let precision = deviation.powi(-2);
        self.value -= 0.5 * precision * (at - mean).powi(2);
        self.gradient[place] -= precision * (at - mean);
        self.curvature[place * self.gradient.len() + place] += precision;
    }
}

/// The top, from a first point on, where the first coordinate is no less than `least`.
pub fn top(mut point: Vec<f64>, least: f64, slope: impl Fn(&[f64]) -> Slope) -> Vec<f64> {
    let mut at = slope(&point);
    for _ in 0..MOST_STEPS {
        let step = step(&at, point[0] <= least + SMALL);
        // No further than to the bound, in the direction that goes up.
        let room = if point[0] + step[0] < least { (least - point[0]) / step[0] } else { 1.0 };
        let mut share = room;
        let next = (0..MOST_HALVINGS).find_map(|_| {
            let mut moved: Vec<f64> = point.iter().zip(&step).map(|(at, step)| at + share * step).collect();
            moved[0] = moved[0].max(least);
            share /= 2.0;
            let there = slope(&moved);
            (there.value >= at.value).then_some((moved, there))
        });
        let Some((moved, there)) = next else { break };
        let largest = point.iter().zip(&moved).map(|(one, other)| (one - other).abs()).fold(0.0, f64::max);
        (point, at) = (moved, there);
        if largest < SMALL {
            break;
        }
    }
    point
}

/// The step to the top of the parabola at a point, along the bound where the point is at it and would leave it.
fn step(at: &Slope, is_at_bound: bool) -> Vec<f64> {
    let width = at.gradient.len();
    let step = solve(&at.curvature, &at.gradient);
    if !(is_at_bound && step[0] < 0.0) {
        return step;
    }
    let (mut curvature, mut gradient) = (at.curvature.clone(), at.gradient.clone());
    (1..width).for_each(|row| curvature[row * width] = 0.0);
    (curvature[0], gradient[0]) = (1.0, 0.0);
    solve(&curvature, &gradient)
}

/// Solves A x = b by the decomposition of Cholesky, of whose positive definite A the lower triangle is given.
fn solve(matrix: &[f64], right: &[f64]) -> Vec<f64> {
    let width = right.len();
    let mut lower = matrix.to_vec();
    for row in 0..width {
        for column in 0..=row {
            let products: f64 =
                (0..column).map(|place| lower[row * width + place] * lower[column * width + place]).sum();
            let rest = lower[row * width + column] - products;
            lower[row * width + column] = match row == column {
                true => rest.max(f64::MIN_POSITIVE).sqrt(),
                false => rest / lower[column * width + column],
            };
        }
    }
    let mut x = right.to_vec();
    for row in 0..width {
        let products: f64 = (0..row).map(|place| lower[row * width + place] * x[place]).sum();
        x[row] = (x[row] - products) / lower[row * width + row];
    }
    for row in (0..width).rev() {
        let products: f64 = (row + 1..width).map(|place| lower[place * width + row] * x[place]).sum();
        x[row] = (x[row] - products) / lower[row * width + row];
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    /// −ln cosh x − (x − y)²/2 + y/4 has its top where tanh x = 1/4 and y = x + 1/4.
    #[test]
    fn the_top_is_found_from_afar_and_kept_above_the_least() {
        let slope = |at: &[f64]| {
            let [x, y] = [at[0], at[1]];
            Slope {
                value: -x.cosh().ln() - (x - y).powi(2) / 2.0 + y / 4.0,
                gradient: vec![-x.tanh() - (x - y), x - y + 0.25],
                curvature: vec![1.0 + x.cosh().powi(-2), f64::NAN, -1.0, 1.0],
            }
        };
        let x = 0.25_f64.atanh();
        for first in [0.0, 3.0, -3.0] {
            let found = top(vec![first, -first], f64::NEG_INFINITY, slope);
            assert!((found[0] - x).abs() < 1e-9 && (found[1] - x - 0.25).abs() < 1e-9, "{found:?}");
        }
        let found = top(vec![2.0, 0.0], 1.0, slope);
        assert!((found[0] - 1.0).abs() < 1e-9 && (found[1] - 1.25).abs() < 1e-6, "{found:?}");
    }

    /// A parabola whose step would raise the second coordinate where the top on the bound is below 0.
    #[test]
    fn the_top_on_the_bound_is_found_where_a_clamped_step_goes_down() {
        let slope = |at: &[f64]| {
            let [x, y] = [at[0], at[1]];
            Slope {
                value: -2.0 * x - y - (x * x + 1.8 * x * y + y * y) / 2.0,
                gradient: vec![-2.0 - x - 0.9 * y, -1.0 - 0.9 * x - y],
                curvature: vec![1.0, f64::NAN, 0.9, 1.0],
            }
        };
        let found = top(vec![1.0, 0.0], 1.0 / 64.0, slope);
        let expected = -1.0 - 0.9 / 64.0;
        assert!((found[0] - 1.0 / 64.0).abs() < 1e-12 && (found[1] - expected).abs() < 1e-6, "{found:?}");
    }
}
