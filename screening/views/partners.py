"""What tracking systems share: they send the account's key as the user name of HTTP Basic."""

from __future__ import annotations

from typing import Any

from pulse.errors import Unauthenticated
from pulse.http.requests import ApiRequest
from screening.views.base import ScreeningApiView


class PartnerView(ScreeningApiView):
    """The gate reads a key from Basic and from Bearer here; whoever sent none is asked for Basic."""

    def initial(self, request: ApiRequest, *args: Any, **kwargs: Any) -> None:  # type: ignore[override]
        try:
            super().initial(request, *args, **kwargs)
        except Unauthenticated as refused:
            headers = {"WWW-Authenticate": 'Basic realm="screening"'}
            raise Unauthenticated(headers=headers) from refused
