"""Extensions beside the documented paths: scores, alerts, prices, dead letters, settings."""

from __future__ import annotations

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema

from pulse.http.answers import answer, nothing
from pulse.http.audit import audited
from pulse.http.idempotency import idempotent
from pulse.http.requests import ApiRequest
from traces import schema, serializers, shapes
from traces.errors import AlertNotFound, DeadLetterNotFound, PriceNotFound, TraceNotFound
from traces.selectors import traces as trace_selectors
from traces.selectors import upkeep as selectors
from traces.services import alerting, scoring, upkeep
from traces.views.base import Beneath, TracesView
from traces.views.recorded import TraceView

WRITE = {"GET": "read:traces", "POST": "write:traces", "DELETE": "write:traces"}
MANAGE = {
    "GET": "read:analytics",
    "POST": "write:analytics",
    "PATCH": "write:analytics",
    "DELETE": "write:analytics",
}


def _pk(text: str, missing: type[Exception]) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise missing
    return int(text)


class ScoreListView(Beneath):
    """GET and POST /v1/traces/{id}/scores"""

    required_scope = WRITE
    above = TraceView

    @extend_schema(summary="List the scores of a trace", responses=schema.ANY_OBJECT)
    def get(self, request: ApiRequest, trace_id: str) -> HttpResponse:
        if not trace_selectors.trace_exists(request.environment, trace_id):
            raise TraceNotFound
        scores = selectors.scores_of(request.environment, trace_id)
        return answer({"scores": [shapes.score(one) for one in scores]})

    @extend_schema(
        summary="Score or comment a trace",
        request=serializers.ScoreIn,
        responses={201: schema.ANY_OBJECT},
    )
    @idempotent
    def post(self, request: ApiRequest, trace_id: str) -> HttpResponse:
        values = self.parse(serializers.ScoreIn)
        score = scoring.add_score(request.environment, trace_id=trace_id, now=request.now, **values)
        return answer(shapes.score(score), 201)


class ScoreView(TracesView):
    """DELETE /v1/traces/{id}/scores/{score}"""

    required_scope = WRITE

    @extend_schema(summary="Delete a score", responses={204: None})
    def delete(self, request: ApiRequest, trace_id: str, score_id: str) -> HttpResponse:
        scoring.delete_score(request.environment, trace_id=trace_id, score_id=score_id)
        return nothing()


class ScoreTotalsView(TracesView):
    """GET /v1/analytics/scores"""

    required_scope = MANAGE

    @extend_schema(summary="Get the averages of scores", responses=schema.ANY_OBJECT)
    def get(self, request: ApiRequest) -> HttpResponse:
        return answer({"scores": selectors.score_totals(request.environment)})


class AlertListView(TracesView):
    """GET and POST /v1/analytics/alerts"""

    required_scope = MANAGE

    @extend_schema(summary="List alerts", responses=schema.ANY_OBJECT)
    def get(self, request: ApiRequest) -> HttpResponse:
        alerts = selectors.alerts(request.environment)
        return answer({"alerts": [shapes.alert(one) for one in alerts]})

    @extend_schema(
        summary="Create an alert", request=serializers.AlertIn, responses={201: schema.ANY_OBJECT}
    )
    @idempotent
    @audited("alert.created")
    def post(self, request: ApiRequest) -> HttpResponse:
        values = self.parse(serializers.AlertIn)
        alert = alerting.create_alert(request.environment, now=request.now, **values)
        return answer(shapes.alert(alert), 201)


class AlertView(TracesView):
    """GET, PATCH and DELETE /v1/analytics/alerts/{id}"""

    required_scope = MANAGE

    @extend_schema(summary="Get an alert", responses=schema.ANY_OBJECT)
    def get(self, request: ApiRequest, alert_id: str) -> HttpResponse:
        alert = selectors.alert(request.environment, alert_id)
        if alert is None:
            raise AlertNotFound
        return answer(shapes.alert(alert))

    @extend_schema(
        summary="Change an alert", request=serializers.AlertIn, responses=schema.ANY_OBJECT
    )
    @idempotent
    @audited("alert.changed")
    def patch(self, request: ApiRequest, alert_id: str) -> HttpResponse:
        values = self.parse(serializers.AlertIn, partial=True)
        alert = alerting.change_alert(request.environment, alert_id=alert_id, **values)
        return answer(shapes.alert(alert))

    @extend_schema(summary="Delete an alert", responses={204: None})
    @audited("alert.deleted")
    def delete(self, request: ApiRequest, alert_id: str) -> HttpResponse:
        alerting.delete_alert(request.environment, alert_id=alert_id)
        return nothing()


