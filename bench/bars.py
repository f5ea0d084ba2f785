"""The bars of speed: what is measured against what, and which ratio must hold."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bench import data, shop, web
from bench.measure import FailedWorkError, Line, Measured, jobs, ours
from bench.peers import HOME, LIFETIMES, PYMC, MissingPeerError, Peer, python_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FULL = 10_000_000
PATIENCE = 3_600.0


def _seconds(measured: Measured) -> str:
    return f"{measured.seconds:.2f} s"


def cold(_size: int, rounds: int) -> Iterator[Line]:
    """1. A whole process: a fit of BG/NBD on CDNOW from CSV, and the help."""
    from lifelong.sources import demo

    csv = demo.cdnow(HOME / "data")
    lifelong = str(Path(sys.executable).with_name("lifelong"))
    fit = [lifelong, "fit", str(csv), "--model", "bg_nbd", "--currency", "USD"]
    works = {"fit": fit, "help": [lifelong, "--help"]}
    missing = {}
    for peer in (LIFETIMES, PYMC):
        try:
            works[peer.name] = [str(python_of(peer)), "-c", f"import {peer.module}"]
        except MissingPeerError as problem:
            missing[peer.name] = str(problem)
    jobs(works, 1)  # bytecode and disk caches, for all alike
    got = jobs(works, rounds)
    for work, peer, limit in (("fit", LIFETIMES, 1.0), ("fit", PYMC, 0.2), ("help", LIFETIMES, 0.4)):
        what = "lifelong fit, CDNOW from CSV" if work == "fit" else "lifelong --help"
        against = f"import {peer.module}"
        if peer.name in missing:
            yield Line(what, _seconds(got[work]), missing[peer.name], None, limit)
            continue
        yield Line(
            what,
            _seconds(got[work]),
            f"{against} {_seconds(got[peer.name])}",
            got[work].seconds / got[peer.name].seconds,
            limit,
        )


def summary(size: int, rounds: int) -> Iterator[Line]:
    """2. Summary and patterns against the hash floor and the best SQL by hand."""
    path = data.orders(size)
    size = data.rows(path)
    works = {"floor": ours("floor", path)}
    for parts in (1, 2):
        works |= {f"ours {parts}": ours("summary", path, parts), f"hand {parts}": ours("by_hand", path, parts)}
    got = jobs(works, rounds)
    if len({tuple(m.told["check"]) for n, m in got.items() if n != "floor"}) != 1:
        raise FailedWorkError("summary: ours and the SQL by hand do not give the same tables")
    for parts in (1, 2):
        mine, hand = got[f"ours {parts}"], got[f"hand {parts}"]
        what = f"summary + patterns, {size:,} rows" + (f", {parts} parts" if parts > 1 else "")
        yield Line(
            what, _seconds(mine), f"hash floor {_seconds(got['floor'])}", mine.seconds / got["floor"].seconds, 3.0
        )
        yield Line(what, _seconds(mine), f"SQL by hand {_seconds(hand)}", mine.seconds / hand.seconds, 1.2)
        yield Line(what, f"{mine.peak:.2f} GB", "peak memory", mine.peak, 1.0, "GB")


def fit(size: int, rounds: int) -> Iterator[Line]:
    """3. Fits from the summary table against the peers', and how the fit proper grows."""
    one, ten = max(size // 10, 1000), size
    yield from _fits(one, "bg_nbd", rounds, ((LIFETIMES, 30.0 if size == FULL else None),))
    yield from _fits(ten, "bg_nbd", rounds, ((LIFETIMES, 120.0 if size == FULL else None),))
    bars = ((LIFETIMES, 500.0 if size == FULL else None), (PYMC, 110.0 if size == FULL else None))
    yield from _fits(one, "pareto_nbd", rounds, bars)
    for model in ("bg_nbd", "pareto_nbd"):
        works = {str(n): ours("fit", model, data.summary(n)) for n in (ten // 2, ten)}
        got = jobs(works, rounds)
        half, whole = (got[str(n)].told["proper"] for n in (ten // 2, ten))
        yield Line(
            f"{model}, fit proper, {ten:,}", f"{whole:.2f} s", f"{ten // 2:,} customers {half:.2f} s", whole / half, 1.2
        )


def _fits(
    count: int, model: str, rounds: int, bars: tuple[tuple[Peer, float | None], ...], kind: str = ""
) -> Iterator[Line]:
    """One model (of ``kind`` "_spend": of spend) at one size: time against each peer, then likelihood against each."""
    table = data.summary(count)
    mine = {"ours": ours(f"fit{kind}", model, table)}
    got = jobs(mine, rounds)["ours"]
    for peer, limit in bars:
        what = f"{model}, {got.told['customers']:,} customers"
        try:
            command = [
                str(python_of(peer)),
                str(Path(__file__).with_name("peer_work.py")),
                peer.name,
                model,
                str(data.arrays(count)),
            ]
            # A purchase fit of a peer lasts minutes and is run once; spend is soon done, so both are run in turn.
            found = jobs({"peer": command, **mine}, rounds, PATIENCE) if kind else jobs({"peer": command}, 1, PATIENCE)
        except (MissingPeerError, FailedWorkError) as problem:
            yield Line(what, _seconds(got), str(problem), None, limit, is_least=True)
            continue
        theirs, got = found["peer"], found.get("ours", got)
        yield Line(
            what, _seconds(got), f"{peer.name} {_seconds(theirs)}", theirs.seconds / got.seconds, limit, is_least=True
        )
        at = jobs({"ll": ours(f"loglik{kind}", model, table, *theirs.told["params"])}, 1)["ll"].told["loglik"]
        best = got.told["loglik"]
        # relative 1e-9: an optimum that is the same to the last digits that a sum of so many logs keeps
        yield Line(
            f"{what}, log-likelihood",
            f"{best:,.3f}",
            f"{peer.name} {at:,.3f}",
            best - at,
            -1e-9 * abs(best),
            "more",
            True,
        )


def score(size: int, rounds: int) -> Iterator[Line]:
    """4. Scores of every customer, written, against the write of the same table alone."""
    table = data.summary(size)
    works = {"score": ours("score", table), "score_intervals": ours("score_intervals", table)}
    got = jobs(works, rounds)
    for name, what, limit in (("score", "alive, orders, value", 1.5), ("score_intervals", "with intervals", 4.0)):
        measured = got[name]
        alone = measured.told["written"]
        yield Line(
            f"score {size:,} customers, {what}",
            _seconds(measured),
            f"write {alone:.2f} s",
            measured.seconds / alone,
            limit,
        )


def ingest(size: int, rounds: int) -> Iterator[Line]:
    """5. A CSV with all checks against DuckDB's own copy of it to Parquet."""
    path = data.csv(size)
    size = data.rows(path)
    got = jobs({"copy": ours("copy", path), "ingest": ours("ingest", path)}, rounds)
    mine, floor = got["ingest"], got["copy"]
    yield Line(
        f"ingest {size:,} CSV orders",
        _seconds(mine),
        f"copy to Parquet {_seconds(floor)}",
        mine.seconds / floor.seconds,
        3.0,
    )
    yield Line(f"ingest {size:,} CSV orders", f"{mine.peak:.2f} GB", "peak memory", mine.peak, 2.0, "GB")


def cohorts(size: int, rounds: int) -> Iterator[Line]:
    """Cohorts by month and age with intervals, in one call of a project."""
    count = max(size // 10, 1000)
    got = jobs({"cohorts": ours("cohorts", data.csv(round(count * data.ORDERS_EACH)))}, rounds)["cohorts"]
    what = f"cohorts of {got.told['customers']:,} customers, revenue added up"
    yield Line(what, _seconds(got), "CPU seconds, opening and summary in it", got.seconds, 10.0, "s")


KIN = ("mbg_nbd", "pareto_nbd", "nbd", "bg_cnbd_2", "mbg_cnbd_2", "mbg_cnbd_4", "ggompertz_nbd")


def models(size: int, rounds: int) -> Iterator[Line]:
    """6. Every purchase model's fit from the summary table, against our own BG/NBD."""
    count = max(size // 10, 1000)
    table = data.summary(count)
    got = jobs({name: ours("fit", name, table) for name in ("bg_nbd", *KIN)}, rounds)
    for name in KIN:
        ratio = got[name].seconds / got["bg_nbd"].seconds
        yield Line(f"{name}, {count:,} customers", _seconds(got[name]), f"bg_nbd {_seconds(got['bg_nbd'])}", ratio, 4.0)


def covariates(size: int, rounds: int) -> Iterator[Line]:
    """6. Static covariates of words, in ordering and in leaving, against our own BG/NBD without any."""
    count = max(size // 10, 1000)
    table = data.kinds(count)
    works = {name: ours("fit_kinds", name, table) for name in ("pareto_nbd", "bg_nbd")}
    got = jobs({"plain": ours("fit", "bg_nbd", data.summary(count)), **works}, rounds)
    for name in works:
        what = f"{name}, 2 covariates, {got[name].told['cells']} cells, {count:,} customers"
        ratio = got[name].seconds / got["plain"].seconds
        yield Line(what, _seconds(got[name]), f"bg_nbd {_seconds(got['plain'])}", ratio, 10.0)


def spend(size: int, rounds: int) -> Iterator[Line]:
    """8. Gamma-Gamma from the summary table, of 0.7 million customers who came again and paid."""
    bars = ((LIFETIMES, 12.0 if size == FULL else None),)
    yield from _fits(max(round(size * 0.07 / data.PAYING), 1000), "gamma_gamma", rounds, bars, "_spend")


def learned(size: int, rounds: int) -> Iterator[Line]:
    """9. Features as of three days against the hash floor; the whole learned blend with its parts."""
    path = data.busy(size)
    got = jobs({"floor": ours("floor", path), "features": ours("features", path)}, rounds)
    mine, floor = got["features"], got["floor"]
    what = f"features, {mine.told['customers']:,} customers, {data.rows(path):,} rows, 3 origins"
    yield Line(what, _seconds(mine), f"hash floor {_seconds(floor)}", mine.seconds / floor.seconds, 12.0)
    # The trees have one thread, so that they come out alike everywhere: a tenth shows their share as well.
    path = data.busy(max(size // 10, 10_000))
    got = jobs({"floor": ours("floor", path), "blend": ours("learned", path)}, 1)
    floor, whole, told = got["floor"], got["blend"], got["blend"].told
    parts = ", ".join(f"{part} {told[part]:.1f} s" for part in ("visits", "looks", "trees"))
    what = f"blend taught and scored, {told['customers']:,} customers, {told['days']} days looked from"
    yield Line(what, _seconds(whole), f"{parts}; {whole.peak:.2f} GB", whole.seconds / floor.seconds, None, "floors")


def varying(_size: int, rounds: int) -> Iterator[Line]:
    """6. Covariates that change with time: our fit against Nelder-Mead on the same likelihood, from the same start."""
    folder = data.apparel()
    got = jobs({work: ours(work, folder) for work in ("varying", "varying_simplex")}, rounds)
    mine, simplex = got["varying"], got["varying_simplex"]
    what = "time_varying_pareto_nbd, apparel"
    against = f"Nelder-Mead {_seconds(simplex)}, {simplex.told['evaluations']:,} evaluations"
    yield Line(what, _seconds(mine), against, mine.seconds / simplex.seconds, 0.1)
    best, theirs = mine.told["loglik"], simplex.told["loglik"]
    what += ", log-likelihood"
    yield Line(what, f"{best:,.3f}", f"Nelder-Mead {theirs:,.3f}", best - theirs, -1e-3, "more", is_least=True)
    yield Line(what, f"{best:,.3f}", "bar -5,752.940", best + 5752.94, 0.0, "more", is_least=True)


def posterior(size: int, rounds: int) -> Iterator[Line]:
    """7. Pareto/NBD's posterior, in CPU seconds: money with intervals; draws on a tenth of CDNOW against PyMC-Marketing's."""
    customers = min(size, 1_000_000)
    doubt = jobs({"money": ours("money", data.summary(customers))}, 1)["money"]
    mean = doubt.told["alone"]
    what = f"value of {customers:,} customers with 80 and 90 % intervals"
    yield Line(what, f"{doubt.seconds:.2f} CPU s", f"the mean alone {mean:.2f} CPU s", doubt.seconds / mean, 10.0)
    arrays = data.cdnow()
    got = jobs({"ours": ours("posterior", arrays, 1600)}, rounds)["ours"]
    worth = got.told["effective"]
    mine = f"{worth:,.0f} effective draws in {got.seconds:.2f} CPU s (k-hat {got.told['k_hat']:.2f})"
    yield Line("pareto_nbd, 1,000 effective draws", mine, "CPU s", 1000.0 * got.seconds / worth, 1.0, "s")
    what = "pareto_nbd, effective draws a CPU second"
    try:
        script = str(Path(__file__).with_name("peer_posterior.py"))
        theirs = jobs({"peer": [str(python_of(PYMC)), script, str(arrays), "200"]}, 1, PATIENCE)["peer"]
    except (MissingPeerError, FailedWorkError) as problem:
        yield Line(what, mine, str(problem), None, 200.0, is_least=True)
        return
    peer = theirs.told["effective"]
    against = f"{PYMC.name} {peer:,.0f} in {theirs.seconds:.0f} CPU s"
    yield Line(what, mine, against, (worth / got.seconds) / (peer / theirs.seconds), 200.0, is_least=True)


def groups(size: int, rounds: int) -> Iterator[Line]:
    """10. Customers parted into tiers and groups, by potential, and a shortfall split, in CPU seconds."""
    customers = min(size, 1_000_000)
    got = jobs({"ours": ours("parting", customers)}, rounds)["ours"]
    parts = ", ".join(f"{name} {got.told[name]:.2f}" for name in ("tiers", "groups", "potential", "why"))
    yield Line(f"{customers:,} customers parted four ways", parts, "CPU s", got.seconds, 5.0, "s")


#: One call each, with the CPU seconds that it may take at a million customers.
VERBS = (
    (("cohorts", "--measure", "revenue", "--cumulative"), 10.0),
    (("tiers",), 8.0),
    (("forecast",), 15.0),
    (("budget",), 5.0),
    (("attribution",), 15.0),
)


def scale(size: int, rounds: int) -> Iterator[Line]:
    """11. A million customers in one `lifelong` call each: CPU seconds of the whole process, and memory."""
    count = min(size, 1_000_000)
    floor = jobs({"floor": ours("floor", data.orders(round(count * data.ORDERS_EACH)))}, rounds)["floor"].told["cpu"]
    for words, limit in VERBS:
        told = [*words, str(shop.history(count)), "--currency", "USD"] if words[0] == "budget" else list(words)
        got = shop.command(count, told, rounds)
        of = (
            "5 channels and 24 months" if words[0] == "budget" else f"{count:,} customers"
        )  # a history has no customers
        what, mine = f"lifelong {' '.join(words)}, {of}", f"{got.cpu:.2f} CPU s ({got.seconds:.1f} s)"
        yield Line(what, mine, "CPU seconds, start and imports in it", got.cpu, limit, "s")
        yield Line(what, mine, f"hash floor {floor:.2f} CPU s", got.cpu / floor, None)
        yield Line(what, f"{got.peak:.2f} GB", "peak memory", got.peak, 2.0, "GB")


BARS: dict[str, Callable[[int, int], Iterator[Line]]] = {
    "cold": cold, "summary": summary, "fit": fit, "score": score, "ingest": ingest, "models": models,
    "covariates": covariates, "varying": varying, "posterior": posterior, "spend": spend, "learned": learned, "cohorts": cohorts,
    "groups": groups, "scale": scale, "web": web.web,
}  # fmt: skip
