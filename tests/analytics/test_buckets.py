"""A range cut into buckets and edges holds each instant of the range once, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import buckets
from analytics.buckets import QUARTER_MS, Grain

MONTH_MS = 1_793_491_200_000  # 2026-11-01
MINUTE_MS = 60_000
DAY_MS = 86_400_000
borders = st.sampled_from([-86_400_000, -QUARTER_MS, 0, QUARTER_MS, 86_400_000, 30 * 86_400_000])
steps = st.sampled_from([0, 1, -1, QUARTER_MS // 2, 60_000, -60_000, 5 * QUARTER_MS])
moments = st.builds(lambda border, step: MONTH_MS + border + step, borders, steps)


def times_counted(pieces: list[buckets.Piece], moment_ms: int) -> int:
    return sum(piece.sign for piece in pieces if piece.start_ms <= moment_ms < piece.end_ms)


@given(
    st.none() | moments,
    st.none() | moments,
    moments,
    st.sampled_from([None, Grain.QUARTER, Grain.DAY, Grain.MONTH]),
    moments,
)
def test_each_instant_of_a_range_counts_once(from_ms, to_ms, moment_ms, coarsest, now_ms):
    inside = (from_ms is None or moment_ms >= from_ms) and (to_ms is None or moment_ms < to_ms)

    pieces = buckets.pieces(from_ms, to_ms, coarsest, now_ms=now_ms)

    assert times_counted(pieces, moment_ms) == int(inside)


@pytest.mark.parametrize(
    ("minutes", "now_minutes", "raw"),
    [(10, 10, (10, 15, -1)), (10, 11, (10, 15, -1)), (4, 10, (0, 4, 1)), (8, 99, (8, 15, -1))],
    ids=["ends now", "ended just now", "ended early", "long ago"],
)
def test_of_the_quarter_a_range_ends_in_the_shorter_part_is_read(minutes, now_minutes, raw):
    pieces = buckets.pieces(
        MONTH_MS, MONTH_MS + minutes * MINUTE_MS, now_ms=MONTH_MS + now_minutes * MINUTE_MS
    )

    start, end, sign = raw
    assert [piece for piece in pieces if piece.grain is None] == [
        buckets.Piece(None, MONTH_MS + start * MINUTE_MS, MONTH_MS + end * MINUTE_MS, sign)
    ]


def test_a_year_that_ends_late_today_is_read_as_months_less_what_is_to_come():
    late_ms = MONTH_MS + 19 * DAY_MS + 1430 * MINUTE_MS
    pieces = buckets.pieces(MONTH_MS - 365 * DAY_MS, late_ms, now_ms=late_ms)

    assert [(one.grain, one.sign) for one in pieces] == [
        (Grain.QUARTER, 1),
        (None, -1),
        (Grain.DAY, 1),
        (Grain.QUARTER, -1),
        (Grain.MONTH, 1),
        (Grain.DAY, -1),
        (Grain.MONTH, 1),
    ]
