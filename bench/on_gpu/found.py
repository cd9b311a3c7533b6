"""What a machine has of a GPU: the card, its driver, Vulkan, CUDA in PyTorch. What is missing is a line, not an end."""
import dataclasses
import json
import pathlib
import shutil
import subprocess
import sys

from paired.process import failure_of

# Where drivers put themselves, in containers too.
DRIVER_FOLDERS = ["/usr", "/usr/local", "/usr/local/nvidia", "/opt/nvidia", "/run/nvidia/driver/usr"]
LOADER_FOLDERS = ["/etc/vulkan/icd.d", "/usr/share/vulkan/icd.d", "/usr/local/share/vulkan/icd.d"]
# The second is all that a driver without a windowing system has.
DRIVER_LIBRARIES = ["libGLX_nvidia.so.0", "libEGL_nvidia.so.0"]
# Loaders before 1.3.207 know only the second.
DRIVER_VARIABLES = ["VK_DRIVER_FILES", "VK_ICD_FILENAMES"]
TORCH = """
import importlib.util, json, torch
cuda = torch.cuda.is_available()
name = torch.cuda.get_device_name(0) if cuda else None
lacking = [other for other in ("numpy", "scipy", "sklearn") if importlib.util.find_spec(other) is None]
print(json.dumps({"torch": torch.__version__, "cuda": torch.version.cuda if cuda else None, "card": name,
                  "lacking": lacking}))
"""


@dataclasses.dataclass
class Card:
    """What nvidia-smi says; without it all but `name` is None."""

    name: str
    memory_mib: int | None = None
    driver: str | None = None
    nvidia_smi: str | None = None


def nvidia_smi(folders=DRIVER_FOLDERS):
    """The program, also where it is not on the path."""
    beside = [pathlib.Path(folder, "bin", "nvidia-smi") for folder in folders]
    return shutil.which("nvidia-smi") or next((str(path) for path in beside if path.is_file()), None)


def card(program=None):
    """The first card, or why none is to be seen."""
    program = program or nvidia_smi()
    if program is None:
        return None, "card: nvidia-smi is missing, so there is no NVIDIA driver here"
    query = [program, "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader,nounits", "--id=0"]
    said, failure = output(query, 10)
    if failure:
        return None, f"card: nvidia-smi failed: {failure}"
    fields = [field.strip() for line in said.splitlines()[:1] for field in line.rsplit(",", 2)]
    if len(fields) != 3:
        return None, "card: nvidia-smi names none"
    name, memory, driver = fields
    # Cards that share the machine's memory have none to tell: "[N/A]".
    memory_mib = int(memory) if memory.isdecimal() else None
    size = "memory unknown" if memory_mib is None else f"{memory_mib} MiB"
    return Card(name, memory_mib, driver, program), f"card: {name}, {size}, driver {driver}"


def vulkan_library(environment, bundled):
    """Finds the Vulkan loader; one of the bundle is put where programs look."""
    if loads("libvulkan.so.1", environment) is None:
        return "Vulkan loader: the system's"
    if (bundled / "libvulkan.so.1").exists():
        add_libraries(environment, bundled)
        failure = loads("libvulkan.so.1", environment)
        if failure is None:
            return "Vulkan loader: the bundle's"
        return f"Vulkan loader: the bundle's does not load: {failure}"
    return "Vulkan loader: libvulkan.so.1 is missing, here and in the bundle"


def vulkan_driver(environment, bundled, folder, folders=DRIVER_FOLDERS, known=LOADER_FOLDERS):
    """Finds the NVIDIA driver's ICD file, names it where the loader would not find it, and writes one into `folder` where
    there is a driver and no file that leads to it."""
    given = next((environment[name] for name in DRIVER_VARIABLES if environment.get(name)), None)
    by_loader = [pathlib.Path(given.split(":")[0])] if given else icd_files(known)
    files = by_loader or icd_files([f"{place}/share/vulkan/icd.d" for place in folders]
                                   + [f"{place}/etc/vulkan/icd.d" for place in folders])
    tried = [(file, library_of(file)) for file in files[:1]]
    if not given:
        tried += [(None, library) for library in DRIVER_LIBRARIES]
    failures = []
    for file, library in tried:
        failure = made_to_load(library, environment, bundled, folders)
        if failure is None:
            break
        names = f"{file} names {library}, which does not load" if file else f"no ICD file, and {library}"
        failures.append(f"Vulkan driver: {names}: {failure}")
    else:
        return failures[0]
    if file is None:
        file = folder / "nvidia_icd.json"
        content = {"file_format_version": "1.0.0", "ICD": {"library_path": library, "api_version": "1.3.0"}}
        file.write_text(json.dumps(content))
    if file in by_loader and not given:
        return f"Vulkan driver: {file}"
    environment.update(dict.fromkeys(DRIVER_VARIABLES, given or str(file)))
    return f"Vulkan driver: {file}, named by {' and '.join(DRIVER_VARIABLES)}"


