"""Reference values of the surface metrics' tests, from MONAI, SimpleITK and google-deepmind's surface-distance.

python3 -m venv v && v/bin/pip install torch==2.13.0 monai==1.6.1 SimpleITK==2.5.7 surface-distance==0.1 && v/bin/python surface.py
Ran with numpy 2.4.6 and scipy 1.17.1. MONAI computes in float32; "double" repeats its definition with scipy in double.
"""
import numpy as np
import SimpleITK as sitk
import torch
from monai.metrics import compute_average_surface_distance, compute_hausdorff_distance, compute_surface_dice
from scipy.ndimage import binary_erosion, distance_transform_edt

y, x = np.mgrid[0:40, 0:56]
# An ellipse with a hole, and a disc; whole numbers, so that a test in another language draws the same pixels.
first = (4 * (y - 18) ** 2 + 2 * (x - 24) ** 2 < 800) & ((y - 18) ** 2 + (x - 22) ** 2 >= 9)
second = 3 * (y - 20) ** 2 + 3 * (x - 28) ** 2 < 700
# The same with a bar along two edges of the picture.
edged = second | ((y < 3) & (x > 50)) | (x > 53)
TOLERANCES = (0.5, 1, 2)


def monai(a, b, spacing):
    a, b = (torch.from_numpy(m)[None, None].float() for m in (a, b))
    given = dict(include_background=True, spacing=spacing)
    return {
        "hd95": compute_hausdorff_distance(a, b, percentile=95, **given).item(),
        "hd": compute_hausdorff_distance(a, b, **given).item(),
        "assd": compute_average_surface_distance(a, b, symmetric=True, **given).item(),
        "nsd": [compute_surface_dice(a, b, [t], **given).item() for t in TOLERANCES],
    }


def figures(ab, ba):
    every = np.concatenate([ab, ba])
    return {
        "hd95": float(max(np.percentile(ab, 95), np.percentile(ba, 95))),
        "hd95 of both directions pooled": float(np.percentile(every, 95)),
        "hd": float(every.max()),
        "assd": float(every.mean()),
        "mean of the directions' means": float((ab.mean() + ba.mean()) / 2),
        "nsd": [float((every <= t).mean()) for t in TOLERANCES],
    }


def double(a, b, spacing):
    edge_a, edge_b = (m & ~binary_erosion(m) for m in (a, b))
    to_a, to_b = (distance_transform_edt(~e, sampling=spacing) for e in (edge_a, edge_b))
    return figures(to_b[edge_a], to_a[edge_b])


def simple_itk(a, b, spacing):
    """Contours and distance maps by ITK; a mask at the picture's edge has no contour there, unlike MONAI's."""
    images = [sitk.GetImageFromArray(m.astype(np.uint8)) for m in (a, b)]
    for image in images:
        image.SetSpacing(spacing[::-1])
    edges = [sitk.LabelContour(image, fullyConnected=False) for image in images]
    maps = [sitk.Abs(sitk.SignedMaurerDistanceMap(e, squaredDistance=False, useImageSpacing=True)) for e in edges]
    (edge_a, edge_b), (to_a, to_b) = ([sitk.GetArrayFromImage(i) for i in pair] for pair in (edges, maps))
    return figures(to_b[edge_a > 0].astype(float), to_a[edge_b > 0].astype(float))


def deepmind(a, b, spacing):
    import scipy.ndimage as ndimage

    # The package names two modules and a constant that newer SciPy and NumPy have dropped.
    ndimage.filters = ndimage.morphology = ndimage
    np.Inf = np.inf
    import surface_distance

    found = surface_distance.compute_surface_distances(a, b, spacing)
    means = surface_distance.compute_average_surface_distance(found)
    return {
        "hd95": surface_distance.compute_robust_hausdorff(found, 95),
        "average distances": means,
        "nsd": [surface_distance.compute_surface_dice_at_tolerance(found, t) for t in TOLERANCES],
    }


print("pixels", int(first.sum()), int(second.sum()), int(edged.sum()))
for name, pair in {"first, second": (first, second), "first, edged": (first, edged)}.items():
    for spacing in ((1.0, 1.0), (0.5, 1.25)):
        for which in (monai, double, simple_itk, deepmind):
            print(name, spacing, which.__name__, which(*pair, spacing))
