"""Celery entry points of the kernel."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from celery.signals import worker_ready, worker_shutting_down

from pulse import pump as pumps


@shared_task(name="pulse.tasks.kick")
def kick(pump: str) -> None:
    pumps.kick(pump)


@worker_ready.connect
def start_pumps(sender: Any = None, **_: Any) -> None:
    """Every worker sweeps: with the broker gone, due rows are still found and done."""
    pumps.start({queue.name for queue in sender.task_consumer.queues})


@worker_shutting_down.connect
def stop_pumps(**_: Any) -> None:
    pumps.stop(timeout_seconds=20)
