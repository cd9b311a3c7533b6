//! Keys that a configuration may go without, as comments of the one that is written out.

/// A configuration of a graph model as text, with the keys that are absent from it.
pub(super) fn of_graph(text: &str) -> String {
    const ENCODER: &str = "[model.encoder]\nkind = \"propagation\"\n";
    let with = |text: String, head: &str, keys: &[(&str, &str)]| {
        let is_absent = |key: &str| !text.lines().any(|line| line.starts_with(&format!("{key} = ")));
        let absent = keys.iter().filter(|(key, _)| is_absent(key));
        let absent: String = absent.map(|(key, what)| format!("# {key}: {what}\n")).collect();
        text.replacen(head, &format!("{head}{absent}"), 1)
    };
    if !text.contains(ENCODER) {
        let what = "[15, 10] sums over 15 neighbours of each node in the last layer and 10 in the one before, beside drawn pairs";
        return with(text.to_owned(), "[train]\n", &[("neighbours", what)]);
    }
    let text = with(
        text.to_owned(),
        "[model]\n",
        &[
            (
                "choose_inputs",
                "true takes features, free embeddings or both, whichever ranks better in a short trial",
            ),
            (
                "latent_dropout",
                "the share of the latent vectors' values that the decoder does not see in a step",
            ),
        ],
    );
    let text = with(
        text,
        ENCODER,
        &[
            ("embeddings", "true gives each node a free embedding beside its features"),
            (
                "start",
                "\"spectral\" begins the weights of features at the spectrum of what neighbourhoods share",
            ),
        ],
    );
    with(
        text,
        "[objective]\n",
        &[
            (
                "pairs",
                "\"rows\" takes the pairs of objective.rows nodes in a step, in place of all; there are \"blocks\", \"sampled\" and \"subgraph\"",
            ),
            ("mask", "0.5 hides half of the edges from the encoder in a step, and learns these"),
            ("self_pairs", "\"left-out\" does not count a node as linked with itself"),
        ],
    )
}

#[cfg(test)]
mod tests {
    use crate::experiment::{ConfigFile, Experiment};

    #[test]
    fn what_is_written_out_reads_as_before_and_names_what_is_absent() {
        for name in ["links", "gae-propagation-cora", "vgae-cora"] {
            let read = |file: &ConfigFile| Experiment::read(file, &[]).expect("valid");
            let experiment = read(&ConfigFile::named(name).expect("built in"));
            let text = experiment.to_toml();
            let folder = tempfile::tempdir().expect("a temporary folder");
            let path = folder.path().join("again.toml");
            std::fs::write(&path, &text).expect("written");
            let again = read(&ConfigFile::find(Some(&path)).expect("there"));
            assert_eq!(again.to_toml(), text);
            let is_linear = name != "vgae-cora";
            for key in ["# latent_dropout: ", "# start: ", "# pairs: ", "# self_pairs: "] {
                assert_eq!(text.matches(key).count(), usize::from(is_linear), "{name} {key}: {text}");
            }
            assert_eq!(text.contains("# neighbours: "), !is_linear, "{text}");
            assert_eq!(text.contains("# choose_inputs: "), name == "gae-propagation-cora", "{text}");
        }
    }
}
