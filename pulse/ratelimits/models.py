"""The SQL store's one table, for several processes without Redis."""

from __future__ import annotations

from django.db import models


class Bucket(models.Model):
    """One GCRA state: the theoretical arrival time of the next request, in epoch seconds."""

    name = models.CharField(max_length=200, primary_key=True)
    arrival = models.FloatField()

    def __str__(self) -> str:
        return self.name
