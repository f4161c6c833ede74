"""The typed short cut gives what the full checks give, for whatever is sent."""

from __future__ import annotations

import contextlib
import json

from hypothesis import example, given, settings
from hypothesis import strategies as st

from analytics import decoding, validation
from analytics.validation import Rejected
from tests.analytics.support import NOW_MS

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)
timestamps = st.datetimes().map(lambda moment: moment.isoformat()) | json_values
events = st.fixed_dictionaries(
    {},
    optional={
        "name": st.text(min_size=1) | json_values,
        "properties": st.dictionaries(st.text(), json_values) | json_values,
        "userId": st.text() | json_values,
        "sessionId": st.text() | json_values,
        "timestamp": timestamps,
        "insertId": st.text() | json_values,
        "meta": json_values,
        "source": json_values,
    },
)


def outcome(work):
    try:
        return work()
    except Rejected as rejected:
        return rejected.fault


@settings(deadline=None)
@given(events)
@example({"name": "a", "timestamp": 1.5})
@example({"name": "a\x00"})
@example({"name": "a", "userId": ""})
def test_the_short_cut_agrees_with_the_checks(event):
    body = json.dumps(event).encode()

    short = outcome(lambda: decoding.read_event(body, now_ms=NOW_MS))
    full = outcome(lambda: validation.accept(decoding.read_object(body), now_ms=NOW_MS))

    assert short == full


@settings(deadline=None)
@given(st.lists(events, min_size=1, max_size=5))
def test_a_batch_is_read_as_its_events_are_one_by_one(batch):
    good, faults = decoding.read_batch(json.dumps({"events": batch}).encode(), now_ms=NOW_MS)

    one_by_one = [outcome(lambda one=one: validation.accept(
        decoding.read_object(json.dumps(one).encode()), now_ms=NOW_MS)) for one in batch]  # fmt: skip
    assert good == [one for one in one_by_one if isinstance(one, validation.Accepted)]
    assert faults == [
        (index, one) for index, one in enumerate(one_by_one)
        if not isinstance(one, validation.Accepted)
    ]  # fmt: skip


@settings(deadline=None)
@given(st.binary())
def test_no_bytes_at_all_are_more_than_refused(body):
    with contextlib.suppress(Rejected, decoding.NotAnObject):
        decoding.read_event(body, now_ms=NOW_MS)
