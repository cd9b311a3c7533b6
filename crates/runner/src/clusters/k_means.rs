use rand::{Rng, RngExt};
use rayon::prelude::*;

/// Starts of which the best end is taken, and Lloyd's steps from each; fewer where they would take minutes.
const STARTS: usize = 10;
const MOST_STEPS: usize = 300;
const USUAL_STEPS: usize = 50;
/// The numbers that all steps of all starts go through, at most.
const MOST_NUMBERS: usize = 1 << 36;
/// Rows that a thread takes at once, so that sums are the same at any number of threads.
const CHUNK: usize = 1 << 12;

/// The clusters of rows, and the sum of the squared distances to their centres.
#[derive(Clone, Debug, PartialEq)]
pub struct KMeans {
    /// Of each row.
    pub clusters: Vec<usize>,
    /// In f64, over all rows.
    pub inertia: f64,
}

impl KMeans {
    /// The clusters by Lloyd's steps (1982) from centres that are drawn by k-means++ (Arthur & Vassilvitskii 2007), the best of up
    /// to ten starts. `points` is `[rows, width]`.
    ///
    /// # Panics
    /// If there is no row, no cluster or no width.
    pub fn of(points: &[f32], width: usize, clusters: usize, random: &mut impl Rng) -> Self {
        assert!(width > 0 && clusters > 0 && points.len() >= width, "rows, clusters and dimensions");
        let steps = MOST_NUMBERS / points.len().saturating_mul(clusters);
        let starts = (steps / USUAL_STEPS).clamp(1, STARTS);
        let steps = (steps / starts).clamp(1, MOST_STEPS);
        let starts = (0..starts).map(|_| {
            let centres = drawn(points, width, clusters, random);
            Self::from_centres(points, width, centres, steps)
        });
        starts.min_by(|one, other| one.inertia.total_cmp(&other.inertia)).expect("there are starts")
    }

    /// The clusters that so many of Lloyd's steps, or fewer, lead to from centres `[clusters, width]`. A centre without a row stays where it is.
    fn from_centres(points: &[f32], width: usize, mut centres: Vec<f64>, steps: usize) -> Self {
        let mut found = nearest(points, width, &centres);
        for _ in 0..steps {
            let mut sums = vec![0.0; centres.len()];
            let mut counts = vec![0_usize; centres.len() / width];
            for (row, &(cluster, _)) in points.chunks_exact(width).zip(&found) {
                counts[cluster] += 1;
                let sums = &mut sums[cluster * width..][..width];
                sums.iter_mut().zip(row).for_each(|(sum, &value)| *sum += f64::from(value));
            }
            let rows = sums.chunks_exact(width).zip(centres.chunks_exact_mut(width)).zip(counts);
            for ((sums, centre), count) in rows.filter(|(_, count)| *count > 0) {
                centre.iter_mut().zip(sums).for_each(|(centre, sum)| *centre = sum / count as f64);
            }
            let next = nearest(points, width, &centres);
            let is_still = next.iter().zip(&found).all(|((one, _), (other, _))| one == other);
            found = next;
            if is_still {
                break;
            }
        }
        let inertia = found.iter().map(|(_, distance)| distance).sum();
        Self { clusters: found.into_iter().map(|(cluster, _)| cluster).collect(), inertia }
    }
}

/// The nearest centre of each row, the first of equals, and the square of its distance.
fn nearest(points: &[f32], width: usize, centres: &[f64]) -> Vec<(usize, f64)> {
    let of_row = |row: &[f32]| {
        let distances = centres.chunks_exact(width).map(|centre| squared_distance(row, centre));
        distances.enumerate().min_by(|(_, one), (_, other)| one.total_cmp(other)).expect("there is a centre")
    };
    points.par_chunks(CHUNK * width).flat_map_iter(|rows| rows.chunks_exact(width).map(of_row)).collect()
}

fn squared_distance(row: &[f32], centre: &[f64]) -> f64 {
    row.iter().zip(centre).map(|(&value, centre)| (f64::from(value) - centre).powi(2)).sum()
}

/// Centres at rows, each drawn by its squared distance from those before it.
fn drawn(points: &[f32], width: usize, clusters: usize, random: &mut impl Rng) -> Vec<f64> {
    let rows = points.len() / width;
    let row = |place: usize| points[place * width..][..width].iter().map(|&value| f64::from(value));
    let mut centres: Vec<f64> = row(random.random_range(0..rows)).collect();
    let mut distances: Vec<f64> =
        points.chunks_exact(width).map(|row| squared_distance(row, &centres)).collect();
    for _ in 1..clusters {
        let total: f64 = distances.iter().sum();
        let at = random.random::<f64>() * total;
        let mut sum = 0.0;
        let place = distances.iter().position(|distance| {
            sum += distance;
            sum > at
        });
        // Where all rows are centres already, one of them is another.
        let centre: Vec<f64> = row(place.unwrap_or(rows - 1)).collect();
        for (row, distance) in points.chunks_exact(width).zip(&mut distances) {
            *distance = distance.min(squared_distance(row, &centre));
        }
        centres.extend(centre);
    }
    centres
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::random::{Purpose, Streams};

    #[derive(Deserialize)]
    struct Golden {
        k_means: Case,
    }

    #[derive(Deserialize)]
    struct Case {
        points: Vec<Vec<f32>>,
        centres: Vec<Vec<f64>>,
        clusters: Vec<usize>,
        inertia: f64,
        best_inertia: f64,
    }

    #[test]
    fn clusters_equal_those_of_scikit_learn() {
        let Golden { k_means: case } =
            serde_json::from_str(include_str!("../../../../tests/golden/clusters.json"))
                .expect("the golden file");
        let (points, width) = (case.points.concat(), case.points[0].len());
        let from_known = KMeans::from_centres(&points, width, case.centres.concat(), MOST_STEPS);
        assert_eq!(from_known.clusters, case.clusters);
        assert!((from_known.inertia - case.inertia).abs() < 1e-6 * case.inertia, "{}", from_known.inertia);
        let mut random = Streams::new(1).generator(Purpose::Clusters, 0);
        let best = KMeans::of(&points, width, case.centres.len(), &mut random);
        assert!((best.inertia - case.best_inertia).abs() < 1e-6 * case.best_inertia, "{}", best.inertia);
    }

    #[test]
    fn fewer_rows_than_clusters_are_each_their_own() {
        let mut random = Streams::new(2).generator(Purpose::Clusters, 0);
        let found = KMeans::of(&[0.0, 0.0, 5.0, 5.0], 2, 3, &mut random);
        assert_ne!(found.clusters[0], found.clusters[1]);
        assert_eq!(found.inertia, 0.0);
    }
}
