"""Tests of what bench/gpu.sh finds on a machine, and of how it ends processes: `python3 -m unittest discover bench`."""
import contextlib
import importlib.util
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest
from unittest import mock

import gpu
from on_gpu import bundle, found
from on_gpu.watch import CardMemory, Watched, run

BENCH = pathlib.Path(__file__).resolve().parent


@contextlib.contextmanager
def program(text):
    """The path of a script."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "program")
        path.write_text(text)
        path.chmod(0o755)
        yield str(path)


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

    def test_a_process_of_another_group_ends_too(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "process")
            began = time.monotonic()
            done = self.script(
                "import subprocess, time; child = subprocess.Popen(['sleep', '45'], start_new_session=True);"
                f"open({str(file)!r}, 'w').write(str(child.pid)); time.sleep(45)", 2)
            self.assertEqual(done.failure, "not done after 2 s")
            self.assertLess(time.monotonic() - began, 15)
            process = pathlib.Path("/proc", file.read_text())
            # A signal takes a moment; one that nobody waits for stays as a process without memory.
            with contextlib.suppress(OSError):
                while time.monotonic() - began < 15 and "VmSize" in (process / "status").read_text():
                    time.sleep(0.05)
            self.assertLess(time.monotonic() - began, 15)

    def test_one_that_cannot_be_ended_is_not_waited_for(self):
        # Without the mark in its environment, and holding the pipe.
        began = time.monotonic()
        done = self.script(
            "import subprocess; print('{\"a\": 1}', flush=True);"
            "subprocess.Popen(['/bin/sleep', '20'], start_new_session=True, env={})", 10)
        self.assertEqual((done.lines, done.failure), ([{"a": 1}], None))
        self.assertLess(time.monotonic() - began, 15)
        self.assertLess(done.seconds, 10)

    def test_a_program_that_is_not_there_is_a_failure(self):
        self.assertIn("No such file", run(["/nowhere/aevb"], None, 5).failure)

    def test_memory_is_that_of_each_lines_own_time(self):
        memory = CardMemory(None)
        memory.seen = [(0.5, 100), (1.5, 400), (2.5, 300), (3.5, 900), (9.0, 5000)]
        watched = Watched("", [{}, {}], [2.0, 4.0], 1.0, 4.0, None)
        self.assertEqual(memory.peaks(watched), [300, 800])
        self.assertEqual(memory.peak(watched), 800)
        self.assertEqual(CardMemory(None).peaks(watched), [None, None])
        # The process before may be seen still.
        memory.seen[0] = (0.9, 5000)
        memory.seen.insert(1, (1.1, 100))
        self.assertEqual(memory.peaks(watched), [300, 800])

    def test_memory_is_seen_at_once(self):
        # Like many programs this one holds back what goes into a pipe, whatever PYTHONUNBUFFERED says.
        with program(f"#!{sys.executable} -E\nimport time\nprint(1234)\nprint('[N/A]')\ntime.sleep(60)\n") as path:
            memory = CardMemory(path)
            done = run([sys.executable, "-c", ""], None, 20)
            memory.close()
        self.assertEqual([used for _, used in memory.seen], [1234])
        self.assertLess(memory.seen[0][0], done.began)


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
            self.assertEqual(environment, self.named(icd))
            self.assertIn("named by VK_DRIVER_FILES", line)

    def named(self, icd):
        # Loaders of before 2022 know only the second.
        return {"VK_DRIVER_FILES": str(icd), "VK_ICD_FILENAMES": str(icd)}

    def test_a_driver_without_a_windowing_system_gets_a_file(self):
        loads = lambda library, _environment: None if library == "libEGL_nvidia.so.0" else "not there"
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(found, "loads", loads):
            folder, environment = pathlib.Path(folder), {}
            line = found.vulkan_driver(environment, folder, folder, [], [])
            icd = folder / "nvidia_icd.json"
            self.assertEqual(json.loads(icd.read_text())["ICD"]["library_path"], "libEGL_nvidia.so.0")
            self.assertEqual(environment, self.named(icd))
            self.assertTrue(line.startswith(f"Vulkan driver: {icd}, named by "), line)
            # So it does where the system's own file leads nowhere.
            known = folder / "known" / "nvidia_icd.json"
            known.parent.mkdir()
            known.write_text(json.dumps({"ICD": {"library_path": "libGLX_nvidia.so.0"}}))
            environment = {}
            found.vulkan_driver(environment, folder, folder, [], [known.parent])
            self.assertEqual(environment, self.named(icd))

    def test_the_loaders_own_driver_is_left_to_it(self):
        with tempfile.TemporaryDirectory() as folder:
            icd, environment = pathlib.Path(folder, "nvidia_icd.json"), {}
            icd.write_text(json.dumps({"ICD": {"library_path": "libc.so.6"}}))
            line = found.vulkan_driver(environment, pathlib.Path(folder), pathlib.Path(folder), [], [folder])
            self.assertEqual((line, environment), (f"Vulkan driver: {icd}", {}))

    def test_what_nvidia_smi_says(self):
        def of(script):
            with program(f"#!/bin/sh\n{script}\n") as path:
                card, line = found.card(path)
                self.assertEqual(len(line.splitlines()), 1)
                return card and (card.name, card.memory_mib, card.driver), line

        self.assertEqual(of("echo NVIDIA H200, 143771, 580.1"),
                         (("NVIDIA H200", 143771, "580.1"), "card: NVIDIA H200, 143771 MiB, driver 580.1"))
        self.assertEqual(of("echo 'NVIDIA GB10, [N/A], 580.1'"),
                         (("NVIDIA GB10", None, "580.1"), "card: NVIDIA GB10, memory unknown, driver 580.1"))
        for script in ("true", "echo", "echo No devices were found"):
            self.assertEqual(of(script), (None, "card: nvidia-smi names none"))
        # It fails on stdout.
        self.assertEqual(of("echo 'NVIDIA-SMI has failed: no driver.'; exit 9"),
                         (None, "card: nvidia-smi failed: NVIDIA-SMI has failed: no driver."))

    def test_what_python_lacks_is_said_at_the_start(self):
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "torch.py").write_text(
                "class cuda:\n  is_available = lambda: True\n  get_device_name = lambda _: 'NVIDIA H200'\n"
                "class version:\n  cuda = '13.0'\n__version__ = '2.11'\n")
            has, line = found.Torch({**os.environ, "PYTHONPATH": folder}).answer(60)
            missing = [name for name in ("numpy", "scipy", "sklearn") if importlib.util.find_spec(name) is None]
            self.assertEqual(has, {"torch": "2.11", "cuda": "13.0", "card": "NVIDIA H200", "lacking": missing})
            said = f"; missing: {', '.join(missing)} ({sys.executable})" if missing else ""
            self.assertEqual(line, f"PyTorch: 2.11, CUDA 13.0, NVIDIA H200{said}")
            pathlib.Path(folder, "torch.py").write_text("raise ImportError('broken')")
            has, line = found.Torch({**os.environ, "PYTHONPATH": folder}).answer(60)
            self.assertEqual((has, line), ({}, f"PyTorch: ImportError: broken ({sys.executable})"))
        left_out = []
        self.assertEqual(gpu.torch_device({"cuda": "13.0", "lacking": ["scipy"]}, False, left_out), "cuda")
        self.assertEqual(left_out, [
            f"the peers spmm_torch.py, vgae_torch.py: left out, {sys.executable} lacks scipy"])

    def test_a_gpu_that_is_not_used_is_not_taken(self):
        rows = [{"name": "wgpu:0", "kind": "discrete", "description": "NVIDIA H200, by OpenGL", "not_used": "NaNs"},
                {"name": "wgpu:1", "kind": "discrete", "description": "NVIDIA H200, by Vulkan"}]
        with mock.patch.object(found, "devices", lambda *_: (rows, None)), contextlib.redirect_stdout(io.StringIO()):
            able, card = gpu.with_devices(0, {"spirv": "b", "wgsl": "a"}, {}, False, [])
        self.assertEqual(able, {"wgsl": ("a", "wgpu:1"), "spirv": ("b", "wgpu:1"), "flex": ("a", "flex")})
        self.assertEqual(card, "NVIDIA H200")

    def test_a_driver_that_is_named_is_taken(self):
        with tempfile.TemporaryDirectory() as folder:
            icd = pathlib.Path(folder, "mine.json")
            icd.write_text(json.dumps({"ICD": {"library_path": "libnone.so.9"}}))
            environment = {"VK_DRIVER_FILES": str(icd)}
            line = found.vulkan_driver(environment, pathlib.Path(folder), pathlib.Path(folder), [], [])
            self.assertIn(f"{icd} names libnone.so.9, which does not load: ", line)
            icd.write_text(json.dumps({"ICD": {"library_path": "libc.so.6"}}))
            line = found.vulkan_driver(environment, pathlib.Path(folder), pathlib.Path(folder), [], [])
            self.assertEqual(environment, self.named(icd))
            self.assertTrue(line.startswith(f"Vulkan driver: {icd}, named by "), line)

    def test_a_missing_driver_is_a_line(self):
        with tempfile.TemporaryDirectory() as folder:
            environment = {}
            line = found.vulkan_driver(environment, pathlib.Path(folder), pathlib.Path(folder), [], [])
            self.assertEqual(environment, {})
            self.assertTrue(line.startswith("Vulkan driver: no ICD file, and libGLX_nvidia.so.0: "), line)
            self.assertEqual(len(line.splitlines()), 1)


class Bundles(unittest.TestCase):
    def test_sonames(self):
        self.assertEqual(bundle.soname(pathlib.Path("libX11.so.6.4.0")), "libX11.so.6")
        self.assertEqual(bundle.soname(pathlib.Path("libvulkan.so.1.3.239")), "libvulkan.so.1")

    def test_nothing_but_a_bundle_is_replaced(self):
        with tempfile.TemporaryDirectory() as place:
            folder = pathlib.Path(place, "precious")
            folder.mkdir()
            (folder / "file").write_text("x")
            with mock.patch.object(bundle.shutil, "which", lambda tool: tool), \
                    self.assertRaisesRegex(SystemExit, "no bundle, and would be lost"):
                bundle.make(BENCH.parent, pathlib.Path(place), folder)
            self.assertEqual((folder / "file").read_text(), "x")

    def test_a_bundle_travels_with_what_git_tracks(self):
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=BENCH.parent, capture_output=True, text=True, check=False)
        if listed.returncode:
            self.skipTest("not a checkout of git's")
        files = [BENCH.parent / name for name in listed.stdout.split("\0") if name]
        self.assertLess(bundle.MOST_BYTES + sum(file.stat().st_size for file in files if file.is_file()), 64 << 20)


if __name__ == "__main__":
    unittest.main()
