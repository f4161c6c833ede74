"""Tenant data is read in selectors, where every function says whose."""

from __future__ import annotations

import ast

from tests.lint import sources

CREATES = {"create", "bulk_create", "get_or_create", "update_or_create", "create_user"}
WRITERS = ("services", "ingest", "digest", "seed", "demo", "tasks", "erasure")
EDGES = ("views", "pages", "serializers", "shapes", "consumers", "urls", "dialect")


def _objects_calls(source: sources.Source) -> list[tuple[int, str]]:
    """(line, method) of every ``Model.objects.method``."""
    return [
        (node.lineno, node.attr)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute)
        if isinstance(node.value, ast.Attribute) and node.value.attr == "objects"
    ]


def test_objects_are_read_in_selectors_only():
    found = [
        f"{source.path}:{line}: .objects.{method} belongs in selectors.py"
        for source in sources.python(*sources.PRODUCTS)
        if not source.within("selectors")
        for line, method in _objects_calls(source)
        if method not in CREATES or not source.within(*WRITERS)
    ]
    assert found == []


def test_unscoped_is_never_used_where_requests_are_answered():
    found = [
        f"{source.path}:{node.lineno}: read through a selector with an environment"
        for source in sources.python(*sources.PRODUCTS)
        if source.within(*EDGES)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and node.attr == "unscoped"
    ]
    assert found == []


def test_locks_are_taken_in_selectors_that_say_so():
    found = [
        f"{source.path}: {function.name} takes a lock; call it lock_… and put it in selectors.py"
        for source in sources.python(*sources.PRODUCTS)
        for function in ast.walk(source.tree)
        if isinstance(function, ast.FunctionDef)
        if not (
            source.within("selectors") and function.name.lstrip("_").startswith(("lock_", "claim_"))
        )
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute) and node.attr == "select_for_update"
    ]
    assert found == []
