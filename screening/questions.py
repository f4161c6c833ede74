"""What a question is: its checked form, what a browser may see of it, and what an answer may be.

A question is a plain mapping inside a template version:
``id, type, prompt, code, options [{id, text}], correct, scoring, answer, tolerance, unit, accepted,
keywords, rubric [{criterion, keywords, points}], language, cases, skill, topics, points, required,
shuffle_options``. Correct answers, rubrics and cases never leave the server for a candidate.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from pulse.errors import FieldError, InvalidInput

TYPES = ("single_choice", "multiple_choice", "numeric", "short_text", "long_text", "code")
MANUAL_TYPES = ("long_text", "code")
MAX_QUESTIONS = 200
SHORT_TEXT_LENGTH = 1_000
LONG_TEXT_LENGTH = 10_000
CODE_BYTES = 64 * 1024
LARGEST = 10**15
"""The largest number in a question or an answer: every reader of JSON has it exactly."""
LANGUAGES = (
    "c", "cpp", "csharp", "go", "java", "javascript", "kotlin", "php", "python", "ruby", "rust", "sql",
    "swift", "typescript", "other",
)  # fmt: skip
VISIBLE = ("id", "type", "prompt", "code", "unit", "skill", "points", "required", "language")

Question = dict[str, Any]


class AnswerRefused(ValueError):
    """The value cannot be an answer to this question; the message is for the candidate."""


def check_questions(questions: list[Question]) -> list[Question]:
    """Normalise a whole list and give ids to new questions; raises InvalidInput naming each fault."""
    _check_count(len(questions))
    faults: list[FieldError] = []
    taken = {str(one.get("id")) for one in questions if one.get("id")}
    checked = []
    for position, question in enumerate(questions):
        made = _normalise(question, taken)
        faults += [
            FieldError(f"questions.{position}.{field}", reason) for field, reason in _faults(made)
        ]
        checked.append(made)
    ids = [one["id"] for one in checked]
    if len(set(ids)) != len(ids):
        faults.append(FieldError("questions", "Question ids must be unique."))
    if faults:
        raise InvalidInput("The questions are not valid", fields=faults)
    return checked


def check_question(question: Question, *, beside: list[Question]) -> Question:
    """One more question for a list, normalised; raises InvalidInput naming its faults."""
    _check_count(len(beside) + 1)
    taken = {one["id"] for one in beside}
    made = _normalise(question, set(taken))
    faults = [FieldError(field, reason) for field, reason in _faults(made)]
    if made["id"] in taken:
        faults.append(FieldError("id", "Question ids must be unique."))
    if faults:
        raise InvalidInput("The question is not valid", fields=faults)
    return made


def _check_count(count: int) -> None:
    if count > MAX_QUESTIONS:
        raise InvalidInput(fields=[FieldError("questions", f"At most {MAX_QUESTIONS} questions.")])


def _normalise(question: Question, taken: set[str]) -> Question:
    made: Question = {
        "id": str(question.get("id") or "") or _fresh_id(taken),
        "type": question.get("type"),
        "prompt": str(question.get("prompt") or "").strip(),
        "code": question.get("code") or "",
        "skill": str(question.get("skill") or "").strip(),
        "topics": [str(one).strip() for one in question.get("topics") or [] if str(one).strip()],
        "points": _whole(question.get("points", 1)),
        "required": bool(question.get("required", False)),
    }
    kind = made["type"]
    if kind in ("single_choice", "multiple_choice"):
        made["options"] = [
            {"id": str(one.get("id") or chr(97 + at)), "text": str(one.get("text") or "").strip()}
            for at, one in enumerate(question.get("options") or [])
        ]
        made["correct"] = [str(one) for one in question.get("correct") or []]
        made["shuffle_options"] = bool(question.get("shuffle_options", True))
        made["scoring"] = question.get("scoring") or "partial"
    elif kind == "numeric":
        made |= {
            "answer": _whole(question.get("answer")),
            "tolerance": question.get("tolerance") or {},
            "unit": question.get("unit") or "",
        }
    elif kind == "short_text":
        made["accepted"] = [str(one) for one in question.get("accepted") or []]
        made["keywords"] = [
            [str(word) for word in group] for group in question.get("keywords") or []
        ]
    elif kind == "long_text":
        made["rubric"] = [
            {
                "criterion": str(one.get("criterion") or ""),
                "keywords": [str(word) for word in one.get("keywords") or []],
                "points": _whole(one.get("points", 1)),
            }
            for one in question.get("rubric") or []
        ]
    elif kind == "code":
        made["language"] = question.get("language") or "other"
        made["cases"] = list(question.get("cases") or [])
    return made


def _whole(value: Any) -> Any:
    """4.0 is written 4. A number that is too large stays as it came, to be refused."""
    whole = isinstance(value, float) and value.is_integer() and abs(value) <= LARGEST
    return int(value) if whole else value


def _fresh_id(taken: set[str]) -> str:
    at = len(taken) + 1
    while f"q{at}" in taken:
        at += 1
    taken.add(f"q{at}")
    return f"q{at}"


def _faults(question: Question) -> list[tuple[str, str]]:
    faults: list[tuple[str, str]] = []
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", question["id"]):
        faults.append(("id", "Letters, digits, dash and underscore, at most 40."))
    if question["type"] not in TYPES:
        return [*faults, ("type", f"One of {', '.join(TYPES)}.")]
    if not 1 <= len(question["prompt"]) <= 5_000:
        faults.append(("prompt", "Between 1 and 5000 characters."))
    if not 1 <= len(question["skill"]) <= 60:
        faults.append(("skill", "Between 1 and 60 characters."))
    if not _number(question["points"]) or not 0 <= question["points"] <= 100:
        faults.append(("points", "A number from 0 to 100."))
    return [*faults, *_FAULTS_OF[question["type"]](question)]


def _choice_faults(question: Question) -> list[tuple[str, str]]:
    ids = [one["id"] for one in question["options"]]
    correct = question["correct"]
    faults = []
    if not 2 <= len(ids) <= 20 or not all(one["text"] for one in question["options"]):
        faults.append(("options", "Between 2 and 20 options, each with a text."))
    if len(set(ids)) != len(ids):
        faults.append(("options", "Option ids must be unique."))
    if not correct or not set(correct) <= set(ids):
        faults.append(("correct", "Name at least one of the options."))
    elif question["type"] == "single_choice" and len(correct) != 1:
        faults.append(("correct", "Exactly one option is correct in a single choice."))
    if question["scoring"] not in ("partial", "all_or_nothing"):
        faults.append(("scoring", "One of partial, all_or_nothing."))
    return faults


def _numeric_faults(question: Question) -> list[tuple[str, str]]:
    faults = []
    if not _number(question["answer"]):
        faults.append(("answer", "A number from -10^15 to 10^15 is required."))
    for name, value in question["tolerance"].items():
        if name not in ("absolute", "relative"):
            faults.append((f"tolerance.{name}", "The tolerance is absolute or relative."))
        elif not _number(value) or value < 0:
            faults.append((f"tolerance.{name}", "A number from 0 to 10^15."))
    return faults


def _short_text_faults(question: Question) -> list[tuple[str, str]]:
    if not (question["accepted"] or question["keywords"]):
        return [("accepted", "Give accepted answers or keyword groups.")]
    if not all(question["keywords"]):
        return [("keywords", "A group without a word can never be met.")]
    return []


def _long_text_faults(question: Question) -> list[tuple[str, str]]:
    return [
        (f"rubric.{at}.points", "A number from 0 to 100.")
        for at, one in enumerate(question["rubric"])
        if not _number(one["points"]) or not 0 <= one["points"] <= 100
    ]


def _code_faults(question: Question) -> list[tuple[str, str]]:
    known = question["language"] in LANGUAGES
    return [] if known else [("language", f"One of {', '.join(LANGUAGES)}.")]


_FAULTS_OF = {
    "single_choice": _choice_faults,
    "multiple_choice": _choice_faults,
    "numeric": _numeric_faults,
    "short_text": _short_text_faults,
    "long_text": _long_text_faults,
    "code": _code_faults,
}


def _number(value: Any) -> bool:
    """A number that can be calculated with; NaN compares as false."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and -LARGEST <= value <= LARGEST


