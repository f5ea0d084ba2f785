import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifelong.score import numbering

VALUES = st.tuples(st.integers(0, 3), st.integers(0, 3), st.sampled_from([0, 7, 40, 2**40, 2**61]))


@settings(max_examples=80, deadline=None)
@given(st.lists(VALUES, max_size=60), st.booleans())
def test_equal_rows_get_equal_numbers(rows: list[tuple[int, int, int]], are_many: bool) -> None:
    columns = [np.array([r[i] for r in rows], np.int64) for i in range(3)]
    with pytest.MonkeyPatch.context() as patch:
        if are_many:  # as if they were: by tables, and in parts
            patch.setattr(numbering, "FEW", 0)
            patch.setattr(numbering, "PART", 4)
        number, first = numbering.distinct(*columns)
    assert [tuple(int(c[first[n]]) for c in columns) for n in number] == rows
    assert len(first) == len(set(rows))
    assert all(number[f] == i for i, f in enumerate(first))


def test_parts_and_threads_give_the_numbers_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    columns = [
        rng.integers(0, top, 5000).astype(kind) for top, kind in ((40, np.int32), (30, np.uint16), (25, np.int64))
    ]
    whole = numbering.distinct(*columns)
    assert whole[1].max() < 5000
    monkeypatch.setattr(numbering, "PART", 97)
    for threads in (1, 2, 7):
        monkeypatch.setattr(numbering, "THREADS", threads)
        number, first = numbering.distinct(*columns)
        assert np.array_equal(number, whole[0])
        assert np.array_equal(first, whole[1])


def test_columns_are_left_as_they_were() -> None:
    columns = [np.array([3, 1, 3, 0], np.int32), np.array([1, 1, 1, 2], np.int32)]
    kept = [c.copy() for c in columns]
    for some in (columns[:1], columns, [columns[0], np.zeros(4, np.int32)]):
        number, _ = numbering.distinct(*some)
        assert number[0] == number[2]
        assert all(np.array_equal(a, b) for a, b in zip(columns, kept, strict=True))


def test_numbers_of_a_table_stand_in_the_order_of_the_codes() -> None:
    number, count = numbering._numbered(np.array([37, 5, 16, 15, 5, 31, 0]), 37)
    assert number.tolist() == [5, 1, 3, 2, 1, 4, 0]
    assert count == 6


def test_codes_of_narrow_columns_do_not_run_over() -> None:
    columns = [np.array([200, 255, 0], np.uint8), np.array([255, 3, 3], np.uint8)]
    assert numbering._joined(*columns)[0].tolist() == [200 * 256 + 255, 255 * 256 + 3, 3]


def test_a_failure_in_a_part_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbering, "PART", 3)

    def work(part: slice) -> None:
        if part.start == 6:
            raise ValueError("part 6")

    with pytest.raises(ValueError, match="part 6"):
        numbering.by_parts(work, 10)
