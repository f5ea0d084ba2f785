"""Full Bayesian inference: what data and a stated prior leave open about a model's parameters, as draws.

The quick form (``how="laplace"``) draws from a wide likeness of the posterior and weighs each draw by what the posterior
really is there; the figure k-hat says whether that was enough. The long form (``how="nuts"``) walks through the posterior
and needs the extra ``bayes``.
"""

from lifelong.posterior.density import prior_draws, stated_prior
from lifelong.posterior.draws import posterior

__all__ = ["posterior", "prior_draws", "stated_prior"]
