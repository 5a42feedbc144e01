"""Reference values of ml/data/readers/coco-mask.test.ts, from pycocotools.

python3 -m venv v && v/bin/pip install pycocotools==2.0.11 && v/bin/python coco.py
Ran with numpy 2.4.6.
"""
import numpy as np
from pycocotools import mask as coco

SHAPES = {
    "square on pixel edges": (6, 8, [2, 1, 6, 1, 6, 4, 2, 4]),
    "square on pixel middles": (6, 8, [1.5, 1.5, 5.5, 1.5, 5.5, 4.5, 1.5, 4.5]),
    "triangle": (7, 8, [0.3, 6.2, 4.1, 0.4, 7.6, 5.7]),
    "bow tie": (6, 8, [1, 1, 7, 5, 7, 1, 1, 5]),
    "concave": (7, 8, [0.5, 0.5, 7.5, 0.5, 7.5, 6.5, 4, 2.2, 0.5, 6.5]),
    "beyond the edges": (5, 6, [-0.8, -0.6, 6.7, 1.2, 5.1, 5.9, -0.4, 4.4]),
    "sliver": (4, 6, [0.2, 1.4, 5.8, 1.6, 5.8, 1.7, 0.2, 1.5]),
}


def drawn(mask):
    return ["".join(".#"[v] for v in row) for row in mask.tolist()]


for name, (height, width, polygon) in SHAPES.items():
    run = coco.frPyObjects([polygon], height, width)[0]
    print(name, polygon, run["counts"].decode(), *drawn(coco.decode(run)), sep="\n  ")

# Many polygons from a generator that JavaScript has too (Park and Miller), in tenths of a pixel.
state = 1


def below(limit):
    global state
    state = state * 16807 % 2147483647
    return state % limit


area, checksum = 0, 0
for _ in range(300):
    height, width, corners = 1 + below(40), 1 + below(40), 3 + below(6)
    polygon = [(below(10 * s + 20) - 10) / 10 for _ in range(corners) for s in (width, height)]
    mask = coco.decode(coco.frPyObjects([polygon], height, width)[0])
    area += int(mask.sum())
    for at in np.flatnonzero(mask.ravel()):
        checksum = (checksum * 31 + int(at)) % 1000003
print("300 polygons: area", area, "checksum", checksum)

# Runs, compressed and not: a mask of noise, and one whose runs are long (five bits are not enough).
noise = np.asfortranarray([[(x * x + 3 * y * x + y) % 5 < 2 for x in range(9)] for y in range(7)], dtype=np.uint8)
blocks = np.zeros((300, 400), dtype=np.uint8, order="F")
blocks[:, 30:35] = 1
blocks[50:250, 100:103] = 1
for name, mask in [("noise", noise), ("blocks", blocks)]:
    run = coco.encode(mask)
    column = mask.ravel(order="F")
    borders = np.flatnonzero(np.diff(column, prepend=0))
    counts = np.diff(np.concatenate([[0], borders, [column.size]]))
    text = run["counts"].decode()
    print(name, run["size"], "area", int(mask.sum()), "text", repr(text), "runs", counts.tolist())
