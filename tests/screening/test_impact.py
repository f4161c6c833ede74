from __future__ import annotations

from screening.impact import Person, report


def people(sex: str, *scores: int, ethnicity: str = "", advanced: bool | None = None):
    return [Person(score=one, advanced=advanced, sex=sex, ethnicity=ethnicity) for one in scores]


def test_rates_are_shares_above_the_median_and_ratios_compare_with_the_best():
    made = report([*people("a", 90, 90, 90, 90, 10), *people("b", 90, 10, 10, 10, 10)])
    assert made["median_score"] == 50
    assert made["sex"] == [
        {
            "group": "a", "n": 5, "selected": 4, "rate": 0.8, "impact_ratio": 1.0,
            "below_four_fifths": False, "suppressed": False, "below_two_percent": False,
        },
        {
            "group": "b", "n": 5, "selected": 1, "rate": 0.2, "impact_ratio": 0.25,
            "below_four_fifths": True, "suppressed": False, "below_two_percent": False,
        },
    ]  # fmt: skip


def test_small_groups_are_suppressed_and_unknowns_counted():
    made = report([*people("a", 1, 2, 3, 4), *people("", 9, 9)])
    assert [(g["group"], g["rate"], g["selected"], g["suppressed"]) for g in made["sex"]] == [
        ("a", None, None, True)
    ]
    assert made["unknown"] == {"sex": 2, "ethnicity": 6}


def test_nobody_selected_divides_by_nothing():
    made = report(people("a", 5, 5, 5, 5, 5))
    assert (made["sex"][0]["rate"], made["sex"][0]["impact_ratio"]) == (0.0, None)


def test_decisions_are_counted_where_they_are_the_basis():
    rows = [*people("a", 1, 1, 1, 1, 1, advanced=True), *people("a", 9), *people("b", 9)]
    made = report(rows, basis="decision")
    assert (made["total"], made["sex"][0]["rate"]) == (5, 1.0)


def test_no_people_is_an_answer_too():
    assert report([])["median_score"] is None
