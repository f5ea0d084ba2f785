r"""The long form: four chains of the No-U-Turn sampler through the posterior, and whether they met.

**Story.** A chain walks through the posterior by its gradient, so that in the end each region is visited as often as it
is likely. Nothing about the posterior's shape is assumed; whether the chains have all seen the same is measured.

**Formula.** Walked are u with :math:`z = \hat z + R u`, R the root of the covariance at the mode: there the posterior is
nearly round, and :math:`\nabla_u \log p = R^\top \nabla_z \log p`, exact. R-hat is the rank-normalised one, the
effective number of draws the smaller one of bulk and tails, the worst over the parameters.

**Source.** Hoffman, M. D. and Gelman, A. (2014), The No-U-Turn sampler, *Journal of Machine Learning Research* 15, 1593-1623;
Vehtari, A., Gelman, A., Simpson, D., Carpenter, B. and Burkner, P.-C. (2021), Rank-normalization, folding, and
localization: an improved R-hat, *Bayesian Analysis* 16(2), 667-718. Sampler and diagnostics: the packages nutpie and ArviZ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lifelong.errors import missing_extra
from lifelong.phrases import phrase
from lifelong.posterior.density import Draws
from lifelong.values import Finding
from lifelong.values.arviz import arviz

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from lifelong.posterior.density import Density
    from lifelong.values import Posterior

    Floats = NDArray[np.float64]

CHAINS = 4
#: Draws of each chain that find its step and are thrown away.
TUNE = 400
#: Shorter chains cannot be compared.
SHORTEST = 10
#: Above this R-hat chains have not seen the same (Vehtari and others 2021).
APART = 1.01


@dataclass(frozen=True, slots=True)
class Walk:
    """What the chains brought: u, shape (chains, draws, k), its log density, and how many steps left the path."""

    u: Floats
    value: Floats
    divergences: int


def nuts(about: Density, size: int) -> Posterior:
    """Walk through the posterior (see ``draws.posterior``)."""

    def value(u: Floats) -> tuple[float, Floats]:
        height, slope = about.value(about.mode.z + about.root @ u)
        return height, about.root.T @ slope

    made = walk(value, len(about.mode.z), size, about.origin.seed)
    z = about.mode.z + made.u @ about.root.T
    figures, found = judged(z, made.divergences)
    z = z.reshape(-1, z.shape[-1])
    weight = np.full(len(z), 1.0 / len(z))
    return about.posterior(Draws(z, weight, made.value.ravel(), "nuts", CHAINS, figures, found))


def walk(value: Callable[[Floats], tuple[float, Floats]], k: int, size: int, seed: int, care: float = 0.8) -> Walk:
    """Chains through a density that is about as wide as 1 about 0; ``value`` is its logarithm and gradient.

    ``care`` is the share of steps that the sampler accepts: more of it goes slower through narrow corners. Equal seeds give equal chains, however many processors there are.
    """
    arviz("drawing by chains")  # which nutpie imports
    try:
        from nutpie import sample
        from nutpie.compiled_pyfunc import from_pyfunc
    except ImportError as problem:
        raise missing_extra("nutpie", "bayes", "drawing by chains") from problem

    compiled = from_pyfunc(
        k,
        lambda: value,
        lambda *_: lambda u: {"u": np.asarray(u)},
        [np.dtype(np.float64)],
        [(k,)],
        ["u"],
        make_initial_point_fn=lambda one: np.random.default_rng(one).uniform(-1.0, 1.0, k),
    )
    each = max(-(-size // CHAINS), SHORTEST)
    trace = sample(
        compiled, draws=each, tune=TUNE, chains=CHAINS, cores=1, seed=seed, target_accept=care,
        save_warmup=False, progress_bar=False,
    )  # fmt: skip
    stats = trace.sample_stats
    return Walk(trace.posterior["u"].values, stats["logp"].values, int(stats["diverging"].values.sum()))


def judged(seen: Floats, divergences: int) -> tuple[dict[str, float], list[Finding]]:
    """R-hat, effective draws and divergences of quantities seen by chains, (chains, draws, quantities), and what they should tell."""
    judge = arviz("judging chains")
    apart = float(np.max([judge.rhat(one) for one in np.moveaxis(seen, 2, 0)]))
    worth = min(float(judge.ess(one, method=kind)) for kind in ("bulk", "tail") for one in np.moveaxis(seen, 2, 0))
    found = []
    if not apart <= APART:
        text = phrase("the chains have not met (R-hat {apart:.3f}): ask for more draws", apart=apart)
        found.append(Finding("F273", text, facts={"r_hat": apart}))
    if divergences:
        text = phrase(
            "{divergences} steps left the path: a narrow corner of the posterior may not have been seen",
            divergences=divergences,
        )
        found.append(Finding("F274", text, facts={"divergences": divergences}))
    return {"r_hat": apart, "ess": worth, "divergences": float(divergences)}, found
