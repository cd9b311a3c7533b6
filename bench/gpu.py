"""Measures what a GPU does, on a bare Linux machine with an NVIDIA driver and a Python with CUDA PyTorch: no network, no
Rust. Start it as bench/gpu.sh.

    bench/gpu.sh bundle      on the machine that builds: makes bench/bundle, which goes along with the folder bench
    bench/gpu.sh             on the machine with the GPU: writes bench/results/gpu-CARD-TIME.jsonl
    bench/gpu.sh --dry-run   all of it at small sizes, on a software Vulkan driver and the CPU: writes no result

A part that fails, or takes longer than its limit, is a line; the others go on. `bench/run.sh --table gpu` puts the results
into BENCHMARKS.md.

Variables: PYTHON (the interpreter with PyTorch), AEVB_DATA (for the bundle, the folder of the data sets, datasets by
default), BUNDLE (the folder of the bundle, bench/bundle by default), VK_DRIVER_FILES (the Vulkan driver to use).
"""
import argparse
import json
import os
import pathlib
import signal
import sys
import tempfile
import time

from on_gpu import bundle, found, jobs, peers, table
from on_gpu.job import LABELS, PARTS, Setup
from on_gpu.kept import Kept
from on_gpu.sizes import CARD, DRY
from on_gpu.watch import CardMemory, run
from paired import machine, results

BENCH = pathlib.Path(__file__).resolve().parent
# Names, as they are before a result's own.
FROM_LINES = ("pass", "nodes", "nonzeros", "width", "milliseconds", "first_milliseconds", "gigaflops",
              "copy_gigabytes_per_second", "device_memory_by_torch_mib", "versions", "auc", "ap")


