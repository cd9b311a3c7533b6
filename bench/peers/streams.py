"""The random numbers of aevb in NumPy: the same batches, noise and pixels as a run of the same seed, so that a twin
takes the same steps. `crates/runner/src/random` says what a stream is; `tests/golden/random.py` is the plain version.
"""
import math

import numpy as np

SPLIT, EPOCH_ORDER, POSTERIOR_NOISE, BINARISATION, SAMPLING = 1, 2, 3, 4, 5
LAST_STEP = 2**64 - 1

# The ziggurat of Marsaglia & Tsang (2000), 256 layers.
TAIL, AREA = 3.654152885361009, 0.004928673233992336
X = [AREA / math.exp(-0.5 * TAIL**2), TAIL]
while len(X) < 256:
    X.append(math.sqrt(-2 * math.log(AREA / X[-1] + math.exp(-0.5 * X[-1] ** 2))))
X = np.array([*X, 0.0])


def halves(value):
    return value & 0xFFFFFFFF, value >> 32


def chacha8(seed, purpose, step, first, blocks):
    """Words of a stream, 16 a block: ChaCha with 8 rounds, key = seed (8 bytes) | purpose (1) | zeros, stream = step."""
    counter = np.arange(first, first + blocks, dtype=np.uint64)
    start = [*np.frombuffer(b"expand 32-byte k", "<u4"), *halves(seed), purpose, *[0] * 5]
    start = [np.full(blocks, word, np.uint32) for word in start]
    start += [word.astype(np.uint32) for word in halves(counter)]
    start += [np.full(blocks, word, np.uint32) for word in halves(step)]
    state = [word.copy() for word in start]

    def quarter(a, b, c, d):
        for x, y, z, bits in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            state[x] += state[y]
            state[z] ^= state[x]
            state[z] = state[z] << bits | state[z] >> (32 - bits)

    for _ in range(4):
        for column in range(4):
            quarter(column, 4 + column, 8 + column, 12 + column)
        for diagonal in range(4):
            quarter(diagonal, 4 + (diagonal + 1) % 4, 8 + (diagonal + 2) % 4, 12 + (diagonal + 3) % 4)
    return np.stack([x + y for x, y in zip(state, start)], axis=1).ravel()


def fractions(longs):
    """The upper 53 bits as numbers in [0, 1)."""
    return (longs >> np.uint64(11)).astype(np.float64) / 2**53


class Stream:
    """The generator of a seed, a purpose and a step."""

    def __init__(self, seed, purpose, step):
        self.address, self.block, self.words = (seed, purpose, step), 0, np.empty(0, np.uint32)

    def take(self, count):
        """The next words."""
        while len(self.words) < count:
            blocks = -(-(count - len(self.words)) // 16)
            self.words = np.concatenate([self.words, chacha8(*self.address, self.block, blocks)])
            self.block += blocks
        taken, self.words = self.words[:count], self.words[count:]
        return taken

    def longs(self, count):
        return self.take(2 * count).view(np.uint64)

    def permutation(self, count):
        """Fisher and Yates' shuffle of the numbers below `count`."""
        order = list(range(count))
        left = np.arange(count, 1, -1, dtype=np.uint64)
        draws = self.longs(count - 1)
        assert (draws < np.uint64(LAST_STEP) - np.uint64(LAST_STEP) % left).all(), "a draw in 2^48 is rejected"
        for place, offset in enumerate((draws % left).tolist()):
            chosen = place + offset
            order[place], order[chosen] = order[chosen], order[place]
        return np.array(order)

    def bits(self, pixels):
        """Each of the pixels (bytes) as 1 with probability pixel/255, else 0."""
        flat, drawn = pixels.ravel(), []
        for start in range(0, len(flat), 4096):
            part = flat[start:start + 4096]
            uniform = self.take(-(-len(part) // 4)).view(np.uint8)[:len(part)].copy()
            for place in np.flatnonzero(uniform == 255):
                while uniform[place] == 255:
                    uniform[place] = self.take(1)[0] & 0xFF
            drawn.append(uniform < part)
        return np.concatenate(drawn).reshape(pixels.shape).astype(np.float32)

    def normals(self, count):
        """Standard normals. Nearly every long is one, at its place in a layer's rectangle; the others are seen to
        one by one, and what they use up is no draw of its own."""
        parts, left = [], count
        while left:
            longs = self.longs(left)
            layer = (longs & np.uint64(255)).astype(np.int64)
            magnitude = fractions(longs) * X[layer]
            signed = np.where(longs >> np.uint64(8) & np.uint64(1), -magnitude, magnitude)
            place = 0
            for miss in np.flatnonzero(magnitude >= X[layer + 1]):
                if miss < place:
                    continue
                parts.append(signed[place:miss])
                more = map(fractions, longs[miss + 1:])
                used, corner = self.corner(layer[miss], magnitude[miss], more)
                place = miss + 1 + used
                if corner is not None:
                    parts.append([math.copysign(corner, signed[miss])])
            parts.append(signed[place:])
            left = count - sum(map(len, parts))
        return np.concatenate(parts or [[]]).astype(np.float32)

    def corner(self, layer, magnitude, more):
        """The fractions used, of `more` and then of the stream, and the draw outside of a layer's rectangle; None
        where that is rejected."""
        used = 0

        def unit():
            nonlocal used
            used += 1
            fraction = next(more, None)
            return float(fractions(self.longs(1))[0] if fraction is None else fraction)

        if layer == 0:
            while True:
                x, y = -math.log(1 - unit()) / TAIL, -math.log(1 - unit())
                if 2 * y > x * x:
                    return used, TAIL + x
        low, high = np.exp(-0.5 * X[layer:layer + 2] ** 2)
        accepted = low + unit() * (high - low) < math.exp(-0.5 * magnitude**2)
        return used, magnitude if accepted else None
