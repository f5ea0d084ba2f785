"""The commands that turn values into decisions, as a shell calls them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from click.testing import CliRunner

from lifelong.cli.commands import lifelong

if TYPE_CHECKING:
    from pathlib import Path


def test_leads_prints_a_ranking_and_json(tmp_path: Path) -> None:
    lines = ["id,size,worked,won"] + [
        f"L{i},{i % 9},{i % 9 * 10 if i % 3 else ''},{int(i % 3 > 0)}" for i in range(300)
    ]
    path = tmp_path / "leads.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    call = ["leads", str(path), "--column", "value=worked", "--cost", "1"]
    plain = CliRunner().invoke(lifelong, call)
    assert plain.exit_code == 0, plain.output
    assert "300 leads" in plain.output
    told = json.loads(CliRunner().invoke(lifelong, [*call, "--json"]).stdout)
    assert told["converts"] == 200
    assert told["open"] == 100
