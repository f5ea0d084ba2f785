"""The verb that says which stage of life each customer is in. Nothing is kept: a stage is of the day of asking."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lifelong.errors import ConfigError
from lifelong.phrases import phrase
from lifelong.project import asked, renewing, runs
from lifelong.units import date_of, day_of, dealt, minor_digits
from lifelong.values import Finding

if TYPE_CHECKING:
    from pathlib import Path

    from lifelong.project.folder import Folder
    from lifelong.score.stages import Seen
    from lifelong.values import Stages


def stages(folder: Folder, until: str, since: str, out: Path | None) -> Stages:
    """Everybody's stage, with what each stage is worth by the latest scores, and who moved since a day."""
    from lifelong.score.stages import life_stages

    with folder.writing("stages"):
        at = asked.base(folder, until)
        if since and day_of(since) >= at.until:
            raise _not_before(since, at.until)
        folder.progress("finding everybody's stage", 0, len(at.summary))
        found = renewing.looked(at)
        told = runs.latest(folder, at)
        made = life_stages(
            seen(at), seen(asked.base_of(at.orders, since)) if since else None, told.rows() if told else None
        )
    notes = list(made.findings)
    if found.is_contractual:
        notes.append(
            Finding(
                "F293",
                phrase("{words}: these look like subscriptions, and stages are of free buyers", words=found.words),
            )
        )
    words = told.told if told else {}
    if told is None:
        text = (
            "no scores of this day and these orders are the latest, so stages have no value: lifelong score makes them"
        )
        notes.append(Finding("F294", text, "info"))
    if made.value and told is not None:
        made = replace(made, value=_to_the_unit(made.value, minor_digits(words["currency"])))
    made = replace(made, currency=words.get("currency", ""), worth=words.get("definition", ""), findings=tuple(notes))
    return replace(made, path=str(_written(made, out))) if out else made


def _to_the_unit(value: tuple[float, ...], digits: int) -> tuple[float, ...]:
    """The value of each stage in whole minor units, so that what is shown sums to what is shown of all."""
    exact = [one * 10.0**digits for one in value]
    return tuple(minor / 10.0**digits for minor in dealt(round(math.fsum(exact)), exact))


def seen(at: asked.Base) -> Seen:
    """What is known of each customer's rhythm on the base's day."""
    from lifelong.score.stages import Seen
    from lifelong.tables.gaps import gaps, last_gaps

    return Seen.of(at.until, at.summary, gaps(at.orders, at.until), last_gaps(at.orders, at.until))


def _written(made: Stages, out: Path) -> Path:
    """The rows, and what they mean beside each."""
    from lifelong import export

    beside: dict[str, Any] = {
        name: getattr(made, name) for name in ("as_of", "since", "definition", "currency", "worth")
    }
    return export.write(made.table, out, beside=beside)


def _not_before(since: str, until: int) -> ConfigError:
    return ConfigError(
        "E233",
        phrase(
            "{since} is not before {until}, the last day that is looked at",
            since=since,
            until=date_of(until).isoformat(),
        ),
        where="--since",
        why="moves are from an earlier day to a later one",
        fix="give an earlier day, or a later --until",
    )
