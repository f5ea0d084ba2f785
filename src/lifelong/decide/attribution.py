"""Attribution: new customers and their value dealt out to the channels of the paths, by seven rules.

Every rule deals out the same total; they differ in who gets it. None says what would have come without a channel: people who
would have bought anyway pass through channels too.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from lifelong.decide.markov import Moves, removal_effects
from lifelong.errors import ConfigError, DataError
from lifelong.phrases import phrase
from lifelong.units import dealt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from lifelong.decide.paths import Paths

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

RULES = ("first", "last", "linear", "position", "decay", "markov", "shapley")
WHAT = ("customers", "value")
#: Of a path of three touches or more, the first and the last get so much each.
ENDS = 0.4
DRAWS = 400
LEVELS = (0.05, 0.1, 0.9, 0.95)
#: Groups of people that the bootstrap draws from, and states of Markov paths beyond which it is refused.
GROUPS, FEWEST_GROUPS, CELLS, STATES = 1000, 100, 4_000_000, 5_000


@dataclass(frozen=True, slots=True)
class How:
    """What is asked.

    Attributes:
        rules: of :data:`RULES`.
        order: channels that a state of the Markov chain remembers, 1 to 3.
        smoothing: Laplace's, of the Markov chain; None: 0 for order 1, 1 above, where states are rare.
        half_life: days before the order by which a touch's weight halves (rule ``decay``).
        seed: of the bootstrap.
    """

    rules: Sequence[str] = RULES
    order: int = 1
    smoothing: float | None = None
    half_life: float = 7.0
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Credit:
    """What one rule gives to each of c channels: customers (whole) and value (minor units), and intervals of the shares.

    Attributes:
        rule: its name.
        dealt: whole customers, and minor units; each column sums to its total; shape (c, 2).
        share: of the total, shape (c, 2).
        bounds: 5, 10, 90 and 95 % points of the share over samples of people, shape (4, c, 2).
    """

    rule: str
    dealt: Ints
    share: Floats
    bounds: Floats


def attribute(paths: Paths, how: How) -> list[Credit]:
    """Deal out the customers and the value of paths by each rule, with bootstrap intervals over people.

    People are drawn with replacement; beyond a thousand of them, in a thousand random groups, which says the same.

    Raises:
        ConfigError: E374 where a Markov chain of this order would have too many states.
        DataError: E376 where there is nothing above 0 to deal out.
    """
    if "markov" in how.rules:
        _small(paths, how.order)
    rng = np.random.default_rng(how.seed)
    groups = _groups(paths, how)
    group = rng.permutation(len(paths)) % groups
    weights = rng.multinomial(groups, np.full(groups, 1.0 / groups), size=DRAWS).astype(float)
    weights = np.concatenate([np.ones((1, groups)), weights])
    total = [int(paths.won.sum()), int(paths.value.sum())]
    made = []
    for rule in how.rules:
        shares = _shares(paths, rule, how, group, weights)
        if not np.isfinite(shares[0]).all():
            raise _nothing()
        parts = np.array([deal(t, s.tolist()) for t, s in zip(total, shares[0].T, strict=True)]).T
        sound = np.isfinite(shares).all(axis=(1, 2))
        made.append(Credit(rule, parts, shares[0], np.quantile(shares[sound], LEVELS, axis=0)))
    return made


def deal(total: int, shares: Sequence[float]) -> list[int]:
    """A whole total by shares that sum to 1, one of which may be below 0; the parts sum to it.

    >>> deal(100, [1.1, -0.1]), deal(10, [0.25, 0.75])
    ([110, -10], [3, 7])
    """
    return dealt(total, [total * Fraction(share) for share in shares])


def weights_of(paths: Paths, rule: str, half_life: float = 7.0) -> Floats:
    r"""What part of its path each touch is credited with, shape (m,); the parts of a path sum to 1.

    ``first`` and ``last`` give all to one touch; ``linear`` the same to each; ``position`` 40 % to the first, 40 % to the
    last and the rest to those between (half each of two); ``decay`` halves with every ``half_life`` days before the order;
    ``shapley`` the same to each different channel, however often it comes.

    Shapley: with v(S) the orders (or value) of paths whose channels all lie in S, a channel's Shapley value

    $$ \phi_c = \sum_{S \not\ni c} \frac{|S|!\,(n-|S|-1)!}{n!} [v(S + c) - v(S)] $$

    is the sum over its paths of an equal part of each, for v is a sum of unanimity games; so it is exact for any number of
    channels, at the cost of one pass. Source: Shapley (1953), A value for n-person games, section 3; Zhao, Mahboobi &
    Bagheri (2018), Shapley value methods for attribution modeling in online advertising, the simplified value.

    >>> from lifelong.decide.paths import Paths
    >>> one = Paths.of([(["a", "b", "b", "c"], True, 100)])
    >>> weights_of(one, "position").round(3).tolist(), weights_of(one, "shapley").round(3).tolist()
    ([0.4, 0.1, 0.1, 0.4], [0.333, 0.167, 0.167, 0.333])
    """
    size, place = paths.sizes[paths.path], paths.place
    is_first, is_last = place == 0, place == size - 1
    part: Floats
    if rule in {"first", "last"}:
        part = np.where(is_first if rule == "first" else is_last, 1.0, 0.0)
    elif rule == "linear":
        part = 1.0 / size
    elif rule == "position":
        ends = np.where(size == 1, 1.0, np.where(size == 2, 0.5, ENDS))
        part = np.where(is_first | is_last, ends, (1.0 - 2.0 * ENDS) / np.maximum(size - 2, 1))
    elif rule == "decay":
        newest = paths.age[np.cumsum(paths.sizes) - 1][paths.path]
        weight = np.exp2(-(paths.age - newest) / half_life)
        part = weight / np.bincount(paths.path, weights=weight)[paths.path]
    else:
        pair = paths.path * len(paths.channels) + paths.channel
        _, which, times = np.unique(pair, return_inverse=True, return_counts=True)
        different = np.bincount(paths.path, weights=1.0 / times[which])[paths.path]
        part = 1.0 / (times[which] * different)
    return part


def parts_of(paths: Paths, rule: str, how: How) -> Floats:
    """As :func:`weights_of` for every rule, so that each customer alone can be credited, shape (m,).

    ``markov`` shares a path among its channels in proportion to their removal effects, which are of all paths, and a channel's
    part evenly among its touches. Over all customers this is near the rule's own total and not the same.

    Raises:
        ConfigError: E374 where a Markov chain of this order would have too many states.
    """
    if rule != "markov":
        return weights_of(paths, rule, how.half_life)
    _small(paths, how.order)
    smoothing = how.smoothing if how.smoothing is not None else float(how.order > 1)
    moves = Moves.of(paths, how.order, np.zeros(len(paths), np.int64), 1)
    effect = np.nan_to_num(np.maximum(removal_effects(moves, smoothing)[0, :, 0], 0.0))
    even = weights_of(paths, "shapley")
    weight = even * effect[paths.channel]
    whole = np.bincount(paths.path, weights=weight)[paths.path]
    return np.where(whole > 0, weight / np.where(whole > 0, whole, 1.0), even)


def deal_parts(totals: Ints, owner: Ints, parts: Floats) -> Ints:
    """Whole totals dealt to the parts of each owner by the largest remainder; an owner's parts sum to the own total.

    Args:
        totals: minor units, may be below 0, shape (n,).
        owner: whose part it is, 0 to n - 1, rising, everybody at least once, shape (m,).
        parts: they sum to 1 for each owner, same shape.

    >>> deal_parts(np.array([100, -10]), np.array([0, 0, 0, 1]), np.array([1, 1, 1, 3]) / 3).tolist()
    [34, 33, 33, -10]
    """
    exact = totals[owner] * parts
    down = np.floor(exact).astype(np.int64)
    left = totals - np.bincount(owner, weights=down, minlength=len(totals)).astype(np.int64)
    order = np.lexsort((down - exact, owner))
    begins = np.flatnonzero(np.diff(owner, prepend=-1))
    rank = np.arange(len(owner)) - begins[owner[order]]
    dealt = down.copy()
    dealt[order] += rank < left[owner[order]]
    return dealt


def _shares(paths: Paths, rule: str, how: How, group: Ints, weights: Floats) -> Floats:
    """Shares of customers and of value: of all, and of each draw; shape (1 + draws, c, 2). Each column sums to 1."""
    groups, size = weights.shape[1], len(paths.channels)
    if rule == "markov":
        smoothing = how.smoothing if how.smoothing is not None else float(how.order > 1)
        moves = Moves.of(paths, how.order, group, groups)
        step = max(1, CELLS // (moves.counts[0].size * (size + 1)))
        parts = [weights[i : i + step] for i in range(0, len(weights), step)]
        credit = np.concatenate([removal_effects(moves.mixed(part), smoothing) for part in parts])
        credit = np.maximum(credit, 0.0)
    else:
        part, to = weights_of(paths, rule, how.half_life), group[paths.path] * size + paths.channel
        brought = paths.worth()[paths.path]
        sums = [np.bincount(to, weights=part * brought[:, i], minlength=groups * size) for i in (0, 1)]
        credit = np.tensordot(weights, np.stack(sums, axis=1).reshape(groups, size, 2), axes=1)
    whole = credit.sum(axis=1, keepdims=True)
    return credit / np.where(whole > 0, whole, np.nan)


def _groups(paths: Paths, how: How) -> int:
    """Into how many groups people are put."""
    cells = (len(paths.channels) + 1) ** (how.order + 1) if "markov" in how.rules else 1
    return min(len(paths), max(FEWEST_GROUPS, min(GROUPS, CELLS // cells)))


def _small(paths: Paths, order: int) -> None:
    states = (len(paths.channels) + 1) ** order
    if states > STATES:
        raise ConfigError(
            "E374", phrase("paths of {channels} channels have {states:,} states of {order} touches each", channels=len(paths.channels), states=states, order=order),
            where="--order", why=phrase("beyond {states:,} states hardly any is seen twice, and its chances are guesses", states=STATES),
            fix="give a lower --order, bring channels together (aliases in lifelong.toml), or take another --rule",
        )  # fmt: skip


def _nothing() -> DataError:
    return DataError(
        "E376", "there is no value above 0 to deal out", where="the scores of the new customers",
        why="a share of nothing, or of a loss, says nothing about a channel",
        fix="deal out customers instead:  --what customers",
    )  # fmt: skip