def arguments():
    parser = argparse.ArgumentParser(
        prog="bench/gpu.sh", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", choices=["bundle"], help="make the bundle; without it, measure")
    parser.add_argument("--dry-run", action="store_true", help="everything at small sizes, without a GPU")
    parser.add_argument("--seconds", type=int, help="end after so many [400; 900 of a dry run]")
    parser.add_argument("--out", type=pathlib.Path, help="the folder of the results [bench/results; of a dry run none]")
    parser.add_argument("--parts", type=names_of(PARTS), help=f"of the parts only these: {','.join(PARTS)}")
    parser.add_argument("--only", type=names_of(LABELS), help=f"of the contenders only these: {','.join(LABELS)}")
    given = parser.parse_args()
    if given.what == "bundle" and any((given.dry_run, given.seconds, given.out, given.parts, given.only)):
        parser.error("the options are of measuring; BUNDLE names the folder of the bundle")
    if given.seconds is not None and given.seconds < 1:
        parser.error("--seconds must be at least 1")
    return given


def names_of(known):
    """A function that reads an argument of several of the known names."""
    def read(text):
        names = tuple(text.split(","))
        unknown = [name for name in names if name not in known]
        if unknown:
            raise argparse.ArgumentTypeError(f"no {', '.join(unknown)}: there are {', '.join(known)}")
        return names
    return read


def main():
    given = arguments()
    folder = pathlib.Path(os.environ.get("BUNDLE", BENCH / "bundle")).absolute()
    if given.what == "bundle":
        root = BENCH.parent
        bundle.make(root, pathlib.Path(os.environ.get("AEVB_DATA", root / "datasets")).absolute(), folder)
        return
    if not (folder / "bundle.json").is_file():
        sys.exit(f"error: {folder} holds no bundle: `bench/gpu.sh bundle` makes it, on a machine with Rust")
    with tempfile.TemporaryDirectory(prefix="aevb-gpu-") as place:
        place = pathlib.Path(place)
        with Kept(given.out or (place if given.dry_run else BENCH / "results")) as kept:
            measure(given, folder, place, kept)


def measure(given, folder, place, kept):
    """Says what was found, then runs one job after the other."""
    began = time.monotonic()
    last = began + (given.seconds or (900 if given.dry_run else 400))
    ours = dict(os.environ)
    torch = found.Torch(dict(os.environ))
    card, line = found.card()
    say(began, line)
    say(began, found.vulkan_library(ours, folder / "lib"))
    # A dry run wants the software driver, which is not to be seen where another is named.
    say(began, found.vulkan_driver(dict(ours) if given.dry_run else ours, folder / "lib", place))
    if torch.is_slow(max(0.0, began + 9 - time.monotonic())):
        say(began, "PyTorch: being imported")
    about = json.loads((folder / "bundle.json").read_text())
    programs, data = bundle.unpack(folder, place)
    ours["AEVB_DATA"] = str(data)
    sizes = DRY if given.dry_run else CARD
    left_out = []
    able, vulkan_card = with_devices(began, programs, ours, given.dry_run, left_out)
    has, line = torch.answer(30 * sizes.patience)
    say(began, line)
    setup = Setup(
        programs=able, peers=BENCH / "peers", data=data, torch_device=torch_device(has, given.dry_run, left_out), runs=place,
        threads=len(os.sched_getaffinity(0)), sizes=sizes, is_dry=given.dry_run, lacking=tuple(has.get("lacking", ())),
        parts=given.parts, only=given.only)
    left_out += about.get("without", [])
    for line in left_out:
        say(began, line)
    name = card.name if card else has.get("card") or vulkan_card
    # What was computed on may be another GPU than the first that nvidia-smi knows.
    others = [] if given.dry_run else sorted(
        {device for device in (vulkan_card, has.get("card")) if device and device not in name and name not in device})
    if others:
        left_out.append(f"shares of the card's limits: {name} is not {' and '.join(others)}, which computed")
        say(began, left_out[-1])
    kept.name("dry-run" if given.dry_run else name or "no-card")
    kept.write({
        "kind": "session", "section": "gpu", "dry_run": given.dry_run, "time": kept.time, **machine.description(),
        "card": name, "driver": card and card.driver, "card_memory_mib": card and card.memory_mib,
        "torch": has.get("torch"), "cuda": has.get("cuda"), "commit": about["commit"], "programs": about["programs"],
        "left_out": left_out, "other_devices": others,
    })
    memory = CardMemory(card and card.nvidia_smi)
    try:
        for result in measured(began, last, setup, ours, memory):
            kept.write(result)
    finally:
        memory.close()
    print(f"\n{table.of_card(results.read(kept.path))}")
    if not kept.has_results:
        say(began, "nothing was measured, so no file is kept")
    else:
        say(began, f"results: {kept.path}" if given.out or not given.dry_run else "a dry run keeps no results")


def measured(began, last, setup, ours, memory):
    """The results of all jobs for which there is time."""
    for job in jobs.every(setup):
        left = last - time.monotonic()
        if left < 1:
            say(began, f"{job.named()}: no time left")
            yield {"kind": "run", "part": job.part, "contender": job.contender, "job": job.named(),
                   "failure": "no time was left"}
            continue
        is_ours = job.contender in setup.programs
        environment = {**(ours if is_ours else os.environ), "AEVB_DATA": str(setup.data)}
        watched = run(job.command, environment, min(job.limit * setup.sizes.patience, left))
        yield from told(began, job, watched, memory)


def told(began, job, watched, memory):
    """The results of a job, and its failure where it failed, each said in a line."""
    about = {"kind": "run", "part": job.part, "contender": job.contender, "job": job.named(), **job.about}
    count = 0
    try:
        for result in results_of(job, watched, memory):
            say(began, f"{job.named()}: {summary(result)}")
            yield {**about, **result}
            count += 1
    # Whatever a process printed or left behind, it must not end the session.
    except Exception as error:
        watched.failure = watched.failure or f"its results cannot be read: {error!r}"
    if watched.failure or not (count or job.prepares):
        failure = watched.failure or "printed no result"
        say(began, f"{job.named()}: {failure}")
        yield {**about, "failure": failure}


def results_of(job, watched, memory):
    """What a job measured, with the memory of the card."""
    if job.read:
        for result in job.read(watched):
            yield {"device_memory_mib": memory.peak(watched), **result}
        return
    for said, peak in zip(watched.lines, memory.peaks(watched)):
        yield {"device_memory_mib": peak, **{name: said[name] for name in FROM_LINES if name in said}}


def summary(result):
    """A result in a few words."""
    if "kernels" in result:
        return f"{result['kernels']} kernels and gradients, " + (f"WRONG: {', '.join(result['wrong'])}" if result["wrong"]
                                                                 else "all right")
    if "gigaflops" in result:
        return f"{result['gigaflops']} GFLOP/s, {result['copy_gigabytes_per_second']} GB/s"
    words = [f"{name} {result[name]}" for name in ("nodes", "width") if name in result]
    words += [result["pass"]] if "pass" in result else []
    words.append(f"{result['milliseconds']['median']:.3f} ms")
    if result.get("first_milliseconds"):
        words.append(f"first {result['first_milliseconds'] / 1e3:.2f} s")
    words += [f"{name} {value}" for name, value in result.get("metrics", {}).items()]
    return ", ".join(words)


def with_devices(began, programs, environment, is_dry, left_out):
    """The programs that can compute, each with its device, and the GPU's name; a program that cannot is a line in
    `left_out`."""
    kinds = ("software",) if is_dry else ("discrete", "integrated", "virtual")
    able, card = {}, None
    for name, program in reversed(programs.items()):
        rows, failure = found.devices(program, environment)
        gpu = next((row for kind in kinds for row in rows
                    if row["kind"] == kind and row["name"].startswith("wgpu") and not row.get("not_used")), None)
        if gpu:
            able[name] = (program, gpu["name"])
            card = card or gpu["description"].rpartition(", by ")[0] or gpu["description"]
            say(began, f"{LABELS[name]}: {gpu['name']}, {gpu['description']}")
        else:
            kind = "software Vulkan driver (mesa-vulkan-drivers has one)" if is_dry else "GPU by Vulkan"
            left_out.append(f"{LABELS[name]}: left out, {failure or f'no {kind} is to be found'}")
    return {**able, "flex": (programs["wgsl"], "flex")}, card


def torch_device(has, is_dry, left_out):
    """Where the peers compute, if they do, and in `left_out` which do not."""
    device = "cuda" if has.get("cuda") else "cpu" if has and is_dry else None
    if device:
        left_out += filter(None, [peers.left_out(has["lacking"])])
        return device
    left_out.append(f"the peers: left out, {'PyTorch has no CUDA' if has else 'PyTorch cannot be imported'}")
    return None


def say(began, line):
    """A line with the seconds since the start."""
    print(f"[{time.monotonic() - began:5.1f} s] {line}", flush=True)


if __name__ == "__main__":
    # Ends like an interrupt does, which takes the running process along.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("interrupted: the file of results, if there is one, has what was measured")
