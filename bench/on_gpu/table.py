"""The tables of BENCHMARKS.md for each card that was measured."""
import sys

from paired import results
from paired.spread import markdown, significant

from . import peaks
from .job import LABELS

PARTS = {"epochs": "epoch", "step": "step, generated graph", "vae": "step, VAE 784-500-20, batch 100",
         "spmm": "sparse times dense", "pairwise": "all pairs"}


def of_folder(folder):
    """The tables of all sessions on a card, one file of results each, or nothing where there is none."""
    tables = []
    for file in sorted(folder.glob("gpu-*.jsonl")):
        try:
            lines = results.read(file)
        except ValueError as error:
            print(f"{file}: left out, a line is no JSON: {error}", file=sys.stderr)
            continue
        if not lines or lines[0].get("kind") != "session":
            print(f"{file}: left out, it begins with no session", file=sys.stderr)
        elif lines[0].get("dry_run"):
            print(f"{file}: left out, a dry run's times mean nothing", file=sys.stderr)
        else:
            tables.append(of_card(lines))
    return "\n\n".join(tables) or None


def of_card(lines):
    """What one session measured."""
    session, runs = lines[0], lines[1:]
    # Shares are those of the card that was computed on, or of none.
    card = None if session["dry_run"] or session.get("other_devices") else session.get("card")
    bandwidth, operations, source = peaks.of(card, runs)
    name = session.get("card") or session.get("device") or "no card"
    parts = [f"### {name}" + (" (a dry run: its times mean nothing)" if session["dry_run"] else ""),
             checks(runs), whole_runs(runs), measured(runs, bandwidth, operations)]
    if source:
        parts.append(f"The limits, {source}: {significant(bandwidth / 1e9)} GB/s, {significant(operations / 1e12)} "
                     "TFLOP/s in float32.")
    parts += [failures(session, runs), footer(session)]
    return "\n\n".join(part for part in parts if part)


def checks(runs):
    """One line a program: whether its kernels are right."""
    lines = []
    for run in runs:
        if run["part"] == "check" and "kernels" in run:
            wrong = run["wrong"]
            verdict = f"wrong: {', '.join(wrong)}" if wrong else "all right"
            lines.append(f"- {LABELS[run['contender']]}, {run['device']}: {run['kernels']} kernels and gradients checked, "
                         f"{verdict}.")
    return "\n".join(lines)


def whole_runs(runs):
    """One row a configuration and contender."""
    done = [run for run in runs if run["part"] == "run" and "milliseconds" in run]
    rows = [[f"{run['config']}, {run['epochs']} epochs", LABELS[run["contender"]], time(run),
             significant(run["first_milliseconds"] / 1e3), significant(run["seconds_to_exit"]),
             metrics(run["metrics"]), memory(run)] for run in in_order(done, "config")]
    return rows and markdown(["run", "", "ms per epoch", "first epoch, s", "start to exit, s", "test metric",
                              "memory of the card, MiB"], rows, names=2)


def measured(runs, bandwidth, operations):
    """One row a part, size and contender."""
    done = [run for run in runs if run["part"] in PARTS and "milliseconds" in run]
    rows = []
    for part in PARTS:
        sized = ["config", "nodes", "width", "latent", *(["pass"] if part == "spmm" else [])]
        for run in in_order([run for run in done if run["part"] == part], *sized):
            reached = peaks.share(run, bandwidth, operations)
            first = run.get("first_milliseconds")
            rows.append([PARTS[part], size(run), LABELS[run["contender"]], time(run),
                         significant(first / 1e3) if first else "–",
                         significant(100 * reached) if reached else "–", memory(run)])
    return rows and markdown(["what", "size", "", "ms", "first, s", "of the card's limit, %", "memory of the card, MiB"],
                             rows, names=3)


def in_order(runs, *names):
    """Those of one size together, sizes in the order in which they were measured."""
    sizes = list(dict.fromkeys(tuple(run.get(name) for name in names) for run in runs))
    return sorted(runs, key=lambda run: sizes.index(tuple(run.get(name) for name in names)))


def size(run):
    """The size of what a result is of."""
    whole = lambda value: f"{value:,}".replace(",", " ")
    said = [run["config"].removeprefix("vgae-").capitalize()] if "config" in run else []
    said += [f"{whole(run['nodes'])} nodes"] if run.get("nodes") else []
    said += [f"{whole(run['nonzeros'])} nonzeros"] if run["part"] == "spmm" and run.get("nonzeros") else []
    width = run.get("latent") or run.get("width")
    said += [f"width {width}"] if width and run["part"] != "vae" else []
    said += [run["pass"].replace("+", " + ")] if run["part"] == "spmm" else []
    return ", ".join(said) or "–"


def time(run):
    """Median, and lowest to highest."""
    median, lowest, highest = (run["milliseconds"][name] for name in ("median", "lowest", "highest"))
    return f"{significant(median)} ({significant(lowest)}–{significant(highest)})"


def memory(run):
    """What a result says of the card's memory."""
    mebibytes = run.get("device_memory_mib")
    return "–" if mebibytes is None else f"{mebibytes:,}".replace(",", " ")


def metrics(values):
    """Ranks in percent, bounds in nats."""
    ranks = [f"{100 * values[name]:.2f} {name.upper()}" for name in ("auc", "ap") if name in values]
    return ", ".join(ranks + ([f"{values['elbo']:.2f} nats"] if "elbo" in values else [])) or "–"


def failures(session, runs):
    """What could not be measured, and why."""
    lines = [f"- {line}" for line in session.get("left_out", [])]
    lines += [f"- {run['job']}: {run['failure']}" for run in runs if "failure" in run]
    return lines and "Not measured:\n\n" + "\n".join(lines)


def footer(session):
    """What it was measured on."""
    began = session.get("time", "").partition("-")[2]
    said = [session["date"] + (f" {began[:2]}:{began[2:4]}" if began else ""),
            session.get("driver") and f"driver {session['driver']}", session.get("torch") and f"PyTorch {session['torch']}",
            session.get("cuda") and f"CUDA {session['cuda']}",
            f"{session['processor']}, {session['cores']} cores",
            "; ".join(f"{name}: {version}" for name, version in session["programs"].items())]
    commit = f" (source at {session['commit']})" if session.get("commit") else ""
    return ", ".join(part for part in said if part) + commit + "."
