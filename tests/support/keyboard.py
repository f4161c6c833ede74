"""Tab presses through a page that a browser has open: what somebody without a mouse meets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

FOLLOW = Path(__file__).with_name("keyboard.js").read_text()
MOST_ROUNDS = 50

OPENERS = "details.menu > summary, [data-dialog], [data-menu]"
OPEN = """opener => opener.dataset.dialog ? document.getElementById(opener.dataset.dialog).open
  : opener.matches("summary") ? opener.parentElement.open
  : document.getElementById(opener.getAttribute("aria-controls")).checkVisibility()"""
HELD = """opener => {
  const [now, dialog] = [document.activeElement, document.getElementById(opener.dataset.dialog)];
  return dialog ? dialog.contains(now) : now === opener;
}"""
HAS_FOCUS = "opener => opener === document.activeElement"


def tab_through(page: Any, *, skipping: bool) -> list[str]:
    """What is wrong for somebody who presses Tab from the beginning of the page to its end.

    Every visible control is reached in the order of the document, shows that it has the focus, is
    not covered, and the last one lets go. ``skipping`` passes over the frame by the skip link.
    """
    page.evaluate(FOLLOW)
    wrong = []
    if skipping:
        page.keyboard.press("Tab")
        if not page.evaluate("pulseTabs.atSkipLink()"):
            return ["the first Tab does not reach the skip link"]
        page.keyboard.press("Enter")
        if not page.evaluate("pulseTabs.skip()"):
            wrong.append("the skip link does not lead to the content")
    for _ in range(MOST_ROUNDS):
        for _ in range(page.evaluate("pulseTabs.left()")):
            page.keyboard.press("Tab")
        if page.evaluate("pulseTabs.ended()"):
            break
    return wrong + page.evaluate("pulseTabs.verdict()")


def open_and_close(page: Any) -> list[str]:
    """What is wrong with the dialogs and menus of the page for somebody who has only keys.

    Enter and Space open each of them, a dialog takes the focus, Escape closes it, and the focus is
    back on what opened it.
    """
    wrong = []
    for opener in page.locator(OPENERS).filter(visible=True).element_handles():
        name = opener.evaluate("one => one.outerHTML.slice(0, 110)")
        for key in ("Enter", "Space"):
            opener.focus()
            page.keyboard.press(key)
            if not opener.evaluate(OPEN):
                wrong.append(f"{key} does not open {name}")
            elif not opener.evaluate(HELD):
                wrong.append(f"the focus is not in what opens with {name}")
            page.keyboard.press("Tab")
            page.keyboard.press("Escape")
            if opener.evaluate(OPEN):
                wrong.append(f"Escape does not close what opens with {name}")
            elif not opener.evaluate(HAS_FOCUS):
                wrong.append(f"the focus does not come back to {name}")
    return wrong
