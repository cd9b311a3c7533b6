"""The likelihood of all pairs of nodes by hand, for peers in PyTorch alone."""
import torch
import torch.nn.functional as F

# Pairs a tile: 4 MiB of logits stay in a CPU's cache, and the calls that make them cost little beside them. On a GPU the
# calls cost more than its cache gains.
TILE, GPU_TILE = 1 << 20, 1 << 28


class TiledLikelihood(torch.autograd.Function):
    """The weighted cross entropy of all pairs, summed: Σ softplus(x) over all of them by blocks of rows, then the
    correction q softplus(−x) − softplus(x) of the pairs that are one."""

    @staticmethod
    def forward(ctx, latent, positive, weight, with_value):
        nodes, total = len(latent), torch.zeros((), dtype=torch.float64, device=latent.device)
        gradient, transpose = torch.empty_like(latent), latent.t().contiguous()
        rows = max(16, (GPU_TILE if latent.is_cuda else TILE) // nodes)
        tile = torch.empty(min(rows, nodes), nodes, device=latent.device)
        for start in range(0, nodes, rows):
            block = latent[start:start + rows]
            logits = torch.mm(block, transpose, out=tile[:len(block)])
            if with_value:
                total += F.softplus(logits).sum()
            torch.mm(logits.sigmoid_(), latent, out=gradient[start:start + rows])
        left, right = positive
        logits = (latent[left] * latent[right]).sum(1)
        if with_value:
            total += (weight * F.softplus(-logits) - F.softplus(logits)).sum()
        slope = -weight * torch.sigmoid(-logits) - torch.sigmoid(logits)
        gradient.index_add_(0, left, slope[:, None] * latent[right])
        # Pairs are ordered and their set symmetric: both ends of a pair add the same.
        ctx.gradient = 2 * gradient
        return total.to(latent.dtype)

    @staticmethod
    def backward(ctx, scale):
        return scale * ctx.gradient, None, None, None
