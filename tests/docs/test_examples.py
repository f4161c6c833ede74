"""Pairs of a request and its answer, sent in the order of their page to the sample data."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.conf import settings
from django.utils.module_loading import import_string

from pulse import products
from pulse.site import library
from tests.docs.blocks import Block, blocks
from tests.support.api import ABSENT
from tests.support.tenancy import FORMS

pytestmark = pytest.mark.django_db(transaction=True)

WILDCARDS = {
    "<id>": r"[A-Za-z0-9_-]+",
    "<time>": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z",
    "<date>": r"\d{4}-\d\d-\d\d",
    "<text>": r".+",
}


def requests(product: str) -> list[Block]:
    return [block for block in blocks("http") if block.page == f"examples-{product}"]


def answer_to(request: Block) -> Block:
    name = request.named("example")
    found = [one for one in blocks("json") if name and one.named("answers") == name]
    assert len(found) == 1, f"{request.page}:{request.line} has {len(found)} answers"
    return found[0]


def as_shown(shown: Any, answered: Any) -> Any:
    """``answered`` with what fits a wildcard of ``shown`` replaced by it, so that the rest is compared."""
    if isinstance(shown, dict) and isinstance(answered, dict):
        return {name: as_shown(shown.get(name), value) for name, value in answered.items()}
    if isinstance(shown, list) and isinstance(answered, list) and len(shown) == len(answered):
        return [as_shown(*pair) for pair in zip(shown, answered, strict=True)]
    fits = isinstance(answered, str) and re.fullmatch(WILDCARDS.get(str(shown), "(?!)"), answered)
    return shown if fits else answered


@pytest.mark.parametrize("product", tuple(FORMS))
def test_examples_are_answered_as_they_say(api, environment, product):
    import_string(products.by_name(product).seed)(environment)
    client = api(product)
    shown, answered = [], []

    for block in requests(product):
        line, _, body = block.code.partition("\n")
        method, path = line.split(" ")
        response = client.request(method, path, json.loads(body) if body.strip() else ABSENT)
        answer = answer_to(block)
        text = answer.code.replace(library.DOCUMENTED_BASE, settings.PULSE_PUBLIC_URL)
        expected = (line, answer.status, json.loads(text))
        shown.append(expected)
        answered.append(
            (line, str(response.status_code), as_shown(expected[2], json.loads(response.content)))
        )

    assert shown != []
    assert answered == shown


def test_every_answer_that_is_shown_belongs_to_a_request():
    asked = {one.named("example") for one in blocks("http")}
    answered = [one.named("answers") for one in blocks("json") if one.named("answers")]

    assert sorted(answered) == sorted(asked - {""})
