"""The paths of SCIM; its own discovery endpoints document them, not OpenAPI."""

from __future__ import annotations

from django.urls import URLPattern, re_path

from hr.views import scim

urlpatterns: list[URLPattern] = [
    re_path(r"^scim/v2/Users/?\Z", scim.ScimUsersView.as_view()),
    re_path(r"^scim/v2/\.search/?\Z", scim.ScimSearchView.as_view()),
    re_path(r"^scim/v2/(?P<kind>Users|Groups)/\.search/?\Z", scim.ScimSearchView.as_view()),
    re_path(r"^scim/v2/Users/(?P<user_id>[^/]+)/?\Z", scim.ScimUserView.as_view()),
    re_path(r"^scim/v2/Groups/?\Z", scim.ScimGroupsView.as_view()),
    re_path(r"^scim/v2/Groups/(?P<group_id>[^/]+)/?\Z", scim.ScimGroupView.as_view()),
    re_path(r"^scim/v2/ServiceProviderConfig/?\Z", scim.ScimConfigView.as_view()),
    re_path(r"^scim/v2/(?P<kind>Schemas|ResourceTypes)/?\Z", scim.ScimDescriptionsView.as_view()),
    re_path(
        r"^scim/v2/(?P<kind>Schemas|ResourceTypes)/(?P<name>[^/]+)/?\Z",
        scim.ScimDescriptionsView.as_view(),
    ),
    re_path(r"^scim/(?P<rest>.*)\Z", scim.ScimNowhereView.as_view()),
]
