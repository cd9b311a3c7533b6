"""A job, which is one process that measures, and what all jobs are made of."""
import dataclasses
import pathlib
from collections.abc import Callable

PARTS = ("check", "ceilings", "epochs", "step", "vae", "run", "spmm", "pairwise")
LABELS = {
    "wgsl": "aevb, WGSL", "spirv": "aevb, SPIR-V and autotune", "flex": "aevb, the CPU",
    "dense": "PyTorch, dense", "dense-compiled": "PyTorch, dense, torch.compile", "tiles": "PyTorch, tiles",
    "tiles-gradient-only": "PyTorch, tiles, gradient only", "fused": "PyTorch, fused Adam",
    "fused-compiled": "PyTorch, fused Adam, torch.compile", "csr": "PyTorch, CSR, Aᵀ kept by hand",
    "gather": "PyTorch, gather / scatter", "torch": "PyTorch",
}


@dataclasses.dataclass
class Job:
    """A process. `read` makes results of its lines, or of what it leaves behind; of a job that only prepares others, and
    is always run, none are expected."""

    part: str
    contender: str
    command: list
    limit: float
    about: dict = dataclasses.field(default_factory=dict)
    read: Callable | None = None
    prepares: bool = False

    def named(self):
        """The job in a few words."""
        return " ".join([self.part, *(str(value) for value in self.about.values()), self.contender])


@dataclasses.dataclass
class Setup:
    """What the jobs are made of. `programs` has a program and a device by contender; `lacking` the packages that peers
    need and that are missing; `parts` and `only` the parts and contenders that are asked for, all where they are None."""

    programs: dict
    torch_device: str | None
    peers: pathlib.Path
    data: pathlib.Path
    runs: pathlib.Path
    threads: int
    sizes: object
    is_dry: bool
    lacking: tuple = ()
    parts: tuple | None = None
    only: tuple | None = None

    def wants(self, part, contender):
        """Whether these results are asked for."""
        return (self.parts is None or part in self.parts) and (self.only is None or contender in self.only)

    def on_gpu(self):
        """The programs that compute on the GPU."""
        return [name for name in self.programs if name != "flex"]
