"""No text runs as a formula, and every text comes back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifelong import export

HOSTILE = st.text(st.sampled_from("'=+-@\t\r\n\0＝＋－＠aé\"; ,"), max_size=8)


@pytest.mark.parametrize("sign", export.TRIGGERS)
def test_every_sign_that_starts_a_formula_gets_an_apostrophe(sign):
    assert export.escaped(f"{sign}cmd|' /C calc'!A0") == f"'{sign}cmd|' /C calc'!A0"
    assert export.escaped(sign) == f"'{sign}"


@pytest.mark.parametrize("text", ["", "a=1", "Anna", "1-2", " =1", "'Anna", "é@x"])
def test_harmless_text_stays(text):
    assert export.escaped(text) == text


@given(st.text() | HOSTILE)
def test_no_cell_starts_with_a_sign_and_every_text_comes_back(text):
    cell = export.escaped(text)
    assert not cell.startswith(tuple(export.TRIGGERS))
    assert export.unescaped(cell) == text
