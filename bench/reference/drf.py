"""A list of 20 rows and a track call as one writes them first: APIView, ModelSerializer, the key
looked up by the ORM, one INSERT a request.

``gunicorn bench.reference.drf:application``; DRF_DATABASE is a SQLite file or a PostgreSQL URL, and
running this module fills it.
"""

from __future__ import annotations

import hashlib
import os
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import django
from django.conf import settings

from bench.reference import KEY


def _database(where: str) -> dict[str, Any]:
    if not where.startswith("postgresql://"):
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": where}
    parts = urlsplit(where)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": parts.username,
        "HOST": parts.hostname,
        "PORT": parts.port,
        "CONN_MAX_AGE": None,
    }


if not settings.configured:
    settings.configure(
        SECRET_KEY="reference",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        INSTALLED_APPS=["rest_framework"],
        DATABASES={"default": _database(os.environ["DRF_DATABASE"])},
        REST_FRAMEWORK={"UNAUTHENTICATED_USER": None},
        USE_TZ=True,
    )
    django.setup()

from django.core.wsgi import get_wsgi_application
from django.db import connection, models
from django.urls import path
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.response import Response
from rest_framework.views import APIView


class Key(models.Model):
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        app_label = "reference"


class Employee(models.Model):
    public_id = models.CharField(max_length=40, unique=True)
    email = models.EmailField()
    full_name = models.CharField(max_length=200)
    role = models.CharField(max_length=120)
    department = models.CharField(max_length=120)
    location = models.CharField(max_length=120)
    start_date = models.DateField()
    end_date = models.DateField(null=True)
    custom_fields = models.JSONField(default=dict)
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "reference"


class EmployeeSerializer(serializers.ModelSerializer):
    class Meta:
        model = Employee
        exclude = ("id",)


class Event(models.Model):
    name = models.CharField(max_length=200, db_index=True)
    properties = models.JSONField(default=dict)
    user_id = models.CharField(max_length=255, blank=True)
    session_id = models.CharField(max_length=255, blank=True)
    timestamp = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        app_label = "reference"


class EventSerializer(serializers.ModelSerializer):
    userId = serializers.CharField(source="user_id")  # noqa: N815
    sessionId = serializers.CharField(source="session_id")  # noqa: N815

    class Meta:
        model = Event
        fields = ("id", "name", "properties", "userId", "sessionId", "timestamp")


class KeyAuthentication(BaseAuthentication):
    def authenticate(self, request: Any) -> Any:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        key = Key.objects.filter(digest=hashlib.sha256(token.encode()).hexdigest()).first()
        if key is None:
            raise AuthenticationFailed
        return key, None


class EmployeeList(APIView):
    authentication_classes = (KeyAuthentication,)

    def get(self, request: Any) -> Response:
        rows = Employee.objects.order_by("created_at", "id")[:20]
        data = EmployeeSerializer(rows, many=True).data
        return Response({"data": data, "total_count": Employee.objects.count()})


class EventCreate(APIView):
    authentication_classes = (KeyAuthentication,)

    def post(self, request: Any) -> Response:
        event = EventSerializer(data=request.data)
        event.is_valid(raise_exception=True)
        event.save()
        return Response({"success": True, "data": event.data}, status=201)


urlpatterns = [path("employees", EmployeeList.as_view()), path("events", EventCreate.as_view())]
application = get_wsgi_application()


def fill(rows: int) -> None:
    """Create the tables and ``rows`` employees."""
    with connection.schema_editor() as editor:
        editor.create_model(Key)
        editor.create_model(Employee)
        editor.create_model(Event)
    Key.objects.create(digest=hashlib.sha256(KEY.encode()).hexdigest())
    Employee.objects.bulk_create(
        Employee(
            public_id=f"emp_{number}",
            email=f"e{number}@example.test",
            full_name=f"Employee {number}",
            role="Engineer",
            department="Platform",
            location="Torino",
            start_date=date(2025, 1, 1),
            custom_fields={"desk": number},
        )
        for number in range(rows)
    )


if __name__ == "__main__":
    fill(int(os.environ.get("DRF_ROWS", "1000")))