def made_to_load(library, environment, bundled, folders):
    """Lets a driver's library be found, with what it is linked with; why it does not load, or nothing."""
    failure = loads(library, environment)
    beside = [pathlib.Path(place, name) for place in folders for name in ("lib64", "lib", "lib/x86_64-linux-gnu")]
    holding = next((path for path in beside if (path / library).exists()), None)
    if failure and holding:
        add_libraries(environment, holding)
        failure = loads(library, environment)
    if failure and (bundled / "driver").is_dir():
        # The driver's library needs the windowing system's, which a bare machine may lack.
        add_libraries(environment, bundled / "driver")
        failure = loads(library, environment)
    return failure


def icd_files(folders):
    """The NVIDIA driver's files among those of some folders."""
    return [file for folder in folders for file in sorted(pathlib.Path(folder).glob("nvidia*icd*.json"))]


def library_of(file):
    """The library that an ICD file names, relative to the file where it is a relative path."""
    try:
        library = json.loads(file.read_text())["ICD"]["library_path"]
    except (OSError, ValueError, KeyError, TypeError):
        return DRIVER_LIBRARIES[0]
    return str((file.parent / library).resolve()) if library.startswith(".") else library


def add_libraries(environment, folder):
    """Lets programs find libraries in a folder too, after those of the system's own path variable."""
    folders = [place for place in environment.get("LD_LIBRARY_PATH", "").split(":") if place]
    if str(folder) not in folders:
        environment["LD_LIBRARY_PATH"] = ":".join([*folders, str(folder)])


def loads(library, environment):
    """Why a library does not load in this environment, or nothing. Asked of another process: the path variable is read
    when a process starts."""
    code = "import ctypes, sys; ctypes.CDLL(sys.argv[1])"
    _, failure = output([sys.executable, "-c", code, library], 20, environment)
    return failure and failure.removeprefix("OSError: ")


class Torch:
    """Asks PyTorch for CUDA in a process of its own, since to import it takes seconds."""

    def __init__(self, environment):
        self.child = subprocess.Popen(
            [sys.executable, "-c", TORCH], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def is_slow(self, limit):
        """Whether it has no answer after so many seconds."""
        try:
            self.child.wait(limit)
        except subprocess.TimeoutExpired:
            return True
        return False

    def answer(self, limit):
        """What it has, and that as a line."""
        try:
            said, errors = self.child.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.communicate()
            return {}, f"PyTorch: still not imported after {limit:.0f} s"
        if self.child.returncode:
            last = errors.strip().splitlines()[-1:] or ["it fails without a word"]
            return {}, f"PyTorch: {last[0]} ({sys.executable})"
        has = json.loads(said.splitlines()[-1])
        cuda = f"CUDA {has['cuda']}, {has['card']}" if has["cuda"] else "no CUDA"
        lacking = f"; missing: {', '.join(has['lacking'])} ({sys.executable})" if has["lacking"] else ""
        return has, f"PyTorch: {has['torch']}, {cuda}{lacking}"


def devices(program, environment):
    """The rows of `aevb devices`, or why there are none."""
    said, failure = output([program, "devices", "--json"], 30, environment)
    if failure:
        return [], failure
    try:
        return json.loads(said), None
    except ValueError:
        return [], "`aevb devices --json` printed no JSON"


def output(command, limit, environment=None):
    """What a command prints, and why it failed, in one line each."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit, env=environment, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return "", " ".join(str(error).split())
    # nvidia-smi says on stdout why it fails.
    return done.stdout, failure_of(done.returncode, done.stderr if done.stderr.strip() else done.stdout)
