"""Golden values for crates/runner/src/random: an independent ChaCha8, ziggurat and uniform.

Needs Python alone. Writes random.json beside itself.
"""

import json
import math
import pathlib
import struct


class Generator:
    """ChaCha with 8 rounds: key = seed (8 bytes, little-endian) | purpose (1) | zeros; stream = step."""

    def __init__(self, seed, purpose, step):
        self.key = struct.unpack("<8I", struct.pack("<QB23x", seed, purpose))
        self.step, self.block, self.words = step, 0, []

    def word(self):
        if not self.words:
            self.words = self._next_block()
        return self.words.pop(0)

    def long(self):
        low = self.word()
        return low | self.word() << 32

    def unit(self):
        return (self.long() >> 11) / 2**53

    def _next_block(self):
        halves = lambda value: (value & 0xFFFFFFFF, value >> 32)
        start = (*struct.unpack("<4I", b"expand 32-byte k"), *self.key, *halves(self.block), *halves(self.step))
        state = list(start)

        def quarter(a, b, c, d):
            for x, y, z, bits in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
                state[x] = (state[x] + state[y]) & 0xFFFFFFFF
                mixed = state[z] ^ state[x]
                state[z] = (mixed << bits | mixed >> (32 - bits)) & 0xFFFFFFFF

        for _ in range(4):
            for column in range(4):
                quarter(column, 4 + column, 8 + column, 12 + column)
            for diagonal in range(4):
                quarter(diagonal, 4 + (diagonal + 1) % 4, 8 + (diagonal + 2) % 4, 12 + (diagonal + 3) % 4)
        self.block += 1
        return [(x + y) & 0xFFFFFFFF for x, y in zip(state, start)]


# The ziggurat of Marsaglia & Tsang (2000), 256 layers.
TAIL, AREA = 3.654152885361009, 0.004928673233992336
density = lambda x: math.exp(-0.5 * x * x)
X = [AREA / density(TAIL), TAIL]
while len(X) < 256:
    X.append(math.sqrt(-2 * math.log(AREA / X[-1] + density(X[-1]))))
X.append(0.0)


def normal(generator):
    while True:
        bits = generator.long()
        layer, sign = bits & 255, -1.0 if bits & 256 else 1.0
        magnitude = (bits >> 11) / 2**53 * X[layer]
        if magnitude < X[layer + 1]:
            return sign * magnitude
        if layer == 0:
            while True:
                x, y = -math.log(1 - generator.unit()) / TAIL, -math.log(1 - generator.unit())
                if 2 * y > x * x:
                    return sign * (TAIL + x)
        low, high = density(X[layer]), density(X[layer + 1])
        if low + generator.unit() * (high - low) < density(magnitude):
            return sign * magnitude


def case(seed, purpose, step):
    fresh = lambda: Generator(seed, purpose, step)
    words, normals = fresh(), fresh()
    drawn = [normal(normals) for _ in range(5000)]
    return {
        "seed": str(seed),
        "purpose": purpose,
        "step": str(step),
        "words": [str(words.long()) for _ in range(20)],
        "normals": drawn[:8],
        "normals_sum": math.fsum(drawn),
        "normals_largest": max(map(abs, drawn)),
    }


cases = [case(0, 2, 0), case(7, 3, 3), case(2**64 - 1, 5, 2**64 - 1), case(1, 1, 2**32)]
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(cases, indent=1) + "\n")
