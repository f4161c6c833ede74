"""The report's words, made from numbers alone: the same input always gives the same text.

Only a first name is used, and no word that tells gender, age or origin.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from screening.scoring import Result, TopicScore

STRONG, GOOD, DEVELOPING = 85, 70, 50
STRENGTH_PERCENT, AREA_PERCENT = 80, 70
LISTED = 3
RECOMMEND_AT, CONSIDER_AT = 75, 60
"""The thresholds of a template that sets none."""
RECOMMENDED = "Recommended for next interview stage"
RESERVED = "Consider with reservations"
NOT_RECOMMENDED = "Not recommended at this stage"


@dataclass(frozen=True, slots=True)
class Narrative:
    summary: str
    strengths: list[str]
    areas_for_improvement: list[str]
    recommendation: str


def write(result: Result, *, first_name: str, template: str, settings: dict[str, Any]) -> Narrative:
    """The deterministic report text for a scored attempt."""
    score = result.score or 0
    return Narrative(
        summary=_summary(result, first_name, template),
        strengths=_listed([t for t in result.topics if t.percent >= STRENGTH_PERCENT], best=True),
        areas_for_improvement=_listed(
            [t for t in result.topics if t.percent < AREA_PERCENT], best=False
        ),
        recommendation=recommend(score, settings),
    )


def recommend(score: int, settings: dict[str, Any]) -> str:
    """Advice, never a decision; thresholds are the template's."""
    if score >= settings.get("recommend_at", RECOMMEND_AT):
        return RECOMMENDED
    if score >= settings.get("consider_at", CONSIDER_AT):
        return RESERVED
    return NOT_RECOMMENDED


def _listed(topics: list[TopicScore], *, best: bool) -> list[str]:
    def order(topic: TopicScore) -> tuple[Fraction, str]:
        return (-topic.percent if best else topic.percent, topic.topic)

    return [one.topic for one in sorted(topics, key=order)[:LISTED]]


def _summary(result: Result, first_name: str, template: str) -> str:
    bands: dict[str, list[str]] = {"strong": [], "good": [], "developing": [], "limited": []}
    for skill in result.skills:
        bands[band(skill.score)].append(skill.skill)
    sentences = []
    if bands["strong"]:
        sentences.append(f"{first_name} demonstrated strong {_join(bands['strong'])} skills.")
    if bands["good"]:
        sentences.append(f"Knowledge of {_join(bands['good'])} is good but could be improved.")
    if bands["developing"]:
        sentences.append(f"Skills in {_join(bands['developing'])} are still developing.")
    if bands["limited"]:
        sentences.append(
            f"The answers showed limited knowledge of {_join(bands['limited'])} so far."
        )
    grasp = _GRASP[band(result.score or 0)]
    sentences.append(f"Overall, {first_name} shows {grasp} of the topics of {template}.")
    return " ".join(sentences)


_GRASP = {
    "strong": "a solid understanding",
    "good": "a good understanding",
    "developing": "a partial understanding",
    "limited": "a limited understanding",
}


def band(score: int) -> str:
    if score >= STRONG:
        return "strong"
    if score >= GOOD:
        return "good"
    return "developing" if score >= DEVELOPING else "limited"


def _join(names: list[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
