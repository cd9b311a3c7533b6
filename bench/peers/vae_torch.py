"""The twin of `aevb train vae-mnist` and its relatives in PyTorch, on the CPU or a GPU: the same model, first weights (those of the
same seed, bit for bit), split, data, optimizer and constants; with `--draws aevb` also the same batches, noise and
drawn pixels, so that both take the same steps and end apart only by rounding.

    python vae_torch.py --data $AEVB_DATA                            aevb train vae-mnist
    python vae_torch.py --data $AEVB_DATA --binarization dynamic     the same with --set data.binarization=dynamic
    python vae_torch.py --data $AEVB_DATA --optimizer adagrad        aevb train vae-mnist-adagrad
    python vae_torch.py --data $AEVB_DATA --dataset frey             aevb train vae-frey

prints one line of JSON: test bounds in nats per image by epoch; with `--draws torch` seconds an epoch. The fastest way
on PyTorch's side is `--draws torch --fused`.
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

import streams
from measure import device_argument, device_memory, peak_memory_mib, report, seconds_since_start, synchronize

BATCH, VARIANCE_FLOOR = 100, 1e-6
OPTIMIZERS = {
    "adam": lambda weights, **how: torch.optim.Adam(weights, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, **how),
    "adagrad": lambda weights, **how: torch.optim.Adagrad(weights, lr=0.02, eps=1e-10, **how),
}


def idx_images(path):
    """Pixels `[images, 784]`, bytes."""
    return np.frombuffer(gzip.decompress(path.read_bytes()), np.uint8, offset=16).reshape(-1, 28 * 28)


def mnist(folder):
    return tuple(idx_images(folder / "mnist" / f"{name}-images-idx3-ubyte.gz") for name in ("train", "t10k"))


def frey(folder, seed):
    """1565 images to train on and 200 to test; 200 more, which aevb validates on, are left out."""
    from scipy.io import loadmat

    faces = loadmat(folder / "freyface" / "frey_rawface.mat")["ff"].T
    faces = faces[streams.Stream(seed, streams.SPLIT, 0).permutation(len(faces))]
    return faces[400:], faces[200:400]


class TorchDraws:
    """Batches, noise and bits as PyTorch draws them."""

    def __init__(self, seed, train, test, device):
        torch.manual_seed(seed)
        self.device = device
        self.train, self.test = (torch.from_numpy(part / np.float32(255)).to(device) for part in (train, test))

    def order(self, _epoch):
        return torch.randperm(len(self.train), device=self.device)

    def pixels(self, _step, indices):
        return self.train[indices]

    def bits(self, _step, indices):
        return torch.bernoulli(self.train[indices])

    def test_bits(self):
        return torch.bernoulli(self.test)

    def noise(self, _step, dims):
        return torch.randn(dims, device=self.device)

    def test_noise(self, latent):
        return torch.randn(len(self.test), latent, device=self.device)


class AevbDraws(TorchDraws):
    """Those of aevb's streams."""

    def __init__(self, seed, train, test, device):
        super().__init__(seed, train, test, device)
        self.seed, self.bytes, self.test_bytes = seed, train, test

    def stream(self, purpose, step):
        return streams.Stream(self.seed, purpose, step)

    def order(self, epoch):
        return torch.from_numpy(self.stream(streams.EPOCH_ORDER, epoch).permutation(len(self.train)))

    def bits(self, step, indices):
        return torch.from_numpy(self.stream(streams.BINARISATION, step).bits(self.bytes[indices.numpy()]))

    def test_bits(self):
        return torch.from_numpy(self.stream(streams.BINARISATION, streams.LAST_STEP - 1).bits(self.test_bytes))

    def noise(self, step, dims):
        return torch.from_numpy(self.stream(streams.POSTERIOR_NOISE, step).normals(math.prod(dims))).view(dims)

    def test_noise(self, latent):
        return torch.from_numpy(self.stream(streams.SAMPLING, 1).normals(len(self.test) * latent)).view(-1, latent)


class Vae(nn.Module):
    """One hidden tanh layer on each side; means and log-variances come out of one layer."""

    def __init__(self, pixels, hidden, latent, gaussian):
        super().__init__()
        self.gaussian = gaussian
        self.encoder, self.heads = nn.Linear(pixels, hidden), nn.Linear(hidden, 2 * latent)
        self.decoder, self.output = nn.Linear(latent, hidden), nn.Linear(hidden, pixels * (2 if gaussian else 1))

    def bound(self, x, noise):
        """The SGVB estimator B with one sample (Kingma & Welling 2013, eq. 7), `[batch]`."""
        mean, log_variance = self.heads(torch.tanh(self.encoder(x))).chunk(2, -1)
        z = mean + noise * (0.5 * log_variance).exp()
        kl = -0.5 * (1 + log_variance - mean**2 - log_variance.exp()).sum(-1)
        output = self.output(torch.tanh(self.decoder(z)))
        if not self.gaussian:
            return -F.binary_cross_entropy_with_logits(output, x, reduction="none").sum(-1) - kl
        mean, log_variance = output.chunk(2, -1)
        variance = log_variance.exp() + VARIANCE_FLOOR
        square = (x - torch.sigmoid(mean)) ** 2
        return -0.5 * (math.log(2 * math.pi) + variance.log() + square / variance).sum(-1) - kl


