"""Tests of what bench/gpu.sh does beside measuring: `python3 -m unittest discover bench`."""
import argparse
import contextlib
import datetime
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import gpu
from on_gpu import peaks, table
from on_gpu.job import PARTS, Job, Setup
from on_gpu.jobs import every
from on_gpu.kept import Kept
from on_gpu.sizes import CARD, DRY
from on_gpu.watch import CardMemory, run

BENCH = pathlib.Path(__file__).resolve().parent
SESSION = {
    "kind": "session", "section": "gpu", "dry_run": False, "date": "2030-01-02", "processor": "A CPU", "cores": 4,
    "card": "NVIDIA H200", "driver": "1.2", "torch": "2.0", "cuda": "13.0", "commit": "abc",
    "left_out": ["the peers: left out, PyTorch has no CUDA"],
    "programs": {"spirv": "aevb 1 (vulkan, autotune)", "wgsl": "aevb 1"},
}
CEILINGS = {"part": "ceilings", "contender": "torch", "job": "ceilings torch", "gigaflops": 50_000,
            "copy_gigabytes_per_second": 4_000}


def result(part, contender, median, **more):
    about = {"kind": "run", "part": part, "contender": contender, "job": f"{part} {contender}"}
    return {**about, "milliseconds": {"median": median, "lowest": median / 2, "highest": 2 * median}, **more}


class Shares(unittest.TestCase):
    def test_bytes_of_spmm_against_the_measured_copy(self):
        bandwidth, operations, source = peaks.of("NVIDIA H200", [CEILINGS])
        self.assertEqual((bandwidth, operations), (4e12, 5e13))
        self.assertIn("measured", source)
        # 1000 nonzeros: index and value 8 bytes, a row 128; 100 rows written, 128 each: 148 800 bytes in 1 ms.
        run_ = result("spmm", "wgsl", 1.0, nodes=100, nonzeros=1000, width=32, **{"pass": "forward"})
        self.assertAlmostEqual(peaks.share(run_, bandwidth, operations), 148_800 / 1e-3 / 4e12)
        both = {**run_, "pass": "forward+backward"}
        self.assertAlmostEqual(peaks.share(both, bandwidth, operations), 2 * 148_800 / 1e-3 / 4e12)

    def test_operations_of_all_pairs(self):
        # 4 operations a dimension and ordered pair: 4 · 16 · 10⁶ in 1 ms.
        run_ = result("pairwise", "wgsl", 1.0, nodes=1000, width=16)
        self.assertAlmostEqual(peaks.share(run_, 4e12, 5e13), 6.4e7 / 1e-3 / 5e13)
        self.assertIsNone(peaks.share(result("vae", "wgsl", 1.0, width=20), 4e12, 5e13))
        self.assertIsNone(peaks.share(run_, None, None))

    def test_published_peaks_where_nothing_was_measured(self):
        self.assertEqual(peaks.of("NVIDIA H100 80GB HBM3", [])[:2], (3350 * 1e9, 66.9 * 1e12))
        self.assertEqual(peaks.of("NVIDIA H100 PCIe", [])[:2], (2000 * 1e9, 51.2 * 1e12))
        self.assertEqual(peaks.of("A card of tomorrow", []), (None, None, None))

    def test_a_card_is_not_taken_for_one_whose_name_begins_alike(self):
        teraflops = lambda name: peaks.of(name, [])[1] and peaks.of(name, [])[1] / 1e12
        for name, expected in [
            ("NVIDIA L40", 90.5), ("NVIDIA L4", 30.3), ("NVIDIA H200 NVL", 60.0), ("NVIDIA H100 NVL", 60.0),
            ("NVIDIA GeForce RTX 3090 Ti", 40.0), ("NVIDIA GeForce RTX 3090", 35.6), ("NVIDIA A1000", None),
            ("NVIDIA GeForce RTX 4090 Laptop GPU", None), ("", None), (None, None),
        ]:
            self.assertEqual(teraflops(name), expected, name)
        self.assertEqual(peaks.of("NVIDIA L40", [])[0], 864e9)


