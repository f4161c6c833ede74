"""Who may look at a page: sign-in, the chosen environment, and the grant for a product in it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase

from pulse import products
from pulse.tenancy import selectors as tenancy
from pulse.tenancy.models import Environment, Member, User

CHOSEN = "environment"
View = Callable[..., HttpResponseBase]


class PageRequest(HttpRequest):
    """A request of a signed-in person, after ``require`` let it through."""

    environment: Environment
    user: User
    levels: dict[str, str]


def require(product: str = "", level: str = "view") -> Callable[[View], View]:
    """Guard a page: sign-in first, then ``request.environment`` and the grant for ``product``.

    Without a sufficient grant the page does not exist (404). An empty ``product`` asks for
    membership only; ``request.levels`` then says what the person may do with each product.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            page = cast(Any, request)
            page.environment = chosen_environment(request)
            if page.environment is None:
                raise Http404("no environment is open to this person")
            page.levels = levels(request)
            if product and not reaches(page.levels.get(product, "none"), level):
                raise Http404(f"no {level} grant for {product}")
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def require_admin(view: View) -> View:
    """Guard a page of the organization's owners and admins; for others it does not exist."""

    @require()
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not administers(cast(PageRequest, request)):
            raise Http404("owners and admins only")
        return view(request, *args, **kwargs)

    return guarded


def person(request: HttpRequest) -> User:
    """The signed-in person of a guarded page."""
    return cast(User, request.user)


def reaches(held: str, wanted: str) -> bool:
    return tenancy.LEVELS.index(held) >= tenancy.LEVELS.index(wanted)


def administers(request: PageRequest) -> bool:
    member = tenancy.member_of(request.user, request.environment.organization)
    return member is not None and member.role in (Member.Role.OWNER, Member.Role.ADMIN)


def environments(request: HttpRequest) -> list[Environment]:
    """The environments the person may choose from, read once a request."""
    known = cast(Any, request)
    if not hasattr(known, "_environments"):
        user = getattr(request, "user", None)
        signed_in = user is not None and user.is_authenticated
        known._environments = list(tenancy.environments_of(cast(User, user))) if signed_in else []
    return cast(list[Environment], known._environments)


def chosen_environment(request: HttpRequest) -> Environment | None:
    """The environment of the session; pages open on a test one."""
    rows = environments(request)
    chosen = request.session.get(CHOSEN) if hasattr(request, "session") else None
    by_choice = next((row for row in rows if row.public_id == chosen), None)
    first_test = next((row for row in rows if not row.live), None)
    return by_choice or first_test or (rows[0] if rows else None)


def choose_environment(request: HttpRequest, public_id: str) -> bool:
    """Remember another environment of this person's in the session."""
    if not any(row.public_id == public_id for row in environments(request)):
        return False
    request.session[CHOSEN] = public_id
    return True


def levels(request: HttpRequest) -> dict[str, str]:
    """Product → level (``none`` to ``manage``) in the chosen environment, read once a request."""
    known = cast(Any, request)
    if not hasattr(known, "_levels"):
        environment = chosen_environment(request)
        names = [config.product for config in products.installed()]
        known._levels = (
            tenancy.levels_of(cast(User, request.user), environment, names)
            if environment is not None
            else dict.fromkeys(names, "none")
        )
    return cast(dict[str, str], known._levels)
