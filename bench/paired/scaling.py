"""Time and memory of an exact training step against the number of nodes, and the exponent fitted to it."""
import math

from .spread import markdown, median, significant, spread

NEEDS = ["aevb bench"]
NODES = [2_708, 19_717, 50_000, 100_000, 200_000]
LATENT = 16


def runs(session):
    """Ours alone: no peer holds the larger sizes."""
    for round_ in range(1, session.rounds + 1):
        for nodes in NODES[:2] if session.quick else NODES:
            outcome = session.run_aevb("bench", "step", "--nodes", nodes, "--latent", LATENT, "--json")
            about = {"round": round_, "nodes": nodes, "latent": LATENT, **outcome.measured()}
            said = next((line for line in outcome.lines if line.get("kernel") == "step"), None)
            if said is None:
                yield {**about, "failure": outcome.failure or "printed no result of step"}
            else:
                kept = {name: said[name] for name in ("milliseconds", "nanoseconds_per_pair")}
                yield {**about, **kept, "peak_memory_mib": outcome.peak_memory_mib}


def summary(run):
    """A run in one line."""
    result = run.get("failure") or f"{run['milliseconds']['median']:.2f} ms, {run['peak_memory_mib']} MiB"
    return f"{run['nodes']} nodes, round {run['round']}: {result}"


def table(results):
    """One row a size, and the fit below."""
    rows, points = [], []
    for nodes in dict.fromkeys(run["nodes"] for run in results):
        of_size = [run for run in results if run["nodes"] == nodes]
        done = [run for run in of_size if "failure" not in run]
        if not done:
            rows.append([f"{nodes:,}".replace(",", " "), f"failed: {of_size[0]['failure']}", "–", "–"])
            continue
        times = [run["milliseconds"]["median"] for run in done]
        points.append((nodes, median(times)))
        rows.append([f"{nodes:,}".replace(",", " "), spread(times),
                     significant(median([run["nanoseconds_per_pair"] for run in done])),
                     spread([run["peak_memory_mib"] for run in done])])
    text = markdown(["nodes", "ms", "ns per ordered pair", "peak memory of the process, MiB"], rows)
    if len(points) < 2:
        return text
    exponent, worst = fit(points)
    return (f"{text}\n\nTime ~ nodes^{exponent:.3f}, by least squares of the logarithms over the {len(points)} sizes; "
            f"no size is further than {100 * worst:.0f} % from the fit.")


def fit(points):
    """The slope of log time against log nodes, and the largest relative deviation from the line."""
    x, y = ([math.log(value) for value in axis] for axis in zip(*points))
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    slope = (sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y)) / sum((a - mean_x) ** 2 for a in x))
    deviations = [abs(math.expm1(b - mean_y - slope * (a - mean_x))) for a, b in zip(x, y)]
    return slope, max(deviations)
