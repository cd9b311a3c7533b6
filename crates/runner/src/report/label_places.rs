//! Where words go so that none lies on another: each at its own place if that is free, else at the nearest free one around it.

/// A rectangle by its middle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Label {
    pub middle: [f64; 2],
    /// Width and height.
    pub size: [f64; 2],
}

/// Rings around the wanted place that are tried, and places on each.
const RINGS: usize = 14;
const DIRECTIONS: usize = 16;

impl Label {
    fn meets(&self, other: &Self) -> bool {
        (0..2).all(|axis| {
            (self.middle[axis] - other.middle[axis]).abs() < 0.5 * (self.size[axis] + other.size[axis])
        })
    }

    fn lies_in(&self, area: [f64; 2]) -> bool {
        (0..2).all(|axis| {
            let half = 0.5 * self.size[axis];
            self.middle[axis] >= half && self.middle[axis] <= area[axis] - half
        })
    }
}

/// Places for labels in an area from 0 to its width and height, apart from each other and from what is `taken`; those that
/// come first choose first. `None` where nothing near is free.
pub(super) fn places_apart(wanted: &[Label], taken: &[Label], area: [f64; 2]) -> Vec<Option<[f64; 2]>> {
    let mut taken = taken.to_vec();
    wanted
        .iter()
        .map(|label| {
            let inside = [0, 1].map(|axis: usize| {
                let half = (0.5 * label.size[axis]).min(0.5 * area[axis]);
                label.middle[axis].clamp(half, area[axis] - half)
            });
            let around = (1..=RINGS).flat_map(|ring| {
                (0..DIRECTIONS).map(move |direction| {
                    let angle = std::f64::consts::TAU * direction as f64 / DIRECTIONS as f64;
                    let reach = 0.6 * ring as f64;
                    // Across a step is wider, as words are.
                    let across = reach * (0.35 * label.size[0] + 0.65 * label.size[1]);
                    [inside[0] + across * angle.cos(), inside[1] + reach * label.size[1] * angle.sin()]
                })
            });
            let free = [inside]
                .into_iter()
                .chain(around)
                .map(|middle| Label { middle, ..*label })
                .find(|tried| tried.lies_in(area) && taken.iter().all(|other| !tried.meets(other)))?;
            taken.push(free);
            Some(free.middle)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_words_at_one_place_lie_apart_and_inside() {
        let label = |width: f64| Label { middle: [300.0, 200.0], size: [width, 16.0] };
        let wanted: Vec<Label> = (0..20).map(|index| label(40.0 + f64::from(7 * index % 50))).collect();
        let obstacle = Label { middle: [300.0, 200.0], size: [50.0, 30.0] };
        let places = places_apart(&wanted, &[obstacle], [600.0, 400.0]);
        let placed: Vec<Label> = places
            .iter()
            .zip(&wanted)
            .map(|(place, label)| Label { middle: place.expect("room"), ..*label })
            .chain([obstacle])
            .collect();
        for (at, one) in placed.iter().enumerate() {
            assert!(one.lies_in([600.0, 400.0]) && placed[..at].iter().all(|other| !one.meets(other)));
        }
    }

    #[test]
    fn a_word_alone_stays_and_one_without_room_goes() {
        let label = Label { middle: [-5.0, 50.0], size: [40.0, 16.0] };
        assert_eq!(places_apart(&[label; 2], &[], [40.0, 20.0]), [Some([20.0, 12.0]), None]);
        let free = Label { middle: [80.0, 50.0], ..label };
        assert_eq!(places_apart(&[free], &[label], [160.0, 100.0]), [Some([80.0, 50.0])]);
    }
}
