"""That the judge of looks sees one pale text among many that look alike."""

from __future__ import annotations

import pytest

from tests.support.axe import grave_issues

pytestmark = [pytest.mark.browser, pytest.mark.once]

PAGE = """<!doctype html><html lang="en"><title>Rows</title><style>
  body { background: #fff; color: #000 }
  .pale { color: #ccc }
  .behind { background: #222 }
  @media (prefers-color-scheme: dark) { #second { color: #eee } }
</style><main><h1>Rows</h1><ul>%s</ul></main>"""
ROWS = [f"<li>Row {number}</li>" for number in range(20)]


def of_contrast(page, rows: list[str]) -> list[str]:
    page.set_content(PAGE % "".join(rows))
    return [line.partition(": Element has")[0] for line in grave_issues(page)]


def test_rows_that_look_alike_have_one_verdict_and_the_odd_one_its_own(page):
    odd = [*ROWS, '<li class="pale">Row 20</li>', '<li class="behind"><b id="b">Row 21</b></li>']

    assert of_contrast(page, ROWS) == []
    assert of_contrast(page, odd) == [
        "light: color-contrast (serious) .pale",
        "light: color-contrast (serious) #b",
        "dark: color-contrast (serious) .pale",
        "dark: color-contrast (serious) #b",
    ]


def test_what_is_pale_in_dark_only_is_found_there(page):
    assert of_contrast(page, [*ROWS, '<li id="second">Row 20</li>']) == [
        "dark: color-contrast (serious) #second"
    ]
