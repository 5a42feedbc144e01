"""Reference values of ml/svm's and ml/statistics/youden's tests, from scikit-learn.

python3 -m venv v && v/bin/pip install scikit-learn==1.7.2 && v/bin/python svm.py
Ran with numpy 2.4.6 and scipy 1.17.1.
"""
import numpy as np
from sklearn.metrics import roc_auc_score, roc_curve
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

# Any fixed numbers do, the classes overlapping and unequal: remainders of squares. The test makes the same.
i = np.arange(40)
labels = np.array([1 if (k * 7 + 3) % 10 < 4 else 0 for k in i])
first = ((i * i * 37 + 11) % 29) / 29 + 0.4 * labels
second = 5 * ((i * i * 17 + 5) % 23) / 23 - labels
asked = [0.1, 0.45, 0.8, 1.3]

for name, x in [("first", first[:, None]), ("both", np.stack([first, second], 1))]:
    model = make_pipeline(StandardScaler(), SVC(C=1, gamma="scale", class_weight="balanced", tol=1e-9))
    model.fit(x, labels)
    points = np.array(asked)[:, None] if x.shape[1] == 1 else np.array([[v, 3 * v] for v in asked])
    print(name, "decisions", [repr(float(d)) for d in model.decision_function(points)])
    scores = model.decision_function(x)
    print("   auc", repr(roc_auc_score(labels, scores)), "support", [int(n) for n in model[-1].n_support_])

false, true, thresholds = roc_curve(labels, first, drop_intermediate=False)
best = np.argmax(true - false)
print("youden: called positive from", repr(float(thresholds[best])), "index", repr(float(true[best] - false[best])))
print("   next lower score", repr(float(max(first[first < thresholds[best]]))))
