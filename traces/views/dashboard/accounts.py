"""Sign-up, sign-in, and the local login of command line tools."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema

from pulse.http.answers import answer, nothing
from pulse.http.requests import ApiRequest
from pulse.ratelimits import stores
from pulse.ratelimits.gcra import Policy
from pulse.tenancy.models import User
from pulse.times import utc_millis
from traces import schema
from traces.errors import BadRequest, InvalidKey, LoopbackOnly
from traces.models import DashboardSession
from traces.services import accounts
from traces.views.dashboard.base import OpenView, line, text, with_cookie, without_cookie

SIGN_INS_PER_MINUTE = 20
FORWARDING = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Forwarded-Host")


def user_shape(user: User) -> dict[str, Any]:
    return {
        "id": str(user.pk),
        "name": user.name,
        "email": user.email,
        "emailVerified": False,
        "image": None,
        "createdAt": utc_millis(user.date_joined),
        "updatedAt": utc_millis(user.date_joined),
    }


def holder_shape(session: DashboardSession) -> dict[str, Any]:
    """Who is signed in; a local login by key is nobody's, and stands in for its project."""
    if session.user is not None:
        return user_shape(session.user)
    return {
        "id": _holder_id(session),
        "name": "Local login",
        "email": "local-login@localhost",
        "emailVerified": False,
        "image": None,
        "createdAt": utc_millis(session.created_at),
        "updatedAt": utc_millis(session.created_at),
    }


def _holder_id(session: DashboardSession) -> str:
    if session.user_id is not None:
        return str(session.user_id)
    return session.environment.public_id if session.environment is not None else ""


def session_shape(session: DashboardSession) -> dict[str, Any]:
    """A session as its holder sees it; the token is in the cookie and nowhere else."""
    return {
        "id": session.public_id,
        "token": session.public_id,
        "userId": _holder_id(session),
        "expiresAt": utc_millis(session.expires_at),
        "createdAt": utc_millis(session.created_at),
        "updatedAt": utc_millis(session.created_at),
        "ipAddress": session.ip,
        "userAgent": session.user_agent,
    }


class SignUpView(OpenView):
    """POST /dashboard/api/signup"""

    @extend_schema(
        summary="Create an account and a project",
        request=schema.OBJECT_BODY,
        responses={201: schema.SUCCESS},
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        members = self.members()
        name, email = line(members, "name"), text(members, "email").lower()
        password, project = members.get("password"), line(members, "projectName")
        if not (name and email and project and isinstance(password, str) and password):
            raise BadRequest("Missing required fields: name, email, password, projectName")
        accounts.sign_up(name=name, email=email, password=password, project_name=project)
        return answer({"success": True}, 201)


class DirectSignUpView(OpenView):
    """POST /api/auth/sign-up/email"""

    @extend_schema(
        summary="Refused: sign-up is POST /dashboard/api/signup",
        request=schema.OBJECT_BODY,
        responses={200: schema.SUCCESS, 403: schema.ANY_OBJECT},
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        return answer(
            {"code": "SIGN_UP_DISABLED", "message": "Sign up through /dashboard/api/signup"}, 403
        )


class SignInView(OpenView):
    """POST /api/auth/sign-in/email"""

    @extend_schema(
        summary="Sign in by e-mail", request=schema.OBJECT_BODY, responses={200: schema.ANY_OBJECT}
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        policy = Policy(f"traces-sign-in:{self.ip}", SIGN_INS_PER_MINUTE, SIGN_INS_PER_MINUTE)
        decision = stores.take(policy)
        if not decision.admitted:
            wait = str(int(decision.retry_after) + 1)
            return answer(
                {"message": "Too many requests. Please try again later."},
                429,
                headers={"X-Retry-After": wait, "Retry-After": wait},
            )
        members = self.members()
        password = members.get("password")
        try:
            signed_in = accounts.sign_in(
                email=text(members, "email").lower(),
                password=password if isinstance(password, str) else "",
                ip=self.ip,
                user_agent=self.user_agent,
                now=request.now,
            )
        except accounts.WrongCredentials as error:
            return answer({"code": error.code, "message": error.message}, 401)
        except accounts.MfaRequired as error:
            return answer({"code": error.code, "message": error.message}, 403)
        shape = holder_shape(signed_in.session)
        return with_cookie(
            answer({"redirect": False, "token": signed_in.token, "user": shape}), signed_in
        )


class GetSessionView(OpenView):
    """GET /api/auth/get-session"""

    @extend_schema(summary="Get who is signed in", responses={200: schema.MAYBE_OBJECT})
    def get(self, request: ApiRequest) -> HttpResponse:
        if self.session is None:
            return answer(None)
        return answer({"session": session_shape(self.session), "user": holder_shape(self.session)})


class SignOutView(OpenView):
    """POST /api/auth/sign-out"""

    @extend_schema(summary="Sign out", request=None, responses={200: schema.SUCCESS})
    def post(self, request: ApiRequest) -> HttpResponse:
        if request._request.COOKIES and "Origin" not in request._request.headers:
            return answer(
                {"code": "MISSING_OR_NULL_ORIGIN", "message": "Missing or null Origin"}, 403
            )
        if self.session is not None:
            accounts.sign_out(self.session)
        return without_cookie(answer({"success": True}))


class LocalLoginTokenView(OpenView):
    """POST /dashboard/api/local-login-token"""

    @extend_schema(
        summary="Create a link that signs in",
        request=schema.OBJECT_BODY,
        responses={201: schema.ANY_OBJECT},
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        self._only_here()
        members = self.members()
        api_key, password = text(members, "api_key"), members.get("password")
        if not api_key and not (text(members, "email") and isinstance(password, str)):
            raise BadRequest("Missing required field: api_key, or email and password")
        try:
            token, expires_at = accounts.make_ticket(
                api_key=api_key,
                email=text(members, "email").lower(),
                password=password if isinstance(password, str) else "",
                project_id=text(members, "project_id"),
                redirect_url=text(members, "redirect_url"),
                now=request.now,
            )
        except accounts.WrongCredentials:
            raise InvalidKey("Invalid email or password") from None
        base = request._request.build_absolute_uri("/dashboard/api/local-login")
        return answer(
            {"login_url": f"{base}?token={token}", "expires_at": utc_millis(expires_at)}, 201
        )

    def _only_here(self) -> None:
        """The embedded server, called on this machine by name and by address."""
        raw = self.request._request
        host = raw.get_host().rsplit(":", 1)[0].strip("[]")
        forwarded = any(name in raw.headers for name in FORWARDING)
        local = self.ip in accounts.LOOPBACK and host in accounts.LOOPBACK
        if not settings.PULSE_EMBEDDED or not local or forwarded:
            raise LoopbackOnly


class LocalLoginView(OpenView):
    """GET /dashboard/api/local-login"""

    @extend_schema(
        summary="Sign in by such a link", parameters=[schema.TOKEN], responses={302: None}
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        signed_in, where = accounts.use_ticket(
            self.parameters.get("token", ""),
            ip=self.ip,
            user_agent=self.user_agent,
            now=request.now,
        )
        response = HttpResponse(status=302)
        response["Location"] = where
        return with_cookie(response, signed_in)

    def head(self, request: ApiRequest) -> HttpResponse:
        """What looks a link up before it is opened leaves it unused."""
        return nothing()
