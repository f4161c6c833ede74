"""axe-core on a page that a browser has open: what assistive technology would stumble over."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe

AXE = Axe()
GRAVE = ("serious", "critical")
SCHEMES = ("light", "dark")
WITH_WCAG_22 = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
"""The size of targets is new in WCAG 2.2 and switched off by default."""


def grave_issues(
    page: Any, schemes: tuple[str, ...] = SCHEMES, rules: tuple[str, ...] = ()
) -> list[str]:
    """Every serious or critical issue of the page, in light and in dark, one line a node.

    ``rules`` narrows what is looked at; none means all.

    ``dark: color-contrast (serious) .badge > span: Element has insufficient color contrast …``.
    Transitions are switched off, for a colour in between is nobody's.
    """
    found = []
    options = WITH_WCAG_22 | ({"runOnly": {"type": "rule", "values": list(rules)}} if rules else {})
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for violation in _violations(page, options):
            if violation["impact"] not in GRAVE:
                continue
            found += [_line(scheme, violation, node) for node in violation["nodes"]]
    page.emulate_media(color_scheme=SCHEMES[0])
    return found


def _violations(page: Any, options: dict[str, Any]) -> list[dict[str, Any]]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.axe_script)
    return list(page.evaluate("async (how) => (await axe.run(how)).violations", options))


def _line(scheme: str, violation: dict[str, Any], node: dict[str, Any]) -> str:
    checks = node["any"] + node["all"] + node["none"]
    why = checks[0]["message"] if checks else violation["help"]
    target = " ".join(str(one) for one in node["target"])
    return f"{scheme}: {violation['id']} ({violation['impact']}) {target}: {why}"
