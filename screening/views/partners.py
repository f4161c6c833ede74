"""What tracking systems share: they send the account's key as the user name of HTTP Basic."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from pulse.errors import Forbidden, Unauthenticated
from pulse.http.requests import ApiRequest
from pulse.keys import bearer
from screening.views.base import ScreeningApiView

PREFIXES = ("pp_live_", "pp_test_")


class PartnerView(ScreeningApiView):
    """Public to the gate, which reads Bearer only; a key sent as Basic is checked here."""

    public = True
    scope = ""

    def initial(self, request: ApiRequest, *args: Any, **kwargs: Any) -> None:  # type: ignore[override]
        super().initial(request, *args, **kwargs)
        credential = getattr(request, "credential", None)
        if credential is None:
            credential = bearer.identify(_user_name(request), PREFIXES)
        if credential is None or credential.product != self.product:
            raise Unauthenticated(headers={"WWW-Authenticate": 'Basic realm="screening"'})
        if not credential.allows(self.scope):
            raise Forbidden
        request.credential = credential
        request.environment = credential.environment


def _user_name(request: ApiRequest) -> str:
    scheme, _, sent = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Basic":
        return ""
    try:
        return base64.b64decode(sent, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""