def visible(question: Question, *, shuffle_seed: int) -> Question:
    """What a candidate's browser gets; option order is the same at every look of this attempt."""
    shown = {name: question[name] for name in VISIBLE if name in question}
    if "options" in question:
        options = [dict(one) for one in question["options"]]
        if question.get("shuffle_options", True):
            random.Random(f"{shuffle_seed}:{question['id']}").shuffle(options)  # noqa: S311
        shown["options"] = options
    return shown


def check_answer(question: Question, value: Any) -> Any:
    """The value in its stored form, None when it is empty or only spaces. Raises AnswerRefused.

    A form and the page's script may send one answer each: both are stored alike.
    """
    if value is None or value == [] or (isinstance(value, str) and not value.strip()):
        return None
    return _CHECKS[question["type"]](question, value)


def _check_single(question: Question, value: Any) -> str:
    if not isinstance(value, str) or value not in {one["id"] for one in question["options"]}:
        raise AnswerRefused("Choose one of the options of this question.")
    return value


def _check_multiple(question: Question, value: Any) -> list[str]:
    ids = [one["id"] for one in question["options"]]
    if not isinstance(value, list) or not all(one in ids for one in value):
        raise AnswerRefused("Choose among the options of this question.")
    return [one for one in ids if one in value]


def _check_numeric(question: Question, value: Any) -> float | int:
    if isinstance(value, str):
        value = _parse_number(value)
    if not _number(value):
        raise AnswerRefused("Write a number, for example 12.5.")
    return value


