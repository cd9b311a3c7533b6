"""What a card can do at most: bytes a second of its memory, floating-point operations a second in float32."""

# By the makers' data sheets, float32 without tensor cores: gigabytes a second, teraflops. Names are whole, as
# `nvidia-smi` prints them: cards whose names begin alike, such as L4 and L40, differ by far.
PUBLISHED = {
    "NVIDIA H200": (4800, 66.9), "NVIDIA H200 NVL": (4800, 60.0), "NVIDIA H100 80GB HBM3": (3350, 66.9),
    "NVIDIA H100 NVL": (3900, 60.0), "NVIDIA H100 PCIe": (2000, 51.2), "NVIDIA A100-SXM4-80GB": (2039, 19.5),
    "NVIDIA A100 80GB PCIe": (1935, 19.5), "NVIDIA A100-SXM4-40GB": (1555, 19.5), "NVIDIA A100-PCIE-40GB": (1555, 19.5),
    "NVIDIA L40S": (864, 91.6), "NVIDIA L40": (864, 90.5), "NVIDIA L4": (300, 30.3), "NVIDIA A10": (600, 31.2),
    "Tesla V100-SXM2-16GB": (900, 15.7), "Tesla V100-SXM2-32GB": (900, 15.7), "Tesla T4": (320, 8.1),
    "NVIDIA GeForce RTX 4090": (1008, 82.6), "NVIDIA GeForce RTX 3090": (936, 35.6),
    "NVIDIA GeForce RTX 3090 Ti": (1008, 40.0),
}
FEATURES = 32
# Dimensions of the dot product, and of the sum of rows, for each ordered pair; its functions are not counted.
OPERATIONS_PER_DIMENSION = 4


def of(card, results):
    """Bytes and operations a second, and where they come from: measured by PyTorch, else published, else unknown."""
    for run in results:
        if run["part"] == "ceilings" and "gigaflops" in run and "copy_gigabytes_per_second" in run:
            return run["copy_gigabytes_per_second"] * 1e9, run["gigaflops"] * 1e9, "as PyTorch measured them here"
    if card in PUBLISHED:
        gigabytes, teraflops = PUBLISHED[card]
        return gigabytes * 1e9, teraflops * 1e12, "as its maker publishes them"
    return None, None, None


def share(run, bandwidth, operations):
    """The part of the card's limit that a result reaches: of spmm the bytes that move if nothing is reused, of a sum
    over all pairs the operations of its products. None where there is no such limit."""
    seconds = run["milliseconds"]["median"] / 1e3
    if run["part"] == "spmm" and bandwidth and run.get("nonzeros"):
        passes = 2 if run.get("pass") == "forward+backward" else 1
        rows = run["nonzeros"] + run["nodes"]
        return passes * (8 * run["nonzeros"] + 4 * run.get("width", FEATURES) * rows) / seconds / bandwidth
    if run["part"] in ("pairwise", "step") and operations and run.get("width"):
        return OPERATIONS_PER_DIMENSION * run["width"] * run["nodes"] ** 2 / seconds / operations
    return None
