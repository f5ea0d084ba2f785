"""What computes each entry of the reference file: the public functions of this package, on the data that it names."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.reference.logs import BOTH, EVER

from lifelong.models import cnbd_k
from lifelong.models.bdw import BdW
from lifelong.models.bg_bb import BGBB
from lifelong.models.bg_nbd import BGNBD
from lifelong.models.correlation import CorrelatedParetoNBD
from lifelong.models.covariates import Covariates
from lifelong.models.discrete_weibull import DiscreteWeibull, leaving
from lifelong.models.gamma_gamma import GammaGamma
from lifelong.models.gap_shape import own_shapes, pair_shape
from lifelong.models.ggompertz_nbd import GGompertzNBD
from lifelong.models.mbg_nbd import MBGNBD
from lifelong.models.nbd import NBD
from lifelong.models.pareto_nbd import ParetoNBD
from lifelong.models.sbg import SBG
from lifelong.models.time_varying import TimeVaryingParetoNBD
from lifelong.tables.gaps import last_pairs, spacings
from lifelong.units import day_of
from lifelong.values import Tenures

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from tests.reference.logs import Logs

    Floats = NDArray[np.float64]
    Entry = dict[str, Any]
    Proof = Callable[[Logs, Entry], "Made"]


@dataclass(frozen=True)
class Made:
    """What we make of an entry.

    Attributes:
        figures: by the entry's names.
        loglik: of our fit.
        there: our log-likelihood at the entry's parameters; given where these lie on a flat top or short of the top.
        chance: figures that their source draws by chance: many of our draws of each.
        elsewhere: the test that holds the entry, where it is a slow one.
    """

    figures: dict[str, Any] = field(default_factory=dict)
    loglik: float | None = None
    there: float | None = None
    chance: dict[str, Floats] = field(default_factory=dict)
    elsewhere: Any = None


def fitted(model: Any, data: Callable[[Logs], Any], *, figures: bool = True) -> Proof:
    """A fit without a prior; ``figures`` False where only the likelihood is to be held."""

    def compute(logs: Logs, _: Entry) -> Made:
        fit = model.fit(data(logs), prior="off")
        made = {p.name: p.estimate for p in fit.params} | {"k": getattr(model, "k", None)}
        return Made(made if figures else {}, fit.loglik)

    return compute


def pareto_of_2005(logs: Logs, entry: Entry) -> Made:
    """One entry prints three digits of a point on a flat top: there the likelihood is the top's to 1e-3."""
    fit = ParetoNBD().fit(logs.patterns("cdnow"), prior="off")
    there = ParetoNBD().loglik(np.array(list(entry["params"].values())), logs.patterns("cdnow"))
    is_printed = entry["kind"] == "published"
    return Made({p.name: p.estimate for p in fit.params}, fit.loglik, there if is_printed else None)


def chosen_k(name: str, first: int) -> Proof:
    def compute(logs: Logs, _: Entry) -> Made:
        fit = cnbd_k.fit_regular(logs.patterns(name), first, prior="off")
        return Made({p.name: p.estimate for p in fit.params} | {"k": k_of(fit)}, fit.loglik)

    return compute


def k_of(fit: Any) -> int:
    return int(fit.model[-1]) if "cnbd" in fit.model else 1


def k_on_cdnow(logs: Logs, _: Entry) -> Made:
    bg, mbg = (k_of(cnbd_k.fit_regular(logs.patterns("cdnow"), first)) for first in (0, 1))
    assert bg == mbg
    return Made({"k": bg})


def first_removed(logs: Logs, _: Entry) -> Made:
    fit = GammaGamma().fit(logs.cdnow_spend, prior="off")
    assert fit.origin.customers == 946
    return Made({p.name: p.estimate for p in fit.params}, fit.loglik)


def regularity(logs: Logs, _: Entry) -> Made:
    """Of the whole log, to the end of 2007. The package takes one of a customer's last two gaps by chance, we neither."""
    seen = spacings(logs.orders("grocery"), EVER)
    many = seen.x >= 10
    own = own_shapes(seen.x[many], seen.t_x[many] / 7.0, seen.log_gaps[many])
    pairs = last_pairs(logs.orders("grocery"), EVER)
    gap, before = (pairs[name].to_numpy() for name in ("gap", "before"))
    side = np.random.default_rng(1).random((4000, len(gap))) < 0.5
    v = (np.where(side, gap, before) / (gap + before)).var(axis=1, ddof=1)
    k = pair_shape(gap, before)
    assert k == pytest.approx((1.0 - 4.0 * v.mean()) / (8.0 * v.mean()), rel=2e-4)
    return Made({"mle_median_k": float(np.median(own))}, chance={"wheat_morrison_k": (1.0 - 4.0 * v) / (8.0 * v)})


