//! Table 1 of Kipf & Welling (arXiv 1611.07308): link prediction in three citation networks.

use std::fmt::Write;

use serde::Serialize;

use crate::evaluate::{LinkPrediction, Summary};

/// A citation network of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Set {
    /// Its name in the catalog and in configurations.
    pub name: &'static str,
    /// Its name in the table.
    pub title: &'static str,
}

/// The networks, in the table's order.
pub const SETS: [Set; 3] = [
    Set { name: "cora", title: "Cora" },
    Set { name: "citeseer", title: "Citeseer" },
    Set { name: "pubmed", title: "Pubmed" },
];

/// A row of the published table: means over 10 runs on one split that was never published, in percent.
#[derive(Clone, Copy, Debug)]
pub struct Published {
    /// Configurations are `{config}-{set}`.
    pub config: &'static str,
    /// Its name in the table; a star marks models that see no features.
    pub title: &'static str,
    /// AUC and average precision for each of [`SETS`].
    pub percent: [(f64, f64); 3],
}

/// Encoders and decoders beyond the paper's, beside its own: configurations of Cora, for any network, and their names.
pub const VARIANTS: [(&str, &str); 7] = [
    ("vgae-cora", "VGAE"),
    ("vgae-linear-cora", "linear encoder, one hop"),
    ("vgae-normalized-cora", "means of one length"),
    ("vgnae-cora", "means of one length, one hop (VGNAE)"),
    ("vgae-dropout-cora", "dropout, of edges too"),
    ("vgae-biased-cora", "decoder with biases"),
    ("vgae-bilinear-cora", "bilinear decoder"),
];

/// The rows of models.
pub const MODELS: [Published; 4] = [
    Published {
        config: "gae-featureless",
        title: "GAE*",
        percent: [(84.3, 88.1), (78.7, 84.1), (82.2, 87.4)],
    },
    Published {
        config: "vgae-featureless",
        title: "VGAE*",
        percent: [(84.0, 87.7), (78.9, 84.1), (82.7, 87.5)],
    },
    Published { config: "gae", title: "GAE", percent: [(91.0, 92.0), (89.5, 89.9), (96.4, 96.5)] },
    Published { config: "vgae", title: "VGAE", percent: [(91.4, 92.6), (90.8, 92.0), (94.4, 94.7)] },
];

/// A row made here.
#[derive(Clone, Debug, Serialize)]
pub struct TableRow {
    /// The network.
    pub data: &'static str,
    /// The model or baseline.
    pub model: &'static str,
    /// Test AUC over the splits, a fraction.
    pub auc: Summary,
    /// Test average precision over the splits, a fraction.
    pub ap: Summary,
    /// What the paper has, a fraction; nothing for baselines.
    pub paper: Option<LinkPrediction>,
}

/// The table made here.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Table {
    /// The rows, network by network.
    pub rows: Vec<TableRow>,
}

impl TableRow {
    /// Summarises the test metrics of several splits; `None` for no split.
    pub fn of(
        data: &'static str,
        model: &'static str,
        metrics: &[LinkPrediction],
        paper: Option<(f64, f64)>,
    ) -> Option<Self> {
        let summary =
            |pick: fn(&LinkPrediction) -> f64| Summary::of(&metrics.iter().map(pick).collect::<Vec<_>>());
        Some(Self {
            data,
            model,
            auc: summary(|metrics| metrics.auc)?,
            ap: summary(|metrics| metrics.ap)?,
            paper: paper.map(|(auc, ap)| LinkPrediction { auc: auc / 100.0, ap: ap / 100.0 }),
        })
    }
}

impl Table {
    /// The table as Markdown, in percent; beside the paper's numbers where there are some.
    pub fn to_markdown(&self, splits: u32) -> String {
        let beside_paper = self.rows.iter().any(|row| row.paper.is_some());
        let mut text = match beside_paper {
            true => "| | | AUC here | AUC paper | AP here | AP paper |\n|---|---|---|---|---|---|\n",
            false => "| | | AUC | AP |\n|---|---|---|---|\n",
        }
        .to_owned();
        for TableRow { data, model, auc, ap, paper } in &self.rows {
            let published = |pick: fn(&LinkPrediction) -> f64| match (beside_paper, paper) {
                (false, _) => String::new(),
                (true, None) => "  |".to_owned(),
                (true, Some(paper)) => format!(" {:.1} |", 100.0 * pick(paper)),
            };
            let (paper_auc, paper_ap) = (published(|paper| paper.auc), published(|paper| paper.ap));
            let [auc, ap] = [auc, ap].map(Summary::to_percent);
            let _ = writeln!(text, "| {data} | {model} | {auc} |{paper_auc} {ap} |{paper_ap}");
        }
        let splits = if splits == 1 {
            "one split".into()
        } else {
            format!("mean ± standard deviation over {splits} splits")
        };
        let note = if beside_paper { "; the paper has one split of its own" } else { "" };
        let _ = writeln!(text, "\nTest edges, in percent, {splits}{note}.");
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_stands_beside_the_paper() {
        let metrics = [LinkPrediction { auc: 0.5, ap: 0.25 }, LinkPrediction { auc: 1.0, ap: 0.75 }];
        let model = TableRow::of("Cora", "GAE", &metrics, Some((91.0, 92.0))).expect("two splits");
        let baseline = TableRow::of("Cora", "random", &metrics[..1], None).expect("one split");
        let table = Table { rows: vec![model, baseline] };
        let markdown = table.to_markdown(2);
        assert!(
            markdown.contains("| Cora | GAE | 75.00 ± 35.36 | 91.0 | 50.00 ± 35.36 | 92.0 |\n"),
            "{markdown}"
        );
        assert!(markdown.contains("| Cora | random | 50.00 |  | 25.00 |  |\n"), "{markdown}");
        assert!(TableRow::of("Cora", "none", &[], None).is_none());
        let alone = TableRow::of("Cora", "GAE", &metrics, None).expect("two splits");
        let markdown = Table { rows: vec![alone] }.to_markdown(2);
        assert!(markdown.contains("| Cora | GAE | 75.00 ± 35.36 | 50.00 ± 35.36 |\n"), "{markdown}");
    }
}
