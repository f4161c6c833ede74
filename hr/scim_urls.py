"""The paths of SCIM."""

from __future__ import annotations

from hr.views import scim

V2 = "scim/v2"

ROUTES = (
    (f"{V2}/Users", scim.ScimUsersView),
    (f"{V2}/Users/.search", scim.ScimUserSearchView),
    (f"{V2}/Users/{{user_id}}", scim.ScimUserView),
    (f"{V2}/Groups", scim.ScimGroupsView),
    (f"{V2}/Groups/.search", scim.ScimGroupSearchView),
    (f"{V2}/Groups/{{group_id}}", scim.ScimGroupView),
    (f"{V2}/.search", scim.ScimSearchView),
    (f"{V2}/ServiceProviderConfig", scim.ScimConfigView),
    (f"{V2}/Schemas", scim.ScimSchemasView),
    (f"{V2}/Schemas/{{urn}}", scim.ScimSchemaView),
    (f"{V2}/ResourceTypes", scim.ScimResourceTypesView),
    (f"{V2}/ResourceTypes/{{name}}", scim.ScimResourceTypeView),
)
