"""What the pages need to remember: sign-in links and invitations. Neither belongs to a product."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from pulse.tenancy.models import Member, Organization, User


class LoginLink(models.Model):
    """A link that signs one person in once. Only the digest of its token is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="login_links")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"sign-in link of {self.user}"


class Invitation(models.Model):
    """An address asked to join an organization; accepting makes the account and the membership."""

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="invitations"
    )
    email = models.EmailField()
    role = models.CharField(max_length=10, choices=Member.Role, default=Member.Role.MEMBER)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["organization", "created_at"], name="invitation_newest")
        ]

    def __str__(self) -> str:
        return f"{self.email} into {self.organization}"
