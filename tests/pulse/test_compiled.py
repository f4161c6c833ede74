"""SQL that is kept gives what the queryset would give, and no rows of yesterday."""

from __future__ import annotations

import pytest

from pulse.db import compiled
from pulse.keys.models import ApiKey

NAMES = ("pk", "name", "scopes", "created_at", "environment__name")


def make_key(environment, name: str) -> ApiKey:
    return ApiKey.objects.create(
        environment=environment, product="hr", name=name, digest=name, scopes=["read:*", name]
    )


def keys(environment):
    return ApiKey.objects.within(environment).filter(product="hr")


def test_rows_are_those_of_the_queryset_with_every_value_converted(environment):
    for name in ("one", "two", "three"):
        make_key(environment, name)
    build = lambda: keys(environment).values(*NAMES).order_by("pk")  # noqa: E731

    assert compiled.rows("rows", build) == list(build())


def test_kept_sql_sees_what_was_written_since(environment, django_assert_num_queries):
    build = lambda: keys(environment).values("name").order_by("pk")  # noqa: E731
    assert (compiled.rows("since", build), compiled.count("since", build)) == ([], 0)

    make_key(environment, "new")

    with django_assert_num_queries(2):
        assert compiled.rows("since", build) == [{"name": "new"}]
        assert compiled.count("since", build) == 1


def test_a_query_is_built_once_for_a_key(environment):
    built = []

    def build():
        built.append(1)
        return keys(environment).values("name")

    for _ in range(3):
        compiled.rows("once", build)

    assert len(built) == 1


def test_what_can_match_nothing_asks_the_database_nothing(environment, django_assert_num_queries):
    build = lambda: keys(environment).filter(pk__in=[]).values("name")  # noqa: E731
    with django_assert_num_queries(0):
        assert compiled.rows("nothing", build) == []
        assert compiled.count("nothing", build) == 0


def test_no_more_than_a_thousand_statements_are_kept(environment, monkeypatch):
    monkeypatch.setattr(compiled, "MAX_KEPT", 3)
    for number in range(20):
        compiled.count(f"many {number}", lambda: keys(environment))

    assert len(compiled._kept) <= 3


@pytest.fixture(autouse=True)
def _nothing_kept():
    """Environments of other tests had the same numbers."""
    compiled._kept.clear()
    yield
    compiled._kept.clear()
