"""VGAE in PyTorch Geometric by the recipe of its examples/autoencoder.py: as many sampled non-edges as edges in each
step in place of all pairs, row-normalised dense features, gather/scatter messages, Adam 0.01.

    python vgae_pyg.py --dataset cora --split RUN/split.json

Two things differ from the example so that the peers can be compared: it uses the given split, and the normalised graph
of the training edges is kept (`cached`), which is faster and is also the graph of the test.
"""
import random
import time

import numpy as np
import torch
from torch_geometric.nn import VGAE, GCNConv

from citations import Split, features
from measure import EpochTimes, report, training_arguments

HIDDEN, LATENT = 32, 16


class Encoder(torch.nn.Module):
    """Two layers of graph convolutions, the second once for each of mean and log-deviation."""

    def __init__(self, inputs):
        super().__init__()
        self.hidden = GCNConv(inputs, HIDDEN, cached=True)
        self.mean = GCNConv(HIDDEN, LATENT, cached=True)
        self.log_deviation = GCNConv(HIDDEN, LATENT, cached=True)

    def forward(self, words, edges):
        hidden = self.hidden(words, edges).relu()
        return self.mean(hidden, edges), self.log_deviation(hidden, edges)


def main():
    arguments = training_arguments(__doc__).parse_args()
    torch.set_num_threads(arguments.threads)
    # Negatives come from Python's generator or NumPy's, depending on the version.
    for seed in (torch.manual_seed, random.seed, np.random.seed):
        seed(arguments.seed)

    words, split = torch.from_numpy(features(arguments.dataset).toarray()), Split(arguments.split)
    words /= words.sum(1, keepdim=True).clamp(min=1)
    directed = torch.from_numpy(split.train.T)
    edges = torch.cat([directed, directed.flip(0)], 1)
    model = VGAE(Encoder(words.shape[1]))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)

    times = EpochTimes(arguments.warm_up)
    for _ in range(arguments.epochs):
        began = time.perf_counter()
        optimizer.zero_grad()
        latent = model.encode(words, edges)
        loss = model.recon_loss(latent, directed) + model.kl_loss() / len(words)
        loss.backward()
        optimizer.step()
        final_loss = loss.item()
        times.add(time.perf_counter() - began)

    model.eval()
    with torch.no_grad():
        embedding = model.encode(words, edges).numpy()
    report(
        peer="pyg", dataset=arguments.dataset, epochs=arguments.epochs, seed=arguments.seed,
        threads=arguments.threads, **times.summary(), **split.test_metrics(embedding), final_loss=final_loss,
    )


main()
