"""A range cut into buckets and edges holds each instant of the range once, and nothing else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from analytics import buckets
from analytics.buckets import QUARTER_MS, Grain

MONTH_MS = 1_793_491_200_000  # 2026-11-01
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
)
def test_each_instant_of_a_range_counts_once(from_ms, to_ms, moment_ms, coarsest):
    inside = (from_ms is None or moment_ms >= from_ms) and (to_ms is None or moment_ms < to_ms)

    pieces = buckets.pieces(from_ms, to_ms, coarsest)

    assert times_counted(pieces, moment_ms) == int(inside)


def test_a_range_that_ends_now_reads_no_event_of_the_quarter_it_ends_in():
    pieces = buckets.pieces(MONTH_MS, MONTH_MS + 10 * 60_000)

    raw = [piece for piece in pieces if piece.grain is None]
    assert [(one.start_ms, one.end_ms, one.sign) for one in raw] == [
        (MONTH_MS + 10 * 60_000, MONTH_MS + QUARTER_MS, -1)
    ]
