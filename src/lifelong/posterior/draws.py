"""The verb: draws from a model's posterior, with what they are worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lifelong.errors import ConfigError, did_you_mean
from lifelong.phrases import phrase
from lifelong.posterior.chains import nuts
from lifelong.posterior.density import density
from lifelong.posterior.quick import laplace

if TYPE_CHECKING:
    from lifelong.models.climb import Prior
    from lifelong.values import Patterns, Posterior, Spend, Tenures


def posterior(
    model: Any,
    data: Patterns | Spend | Tenures,
    prior: Prior | None = None,
    *,
    how: str = "laplace",
    draws: int = 1000,
    seed: int = 0,
) -> Posterior:
    r"""Draw from the posterior of a model's parameters.

    **Story.** A fit gives the best parameters and how far they may be off. A posterior gives all parameters that data
    and prior together leave open, in their true shape: skewed, curved, along a ridge.

    **Formula.** See ``posterior.density``. ``"laplace"`` draws from a likeness of the posterior and weighs
    (``posterior.quick``); ``"nuts"`` walks through it (``posterior.chains``).

    Args:
        model: a purchase, spend or contract model.
        data: its patterns, spends or tenures.
        prior: normal on the logarithms; :func:`stated_prior` where none is given.
        how: ``"laplace"``, the quick form, or ``"nuts"``, which needs the extra ``bayes``.
        draws: how many in all.
        seed: equal seeds give equal draws.

    Raises:
        FitError: E201 where there is nobody in the data, E221 where the prior is not proper.
        ConfigError: E301 where ``how`` is something else, E303 where the extra is not installed.

    >>> from lifelong.models.nbd import NBD
    >>> from lifelong.values import Patterns
    >>> data = Patterns.of([0, 1, 2, 5], [0, 100, 180, 300], [365, 365, 365, 365], [60, 25, 10, 5])
    >>> made = posterior(NBD(), data)
    >>> made.diagnostics["k_hat"] < 0.5, [p.low < p.estimate < p.high for p in made.params]
    (True, [True, True])
    """
    forms = {"laplace": laplace, "nuts": nuts}
    if how not in forms:
        raise ConfigError("E301", phrase("{how!r} is not a way to draw", how=how), where="how", why=did_you_mean(how, forms),
                          fix=phrase("take {forms}", forms=" or ".join(forms)))  # fmt: skip
    return forms[how](density(model, data, prior, seed), draws)
