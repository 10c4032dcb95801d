"""What one person holds for an organisation: what is to be handed over when they leave."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from applications.models import (
    Application,
    Assessment,
    Assignment,
    CaseParty,
    SectionWork,
    Status,
    SupplementState,
)
from applications.models.application import ApplicationQuerySet
from applications.statuses import UNDER_WORK
from partnerships.models import Organisation, User


@dataclass(frozen=True)
class Held:
    """What ``person`` holds in cases that the reader may see; nothing is read until asked for."""

    contacts: QuerySet[CaseParty]
    sections: QuerySet[SectionWork]
    cases: ApplicationQuerySet
    assessments: QuerySet[Assignment]


def held_by(person: User, organisation: Organisation, *, reader: User) -> Held:
    """Return what ``person`` holds for ``organisation``: a party's drafts, or ICLD's cases.

    Open assessments are a person's own view and go to nobody else by themselves.
    """
    visible = Application.objects.visible_to(reader)
    drafts = visible.filter(status=Status.DRAFT).of_organisation(organisation.pk)
    parties = CaseParty.objects.filter(
        Q(organisation=organisation) | Q(organisation__merged_into=organisation),
        application__in=drafts.order_by().values("pk"),
        contact_email__iexact=person.email,
    )
    written = Q(status=Status.DRAFT) | Q(supplements__state=SupplementState.OPEN)
    open_ones = visible.of_organisation(organisation.pk).filter(written)
    works = SectionWork.objects.filter(
        assignee=person, application__in=open_ones.order_by().values("pk")
    )
    under_work = visible.filter(status__in=UNDER_WORK)
    return Held(
        parties.select_related("application").order_by("-application", "pk"),
        works.select_related("application", "section").order_by(
            "-application", "section__sort_order"
        ),
        under_work.filter(officer=person).order_by("reference"),
        _open_assessments(person, under_work),
    )


def _open_assessments(person: User, cases: ApplicationQuerySet) -> QuerySet[Assignment]:
    handed_in = Assessment.objects.filter(
        application=OuterRef("application"), author=person, handed_in_at__isnull=False
    )
    asked = Assignment.objects.filter(assessor=person, application__in=cases.order_by())
    return asked.filter(~Exists(handed_in)).select_related("application").order_by("application")
