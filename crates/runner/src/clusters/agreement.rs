use serde::Serialize;

/// How far two partitions of the same rows agree, whatever the names of their parts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Agreement {
    /// The mutual information over the mean of both entropies (Strehl & Ghosh 2002; the mean as in scikit-learn): 1 where the
    /// partitions are the same.
    pub normalized_mutual_information: f64,
    /// The share of pairs of rows that both put together or both put apart, beyond what chance would have (Hubert & Arabie 1985).
    pub adjusted_rand_index: f64,
    /// The share of rows that are right where each cluster is given the class that is best for all together, one each.
    pub accuracy: f64,
}

impl Agreement {
    /// That of clusters and classes, a number from 0 on of each for every row.
    ///
    /// # Panics
    /// If there are not as many of both.
    pub fn of(clusters: &[usize], classes: &[usize]) -> Self {
        assert_eq!(clusters.len(), classes.len(), "a cluster and a class for each row");
        let count = |numbers: &[usize]| numbers.iter().max().map_or(0, |last| last + 1);
        let (rows, columns) = (count(clusters), count(classes));
        let mut table = vec![vec![0_u64; columns]; rows];
        for (&cluster, &class) in clusters.iter().zip(classes) {
            table[cluster][class] += 1;
        }
        let of_clusters: Vec<u64> = table.iter().map(|row| row.iter().sum()).collect();
        let of_classes: Vec<u64> =
            (0..columns).map(|class| table.iter().map(|row| row[class]).sum()).collect();
        Self {
            normalized_mutual_information: mutual_information(&table, &of_clusters, &of_classes),
            adjusted_rand_index: adjusted_rand_index(&table, &of_clusters, &of_classes),
            accuracy: most_together(&table) as f64 / clusters.len().max(1) as f64,
        }
    }
}

fn mutual_information(table: &[Vec<u64>], of_clusters: &[u64], of_classes: &[u64]) -> f64 {
    let total = of_clusters.iter().sum::<u64>() as f64;
    let entropy = |counts: &[u64]| -> f64 {
        let shares = counts.iter().filter(|count| **count > 0).map(|&count| count as f64 / total);
        -shares.map(|share| share * share.ln()).sum::<f64>()
    };
    let mean = f64::midpoint(entropy(of_clusters), entropy(of_classes));
    if mean == 0.0 {
        // Each has one part: they are the same.
        return 1.0;
    }
    let mut information = 0.0;
    for (row, &of_cluster) in table.iter().zip(of_clusters) {
        for (&both, &of_class) in row.iter().zip(of_classes).filter(|(both, _)| **both > 0) {
            let both = both as f64;
            information += both / total * (both * total / (of_cluster as f64 * of_class as f64)).ln();
        }
    }
    (information / mean).clamp(0.0, 1.0)
}

fn adjusted_rand_index(table: &[Vec<u64>], of_clusters: &[u64], of_classes: &[u64]) -> f64 {
    let pairs = |count: u64| count as f64 * (count as f64 - 1.0) / 2.0;
    let sum = |counts: &[u64]| counts.iter().map(|&count| pairs(count)).sum::<f64>();
    let together: f64 = table.iter().map(|row| sum(row)).sum();
    let (by_clusters, by_classes) = (sum(of_clusters), sum(of_classes));
    let all = pairs(of_clusters.iter().sum());
    let by_chance = if all > 0.0 { by_clusters * by_classes / all } else { 0.0 };
    let most = f64::midpoint(by_clusters, by_classes);
    if most == by_chance { 1.0 } else { (together - by_chance) / (most - by_chance) }
}

/// The largest sum of entries of a table of which no two share a row or a column (Kuhn 1955; Munkres 1957), by shortest
/// augmenting paths.
fn most_together(table: &[Vec<u64>]) -> u64 {
    let side = table.len().max(table.first().map_or(0, Vec::len));
    let largest = table.iter().flatten().copied().max().unwrap_or_default() as i64;
    let entry =
        |row: usize, column: usize| table.get(row).and_then(|row| row.get(column)).copied().unwrap_or(0);
    let cost = |row: usize, column: usize| largest - entry(row, column) as i64;
    // Rows and columns count from 1: 0 is none.
    let (mut of_rows, mut of_columns) = (vec![0_i64; side + 1], vec![0_i64; side + 1]);
    let mut row_of = vec![0_usize; side + 1];
    for row in 1..=side {
        let mut least = vec![i64::MAX; side + 1];
        let (mut came_from, mut is_seen) = (vec![0_usize; side + 1], vec![false; side + 1]);
        row_of[0] = row;
        let mut column = 0;
        while row_of[column] != 0 {
            is_seen[column] = true;
            let (mut step, mut next) = (i64::MAX, 0);
            for other in (1..=side).filter(|&other| !is_seen[other]) {
                let reduced =
                    cost(row_of[column] - 1, other - 1) - of_rows[row_of[column]] - of_columns[other];
                if reduced < least[other] {
                    (least[other], came_from[other]) = (reduced, column);
                }
                if least[other] < step {
                    (step, next) = (least[other], other);
                }
            }
            for other in 0..=side {
                if is_seen[other] {
                    of_rows[row_of[other]] += step;
                    of_columns[other] -= step;
                } else {
                    least[other] -= step;
                }
            }
            column = next;
        }
        while column != 0 {
            row_of[column] = row_of[came_from[column]];
            column = came_from[column];
        }
    }
    (1..=side).map(|column| entry(row_of[column] - 1, column - 1)).sum()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Golden {
        agreement: Vec<Case>,
    }

    #[derive(Deserialize)]
    struct Case {
        clusters: Vec<usize>,
        classes: Vec<usize>,
        normalized_mutual_information: f64,
        adjusted_rand_index: f64,
        accuracy: f64,
    }

    /// scikit-learn's metrics and SciPy's assignment; more clusters than classes, fewer, one of each, and chance.
    #[test]
    fn agreement_equals_the_golden() {
        let golden: Golden = serde_json::from_str(include_str!("../../../../tests/golden/clusters.json"))
            .expect("the golden file");
        for (number, case) in golden.agreement.iter().enumerate() {
            let found = Agreement::of(&case.clusters, &case.classes);
            let known = [case.normalized_mutual_information, case.adjusted_rand_index, case.accuracy];
            let found = [found.normalized_mutual_information, found.adjusted_rand_index, found.accuracy];
            for (found, known) in found.into_iter().zip(known) {
                assert!((found - known).abs() < 1e-12, "case {number}: {found} is not {known}");
            }
        }
    }
}
