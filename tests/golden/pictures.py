# Pictures as Pillow writes them, in hexadecimal, and the grey pixels that it reads from them.
# python3 -m pip install pillow numpy; python3 -P tests/golden/pictures.py > tests/golden/pictures.json

import io
import json

import numpy as np
from PIL import Image

random = np.random.default_rng(0)
HEIGHT, WIDTH = 5, 7
smooth = np.add.outer(np.arange(HEIGHT) * 20, np.arange(WIDTH) * 15).astype(np.uint8)
colour = random.integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
alpha = random.integers(0, 256, (HEIGHT, WIDTH, 1), dtype=np.uint8)
deep = random.integers(0, 65536, (HEIGHT, WIDTH), dtype=np.uint16)

pictures = {
    "grey.png": (Image.fromarray(smooth), {}),
    "noise.png": (Image.fromarray(colour[..., 0]), {}),
    "rgb.png": (Image.fromarray(colour), {}),
    "rgba.png": (Image.fromarray(np.concatenate([colour, alpha], 2)), {}),
    "grey-alpha.png": (Image.fromarray(np.concatenate([smooth[..., None], alpha], 2), "LA"), {}),
    "palette.png": (Image.fromarray(colour).quantize(8), {}),
    "palette-2-bits.png": (Image.fromarray(colour).quantize(4), {"bits": 2}),
    "bilevel.png": (Image.fromarray(smooth).convert("1"), {}),
    "deep.png": (Image.fromarray(deep), {}),
    "grey.jpg": (Image.fromarray(np.kron(smooth, np.ones((8, 8), np.uint8))), {"quality": 95}),
    "rgb.jpg": (Image.fromarray(np.kron(colour, np.ones((8, 8, 1), np.uint8))), {"quality": 95}),
    "progressive.jpg": (Image.fromarray(np.kron(smooth, np.ones((8, 8), np.uint8))), {"progressive": True}),
}

result = {}
for name, (picture, options) in pictures.items():
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG" if name.endswith("jpg") else "PNG", **options)
    # Pillow clips 16 bits at 255 in place of scaling them.
    grey = (deep >> 8).astype(np.uint8) if name == "deep.png" else np.array(Image.open(buffer).convert("L"))
    result[name] = {"file": buffer.getvalue().hex(), "shape": grey.shape, "grey": grey.tobytes().hex()}
print(json.dumps(result, indent=1))
