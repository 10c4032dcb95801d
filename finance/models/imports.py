"""Files that accounts are read from, and what is remembered about an organisation's books."""

from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from finance.models.statements import Statement
from icld_portal.constraints import known
from partnerships.models import Organisation, User


class ImportKind(models.TextChoices):
    """What a file holds."""

    LINES = "lines", _("costs, CSV or XLSX")
    SALARIES = "salaries", _("salary sheet, CSV or XLSX")
    SIE = "sie", _("SIE 4 from the accounting program")


class ImportState(models.TextChoices):
    """How far a file has come."""

    WAITING = "waiting", _("waiting")
    READING = "reading", _("being read")
    READ = "read", _("read, not kept yet")
    REFUSED = "refused", _("cannot be read")
    KEPT = "kept", _("in the accounts")


IMPORT_UNDER_WAY = (ImportState.WAITING, ImportState.READING)


class AccountImport(models.Model):
    """One file: its rows as they were understood, until somebody keeps them or lets them be.

    ``content`` has the rows, each with what is wrong with it. Nothing of it is in the
    accounts before the state is "kept".
    """

    statement = models.ForeignKey(Statement, models.CASCADE, related_name="imports")
    kind = models.CharField(_("kind"), max_length=8, choices=ImportKind.choices)
    state = models.CharField(max_length=8, choices=ImportState.choices, default=ImportState.WAITING)
    file = models.FileField(max_length=200, blank=True)
    file_name = models.CharField(_("file name"), max_length=150)
    project = models.CharField(_("project code"), max_length=40, blank=True)
    language = models.CharField(max_length=2, default="sv")
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=500, blank=True)
    content = models.JSONField(encoder=DjangoJSONEncoder, default=dict)
    made_at = models.DateTimeField(_("sent"), default=timezone.now)
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    kept_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-made_at", "-pk"]
        constraints: ClassVar = [
            known("kind", ImportKind, name="account_import_kind_known"),
            known("state", ImportState, name="account_import_state_known"),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(reason=""), name="account_import_refused_why"
            ),
            models.CheckConstraint(
                condition=Q(state="kept", kept_at__isnull=False)
                | Q(~Q(state="kept"), kept_at=None),
                name="account_import_kept_once",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_under_way(self) -> bool:
        """Whether it has yet to be read."""
        return self.state in IMPORT_UNDER_WAY


class AccountMapping(models.Model):
    """Which kind of cost an account of an organisation's books is; empty for none of ours.

    By the kind's code, so that it is remembered under new guidelines too.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    account = models.CharField(_("account"), max_length=20)
    category_code = models.SlugField(_("cost category"), blank=True)
    updated_at = models.DateTimeField(default=timezone.now)
    updated_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["organisation", "account"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "account"], name="account_mapping_once")
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.category_code}"
