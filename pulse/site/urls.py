"""Addresses of the kernel's pages, mounted at the root after the products'."""

from __future__ import annotations

from django.urls import include, path
from django.views.generic import RedirectView

from pulse.site.pages import docs, environments, people, sessions, start
from pulse.site.pages.console import deliveries, endpoints, events, keys, overview, requests

urlpatterns = [
    path("", start.start, name="start"),
    path("favicon.ico", RedirectView.as_view(url="/static/site/icon.svg")),
    path("login/<str:token>", sessions.login_link, name="login_link"),
    path("environment", sessions.choose_environment, name="choose_environment"),
    path("account", sessions.profile, name="account"),
    path("accounts/", include("allauth.urls")),
    path("accounts/sessions/", include("allauth.usersessions.urls")),
    path("invitations/<str:token>", people.accept_invitation, name="accept_invitation"),
    path("settings/people", people.list_people, name="people"),
    path("settings/people/invite", people.invite, name="invite"),
    path("settings/people/<int:pk>", people.member, name="member"),
    path("settings/people/<int:pk>/remove", people.remove_member, name="remove_member"),
    path(
        "settings/people/invitations/<int:pk>/withdraw",
        people.withdraw_invitation,
        name="withdraw_invitation",
    ),
    path("settings/environments", environments.list_environments, name="environments"),
    path("settings/environments/create", environments.create, name="create_environment"),
    path("settings/environments/plans", environments.change_plans, name="change_plans"),
    path(
        "settings/environments/<str:public_id>/rename",
        environments.rename,
        name="rename_environment",
    ),
    path(
        "settings/environments/<str:public_id>/delete",
        environments.delete,
        name="delete_environment",
    ),
    path("docs", docs.index, name="docs"),
    path("docs/", RedirectView.as_view(pattern_name="docs")),
    path("docs/search", docs.search, name="docs_search"),
    path("docs/reference/<slug:product>", docs.reference, name="reference"),
    path("docs/reference/<slug:product>/bruno.zip", docs.bruno_collection, name="bruno_collection"),
    path(
        "docs/reference/<slug:product>/try/<str:anchor>", docs.try_operation, name="try_operation"
    ),
    path("docs/<slug:slug>.md", docs.markdown, name="docs_markdown"),
    path("docs/<slug:slug>", docs.page, name="docs_page"),
    path("llms.txt", docs.llms, name="llms"),
    path("ecosystem", docs.ecosystem, name="ecosystem"),
    path("developers", overview.overview, name="developers"),
    path("developers/keys", keys.list_keys, name="keys"),
    path("developers/keys/new/<slug:product>", keys.new_key, name="new_key"),
    path("developers/keys/replace/<slug:product>", keys.replace_keys, name="replace_keys"),
    path("developers/keys/<str:key_id>", keys.key_detail, name="key"),
    path("developers/keys/<str:key_id>/rotate", keys.rotate_key, name="rotate_key"),
    path("developers/keys/<str:key_id>/revoke", keys.revoke_key, name="revoke_key"),
    path("developers/webhooks", endpoints.list_endpoints, name="endpoints"),
    path("developers/webhooks/new/<slug:product>", endpoints.new_endpoint, name="new_endpoint"),
    path(
        "developers/webhooks/<slug:product>/<str:endpoint_id>", endpoints.endpoint, name="endpoint"
    ),
    path(
        "developers/webhooks/<slug:product>/<str:endpoint_id>/<slug:action>",
        endpoints.act,
        name="endpoint_action",
    ),
    path("developers/events", events.list_events, name="events"),
    path("developers/events/<slug:product>/<str:event_id>", events.event, name="event"),
    path("developers/events/<slug:product>/<str:event_id>/replay", events.replay, name="replay"),
    path("developers/deliveries", deliveries.list_deliveries, name="deliveries"),
    path(
        "developers/deliveries/<slug:product>/<str:delivery_id>",
        deliveries.delivery,
        name="delivery",
    ),
    path(
        "developers/deliveries/<slug:product>/<str:delivery_id>/replay",
        deliveries.replay,
        name="replay_delivery",
    ),
    path("developers/sink", deliveries.sink, name="sink"),
    path("developers/requests", requests.list_requests, name="requests"),
    path("developers/api/", include("pulse.site.api.urls")),
]
