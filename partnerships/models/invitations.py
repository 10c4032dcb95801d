"""Invitations: how a person gets a personal login, or another organisation."""

import hashlib
from datetime import datetime, timedelta
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnerships.models.organisations import Organisation
from partnerships.models.people import Role, User

VALID_FOR = timedelta(days=14)


def hashed(token: str) -> str:
    """Return what is kept of a token: whoever reads the database cannot use it."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def end_of_validity() -> datetime:
    """When an invitation that is sent now stops working."""
    return timezone.now() + VALID_FOR


class InvitationState(models.TextChoices):
    """What has become of an invitation; told from its times, never stored."""

    OPEN = "open", _("waits for an answer")
    ACCEPTED = "accepted", _("accepted")
    REVOKED = "revoked", _("withdrawn")
    EXPIRED = "expired", _("too old")


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Phrases about invitations."""

    def visible_to(self, user: User) -> "InvitationQuerySet":
        """ICLD sees every invitation, others those of their own organisations or by themselves."""
        if user.office:
            return self
        return self.filter(Q(organisation__in=list(user.roles)) | Q(invited_by=user))

    def unanswered(self) -> "InvitationQuerySet":
        """Neither accepted nor withdrawn; they may be too old."""
        return self.filter(accepted_at=None, revoked_at=None)

    def with_token(self, token: str) -> "InvitationQuerySet":
        """The invitation that ``token`` opens."""
        return self.filter(token_sha256=hashed(token))


class Invitation(models.Model):
    """A personal, single-use way into one organisation, sent to one address."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="invitations", verbose_name=_("organisation")
    )
    email = models.EmailField(_("e-mail address"))
    roles = ArrayField(
        models.CharField(max_length=24, choices=Role.choices), verbose_name=_("roles")
    )
    language = models.CharField(
        _("language"), max_length=2, choices=[("sv", "Svenska"), ("en", "English")], default="sv"
    )
    token_sha256 = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("invited by")
    )
    invited_at = models.DateTimeField(_("invited"), default=timezone.now)
    expires_at = models.DateTimeField(_("valid until"), default=end_of_validity)
    accepted_at = models.DateTimeField(_("accepted"), null=True)
    accepted_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("accepted by")
    )
    revoked_at = models.DateTimeField(_("withdrawn"), null=True)
    revoked_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("withdrawn by")
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-invited_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "organisation",
                Lower("email"),
                condition=Q(accepted_at=None, revoked_at=None),
                name="invitation_unanswered_once",
            ),
            models.CheckConstraint(
                condition=Q(roles__len__gt=0) & Q(roles__contained_by=Role.values),
                name="invitation_roles_known",
            ),
            models.CheckConstraint(
                condition=Q(language__in=["sv", "en"]), name="invitation_language_known"
            ),
            models.CheckConstraint(
                condition=Q(token_sha256__regex=r"^[0-9a-f]{64}$"),  # noqa: S106
                name="invitation_token_hashed",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(revoked_at=None),
                name="invitation_one_answer",
            ),
            models.CheckConstraint(
                condition=Q(accepted_by=None) | Q(accepted_at__isnull=False),
                name="invitation_accepted_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(revoked_by=None) | Q(revoked_at__isnull=False),
                name="invitation_revoked_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("invited_at")), name="invitation_expires_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} to {self.organisation_id}"

    def state_at(self, at: datetime) -> InvitationState:
        """Return what the invitation is at the moment ``at``."""
        if self.accepted_at:
            return InvitationState.ACCEPTED
        if self.revoked_at:
            return InvitationState.REVOKED
        return InvitationState.OPEN if at < self.expires_at else InvitationState.EXPIRED

    @property
    def role_words(self) -> str:
        """The roles in the reader's language."""
        return ", ".join(str(Role(role).label) for role in self.roles)

    @property
    def is_expired(self) -> bool:
        """Whether it waits in vain."""
        return self.state_at(timezone.now()) == InvitationState.EXPIRED
