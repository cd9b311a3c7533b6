//! `[evaluate]`: what a graph model is measured on.

use serde::{Deserialize, Serialize};

use super::Task;
use super::read::Invalid;

/// `[evaluate]`: what a graph model is measured on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Evaluate {
    /// At most so many held-out edges of a part are ranked, a sample that is drawn by the seed; absent for all of them or, on
    /// large graphs, as many as take minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queries: Option<usize>,
}

impl Evaluate {
    /// The keys that may be absent, as comments.
    pub(super) fn absent(&self) -> &'static str {
        match self.queries {
            Some(_) => "",
            None => {
                "# queries: at most so many held-out edges of a part are ranked; absent for all, or a sample where that takes long\n"
            }
        }
    }

    pub(super) fn check(&self, task: &Task) -> Result<(), Invalid> {
        let Some(queries) = self.queries else { return Ok(()) };
        let is_graph = matches!(task, Task::Graph { .. });
        let message = "ranks the held-out edges of a graph, and these are no graph";
        Invalid::unless(is_graph, "evaluate.queries", message, "leave it out")?;
        Invalid::unless(
            queries > 0,
            "evaluate.queries",
            "must be at least 1",
            "10000 tell MRR to half a point",
        )
    }
}

#[cfg(test)]
mod tests {
    use crate::experiment::{ConfigFile, Experiment, Override};

    fn read(config: &str, set: &str) -> crate::error::Result<Experiment> {
        let set = Override::parse(set).expect("well formed");
        Experiment::read(&ConfigFile::named(config).expect("built in"), &[set])
    }

    #[test]
    fn queries_are_a_number_of_edges_of_a_graph() {
        let experiment = read("vgae-cora", "evaluate.queries=300").expect("valid");
        assert_eq!(experiment.evaluate.queries, Some(300));
        assert!(experiment.to_toml().ends_with("\n[evaluate]\nqueries = 300\n"), "{}", experiment.to_toml());
        let absent = read("vgae-cora", "seed=0").expect("valid").to_toml();
        assert!(absent.contains("\n[evaluate]\n# queries: "), "{absent}");
        assert!(!read("vae-mnist", "seed=0").expect("valid").to_toml().contains("[evaluate]"));
        for (config, set, told) in [
            ("vgae-cora", "evaluate.queries=0", "evaluate.queries must be at least 1"),
            ("vgae-cora", "evaluate.queries=-3", "evaluate.queries"),
            ("vgae-cora", "evaluate.queries=1.5", "evaluate.queries"),
            ("vgae-cora", "evaluate.queries=all", "evaluate.queries"),
            ("vgae-cora", "evaluate.querys=5", "querys"),
            ("vae-mnist", "evaluate.queries=5", "these are no graph"),
        ] {
            let error = read(config, set).expect_err(set);
            assert_eq!(error.exit_code(), 2, "{set}");
            assert!(
                error.message.contains(told) && !error.message.contains('\n'),
                "{set}: {}",
                error.message
            );
        }
    }
}
