"""The speed of a large matrix product in PyTorch, float32 without tensor cores, and on a GPU that of a copy from memory to
memory, bytes read and written: what this machine can do."""
import argparse

import torch

from measure import device_argument, report, wall_times

SIZE, GPU_SIZE, RUNS = 2048, 8192, 30
COPIED = 1 << 30


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=2)
    device_argument(parser)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    torch.backends.cuda.matmul.allow_tf32 = False
    size = SIZE if given.device == "cpu" else GPU_SIZE
    a, b = (torch.rand(size, size, device=given.device) for _ in range(2))
    seconds = min(wall_times(lambda: torch.mm(a, b), RUNS, 0, given.device))
    result = {"size": size, "gigaflops": round(2e-9 * size**3 / seconds, 1)}
    del a, b
    source = torch.rand((COPIED if given.device != "cpu" else COPIED >> 4) // 4, device=given.device)
    target = torch.empty_like(source)
    seconds = min(wall_times(lambda: target.copy_(source), RUNS, 0, given.device))
    result["copy_gigabytes_per_second"] = round(2e-9 * source.nbytes / seconds, 1)
    report(peer="matmul_torch", **result)


main()