def _parse_number(text: str) -> float | int:
    compact = unicodedata.normalize("NFKC", text).replace(" ", "").replace("_", "")
    if "," in compact and "." not in compact and re.fullmatch(r"[+-]?\d+,\d+", compact):
        compact = compact.replace(",", ".")  # a decimal comma, as much of the world writes it
    try:
        return int(compact) if re.fullmatch(r"[+-]?\d{1,15}", compact) else float(compact)
    except ValueError:
        raise AnswerRefused("Write a number, for example 12.5.") from None


def _check_short(question: Question, value: Any) -> str:
    return _text(value, SHORT_TEXT_LENGTH).strip()


def _check_long(question: Question, value: Any) -> str:
    return _text(value, LONG_TEXT_LENGTH)


def _check_code(question: Question, value: Any) -> dict[str, str] | None:
    if isinstance(value, str):
        value = {"source": value, "language": question["language"]}
    if not isinstance(value, Mapping):
        raise AnswerRefused("Send the source text and its language.")
    source = _text(value.get("source"), CODE_BYTES)
    if len(source.encode()) > CODE_BYTES:
        raise AnswerRefused("At most 64 KB of source.")
    language = str(value.get("language") or question["language"])
    if language not in LANGUAGES:
        raise AnswerRefused("This language is not offered.")
    return {"source": source, "language": language} if source.strip() else None


def _text(value: Any, limit: int) -> str:
    if not isinstance(value, str):
        raise AnswerRefused("Write a text.")
    text = value.replace("\r\n", "\n").replace("\x00", "\N{REPLACEMENT CHARACTER}")
    text = text.encode("utf-8", "replace").decode()
    if len(text) > limit:
        raise AnswerRefused(f"At most {limit:,} characters; this has {len(text):,}.")
    return text


_CHECKS = {
    "single_choice": _check_single,
    "multiple_choice": _check_multiple,
    "numeric": _check_numeric,
    "short_text": _check_short,
    "long_text": _check_long,
    "code": _check_code,
}
