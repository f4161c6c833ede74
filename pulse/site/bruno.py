"""A Bruno collection of a product, made from its OpenAPI document: one file for each operation."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from pulse import products
from pulse.site import reference
from pulse.site.library import DOCUMENTED_BASE
from pulse.site.reference import Member, Operation

_WHOLE_SEGMENT = re.compile(r"(?<=/)\{(\w+)\}(?=/|$)")
_PART_OF_SEGMENT = re.compile(r"\{(\w+)\}")


@cache
def collection(product: str) -> dict[str, str]:
    """Path in the collection → text of the file."""
    config = products.by_name(product)
    about = {"version": "1", "name": f"Pulse {config.title}", "type": "collection"}
    files = {
        "bruno.json": json.dumps(about, indent=2) + "\n",
        "collection.bru": _blocks(("auth", "mode: bearer"), ("auth:bearer", "token: {{key}}")),
        "environments/Local.bru": _blocks(("vars", f"base: {DOCUMENTED_BASE}"))
        + "vars:secret [\n  key\n]\n",
    }
    for section in reference.sections(product):
        for number, operation in enumerate(section.operations, start=1):
            files[f"{section.title}/{operation.anchor}.bru"] = _request(operation, number)
    return files


def _request(operation: Operation, number: int) -> str:
    method = operation.method.lower()
    path = _PART_OF_SEGMENT.sub(r"{{\1}}", _WHOLE_SEGMENT.sub(r":\1", operation.path))
    body = "json" if operation.body else "none"
    auth = "inherit" if operation.secured else "none"
    named = f"{operation.method} {operation.path}"
    blocks = [
        ("meta", f"name: {named}\ntype: http\nseq: {number}"),
        (method, f"url: {{{{base}}}}{path}\nbody: {body}\nauth: {auth}"),
        ("params:query", _values(operation.parameters, "query")),
        ("params:path", _path_values(operation)),
        ("headers", _values(operation.parameters, "header")),
        ("body:json", operation.body),
        ("docs", operation.description or operation.title),
    ]
    return _blocks(*[(name, text) for name, text in blocks if text])


def _values(parameters: list[Member], where: str) -> str:
    """One line for each parameter; what may be left out is switched off."""
    return "\n".join(
        f"{'' if one.required else '~'}{one.name}: " for one in parameters if one.where == where
    )


def _path_values(operation: Operation) -> str:
    return "\n".join(f"{name}: " for name in _WHOLE_SEGMENT.findall(operation.path))


def _blocks(*named: tuple[str, str]) -> str:
    return "\n".join(f"{name} {{\n{_indented(text)}\n}}\n" for name, text in named)


def _indented(text: str) -> str:
    return "\n".join(f"  {line}".rstrip() for line in text.strip("\n").splitlines())


def stale(folder: Any, product: str) -> list[str]:
    """What differs between ``folder`` and the collection: changed, missing or left-over files."""
    wanted = collection(product)
    found = {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_file()
    }
    return sorted(name for name in wanted | found if wanted.get(name) != found.get(name))
