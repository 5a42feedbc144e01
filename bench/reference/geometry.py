"""Reference values of ml/geometry's test, from scikit-image.

python3 -m venv v && v/bin/pip install scikit-image==0.26.0 && v/bin/python geometry.py
Ran with numpy 2.4.6.
"""
import numpy as np
from skimage.measure import find_contours, label, regionprops

y, x = np.mgrid[0:40, 0:48].astype(float)
# A lobed spot, softly edged, and a smaller one apart from it; the test builds the same.
angle = np.arctan2(y - 19.3, x - 20.6)
radius = np.hypot(y - 19.3, x - 20.6)
spot = np.clip(0.5 + (11 + 2 * np.cos(3 * angle) + np.cos(5 * angle) - radius) / 4, 0, 1)
other = np.clip(0.5 + (3 - np.hypot(y - 6.2, x - 41.7)) / 4, 0, 1)
field = np.maximum(spot, other).astype(np.float32)

labels = label(field > 0.5, connectivity=2)
sizes = [p.area for p in regionprops(labels)]
print("sizes", sizes)
contours = find_contours(np.pad(field, 1), 0.5, fully_connected="high")
for contour in contours:
    v, u = contour[:, 0], contour[:, 1]
    area = abs(np.sum(u[:-1] * v[1:] - u[1:] * v[:-1])) / 2
    perimeter = np.sum(np.hypot(np.diff(u), np.diff(v)))
    print("area", repr(area), "perimeter", repr(perimeter), "height", repr(np.ptp(v)), "width", repr(np.ptp(u)))