class PriceListView(TracesView):
    """GET and POST /v1/analytics/prices"""

    required_scope = MANAGE

    @extend_schema(summary="List your own prices", responses=schema.ANY_OBJECT)
    def get(self, request: ApiRequest) -> HttpResponse:
        prices = selectors.prices(request.environment)
        return answer({"prices": [shapes.price(one) for one in prices]})

    @extend_schema(
        summary="Set a price", request=serializers.PriceIn, responses={201: schema.ANY_OBJECT}
    )
    @idempotent
    @audited("price.set")
    def post(self, request: ApiRequest) -> HttpResponse:
        values = self.parse(serializers.PriceIn)
        price = upkeep.set_price(request.environment, **serializers.price_columns(values))
        return answer(shapes.price(price), 201)


class PriceView(TracesView):
    """DELETE /v1/analytics/prices/{id}"""

    required_scope = MANAGE

    @extend_schema(summary="Delete a price", responses={204: None})
    @audited("price.deleted")
    def delete(self, request: ApiRequest, price_id: str) -> HttpResponse:
        upkeep.delete_price(request.environment, price_id=_pk(price_id, PriceNotFound))
        return nothing()


class DeadLetterListView(TracesView):
    """GET /v1/analytics/dead-letters"""

    required_scope = MANAGE

    @extend_schema(summary="List what could not be stored", responses=schema.ANY_OBJECT)
    def get(self, request: ApiRequest) -> HttpResponse:
        letters = selectors.dead_letters(request.environment)
        return answer(
            {
                "deadLetters": [shapes.dead_letter(one) for one in letters[:100]],
                "total": letters.count(),
            }
        )


class DeadLetterReplayView(TracesView):
    """POST /v1/analytics/dead-letters/replay"""

    required_scope = MANAGE

    @extend_schema(
        summary="Try dead letters again",
        request=serializers.ReplayIn,
        responses={202: schema.ANY_OBJECT},
    )
    @idempotent
    @audited("dead_letters.replayed")
    def post(self, request: ApiRequest) -> HttpResponse:
        values = self.parse(serializers.ReplayIn)
        count = upkeep.replay_dead_letters(request.environment, pks=values.get("ids"))
        return answer({"status": "queued", "count": count}, 202)


class DeadLetterView(TracesView):
    """DELETE /v1/analytics/dead-letters/{id}"""

    required_scope = MANAGE

    @extend_schema(summary="Delete a dead letter", responses={204: None})
    @audited("dead_letter.discarded")
    def delete(self, request: ApiRequest, letter_id: str) -> HttpResponse:
        upkeep.discard_dead_letter(request.environment, pk=_pk(letter_id, DeadLetterNotFound))
        return nothing()


class SettingsView(TracesView):
    """GET and PATCH /v1/analytics/settings"""

    required_scope = MANAGE

    def _settings(self) -> HttpResponse:
        held = self.request.environment.settings.get("traces", {})
        return answer(
            {
                "retentionDays": held.get("retentionDays"),
                "spelling": self.default_spelling,
                "backlog": selectors.backlog(self.request.environment),
            }
        )

    @extend_schema(summary="Get retention and backlog", responses=schema.ANY_OBJECT)
    def get(self, request: ApiRequest) -> HttpResponse:
        return self._settings()

    @extend_schema(
        summary="Change retention", request=serializers.SettingsIn, responses=schema.ANY_OBJECT
    )
    @idempotent
    @audited("traces.settings")
    def patch(self, request: ApiRequest) -> HttpResponse:
        values = self.parse(serializers.SettingsIn, partial=True)
        upkeep.change_settings(request.environment, **values)
        return self._settings()
