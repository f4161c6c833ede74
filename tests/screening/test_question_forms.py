from __future__ import annotations

import pytest
from django.http import QueryDict

from screening.pages.question_forms import as_form, from_form
from screening.questions import check_questions

CASES = [
    {"stdin": "1 2", "expected": "3"},
    {"stdin": "a\nb", "expected": "a|b"},
    {"stdin": "", "expected": "C:\\new"},
]
CODE = {
    "type": "code",
    "prompt": "Join",
    "skill": "Code",
    "points": 2,
    "language": "python",
    "cases": CASES,
}
NUMBER = {
    "type": "numeric",
    "prompt": "About 100",
    "skill": "Numbers",
    "points": 1,
    "answer": 100,
    "tolerance": {"absolute": 1, "relative": 0.1},
}


CHOICE = {
    "type": "multiple_choice",
    "prompt": "Which run?",
    "skill": "Code",
    "topics": ["Loops, nested"],
    "options": [{"id": "a", "text": "for x in y:\r\n    pass"}, {"id": "b", "text": "* each"}],
    "correct": ["a"],
}
WORDS = {
    "type": "short_text",
    "prompt": "Where?",
    "skill": "Words",
    "accepted": ["Rome"],
    "keywords": [["Paris, France", "Lutetia"]],
}
ESSAY = {
    "type": "long_text",
    "prompt": "Why?",
    "skill": "Text",
    "rubric": [{"criterion": "names a | b", "keywords": ["a, b"], "points": 2}],
}


@pytest.mark.parametrize("question", [CODE, NUMBER, CHOICE, WORDS, ESSAY])
def test_a_question_that_is_opened_and_saved_stays_as_it_was(question):
    (stored,) = check_questions([dict(question)])
    shown = as_form(stored)
    form = QueryDict(mutable=True)
    for name, value in shown.items():
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            form[name.removesuffix("_text")] = "\r\n".join(str(value).splitlines())
    form.update({name: "on" for name in ("required", "shuffle_options") if stored.get(name)})

    assert check_questions([from_form(form, stored)]) == [stored]


@pytest.mark.parametrize("number", ["nan", "inf", "1e999", "many"])
def test_a_number_that_is_none_is_not_taken(number):
    form = QueryDict(mutable=True)
    form.update({"type": "numeric", "answer": number, "points": number})
    made = from_form(form, None)
    assert (made["answer"], made["points"]) == (None, None)
