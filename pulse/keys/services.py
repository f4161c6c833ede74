"""Minting, rotating and revoking keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import F

from pulse.keys import bearer, forms, selectors
from pulse.keys.models import ApiKey, RevocationMark
from pulse.products import KeyKind
from pulse.tenancy.models import Environment

MAX_OVERLAP = timedelta(days=30)


@transaction.atomic
def mint_key(
    environment: Environment,
    *,
    product: str,
    prefix: str,
    name: str,
    scopes: list[str],
    actor: str = "",
    restricted: bool = False,
    origins: list[str] | None = None,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """Create a key; the second member of the answer is the secret, which exists nowhere else."""
    token = forms.mint(prefix)
    row = ApiKey.objects.create(
        environment=environment,
        product=product,
        name=name,
        prefix=prefix,
        first12=token[:12],
        last4=token[-4:],
        digest=forms.digest(token),
        scopes=scopes,
        actor=actor,
        restricted=restricted,
        origins=origins or [],
        expires_at=expires_at,
    )
    return row, token


@transaction.atomic
def rotate_key(
    key: ApiKey, *, overlap: timedelta = timedelta(0), now: datetime | None = None
) -> tuple[ApiKey, str]:
    """Mint a key with the same rights, and let the old one live for ``overlap`` more (at most 30 days)."""
    now = now or datetime.now(UTC)
    fresh, token = mint_key(
        key.environment,
        product=key.product,
        prefix=key.prefix,
        name=key.name,
        scopes=list(key.scopes),
        actor=key.actor,
        restricted=key.restricted,
        origins=list(key.origins),
        expires_at=key.expires_at,
    )
    if overlap <= timedelta(0):
        revoke_key(key, now=now)
    else:
        end = now + min(overlap, MAX_OVERLAP)
        key.expires_at = min(key.expires_at, end) if key.expires_at else end
        key.save(update_fields=["expires_at"])
        _announce_revocation()
    return fresh, token


@transaction.atomic
def replace_keys(
    environment: Environment, *, product: str, kinds: Sequence[KeyKind], now: datetime | None = None
) -> list[tuple[KeyKind, ApiKey, str]]:
    """Mint one key of each kind and revoke every key the product had here: a leak ends in one step.

    A new key has the name, scopes and origins of the latest of its kind, else the kind's own.
    """
    now = now or datetime.now(UTC)
    living = list(selectors.keys_of(environment, [product]).filter(revoked_at=None))
    made = []
    for kind in kinds:
        prefix = kind.prefix(live=environment.live)
        latest = max((one for one in living if one.prefix == prefix), key=_age, default=None)
        row, token = mint_key(
            environment,
            product=product,
            prefix=prefix,
            name=latest.name if latest else kind.label,
            scopes=list(latest.scopes if latest else kind.chosen),
            origins=list(latest.origins) if latest else [],
        )
        made.append((kind, row, token))
    for one in living:
        revoke_key(one, now=now)
    return made


def _age(key: ApiKey) -> int:
    return key.pk


@transaction.atomic
def revoke_key(key: ApiKey, *, now: datetime | None = None) -> None:
    """Kill a key: at once in this process, within 5 seconds in every other."""
    ApiKey.unscoped.filter(pk=key.pk, revoked_at=None).update(revoked_at=now or datetime.now(UTC))
    _announce_revocation()


def refresh_credentials() -> None:
    """Have every process read its cached keys anew, within 5 seconds: a plan or a setting changed."""
    _announce_revocation()


def _announce_revocation() -> None:
    if not RevocationMark.objects.filter(pk=1).update(version=F("version") + 1):
        RevocationMark.objects.get_or_create(pk=1, defaults={"version": 1})
    bearer.forget_all()
    transaction.on_commit(bearer.forget_all)
