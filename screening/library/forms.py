"""Short ways to write a question down; each gives the mapping that ``screening.questions`` checks."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from screening.questions import Question


@dataclass(frozen=True, slots=True)
class Starter:
    """One template of the library."""

    slug: str
    name: str
    description: str
    duration_minutes: int
    questions: tuple[Question, ...]


def single(skill: str, prompt: str, right: str, *wrong: str, **more: Any) -> Question:
    """One right option; ``topics``, ``code``, ``points`` may follow by name."""
    return _choice("single_choice", skill, prompt, [right], list(wrong), more)


def several(skill: str, prompt: str, right: list[str], wrong: list[str], **more: Any) -> Question:
    """Several right options, each worth its share."""
    return _choice("multiple_choice", skill, prompt, right, wrong, more)


def number(skill: str, prompt: str, answer: float, **more: Any) -> Question:
    return _with({"type": "numeric", "skill": skill, "prompt": prompt, "answer": answer}, more)


def words(skill: str, prompt: str, *accepted: str, **more: Any) -> Question:
    """A short text; any of ``accepted`` is right, in any case."""
    made = {"type": "short_text", "skill": skill, "prompt": prompt, "accepted": list(accepted)}
    return _with(made, more)


def essay(skill: str, prompt: str, rubric: list[tuple[str, list[str]]], **more: Any) -> Question:
    """A long text with (criterion, keywords) lines; a person has the last word."""
    lines = [{"criterion": one, "keywords": keys, "points": 1} for one, keys in rubric]
    return _with({"type": "long_text", "skill": skill, "prompt": prompt, "rubric": lines}, more)


def _choice(
    kind: str, skill: str, prompt: str, right: list[str], wrong: list[str], more: dict[str, Any]
) -> Question:
    """Options get their letters in an order that says nothing about which are right."""
    texts = [*right, *wrong]
    random.Random(prompt).shuffle(texts)  # noqa: S311
    options = [{"id": chr(97 + at), "text": text} for at, text in enumerate(texts)]
    made = {
        "type": kind,
        "skill": skill,
        "prompt": prompt,
        "options": options,
        "correct": [one["id"] for one in options if one["text"] in right],
    }
    return _with(made, more)


def _with(question: Question, more: dict[str, Any]) -> Question:
    return {"points": 4, "topics": [], **question, **more}
