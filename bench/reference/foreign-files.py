"""Writes the TIFF files of api/storage/foreign-files.jsonl, which the tests of the decoders read: files of other makers.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install numpy==2.4.6 tifffile==2026.3.3 imagecodecs pillow==13.0.0
    /tmp/venv/bin/python bench/reference/tiff.py > api/storage/foreign-files.jsonl
"""

import base64
import io
import json

import numpy as np
import tifffile
from PIL import Image


def tiff(array, **options):
    out = io.BytesIO()
    tifffile.imwrite(out, array, metadata=None, software=False, **options)
    return out.getvalue()


def pillow(image, form, **options):
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


floats = np.array([[0, 0.25, 0.5, 1], [-1, 2000, 1e-3, 3], [7, 8, 9, 10]])
signed = np.array([[-1000, 0, 100, 3000], [1, 2, 3, -4], [5, 6, 7, 8]])
labels = np.array([[0, 1, 2, 300], [70000, 5, 6, 7], [8, 9, 10, 11]])
small = np.array([[0, 1, 2, 3], [128, 255, 4, 5], [6, 7, 8, 9]])
tiles = np.arange(40 * 24).reshape(24, 40)
bits = np.array([[0, 1, 1, 0, 1, 0, 0, 1, 1], [1, 0, 0, 1, 0, 1, 1, 0, 0]])

files = {
    "float32, deflate, float predictor": (floats.astype("f4"), tiff(floats.astype("f4"), compression="zlib", predictor=3)),
    "float64": (floats, tiff(floats)),
    "float64, LZW": (floats, tiff(floats, compression="lzw")),
    "float16": (floats.astype("f2"), tiff(floats.astype("f2"))),
    "int16, big-endian": (signed, tiff(signed.astype(">i2"), byteorder=">")),
    "int16, LZW, predictor": (signed, tiff(signed.astype("i2"), compression="lzw", predictor=2)),
    "int8": (small - 100, tiff((small - 100).clip(-128, 127).astype("i1"))),
    "int32, deflate": (signed * 1000, tiff((signed * 1000).astype("i4"), compression="zlib")),
    "uint32": (labels, tiff(labels.astype("u4"))),
    "uint32, BigTIFF": (labels, tiff(labels.astype("u4"), bigtiff=True)),
    "uint16, tiles": (tiles, tiff(tiles.astype("u2"), tile=(16, 16), compression="zlib")),
    "float32, tiles": (tiles / 8, tiff((tiles / 8).astype("f4"), tile=(16, 16))),
    "uint8, PackBits": (small, tiff(small.astype("u1"), compression="packbits")),
    "1 bit, truth values": (bits * 255, tiff(bits.astype("?"), photometric="minisblack")),
    "1 bit, Group 4": (bits * 255, pillow(Image.fromarray((bits * 255).astype("u1")).convert("1"), "TIFF", compression="group4")),
}
files["int8"] = ((small - 100).clip(-128, 127), files["int8"][1])

voc = Image.fromarray(small.astype("u1"), mode="P")
voc.putpalette([0, 0, 0, 128, 0, 0, 0, 128, 0, 128, 128, 0, 0, 0, 128] + [9, 9, 9] * 251)
grey = Image.fromarray(small.astype("u1"), mode="L")
pictures = {
    "PNG, palette with colours": (small, pillow(voc, "PNG")),
    "TIFF, palette with colours": (small, pillow(voc, "TIFF")),
    "BMP, palette with colours": (small, pillow(voc, "BMP")),
    "BMP, grey": (small, pillow(grey, "BMP")),
    "BMP, 1 bit": (bits * 255, pillow(Image.fromarray((bits * 255).astype("u1")).convert("1"), "BMP")),
    "BMP, 24 bits": (small, pillow(grey.convert("RGB"), "BMP")),
    "BMP, 32 bits": (small, pillow(grey.convert("RGBA"), "BMP")),
    "GIF, grey": (small, pillow(grey, "GIF")),
    "WebP without loss": (small, pillow(grey.convert("RGB"), "WEBP", lossless=True)),
}

for name, (array, content) in {**files, **pictures}.items():
    line = {"name": name, "width": int(array.shape[1]), "height": int(array.shape[0])}
    line["values"] = [float(value) for value in array.ravel()]
    line["base64"] = base64.b64encode(content).decode()
    print(json.dumps(line))
