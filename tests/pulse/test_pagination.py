"""A walk through a list that changes under it."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from pulse import pagination
from pulse.errors import InvalidInput
from pulse.keys.models import ApiKey

START = datetime(2026, 4, 20, tzinfo=UTC)
ORDER = ("-created_at", "-pk")


def make_rows(environment, count: int, random_: random.Random) -> list[int]:
    """Rows with only 20 different times among them."""
    rows = ApiKey.objects.bulk_create(
        [
            ApiKey(environment=environment, product="hr", name="row", digest=f"{random_.random()}")
            for _ in range(count)
        ]
    )
    for row in rows:
        row.created_at = START + timedelta(minutes=random_.randrange(20))
    ApiKey.unscoped.bulk_update(rows, ["created_at"])
    return [row.pk for row in rows]


def page(environment, cursor=None, *, order=ORDER, purpose="keys", values=False, limit=37):
    rows = ApiKey.objects.within(environment)
    return pagination.keyset(
        rows.values("pk", "created_at", "name") if values else rows,
        environment=environment,
        order=order,
        limit=limit,
        cursor=cursor,
        purpose=purpose,
    )


@pytest.mark.parametrize("order", [ORDER, ("created_at", "pk")])
def test_a_row_that_stays_is_seen_exactly_once_while_others_come_and_go(environment, order):
    random_ = random.Random(7)
    before = make_rows(environment, 600, random_)
    doomed = set(random_.sample(before, 150))
    remaining_doomed = sorted(doomed)

    seen, cursor = [], None
    while True:
        current = page(environment, cursor, order=order)
        seen += [row.pk for row in current.items]
        cursor = current.next_cursor
        if cursor is None:
            break
        make_rows(environment, 5, random_)
        now, remaining_doomed = remaining_doomed[:8], remaining_doomed[8:]
        ApiKey.objects.within(environment).filter(pk__in=now).delete()

    assert len(seen) == len(set(seen))
    assert set(before) - doomed <= set(seen)


def test_the_total_counts_all_matches_and_the_last_page_has_no_cursor(environment):
    make_rows(environment, 40, random.Random(1))

    first = page(environment, values=True)
    second = page(environment, first.next_cursor, values=True)

    assert (len(first.items), first.total) == (37, 40)
    assert (len(second.items), second.total, second.next_cursor) == (3, 40, None)


def test_deleting_the_last_row_of_a_page_does_not_break_the_walk(environment):
    rows = make_rows(environment, 20, random.Random(3))
    first = page(environment, limit=10)
    seen = [row.pk for row in first.items]
    first.items[-1].delete()

    second = page(environment, first.next_cursor, limit=10)

    assert sorted(seen + [row.pk for row in second.items]) == sorted(rows)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda cursor: cursor[:-1],
        lambda cursor: cursor + "A",
        lambda cursor: cursor + "=",
        lambda cursor: ("A" if cursor[5] != "A" else "B").join([cursor[:5], cursor[6:]]),
        lambda cursor: "é" * 20,
        lambda cursor: "a" * 3000,
        lambda cursor: "not a cursor",
    ],
)
def test_a_cursor_that_was_not_given_out_is_refused_by_name(environment, spoil):
    make_rows(environment, 40, random.Random(2))
    cursor = page(environment).next_cursor

    with pytest.raises(InvalidInput) as refusal:
        page(environment, spoil(cursor))
    assert [field.field for field in refusal.value.fields] == ["cursor"]


def test_a_cursor_works_for_its_own_environment_list_and_filters_only(
    environment, other_environment
):
    make_rows(environment, 40, random.Random(4))
    cursor = page(environment).next_cursor

    with pytest.raises(InvalidInput):
        page(other_environment, cursor)
    with pytest.raises(InvalidInput):
        page(environment, cursor, purpose="keys?status=revoked")


def test_pages_by_number_keep_their_numbers_past_the_end(environment):
    make_rows(environment, 25, random.Random(5))
    rows = ApiKey.objects.within(environment).order_by("pk")

    third = pagination.by_number(rows, page=3, limit=10)
    fourth = pagination.by_number(rows, page=4, limit=10)

    assert (len(third.items), third.total_pages, third.total_count) == (5, 3, 25)
    assert (fourth.items, fourth.current_page, fourth.total_pages) == ([], 4, 3)
