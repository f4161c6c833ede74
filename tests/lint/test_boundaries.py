"""What import-linter cannot see: relations between models, and modules named by strings."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from django.apps import apps
from django.utils.module_loading import import_string

from pulse import products, pump
from pulse.celery import app
from tests.lint import sources


def test_no_product_has_a_relation_to_another_products_model():
    crossings = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and isinstance(field.related_model, type)
        if model._meta.app_label in sources.PRODUCTS
        if field.related_model._meta.app_label in sources.PRODUCTS
        if field.related_model._meta.app_label != model._meta.app_label
    ]
    assert crossings == []


def test_nothing_fetches_models_by_name_outside_migrations():
    found = [
        f"{source.path}:{node.lineno}: import the model instead"
        for source in sources.python()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and node.attr == "get_model"
    ]
    assert found == []


def _named_work(function: str) -> Iterator[tuple[str, str]]:
    """(where, name) of every call ``function("name", …)`` with a literal name."""
    for source in sources.python():
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            first = node.args[0]
            if (
                name == function
                and isinstance(first, ast.Constant)
                and isinstance(first.value, str)
            ):
                yield f"{source.path}:{node.lineno}", first.value


def test_every_name_given_to_defer_is_a_registered_task():
    app.loader.import_default_modules()
    unknown = [f"{where}: {name}" for where, name in _named_work("defer") if name not in app.tasks]
    assert unknown == []


def test_every_name_given_to_kick_is_a_pump():
    names = {one.name for one in pump.all_pumps()}
    unknown = [f"{where}: {name}" for where, name in _named_work("kick") if name not in names]
    assert unknown == []


def _declared_paths(config: products.ProductConfig) -> Iterator[str]:
    yield config.dialect_path
    yield from (door.handler for door in config.doors)
    yield from (one.run for one in config.pumps)
    yield from config.exporters.values()
    yield from (
        config.seed,
        config.socket_consumer,
        config.rate_limit_policy,
        config.open_credential,
    )


def test_every_dotted_path_a_product_declares_exists():
    for config in products.installed():
        for path in filter(None, _declared_paths(config)):
            assert callable(import_string(path)), path
    for one in pump.all_pumps():
        assert callable(import_string(one.run)), one.run
