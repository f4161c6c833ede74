from __future__ import annotations

from fractions import Fraction

import pytest

from screening import narrative, scoring
from screening.library.forms import essay, number, several, words
from screening.library.shelf import SHELF
from screening.questions import AnswerRefused, check_answer, check_questions, visible
from screening.scoring import Result, SkillScore, TopicScore

CHOICE = check_questions([several("S", "Pick.", ["r1", "r2"], ["w1", "w2"], points=4)])[0]
RIGHT, WRONG = CHOICE["correct"], [
    one["id"] for one in CHOICE["options"] if one["id"] not in CHOICE["correct"]
]  # fmt: skip
ONLY_ALL = {**CHOICE, "scoring": "all_or_nothing"}
NEAR = check_questions([number("S", "How many?", 10, tolerance={"relative": 0.1})])[0]
WORD = check_questions(
    [{**words("S", "Name it."), "accepted": ["Straße"], "keywords": [["red", "rot"], ["car"]]}]
)[0]
ESSAY = check_questions([essay("S", "Write.", [("a", ["alpha"]), ("b", ["beta"])], points=8)])[0]


@pytest.mark.parametrize(
    ("question", "value", "earned"),
    [
        (CHOICE, RIGHT, 4),
        (CHOICE, RIGHT[:1], 2),
        (CHOICE, [RIGHT[0], WRONG[0]], 0),
        (CHOICE, WRONG, 0),
        (CHOICE, RIGHT + WRONG, 0),
        (CHOICE, None, 0),
        (ONLY_ALL, RIGHT, 4),
        (ONLY_ALL, RIGHT[:1], 0),
        (NEAR, 11, 4),
        (NEAR, 11.01, 0),
        (WORD, "  STRASSE. ", 4),
        (WORD, "ein rotes Car", 4),
        (WORD, "a red bus", 2),
        (ESSAY, "Alpha and nothing else", 4),
    ],
)
def test_points_follow_the_rules_of_each_type(question, value, earned):
    assert scoring.mark(question, value).earned == earned


@pytest.mark.parametrize(
    ("value", "whole"), [("84.5", 85), ("84.49", 84), ("0.5", 1), ("100", 100), ("0", 0)]
)
def test_half_goes_up(value, whole):
    assert scoring.half_up(Fraction(value)) == whole


def test_the_score_is_the_mean_of_skills_and_a_skill_without_points_is_left_out():
    questions = check_questions(
        [
            number("A", "1", 1, points=9),
            number("B", "2", 2, points=1),
            number("C", "3", 3, points=0),
        ]
    )
    made = scoring.total(questions, {"q1": 1, "q2": 0, "q3": 3})
    assert made.score == 50
    assert made.skills == (SkillScore("A", 100), SkillScore("B", 0))


def test_weights_of_a_template_count():
    questions = check_questions([number("A", "1", 1), number("B", "2", 2)])
    assert scoring.total(questions, {"q1": 1}, weights={"A": 3, "B": 1}).score == 75


def test_a_template_without_points_scores_nothing():
    questions = check_questions([number("A", "1", 1, points=0)])
    assert scoring.total(questions, {"q1": 1}).score == 0


def test_a_written_answer_keeps_the_score_open_until_it_is_reviewed_or_finalized():
    questions = [ESSAY]
    answers = {ESSAY["id"]: "alpha"}
    assert scoring.total(questions, answers).score is None
    assert scoring.total(questions, answers, finalize=True).score == 50
    assert scoring.total(questions, answers, reviewed={ESSAY["id"]: Fraction(8)}).score == 100
    assert scoring.total(questions, {}).score == 0


def test_thirds_are_not_lost_on_the_way():
    questions = check_questions(
        [several("A", f"{n}", ["1", "2", "3"], ["4"], points=1) for n in range(3)]
    )
    answers = {one["id"]: one["correct"][:1] for one in questions}
    assert scoring.total(questions, answers).skills == (SkillScore("A", 33),)
    assert sum(m.earned for m in scoring.total(questions, answers).marks.values()) == 1


@pytest.mark.parametrize(
    ("question", "value"),
    [
        (CHOICE, "a"),
        (CHOICE, ["nope"]),
        (NEAR, "ten"),
        (NEAR, True),
        (NEAR, "1e400"),
        (WORD, "x" * 1001),
        (WORD, 7),
    ],
)
def test_what_cannot_be_an_answer_is_refused(question, value):
    with pytest.raises(AnswerRefused):
        check_answer(question, value)


def test_decimal_commas_and_full_width_digits_are_numbers():
    assert check_answer(NEAR, "12,5") == 12.5
    assert check_answer(NEAR, " １２ ") == 12


def test_a_browser_never_gets_what_is_right():
    for starter in SHELF.values():
        for question in check_questions([dict(one) for one in starter.questions]):
            shown = visible(question, shuffle_seed=7)
            assert not {"correct", "accepted", "keywords", "answer", "rubric", "tolerance"} & set(
                shown
            )
            assert shown == visible(question, shuffle_seed=7)


def test_option_letters_of_the_library_do_not_tell_which_is_right():
    letters = [
        letter
        for starter in SHELF.values()
        for question in starter.questions
        for letter in question.get("correct", [])
    ]
    assert {letters.count(one) > 5 for one in "abcd"} == {True}


def test_the_library_holds_what_the_documented_list_says():
    counts = {s.name: (len(s.questions), s.duration_minutes) for s in SHELF.values()}
    assert counts["Frontend Developer"] == (15, 30)
    assert counts["Backend Developer"] == (20, 45)
    assert len(counts) == 5


def test_the_report_names_bands_and_topics_and_no_gender():
    result = Result(
        score=85,
        skills=(SkillScore("JavaScript", 90), SkillScore("React", 85), SkillScore("CSS", 80)),
        topics=(
            TopicScore("Forms", Fraction(100), Fraction(4)),
            TopicScore("Arrays", Fraction(100), Fraction(4)),
            TopicScore("Hooks", Fraction(80), Fraction(4)),
            TopicScore("Types", Fraction(79), Fraction(4)),
            TopicScore("Layout", Fraction(50), Fraction(4)),
            TopicScore("Motion", Fraction(69), Fraction(4)),
        ),
        marks={},
    )
    told = narrative.write(result, first_name="Kim", template="Frontend", settings={})
    assert told.summary == (
        "Kim demonstrated strong JavaScript and React skills. Knowledge of CSS is good but could be"
        " improved. Overall, Kim shows a solid understanding of the topics of Frontend."
    )
    assert told.strengths == ["Arrays", "Forms", "Hooks"]
    assert told.areas_for_improvement == ["Layout", "Motion"]
    assert told.recommendation == "Recommended for next interview stage"


@pytest.mark.parametrize(
    ("score", "settings", "advice"),
    [
        (75, {}, "Recommended for next interview stage"),
        (74, {}, "Consider with reservations"),
        (59, {}, "Not recommended at this stage"),
        (59, {"recommend_at": 50}, "Recommended for next interview stage"),
    ],
)
def test_the_recommendation_follows_the_thresholds(score, settings, advice):
    assert narrative.recommend(score, settings) == advice
