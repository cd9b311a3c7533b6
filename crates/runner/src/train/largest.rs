//! The largest values that a model is given, in words: where they are huge, no learning rate keeps the numbers finite.

use aevb_data::examples::ExampleSet;
use aevb_data::graph::Graph;
use aevb_data::table::Rows;

/// Values up to this are what models are made for.
const LARGE: f32 = 100.0;

/// What to do about numbers that are not finite: at the first step it is not the learning rate.
pub(super) fn hint(largest: Option<String>, is_first_step: bool) -> String {
    match (largest, is_first_step) {
        (Some(largest), true) => largest,
        (None, true) => {
            "no step was taken yet: look for huge values in the data and the initial weights".into()
        }
        (Some(largest), false) => format!("{largest}; or try a smaller optimizer.learning_rate"),
        (None, false) => "try a smaller optimizer.learning_rate".into(),
    }
}

/// The largest feature of a graph, where it is large.
pub(super) fn of_graph(graph: &Graph) -> Option<String> {
    let features = graph.features()?;
    let largest = features.iter().max_by(|(a, _), (b, _)| a.abs().total_cmp(&b.abs()))?;
    let (value, (node, column)) = (*largest.0, largest.1);
    let feature = match graph.feature_names() {
        Some(names) => format!("`{}`", names[column as usize]),
        None => format!("number {column}, from 0,"),
    };
    let node = graph.name(node);
    (value.abs() > LARGE).then(|| {
        format!(
            "the largest feature is {value:e}, {feature} of node `{node}`: data.standardize=always brings all to one scale; or leave it out"
        )
    })
}

/// The largest value of the rows of a table, in standard deviations, where it is large.
pub(super) fn of_rows<'a>(parts: impl IntoIterator<Item = &'a Rows>) -> Option<String> {
    let largest = parts.into_iter().filter_map(|rows| {
        let values = rows.values(0..rows.count()).iter().enumerate();
        let (at, value) = values.max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))?;
        Some((*value, rows, at))
    });
    let (value, rows, at) = largest.max_by(|a, b| a.0.abs().total_cmp(&b.0.abs()))?;
    let (row, column) = (at / rows.columns(), at % rows.columns());
    let row = rows.names().map_or_else(|| row.to_string(), |names| names[row].clone());
    let name = &rows.standardization().columns[column];
    (value.abs() > LARGE).then(|| {
        format!(
            "`{name}` of row `{row}` lies {:e} standard deviations from the mean: look at that value, or leave the row out",
            value.abs()
        )
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use aevb_data::graph::{GraphFiles, Standardize};
    use aevb_data::table::Standardization;

    use super::*;

    #[test]
    fn a_huge_feature_is_named_with_its_node() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let write = |name: &str, content: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, content).expect("written");
            path
        };
        let edges = write("edges.csv", "a,b\nb,c\n");
        let sentence = |features: &str| {
            let features = Some(write("features.csv", features));
            let standardize = Standardize::Never;
            let files = GraphFiles { features, standardize, ..GraphFiles::from_edges(&edges) };
            of_graph(&files.read().expect("read").graph)
        };
        let huge = sentence("node,age,income\na,1,2\nb,3,-1e30\nc,5,6\n").expect("huge");
        assert!(huge.contains("-1e30, `income` of node `b`"), "{huge}");
        assert_eq!(sentence("node,age,income\na,1,2\nb,3,99\nc,5,6\n"), None);
    }

    #[test]
    fn a_huge_value_of_a_held_out_row_is_named() {
        let standardization = Arc::new(Standardization {
            columns: vec!["x".into(), "y".into()],
            mean: vec![0.0; 2],
            deviation: vec![1.0; 2],
            left_out: Vec::new(),
        });
        let rows = |values: Vec<f32>, names: [&str; 2]| {
            let rows = Rows::standardized(values, Arc::clone(&standardization)).expect("rows");
            rows.with_names(names.map(str::to_owned).to_vec()).expect("names")
        };
        let train = rows(vec![1.0, 2.0, 3.0, 4.0], ["0", "1"]);
        let test = rows(vec![0.0, 1.0, 0.0, -3e20], ["2", "3"]);
        let sentence = of_rows([&train, &test]).expect("huge");
        assert!(sentence.starts_with("`y` of row `3` lies 3e20 standard deviations"), "{sentence}");
        assert_eq!(of_rows([&train]), None);
    }
}