def grocery_theta(logs: Logs, model: str) -> Floats:
    told = [e for e in logs.entries if e["model"] == model and e["dataset"].startswith("grocery")]
    return np.array([v for name, v in told[0]["params"].items() if name != "k"])


def grocery_totals(logs: Logs, _: Entry) -> Made:
    """The package scales its MBG/CNBD-k forecasts to what the model expects of all customers before their history."""
    base, later = logs.patterns("grocery"), spacings(logs.orders("grocery"), EVER)
    T = base.T / 7.0
    made = {"actual": later.x.sum() - base.x @ base.count}
    for name, model, label in (("NBD", NBD(), "NBD"), ("ParetoNBD", ParetoNBD(), "Pareto/NBD")):
        theta = grocery_theta(logs, label)
        made[name] = model.expect(theta, base.x, base.t_x / 7.0, T, 52.0) @ base.count
    theta, model = grocery_theta(logs, "MBG/CNBD-k"), cnbd_k.MBGCNBD2()
    made["MBGCNBDk"] = (model.expect_new(theta, T + 52.0) - model.expect_new(theta, T)) @ base.count
    return Made(made)


def grocery_profiles(logs: Logs, _: Entry) -> Made:
    """The package expects of an MBG/CNBD-k customer who is there what MBG/NBD with alpha k would; ours is exact."""
    history = (np.arange(1, 6), 12.0, 52.0)
    nbd, pareto, regular = (grocery_theta(logs, name) for name in ("NBD", "Pareto/NBD", "MBG/CNBD-k"))
    made = {
        "cet_nbd": NBD().expect(nbd, *history, 52.0),
        "cet_pnbd": ParetoNBD().expect(pareto, *history, 52.0),
        "palive_pnbd": ParetoNBD().alive(pareto, *history),
        "palive_mbgcnbdk": cnbd_k.MBGCNBD2().alive(regular, *history),
    }
    near = regular * [1.0, 2.0, 1.0, 1.0]
    if_alive = MBGNBD().expect(near, *history, 52.0) / MBGNBD().alive(near, *history)
    made["cet_mbgcnbdk"] = if_alive * made["palive_mbgcnbdk"]
    return Made(made)


def pareto_ggg(*_: Any) -> Made:
    """Chains take minutes: the slow test that holds the medians to this entry is another one."""
    room = import_module("tests.reference.test_pareto_ggg_golden")
    return Made(elsewhere=room.test_medians_on_the_grocery_log_are_the_published_ones)


def static(logs: Logs, _: Entry) -> Made:
    fit = logs.static_fit()
    return Made({p.name: p.estimate for p in fit.params}, fit.loglik)


def equal_gender(logs: Logs, _: Entry) -> Made:
    fit = logs.static_fit(equal=["gender"])
    made = {p.name: p.estimate for p in fit.params}
    assert 2.0 * (logs.static_fit().loglik - fit.loglik) == pytest.approx(10.94, abs=5e-3)
    return Made(made | {"constr_gender": made["both_gender"]}, fit.loglik)


def dynamic(logs: Logs, entry: Entry) -> Made:
    """The reference stops on a slope: its point has the likelihood that it says, and ours goes on from there."""
    model, data = TimeVaryingParetoNBD(), logs.apparel_weeks
    there = model.loglik(np.array(list(entry["params"].values())), data)
    fit = model.fit(data, prior="off")
    assert fit["order_high_season"] == pytest.approx(entry["params"]["trans_high_season"], rel=1e-2)
    return Made({}, fit.loglik, there)


def apparel_totals(logs: Logs, entry: Entry) -> Made:
    """The dynamic ones at the reference's parameters; its discount takes a week's orders on the week's first day."""
    fit, end = logs.static_fit(), "2010-12-20"
    model, data, ahead = TimeVaryingParetoNBD(), logs.apparel_weeks, logs.apparel_ahead(end)
    theta = np.array(list(logs.entry("Pareto/NBD dynamic")["params"].values()))
    seen, later = (spacings(logs.orders("apparel"), day_of(one)) for one in ("2006-12-31", end))
    weeks = (day_of(end) - day_of("2006-12-31")) / 7.0
    made = {
        "actual": later.x.sum() - seen.x.sum(),
        "static_cet": Covariates.of(fit).expect(fit.theta, logs.apparel, weeks).sum(),
        "static_palive_sum": Covariates.of(fit).alive(fit.theta, logs.apparel).sum(),
        "dynamic_cet": model.expect(theta, data, ahead).sum(),
        "dynamic_palive_sum": model.alive(theta, data).sum(),
    }
    dect = model.expect(theta, data, ahead, 0.1).sum() * 0.1 / -np.expm1(-0.1)
    assert dect == pytest.approx(entry["params"]["dynamic_dect_sum"], rel=1e-2)
    return Made(made)


