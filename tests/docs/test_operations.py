"""An example for each operation: sent to the sample data, and answered in the shape that is shown.

``make examples`` records them anew.
"""

from __future__ import annotations

import dataclasses
import json
import os
from datetime import UTC, datetime

import pytest
from django.utils.module_loading import import_string

from pulse import products
from pulse.exports import services as exports
from pulse.site.examples import FOLDER, examples_of
from tests.docs.played import Played, fits, play, shape
from tests.support import contract, tenancy
from tests.support.api import Api
from traces.digest import pump as digest
from traces.services import accounts

RECORDING = "RECORD_EXAMPLES" in os.environ
PRODUCTS = [one.product for one in products.installed() if contract.operations(one.product)]


@pytest.fixture
def player(environment, tmp_path, settings):
    """Gives what each request of a product's file is answered by its sample data."""
    settings.MEDIA_ROOT = tmp_path
    settings.PULSE_SIGNUP = "open"

    def played(product: str) -> dict[str, Played]:
        now = datetime.now(UTC)
        import_string(products.by_name(product).seed)(environment)
        owner = tenancy.make_user(environment.organization, email="owner@example.com")
        scopes = [*tenancy.FORMS[product].scopes, *(["admin"] if product == "analytics" else [])]
        client = Api(product, tenancy.make_key(product, environment, scopes=scopes))
        known = {"environment": environment.public_id, "key": client.token}
        if product == "collab":
            known["publishable"] = tenancy.make_key(
                "collab", environment, prefix="pk_", scopes=["connect:rooms"]
            )
        if product == "traces":
            settings.PULSE_EMBEDDED = True  # a local login is for those who run it themselves
            known["session"] = accounts.open_session(
                user=owner, key=None, ip="", user_agent="", now=now
            ).cookie
        found: dict[str, Played] = {}
        for one in play(product, client, _settle, now, **known):
            found.setdefault(one.operation, one)
        refused = [
            f"{one.method} {one.path}: {one.status} {one.answer}"
            for one in found.values()
            if one.wrong
        ]
        assert not refused, "\n".join(refused)
        return found

    return played


def _settle() -> None:
    while exports.write_next() or digest.run():
        pass


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("product", PRODUCTS)
def test_each_example_is_answered_in_the_shape_that_is_shown(player, product):
    played = player(product)
    if RECORDING:
        _record(product, played)

    shown = examples_of(product)
    wrong = {
        name: (shown[name].status, shown[name].answer, one.status, one.answer)
        for name, one in played.items()
        if name not in shown
        or shown[name].status != str(one.status)
        or not fits(shape(shown[name].answer), shape(one.answer))
    }
    assert wrong == {}


@pytest.mark.parametrize("product", PRODUCTS)
def test_every_operation_has_an_example(product):
    operations = [str(one) for one in contract.operations(product)]

    assert sorted(examples_of(product)) == sorted(operations)


def _record(product: str, played: dict[str, Played]) -> None:
    rows = {}
    for name, one in sorted(played.items()):
        row = dataclasses.asdict(one) | {"status": str(one.status)}
        del row["operation"], row["wrong"]
        rows[name] = row
    text = json.dumps(rows, indent=1, ensure_ascii=False)
    (FOLDER / f"{product}.json").write_text(text + "\n", encoding="utf-8")
    examples_of.cache_clear()
