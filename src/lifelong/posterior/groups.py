r"""Partial pooling: groups of customers learn from each other as much as they have been seen to be alike.

**Story.** Fitted alone, a small channel or a young cohort says little, and its estimates swing. Fitted as one, real
differences between groups are lost. Here each group has parameters of its own, drawn from what groups have in common; how
much groups differ is estimated too, and its doubt is carried through.

**Formula.** For group g with log parameters :math:`z_g`, of which some or all vary between groups:

.. math:: z_g \sim N(m, \mathrm{diag}(\tau^2)), \quad m \sim N(m_0, s_0^2), \quad \tau_j \sim N^+(0, 0.5^2), \qquad
          \log p = \sum_g \ell_g(e^{z_g}) + \text{priors}

with :math:`m_0, s_0` the stated prior.

**Numerics.** Chains walk over :math:`(m, \log\tau, z)` by the exact gradient, each group in the coordinates that suit it. A
group with many data of its own walks in those of its own mode, :math:`z_g = \hat z_g + R_g u_g`. Another one walks
non-centred, :math:`z_g = m + \tau u_g`: :math:`u_g` stays about 1 wide however small :math:`\tau` is, and no funnel opens.
Which is which is told by :math:`V / (V + \tau^2)` at a moment estimate of :math:`\tau`; the posterior does not hang on it.

**Source.** Gelman, A. (2006), Prior distributions for variance parameters in hierarchical models, *Bayesian Analysis* 1(3),
515-534; Papaspiliopoulos, O., Roberts, G. O. and Skold, M. (2007), A general framework for the parametrization of
hierarchical models, *Statistical Science* 22(1), 59-73.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.errors import ConfigError, FitError, did_you_mean
from lifelong.models.optimise import typical_spend
from lifelong.phrases import phrase
from lifelong.posterior.chains import CHAINS, judged, walk
from lifelong.posterior.density import Draws, density, stated_prior
from lifelong.values import Finding, Pooled, Spend

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from lifelong.models.climb import Prior
    from lifelong.posterior.chains import Walk
    from lifelong.posterior.density import Density
    from lifelong.values import Patterns, Tenures

    Floats = NDArray[np.float64]

#: Standard deviation of the prior on tau: groups differ by less than a factor of e, mostly.
SPREAD = 0.5
#: Below so many groups their spread is hardly known.
FEW = 5
#: Where groups are alike, tau is small and the path is narrow: chains step with care.
CARE = 0.95
#: A group walks about its own mode where less than this share of its estimates comes from the others.
OWN = 0.5
#: Steps of the moment estimate of tau: it only chooses coordinates.
STEPS = 30


def pool(
    model: Any,
    groups: Mapping[str, Patterns | Spend | Tenures],
    prior: Prior | None = None,
    *,
    vary: Sequence[str] = (),
    draws: int = 1000,
    seed: int = 0,
) -> Pooled:
    """Draw from the joint posterior of several groups; see the module's text. Needs the extra ``bayes``.

    Args:
        model: a purchase, spend or contract model.
        groups: the data of each cohort, channel or segment, by name.
        prior: of what groups have in common; :func:`stated_prior` where none is given.
        vary: names of the parameters that may differ between groups; all where none is named.
        draws: how many in all.
        seed: equal seeds give equal draws.

    Raises:
        FitError: E222 where there are fewer than two groups or one holds nobody.
        ConfigError: E302 where no parameter has a name in ``vary``, E303 where the extra is not installed.
    """
    empty = [name for name, data in groups.items() if data.customers <= 0]
    if len(groups) < 2 or empty:
        raise FitError(
            "E222", phrase("groups without a customer: {empty}", empty=", ".join(empty)) if empty else phrase("{groups} group is not several", groups=len(groups)),
            why="groups learn from each other", fix="leave empty groups out, and give two at least",
        )  # fmt: skip
    names = [p.name for p in model.params]
    for name in vary:
        if name not in names:
            raise ConfigError(
                "E302",
                phrase("{name} has no parameter {parameter!r}", name=model.name, parameter=name),
                why=did_you_mean(name, names),
            )
    stated = prior or common_prior(model, list(groups.values()))
    alone = [density(model, data, stated, seed) for data in groups.values()]
    joint = Joint.about(alone, np.array([not vary or name in vary for name in names]))
    made = walk(joint.value, joint.size, draws, seed, CARE)
    return _told(joint, tuple(groups), made)


def common_prior(model: Any, groups: Sequence[Patterns | Spend | Tenures]) -> Prior:
    """The model's stated prior, in units of what is a typical spend over all groups."""
    typical = [typical_spend(data) for data in groups if isinstance(data, Spend)]
    return stated_prior(model, float(np.exp(np.mean(typical))) if typical else 1.0)


