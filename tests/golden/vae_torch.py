"""Writes vae_torch.json: the first losses of auto-encoders of the digits inside the program, in PyTorch and double
precision: the same weights, batches, noise and pixels as `aevb train vae-mnist-5k --seed S`. Needs torch:

    python -P tests/golden/vae_torch.py
"""

import json
import math
import pathlib
import sys

import torch
import torch.nn.functional as F

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "bench" / "peers"))
import vae_torch as twin  # noqa: E402 (the peer lies elsewhere)

TRAIN, BATCH, HIDDEN, LATENT, EPOCHS = 4000, 2000, 32, 4, 10
# As `--set KEY=VALUE` of the small configuration that tests/images.rs trains.
CASES = [
    (0, []),
    (3, ["data.binarization=dynamic"]),
    (3, ['optimizer={kind="adagrad", learning_rate=0.02, epsilon=1e-10}']),
    (0, ['optimizer={kind="adamw", learning_rate=0.002, beta_1=0.8, beta_2=0.99, epsilon=1e-6, weight_decay=0.1}']),
    (0, ['optimizer={kind="sgd", learning_rate=0.0005, momentum=0.9}']),
    (1, ["objective.estimator=a", "objective.samples=3"]),
    (1, ["objective.samples=2", "objective.beta=2.0", "objective.map=true"]),
]
OPTIMIZERS = {
    "adam": twin.OPTIMIZERS["adam"],
    "adagrad": twin.OPTIMIZERS["adagrad"],
    "adamw": lambda weights: torch.optim.AdamW(weights, lr=0.002, betas=(0.8, 0.99), eps=1e-6, weight_decay=0.1),
    "sgd": lambda weights: torch.optim.SGD(weights, lr=0.0005, momentum=0.9),
}


def log_normal(x, mean, log_variance):
    return -0.5 * (math.log(2 * math.pi) + log_variance + (x - mean) ** 2 * (-log_variance).exp()).sum(-1)


def loss(model, x, noise, estimator, beta, has_prior):
    """Minus the estimate of the bound (Kingma & Welling 2013, eq. 6 and 7), with noise `[samples, batch, latent]`."""
    mean, log_variance = model.heads(torch.tanh(model.encoder(x))).chunk(2, -1)
    z = mean + noise * (0.5 * log_variance).exp()
    logits = model.output(torch.tanh(model.decoder(z)))
    reconstruction = F.binary_cross_entropy_with_logits(logits, x.expand_as(logits), reduction="none").sum(-1).mean(0)
    if estimator == "a":
        zero = torch.zeros(())
        kl = (log_normal(z, mean, log_variance) - log_normal(z, zero, zero)).mean(0)
    else:
        kl = -0.5 * (1 + log_variance - mean**2 - log_variance.exp()).sum(-1)
    total = (reconstruction + beta * kl).mean()
    if has_prior:
        weights = [*model.decoder.parameters(), *model.output.parameters()]
        total = total + sum((weight**2).sum() for weight in weights) / (2 * TRAIN)
    return total


def losses(seed, sets):
    """The mean loss of each epoch of two steps."""
    value = lambda key, default: next((text.split("=", 1)[1] for text in sets if text.startswith(f"{key}=")), default)
    kind = value("optimizer", '"adam"').split('"')[1]
    samples, estimator = int(value("objective.samples", 1)), value("objective.estimator", "b")
    beta, has_prior = float(value("objective.beta", 1)), value("objective.map", "false") == "true"
    images = twin.idx_images(ROOT / "datasets" / "mnist-5k" / "images-idx3-ubyte.gz")
    draws = twin.AevbDraws(seed, images[:TRAIN], images[4500:])
    # The weights are drawn in single precision, as they are there.
    model = twin.Vae(images.shape[1], HIDDEN, LATENT, gaussian=False).double()
    optimizer, found = OPTIMIZERS[kind](model.parameters()), []
    for epoch in range(EPOCHS):
        total, batches = 0.0, draws.order(epoch).split(BATCH)
        for step, indices in enumerate(batches, epoch * len(batches)):
            x = (draws.bits if "data.binarization=dynamic" in sets else draws.pixels)(step, indices).double()
            noise = draws.noise(step, (samples, len(indices), LATENT)).double()
            optimizer.zero_grad()
            value_here = loss(model, x, noise, estimator, beta, has_prior)
            value_here.backward()
            optimizer.step()
            total += value_here.item()
        found.append(total / len(batches))
    return found


torch.set_num_threads(1)
runs = [{"seed": seed, "sets": sets, "losses": losses(seed, sets)} for seed, sets in CASES]
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(runs, indent=1) + "\n")
