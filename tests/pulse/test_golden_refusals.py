"""Every refusal of every product, byte for byte; ``WRITE_GOLDEN=1`` rewrites the files."""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pulse import errors, products
from pulse.errors import ApiError, FieldError
from pulse.http.fields import StrictSerializer

FOLDER = Path(__file__).resolve().parent.parent / "contracts"
REQUEST_ID = "req_01HR5000000000000000000001"
FIELDS = [FieldError("lines.1.name", "must not be blank", "blank")]
PRODUCTS = [config.product for config in products.installed()]
SAID = {"required", "null", "blank", "invalid", "not_a_list", "not_a_dict", "empty"} | {
    f"{end}_{what}" for end in ("min", "max") for what in ("length", "value")
}
"""The codes of a field's refusals; DRF has more, which no field of ours gives."""


def _import_everything(product: str) -> None:
    """Refusals live beside what raises them, so all modules are loaded before they are collected."""
    for package in ("pulse", product):
        found = importlib.import_module(package)
        for module in pkgutil.walk_packages(found.__path__, f"{package}."):
            parts = module.name.split(".")
            if "migrations" not in parts and parts[-1] != "__main__":
                importlib.import_module(module.name)


def _kinds(base: type[Any]) -> Iterator[type[Any]]:
    yield base
    for kind in base.__subclasses__():
        yield from _kinds(kind)


def _refusals(product: str) -> list[type[ApiError]]:
    """The kernel's kinds and this product's own."""
    kinds = {
        kind for kind in _kinds(ApiError) if kind.__module__.split(".")[0] in ("pulse", product)
    }
    return sorted(kinds, key=lambda kind: f"{kind.__module__}.{kind.__name__}")


def _spelled(product: str, error: ApiError) -> dict[str, Any]:
    refusal = products.by_name(product).dialect.render(error, REQUEST_ID)
    try:
        body = json.loads(refusal.body)
    except ValueError:
        body = refusal.body.decode()
    return {"status": refusal.status, "headers": refusal.headers, "body": body}


def _instance(kind: type[ApiError]) -> ApiError:
    """A refusal with its standing message, whatever its own constructor asks for."""
    error = kind.__new__(kind)
    ApiError.__init__(error)
    return error


def _rendered(product: str) -> dict[str, Any]:
    golden = {kind.__name__: _spelled(product, _instance(kind)) for kind in _refusals(product)}
    golden["InvalidInput on a field"] = _spelled(product, errors.InvalidInput(fields=FIELDS))
    golden["Unprocessable on a field"] = _spelled(product, errors.Unprocessable(fields=FIELDS))
    golden["TooManyRequests with a time"] = _spelled(
        product, errors.TooManyRequests(retry_after=7, details={"limit": 100, "retry_after": 7})
    )
    return golden


@pytest.mark.parametrize("product", PRODUCTS)
def test_every_refusal_is_spelled_as_the_contract_says(product):
    _import_everything(product)
    path = FOLDER / f"{product}.json"
    rendered = _rendered(product)
    if os.environ.get("WRITE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(rendered, indent=1, ensure_ascii=False) + "\n")
    golden = json.loads(path.read_text())

    assert set(rendered) == set(golden), "a refusal came or went: rewrite with WRITE_GOLDEN=1"
    for name, refusal in golden.items():
        assert rendered[name] == refusal, name


def _sentences(field: Any, place: str) -> Iterator[tuple[str, str]]:
    """What a field and the fields inside it may answer, with where that is."""
    yield from ((place, str(words)) for code, words in field.error_messages.items() if code in SAID)
    for name, inner in getattr(field, "fields", {}).items():
        yield from _sentences(inner, f"{place}.{name}")
    if getattr(field, "child", None) is not None:
        yield from _sentences(field.child, f"{place}.0")


def test_no_field_answers_in_the_words_of_the_framework():
    for product in PRODUCTS:
        _import_everything(product)
    foreign = [
        (place, words)
        for form in _kinds(StrictSerializer)
        for place, words in _sentences(form(), form.__name__)
        if words[:1].isupper()
    ]
    assert foreign == []


@pytest.mark.parametrize("product", PRODUCTS)
def test_details_never_overwrite_the_reserved_members_of_a_refusal(product):
    plain = _spelled(product, errors.Conflict())
    loaded = _spelled(
        product,
        errors.Conflict(details=dict.fromkeys(("code", "message", "request_id", "status"), "x")),
    )

    if isinstance(plain["body"], dict) and isinstance(plain["body"].get("error"), dict):
        for name in ("code", "message", "request_id", "status"):
            assert loaded["body"]["error"].get(name) == plain["body"]["error"].get(name)
    assert loaded["status"] == 409
