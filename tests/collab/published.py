"""The published browser client, fetched from npm for the tests only, on a page of another origin."""

from __future__ import annotations

import base64
import contextlib
import functools
import hashlib
import shutil
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.support.browser import _command

PACKAGE = "@gamention/pulse-elements@0.4.6"
INTEGRITY = (
    "tDQL/rhqvEWTwktCkFn/3OwpGoxibdyWrXm1FAelmhhO6jjZ/4xugWo+Bz/A5vMvOqvLhL3iXf4+klUvMhfkKg=="
)
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Customer</title><link rel="icon" href="data:,">
</head><body style="height:3000px;font-family:sans-serif">
<h1 id="title">Dashboard</h1>
<p id="para">Some text that people who read this page can select.</p>
<div id="chart" style="width:600px;height:300px;background:#eef">Chart</div>
<script type="module">
import "./package/dist/pulse-elements.js";
const query = new URLSearchParams(location.search);
const widget = document.createElement("pulse-widget");
for (const [name, value] of query) widget.setAttribute(name, value);
document.body.append(widget);
window.widget = widget;
</script></body></html>
"""


def fetched() -> Path:
    """The folder that holds the package, from npm the first time; its bytes are checked."""
    home = Path(sys.prefix) / "pulse-elements-0.4.6"
    if not (home / "package" / "dist").is_dir():
        home.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            [*_command("npm"), "pack", PACKAGE, "--silent"],
            cwd=home,
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, (
            f"npm could not fetch {PACKAGE}: {done.stderr.strip()[-300:]}. Mend it with a registry"
            " that npm can reach; it is fetched once."
        )
        archive = next(home.glob("*.tgz"))
        digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        assert digest == INTEGRITY, "npm gave another package than the one these tests are about"
        with tarfile.open(archive) as tar:
            tar.extractall(home, filter="data")
    return home


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        return


@contextlib.contextmanager
def customer_site(folder: Path) -> Iterator[str]:
    """The customer's own web site, which embeds the widget; gives its address."""
    shutil.copytree(fetched() / "package", folder / "package")
    (folder / "index.html").write_text(PAGE)
    handler = functools.partial(_Quiet, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def address(site: str, **attributes: str) -> str:
    return f"{site}/index.html?{urlencode(attributes)}"
