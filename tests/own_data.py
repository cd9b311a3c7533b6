# What pandas and NumPy make of the outputs of `aevb embed` and `aevb links`, in the folder that it is run in.

import numpy as np
import pandas as pd

mean = np.load("run/latents.npy")
std = np.load("run/latents.std.npy")
ids = open("run/latents.ids.txt", encoding="utf-8").read().splitlines()
assert mean.dtype == std.dtype == np.float32 and mean.shape == std.shape == (len(ids), 16)
assert (std > 0).all()
assert ids == open("run/nodes.txt", encoding="utf-8").read().splitlines()

latents = [f"z{k}" for k in range(16)]
deviations = [f"std{k}" for k in range(16)]
labels = pd.read_csv("labels.csv").set_index("node")["label"]
for name, separator in [("z.csv", ","), ("z.tsv", "\t")]:
    table = pd.read_csv(name, sep=separator)
    assert list(table.columns) == ["id", "label", *latents, *deviations]
    assert table["id"].tolist() == ids
    assert (table["label"].to_numpy() == labels.loc[table["id"]].to_numpy()).all()
    assert (table[latents].to_numpy(np.float32) == mean).all()
    assert (table[deviations].to_numpy(np.float32) == std).all()

vectors = np.loadtxt("p.tsv", delimiter="\t", dtype=np.float32)
assert (vectors == mean).all()
metadata = [line.split("\t") for line in open("p.metadata.tsv", encoding="utf-8").read().splitlines()]
assert metadata[0] == ["id", "label"] and [row[0] for row in metadata[1:]] == ids

row = {name: index for index, name in enumerate(ids)}
edges = pd.read_csv("edges.csv")
known = {frozenset(pair) for pair in zip(edges["source"], edges["target"])}


def check(links):
    i = links["source"].map(row).to_numpy()
    j = links["target"].map(row).to_numpy()
    score = (mean[i].astype(float) * mean[j]).sum(1)
    assert np.allclose(links["score"], score, rtol=1e-5, atol=1e-6)
    probability = links["held_out_probability"]
    assert probability.dropna().between(0, 1).all() and probability[~links["known"]].notna().all()
    a, b = std[i].astype(float) ** 2, std[j].astype(float) ** 2
    variance = (mean[i] ** 2 * b + mean[j] ** 2 * a + a * b).sum(1)
    assert np.allclose(links["spread"], np.sqrt(variance), rtol=1e-4)
    assert [frozenset(pair) in known for pair in zip(links["source"], links["target"])] == links["known"].tolist()


links = pd.read_csv("links.csv")
check(links)
scores = mean.astype(float) @ mean.T.astype(float)
upper = np.sort(scores[np.triu_indices(len(ids), 1)])[::-1]
assert np.allclose(links["score"], upper[: len(links)], rtol=1e-5, atol=1e-6)

pairs = pd.read_csv("pairs.tsv", sep="\t")
check(pairs)
assert pairs["source"].tolist() == edges["source"].tolist() and pairs["target"].tolist() == edges["target"].tolist()
print(f"{len(ids)} nodes, {len(links)} links, {len(pairs)} pairs")
