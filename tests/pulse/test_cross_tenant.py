"""A stranger's row does not exist: every operation of every document, doors included."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest

from pulse import products
from pulse.keys import bearer
from tests.support import contract, limits, tenancy
from tests.support.api import ABSENT, Api
from tests.support.contract import Operation
from tests.support.tenants import Samples, rows_of, samples_of

PRODUCTS = [
    config.product for config in products.installed() if contract.operations(config.product)
]
HIDDEN = (400, 401, 403, 404, 405, 409, 410, 415, 422)
"""What a stranger's write may be answered with; a stranger's read is 404 and nothing else."""

ADMINISTRATION = {
    "hr": ["admin:keys", "admin:erase", "admin:test", "write:scim"],
    "analytics": ["admin"],
}
"""Scopes beside the default ones, so that the walk comes behind every door."""

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass(frozen=True, slots=True)
class Walk:
    product: str
    samples: Samples
    """The owner's."""
    theirs: Samples
    """The stranger's own."""
    owner: Api
    stranger: Api


def filled(operation: Operation, samples: Samples) -> str:
    """The operation's path with the sample's ids; a parameter nobody filled is a missing fixture."""
    own = samples.parameters.get(operation.path)
    values = {
        name: value for name, value in samples.parameters.items() if isinstance(value, str)
    } | (own if isinstance(own, dict) else {})
    names = re.findall(r"\{(\w+)\}", operation.path)
    missing = [name for name in names if name not in values]
    assert not missing, (
        f"{operation}: no sample for {missing} in tests/{operation.product}/tenant.py"
    )
    path = operation.path
    for name in names:
        path = path.replace("{" + name + "}", values[name])
    query = samples.queries.get(str(operation), "")
    return f"{path}?{query}" if query else path


def send(api: Api, operation: Operation, samples: Samples, headers: dict[str, str]) -> Any:
    body = samples.bodies.get(
        str(operation), ABSENT if operation.method in ("GET", "DELETE") else {}
    )
    limits.forget_all()  # a walk is faster than any caller may be
    return api.request(
        operation.method, filled(operation, samples), body, headers=headers, validate=False
    )


@pytest.fixture(params=PRODUCTS)
def walk(request, environment, other_environment):
    product = request.param
    samples = samples_of(product, environment)
    theirs = samples_of(product, other_environment)
    scopes = [*tenancy.FORMS[product].scopes, *ADMINISTRATION.get(product, [])]
    owner = Api(product, tenancy.make_key(product, environment, scopes=scopes))
    stranger = Api(product, tenancy.make_key(product, other_environment, scopes=scopes))
    bearer.forget_all()
    return Walk(product, samples, theirs, owner, stranger)


def test_the_owner_finds_what_the_samples_name(walk):
    samples = walk.samples
    lost = {}
    for operation in contract.operations(walk.product):
        if operation.method == "GET" and str(operation) not in samples.own:
            brought = samples.headers.get(str(operation), {})
            response = send(walk.owner, operation, samples, brought)
            if response.status_code >= 400:
                lost[str(operation)] = (response.status_code, response.content[:200])
    assert lost == {}


def test_a_stranger_finds_nothing_reads_nothing_and_changes_nothing(walk, environment):
    samples = walk.samples
    before, found = rows_of(environment), {}
    for operation in contract.operations(walk.product):
        name = str(operation)
        if name in samples.public or name in samples.own:
            continue
        brought = walk.theirs.headers.get(name, {})
        response = send(walk.stranger, operation, samples, brought)
        told = [marker for marker in samples.markers if marker.encode() in response.content]
        if told and response.status_code < 400:
            found[name] = f"{response.status_code} tells {told}"
        elif response.status_code >= 500:
            found[name] = response.status_code
        elif (
            "{" in operation.path
            and name not in samples.named
            and response.status_code not in ((404, 405) if operation.method == "GET" else HIDDEN)
        ):
            found[name] = f"{response.status_code} {response.content[:200]!r}"
        # Looked at after each write, to name it, and once behind all that only read.
        if operation.method != "GET" and rows_of(environment) != before:
            found[name] = "changed the owner's rows"
            before = rows_of(environment)
    assert found == {}
    assert rows_of(environment) == before


def test_without_a_key_every_operation_is_refused_before_it_looks_at_anything(walk):
    samples = walk.samples
    anonymous, open_ = Api(walk.product), {}
    for operation in contract.operations(walk.product):
        if str(operation) not in samples.public:
            # From a foreign page: what is open on this machine alone is closed to it.
            brought = {"Origin": "https://elsewhere.example"}
            response = send(anonymous, operation, samples, brought)
            if response.status_code not in (401, 403):
                open_[str(operation)] = (response.status_code, response.content[:100])
    assert open_ == {}


def test_a_key_of_one_product_opens_no_other(walk, environment):
    samples, opened = walk.samples, {}
    for other in PRODUCTS:
        if other == walk.product:
            continue
        foreign = Api(walk.product, tenancy.make_key(other, environment))
        for operation in contract.operations(walk.product):
            if str(operation) not in samples.public:
                response = send(foreign, operation, samples, {})
                if response.status_code not in (401, 403):
                    opened[f"{other}'s key: {operation}"] = response.status_code
    assert opened == {}
