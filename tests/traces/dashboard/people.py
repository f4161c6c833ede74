"""Who uses the dashboard in these tests, and what they do with it."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpResponse

from tests.support.api import Api

PASSWORD = "correct horse 9"
ADA = {
    "name": " Ada ",
    "email": "ADA@example.com",
    "password": PASSWORD,
    "projectName": " Engines ",
}


def sign_up(client: Api, **changes: Any) -> HttpResponse:
    return client.post("/dashboard/api/signup", ADA | changes)


def sign_in(client: Api, email: str = "ada@example.com", password: str = PASSWORD) -> HttpResponse:
    response = client.post("/api/auth/sign-in/email", {"email": email, "password": password})
    found = re.match(r"better-auth\.session_token=([^;]+);", response.headers.get("Set-Cookie", ""))
    if found:
        client.client.cookies["better-auth.session_token"] = found[1]
    return response


def project(client: Api) -> dict[str, str]:
    listed = client.get("/dashboard/api/projects").json()["projects"]
    return {"X-Project-Id": listed[0]["id"]}


def ask_for_a_link(client: Api, api_key: str, redirect_url: str = "http://127.0.0.1/") -> Any:
    body = {"api_key": api_key, "redirect_url": redirect_url}
    return client.post("/dashboard/api/local-login-token", body)
