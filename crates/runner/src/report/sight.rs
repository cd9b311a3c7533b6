//! How colours look, and to whom: what the tests of the palettes measure by.

/// Red, green and blue from 0 to 1, on a linear scale.
pub(super) type Colour = [f64; 3];

/// How those see who lack a kind of cones, on linear RGB (Machado, Oliveira & Fernandes 2009, table 1, severity 1):
/// protanopia, deuteranopia, tritanopia; and everyone else.
pub(super) const SIGHTS: [(&str, [Colour; 3]); 4] = [
    (
        "protanopia",
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    ),
    (
        "deuteranopia",
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    ),
    (
        "tritanopia",
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
    ),
    ("normal", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
];

fn product(matrix: &[Colour; 3], colour: Colour) -> Colour {
    matrix.map(|row| row.iter().zip(colour).map(|(a, b)| a * b).sum())
}

/// A byte of sRGB on a linear scale.
pub(super) fn linear(byte: u8) -> f64 {
    match f64::from(byte) / 255.0 {
        low if low <= 0.04045 => low / 12.92,
        high => ((high + 0.055) / 1.055).powf(2.4),
    }
}

/// What somebody sees in place of a colour.
pub(super) fn seen(sight: &[Colour; 3], colour: Colour) -> Colour {
    product(sight, colour).map(|part| part.clamp(0.0, 1.0))
}

/// CIE L*a*b* under D65.
pub(super) fn lab(colour: Colour) -> [f64; 3] {
    let matrix = [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ];
    let white = [0.95047, 1.0, 1.08883];
    let xyz = product(&matrix, colour);
    let [x, y, z] = [0, 1, 2].map(|axis: usize| match xyz[axis] / white[axis] {
        share if share > 216.0 / 24389.0 => share.cbrt(),
        share => (24389.0 / 27.0 * share + 16.0) / 116.0,
    });
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// The CIEDE2000 difference between two colours in L*a*b* (Sharma, Wu & Dalal 2005).
pub(super) fn difference(one: [f64; 3], other: [f64; 3]) -> f64 {
    let chroma = |[_, a, b]: [f64; 3]| a.hypot(b);
    let seventh = |chroma: f64| (chroma.powi(7) / (chroma.powi(7) + 25f64.powi(7))).sqrt();
    let grey = 0.5 * (1.0 - seventh(f64::midpoint(chroma(one), chroma(other))));
    let [one, other] = [one, other].map(|[l, a, b]| [l, (1.0 + grey) * a, b]);
    let (c1, c2) = (chroma(one), chroma(other));
    let hue = |[_, a, b]: [f64; 3]| b.atan2(a).to_degrees().rem_euclid(360.0);
    let (h1, h2) = (hue(one), hue(other));
    let turn = if c1 * c2 == 0.0 { 0.0 } else { (h2 - h1 + 180.0).rem_euclid(360.0) - 180.0 };
    let by_hue = 2.0 * (c1 * c2).sqrt() * (0.5 * turn).to_radians().sin();
    let mean = match (h1 - h2).abs() {
        _ if c1 * c2 == 0.0 => h1 + h2,
        near if near <= 180.0 => f64::midpoint(h1, h2),
        _ if h1 + h2 < 360.0 => f64::midpoint(h1, h2) + 180.0,
        _ => f64::midpoint(h1, h2) - 180.0,
    };
    let (lightness, chroma) = (f64::midpoint(one[0], other[0]) - 50.0, f64::midpoint(c1, c2));
    let cosine = |degrees: f64| degrees.to_radians().cos();
    let t = 1.0 - 0.17 * cosine(mean - 30.0) + 0.24 * cosine(2.0 * mean) + 0.32 * cosine(3.0 * mean + 6.0)
        - 0.20 * cosine(4.0 * mean - 63.0);
    let by_lightness =
        (other[0] - one[0]) / (1.0 + 0.015 * lightness.powi(2) / (20.0 + lightness.powi(2)).sqrt());
    let by_chroma = (c2 - c1) / (1.0 + 0.045 * chroma);
    let by_hue = by_hue / (1.0 + 0.015 * chroma * t);
    let blue = 30.0 * (-((mean - 275.0) / 25.0).powi(2)).exp();
    let rotation = -2.0 * seventh(chroma) * (2.0 * blue).to_radians().sin();
    (by_lightness.powi(2) + by_chroma.powi(2) + by_hue.powi(2) + rotation * by_chroma * by_hue).sqrt()
}

#[test]
fn differences_are_those_of_the_published_test_data() {
    for (one, other, expected) in [
        ([50.0, 2.6772, -79.7751], [50.0, 0.0, -82.7485], 2.0425),
        ([50.0, -1.0, 2.0], [50.0, 0.0, 0.0], 2.3669),
        ([50.0, 2.5, 0.0], [61.0, -5.0, 29.0], 22.8977),
        ([60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644),
        ([2.0776, 0.0795, -1.1350], [0.9033, -0.0636, -0.5514], 0.9082),
    ] {
        assert!((difference(one, other) - expected).abs() < 1e-4, "{}", difference(one, other));
    }
}
