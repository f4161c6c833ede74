"""The files of exports."""

from __future__ import annotations

from hr.errors import NotYourself
from pulse.doors import downloads
from pulse.doors.plain import Request, StreamingResponse

_download = downloads.download("read:exports")


async def export_file(request: Request) -> StreamingResponse:
    """The file of an export, which holds rows of many people: not for a key of one person."""
    credential = await request.credential("read:exports")
    if credential.restricted:
        raise NotYourself
    return await _download(request)
