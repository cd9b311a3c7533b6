"""The speed of a large matrix product in PyTorch, float32 on the CPU: what this machine can do."""
import argparse
import time

import torch

from measure import report

SIZE, RUNS = 2048, 30


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=2)
    torch.set_num_threads(parser.parse_args().threads)
    a, b = torch.rand(SIZE, SIZE), torch.rand(SIZE, SIZE)
    seconds = []
    for _ in range(RUNS):
        began = time.perf_counter()
        torch.mm(a, b)
        seconds.append(time.perf_counter() - began)
    report(peer="matmul_torch", size=SIZE, gigaflops=round(2e-9 * SIZE**3 / min(seconds), 1))


main()
