"""Input of the extensions: scores, alerts, prices, settings."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from pulse.http.fields import (
    Choice,
    InstantField,
    StrictBoolean,
    StrictInteger,
    StrictNumber,
    StrictSerializer,
    StrictString,
)
from traces import instants, pricing
from traces.models import Alert, Score
from traces.shapes import SPELLINGS

MAX_DOLLARS = 10_000


class ScoreIn(StrictSerializer):
    name = StrictString(max_length=100)
    value = StrictNumber(required=False, allow_null=True, default=None)
    comment = StrictString(
        required=False, allow_blank=True, max_length=4000, multiline=True, default=""
    )
    source = Choice(  # type: ignore[assignment]
        choices=Score.Source.choices, required=False, default="api"
    )
    author = StrictString(required=False, allow_blank=True, max_length=200, default="")


class AlertIn(StrictSerializer):
    name = StrictString(max_length=200)
    measure = Choice(choices=Alert.Measure.choices)
    threshold = StrictNumber(min_value=0)
    windowMinutes = StrictInteger(min_value=1, max_value=43_200, source="window_minutes")  # noqa: N815
    active = StrictBoolean(required=False, default=True)


class PriceIn(StrictSerializer):
    """Dollars per million tokens."""

    provider = StrictString(required=False, allow_blank=True, max_length=50, default="")
    model = StrictString(max_length=200)
    inputPerMillion = StrictNumber(min_value=0, max_value=MAX_DOLLARS)  # noqa: N815
    cachedInputPerMillion = StrictNumber(  # noqa: N815
        min_value=0, max_value=MAX_DOLLARS, required=False, allow_null=True, default=None
    )
    outputPerMillion = StrictNumber(min_value=0, max_value=MAX_DOLLARS)  # noqa: N815
    validFrom = InstantField(required=False, allow_null=True, default=None)  # noqa: N815


def price_columns(values: dict[str, Any]) -> dict[str, Any]:
    """What PriceIn validated, as the columns of a price."""
    rate = pricing.from_dollars(
        values["inputPerMillion"], values["cachedInputPerMillion"], values["outputPerMillion"]
    )
    return {
        "provider": values["provider"],
        "model": values["model"],
        "valid_from_ms": instants.to_ms(values["validFrom"]) if values["validFrom"] else 0,
        "input_micro_cents": rate.input,
        "cached_input_micro_cents": rate.cached_input,
        "output_micro_cents": rate.output,
    }


class SettingsIn(StrictSerializer):
    retentionDays = StrictInteger(  # noqa: N815
        required=False, allow_null=True, min_value=1, max_value=3650
    )
    spelling = Choice(choices=SPELLINGS, required=False)


class ReplayIn(StrictSerializer):
    ids = serializers.ListField(child=StrictInteger(min_value=1), required=False, max_length=1000)
