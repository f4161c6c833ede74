"""Refusals of this product beyond the kernel's vocabulary."""

from __future__ import annotations

from pulse.errors import Conflict, NotFound


class UnknownReference(NotFound):
    """An id in the body points at nothing. The contract's sample has ``invalid_request`` with 404."""

    code = "invalid_request"
    message = "The referenced resource is invalid or not found"


class DuplicateCandidate(Conflict):
    message = "An active candidate with this e-mail address exists"


class IllegalTransition(Conflict):
    message = "The screening is not in a status that allows this"


class AttemptClosed(Conflict):
    """The attempt no longer takes answers; ``details.reason`` says which way it ended."""

    code = "attempt_closed"
    message = "This screening no longer accepts answers"
