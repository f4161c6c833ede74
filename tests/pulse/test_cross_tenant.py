"""A stranger's row does not exist: every operation of every document, doors included."""

from __future__ import annotations

import re
from typing import Any

import pytest

from pulse import products
from pulse.keys import bearer
from pulse.ratelimits import stores
from tests.support import contract, tenancy
from tests.support.api import ABSENT, Api
from tests.support.contract import Operation
from tests.support.tenants import Samples, rows_of, samples_of

PRODUCTS = [
    config.product for config in products.installed() if contract.operations(config.product)
]
HIDDEN = (400, 401, 403, 404, 405, 409, 410, 415, 422)
"""What a stranger's write may be answered with; a stranger's read is 404 and nothing else."""

pytestmark = pytest.mark.django_db(transaction=True)


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


def send(api: Api, operation: Operation, samples: Samples, **more: str) -> Any:
    body = samples.bodies.get(
        str(operation), ABSENT if operation.method in ("GET", "DELETE") else {}
    )
    headers = samples.headers.get(str(operation), {}) | more
    stores.store.cache_clear()  # a walk is faster than any caller may be
    return api.request(
        operation.method, filled(operation, samples), body, headers=headers, validate=False
    )


@pytest.fixture(params=PRODUCTS)
def walk(request, environment, other_environment):
    """(product, the owner's samples, a client of the owner, a client of a stranger)."""
    product = request.param
    samples = samples_of(product, environment)
    samples_of(product, other_environment)  # so that the stranger's own lists are not empty
    owner = Api(product, tenancy.make_key(product, environment))
    stranger = Api(product, tenancy.make_key(product, other_environment))
    bearer.forget_all()
    return product, samples, owner, stranger


def test_the_owner_finds_what_the_samples_name(walk):
    product, samples, owner, _ = walk
    lost = {}
    for operation in contract.operations(product):
        if operation.method == "GET" and str(operation) not in samples.own:
            response = send(owner, operation, samples)
            if response.status_code >= 400:
                lost[str(operation)] = (response.status_code, response.content[:200])
    assert lost == {}


def test_a_stranger_finds_nothing_reads_nothing_and_changes_nothing(walk, environment):
    product, samples, _, stranger = walk
    before, found = rows_of(environment), {}
    for operation in contract.operations(product):
        name = str(operation)
        if name in samples.public or name in samples.own:
            continue
        response = send(stranger, operation, samples)
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
        if rows_of(environment) != before:
            found[name] = "changed the owner's rows"
            before = rows_of(environment)
    assert found == {}


def test_without_a_key_every_operation_is_refused_before_it_looks_at_anything(walk):
    product, samples, _, _ = walk
    anonymous, open_ = Api(product), {}
    for operation in contract.operations(product):
        if str(operation) not in samples.public:
            # From a foreign page: what is open on this machine alone is closed to it.
            response = send(anonymous, operation, samples, Origin="https://elsewhere.example")
            if response.status_code not in (401, 403):
                open_[str(operation)] = (response.status_code, response.content[:100])
    assert open_ == {}


def test_a_key_of_one_product_opens_no_other(walk, environment):
    product, samples, _, _ = walk
    opened = {}
    for other in PRODUCTS:
        if other == product:
            continue
        foreign = Api(product, tenancy.make_key(other, environment))
        for operation in contract.operations(product):
            if str(operation) not in samples.public:
                response = send(foreign, operation, samples)
                if response.status_code not in (401, 403):
                    opened[f"{other}'s key: {operation}"] = response.status_code
    assert opened == {}