def donors_by_cell(logs: Logs, entry: Entry) -> Made:
    theta = np.array(list(logs.entry("BG/BB", kind="computed")["params"].values()))
    x, t_x, n, _ = np.array(entry["params"]["cells_x_tx_n_customers"]).T
    model = BGBB()
    return Made({
        "palive_next_period": model.alive(theta, x, t_x, n, ahead=1),
        "cet_5": model.expect(theta, x, t_x, n, 5),
        "dert_10pct": model.expect(theta, x, t_x, n, np.inf, 0.1),
        "pmf_0_6": model.pmf_new(theta, np.arange(7), 6),
    })  # fmt: skip


def survivors(kind: str, segment: str, rows: int) -> Proof:
    model: Any = {"sBG": SBG, "BdW": BdW, "discrete Weibull": DiscreteWeibull}[kind]()

    def compute(logs: Logs, _: Entry) -> Made:
        fit = model.fit(Tenures.from_survivors(logs.survivors(segment, rows)), prior="off")
        made: dict[str, Any] = {p.name: p.estimate for p in fit.params}
        if kind == "discrete Weibull":
            made["theta"] = float(leaving(made["rate"]))
        return Made(made, fit.loglik)

    return compute


def lifetimes_to_come(_: Logs, entry: Entry) -> Made:
    told, made = entry["params"], {}
    for case in ("case1", "case2"):
        theta = np.array([told[f"{case}_alpha"], told[f"{case}_beta"]])
        made[f"{case}_derl"] = SBG().derl(theta, np.arange(1, 6), 0.1)
    return Made(made)


def theta_of(entry: Entry, *names: str) -> Floats:
    return np.array([entry["params"][name] for name in names])


def pareto_point(_: Logs, entry: Entry) -> Made:
    theta, history = theta_of(entry, "r", "alpha", "s", "beta"), (26, 30.86, 31)
    return Made({"cet": ParetoNBD().expect(theta, *history, 52.0), "palive": ParetoNBD().alive(theta, *history)})


def pareto_residual(logs: Logs, _: Entry) -> Made:
    theta = theta_of(logs.entry("Pareto/NBD x=26"), "r", "alpha", "s", "beta")
    made = ParetoNBD().expect(theta, [2, 0, 7], [30.43, 0.0, 35.0], 38.86, np.inf, 0.0027)
    return Made(dict(zip(("x2_tx30_43", "x0_tx0", "x7_tx35"), made, strict=True)))


def bg_point(_: Logs, entry: Entry) -> Made:
    theta = theta_of(entry, "r", "alpha", "a", "b")
    return Made({"cet": BGNBD().expect(theta, 2, 30.43, 38.86, 39.0)})


def stays_finite(method: str) -> Proof:
    def compute(_: Logs, entry: Entry) -> Made:
        history = (np.array(entry["params"][name], dtype=float) for name in ("x", "t_x", "T"))
        return Made({method: getattr(ParetoNBD(), method)(theta_of(entry, "r", "alpha", "s", "beta"), *history)})

    return compute


def pareto_new(logs: Logs, entry: Entry) -> Made:
    theta = theta_of(logs.entry("Pareto/NBD x=26"), "r", "alpha", "s", "beta")
    return Made({"values": ParetoNBD().expect_new(theta, np.arange(len(entry["params"]["values"])))})


def on(name: str) -> Callable[[Logs], Any]:
    """The patterns of a log, for ``fitted``."""
    return lambda logs: logs.patterns(name)


