"""How right the probabilities of `aevb links` are, over graphs, seeds and rankings.

    python3 bench/calibration.py target/release/aevb [--seeds 3] [--only NAME]

Needs networkx; `AEVB_DATA` as `aevb data fetch` leaves it for Citeseer and Pubmed, which are left out where it is not set.
Trains on each graph as `aevb train` does unasked: a file of edges by the preset for a graph of one's own, a citation graph by its own
configuration. Prints what `aevb links --calibration` says: the expected calibration error over ten bins of the best m pairs
without a training edge, m being the number of held-out edges, and that of as many pairs as test edges; beside each what right
probabilities would show by chance.
"""

import argparse
import json
import os
import pathlib
import subprocess
import tempfile

import networkx

RANKINGS = ["model", "common-neighbours", "adamic-adar", "resource-allocation", "preferential-attachment", "auto"]


def generated():
    """Graphs by name; none has an isolated node in its list of edges."""
    blocks = [[0.1, 0.01, 0.01], [0.01, 0.1, 0.01], [0.01, 0.01, 0.1]]
    yield "karate", networkx.karate_club_graph()
    yield "les-miserables", networkx.les_miserables_graph()
    yield "preferential", networkx.barabasi_albert_graph(3000, 5, seed=1)
    yield "clustered", networkx.powerlaw_cluster_graph(3000, 6, 0.5, seed=1)
    yield "small-world", networkx.watts_strogatz_graph(3000, 8, 0.1, seed=1)
    yield "blocks", networkx.stochastic_block_model([300] * 3, blocks, seed=1)
    yield "caves", networkx.relaxed_caveman_graph(100, 12, 0.2, seed=1)
    yield "geometric", networkx.random_geometric_graph(2000, 0.05, seed=1)


def runs(folder):
    """The names of graphs and what to train on them."""
    yield "cora", ["vgae-cora"]
    yield "cora, no features", ["vgae-cora", "--set", "data.features=none"]
    if "AEVB_DATA" in os.environ:
        for name in ["citeseer", "pubmed"]:
            yield name, [f"vgae-{name}"]
            yield f"{name}, no features", [f"vgae-{name}", "--set", "data.features=none"]
        for name in ["ca-AstroPh", "email-Enron"]:
            path = pathlib.Path(os.environ["AEVB_DATA"]) / "graphs" / "snap" / f"{name}.txt.gz"
            if path.exists():
                yield name, [str(path)]
    for name, graph in generated():
        path = folder / f"{name}.csv"
        path.write_text("".join(f"{i},{j}\n" for i, j in graph.edges() if i != j))
        yield name, [str(path)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("aevb")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    aevb = str(pathlib.Path(arguments.aevb).resolve())
    print("| graph | ranking | validation edges | held out | error | by chance | of the test's | by chance |")
    print("|---|---|---:|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for name, train in runs(folder):
            if arguments.only not in name:
                continue
            told = {ranking: [] for ranking in RANKINGS}
            for seed in range(arguments.seeds):
                run = str(folder / f"{name}-{seed}".replace(", ", "-").replace(" ", "-"))
                command = [aevb, "train", *train, "-q", "--seed", str(seed), "--out", run]
                subprocess.run(command, check=True, capture_output=True)
                for ranking in RANKINGS:
                    command = [aevb, "links", run, "--by", ranking, "--calibration", "--json"]
                    printed = subprocess.run(command, check=True, capture_output=True).stdout
                    told[ranking].append(json.loads(printed))
            for ranking, all_told in told.items():
                first = all_told[0]
                share = sum(bin["held_out"] * bin["pairs"] for told in all_told for bin in told["of_held_out"]["bins"])
                pairs = sum(told["of_held_out"]["pairs"] for told in all_told)
                columns = []
                for part in ["of_held_out", "of_test"]:
                    for key in ["error", "error_by_chance"]:
                        values = [told[part][key] for told in all_told]
                        columns.append(f"{sum(values) / len(values):.3f}")
                        if key == "error":
                            columns[-1] += f" (most {max(values):.3f})"
                ranking = first["by"] if ranking == "auto" else ranking
                print(
                    f"| {name} | {ranking} | {first['validation_edges']} | {share / max(pairs, 1):.3f} of "
                    f"{first['held_out_edges']} | " + " | ".join(columns) + " |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
