"""The bundle: what a machine with a GPU, and with neither Rust nor a network, needs beside the folder bench."""
import concurrent.futures
import datetime
import json
import lzma
import os
import pathlib
import shutil
import stat
import subprocess
import sys
import tarfile
import tempfile

from paired.session import output

# Name, Cargo features. The last is the program as users have it, which the target folder then holds again.
PROGRAMS = {"spirv": "aevb/vulkan,aevb/autotune", "wgsl": None}
LOADER = ["libvulkan1"]
# What NVIDIA's Vulkan driver is linked with; used where a machine has the driver and not these.
WINDOWING = ["libglvnd0", "libgl1", "libglx0", "libegl1", "libx11-6", "libxext6", "libxcb1", "libxau6", "libxdmcp6",
             "libbsd0", "libmd0"]
# Inside the folder of the data sets, by name.
DATA = {
    **{name: [f"planetoid/ind.{name}.{part}" for part in
              ("x", "y", "tx", "ty", "allx", "ally", "graph", "test.index")] for name in ("cora", "pubmed")},
    "mnist": [f"mnist/{part}-ubyte.gz" for part in
              ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")],
}
# Some places that lend a GPU take 64 MiB in all, and the files that git tracks go along.
MOST_BYTES = 56 << 20


def make(root, data, folder):
    """Builds the programs and puts everything into `folder`, which is made anew."""
    missing = [tool for tool in ("cargo", "strip", "apt-get", "dpkg") if shutil.which(tool) is None]
    if missing:
        sys.exit(f"error: the bundle cannot be made without {', '.join(missing)}")
    if folder.exists() and not (folder / "bundle.json").is_file() and (not folder.is_dir() or any(folder.iterdir())):
        sys.exit(f"error: {folder} holds something that is no bundle, and would be lost: choose another BUNDLE")
    made = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True)
    libraries(LOADER, made / "lib", made / "licenses")
    libraries(WINDOWING, made / "lib" / "driver", made / "licenses")
    without = list(data_sets(data, made / "data.tar.xz"))
    for line in without:
        print(line, file=sys.stderr)
    programs = build(root, made)
    commit = output(["git", "-C", root, "rev-parse", "--short", "HEAD"])
    if commit and output(["git", "-C", root, "status", "--porcelain", "--", "crates", "Cargo.lock"]):
        commit += " with changes"
    about = {"date": datetime.date.today().isoformat(), "commit": commit, "programs": programs, "without": without}
    (made / "bundle.json").write_text(json.dumps(about, indent=1) + "\n")
    size = total(made)
    if size > MOST_BYTES:
        sys.exit(f"error: {made} takes {size / 2**20:.1f} MiB; a bundle may take {MOST_BYTES >> 20}")
    shutil.rmtree(folder, ignore_errors=True)
    made.rename(folder)
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "licenses" not in path.parts:
            print(f"{path.stat().st_size / 2**20:7.2f} MiB  {path.relative_to(folder)}")
    for line in without:
        print(line)
    bench = root / "bench"
    where = bench if folder.parent == bench else f"{bench} and {folder}, which BUNDLE then names,"
    print(f"{size / 2**20:7.2f} MiB  {folder} in all. Copy {where} to the machine with the GPU, and run gpu.sh there.")


def build(root, made):
    """Builds, strips and compresses the programs; their versions."""
    versions = {}
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", root / "target"))
    with concurrent.futures.ThreadPoolExecutor() as pool:
        packed = []
        for name, features in PROGRAMS.items():
            command = ["cargo", "build", "--release", "--locked", "--workspace"]
            command += ["--features", features] if features else []
            print(f"{name}: {' '.join(command)}", file=sys.stderr)
            if subprocess.run(command, cwd=root, check=False).returncode:
                sys.exit(f"error: the program {name} could not be built")
            program = made / f"aevb-{name}"
            subprocess.run(["strip", "-o", program, target / "release" / "aevb"], check=True)
            versions[name] = output([program, "--version"])
            packed.append(pool.submit(compress, program))
        for future in packed:
            future.result()
    return versions


def compress(program):
    """Replaces a file by its compressed one."""
    with program.open("rb") as plain, lzma.open(f"{program}.xz", "wb", preset=6) as packed:
        shutil.copyfileobj(plain, packed, 1 << 20)
    program.unlink()


def libraries(packages, folder, licenses):
    """Takes the libraries of Debian packages, and their copyright notices."""
    folder.mkdir(parents=True, exist_ok=True)
    licenses.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        # Downloads go into the current folder, as a user of their own that must be able to write there.
        os.chmod(place, 0o777)
        done = subprocess.run(["apt-get", "download", *packages], cwd=place, capture_output=True, text=True, check=False)
        if done.returncode:
            said = [line for line in done.stderr.splitlines() if line.startswith("E:")] or ["E: failed"]
            sys.exit(f"error: apt-get download {' '.join(packages)}: {said[0][2:].strip()}; is `apt-get update` needed?")
        for package in sorted(pathlib.Path(place).glob("*.deb")):
            subprocess.run(["dpkg", "-x", package, pathlib.Path(place, "root")], check=True)
        for library in pathlib.Path(place, "root", "usr", "lib").rglob("*.so.*"):
            if not library.is_symlink():
                shutil.copy(library, folder / soname(library))
        for library in pathlib.Path(place, "root", "lib").rglob("*.so.*"):
            if not library.is_symlink():
                shutil.copy(library, folder / soname(library))
        for notice in pathlib.Path(place, "root", "usr", "share", "doc").glob("*/copyright"):
            shutil.copy(notice, licenses / notice.parent.name)


def soname(library):
    """The name that programs ask for: libX11.so.6 for libX11.so.6.4.0."""
    stem, _, version = library.name.partition(".so.")
    return f"{stem}.so.{version.split('.')[0]}"


def data_sets(data, file):
    """Packs the data sets that are there; a line for each of the others."""
    with tarfile.open(file, "w:xz") as packed:
        for name, parts in DATA.items():
            absent = [part for part in parts if not (data / part).is_file()]
            if absent:
                fetched = "cora-planetoid" if name == "cora" else name
                yield f"without {name}: {data / absent[0]} is missing; run `aevb data fetch {fetched}`, or set AEVB_DATA"
                continue
            for part in parts:
                packed.add(data / part, part)


def unpack(folder, place):
    """Unpacks a bundle; the program of each name, and the folder of the data."""
    def program(name):
        path = place / f"aevb-{name}"
        file = folder / f"aevb-{name}.xz"
        try:
            with lzma.open(file) as packed, path.open("wb") as plain:
                shutil.copyfileobj(packed, plain, 1 << 20)
        except (EOFError, lzma.LZMAError, OSError) as error:
            raise SystemExit(f"error: {file} is damaged ({error}): copy it again") from None
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    def data():
        with tarfile.open(folder / "data.tar.xz") as packed:
            packed.extractall(place / "data", **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
        return place / "data"

    with concurrent.futures.ThreadPoolExecutor() as pool:
        programs = {name: pool.submit(program, name) for name in PROGRAMS}
        unpacked = pool.submit(data)
        return {name: future.result() for name, future in programs.items()}, unpacked.result()


def total(folder):
    """The bytes of a folder's files."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
