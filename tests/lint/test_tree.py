"""Names and texts of the repository."""

from __future__ import annotations

import re
from importlib import metadata

from tests.lint import sources

HOMELESS = {"utils.py", "helpers.py", "mixins.py", "misc.py", "common.py"}
TEXT = (".py", ".md", ".toml", ".yaml", ".yml", ".in", ".html", ".js", ".css", ".txt", ".json")
LINK = re.compile(r"\[[^\]\n]+\]\(([^)#\s]+)(?:#[^)\s]*)?\)")
VENDORED = re.compile(r"(^|/)(vendor|node_modules)/")
FOUND_BY_OTHERS = {
    "argon2-cffi": "Django's password hasher imports it",
    "httptools": "uvicorn takes it where it is there",
    "tzdata": "zoneinfo reads it where the system has no time zones",
}


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


def required(name: str) -> set[str]:
    lines = (sources.ROOT / name).read_text().splitlines()
    return {re.split(r"[<>=\[;]", line)[0] for line in lines if re.match("[a-z]", line)}


def test_every_dependency_and_nothing_else_says_why_it_is_here():
    written = (sources.ROOT / "docs" / "dependencies.md").read_text()
    rows = re.findall(r"^\| (`.*?`) \|", written, re.MULTILINE)
    explained = {package for row in rows for package in re.findall("`(.+?)`", row)}

    wanted = required("requirements.in") | required("requirements-dev.in")
    assert explained == wanted, "one line each in docs/dependencies.md"


def test_every_dependency_of_the_product_is_named_in_it():
    named = set(re.findall(r"\w+", "".join(source.text for source in sources.python())))
    modules: dict[str, set[str]] = {}
    for module, packages in metadata.packages_distributions().items():
        for package in packages:
            modules.setdefault(package.lower().replace("_", "-"), set()).add(module)
    unnamed = {package for package in required("requirements.in") if not modules[package] & named}
    assert unnamed == set(FOUND_BY_OTHERS), "what the product does not use is not installed with it"
