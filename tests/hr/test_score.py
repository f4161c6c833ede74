from __future__ import annotations

from datetime import timedelta

import pytest

from hr import scoring
from hr.services import entries
from tests.hr.people import NOW, make_employee, refusal


def values(result: scoring.Score) -> dict[str, float | None]:
    return {one.key: one.value for one in result.factors}


def test_the_published_example_is_77_and_strong():
    inputs = scoring.Inputs(
        goals_progress_percent=76,
        allocation_percent=80,
        received=40,
        given=20,
        most_received=80,
        most_given=60,
        focus_sessions=6,
        tracked_hours=100,
        billable_hours=82,
    )

    result = scoring.score(inputs)

    assert (result.score, result.grade) == (77, "strong")
    assert round(values(result)["recognition"] or 0, 3) == 46.667
    kept = [one for one in result.factors if one.status != "not_applicable"]
    assert round(sum(one.effective_weight for one in kept), 6) == 1
    assert [one.key for one in result.factors if one.status == "not_applicable"] == ["value"]


def test_kudos_alone_are_55_and_healthy_beside_a_neutral_delivery():
    result = scoring.score(scoring.Inputs(received=40, given=20, most_received=80, most_given=60))

    assert (result.score, result.grade) == (55, "healthy")
    assert result.factors[0].status == "neutral"


def test_nothing_measured_is_no_score():
    assert scoring.score(scoring.Inputs()).score is None
    assert scoring.score(scoring.Inputs()).grade is None


@pytest.mark.parametrize(
    ("percent", "value"),
    [(0, 0), (35, 50), (70, 100), (90, 100), (95, 95), (100, 90), (120, 40), (140, 0), (999, 0)],
)
def test_utilization_follows_its_lines(percent, value):
    result = scoring.score(scoring.Inputs(allocation_percent=percent))

    assert values(result)["utilization"] == value


@pytest.mark.parametrize(
    ("mine", "peers", "value", "status"),
    [
        (10, (10, 20, 30), 100 * 0.5 / 3, "measured"),
        (30, (10, 20, 30), 100 * 2.5 / 3, "measured"),
        (30, (10, 30), 60, "not_applicable"),
        (None, (10, 20, 30), 60, "not_applicable"),
    ],
)
def test_value_is_a_rank_among_at_least_three(mine, peers, value, status):
    factor = scoring.score(scoring.Inputs(margin_per_hour=mine, peer_margins=peers)).factors[2]

    assert (factor.value, factor.status) == (value, status)


@pytest.mark.parametrize(
    ("points", "name"),
    [(85, "exceptional"), (84, "strong"), (70, "strong"), (55, "healthy"), (40, "watch"), (39, "struggling"), (0, "struggling")],
)  # fmt: skip
def test_grades_begin_where_they_are_published(points, name):
    assert scoring.grade(points) == name


@pytest.mark.parametrize(
    ("now", "before", "trend"),
    [(60, 57, "up"), (60, 58, "flat"), (57, 60, "down"), (None, 60, None), (60, None, None)],
)
def test_a_trend_takes_three_points(now, before, trend):
    assert scoring.trend(now, before) == trend


def test_the_score_is_explained_and_has_a_history(hr, environment):
    ada, bob = make_employee(environment), make_employee(environment)
    path = f"/v1/employees/{ada.public_id}"
    for giver, receiver, coins in ((bob, ada, 40), (ada, bob, 20)):
        entries.award_kudos(
            environment,
            from_employee_id=giver.public_id,
            to_employee_id=receiver.public_id,
            coins=coins,
            tag="craft",
            note="x",
            now=NOW - timedelta(days=3),
        )

    body = hr.get(f"{path}/score").json()
    history = hr.get(f"{path}/score/history?days=5").json()["data"]

    assert (body["score"], body["grade"], body["as_of"]) == (71, "strong", "2026-04-20")
    assert [one["key"] for one in body["factors"]] == list(scoring.WEIGHTS)
    assert [(one["as_of"], one["score"]) for one in history] == [
        ("2026-04-16", None),
        ("2026-04-17", 71),
        ("2026-04-18", 71),
        ("2026-04-19", 71),
        ("2026-04-20", 71),
    ]


def test_inputs_count_from_their_day_on(hr, environment):
    ada = make_employee(environment)
    path = f"/v1/employees/{ada.public_id}"

    stored = hr.put(f"{path}/score-inputs", {"allocation_percent": 80, "focus_sessions": 4})

    assert stored.json()["allocation_percent"] == 80.0
    assert hr.get(f"{path}/score").json()["score"] == 73
    assert hr.get(f"{path}/score?as_of=2026-04-19").json()["score"] is None
    assert refusal(hr.put(f"{path}/score-inputs", {"focus_sessions": -1})) == (
        400,
        "invalid_request",
        ["focus_sessions"],
    )


def test_the_score_has_a_scope_of_its_own(api, environment):
    ada = make_employee(environment)

    response = api("hr", scopes=["read:employees"]).get(f"/v1/employees/{ada.public_id}/score")

    assert refusal(response) == (403, "permission_denied", [])
