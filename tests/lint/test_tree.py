"""Names and texts of the repository."""

from __future__ import annotations

import re

from tests.lint import sources

HOMELESS = {"utils.py", "helpers.py", "mixins.py", "misc.py", "common.py"}
TEXT = (".py", ".md", ".toml", ".yaml", ".yml", ".in", ".html", ".js", ".css", ".txt", ".json")
LINK = re.compile(r"\[[^\]\n]+\]\(([^)#\s]+)(?:#[^)\s]*)?\)")
VENDORED = re.compile(r"(^|/)(vendor|node_modules)/")


def test_every_function_lives_with_the_noun_it_works_on():
    found = [path for path in sources.tracked() if path.rsplit("/", 1)[-1] in HOMELESS]
    assert found == [], "a function without a home belongs to the noun it works on"


def test_no_source_holds_a_promise_instead_of_code():
    marks = re.compile(r"\b(TODO|FIXME|XXX)\b")
    found = [
        f"{path}:{number}"
        for path in sources.tracked()
        if path.endswith((".py", ".html", ".css")) and not VENDORED.search(path)
        if not path.startswith("tests/lint/")
        for number, line in enumerate((sources.ROOT / path).read_text().splitlines(), 1)
        if marks.search(line)
    ]
    assert found == []


def test_the_repository_needs_nothing_outside_itself():
    outside = re.compile(r"\.\./shared\b|/(?:home|Users)/\w+/")
    found = [
        path
        for path in sources.tracked()
        if path.endswith(TEXT) and not path.startswith("tests/lint/")
        if outside.search((sources.ROOT / path).read_text(errors="replace"))
    ]
    assert found == []


def test_links_between_documents_lead_somewhere():
    broken = []
    for path in sources.tracked():
        if not path.endswith(".md") or VENDORED.search(path) or path.startswith("docs/site/"):
            continue  # docs/site is checked as it is served
        for target in LINK.findall((sources.ROOT / path).read_text()):
            if "://" in target or target.startswith(("mailto:", "/")):
                continue
            if not ((sources.ROOT / path).parent / target).exists():
                broken.append(f"{path}: {target}")
    assert broken == []


def test_every_dependency_says_why_it_is_here():
    written = (sources.ROOT / "docs" / "dependencies.md").read_text().lower()
    silent = []
    for name in ("requirements.in", "requirements-dev.in"):
        for line in (sources.ROOT / name).read_text().splitlines():
            package = re.split(r"[<>=\[;\s]", line.strip())[0].lower()
            if package and not package.startswith(("#", "-")) and f"`{package}`" not in written:
                silent.append(package)
    assert silent == [], "one line each in docs/dependencies.md"
