"""The verbs of money and decisions that need no project: typed numbers or a table in, a value out, nothing stored."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from lifelong.errors import ConfigError
from lifelong.phrases import phrase

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lifelong.values import Budget, BusinessCase, Cac, Calculation, ChannelTest, Cut, LeadValues


def book(answer: Any, path: str | Path, *, verb: str = "") -> Path:
    """Write any answer as a workbook: the figures of its JSON, a sheet for each table.

    Args:
        answer: what a verb has returned.
        path: the .xlsx to write.
        verb: which verb that was, such as ``channels``: then the workbook says what its numbers mean.

    Raises:
        ConfigError: E302, where the name does not end in .xlsx; E303, where writing XLSX is not installed.
    """
    import json

    if Path(path).suffix.lower() != ".xlsx":
        raise ConfigError(
            "E302", phrase("{name!r} is no name of a workbook", name=Path(path).name), where="--book", why="an answer becomes a workbook of several sheets",
            fix="end the name in .xlsx",
        )  # fmt: skip

    from lifelong.definitions import shown_by
    from lifelong.export.answer_workbook import workbook
    from lifelong.values import to_json

    return workbook(json.loads(to_json(answer)), shown_by(verb), Path(path))


def calculate(*, xlsx: str | Path = "", html: str | Path = "", **typed: Any) -> Calculation:
    """What a new customer is worth by a few typed numbers; no project and no data are needed.

    Args:
        xlsx: a workbook to write, with the inputs in named cells and every answer as a live formula.
        html: a page to write that computes by itself, without a network.
        typed: ``invoice``, ``new_customers``, ``spend``, ``churn`` or ``lifetime``, and more: see
            :class:`lifelong.project.calculating.Typed`.

    Raises:
        ConfigError: E351, where an input is not what it should be; E303, where writing XLSX is not installed.
    """
    from lifelong.project.calculating import Typed
    from lifelong.project.calculating import calculate as implementation

    return implementation(Typed(**typed), xlsx, html)


def business_case(*, xlsx: str | Path = "", **typed: Any) -> BusinessCase:
    """What a programme that betters the firm's figures brings and costs; no project and no data are needed.

    Args:
        xlsx: a workbook to write, with every month and every answer as live formulas.
        typed: ``customers``, ``churn``, ``invoice``, ``margin``, what they are hoped to become (``to_churn``), costs, and more:
            see :class:`lifelong.project.arguing.Typed`.

    Raises:
        ConfigError: E351, where a number is not what it should be; E303, where writing XLSX is not installed.
    """
    from lifelong.project.arguing import Typed
    from lifelong.project.arguing import business_case as implementation

    return implementation(Typed(**typed), xlsx)


def budget(
    file: str | Path,
    *,
    columns: Mapping[str, str] | None = None,
    currency: str = "",
    value: Mapping[str, str] | None = None,
    **asked: Any,
) -> Budget:
    """The best split of a month's spend over channels, or a refusal where the history does not tell.

    Args:
        file: a row a month and channel: month, channel, spend, new_customers; value, value_sd and purpose where known.
        columns: our name of a column to the file's.
        currency: of the amounts.
        value: of a customer, by channel or ``""`` for all, where the file does not say it.
        asked: ``total``, ``bounds``, ``trust``, ``risk``, ``hurdle``, ``lifts``, ``carries``, ``seed``: see
            :class:`lifelong.project.budgeting.Asked`.

    Raises:
        ConfigError: E393 where no plan keeps budget and bounds, E394 where a wish is not understood.
        DataError: E391, E392 where the file cannot be used.
        FitError: E395 where a channel has too few months.
    """
    from lifelong.project.budgeting import Asked, Source, plan_budget

    return plan_budget(Source(Path(file), columns or {}, currency, value or {}), Asked(**asked))


def cut(
    file: str | Path,
    cuts: Mapping[str, str],
    *,
    columns: Mapping[str, str] | None = None,
    currency: str = "",
    value: Mapping[str, str] | None = None,
    **asked: Any,
) -> Cut:
    """What it would cost to spend less: customers who do not come, and their value, against the saving, by quarter.

    Args:
        file: as in :func:`budget`.
        cuts: share of a channel's present spend, ``{"search": "50%"}``.
        columns: as there.
        currency: as there.
        value: as there.
        asked: ``lifetime`` that customers stay, ``"20m"``; ``quarters``; ``seed``.

    Raises:
        ConfigError: E397 where a cut cannot be, E394 where the lifetime is not understood.
        FitError: E397 where a channel's history does not tell what a cut loses, E395 where it is too short.
        DataError: E391, E392 where the file cannot be used.
    """
    from lifelong.project.budgeting import Source, cut_spend

    return cut_spend(Source(Path(file), columns or {}, currency, value or {}), cuts, **asked)


def try_channel(**told: Any) -> ChannelTest:
    """The test of a new channel: spend, stop-loss, and when value can be read; see :func:`lifelong.project.budgeting.plan_channel_test`."""
    from lifelong.project.budgeting import plan_channel_test

    return plan_channel_test(**told)


def cost_of_winning(spend: str | Path, acquired: str | Path, **asked: Any) -> Cac:
    """The cost of winning a customer (CAC) by month and channel, by two tables; no project is needed.

    Args:
        spend: a table of costs: month, channel, campaign, purpose, cost; or a month and a column a channel.
        acquired: new customers: month, channel, customers; or a month and a column a channel.
        asked: ``purposes``, by channel acquisition, brand, retention or fixed; ``same``, a channel of costs to its name among customers;
            ``lags``, by channel the months by which its cost comes after the customers; ``overhead`` of a month; ``deal``, the rule by
            which costs of no channel are dealt; ``incremental``, by channel; ``by``; ``columns``; ``currency``.

    Raises:
        DataError: E381, where a table cannot be used.
        ConfigError: E351, E382, where a wish is not understood.
    """
    from lifelong.project.channelling import Asked, cost_alone
    from lifelong.project.winning import Tables

    about = {n: asked.pop(n) for n in ("columns", "purposes", "same", "currency") if n in asked}
    return cost_alone(Asked(tables=Tables(spend, acquired, **about), **asked))


def leads(
    file: str | Path,
    *,
    project: str | Path = ".",
    out: str | Path = "",
    columns: Mapping[str, str] | None = None,
    **asked: Any,
) -> LeadValues:
    """What each lead of a table is worth, storing nothing.

    Args:
        file: CSV, TSV, Parquet, JSON Lines or Excel; a row a lead, with a column that says which converted and when.
        project: whose scores value the converts, where the table has customer ids and no values.
        out: a .csv, .parquet or .xlsx to write the rows to.
        columns: ``lead_id``, ``created_at``, ``converted``, ``value``, ``customer_id``, ``channel``, ``campaign`` or
            ``landing_page`` to the file's, where they are not recognised.
        asked: ``within``, the time in which converting counts; ``until``, the last day that the file covers;
            ``discount``; ``cost``, of serving a lead; ``ignore``, columns not to learn from.

    Raises:
        DataError: E432 without usable values, E433 where the table is not understood.
        FitError: E431 where no lead has converted.
    """
    from lifelong.project.leading import Asked
    from lifelong.project.leading import leads as implementation

    told = {**asked, "ignore": tuple(asked.get("ignore", ()))}
    return implementation(file, Asked(columns=columns or {}, **told), project, out)
