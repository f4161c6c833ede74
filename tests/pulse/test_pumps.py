"""How often pumps look for work that nobody told them of."""

from __future__ import annotations

import pytest

from pulse import pump


@pytest.mark.parametrize(
    ("embedded", "quiet_seconds", "waits"), [(False, 59, 1), (False, 61, 3), (True, 0, 3)]
)
def test_a_pump_is_patient_in_one_process_and_after_a_minute_of_peace(
    settings, embedded, quiet_seconds, waits
):
    settings.PULSE_EMBEDDED = embedded

    assert pump.pause_seconds(1, failures=0, quiet_seconds=quiet_seconds) == waits


def test_what_is_to_be_done_once_a_minute_is_done_once_a_minute(settings):
    settings.PULSE_EMBEDDED = True

    assert pump.pause_seconds(60, failures=0, quiet_seconds=999) == 60


def test_a_pump_that_fails_again_and_again_waits_longer_but_never_half_a_minute():
    waits = [pump.pause_seconds(60, failures=count, quiet_seconds=0) for count in range(1, 50)]

    assert 0.5 <= waits[0] <= 1.5
    assert all(7.5 <= one <= 22.5 for one in waits[5:])