@dataclass(frozen=True, slots=True)
class Joint:
    """The joint density of all groups over u: of the mean m, of log tau, then of each group.

    Attributes:
        groups: each group's own density.
        varies: which parameters do, shape (k,); v of them.
        centre, width: of m, shape (k,).
        tau: a rough one, shape (v,).
        roots: for each group that walks about its own mode the root of its covariance there, (v, v); None for others.
    """

    groups: list[Density]
    varies: NDArray[np.bool_]
    centre: Floats
    width: Floats
    tau: Floats
    roots: list[Floats | None]

    @classmethod
    def about(cls, groups: list[Density], varies: NDArray[np.bool_]) -> Joint:
        """Choose coordinates: moments of the groups' own modes give m and tau roughly (expectation maximisation)."""
        z = np.array([one.mode.z for one in groups])
        covariance = [one.root @ one.root.T for one in groups]
        own = np.array([np.diag(c) for c in covariance])
        square = np.full(z.shape[1], SPREAD**2)
        for _ in range(STEPS):
            weight = 1.0 / (own + square)
            centre = (weight * z).sum(axis=0) / weight.sum(axis=0)
            kept = square * weight
            square = np.maximum((kept**2 * (z - centre) ** 2 + own * kept).mean(axis=0), 1e-4)
        is_own = (own / (own + square))[:, varies].mean(axis=1) < OWN
        block = np.ix_(varies, varies)
        roots = [np.asarray(np.linalg.cholesky(c[block])) if o else None
                 for c, o in zip(covariance, is_own, strict=True)]  # fmt: skip
        return cls(groups, varies, centre, weight.sum(axis=0) ** -0.5, np.sqrt(square[varies]), roots)

    @property
    def size(self) -> int:
        """How many coordinates there are."""
        return len(self.centre) + len(self.tau) * (1 + len(self.groups))

    def split(self, u: Floats) -> tuple[Floats, Floats, Floats]:
        """Mean m, shape (..., k); tau, (..., v); log parameters of each group, (..., groups, k)."""
        k, v = len(self.centre), len(self.tau)
        m, tau = self.centre + self.width * u[..., :k], self.tau * np.exp(u[..., k : k + v])
        z = np.repeat(m[..., None, :], len(self.groups), axis=-2)
        for g, (one, root) in enumerate(zip(self.groups, self.roots, strict=True)):
            at = u[..., k + v * (1 + g) : k + v * (2 + g)]
            z[..., g, self.varies] = (
                m[..., self.varies] + tau * at if root is None else one.mode.z[self.varies] + at @ root.T
            )
        return m, tau, z

    def value(self, u: Floats) -> tuple[float, Floats]:
        """Log density and its gradient."""
        m, tau, z = self.split(u)
        prior, varies = self.groups[0].prior, self.varies
        height, by_m, _ = prior.value(m)
        height += float(np.log(tau).sum() - 0.5 * ((tau / SPREAD) ** 2).sum())
        by_tau = 1.0 - (tau / SPREAD) ** 2
        slopes = []
        for g, (one, root) in enumerate(zip(self.groups, self.roots, strict=True)):
            own, by_z = one.loglik(z[g])
            gap = (z[g] - m)[varies] / tau
            height += own - 0.5 * float(gap @ gap)
            if root is None:
                by_m = by_m + by_z
                by_tau = by_tau + by_z[varies] * gap * tau
                slopes.append(by_z[varies] * tau - gap)
            else:
                height -= float(np.log(tau).sum())
                by_m[~varies] += by_z[~varies]
                by_m[varies] += gap / tau
                by_tau = by_tau + gap**2 - 1.0
                slopes.append(root.T @ (by_z[varies] - gap / tau))
        return height, np.concatenate([self.width * by_m, by_tau, *slopes])


def _told(joint: Joint, names: tuple[str, ...], made: Walk) -> Pooled:
    """The draws as a value: a posterior for each group, and what groups have in common."""
    u = made.u.reshape(-1, joint.size)
    m, tau, z = joint.split(u)
    seen = np.concatenate([m, tau, z.reshape(len(u), -1)], axis=1)
    figures, found = judged(seen.reshape(CHAINS, -1, seen.shape[1]), made.divergences)
    weight = np.full(len(u), 1.0 / len(u))
    spread = np.zeros_like(m)
    spread[:, joint.varies] = tau
    posteriors = {
        name: about.posterior(Draws(z[:, g], weight, made.value.ravel(), "nuts", CHAINS, figures, found))
        for g, (name, about) in enumerate(zip(names, joint.groups, strict=True))
    }
    common = [f for f in next(iter(posteriors.values())).findings if f.code != "F275"]  # that one is a group's own
    own = np.array([(about.root**2).sum(axis=1) for about in joint.groups])
    shrinkage = np.stack([(v / (v + spread**2)).mean(axis=0) for v in own])
    few = Finding("F276", phrase("only {names} groups: how much groups differ rests on the prior", names=len(names)), "info",
                  {"groups": len(names)})  # fmt: skip
    return Pooled(
        posteriors=posteriors,
        alone=np.exp([about.mode.z for about in joint.groups]),
        mean=m,
        spread=spread,
        shrinkage=shrinkage,
        findings=(*common, *([few] if len(names) < FEW else [])),
    )
