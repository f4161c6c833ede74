"""Counts by 15 minutes and by UTC day, written in the transaction that writes the rows they count."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from traces.models.base import EnvironmentFirst


class Width(models.IntegerChoices):
    """Minutes a bucket holds. Every time zone's day and hour is a whole number of quarters."""

    QUARTER = 15
    DAY = 1440


class Rollup(EnvironmentFirst):
    """What the requests of one provider, model and service came to in one bucket.

    A request is a posted trace or an ``llm_call`` span; ``listed`` counts rows of the trace list,
    where all spans of one trace id are one row.
    """

    width = models.PositiveSmallIntegerField(choices=Width)
    bucket_ms = models.BigIntegerField()
    provider = models.CharField(max_length=200)
    model = models.CharField(max_length=200)
    service = models.CharField(max_length=200)
    requests = models.BigIntegerField(default=0)
    errors = models.BigIntegerField(default=0)
    listed = models.BigIntegerField(default=0)
    listed_errors = models.BigIntegerField(default=0)
    cost_micro_cents = models.BigIntegerField(default=0)
    estimated_micro_cents = models.BigIntegerField(default=0)
    input_tokens = models.BigIntegerField(default=0)
    output_tokens = models.BigIntegerField(default=0)
    latency_sum_ms = models.FloatField(default=0)
    sketch = models.TextField(default="[]", help_text="[first bin, count, count, …]")

    class Meta(EnvironmentFirst.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["environment", "width", "bucket_ms", "provider", "model", "service"],
                name="trace_rollup_once",
            )
        ]


class SpanRollup(EnvironmentFirst):
    """What the spans of one source, kind and tool came to in one bucket."""

    width = models.PositiveSmallIntegerField(choices=Width)
    bucket_ms = models.BigIntegerField()
    source = models.CharField(max_length=20)
    kind = models.CharField(max_length=20)
    tool = models.CharField(max_length=200)
    spans = models.BigIntegerField(default=0)
    errors = models.BigIntegerField(default=0)
    timed = models.BigIntegerField(default=0, help_text="Spans that carried a duration")
    duration_sum_ms = models.FloatField(default=0)

    class Meta(EnvironmentFirst.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["environment", "width", "bucket_ms", "source", "kind", "tool"],
                name="span_rollup_once",
            )
        ]
