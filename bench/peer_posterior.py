"""A peer's posterior of Pareto/NBD: runs in PyMC-Marketing's environment, so it may use nothing of ours: ARRAYS DRAWS."""

import json
import sys
import time

import arviz
import numpy as np
import pandas as pd
from pymc_marketing import clv

data, draws = np.load(sys.argv[1]), int(sys.argv[2])
frame = pd.DataFrame(
    {"customer_id": np.arange(len(data["x"])), "frequency": data["x"], "recency": data["t_x"], "T": data["T"]}
)
model = clv.ParetoNBDModel()
start = time.process_time()
model.fit(frame, method="mcmc", draws=draws, tune=draws, chains=2, cores=1, random_seed=1, progressbar=False)
seconds = time.process_time() - start
names = ["r", "alpha", "s", "beta"]
posterior = model.idata.posterior.to_dataset()[names]
worth = min(float(arviz.ess(posterior, method=kind).to_array().min()) for kind in ("bulk", "tail"))
told = {name: float(posterior[name].mean()) for name in names}
print(json.dumps({"seconds": seconds, "effective": worth, "mean": told}))
