"""Tests of what bench/gpu.sh does beside measuring: `python3 -m unittest discover bench`."""
import json
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

from on_gpu import bundle, found, peaks, table
from on_gpu.jobs import Setup, every
from on_gpu.sizes import CARD, DRY
from on_gpu.watch import CardMemory, Watched, run

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


class Processes(unittest.TestCase):
    def script(self, code, limit):
        return run([sys.executable, "-c", code], None, limit)

    def test_lines_before_a_failure_are_kept(self):
        done = self.script("print('{\"a\": 1}', flush=True); print('{half'); import os; os.abort()", 20)
        self.assertEqual((done.lines, done.failure), ([{"a": 1}], "ended by SIGABRT"))

    def test_a_process_ends_at_its_limit_with_what_it_started(self):
        began = time.monotonic()
        done = self.script(
            "import subprocess, time; print('{\"a\": 1}', flush=True); subprocess.Popen(['sleep', '60']); time.sleep(60)", 2)
        self.assertEqual((done.lines, done.failure), ([{"a": 1}], "not done after 2 s"))
        self.assertLess(time.monotonic() - began, 30)

    def test_a_program_that_is_not_there_is_a_failure(self):
        self.assertIn("No such file", run(["/nowhere/aevb"], None, 5).failure)

    def test_memory_is_that_of_each_lines_own_time(self):
        memory = CardMemory(None)
        memory.seen = [(0.5, 100), (1.5, 400), (2.5, 300), (3.5, 900), (9.0, 5000)]
        watched = Watched("", [{}, {}], [2.0, 4.0], 1.0, 4.0, None)
        self.assertEqual(memory.peaks(watched), [300, 800])
        self.assertEqual(memory.peak(watched), 800)
        self.assertEqual(CardMemory(None).peaks(watched), [None, None])


class Machines(unittest.TestCase):
    def test_an_icd_file_is_found_beside_the_driver(self):
        with tempfile.TemporaryDirectory() as folder:
            icd = pathlib.Path(folder, "driver/share/vulkan/icd.d/nvidia_icd.json")
            icd.parent.mkdir(parents=True)
            # A library that every Linux has stands for the driver's.
            icd.write_text(json.dumps({"ICD": {"library_path": "libc.so.6"}}))
            environment = {}
            line = found.vulkan_driver(
                environment, pathlib.Path(folder, "none"), pathlib.Path(folder), [f"{folder}/driver"], [])
            self.assertEqual(environment, {"VK_DRIVER_FILES": str(icd)})
            self.assertIn("named by VK_DRIVER_FILES", line)

    def test_a_driver_that_is_named_is_taken(self):
        with tempfile.TemporaryDirectory() as folder:
            icd = pathlib.Path(folder, "mine.json")
            icd.write_text(json.dumps({"ICD": {"library_path": "libnone.so.9"}}))
            environment = {"VK_DRIVER_FILES": str(icd)}
            line = found.vulkan_driver(environment, pathlib.Path(folder), pathlib.Path(folder), [], [])
            self.assertIn(f"{icd} names libnone.so.9, which does not load: ", line)
            icd.write_text(json.dumps({"ICD": {"library_path": "libc.so.6"}}))
            line = found.vulkan_driver(environment, pathlib.Path(folder), pathlib.Path(folder), [], [])
            self.assertEqual((line, environment), (f"Vulkan driver: {icd}", {"VK_DRIVER_FILES": str(icd)}))

    def test_a_missing_driver_is_a_line(self):
        with tempfile.TemporaryDirectory() as folder:
            environment = {}
            line = found.vulkan_driver(environment, pathlib.Path(folder), pathlib.Path(folder), [], [])
            self.assertEqual(environment, {})
            self.assertTrue(line.startswith("Vulkan driver: no ICD file, and libGLX_nvidia.so.0: "), line)
            self.assertEqual(len(line.splitlines()), 1)

    def test_sonames(self):
        self.assertEqual(bundle.soname(pathlib.Path("libX11.so.6.4.0")), "libX11.so.6")
        self.assertEqual(bundle.soname(pathlib.Path("libvulkan.so.1.3.239")), "libvulkan.so.1")


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

    def test_peers_have_the_files_that_jobs_name(self):
        for job in self.jobs(CARD):
            for part in job.command:
                if isinstance(part, pathlib.Path) and part.suffix == ".py":
                    self.assertTrue(part.is_file(), part)


if __name__ == "__main__":
    unittest.main()
