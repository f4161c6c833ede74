"""Projects, their keys and their members."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema

from pulse.http.answers import answer
from pulse.http.audit import audited
from pulse.http.requests import ApiRequest
from pulse.keys.models import ApiKey
from pulse.times import utc_millis
from traces import schema
from traces.errors import AdminRequired, BadRequest, NoAccess
from traces.selectors import control
from traces.services import accounts, projects
from traces.views.dashboard.base import OpenView, Project, SignedInView, line, text

MAX_NAME = 100
MAX_KEY_NAME = 200
INVALID_NAME = "Missing or invalid 'name' field"


def key_shape(key: ApiKey) -> dict[str, Any]:
    """A key as it is listed: its beginning and its end; the secret was shown once."""
    shape = {
        "id": key.public_id,
        "projectId": key.environment.public_id,
        "projectName": key.environment.name,
        "key": f"{key.first12}…{key.last4}",
        "name": key.name,
        "createdAt": utc_millis(key.created_at),
    }
    if key.last_used_at is not None:
        shape["lastUsedAt"] = utc_millis(key.last_used_at)
    return shape


class ProjectListView(SignedInView):
    """GET and POST /dashboard/api/projects"""

    @extend_schema(summary="List projects", responses={200: schema.ANY_OBJECT})
    def get(self, request: ApiRequest) -> HttpResponse:
        return answer(
            {
                "projects": [
                    {
                        "id": project.public_id,
                        "name": project.name,
                        "createdAt": utc_millis(project.created_at),
                        "role": role,
                    }
                    for project, role in control.projects_of(self.session)
                ]
            }
        )

    @extend_schema(
        summary="Create a project", request=schema.OBJECT_BODY, responses={201: schema.ANY_OBJECT}
    )
    @audited("environment.created")
    def post(self, request: ApiRequest) -> HttpResponse:
        name = _project_name(self.members())
        if self.session.user is None:
            raise AdminRequired
        project, token = projects.create_project(self.session.user, name=name)
        request.environment, self.object_ref = project, project.public_id
        return answer({"projectId": project.public_id, "apiKey": token, "name": project.name}, 201)


def _project_name(members: dict[str, Any]) -> str:
    if not isinstance(members.get("name"), str):
        raise BadRequest("Missing required field: name")
    name = line(members, "name")
    if not name:
        raise BadRequest("Project name cannot be empty")
    if len(name) > MAX_NAME:
        raise BadRequest(f"Project name is longer than {MAX_NAME} characters")
    return name


class ProjectView(SignedInView):
    """PATCH and DELETE /dashboard/api/projects/{id}"""

    def _project(self, project_id: str) -> Any:
        found = control.project_for(self.session, project_id)
        if found is None:
            raise NoAccess
        project, role = found
        if role != "admin":
            raise AdminRequired
        self.request.environment = project
        return project

    @extend_schema(
        summary="Rename a project", request=schema.OBJECT_BODY, responses={200: schema.SUCCESS}
    )
    @audited("environment.renamed")
    def patch(self, request: ApiRequest, project_id: str) -> HttpResponse:
        project = self._project(project_id)
        projects.rename_project(project, name=_project_name(self.members()))
        return answer({"success": True})

    @extend_schema(summary="Delete a project with all its data", responses={200: schema.SUCCESS})
    @audited("environment.deleted")
    def delete(self, request: ApiRequest, project_id: str) -> HttpResponse:
        projects.delete_project(self._project(project_id), now=request.now)
        return answer({"success": True})


class AdminView(Project, OpenView):
    """A view of a project's admins."""

    admin_only = True


def _key_name(members: dict[str, Any]) -> str:
    name = line(members, "name")
    if len(name) > MAX_KEY_NAME:
        raise BadRequest(INVALID_NAME)
    return name


