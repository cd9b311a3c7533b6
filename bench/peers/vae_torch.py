"""The twin of `aevb train vae-mnist` and its relatives in PyTorch, float32 on the CPU: the same model, first weights
(those of the same seed, bit for bit), data, optimizer and constants. The order of the batches and the noise are drawn
otherwise, and Frey Face is split otherwise.

    python vae_torch.py --data $AEVB_DATA                            aevb train vae-mnist
    python vae_torch.py --data $AEVB_DATA --binarization dynamic     the same with --set data.binarization=dynamic
    python vae_torch.py --data $AEVB_DATA --optimizer adagrad        aevb train vae-mnist-adagrad
    python vae_torch.py --data $AEVB_DATA --dataset frey             aevb train vae-frey

prints one line of JSON: test bounds in nats per image by epoch, and seconds an epoch.
"""
import argparse
import gzip
import math
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from measure import peak_memory_mib, report

BATCH, VARIANCE_FLOOR = 100, 1e-6
OPTIMIZERS = {
    "adam": lambda weights: torch.optim.Adam(weights, lr=1e-3, betas=(0.9, 0.999), eps=1e-8),
    "adagrad": lambda weights: torch.optim.Adagrad(weights, lr=0.02, eps=1e-10),
}


def mnist(folder):
    def images(name):
        raw = gzip.decompress((folder / "mnist" / f"{name}-images-idx3-ubyte.gz").read_bytes())
        return np.frombuffer(raw, np.uint8, offset=16).reshape(-1, 28 * 28) / np.float32(255)

    return images("train"), images("t10k")


def frey(folder, seed):
    """1565 images to train on and 200 to test; 200 more, which aevb validates on, are left out."""
    from scipy.io import loadmat

    faces = loadmat(folder / "freyface" / "frey_rawface.mat")["ff"].T / np.float32(255)
    faces = faces[np.random.default_rng(seed).permutation(len(faces))]
    return faces[400:], faces[200:400]


class Vae(nn.Module):
    """One hidden tanh layer on each side; means and log-variances come out of one layer."""

    def __init__(self, pixels, hidden, latent, gaussian):
        super().__init__()
        self.gaussian = gaussian
        self.encoder, self.heads = nn.Linear(pixels, hidden), nn.Linear(hidden, 2 * latent)
        self.decoder, self.output = nn.Linear(latent, hidden), nn.Linear(hidden, pixels * (2 if gaussian else 1))

    def bound(self, x):
        """The SGVB estimator B with one sample (Kingma & Welling 2013, eq. 7), `[batch]`."""
        mean, log_variance = self.heads(torch.tanh(self.encoder(x))).chunk(2, -1)
        z = mean + torch.randn_like(mean) * (0.5 * log_variance).exp()
        kl = -0.5 * (1 + log_variance - mean**2 - log_variance.exp()).sum(-1)
        output = self.output(torch.tanh(self.decoder(z)))
        if not self.gaussian:
            return -F.binary_cross_entropy_with_logits(output, x, reduction="none").sum(-1) - kl
        mean, log_variance = output.chunk(2, -1)
        variance = log_variance.exp() + VARIANCE_FLOOR
        square = (x - torch.sigmoid(mean)) ** 2
        return -0.5 * (math.log(2 * math.pi) + variance.log() + square / variance).sum(-1) - kl


def arguments():
    parser = argparse.ArgumentParser(description="The variational auto-encoder of images in PyTorch")
    parser.add_argument("--data", type=Path, required=True, help="the folder of all data sets")
    parser.add_argument("--dataset", choices=["mnist", "frey"], default="mnist")
    parser.add_argument("--binarization", choices=["grey", "dynamic"], default="grey")
    parser.add_argument("--optimizer", choices=sorted(OPTIMIZERS), default="adam")
    parser.add_argument("--latent", type=int, help="20, or 10 for frey")
    parser.add_argument("--epochs", type=int, help="20, or 200 for frey")
    parser.add_argument("--evaluate-every", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


def main():
    args = arguments()
    torch.set_num_threads(args.threads)
    is_frey = args.dataset == "frey"
    train, test = map(torch.from_numpy, frey(args.data, args.seed) if is_frey else mnist(args.data))
    latent, hidden = args.latent or (10 if is_frey else 20), 200 if is_frey else 500
    epochs, dynamic = args.epochs or (200 if is_frey else 20), args.binarization == "dynamic"
    torch.manual_seed(args.seed)
    model = Vae(train.shape[1], hidden, latent, gaussian=is_frey)
    optimizer = OPTIMIZERS[args.optimizer](model.parameters())
    if dynamic:
        test = torch.bernoulli(test)

    @torch.no_grad()
    def test_bound():
        return sum(model.bound(x).sum().item() for x in test.split(500)) / len(test)

    bounds, seconds = {}, []
    for epoch in range(1, epochs + 1):
        began = time.perf_counter()
        for indices in torch.randperm(len(train)).split(BATCH):
            x = torch.bernoulli(train[indices]) if dynamic else train[indices]
            optimizer.zero_grad()
            (-model.bound(x).mean()).backward()
            optimizer.step()
        seconds.append(time.perf_counter() - began)
        if epoch % args.evaluate_every == 0 or epoch == epochs:
            bounds[epoch] = round(test_bound(), 2)
    report(
        peer="vae_torch",
        dataset=args.dataset,
        binarization=args.binarization,
        optimizer=args.optimizer,
        latent=latent,
        seed=args.seed,
        test_bound=bounds,
        seconds_per_epoch=round(float(np.median(seconds)), 3),
        peak_memory_mib=peak_memory_mib(),
    )


main()
