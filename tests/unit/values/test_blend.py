from __future__ import annotations

import json

import numpy as np

from lifelong.values import Blend

BLEND = Blend(
    "13w",
    {"factor": "tree\n1", "whether": "", "amount": "x"},
    0.1 + 0.2,
    np.array([0.2, 0.5, 0.3]),
    1 / 3,
    np.array([1.5]),
    np.arange(198.0).reshape(2, 99) / 7,
    ("2024-01-02", "2023-10-03"),
)


def test_it_comes_back_from_json_to_the_last_digit() -> None:
    back = Blend.from_stored(json.loads(json.dumps(BLEND.as_stored())))
    assert back.as_stored() == BLEND.as_stored()
    assert back.multiples.shape == (2, 99)
    assert back.origins == BLEND.origins


def test_its_words_and_its_contract_hold_no_trees() -> None:
    assert str(BLEND).startswith("learned blend, 13w ahead: weights statistical 0.20, offset 0.50, hurdle 0.30;")
    told = BLEND.as_dict()
    assert told["weights"] == {"statistical": 0.2, "offset": 0.5, "hurdle": 0.3}
    assert told["trees"]["whether"] == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
