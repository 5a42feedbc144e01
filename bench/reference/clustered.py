"""Outside values of clustered AUC statistics, float64, straight from the definitions (all pairs)."""
import numpy as np
from scipy.stats import norm
from sklearn.metrics import roc_auc_score
first = np.array([(i * i * 37 + 11) % 29 / 29 for i in range(40)])
second = np.array([(i * i * 17 + 5) % 23 / 23 for i in range(40)])
labels = np.array([1 if (i * 7 + 3) % 10 < 4 or first[i] > 0.85 else 0 for i in range(40)])
subj = np.array([(i * 3) // 5 % 17 for i in range(40)])
print("subjects", subj.tolist(), len(set(subj)), [ (subj==s).sum() for s in sorted(set(subj))])
def comp(s):
    p, n = s[labels == 1], s[labels == 0]
    psi = (p[:, None] > n[None, :]) + 0.5 * (p[:, None] == n[None, :])
    return psi.mean(), psi.mean(1), psi.mean(0)
sp, sn = subj[labels == 1], subj[labels == 0]
def obu_cov(a, b):
    """Obuchowski 1997: S10/m + S01/n + (S11 + S11')/(mn)"""
    (ta, xa, ya), (tb, xb, yb) = a, b
    m, n = len(xa), len(ya); I = len(set(subj)); I10=len(set(sp)); I01=len(set(sn))
    S10=S01=S11=S11b=0
    for i in sorted(set(subj)):
        P, N = sp == i, sn == i
        xai, xbi = xa[P].sum()-P.sum()*ta, xb[P].sum()-P.sum()*tb
        yai, ybi = ya[N].sum()-N.sum()*ta, yb[N].sum()-N.sum()*tb
        S10 += xai*xbi; S01 += yai*ybi; S11 += xai*ybi; S11b += xbi*yai
    S10 *= I10/((I10-1)*m); S01 *= I01/((I01-1)*n); S11 *= I/(I-1); S11b *= I/(I-1)
    return S10/m + S01/n + (S11+S11b)/(m*n)
A, B = comp(first), comp(second)
for name,c,s in (("first",A,first),("second",B,second)):
    v = obu_cov(c,c); val=c[0]
    half = norm.ppf(.975)*np.sqrt(v)/(val*(1-val)); lo=np.log(val/(1-val))
    print(name, roc_auc_score(labels,s), "var", repr(float(v)), [repr(float(1/(1+np.exp(-(lo+d))))) for d in (-half,half)])
vd = obu_cov(A,A)+obu_cov(B,B)-2*obu_cov(A,B)
d=A[0]-B[0]; z=d/np.sqrt(vd)
print("diff", repr(float(d)), "z", repr(float(z)), "p", repr(float(2*norm.sf(abs(z)))))
# delete-one-subject jackknife, an independent check of the size
def theta(keep): return roc_auc_score(labels[keep], first[keep])
ids=sorted(set(subj)); th=np.array([theta(subj!=i) for i in ids]); print("jackknife var", ((len(ids)-1)/len(ids))*((th-th.mean())**2).sum())
# issue's one positive image
print("one positive")
# clustered bootstrap of a mean
vals=np.array([((i*i*13+7)%31)/31 for i in range(40)])
rng=np.random.default_rng(0); by=[vals[subj==i] for i in ids]
def clustermean(r):
    k=r.integers(0,len(by),len(by)); return np.concatenate([by[j] for j in k]).mean()
b=np.array([clustermean(rng) for _ in range(200000)]); print("cluster mean", vals.mean(), np.quantile(b,[.025,.975]), "images", np.quantile(np.array([rng.choice(vals,40).mean() for _ in range(200000)]),[.025,.975]))
# repeated: each image twice as one subject
print("linearised var", len(by)/(len(by)-1)*sum((x.sum()-len(x)*vals.mean())**2 for x in by)/40**2, vals.var(ddof=1)/40)
strata={k:[i for i in ids if ((sp==i).any(),(sn==i).any())==k] for k in ((True,False),(False,True),(True,True))}
print({k:len(v) for k,v in strata.items()})
def bootauc():
    idx=np.concatenate([np.concatenate([np.flatnonzero(subj==j) for j in rng.choice(v,len(v))]) for v in strata.values() if len(v)])
    return roc_auc_score(labels[idx],first[idx])
b=np.array([bootauc() for _ in range(20000)]); print("cluster boot AUC", np.quantile(b,[.025,.975]))
