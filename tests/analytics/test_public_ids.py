from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import public_ids
from pulse import ids

KEYS = public_ids.keys_of("env_1")


@settings(deadline=None)
@given(st.integers(min_value=0, max_value=public_ids.SPACE - 1))
def test_every_number_has_its_own_id_and_comes_back(number):
    spelled = public_ids.encode(number, KEYS)

    assert len(spelled) == 8
    assert set(spelled) <= set(ids.BASE62)
    assert public_ids.decode(spelled, KEYS) == number


def test_a_hundred_thousand_ids_never_clash_and_look_unlike_their_neighbours():
    spelled = [public_ids.encode(number, KEYS) for number in range(100_000)]

    assert len(set(spelled)) == 100_000
    assert len({one[:3] for one in spelled[:100]}) > 90


def test_environments_spell_the_same_number_differently():
    other = public_ids.keys_of("env_2")

    assert public_ids.encode(7, KEYS) != public_ids.encode(7, other)


@settings(deadline=None)
@given(st.text(max_size=12))
def test_what_is_no_id_names_no_event(text):
    found = public_ids.decode(text, KEYS)

    assert found is None or public_ids.encode(found, KEYS) == text
