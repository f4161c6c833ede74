"""What the dashboard API's views share: the session cookie, the project, and whose site asks."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from rest_framework.views import APIView

from pulse import strictjson
from pulse.errors import InvalidInput
from pulse.http.requests import ApiRequest, client_address
from traces.errors import AdminRequired, BadRequest, ForeignOrigin, NoAccess, SignInRequired
from traces.models import DashboardSession
from traces.selectors import control
from traces.services import accounts
from traces.services.accounts import SignedIn
from traces.views.base import TracesView

COOKIE = "better-auth.session_token"
SAFE = ("GET", "HEAD", "OPTIONS")


class MissingProject(BadRequest):
    message = "Missing X-Project-Id header"


def cookie_name() -> str:
    return f"__Secure-{COOKIE}" if settings.SESSION_COOKIE_SECURE else COOKIE


def session_of(request: HttpRequest, now: Any) -> DashboardSession | None:
    cookie = request.COOKIES.get(cookie_name(), "")
    return accounts.find_session(cookie, now=now) if cookie else None


def refuse_foreign_site(request: HttpRequest) -> None:
    """Unsafe requests come from our own pages or from programs, never from another site.

    Published clients send no token to check, so the browser's own headers decide. Raises ForeignOrigin.
    """
    if request.method in SAFE:
        return
    if request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
        raise ForeignOrigin
    origin = request.headers.get("Origin")
    if origin is not None and not _own(request, origin):
        raise ForeignOrigin


def _own(request: HttpRequest, origin: str) -> bool:
    own = {f"{request.scheme}://{request.get_host()}", settings.PULSE_PUBLIC_URL}
    return origin in own


def with_cookie(response: HttpResponse, signed_in: SignedIn) -> HttpResponse:
    """Set by hand: the published clients expect the value URL-encoded and the name with a dot."""
    session = signed_in.session
    seconds = int((session.expires_at - session.created_at).total_seconds())
    response.headers["Set-Cookie"] = _cookie(signed_in.cookie, seconds)
    return response


def without_cookie(response: HttpResponse) -> HttpResponse:
    response.headers["Set-Cookie"] = _cookie("", 0)
    return response


def _cookie(value: str, seconds: int) -> str:
    secure = "; Secure" if settings.SESSION_COOKIE_SECURE else ""
    return f"{cookie_name()}={value}; Max-Age={seconds}; Path=/; HttpOnly{secure}; SameSite=Lax"


def actor_of(session: DashboardSession | None) -> str:
    """The person who is signed in, or the key of a local login, as the audit log names them."""
    if session is None:
        return "system"
    return f"key:{session.key.public_id}" if session.key else f"user:{session.user_id}"


class OpenView(TracesView):
    """A view anybody may call; ``session`` is None for who is not signed in."""

    public = True
    session: DashboardSession | None = None

    def initial(self, request: ApiRequest, *args: Any, **kwargs: Any) -> None:  # type: ignore[override]
        super().initial(request, *args, **kwargs)
        refuse_foreign_site(request._request)
        self.session = session_of(request._request, request.now)

    @property
    def actor(self) -> str:
        return actor_of(self.session)

    @property
    def ip(self) -> str:
        return client_address(self.request._request)

    @property
    def user_agent(self) -> str:
        return self.request._request.headers.get("User-Agent", "")

    def members(self, refusal: str = "Invalid request body") -> dict[str, Any]:
        """The JSON object of the body, whatever its Content-Type. Raises BadRequest."""
        try:
            body = strictjson.loads(self.request._request.body)
        except InvalidInput:
            raise BadRequest(refusal) from None
        if not isinstance(body, dict):
            raise BadRequest(refusal)
        return body


def text(members: dict[str, Any], name: str) -> str:
    """A trimmed string member; anything else is absent."""
    value = members.get(name)
    return value.strip() if isinstance(value, str) else ""


def line(members: dict[str, Any], name: str) -> str:
    """The same for what is shown in one line: any white space in it is a space."""
    return " ".join(text(members, name).split())


class SignedInView(OpenView):
    """A view for signed-in people."""

    session: DashboardSession

    def initial(self, request: ApiRequest, *args: Any, **kwargs: Any) -> None:  # type: ignore[override]
        super().initial(request, *args, **kwargs)
        if self.session is None:
            raise SignInRequired


class Project(APIView):
    """Mixed into a view of the data plane, opens it to a signed-in member of X-Project-Id's project.

    Answers are in camel case only, which is what the dashboard's clients read.
    """

    public: ClassVar[bool] = True
    admin_only: ClassVar[bool] = False
    session: DashboardSession | None = None

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        refuse_foreign_site(request._request)
        session = session_of(request._request, request.now)
        if session is None:
            raise SignInRequired
        project_id = request._request.headers.get("X-Project-Id", "")
        if not project_id:
            raise MissingProject
        found = control.project_for(session, project_id)
        if found is None:
            raise NoAccess
        self.session = session
        request.environment, role = found
        request._request.environment = request.environment
        if (self.admin_only or request.method == "DELETE") and role != "admin":
            raise AdminRequired

    @property
    def actor(self) -> str:
        return actor_of(self.session)

    @property
    def may_read(self) -> bool:
        return True

    @property
    def default_spelling(self) -> str:
        return "camel"

    @property
    def parameters(self) -> dict[str, str]:
        query: Any = self.request._request.GET
        return {name: values[0] for name, values in query.lists() if name != "spelling"}
