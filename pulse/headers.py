"""What headers of a request say, without a framework: doors and views read them alike."""

from __future__ import annotations


def names_etag(header: str, etag: str) -> bool:
    """Whether a list of tags, or ``*``, names ``etag``.

    Weak comparison (RFC 9110, 8.8.3.2): a proxy that compresses marks our tags as weak.
    """
    tags = {one.strip().removeprefix("W/") for one in header.split(",")}
    return "*" in tags or etag.removeprefix("W/") in tags


def takes_gzip(header: str) -> bool:
    """Whether ``Accept-Encoding`` names gzip, and not with a weight of zero."""
    for one in header.lower().split(","):
        name, _, weight = one.replace(" ", "").partition(";q=")
        if name == "gzip":
            return weight.strip("0.") != "" or not weight
    return False
