"""``python -m bench [--large] [name …]``"""

from __future__ import annotations

import pkgutil
import sys
import time
import traceback
from importlib import import_module

import bench
from bench import table

HELPERS = {"table", "servers", "load", "reference", "events_fill", "hr_fill", "__main__"}


def main(arguments: list[str]) -> int:
    large = "--large" in arguments
    wanted = [one for one in arguments if not one.startswith("-")]
    found = sorted(
        one.name for one in pkgutil.iter_modules(bench.__path__) if one.name not in HELPERS
    )
    started = time.monotonic()
    rows: list[table.Row] = []
    broken: list[str] = []
    print(table.HEAD, end="", flush=True)
    for name in wanted or found:
        try:
            for row in import_module(f"bench.{name}").run(large=large):
                rows.append(row)
                print(row.line(), flush=True)
        except Exception:  # one bench that fails must not lose the rows of the others
            traceback.print_exc()
            broken.append(name)
    table.keep(
        rows,
        command=f"python -m bench {' '.join(arguments)}".strip(),
        seconds=time.monotonic() - started,
    )
    if broken:
        print(f"did not finish: {', '.join(broken)}", flush=True)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
