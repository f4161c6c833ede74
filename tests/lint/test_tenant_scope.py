"""Tenant data is read in selectors, where every function says whose."""

from __future__ import annotations

import ast

from tests.lint import sources

WRITES = {
    "create", "bulk_create", "get_or_create", "update_or_create", "create_user",
    "update", "bulk_update", "delete",
}  # fmt: skip
WRITERS = ("services", "ingest", "digest", "seed", "samples", "tasks", "erasure", "accept")
EDGES = ("views", "pages", "serializers", "shapes", "consumers", "urls", "dialect")


def _objects_chains(source: sources.Source) -> list[tuple[int, list[str], bool]]:
    """(line, methods, whether the function writes) of every ``Model.objects.a(…).b(…)``."""
    parents = {
        child: node for node in ast.walk(source.tree) for child in ast.iter_child_nodes(node)
    }
    chains = []
    for node in ast.walk(source.tree):
        if not (isinstance(node, ast.Attribute) and node.attr == "objects"):
            continue
        methods, inner, outer = [], node, parents.get(node)
        while (isinstance(outer, ast.Attribute) and outer.value is inner) or (
            isinstance(outer, ast.Call) and outer.func is inner
        ):
            if isinstance(outer, ast.Attribute):
                methods.append(outer.attr)
            inner, outer = outer, parents.get(outer)
        while outer is not None and not isinstance(outer, ast.FunctionDef):
            outer = parents.get(outer)
        around = {
            one.attr for one in ast.walk(outer or source.tree) if isinstance(one, ast.Attribute)
        }
        chains.append((node.lineno, methods, bool(WRITES & around)))
    return chains


def test_objects_are_read_in_selectors_only():
    found = [
        f"{source.path}:{line}: .objects.{'.'.join(methods)} belongs in selectors.py"
        for source in sources.python(*sources.PRODUCTS)
        if not source.within("selectors", "management")  # commands start outside any environment
        for line, methods, writes in _objects_chains(source)
        if not (source.within(*WRITERS) and writes)
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
