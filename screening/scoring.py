"""Points for answers, and scores from points: deterministic, exact, without a database.

Fractions are kept until the end, so that a third of a point is not lost three times.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from screening.questions import MANUAL_TYPES, Question


@dataclass(frozen=True, slots=True)
class Mark:
    """What one answer earned. ``provisional`` asks a person to look before it counts."""

    earned: Fraction
    possible: Fraction
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class SkillScore:
    skill: str
    score: int
    max_score: int = 100

    def as_dict(self) -> dict[str, Any]:
        return {"skill": self.skill, "score": self.score, "max_score": self.max_score}


@dataclass(frozen=True, slots=True)
class TopicScore:
    """How one topic went: a percentage, and on how many points it rests."""

    topic: str
    percent: Fraction
    possible: Fraction


@dataclass(frozen=True, slots=True)
class Result:
    """``score`` is None while a person has to review an answer."""

    score: int | None
    skills: tuple[SkillScore, ...]
    topics: tuple[TopicScore, ...]
    marks: Mapping[str, Mark]


def half_up(value: Fraction) -> int:
    """84.5 → 85: half always goes up, unlike Python's round()."""
    return int((value + Fraction(1, 2)).__floor__())


def mark(question: Question, value: Any) -> Mark:
    """The points that ``value`` earns; an unanswered question earns nothing and needs no review."""
    possible = Fraction(str(question["points"]))
    if value is None:
        return Mark(Fraction(0), possible)
    share = _SHARES[question["type"]](question, value)
    return Mark(possible * share, possible, provisional=question["type"] in MANUAL_TYPES)


def total(
    questions: list[Question],
    answers: Mapping[str, Any],
    *,
    reviewed: Mapping[str, Fraction] | None = None,
    weights: Mapping[str, float] | None = None,
    finalize: bool = False,
) -> Result:
    """Score a whole attempt.

    ``answers`` and ``reviewed`` map question ids to stored values and to a reviewer's points.
    ``finalize`` lets provisional points count as they are.
    """
    reviewed = reviewed or {}
    marks: dict[str, Mark] = {}
    for question in questions:
        own = mark(question, answers.get(question["id"]))
        if question["id"] in reviewed:
            own = Mark(min(own.possible, max(Fraction(0), reviewed[question["id"]])), own.possible)
        marks[question["id"]] = own
    skills = _skills(questions, marks)
    waiting = any(one.provisional and one.possible for one in marks.values()) and not finalize
    return Result(
        score=None if waiting else _overall(skills, weights or {}),
        skills=tuple(SkillScore(name, half_up(percent)) for name, percent in skills.items()),
        topics=_topics(questions, marks),
        marks=marks,
    )


def earnable(questions: list[Question], weights: Mapping[str, float] | None) -> bool:
    """Whether any answer can raise the score: a question with points, in a skill that counts."""
    return any(one["points"] and (weights or {}).get(one["skill"], 1) for one in questions)


def _skills(questions: list[Question], marks: Mapping[str, Mark]) -> dict[str, Fraction]:
    """Percentage per skill in the order of the template; a skill without points is left out."""
    sums: dict[str, list[Fraction]] = {}
    for question in questions:
        own = sums.setdefault(question["skill"], [Fraction(0), Fraction(0)])
        own[0] += marks[question["id"]].earned
        own[1] += marks[question["id"]].possible
    return {
        name: 100 * earned / possible for name, (earned, possible) in sums.items() if possible > 0
    }


def _overall(skills: Mapping[str, Fraction], weights: Mapping[str, float]) -> int:
    parts = [(percent, Fraction(str(weights.get(name, 1)))) for name, percent in skills.items()]
    weight = sum((one for _, one in parts), Fraction(0))
    if not weight:
        return 0
    return half_up(sum((percent * one for percent, one in parts), Fraction(0)) / weight)


def _topics(questions: list[Question], marks: Mapping[str, Mark]) -> tuple[TopicScore, ...]:
    sums: dict[str, list[Fraction]] = {}
    for question in questions:
        for topic in question["topics"]:
            own = sums.setdefault(topic, [Fraction(0), Fraction(0)])
            own[0] += marks[question["id"]].earned
            own[1] += marks[question["id"]].possible
    return tuple(
        TopicScore(topic, 100 * earned / possible, possible)
        for topic, (earned, possible) in sorted(sums.items())
        if possible > 0
    )


def fold(text: str) -> str:
    """Text as answers are compared: NFKC, case folded, single spaces, no closing full stop."""
    folded = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return folded.rstrip(".").strip()


def _single(question: Question, value: Any) -> Fraction:
    return Fraction(int(value in question["correct"]))


def _multiple(question: Question, value: Any) -> Fraction:
    """Each wrong choice takes one right one back, never below nothing."""
    chosen, correct = set(value), set(question["correct"])
    if question["scoring"] == "all_or_nothing":
        return Fraction(int(chosen == correct))
    return max(Fraction(0), Fraction(len(chosen & correct) - len(chosen - correct), len(correct)))


def _numeric(question: Question, value: Any) -> Fraction:
    wanted, given = Fraction(str(question["answer"])), Fraction(str(value))
    tolerance = question["tolerance"]
    allowed = max(
        Fraction(str(tolerance.get("absolute") or 0)),
        abs(wanted) * Fraction(str(tolerance.get("relative") or 0)),
    )
    return Fraction(int(abs(given - wanted) <= allowed))


def _short_text(question: Question, value: Any) -> Fraction:
    given = fold(value)
    if given in {fold(one) for one in question["accepted"]}:
        return Fraction(1)
    groups = question["keywords"]
    if not groups:
        return Fraction(0)
    met = sum(any(fold(word) in given for word in group) for group in groups)
    return Fraction(met, len(groups))


def _long_text(question: Question, value: Any) -> Fraction:
    """A first guess from the rubric's keywords; a person decides."""
    given = fold(value)
    rubric = question["rubric"]
    possible = sum((Fraction(str(one.get("points", 1))) for one in rubric), Fraction(0))
    if not possible:
        return Fraction(0)
    met = sum(
        (
            Fraction(str(one.get("points", 1)))
            for one in rubric
            if any(fold(word) in given for word in one.get("keywords", []))
        ),
        Fraction(0),
    )
    return met / possible


def _code(question: Question, value: Any) -> Fraction:
    return Fraction(0)


_SHARES = {
    "single_choice": _single,
    "multiple_choice": _multiple,
    "numeric": _numeric,
    "short_text": _short_text,
    "long_text": _long_text,
    "code": _code,
}
