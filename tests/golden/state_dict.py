"""State dicts as PyTorch writes them, and the same weights as `FORMATS.md` lays them out, for
`crates/runner/src/train/import/tests.rs` and `tests/export.rs`.

Needs torch and safetensors (made with torch 2.15). In this folder, where -P keeps random.py from standing in for
Python's own:

    python -P state_dict.py
"""

import torch
from safetensors.torch import save_file
from torch import nn

PIXELS, HIDDEN, LATENT, NODES = 6, 5, 2, 12


class Mlp(nn.Module):
    def __init__(self, *widths):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(widths, widths[1:]))


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = Mlp(PIXELS, HIDDEN)
        self.mean = nn.Linear(HIDDEN, LATENT)
        self.log_variance = nn.Linear(HIDDEN, LATENT)


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = Mlp(LATENT, HIDDEN)
        self.output = nn.Linear(HIDDEN, PIXELS)
        self.log_variance = nn.Linear(HIDDEN, PIXELS)


class Vae(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = Encoder()
        self.decoder = Decoder()


class Gae(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.ModuleList([nn.Linear(NODES, 3, bias=False)])
        self.mean = nn.Linear(3, LATENT, bias=False)


def ours(state):
    """Matrices `[inputs, outputs]`."""
    return {name: tensor.t().contiguous() for name, tensor in state.items()}


torch.manual_seed(0)
for name, model in [("vae", Vae()), ("gae", Gae())]:
    state = model.state_dict()
    save_file(ours(state), f"state_dict_{name}.safetensors")
    torch.save(state, f"state_dict_{name}.pt")

# The same VAE in a plain dictionary whose tensors are views: a transposed one, and two parts of one storage.
state = dict(torch.load("state_dict_vae.pt"))
name = "decoder.output.weight"
state[name] = state[name].t().contiguous().t()
heads = ["encoder.mean.bias", "encoder.log_variance.bias"]
state.update(zip(heads, torch.cat([state[name] for name in heads]).split(LATENT)))
torch.save(state, "state_dict_views.pt")
