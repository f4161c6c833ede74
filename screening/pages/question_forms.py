"""The template editor's form of a question: plain fields and lines of text, no script needed."""

from __future__ import annotations

import math
import re
from typing import Any

from django.http import QueryDict

from screening.questions import LARGEST, Question

RIGHT_MARK = "*"


def as_form(question: Question) -> dict[str, Any]:
    """A stored question as the form's fields."""
    correct = set(question.get("correct", []))
    return question | {
        "topics_text": ", ".join(question.get("topics", [])),
        "options_text": "\n".join(
            f"{RIGHT_MARK if one['id'] in correct else ' '} {one['text']}"
            for one in question.get("options", [])
        ),
        "accepted_text": "\n".join(question.get("accepted", [])),
        "keywords_text": "\n".join(", ".join(one) for one in question.get("keywords", [])),
        "rubric_text": "\n".join(
            f"{one['criterion']} | {', '.join(one['keywords'])} | {one['points']}"
            for one in question.get("rubric", [])
        ),
        "cases_text": "\n".join(
            f"{_on_one_line(one.get('stdin', ''))} | {_on_one_line(one['expected'])}"
            for one in question.get("cases", [])
        ),
        "tolerance_text": question.get("tolerance", {}).get("absolute", ""),
    }


def as_sent(form: QueryDict) -> dict[str, Any]:
    """A form that was refused, as it was sent."""
    text = {name: str(value) for name, value in form.items()}
    return text | {
        "required": "required" in form,
        "shuffle_options": "shuffle_options" in form,
        "scoring": "all_or_nothing" if "all_or_nothing" in form else "partial",
        **{f"{name}_text": text.get(name, "") for name in (*_IN_LINES, "tolerance")},
    }


_IN_LINES = {
    "topics": ("topics",),
    "options": ("options", "correct"),
    "accepted": ("accepted",),
    "keywords": ("keywords",),
    "rubric": ("rubric",),
    "cases": ("cases",),
}
"""Lists that are written as lines or with commas, and which members each of them holds."""


def from_form(form: QueryDict, standing: Question | None) -> Question:
    """The form's fields as a question for ``check_questions``; ids of kept options stay.

    A field that nobody touched keeps what is stored, which lines and commas may not be able to say.
    """
    text = {name: str(value).replace("\r\n", "\n") for name, value in form.items()}
    options, correct = _options(text.get("options", ""), standing)
    made: Question = {
        "type": text.get("type", ""),
        "prompt": text.get("prompt", ""),
        "code": text.get("code", "").strip("\n"),
        "skill": text.get("skill", ""),
        "topics": [one.strip() for one in text.get("topics", "").split(",") if one.strip()],
        "points": _number(text.get("points", "")),
        "required": "required" in form,
        "shuffle_options": "shuffle_options" in form,
        "scoring": "all_or_nothing" if "all_or_nothing" in form else "partial",
        "options": options,
        "correct": correct,
        "answer": _number(text.get("answer", "")),
        "tolerance": (standing or {}).get("tolerance", {})
        | {"absolute": _number(text.get("tolerance", "")) or 0},
        "unit": text.get("unit", ""),
        "accepted": _lines(text.get("accepted", "")),
        "keywords": [
            [word.strip() for word in line.split(",") if word.strip()]
            for line in _lines(text.get("keywords", ""))
        ],
        "rubric": [_criterion(line) for line in _lines(text.get("rubric", ""))],
        "language": text.get("language", "other"),
        "cases": [_case(line) for line in _lines(text.get("cases", ""))],
    }
    if standing is None:
        return made
    shown = as_form(standing)
    for name, members in _IN_LINES.items():
        if text.get(name) == shown[f"{name}_text"].replace("\r\n", "\n"):
            made |= {member: standing[member] for member in members if member in standing}
    return made | {"id": standing["id"]}


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _options(text: str, standing: Question | None) -> tuple[list[dict[str, str]], list[str]]:
    known = {one["text"]: one["id"] for one in (standing or {}).get("options", [])}
    taken = set(known.values())
    free = iter(f"o{at}" for at in range(1, 200) if f"o{at}" not in taken)
    options, correct = [], []
    for line in _lines(text):
        right = line.startswith(RIGHT_MARK)
        words = line.removeprefix(RIGHT_MARK).strip()
        own = known.pop(words, None) or next(free)
        options.append({"id": own, "text": words})
        if right:
            correct.append(own)
    return options, correct


def _number(text: str) -> float | int | None:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    if not math.isfinite(value):
        return None
    return int(value) if value.is_integer() and abs(value) <= LARGEST else value


def _on_one_line(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("|", "\\|")


_ESCAPED = {"\\n": "\n", "\\|": "|", "\\\\": "\\"}


def _case(line: str) -> dict[str, str]:
    """``what goes in | what comes out``; a line break is written as ``\\n``, a bar as ``\\|``."""
    parts = re.split(r"(\\.)|\|", line)
    fields, current = [], ""
    for part in parts:
        if part is None:
            fields.append(current)
            current = ""
        else:
            current += _ESCAPED.get(part, part)
    stdin, expected = [*fields, current][:2] if fields else ("", current)
    return {"stdin": stdin.strip(" "), "expected": expected.strip(" ")}


def _criterion(line: str) -> dict[str, Any]:
    parts = [part.strip() for part in line.split("|")]
    keywords = [word.strip() for word in parts[1].split(",")] if len(parts) > 1 else []
    points = _number(parts[2]) if len(parts) > 2 else 1
    return {"criterion": parts[0], "keywords": [w for w in keywords if w], "points": points or 0}
