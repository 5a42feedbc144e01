"""Reference values of ml/statistics' tests, from scikit-learn, MLstatkit and scipy.

python3 -m venv v && v/bin/pip install scikit-learn==1.7.2 MLstatkit==0.1.9 && v/bin/python metrics.py
Ran with numpy 2.4.6 and scipy 1.17.1.
"""
import numpy as np
from MLstatkit import Delong_test
from scipy.special import erfc
from scipy.stats import norm, spearmanr, t
from sklearn.metrics import roc_auc_score

# Any fixed numbers with ties do: remainders of squares.
first = np.array([(i * i * 37 + 11) % 29 / 29 for i in range(40)])
second = np.array([(i * i * 17 + 5) % 23 / 23 for i in range(40)])
labels = np.array([1 if (i * 7 + 3) % 10 < 4 or first[i] > 0.85 else 0 for i in range(40)])


def definition(scores):
    """DeLong's structural components straight from their definition, all pairs."""
    p, n = scores[labels == 1], scores[labels == 0]
    psi = (p[:, None] > n[None, :]) + 0.5 * (p[:, None] == n[None, :])
    v10, v01 = psi.mean(1), psi.mean(0)
    return psi.mean(), v10.var(ddof=1) / len(p) + v01.var(ddof=1) / len(n)


print("positives", labels.sum())
for name, s in [("first", first), ("second", second)]:
    value, variance = definition(s)
    half = norm.ppf(0.975) * np.sqrt(variance) / (value * (1 - value))
    logit = np.log(value / (1 - value))
    print(name, "sklearn", repr(roc_auc_score(labels, s)), "pairs", repr(value), "variance", repr(variance))
    print("   logit interval", [repr(float(1 / (1 + np.exp(-(logit + d))))) for d in (-half, half)])
print("MLstatkit paired", Delong_test(labels, first, second))
print("spearman", repr(spearmanr(first, second).statistic))
print("p", [repr(float(erfc(z / np.sqrt(2)))) for z in (0.5, 1.959963984540054, 3, 6, 10)])
print("t", [repr(float(t.ppf(0.975, degrees))) for degrees in (1, 2, 19, 100)])
