"""People and what they are in which organisation."""

from functools import cached_property
from typing import Any, ClassVar

import pghistory
import pgtrigger
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from icld_portal.constraints import known
from partnerships.models.organisations import Organisation


class Role(models.TextChoices):
    """What a person is in an organisation; the first seven belong to a party."""

    ADMINISTRATOR = "administrator", _("administrator")
    COORDINATOR = "coordinator", _("coordinator")
    PROJECT_MANAGER = "project_manager", _("project manager")
    FINANCE = "finance", _("financial officer")
    SIGNATORY = "signatory", _("authorised signatory")
    STEERING = "steering", _("steering group member")
    MEMBER = "member", _("member")
    OFFICER = "officer", _("programme officer")
    DECIDER = "decider", _("decision maker")
    OFFICE_FINANCE = "office_finance", _("financial officer at ICLD")
    OFFICE_ADMINISTRATOR = "office_administrator", _("administrator at ICLD")
    ASSESSOR = "assessor", _("assessor")
    EXTERNAL_ASSESSOR = "external_assessor", _("external assessor")
    READER = "reader", _("reader")


OFFICE_ROLES = frozenset(
    {
        Role.OFFICER,
        Role.DECIDER,
        Role.OFFICE_FINANCE,
        Role.OFFICE_ADMINISTRATOR,
        Role.ASSESSOR,
        Role.READER,
    }
)
# An external assessor is called in by ICLD, but sees only the cases given to them.
ICLD_ROLES = OFFICE_ROLES | {Role.EXTERNAL_ASSESSOR}
PARTY_ROLES = frozenset(Role) - ICLD_ROLES
# Who can be asked to assess a case.
ASSESSOR_ROLES = frozenset({Role.OFFICER, Role.DECIDER, Role.ASSESSOR, Role.EXTERNAL_ASSESSOR})
# Who writes in an application; a steering group member or plain member reads.
WRITING_ROLES = frozenset(
    {Role.ADMINISTRATOR, Role.COORDINATOR, Role.PROJECT_MANAGER, Role.FINANCE}
)
# Who hands in an application for the Swedish party.
SUBMITTING_ROLES = frozenset({Role.COORDINATOR, Role.SIGNATORY})


class UserManager(BaseUserManager["User"]):
    """Makes people; an address is the same person in upper and lower case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a person with a personal login; without a password nobody can sign in."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the person with this address, written in whatever case."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """A person with a personal login by e-mail address."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    language = models.CharField(
        _("language"), max_length=2, choices=[("sv", "Svenska"), ("en", "English")], default="sv"
    )
    is_active = models.BooleanField(_("may sign in"), default=True)
    date_joined = models.DateTimeField(default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("email"), name="user_email_once"),
            models.CheckConstraint(
                condition=Q(language__in=["sv", "en"]), name="user_language_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def roles(self) -> dict[int, frozenset[str]]:
        """Roles by organisation id, asked once a request; the conflicts are read with them."""
        found: dict[int, set[str]] = {}
        self._conflicts: frozenset[str] = frozenset()
        # The same conflicts stand beside each role: one query for both.
        declared = self.interests.conflicts().order_by().values("case_reference")
        held = self.memberships.order_by()
        rows = held.values_list("organisation", "role", ArraySubquery(declared))
        for organisation_id, role, conflicts in rows:
            found.setdefault(organisation_id, set()).add(role)
            self._conflicts = frozenset(conflicts)
        return {organisation: frozenset(roles) for organisation, roles in found.items()}

    @property
    def conflicts(self) -> frozenset[str]:
        """References of the cases this person has declared a conflict in, asked once a request."""
        return self._conflicts if self.works_for_icld else frozenset()

    def stands_anew(self) -> None:
        """Forget what was read of roles and conflicts: one of them has changed."""
        self.__dict__.pop("roles", None)

    @property
    def all_roles(self) -> frozenset[str]:
        """Every role of this person, in any organisation."""
        return frozenset().union(*self.roles.values())

    @property
    def office(self) -> bool:
        """Whether this person works for ICLD, in any role."""
        return bool(self.all_roles & OFFICE_ROLES)

    @property
    def is_external_assessor(self) -> bool:
        """Whether this person assesses from outside: sees the cases given to them alone."""
        return not self.office and Role.EXTERNAL_ASSESSOR in self.all_roles

    @property
    def is_of_party(self) -> bool:
        """Whether this person holds a role in an organisation that applies."""
        return bool(self.all_roles & PARTY_ROLES)

    @property
    def works_for_icld(self) -> bool:
        """Whether this person needs a second factor and can have conflicts of interest."""
        return bool(self.all_roles & ICLD_ROLES)

    @property
    def is_officer(self) -> bool:
        """Whether this person assesses: programme officer or decision maker."""
        return bool(self.all_roles & {Role.OFFICER, Role.DECIDER})

    @property
    def is_decider(self) -> bool:
        """Whether this person decides on applications."""
        return Role.DECIDER in self.all_roles

    @property
    def is_office_administrator(self) -> bool:
        """Whether this person edits rounds and registers."""
        return Role.OFFICE_ADMINISTRATOR in self.all_roles

    def organisations_with(self, roles: frozenset[Role]) -> set[int]:
        """Ids of the organisations where this person holds one of ``roles``."""
        return {organisation for organisation, held in self.roles.items() if held & roles}


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Membership(models.Model):
    """One role of one person in one organisation; a person may hold several."""

    user = models.ForeignKey(
        User, models.CASCADE, related_name="memberships", verbose_name=_("person")
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="memberships", verbose_name=_("organisation")
    )
    role = models.CharField(_("role"), max_length=24, choices=Role.choices)
    since = models.DateField(_("since"), default=timezone.localdate)

    class Meta:
        ordering: ClassVar = ["organisation", "user", "role"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "organisation", "role"], name="membership_role_once"
            ),
            known("role", Role, name="membership_role_known"),
        ]
        # Whoever works for an organisation works for what was merged into it: its cases keep
        # the row they were begun with, and every question about people is asked of that row.
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="joins_the_merged",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func="""
                    INSERT INTO partnerships_membership (user_id, organisation_id, role, since)
                    SELECT NEW.user_id, merged.id, NEW.role, NEW.since
                    FROM partnerships_organisation AS merged
                    WHERE merged.merged_into_id = NEW.organisation_id
                    ON CONFLICT DO NOTHING;
                    RETURN NULL;
                """,
            ),
            pgtrigger.Trigger(
                name="leaves_the_merged",
                when=pgtrigger.After,
                operation=pgtrigger.Delete,
                func="""
                    DELETE FROM partnerships_membership AS other
                    USING partnerships_organisation AS merged
                    WHERE merged.merged_into_id = OLD.organisation_id
                    AND other.organisation_id = merged.id
                    AND other.user_id = OLD.user_id AND other.role = OLD.role;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.organisation_id}"