class KeyListView(AdminView):
    """GET and POST /dashboard/api/api-keys"""

    @extend_schema(
        summary="List API keys", parameters=[schema.PROJECT], responses={200: schema.ANY_OBJECT}
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        keys = control.project_keys(request.environment).select_related("environment")
        return answer({"keys": [key_shape(key) for key in keys]})

    @extend_schema(
        summary="Create an API key",
        parameters=[schema.PROJECT],
        request=schema.OBJECT_BODY,
        responses={201: schema.ANY_OBJECT},
    )
    @audited("key.minted")
    def post(self, request: ApiRequest) -> HttpResponse:
        name = _key_name(self.members()) or "API Key"
        key, token = accounts.mint_key(request.environment, name=name)
        self.object_ref = key.public_id
        return answer({"apiKey": token}, 201)


class KeyView(AdminView):
    """PATCH and DELETE /dashboard/api/api-keys/{id}"""

    @extend_schema(
        summary="Rename an API key",
        parameters=[schema.PROJECT],
        request=schema.OBJECT_BODY,
        responses={200: schema.SUCCESS},
    )
    @audited("key.renamed")
    def patch(self, request: ApiRequest, key_id: str) -> HttpResponse:
        name = _key_name(self.members())
        if not name:
            raise BadRequest(INVALID_NAME)
        projects.rename_key(request.environment, key_id=key_id, name=name)
        return answer({"success": True})

    @extend_schema(
        summary="Revoke an API key", parameters=[schema.PROJECT], responses={200: schema.SUCCESS}
    )
    @audited("key.revoked")
    def delete(self, request: ApiRequest, key_id: str) -> HttpResponse:
        projects.revoke_key(request.environment, key_id=key_id)
        return answer({"success": True})


class MemberListView(AdminView):
    """GET and POST /dashboard/api/users"""

    @extend_schema(
        summary="List members", parameters=[schema.PROJECT], responses={200: schema.ANY_OBJECT}
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        return answer(
            {
                "users": [
                    {
                        "userId": str(user.pk),
                        "name": user.name,
                        "email": user.email,
                        "role": role,
                        "createdAt": utc_millis(since),
                    }
                    for user, role, since in control.members_of(request.environment)
                ]
            }
        )

    @extend_schema(
        summary="Add a member",
        parameters=[schema.PROJECT],
        request=schema.OBJECT_BODY,
        responses={201: schema.ANY_OBJECT},
    )
    @audited("member.added")
    def post(self, request: ApiRequest) -> HttpResponse:
        members = self.members()
        email, password = text(members, "email").lower(), members.get("password")
        if not email:
            raise BadRequest("Missing required field: email")
        role = "admin" if members.get("role") == "admin" else "user"
        user, _ = projects.add_member(
            request.environment,
            email=email,
            name=line(members, "name"),
            password=password if isinstance(password, str) else "",
            role=role,
        )
        self.object_ref = f"user:{user.pk}"
        shape = {"userId": str(user.pk), "name": user.name, "email": user.email, "role": role}
        return answer({"user": shape}, 201)


class MemberView(AdminView):
    """PATCH and DELETE /dashboard/api/users/{id}"""

    @extend_schema(
        summary="Change a member's role",
        parameters=[schema.PROJECT],
        request=schema.OBJECT_BODY,
        responses={200: schema.SUCCESS},
    )
    @audited("member.changed")
    def patch(self, request: ApiRequest, user_id: str) -> HttpResponse:
        role = self.members().get("role")
        if role not in ("admin", "user"):
            raise BadRequest("Missing or invalid 'role' field")
        self.object_ref = f"user:{user_id}"
        projects.change_role(request.environment, user_id=user_id, role=role)
        return answer({"success": True})

    @extend_schema(
        summary="Remove a member", parameters=[schema.PROJECT], responses={200: schema.SUCCESS}
    )
    @audited("member.removed")
    def delete(self, request: ApiRequest, user_id: str) -> HttpResponse:
        self.object_ref = f"user:{user_id}"
        projects.remove_member(request.environment, user_id=user_id)
        return answer({"success": True})
