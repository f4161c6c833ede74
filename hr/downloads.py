"""The files of exports."""

from __future__ import annotations

from hr.errors import NotYourself
from hr.exports import SCOPES
from pulse import strictjson
from pulse.doors import downloads
from pulse.doors.plain import Request, StreamingResponse
from pulse.doors.threads import in_thread
from pulse.errors import Forbidden, NotFound
from pulse.exports.selectors import get_export

_download = downloads.download("read:exports")


async def export_file(request: Request) -> StreamingResponse:
    """The file of an export: for a key that may read the list it was made of, whoever started it.

    It holds rows of many people, so it is not for a key of one person.
    """
    credential = await request.credential("read:exports")
    if credential.restricted:
        raise NotYourself
    export_id = request.params["export_id"]
    if not strictjson.storable(export_id):
        raise NotFound
    row = await in_thread(get_export, credential.environment, "hr", export_id)
    if not credential.allows(SCOPES[row.kind]):
        raise Forbidden
    return await _download(request)