class Tables(unittest.TestCase):
    RUNS = [
        CEILINGS,
        {"part": "check", "contender": "wgsl", "job": "check wgsl", "kernels": 26, "wrong": [], "device": "NVIDIA H200"},
        {"part": "check", "contender": "spirv", "job": "check spirv", "kernels": 26, "wrong": ["softplus_sum"],
         "device": "NVIDIA H200"},
        result("step", "wgsl", 3000.0, nodes=1_000_000, width=16, first_milliseconds=4500.0, device_memory_mib=2048),
        result("step", "spirv", 2500.0, nodes=1_000_000, width=16, first_milliseconds=60_000.0, device_memory_mib=None),
        result("run", "flex", 100.0, config="vgae-pubmed", epochs=200, first_milliseconds=110.0, seconds_to_exit=21.0,
               metrics={"auc": 0.9469, "ap": 0.949}, device_memory_mib=0),
        {"part": "spmm", "contender": "csr", "job": "spmm 10 csr", "failure": "not done after 25 s"},
    ]

    def write(self, folder):
        file = pathlib.Path(folder, "gpu-nvidia-h200.jsonl")
        file.write_text("".join(json.dumps(line) + "\n" for line in [SESSION, *self.RUNS]))

    def test_every_result_has_its_row(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertIsNone(table.of_folder(pathlib.Path(folder)))
            self.write(folder)
            text = table.of_folder(pathlib.Path(folder))
        for line in [
            "### NVIDIA H200",
            "- aevb, WGSL, NVIDIA H200: 26 kernels and gradients checked, all right.",
            "- aevb, SPIR-V and autotune, NVIDIA H200: 26 kernels and gradients checked, wrong: softplus_sum.",
            # 6.4e13 operations in 3 s are 2.13e13 a second, of 5e13.
            "| step, generated graph | 1 000 000 nodes, width 16 | aevb, WGSL | 3 000 (1 500–6 000) | 4.50 | 42.7 | 2 048 |",
            "| step, generated graph | 1 000 000 nodes, width 16 | aevb, SPIR-V and autotune | 2 500 (1 250–5 000) | 60.0 | "
            "51.2 | – |",
            "| vgae-pubmed, 200 epochs | aevb, the CPU | 100 (50.0–200) | 0.110 | 21.0 | 94.69 AUC, 94.90 AP | 0 |",
            "- the peers: left out, PyTorch has no CUDA",
            "- spmm 10 csr: not done after 25 s",
        ]:
            self.assertIn(line, text.splitlines())
        self.assertIn("4 000 GB/s, 50.0 TFLOP/s", text)

    def test_contenders_of_one_size_stand_together(self):
        runs = [result("step", "wgsl", 1.0, nodes=10, width=16, **{"pass": "training"}),
                result("step", "wgsl", 2.0, nodes=20, width=16, **{"pass": "training"}),
                result("step", "tiles-gradient-only", 3.0, nodes=10, width=16)]
        rows = table.measured(runs, None, None).splitlines()[2:]
        self.assertEqual([row.split(" | ")[1:3] for row in rows], [
            ["10 nodes, width 16", "aevb, WGSL"], ["10 nodes, width 16", "PyTorch, tiles, gradient only"],
            ["20 nodes, width 16", "aevb, WGSL"]])

    def test_run_sh_puts_them_between_the_markers(self):
        with tempfile.TemporaryDirectory() as folder:
            self.write(folder)
            document = pathlib.Path(folder, "BENCHMARKS.md")
            document.write_text("before\n<!-- bench:gpu -->\nold\n<!-- /bench:gpu -->\nafter\n")
            subprocess.run(
                [sys.executable, BENCH / "run.py", "--table", "gpu", "--results", folder, "--document", document],
                check=True, capture_output=True)
            text = document.read_text()
        self.assertTrue(text.startswith("before\n<!-- bench:gpu -->\n### NVIDIA H200"), text)
        self.assertTrue(text.endswith("<!-- /bench:gpu -->\nafter\n"), text)
        self.assertNotIn("old", text)


class Files(unittest.TestCase):
    MEASURED = {"kind": "run", **result("vae", "wgsl", 1.0)}

    def kept(self, folder, lines, now=datetime.datetime(2030, 1, 2, 9, 30, 5)):
        with Kept(pathlib.Path(folder), now) as kept:
            kept.name("NVIDIA H200")
            for line in lines:
                kept.write(line)
        return sorted(path.name for path in pathlib.Path(folder).iterdir())

    def test_no_session_takes_the_place_of_another(self):
        with tempfile.TemporaryDirectory() as folder:
            first = self.kept(folder, [SESSION, self.MEASURED])
            self.assertEqual(first, ["gpu-nvidia-h200-20300102-093005.jsonl"])
            again = self.kept(folder, [SESSION, self.MEASURED], datetime.datetime(2030, 1, 2, 9, 41, 0))
            self.assertEqual(again, [*first, "gpu-nvidia-h200-20300102-094100.jsonl"])
            self.assertEqual(table.of_folder(pathlib.Path(folder)).count("### NVIDIA H200"), 2)

    def test_files_that_are_no_sessions_on_a_card_are_left_out(self):
        with tempfile.TemporaryDirectory() as folder:
            self.kept(folder, [SESSION, self.MEASURED])
            for name, text in [("cut", '{"kind": "session"'), ("empty", ""), ("headless", json.dumps(self.MEASURED)),
                               ("dry", json.dumps({**SESSION, "dry_run": True}))]:
                pathlib.Path(folder, f"gpu-{name}.jsonl").write_text(text)
            with contextlib.redirect_stderr(io.StringIO()) as said:
                self.assertEqual(table.of_folder(pathlib.Path(folder)).count("### "), 1)
            for name in ("cut", "empty", "headless", "dry"):
                self.assertIn(f"gpu-{name}.jsonl: left out", said.getvalue())

    def test_another_device_has_no_share_of_the_cards_limits(self):
        spmm = {"kind": "run", **result("spmm", "wgsl", 1.0, nodes=100, nonzeros=1000, width=32, **{"pass": "forward"})}
        self.assertIn("The limits, ", table.of_card([SESSION, spmm]))
        other = table.of_card([{**SESSION, "other_devices": ["Intel UHD"]}, spmm])
        self.assertNotIn("The limits, ", other)

    def test_a_session_without_results_leaves_no_file(self):
        with tempfile.TemporaryDirectory() as folder:
            failed = {"kind": "run", "part": "vae", "contender": "wgsl", "job": "vae wgsl", "failure": "killed"}
            self.assertEqual(self.kept(folder, [SESSION, failed]), [])
            with self.assertRaises(KeyboardInterrupt), Kept(pathlib.Path(folder)):
                raise KeyboardInterrupt
            self.assertEqual(list(pathlib.Path(folder).iterdir()), [])

    def test_what_was_measured_stays_after_an_interrupt(self):
        with tempfile.TemporaryDirectory() as folder:
            with self.assertRaises(KeyboardInterrupt), Kept(pathlib.Path(folder)) as kept:
                kept.name("")
                kept.write(self.MEASURED)
                raise KeyboardInterrupt
            self.assertEqual(json.loads(kept.path.read_text()), self.MEASURED)

    def test_a_folder_that_cannot_be_written_is_a_line_at_the_start(self):
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "bundle.json").write_text("{}")
            # Below a file no folder can be made, whoever runs this.
            out = pathlib.Path(folder, "bundle.json", "results")
            done = subprocess.run(
                [sys.executable, BENCH / "gpu.py", "--out", out], env={**os.environ, "BUNDLE": folder},
                capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(
            done.stderr, f"error: results cannot be written into {out}: Not a directory; --out names another folder\n")


class Jobs(unittest.TestCase):
    def jobs(self, sizes, **changes):
        programs = {"wgsl": ("a", "wgpu:0"), "spirv": ("b", "wgpu:0"), "flex": ("a", "flex")}
        setup = {"programs": programs, "torch_device": "cuda", "peers": BENCH / "peers", "data": BENCH, "runs": BENCH,
                 "threads": 2, "sizes": sizes, "is_dry": sizes is DRY, **changes}
        return list(every(Setup(**setup)))

    def test_a_dry_run_has_every_part_of_a_run(self):
        parts = [{(job.part, job.contender) for job in self.jobs(sizes)} for sizes in (CARD, DRY)]
        self.assertEqual(parts[0] - parts[1], set())

    def test_a_missing_half_leaves_the_other(self):
        flex = {"flex": ("a", "flex")}
        contenders = lambda jobs: {job.contender for job in jobs}
        self.assertEqual(contenders(self.jobs(CARD, torch_device=None)), {"wgsl", "spirv", "flex"})
        without = contenders(self.jobs(CARD, programs=flex))
        self.assertTrue({"wgsl", "spirv"}.isdisjoint(without) and "tiles" in without, without)

    def test_without_scipy_peers_that_need_it_are_left_out(self):
        jobs = self.jobs(CARD, lacking=("scipy", "sklearn"))
        self.assertEqual({job.part for job in jobs if job.contender not in ("wgsl", "spirv", "flex")}, {"ceilings", "run", "pairwise"})

    def test_peers_come_right_after_ours_and_the_cpu_after_its_runs_at_the_end(self):
        jobs = [(job.part, job.contender) for job in self.jobs(CARD) if not job.prepares]
        self.assertEqual([part for part, _ in dict.fromkeys(jobs)][:2], ["check", "check"])
        for part in ("epochs", "step", "run", "spmm", "pairwise"):
            first = jobs.index((part, "wgsl"))
            peer = next(place for place, job in enumerate(jobs) if job[0] == part and job[1] not in ("wgsl", "spirv"))
            self.assertEqual({job[0] for job in jobs[first:peer]}, {part})
        # The CPU's metrics stand beside the card's, its other times at the end.
        self.assertLess(jobs.index(("run", "flex")), jobs.index(("spmm", "wgsl")))
        place = jobs.index(("epochs", "flex"))
        self.assertEqual({contender for _, contender in jobs[place:]}, {"flex"})
        self.assertEqual({part for part, contender in jobs[:place] if contender == "flex"}, {"run"})

    def test_a_step_of_seconds_has_a_process_and_time_of_its_own(self):
        jobs = [job for job in self.jobs(CARD) if job.part == "step" and job.about["nodes"] == 1_000_000]
        self.assertEqual([(job.contender, str(job.about["width"]), job.limit) for job in jobs], [
            ("wgsl", "16", 60), ("spirv", "16", 60), ("tiles-gradient-only", "16", 75),
            ("wgsl", "64", 60), ("spirv", "64", 60), ("wgsl", "128", 60), ("spirv", "128", 60)])

    def test_parts_and_contenders_can_be_chosen(self):
        jobs = self.jobs(CARD, parts=("step", "vae"), only=("spirv",))
        self.assertEqual({(job.part, job.contender) for job in jobs}, {("step", "spirv"), ("vae", "spirv")})
        self.assertEqual(gpu.names_of(PARTS)("step,vae"), ("step", "vae"))
        with self.assertRaisesRegex(argparse.ArgumentTypeError, "no steps: there are check, "):
            gpu.names_of(PARTS)("step,steps")

    def test_a_peer_alone_has_a_split_made_for_it(self):
        jobs = self.jobs(CARD, parts=("epochs",), only=("dense",), runs=pathlib.Path("/nowhere"))
        self.assertEqual([job.named() for job in jobs], [
            "split vgae-cora 1 flex", "epochs vgae-cora 16 60 dense",
            "split vgae-pubmed 1 flex", "epochs vgae-pubmed 16 60 dense"])
        made = jobs[0].command[jobs[0].command.index("--out") + 1] / "split.json"
        self.assertIn(made, jobs[1].command)

    def test_peers_have_the_files_that_jobs_name(self):
        for job in self.jobs(CARD):
            for part in job.command:
                if isinstance(part, pathlib.Path) and part.suffix == ".py":
                    self.assertTrue(part.is_file(), part)

    def test_a_sum_over_pairs_needs_pytorch_alone(self):
        # What both files of it import, beside what Python has.
        imported = {word for name in ("pairwise_torch.py", "likelihood.py", "measure.py")
                    for line in (BENCH / "peers" / name).read_text().splitlines()
                    if line.startswith(("import ", "from ")) for word in [line.split()[1].split(".")[0]]}
        self.assertEqual(imported - set(sys.stdlib_module_names), {"torch", "likelihood", "measure"})


class Results(unittest.TestCase):
    def told(self, job, code):
        watched = run([sys.executable, "-c", code], None, 20)
        with contextlib.redirect_stdout(io.StringIO()):
            return list(gpu.told(0, job, watched, CardMemory(None)))

    def test_what_cannot_be_read_is_a_failure_and_ends_nothing(self):
        good = {"milliseconds": {"median": 1.0, "lowest": 1.0, "highest": 2.0}, "width": 16}
        for odd in ({}, {"width": 16}, {"milliseconds": 3}, {"milliseconds": {"median": None}}):
            lines = self.told(Job("vae", "wgsl", [], 1), f"print({json.dumps(good)!r}); print({json.dumps(odd)!r})")
            self.assertEqual([line.get("width") for line in lines[:1]], [16])
            self.assertIn("its results cannot be read: ", lines[1]["failure"])
        for error in (IndexError, TypeError, KeyError, ValueError):
            def read(_watched, error=error):
                raise error("odd")
            self.assertIn("cannot be read", self.told(Job("vae", "wgsl", [], 1, read=read), "")[0]["failure"])

    def test_a_job_that_prepares_needs_no_result(self):
        job = Job("split", "flex", [], 1, prepares=True, read=lambda _watched: [])
        self.assertEqual(self.told(job, ""), [])
        self.assertEqual(self.told(job, "raise SystemExit('no data')")[0]["failure"], "no data")


if __name__ == "__main__":
    unittest.main()
