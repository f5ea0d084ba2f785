"""Full Bayesian inference: what data and a stated prior leave open about a model's parameters, as draws.

The quick form (``how="laplace"``) draws from a wide likeness of the posterior and weighs each draw by what the posterior
really is there; the figure k-hat says whether that was enough. The long form (``how="nuts"``) walks through the posterior
and needs the extra ``bayes``, as does :func:`pool`, by which groups learn from each other. A hierarchy
(:func:`pareto_ggg`, :func:`pareto_abe`) draws each customer's own rates too.
"""

from lifelong.posterior.correlated import RatePrior, pareto_abe
from lifelong.posterior.density import prior_draws, stated_prior
from lifelong.posterior.draws import posterior
from lifelong.posterior.groups import pool
from lifelong.posterior.regularities import pareto_ggg

__all__ = ["RatePrior", "pareto_abe", "pareto_ggg", "pool", "posterior", "prior_draws", "stated_prior"]