STATIC = Covariates(GGompertzNBD(), BOTH, BOTH), Covariates(BGNBD(), BOTH, BOTH, leaving="weights")
PROOFS: dict[tuple[str, str], Proof] = {
    ("cdnow", "NBD"): fitted(NBD(), on("cdnow")),
    ("cdnow", "Pareto/NBD"): pareto_of_2005,
    ("cdnow", "Pareto/NBD with Sarmanov correlation"): fitted(CorrelatedParetoNBD(), on("cdnow"), figures=False),
    ("cdnow", "BG/NBD"): fitted(BGNBD(), on("cdnow")),
    ("cdnow", "MBG/NBD"): fitted(MBGNBD(), on("cdnow")),
    ("cdnow", "BG/CNBD-k and MBG/CNBD-k"): k_on_cdnow,
    ("cdnow", "GGompertz/NBD"): fitted(GGompertzNBD(), on("cdnow"), figures=False),
    ("cdnow", "Gamma-Gamma (first purchase removed)"): first_removed,
    ("cdnow", "Gamma-Gamma (first purchase kept)"): fitted(GammaGamma(), lambda logs: logs.cdnow_all_spend),
    ("grocery_elog", "NBD"): fitted(NBD(), on("grocery")),
    ("grocery_elog", "Pareto/NBD"): fitted(ParetoNBD(), on("grocery")),
    ("grocery_elog", "BG/NBD"): fitted(BGNBD(), on("grocery")),
    ("grocery_elog", "BG/CNBD-k"): chosen_k("grocery", 0),
    ("grocery_elog", "BG/CNBD-k k=3"): fitted(cnbd_k.BGCNBD3(), on("grocery")),
    ("grocery_elog", "MBG/NBD"): fitted(MBGNBD(), on("grocery")),
    ("grocery_elog", "MBG/CNBD-k"): chosen_k("grocery", 1),
    ("grocery_elog", "MBG/CNBD-k k=3"): fitted(cnbd_k.MBGCNBD3(), on("grocery")),
    ("grocery_elog", "Pareto/GGG (MCMC, posterior medians)"): pareto_ggg,
    ("grocery_elog", "regularity"): regularity,
    ("grocery_elog", "holdout totals over 52 weeks"): grocery_totals,
    ("grocery_elog", "profiles x=1..5, t_x=12, T=52, horizon 52"): grocery_profiles,
    ("apparel", "Pareto/NBD"): fitted(ParetoNBD(), on("apparel")),
    ("apparel", "BG/NBD"): fitted(BGNBD(), on("apparel")),
    ("apparel", "GGompertz/NBD"): fitted(GGompertzNBD(), on("apparel"), figures=False),
    ("apparel", "Gamma-Gamma"): fitted(GammaGamma(), lambda logs: logs.apparel_spend),
    ("apparel", "Pareto/NBD static covariates gender, channel"): static,
    ("apparel", "Pareto/NBD static, gender constrained equal"): equal_gender,
    ("apparel", "GGompertz/NBD static"): fitted(STATIC[0], lambda logs: logs.apparel, figures=False),
    ("apparel", "Pareto/NBD dynamic covariates high_season, gender, channel (both processes)"): dynamic,
    ("apparel", "BG/NBD static covariates"): fitted(STATIC[1], lambda logs: logs.apparel, figures=False),
    ("apparel", "Pareto/NBD correlation"): fitted(CorrelatedParetoNBD(), on("apparel"), figures=False),
    ("apparel", "holdout 2007-01-01..2010-12-20 totals (207.14 weeks)"): apparel_totals,
    ("donations", "BG/BB"): fitted(BGBB(), lambda logs: logs.donors),
    ("donations", "BG/BB per cell"): donors_by_cell,
    **{
        ("retention", f"{kind} {segment}, first {rows} rows (renewals 0..{rows - 1})"): survivors(kind, segment, rows)
        for kind in ("sBG", "BdW")
        for segment in ("regular", "high_end")
        for rows in (5, 8, 13)
    },
    **{
        ("retention", f"discrete Weibull {segment}, first 5 rows"): survivors("discrete Weibull", segment, 5)
        for segment in ("regular", "high_end")
    },
    ("none", "sBG discounted expected residual lifetime, d=0.1, after 1..5 renewals"): lifetimes_to_come,
    ("none", "Pareto/NBD x=26,t_x=30.86,T=31, horizon 52"): pareto_point,
    ("none", "Pareto/NBD DERT at rate 0.0027 per week, T=38.86"): pareto_residual,
    ("none", "BG/NBD x=2,t_x=30.43,T=38.86, horizon 39"): bg_point,
    ("none", "Pareto/NBD P(alive) must be finite"): stays_finite("alive"),
    ("none", "Pareto/NBD log-likelihood must be finite"): stays_finite("loglik_each"),
    ("none", "Pareto/NBD E[X(t)] t=0..9 CDNOW"): pareto_new,
}
