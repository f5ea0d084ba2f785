"""What a peer is measured on. Runs in the peer's environment, so it may use nothing of ours: PEER MODEL ARRAYS."""

import json
import sys
import time

import numpy as np

peer, model, path = sys.argv[1:4]
data = np.load(path)
if peer == "lifetimes":
    import lifetimes

    fitter, names = {
        "bg_nbd": ("BetaGeoFitter", ["r", "alpha", "a", "b"]),
        "pareto_nbd": ("ParetoNBDFitter", ["r", "alpha", "s", "beta"]),
        "gamma_gamma": ("GammaGammaFitter", ["p", "q", "v"]),
    }[model]
    columns = [data["x"], data["t_x"], data["T"]]
    if model == "gamma_gamma":
        paid = data["n"] > 0
        columns = [data["n"][paid], data["spend"][paid] / data["n"][paid]]
    work = getattr(lifetimes, fitter)()
    start = time.perf_counter()
    work.fit(*columns)
    seconds = time.perf_counter() - start
    params = [float(work.params_[name]) for name in names]
else:
    import pandas as pd
    from pymc_marketing import clv

    kind = {"bg_nbd": "BetaGeoModel", "pareto_nbd": "ParetoNBDModel"}[model]
    names = {"bg_nbd": ["r", "alpha", "a", "b"], "pareto_nbd": ["r", "alpha", "s", "beta"]}[model]
    frame = pd.DataFrame(
        {"customer_id": np.arange(len(data["x"])), "frequency": data["x"], "recency": data["t_x"], "T": data["T"]}
    )
    start = time.perf_counter()
    work = getattr(clv, kind)()
    work.fit(frame, method="map")
    seconds = time.perf_counter() - start
    params = [float(work.fit_result[name].mean()) for name in names]
print(json.dumps({"seconds": seconds, "params": params}))