def steps(model, optimizer, draws, latent, epoch, batch, dynamic):
    """An epoch, one loss at a time."""
    batches = draws.order(epoch).split(batch)
    for step, indices in enumerate(batches, epoch * len(batches)):
        x = draws.bits(step, indices) if dynamic else draws.pixels(step, indices)
        noise = draws.noise(step, (len(indices), latent))
        optimizer.zero_grad()
        loss = -model.bound(x.to(model.encoder.weight.dtype), noise.to(model.encoder.weight.dtype)).mean()
        loss.backward()
        optimizer.step()
        yield loss


def arguments():
    parser = argparse.ArgumentParser(description="The variational auto-encoder of images in PyTorch")
    parser.add_argument("--data", type=Path, required=True, help="the folder of all data sets")
    parser.add_argument("--dataset", choices=["mnist", "frey"], default="mnist")
    parser.add_argument("--binarization", choices=["grey", "dynamic"], default="grey")
    parser.add_argument("--optimizer", choices=sorted(OPTIMIZERS), default="adam")
    parser.add_argument("--draws", choices=["torch", "aevb"], default="aevb")
    parser.add_argument("--fused", action="store_true", help="PyTorch's fused optimizer")
    parser.add_argument("--latent", type=int, help="20, or 10 for frey")
    parser.add_argument("--epochs", type=int, help="20, or 200 for frey")
    parser.add_argument("--train-images", type=int, help="only the first so many")
    parser.add_argument("--evaluate-every", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--compile", action="store_true", help="torch.compile, with CUDA graphs on a GPU")
    device_argument(parser)
    given = parser.parse_args()
    if given.draws == "aevb" and given.device != "cpu":
        parser.error("the draws of aevb are made on the CPU: --draws torch")
    return given


def main():
    args = arguments()
    torch.set_num_threads(args.threads)
    is_frey = args.dataset == "frey"
    train, test = frey(args.data, args.seed) if is_frey else mnist(args.data)
    train = train[:args.train_images]
    latent, hidden = args.latent or (10 if is_frey else 20), 200 if is_frey else 500
    epochs, dynamic = args.epochs or (200 if is_frey else 20), args.binarization == "dynamic"
    draws = (AevbDraws if args.draws == "aevb" else TorchDraws)(args.seed, train, test, args.device)
    model = Vae(train.shape[1], hidden, latent, gaussian=is_frey).to(args.device)
    optimizer = OPTIMIZERS[args.optimizer](model.parameters(), **({"fused": True} if args.fused else {}))
    if args.compile:
        model.bound = torch.compile(model.bound, mode="default" if args.device == "cpu" else "reduce-overhead")
    test, test_noise = draws.test_bits() if dynamic else draws.test, draws.test_noise(latent)

    @torch.no_grad()
    def test_bound():
        return sum(model.bound(*part).sum().item() for part in zip(test.split(500), test_noise.split(500))) / len(test)

    bounds, seconds, first_ended = {}, [], None
    for epoch in range(epochs):
        began = time.perf_counter()
        for _ in steps(model, optimizer, draws, latent, epoch, BATCH, dynamic):
            pass
        synchronize(args.device)
        seconds.append(time.perf_counter() - began)
        first_ended = first_ended or round(seconds_since_start(), 2)
        if (epoch + 1) % args.evaluate_every == 0 or epoch + 1 == epochs:
            bounds[epoch + 1] = round(test_bound(), 2)
    report(
        peer="vae_torch",
        dataset=args.dataset,
        binarization=args.binarization,
        optimizer=args.optimizer,
        draws=args.draws,
        latent=latent,
        seed=args.seed,
        test_bound=bounds,
        # The streams in NumPy take longer than the training.
        seconds_per_epoch=round(float(np.median(seconds)), 3) if args.draws == "torch" else None,
        epoch_seconds=[round(value, 6) for value in seconds],
        seconds_to_first_epoch=first_ended,
        peak_memory_mib=peak_memory_mib(),
        **device_memory(args.device),
        installed_mib=round(sum(file.stat().st_size for file in Path(torch.__path__[0]).rglob("*")) / 2**20, 1),
    )


if __name__ == "__main__":
    main()
