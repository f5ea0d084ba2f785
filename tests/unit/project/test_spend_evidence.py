"""A fit takes the spend model that the back-test of the same orders has chosen, and says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import lifelong as ll
from lifelong.sources.simulate import DEFAULT_PARAMETERS, simulate_shop
from lifelong.store import fits

if TYPE_CHECKING:
    from pathlib import Path


def test_a_fit_takes_the_spend_model_that_erred_less(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    spend = DEFAULT_PARAMETERS["spend"] | {"delta": -0.3}
    file.write_text(simulate_shop(900, seed=5, process="bg_nbd", spend=spend).orders_csv())
    shop = ll.Project(tmp_path / "shop", settings={"currency": "EUR"})
    shop.ingest(file)
    before = shop.fit("bg_nbd")
    assert before.spend.model == "gamma_gamma_dependent"
    board = shop.backtest(["bg_nbd"])
    assert board.spend == "gamma_gamma"
    assert board.as_dict()["spend"] == "gamma_gamma"
    for name in ("bg_nbd", "auto"):
        made = shop.fit(name)
        assert made.spend.model == "gamma_gamma"
        assert "F306" in [one.code for one in made.findings]
        assert "F211" not in [one.code for one in made.spend.findings]
    shop.posterior("pareto_nbd", draws=50, keep=True)
    assert fits.load(shop.path / "fits").spend.model == "gamma_gamma"
