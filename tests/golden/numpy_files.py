# Files as NumPy and SciPy write them, in hexadecimal, for the readers of `aevb-data`.
# python3 -m pip install numpy==2.* scipy==1.*; python3 -P tests/golden/numpy_files.py > tests/golden/numpy_files.json
#
# The graph has the nodes 0 to 4, of which 3 is isolated, and the edges 0-1, 1-2, 0-4 with the weights 0.5, 1 and 2; its
# features are the rows of `features`.

import io
import json

import numpy as np
import scipy.io
import scipy.sparse as sp

pairs = np.array([[0, 1], [1, 2], [4, 0]])
weights = np.array([0.5, 1.0, 2.0])
features = np.array([[0, 1.5, 0], [0, 0, 0], [2, 0, -3], [0, 0, 1], [0.25, 0, 0]])

adjacency = sp.coo_matrix((weights, (pairs[:, 0], pairs[:, 1])), shape=(5, 5))
both = (adjacency + adjacency.T).tocsr()
ones = (both != 0).astype(np.int8)


def file(write):
    buffer = io.BytesIO()
    write(buffer)
    return buffer.getvalue().hex()


def npy(array):
    return file(lambda out: np.save(out, array))


def npz(**arrays):
    return file(lambda out: np.savez(out, **arrays))


def packed(**arrays):
    return file(lambda out: np.savez_compressed(out, **arrays))


def sparse(matrix, compressed=True):
    return file(lambda out: sp.save_npz(out, matrix, compressed=compressed))


def market(matrix, **options):
    return file(lambda out: scipy.io.mmwrite(out, matrix, **options))


print(json.dumps({
    "edges": {
        "int64.npy": npy(pairs),
        "uint8.npy": npy(pairs.astype(np.uint8)),
        "big-endian.npy": npy(pairs.astype(">i4")),
        "float.npy": npy(pairs.astype(np.float64)),
        "fortran.npy": npy(np.asfortranarray(pairs.astype(np.int32))),
        "edge-index.npy": npy(pairs.T.copy()),
        "names.npy": npy(pairs.astype(str)),
        "bytes.npy": npy(pairs.astype(bytes)),
        "one.npz": npz(anything=pairs),
        "many.npz": packed(edges=pairs, other=features),
    },
    "adjacency": {
        "dense.npy": npy(ones.toarray()),
        "bool.npy": npy(ones.toarray().astype(bool)),
        "csr.npz": sparse(ones),
        "csc.npz": sparse(ones.tocsc(), compressed=False),
        "coo.npz": sparse(ones.tocoo()),
        "pattern.mtx": market(ones, field="pattern"),
        "integer.mtx": market(ones, field="integer", symmetry="general"),
    },
    "weighted": {
        "csr.npz": sparse(both.astype(np.float32)),
        "coo.npz": sparse(adjacency),
        "real.mtx": market(both, symmetry="symmetric"),
        "triples.npy": npy(np.column_stack([pairs, weights])[[0, 1, 2, 0]]),
    },
    "features": {
        "float64.npy": npy(features),
        "float32.npy": npy(features.astype(np.float32)),
        "fortran.npy": npy(np.asfortranarray(features)),
        "dense.npz": packed(features=features),
        "ids.npz": npz(features=features[::-1], ids=np.array(["4", "3", "2", "1", "0"])),
        "csr.npz": sparse(sp.csr_matrix(features)),
        "coo.npz": sparse(sp.coo_matrix(features)),
        "coordinate.mtx": market(sp.coo_matrix(features)),
        "array.mtx": market(features),
    },
    "labels": {
        "int.npy": npy(np.array([0, 1, 1, 0, 2])),
        "names.npy": npy(np.array(["a", "b", "b", "a", "c"])),
        "column.npy": npy(np.array([[0], [1], [1], [0], [2]])),
        "one.npz": npz(anything=np.array([0, 1, 1, 0, 2])),
        "many.npz": npz(labels=np.array([0, 1, 1, 0, 2]), features=features),
    },
    "labels_named": {
        "ids.npz": npz(labels=np.array(["blue", "red"]), ids=np.array(["ben", "anna"])),
    },
    "labels_refused": {
        "one-hot.npy": npy(np.eye(3, dtype=np.int64)),
        "pairs.npy": npy(np.array([[0, 1], [1, 0], [2, 1]])),
        "scalar.npy": npy(np.array(3)),
        "which.npz": npz(train=np.array([0, 1, 0]), y=np.array([0, 1, 1])),
        "short-ids.npz": npz(labels=np.array([0, 1, 1]), ids=np.array(["a", "b"])),
    },
    "refused": {
        "object.npy": npy(np.array([{}, []], dtype=object)),
        "complex.npy": npy(np.array([[1j, 2]])),
        "half.npy": npy(np.zeros((2, 2), np.float16)),
        "record.npy": npy(np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")])),
        "huge.npy": npy(np.array([[0, 2**64 - 1]], np.uint64)),
        "dia.npz": sparse(sp.dia_matrix(np.eye(3))),
    },
}, indent=1))
