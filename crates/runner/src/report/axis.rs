//! The axes of a chart: where values lie, and which of them are written.

/// How values are spread along an axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Spread {
    /// Evenly.
    #[default]
    Linear,
    /// By their logarithm; only values above 0 are shown.
    Log,
}

/// Ticks that a scale can be read by.
const FEWEST: usize = 3;

/// An axis.
#[derive(Clone, Debug, Default)]
pub(super) struct Axis {
    /// What it shows and in which unit.
    pub label: String,
    pub spread: Spread,
    /// The ends, where they do not follow from the values.
    pub range: Option<[f64; 2]>,
}

impl Axis {
    pub(super) fn linear(label: &str) -> Self {
        Self { label: label.to_owned(), ..Self::default() }
    }

    pub(super) fn log(label: &str) -> Self {
        Self { label: label.to_owned(), spread: Spread::Log, range: None }
    }

    /// From 0 to 1.
    pub(super) fn share(label: &str) -> Self {
        Self { label: label.to_owned(), spread: Spread::Linear, range: Some([0.0, 1.0]) }
    }

    pub(super) fn shows(&self, value: f64) -> bool {
        value.is_finite() && (self.spread == Spread::Linear || value > 0.0)
    }
}

/// An axis laid out between two places of the drawing.
pub(super) struct Scale<'a> {
    pub axis: &'a Axis,
    ends: [f64; 2],
    places: [f64; 2],
}

impl<'a> Scale<'a> {
    pub(super) fn new(axis: &'a Axis, values: impl Iterator<Item = f64>, places: [f64; 2]) -> Self {
        let around = values.fold([f64::INFINITY, f64::NEG_INFINITY], |[least, most], value| {
            [least.min(value), most.max(value)]
        });
        let ends = axis.range.unwrap_or_else(|| match (axis.spread, around) {
            (Spread::Linear, [least, most]) if least < most => {
                let room = 0.04 * (most - least);
                [least - room, most + room]
            }
            (Spread::Log, [least, most]) if least < most => {
                let room = (most / least).powf(0.03);
                [least / room, most * room]
            }
            (Spread::Linear, [least, most]) if least == most => {
                let room = least.abs().max(1.0) * 0.5;
                [least - room, least + room]
            }
            (Spread::Log, [least, most]) if least == most => [least / 2.0, least * 2.0],
            (Spread::Linear, _) => [0.0, 1.0],
            (Spread::Log, _) => [1.0, 10.0],
        });
        Self { axis, ends, places }
    }

    pub(super) fn place(&self, value: f64) -> f64 {
        let [least, most] = self.ends;
        let share = match self.axis.spread {
            Spread::Linear => (value - least) / (most - least),
            Spread::Log => (value / least).ln() / (most / least).ln(),
        };
        self.places[0] + share * (self.places[1] - self.places[0])
    }

    /// Where it begins and ends.
    pub(super) fn places(&self) -> [f64; 2] {
        self.places
    }

    pub(super) fn clamp(&self, value: f64) -> f64 {
        value.clamp(self.ends[0], self.ends[1])
    }

    /// What the page needs to tell the value at a place.
    pub(super) fn describe(&self) -> String {
        let kind = match self.axis.spread {
            Spread::Linear => "linear",
            Spread::Log => "log",
        };
        let ([from, to], [least, most]) = (self.places, self.ends);
        format!("{from},{to},{least},{most},{kind}")
    }

    pub(super) fn ticks(&self) -> Vec<(f64, String)> {
        match self.axis.spread {
            Spread::Linear => self.even_ticks(),
            Spread::Log => {
                let ticks = self.ticks_of_decades();
                // Within less than a decade they may be too few to read a scale by.
                if ticks.len() < FEWEST { self.even_ticks() } else { ticks }
            }
        }
    }

    fn even_ticks(&self) -> Vec<(f64, String)> {
        let [least, most] = self.ends;
        let step = step(most - least);
        let (first, last) = ((least / step - 1e-9).ceil() as i64, (most / step + 1e-9).floor() as i64);
        (first..=last).map(|n| (n as f64 * step, text(n as f64 * step, step))).collect()
    }

    fn ticks_of_decades(&self) -> Vec<(f64, String)> {
        let [least, most] = self.ends;
        let decades = (least.log10().floor() as i32)..=(most.log10().ceil() as i32);
        let factors: &[f64] = if most / least > 1e3 { &[1.0] } else { &[1.0, 2.0, 5.0] };
        decades
            .flat_map(|decade| factors.iter().map(move |factor| factor * 10f64.powi(decade)))
            .filter(|value| (least..=most).contains(value))
            .map(|value| (value, text_of_decade(value)))
            .collect()
    }
}

/// 1, 2 or 5 times a power of ten, about six in a span.
fn step(span: f64) -> f64 {
    let rough = span / 6.0;
    let power = 10f64.powf(rough.log10().floor());
    [1.0, 2.0, 5.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|step| *step >= rough)
        .unwrap_or(10.0 * power)
}

/// A value of one digit, a small one without a row of noughts.
fn text_of_decade(value: f64) -> String {
    if value < 1e-3 { format!("{value:.0e}").replacen('-', "−", 1) } else { text(value, value) }
}

/// A value to as many digits as the step between neighbours asks for.
fn text(value: f64, step: f64) -> String {
    if value.abs() >= 1e10 {
        let digits = (value.abs() / step).log10().floor().clamp(0.0, 9.0) as usize;
        return format!("{value:.digits$e}").replacen('-', "−", 1);
    }
    let (size, unit) = match value.abs() {
        size if size >= 1e7 => (1e6, "M"),
        size if size >= 1e4 => (1e3, "k"),
        _ => (1.0, ""),
    };
    let digits = (-(step / size).log10().floor()).clamp(0.0, 9.0) as usize;
    let text = format!("{:.digits$}{unit}", value / size);
    text.replacen('-', "−", 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_tell_each_other_apart() {
        let texts = |spread, ends| {
            let axis = Axis { label: String::new(), spread, range: Some(ends) };
            Scale::new(&axis, std::iter::empty(), [0.0, 100.0])
                .ticks()
                .into_iter()
                .map(|(_, text)| text)
                .collect::<Vec<_>>()
        };
        assert_eq!(texts(Spread::Linear, [0.0, 1.0]), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(texts(Spread::Linear, [-120.0, -100.0]), ["−120", "−115", "−110", "−105", "−100"]);
        assert_eq!(
            texts(Spread::Linear, [0.0, 3e6]),
            ["0", "500k", "1000k", "1500k", "2000k", "2500k", "3000k"]
        );
        assert_eq!(texts(Spread::Log, [1.0, 100.0]), ["1", "2", "5", "10", "20", "50", "100"]);
        assert_eq!(texts(Spread::Linear, [-4e27, 0.0]), ["−4e27", "−3e27", "−2e27", "−1e27", "0"]);
        assert_eq!(texts(Spread::Log, [1e-6, 1e-2]), ["1e−6", "1e−5", "1e−4", "0.001", "0.01"]);
        assert_eq!(texts(Spread::Log, [8e3, 1.6e4]), ["8000", "10k", "12k", "14k", "16k"]);
        assert_eq!(texts(Spread::Log, [1.0, 1e5]), ["1", "10", "100", "1000", "10k", "100k"]);
    }
}
