"""What a start prints: addresses, a sign-in link, keys and a line to paste for each product."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from pulse.start import bootstrap

SAMPLES = (
    ("HR", "PULSE_HR_KEY", '/v1/employees -H "Authorization: Bearer {key}"'),
    ("Collaboration", "PULSE_COLLAB_SECRET_KEY", '/api/v1/rooms -H "Authorization: Bearer {key}"'),
    ("Screening", "PULSE_SCREENING_KEY", '/v1/candidates -H "Authorization: Bearer {key}"'),
    ("Analytics", "", "/api/v1/pulse/reports/top-events"),
    ("Traces", "PULSE_TRACES_KEY", '"/v1/traces?limit=20" -H "Authorization: Bearer {key}"'),
)


def _bold(text: str) -> str:
    return f"\033[1m{text}\033[0m" if sys.stdout.isatty() else text


def lines(url: str, sign_in: str) -> Iterator[str]:
    """On a terminal with keys and link; elsewhere only where they are kept."""
    yield ""
    yield f"  {_bold('Pulse is running.')}"
    yield ""
    for label, path in (
        ("Home", "/"),
        ("Documentation", "/docs"),
        ("Console", "/developers"),
        ("Admin", "/admin/"),
    ):
        yield f"  {label:<14} {url}{path}"
    yield f"  {'Keys':<14} {bootstrap.keys_file()}"
    if sys.stdout.isatty():
        yield ""
        yield f"  Sign in once, within 15 minutes: {sign_in}"
        yield ""
        yield from _key_lines(url)
    yield ""
    yield f"  {_bold(url)}"


def _key_lines(url: str) -> Iterator[str]:
    keys = bootstrap.read_keys()
    for title, variable, rest in SAMPLES:
        key = keys.get(variable, "")
        quoted, _, options = rest.partition(" ")
        path = quoted.strip('"')
        address = f'"{url}{path}"' if quoted.startswith('"') else f"{url}{path}"
        yield f"  {title}"
        yield f"    curl {address} {options.format(key=key)}".rstrip()
    yield ""
    for name, value in keys.items():
        if name != "PULSE_BASE_URL":
            yield f"  {name}={value}"
