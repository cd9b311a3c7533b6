"""Sparse times dense on synthetic power-law graphs, 32 features."""
from .spread import markdown, significant, spread

NEEDS = ["aevb bench", "peers"]
WAYS = {
    "aevb": "aevb",
    "csr": "torch CSR, Aᵀ kept by hand",
    "autograd": "torch CSR, plain autograd",
    "gather": "torch gather / scatter",
    "scipy": "SciPy, Aᵀ kept by hand, 1 thread",
}
FEATURES = 32
SIZES = [(10_000, 100_000), (100_000, 1_000_000), (1_000_000, 10_000_000)]
# The slow ways take seconds a pass at the largest size.
REPEATS = {"csr": 7, "autograd": 3, "gather": 3, "scipy": 3}


def runs(session):
    """In each round, ours and then a way of the peers, for each way; graphs of the same law, each side its own draw."""
    for nodes, edges in SIZES[:1] if session.quick else SIZES:
        size = ["--nodes", nodes, "--edges", edges, "--features", FEATURES]
        for round_ in range(1, session.rounds + 1):
            for way in REPEATS:
                about = {"round": round_, "against": way, "nodes": nodes, "edges": edges}
                yield from results({**about, "contender": "aevb"}, session.run_aevb("bench", "spmm", *size, "--json"))
                yield from results({**about, "contender": way}, session.run_peer(
                    "spmm_torch.py", "--way", way, *size, "--repeats", REPEATS[way]))


def results(about, outcome):
    """One result a pass, or the failure of the process."""
    if outcome.failure:
        yield {**about, **outcome.measured()}
    kept = ("pass", "nonzeros", "milliseconds", "versions")
    for line in outcome.lines:
        kept_of_line = {name: line[name] for name in kept if name in line}
        yield {**about, **outcome.measured(), **kept_of_line, "peak_memory_mib": outcome.peak_memory_mib}


def summary(run):
    """A run in one line."""
    result = run.get("failure") or f"{run['pass']} {run['milliseconds']['median']:.2f} ms"
    return f"{run['nodes']} nodes, round {run['round']}, {run['contender']}: {result}"


def gigabytes(run):
    """What a pass moves if nothing is reused: of each nonzero its index and weight, 4 bytes each, and a row of X, and
    each row of Y once."""
    passes = 2 if run["pass"] == "forward+backward" else 1
    return passes * (run["nonzeros"] * (8 + 4 * FEATURES) + run["nodes"] * 4 * FEATURES) / 1e9


def table(results_):
    """One block of rows a size and pass."""
    rows = []
    for nodes in dict.fromkeys(run["nodes"] for run in results_):
        of_size = [run for run in results_ if run["nodes"] == nodes]
        for pass_ in ("forward", "forward+backward"):
            done = [run for run in of_size if run.get("pass") == pass_]
            nonzeros = next((run["nonzeros"] for run in done), None)
            label = f"{significant(nodes, 1)}, {significant(nonzeros, 3) if nonzeros else '–'}"
            ours = {(run["round"], run["against"]): run["milliseconds"]["median"]
                    for run in done if run["contender"] == "aevb"}
            for way, name in WAYS.items():
                of_way = [run for run in done if run["contender"] == way]
                cells = [label, pass_.replace("+", " + "), name]
                if not of_way:
                    said = [run["failure"] for run in of_size if run["contender"] == way and "failure" in run]
                    rows += [[*cells, f"failed: {said[0]}", "–", "–"]] if said else []
                    continue
                pairs = [(run["milliseconds"]["median"], ours.get((run["round"], way))) for run in of_way]
                speeds = [gigabytes(run) / run["milliseconds"]["median"] * 1e3 for run in of_way]
                rows.append([*cells, spread([run["milliseconds"]["median"] for run in of_way]), spread(speeds),
                             spread([peer / our for peer, our in pairs if our])])
    return markdown(["nodes, nonzeros", "pass", "", "ms", "GB/s", "ms, peer / aevb"], rows, names=3)
