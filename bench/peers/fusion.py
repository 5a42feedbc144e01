"""Answers bench/fusion.bench.ts: one JSON line asks, one JSON line answers."""
import json
import statistics
import struct
import sys
import time
from importlib.metadata import version

import krippendorff
import numpy as np
import pandas as pd
import SimpleITK as sitk
from crowdkit.aggregation import DawidSkene, MajorityVote
from sklearn.metrics import cohen_kappa_score, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from statsmodels.stats.inter_rater import aggregate_raters, fleiss_kappa


def timed(work, runs):
    """The last result, and the median of the milliseconds of some runs in a row."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        result = work()
        times.append(1000 * (time.perf_counter() - start))
    return result, statistics.median(times)


class Masks:
    """Raters' masks [h, w, n], as each package wants them; made before anything is timed."""

    def __init__(self, file):
        with open(file, "rb") as handle:
            (length,) = struct.unpack("<Q", handle.read(8))
            shape = json.loads(handle.read(length))["masks"]["shape"]
            masks = np.fromfile(handle, dtype=np.float32).reshape(shape).astype(np.uint8)
        height, width, raters = shape
        self.images = [sitk.GetImageFromArray(np.ascontiguousarray(masks[:, :, k])) for k in range(raters)]
        task, worker = np.divmod(np.arange(masks.size), raters)
        self.votes = pd.DataFrame({"task": task, "worker": worker, "label": masks.reshape(-1).astype(int)})

    def staple(self, runs=0):
        staple = sitk.STAPLEImageFilter()
        if runs:
            return {"time": timed(lambda: staple.Execute(self.images), runs)[1]}
        posterior = staple.Execute(self.images)
        return {
            "posterior": sitk.GetArrayFromImage(posterior).reshape(-1).tolist(),
            "sensitivity": list(staple.GetSensitivity()),
            "specificity": list(staple.GetSpecificity()),
            "iterations": staple.GetElapsedIterations(),
        }

    def majority(self, runs=0):
        return self.crowd(MajorityVote, runs)

    def dawid_skene(self, iterations, runs=0):
        # A negative tolerance: no early end.
        return self.crowd(lambda: DawidSkene(n_iter=iterations, tol=-1), runs)

    def crowd(self, method, runs):
        if runs:
            return {"time": timed(lambda: method().fit_predict(self.votes), runs)[1]}
        fitted = method().fit(self.votes)
        return {
            "posterior": fitted.probas_.sort_index()[1].tolist(),
            "labels": fitted.labels_.sort_index().tolist(),
        }


def agreement(ratings, partial):
    """Ratings [n, items] of 0 and 1; `partial` has nulls too."""
    complete = np.array(ratings)
    missing = np.array(partial, dtype=float)
    pairs = [(a, b) for a in range(len(complete)) for b in range(a + 1, len(complete))]
    return {
        "cohen": [cohen_kappa_score(complete[a], complete[b]) for a, b in pairs],
        "fleiss": float(fleiss_kappa(aggregate_raters(complete.T)[0])),
        "alpha": float(krippendorff.alpha(complete, level_of_measurement="nominal")),
        "partialAlpha": float(krippendorff.alpha(missing, level_of_measurement="nominal")),
    }


def svm(features, labels, cost, gamma):
    model = make_pipeline(StandardScaler(), SVC(C=cost, gamma=gamma, class_weight="balanced", tol=1e-6))
    return {"decisions": model.fit(features, labels).decision_function(features).tolist()}


PACKAGES = ["SimpleITK", "crowd-kit", "scikit-learn", "statsmodels", "krippendorff"]


def answer(what, question, state):
    if what == "version":
        return {"packages": ", ".join(f"{name} {version(name)}" for name in PACKAGES)}
    if what == "load":
        state["masks"] = Masks(question["file"])
        return {}
    if what == "agreement":
        return agreement(**question)
    if what == "auc":
        return {"auc": float(roc_auc_score(question["labels"], question["scores"]))}
    if what == "svm":
        return svm(**question)
    return getattr(state["masks"], what.replace("-", "_"))(**question)


def main():
    state = {}
    for line in sys.stdin:
        question = json.loads(line)
        print(json.dumps(answer(question.pop("ask"), question, state)), flush=True)


if __name__ == "__main__":
    main()
