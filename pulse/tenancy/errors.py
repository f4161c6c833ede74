"""Refusals of managing people and environments."""

from __future__ import annotations

from pulse.errors import Conflict, Forbidden


class LastOwner(Conflict):
    code = "last_owner"
    message = "An organization keeps at least one owner; make somebody else one first."


class OwnersOnly(Forbidden):
    code = "owners_only"
    message = "Only an owner may make, change or remove an owner."


class LastEnvironment(Conflict):
    code = "last_environment"
    message = "An organization keeps at least one environment."


class NameTaken(Conflict):
    code = "name_taken"
    message = "Another environment of this organization has that name."
