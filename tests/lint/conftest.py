"""Sizes are remarks at the end of the run, not failures."""

from __future__ import annotations

import ast
from typing import Any

from tests.lint import sources

LONGEST_FILE = 500
LONGEST_FUNCTION = 60


def pytest_terminal_summary(terminalreporter: Any) -> None:
    remarks = []
    for source in sources.python():
        lines = source.text.count("\n")
        if lines > LONGEST_FILE:
            remarks.append(f"{source.path} has {lines} lines: split it by resource")
        for node in ast.walk(source.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
                length = node.end_lineno - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    remarks.append(f"{source.path}:{node.lineno} {node.name} has {length} lines")
    if remarks:
        terminalreporter.section("worth a second look")
        for remark in remarks:
            terminalreporter.write_line(remark)
