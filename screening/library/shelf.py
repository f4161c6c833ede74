"""Every template of the library, by its short name."""

from __future__ import annotations

from screening.library import analyst, backend, devops, frontend, support
from screening.library.forms import Starter

SHELF: dict[str, Starter] = {
    one.STARTER.slug: one.STARTER for one in (frontend, backend, analyst, devops, support)
}
