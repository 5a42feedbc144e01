"""Pixels enclosed by closed lines of pixels, by SciPy: the values that ml/data/readers/enclosed-pixels.test.ts checks.

A line of neighbouring pixels (diagonals too) that does not meet itself encloses what binary_fill_holes fills, the line
left out. The lines are octagons at random, with sides of length 0 to 6.

    python3 bench/reference/lidc.py    # SciPy 1.11 or later
"""

import numpy as np
from scipy.ndimage import binary_fill_holes

MOVES = [(1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1)]
SIDE = 40
state = 1


def below(limit):
    global state
    state = state * 16807 % 2147483647
    return state % limit


octagons = area = checksum = 0
while octagons < 300:
    e, d1, s, d2, d3, d4 = (below(7) for _ in range(6))
    w, n = e + d1 - d2 - d3 + d4, d1 + s + d2 - d3 - d4
    if min(e, s, w, n) < 1:
        continue
    octagons += 1
    x, y = 15, 5
    mask = np.zeros((SIDE, SIDE), bool)
    for (dx, dy), length in zip(MOVES, [e, d1, s, d2, w, d3, n, d4]):
        for _ in range(length):
            x, y = x + dx, y + dy
            mask[y, x] = True
    inside = binary_fill_holes(mask) & ~mask
    area += int(inside.sum())
    for at in np.flatnonzero(inside):
        checksum = (checksum * 31 + int(at)) % 1000003
print(area, checksum)
