"""Writes vae_torch.json: the first losses of auto-encoders of the digits inside the program, in PyTorch and double
precision: the same weights, batches, noise and pixels as `aevb train vae-mnist-5k --seed S`. Needs torch:

    python -P tests/golden/vae_torch.py
"""

import json
import pathlib
import sys

import torch

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "bench" / "peers"))
import vae_torch as twin  # noqa: E402 (the peer lies elsewhere)

TRAIN, BATCH, HIDDEN, LATENT, EPOCHS = 4000, 2000, 32, 4, 10
CASES = [("adam", "grey", 0), ("adam", "dynamic", 3), ("adagrad", "grey", 3)]


def losses(optimizer, binarization, seed):
    """The mean loss of each epoch of two steps."""
    images = twin.idx_images(ROOT / "datasets" / "mnist-5k" / "images-idx3-ubyte.gz")
    draws = twin.AevbDraws(seed, images[:TRAIN], images[4500:])
    # Drawn in single precision, as they are there.
    model = twin.Vae(images.shape[1], HIDDEN, LATENT, gaussian=False).double()
    stepper = twin.OPTIMIZERS[optimizer](model.parameters())
    epoch = lambda number: twin.steps(model, stepper, draws, LATENT, number, BATCH, binarization == "dynamic")
    return [sum(loss.item() for loss in epoch(number)) * BATCH / TRAIN for number in range(EPOCHS)]


torch.set_num_threads(1)
runs = [
    {"optimizer": optimizer, "binarization": binarization, "seed": seed, "losses": losses(optimizer, binarization, seed)}
    for optimizer, binarization, seed in CASES
]
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(runs, indent=1) + "\n")
