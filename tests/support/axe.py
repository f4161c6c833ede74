"""axe-core on a page that a browser has open: what assistive technology would stumble over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe

SCRIPT = Axe().axe_script + Path(__file__).with_name("axe.js").read_text()
GRAVE = ("serious", "critical")
SCHEMES = ("light", "dark")
OF_LOOKS = ("color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size")
"""The rules whose verdict depends on colours and widths; the markup is the same whatever those are."""


def grave_issues(page: Any, schemes: tuple[str, ...] = SCHEMES) -> list[str]:
    """Every serious or critical issue of the page, one line a node, in light and then in dark.

    ``dark: color-contrast (serious) .badge > span: Element has insufficient color contrast …``.
    In dark only the rules of looks are asked again. Transitions are switched off, for a colour in
    between is nobody's.
    """
    found = []
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for violation in _violations(page, OF_LOOKS if scheme == "dark" else ()):
            if violation["impact"] not in GRAVE:
                continue
            found += [_line(scheme, violation, node) for node in violation["nodes"]]
    if schemes[-1] != SCHEMES[0]:
        page.emulate_media(color_scheme=SCHEMES[0])
    return found


def _violations(page: Any, rules: tuple[str, ...]) -> list[dict[str, Any]]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(SCRIPT)
    return list(page.evaluate("(rules) => pulseAxe(rules)", list(rules)))


def _line(scheme: str, violation: dict[str, Any], node: dict[str, Any]) -> str:
    checks = node["any"] + node["all"] + node["none"]
    why = checks[0]["message"] if checks else violation["help"]
    target = " ".join(str(one) for one in node["target"])
    return f"{scheme}: {violation['id']} ({violation['impact']}) {target}: {why}"
