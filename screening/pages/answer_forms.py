"""Questions as forms, and forms as answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from screening.models import Answer
from screening.questions import LANGUAGES, Question, visible

LONG = ("long_text", "code")


@dataclass(frozen=True, slots=True)
class Sent:
    """One answer of a form; ``base`` is the revision the page had shown."""

    question_id: str
    value: Any
    base: int | None


def rows(
    questions: list[Question],
    answers: Mapping[str, Answer],
    *,
    shuffle_seed: int,
    first: int,
    errors: Mapping[str, str],
    sent: QueryDict | None,
) -> list[dict[str, Any]]:
    """What the template needs per question; after an error the fields keep what was typed."""
    made = []
    for at, question in enumerate(questions):
        shown = visible(question, shuffle_seed=shuffle_seed)
        answer = answers.get(question["id"])
        value = answer.value if answer else None
        if sent is not None and f"shown-{question['id']}" in sent:
            value = _value(sent, question)
        shown |= {
            "number": first + at,
            "value": value,
            "base": answer.revision if answer else 0,
            "error": errors.get(question["id"], ""),
            "chosen": value if isinstance(value, list) else [value],
            "source": value.get("source", "") if isinstance(value, dict) else "",
            "chosen_language": value.get("language")
            if isinstance(value, dict)
            else question.get("language"),
            "languages": LANGUAGES,
        }
        made.append(shown)
    return made


def steps(questions: list[Question], answers: Mapping[str, Answer]) -> list[dict[str, Any]]:
    """Number, first words and state of every question."""
    return [
        {
            "id": question["id"],
            "number": at,
            "prompt": question["prompt"],
            "required": question["required"],
            "answered": question["id"] in answers and answers[question["id"]].value is not None,
        }
        for at, question in enumerate(questions, start=1)
    ]


def read(form: QueryDict, questions: Mapping[str, Question]) -> Iterator[Sent]:
    """The answers of the questions that the form showed, in the order of the screening."""
    for question_id, question in questions.items():
        if f"shown-{question_id}" not in form:
            continue
        base = form.get(f"shown-{question_id}", "")
        cleared = form.get("clear") == question_id
        yield Sent(
            question_id=question_id,
            value=None if cleared else _value(form, question),
            base=int(base[:16]) if base.isascii() and base.isdigit() else None,
        )


def _value(form: QueryDict, question: Question) -> Any:
    name = f"answer-{question['id']}"
    if question["type"] == "multiple_choice":
        chosen = form.getlist(name)
        return [one["id"] for one in question["options"] if one["id"] in chosen] or None
    text = str(form.get(name) or "")
    if not text.strip():
        return None
    if question["type"] == "code":
        language = form.get(f"language-{question['id']}") or question["language"]
        return {"source": text.replace("\r\n", "\n"), "language": language}
    return text.replace("\r\n", "\n") if question["type"] in LONG else text.strip()


def texts_of(form: QueryDict) -> list[str]:
    """Every text of a form that could not be saved, so that nobody has to write it again."""
    return [
        value
        for name, values in form.lists()
        if name.startswith("answer-")
        for value in values
        if isinstance(value, str) and len(value) > 20
    ]
