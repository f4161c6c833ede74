"""SCIM's own refusals and their form."""

from __future__ import annotations

from hr.errors import EmailTaken
from pulse import fastjson
from pulse.errors import (
    ApiError,
    Conflict,
    InvalidInput,
    MalformedBody,
    Refusal,
    common_headers,
)

ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
MEDIA_TYPE = "application/scim+json"


class ScimInvalid(InvalidInput):
    """A 400 with the detail code that RFC 7644, table 9, asks for."""

    code = "scim_invalid"

    def __init__(self, detail: str, kind: str = "invalidValue") -> None:
        super().__init__(detail, details={"scimType": kind})


class ScimTaken(Conflict):
    code = "scim_taken"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is already in use.", details={"scimType": "uniqueness"})


def _kind(error: ApiError) -> str:
    """The detail code of what was refused outside SCIM's own views; empty where there is none."""
    if isinstance(error, MalformedBody):
        return "invalidSyntax"
    if isinstance(error, EmailTaken):
        return "uniqueness"
    return "invalidValue" if error.status == 422 else ""


class ScimDialect:
    """``{"schemas", "status", "scimType"?, "detail"}``; the status is a string there."""

    def render(self, error: ApiError, request_id: str) -> Refusal:
        status = 400 if error.status == 422 else error.status
        kind = error.details.get("scimType") or _kind(error)
        body: dict[str, object] = {"schemas": [ERROR], "status": str(status)}
        if kind:
            body["scimType"] = kind
        body["detail"] = error.message
        headers = {**common_headers(error), "Content-Type": MEDIA_TYPE}
        return Refusal(status, headers, fastjson.dumps(body))
