"""The parties' work on a draft: who writes a section, when it is ready, who has seen it."""

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.models.application import Application, CaseParty, frozen_with_case
from applications.models.questions import Section
from icld_portal import triggers
from partnerships.models import User

# The page tells every 30 seconds that somebody is there; twice that is a minute.
PRESENT_WITHIN = timedelta(minutes=1)


class SectionWork(models.Model):
    """How far people have come with one section of one case.

    ``changed_at`` is the last change of what is not an answer: an answer's own row says
    when it was changed, and saving it stays as quick as it was.
    """

    application = models.ForeignKey(Application, models.CASCADE, related_name="section_works")
    section = models.ForeignKey(Section, models.PROTECT, related_name="works")
    assignee = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("written by")
    )
    ready_at = models.DateTimeField(_("marked as ready"), null=True)
    ready_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    changed_at = models.DateTimeField(_("changed"), null=True)
    changed_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["application", "section"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application", "section"], name="section_work_once_per_case"
            ),
            models.CheckConstraint(
                condition=Q(ready_by=None) | Q(ready_at__isnull=False),
                name="section_work_ready_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(changed_by=None) | Q(changed_at__isnull=False),
                name="section_work_changed_at_a_time",
            ),
        ]
        triggers: ClassVar = frozen_with_case(part="TRUE")

    def __str__(self) -> str:
        return f"{self.application_id} {self.section_id}"


class SectionVisitQuerySet(models.QuerySet["SectionVisit"]):
    """Phrases about visits."""

    def visible_to(self, user: User) -> "SectionVisitQuerySet":
        """Those in the drafts of this person's own organisations; never ICLD's to read."""
        parties = CaseParty.objects.filter(organisation__in=list(user.roles))
        return self.filter(application__in=parties.values("application"))

    def present(self) -> "SectionVisitQuerySet":
        """Those of people who are on the page now."""
        return self.filter(present_at__gt=timezone.now() - PRESENT_WITHIN)


class SectionVisit(models.Model):
    """When a person last opened a section, and was last there; forgotten by time alone."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="section_visits")
    section = models.ForeignKey(Section, models.PROTECT, related_name="visits")
    user = models.ForeignKey(User, models.CASCADE, related_name="section_visits")
    seen_at = models.DateTimeField(default=timezone.now)
    present_at = models.DateTimeField(null=True)

    objects = SectionVisitQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["application", "section", "user"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application", "section", "user"], name="section_visit_once_per_person"
            )
        ]
        triggers: ClassVar = [triggers.no_truncate()]

    def __str__(self) -> str:
        return f"{self.application_id} {self.section_id} {self.user_id}"
