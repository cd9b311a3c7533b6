# Pictures as Pillow writes them, and PNG files of kinds that it does not write, in hexadecimal; and the grey pixels that
# Pillow and NumPy make of them, laid on white and on black where they let something through.
# python3 -m pip install pillow numpy; python3 -P tests/golden/pictures.py > tests/golden/pictures.json

import io
import json
import struct
import zlib

import numpy as np
from PIL import Image, ImageOps

random = np.random.default_rng(0)
HEIGHT, WIDTH = 5, 7
smooth = np.add.outer(np.arange(HEIGHT) * 20, np.arange(WIDTH) * 15).astype(np.uint8)
colour = random.integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
alpha = random.integers(0, 256, (HEIGHT, WIDTH, 1), dtype=np.uint8)
deep = random.integers(0, 65536, (HEIGHT, WIDTH), dtype=np.uint16)
deep_colour = random.integers(0, 65536, (HEIGHT, WIDTH, 4), dtype=np.uint16)
eightfold = np.kron(smooth, np.ones((8, 8), np.uint8))
eightfold_colour = np.kron(colour, np.ones((8, 8, 1), np.uint8))
cmyk = Image.fromarray(np.kron(np.concatenate([colour, alpha // 2], 2), np.ones((8, 8, 1), np.uint8)), "CMYK")


def saved(picture, name, **options):
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG" if name.endswith("jpg") else "PNG", **options)
    return buffer.getvalue()


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


PASSES = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]


def packed(samples, depth):
    """The rows of samples [rows, columns, channels], unfiltered."""
    lines = b""
    for row in samples:
        bits = "".join(f"{int(sample):0{depth}b}" for sample in row.ravel())
        bits += "0" * (-len(bits) % 8)
        lines += b"\0" + bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8))
    return lines


def png(samples, kind, depth, interlaced=False, more=b""):
    """A PNG file of samples [height, width, channels] of a colour type."""
    height, width = samples.shape[:2]
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, interlaced)
    parts = [samples[y::down, x::across] for y, x, down, across in PASSES] if interlaced else [samples]
    data = b"".join(packed(part, depth) for part in parts if part.size)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + more + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


def grey_of(file):
    return np.array(Image.open(io.BytesIO(file)).convert("L"))


def laid(rgba, below):
    """Grey pixels of [height, width, 4] bytes on a background, by Pillow."""
    ground = Image.new("RGBA", rgba.shape[1::-1], (below, below, below, 255))
    ground.alpha_composite(Image.fromarray(rgba, "RGBA"))
    return np.array(ground.convert("L"))


result = {}


def add(name, file, grey, black=None, within=0):
    """A file, its grey pixels on white, those on black where they differ, and by how much decoders may differ."""
    result[name] = {"file": file.hex(), "shape": grey.shape, "grey": grey.astype(np.uint8).tobytes().hex(), "within": within}
    if black is not None:
        result[name]["black"] = black.astype(np.uint8).tobytes().hex()


def add_transparent(name, file, rgba):
    add(name, file, laid(rgba, 255), laid(rgba, 0), within=1)


plain = {
    "grey.png": (Image.fromarray(smooth), {}),
    "noise.png": (Image.fromarray(colour[..., 0]), {}),
    "rgb.png": (Image.fromarray(colour), {}),
    "palette.png": (Image.fromarray(colour).quantize(8), {}),
    "palette-2-bits.png": (Image.fromarray(colour).quantize(4), {"bits": 2}),
    "bilevel.png": (Image.fromarray(smooth).convert("1"), {}),
    "grey.jpg": (Image.fromarray(eightfold), {"quality": 95}),
    "rgb.jpg": (Image.fromarray(eightfold_colour), {"quality": 95}),
    "progressive.jpg": (Image.fromarray(eightfold), {"progressive": True}),
    "progressive-rgb.jpg": (Image.fromarray(eightfold_colour), {"progressive": True, "quality": 95}),
    "adobe-rgb.jpg": (Image.fromarray(eightfold_colour), {"keep_rgb": True, "quality": 95}),
    "cmyk.jpg": (cmyk, {"quality": 95}),
}
for name, (picture, options) in plain.items():
    file = saved(picture, name, **options)
    # Decoders of JPEG may round otherwise.
    add(name, file, grey_of(file), within=4 if name.endswith("jpg") else 0)

# Adobe's mark with the transform 2 says YCCK.
file = saved(cmyk, "cmyk.jpg", quality=95)
at = file.index(b"Adobe") + 11
ycck = file[:at] + b"\x02" + file[at + 1 :]
add("ycck.jpg", ycck, grey_of(ycck), within=6)

rgba = np.concatenate([colour, alpha], 2)
add_transparent("rgba.png", saved(Image.fromarray(rgba), "rgba.png"), rgba)
grey_alpha = np.concatenate([smooth[..., None], alpha], 2)
file = saved(Image.fromarray(grey_alpha, "LA"), "grey-alpha.png")
add_transparent("grey-alpha.png", file, np.concatenate([smooth[..., None]] * 3 + [alpha], 2))
black = np.concatenate([np.zeros_like(colour), alpha], 2)
add_transparent("icon.png", saved(Image.fromarray(black), "icon.png"), black)
quantized = Image.fromarray(colour).quantize(8)
file = saved(quantized, "palette-transparent.png", transparency=bytes([0, 100, 255]))
add_transparent("palette-transparent.png", file, np.array(Image.open(io.BytesIO(file)).convert("RGBA")))
opaque = np.concatenate([colour, np.full_like(alpha, 255)], 2)
add("opaque.png", saved(Image.fromarray(opaque), "opaque.png"), grey_of(saved(Image.fromarray(colour), "rgb.png")))

# Pillow clips 16 bits at 255 in place of scaling them.
add("deep.png", saved(Image.fromarray(deep), "deep.png"), deep >> 8)
high = (deep_colour >> 8).astype(np.uint8)
add("deep-rgb.png", png(deep_colour[..., :3], 2, 16), np.array(Image.fromarray(high[..., :3]).convert("L")))
add_transparent("deep-rgba.png", png(deep_colour, 6, 16), high)
for depth in [1, 2, 4]:
    samples = (smooth >> (8 - depth))[..., None]
    add(f"grey-{depth}.png", png(samples, 0, depth), samples[..., 0] * (255 // (2**depth - 1)))
    add(f"grey-{depth}-interlaced.png", png(samples, 0, depth, True), samples[..., 0] * (255 // (2**depth - 1)))
add("interlaced.png", png(smooth[..., None], 0, 8, True), smooth)
file = png(colour, 2, 8, True)
add("interlaced-rgb.png", file, grey_of(file))
add("interlaced-deep.png", png(deep[..., None], 0, 16, True), deep >> 8)
# One shade of grey is transparent.
shade = int(smooth[0, 1])
clear = np.where(smooth == shade, 0, 255).astype(np.uint8)[..., None]
file = png(smooth[..., None], 0, 8, more=chunk(b"tRNS", struct.pack(">H", shade)))
add_transparent("grey-transparent.png", file, np.concatenate([smooth[..., None]] * 3 + [clear], 2))

for orientation in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = orientation
    for name, picture in [("jpg", Image.fromarray(eightfold)), ("png", Image.fromarray(smooth))]:
        file = saved(picture, name, exif=exif, **({"quality": 95} if name == "jpg" else {}))
        upright = ImageOps.exif_transpose(Image.open(io.BytesIO(file))).convert("L")
        add(f"turned-{orientation}.{name}", file, np.array(upright), within=4 if name == "jpg" else 0)

print(json.dumps(result, indent=1))
