"""Where the kernel keeps copies of what products say about a person."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from django.db.models import Q, QuerySet

from pulse.erasure.models import Erasure
from pulse.exports.models import Export
from pulse.idempotency.models import StoredAnswer
from pulse.mail.models import OutgoingMail
from pulse.tenancy.models import Environment
from pulse.webhooks.models import Event
from pulse.webhooks.services import pad_refs


def events_about(environment: Environment, subject_ref: str) -> QuerySet[Event]:
    rows = Event.objects.within(environment)
    return rows.filter(subject_ref__contains=pad_refs(subject_ref))


def events_with(environment: Environment, text: str) -> QuerySet[Event]:
    return Event.objects.within(environment).filter(body__contains=text)


def answers_of(environment: Environment, product: str = "") -> QuerySet[StoredAnswer]:
    """Stored answers of one product, or of all."""
    rows = StoredAnswer.objects.within(environment).exclude(body=None)
    return rows.filter(product=product) if product else rows


def mails_to(
    environment: Environment, subject_ref: str, addresses: list[str]
) -> QuerySet[OutgoingMail]:
    about = Q(ref=subject_ref)
    for address in addresses:
        about |= Q(to__iexact=address)
    return OutgoingMail.objects.filter(about, environment=environment)


def finished_exports(environment: Environment) -> QuerySet[Export]:
    return Export.objects.within(environment).filter(state=Export.State.DONE)


def running_exports(environment: Environment) -> QuerySet[Export]:
    return Export.objects.within(environment).filter(state=Export.State.RUNNING)


def erased_at(environment: Environment, digest: str) -> datetime | None:
    """When the subject with this digest was last forgotten."""
    rows = Erasure.objects.within(environment).filter(digest=digest)
    return rows.values_list("erased_at", flat=True).first()


def ledger() -> dict[str, dict[str, datetime]]:
    """Public id of an environment → digest of whom it has forgotten → when last."""
    found: dict[str, dict[str, datetime]] = defaultdict(dict)
    columns = ("environment__public_id", "digest", "erased_at")
    for environment_id, digest, erased in Erasure.unscoped.values_list(*columns):
        found[environment_id][digest] = erased
    return dict(found)


def environments_called(public_ids: list[str]) -> QuerySet[Environment]:
    rows = Environment.objects.filter(public_id__in=public_ids, deleted_at=None)
    return rows.select_related("organization")
