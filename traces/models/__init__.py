"""The tables of the traces product, by resource."""

from traces.models.alerting import Alert
from traces.models.control import DashboardSession, LoginTicket
from traces.models.inbox import DeadLetter, Inbox
from traces.models.pricing import CustomPrice
from traces.models.recorded import Span, Trace
from traces.models.rollups import Rollup, SpanRollup
from traces.models.scoring import Score
from traces.models.search import SearchJob
from traces.models.sessions import Session

__all__ = [
    "Alert",
    "CustomPrice",
    "DashboardSession",
    "DeadLetter",
    "Inbox",
    "LoginTicket",
    "Rollup",
    "Score",
    "SearchJob",
    "Session",
    "Span",
    "SpanRollup",
    "Trace",
]
