"""What goes over to a colleague together with the roles of somebody who leaves."""

from django.db.models import QuerySet

from applications import workspace
from applications.drafting import editing
from applications.holding import held_by
from applications.models import CaseParty, Part, Section, SectionWork
from applications.workflow.giving_out import Order, assign_all
from icld_portal.workflow import WrongStatus
from partnerships import rules
from partnerships.models import Membership, Organisation, User
from partnerships.models.people import WRITING_ROLES


def take_over(organisation: Organisation, person: User, *, to: User, by: User) -> dict[str, int]:
    """Let ``to`` be contact person, write the sections and keep the cases of ``person``.

    Call it in the deed of handing over, once ``to`` has the roles. As every change of the
    content, a new contact person lapses the approvals of a draft. ICLD's cases stay where
    ``to`` has a conflict of interest. Returns how many went over, by kind.
    """
    held = held_by(person, organisation, reader=by)
    if rules.is_office(organisation):
        orders = [
            Order(case.reference or "", to.pk, person.pk) for case in held.cases.only("reference")
        ]
        given = assign_all(orders, [to], by=by) if orders else None
        return {"cases": len(given.done) if given else 0}
    return {
        "contacts": sum(_new_contact(party, to=to, by=by) for party in held.contacts),
        "sections": _sections(held.sections, organisation, to=to),
    }


def _new_contact(party: CaseParty, *, to: User, by: User) -> bool:
    try:
        with editing(party.application, by=by) as draft:
            party.contact_name, party.contact_email = to.name, to.email
            party.save(update_fields=["contact_name", "contact_email"])
            section = Section.objects.filter(
                question_set=draft.sheet.question_set_id, part=Part.BASICS
            )
            if found := section.first():
                workspace.note_change(draft, found, by=by)
    except WrongStatus:  # Handed in a moment ago: what was handed in keeps its contact person.
        return False
    return True


def _sections(works: QuerySet[SectionWork], organisation: Organisation, *, to: User) -> int:
    writes = Membership.objects.filter(
        user=to, organisation=organisation, role__in=WRITING_ROLES
    ).exists()
    if not writes:
        return 0
    pks = list(works.values_list("pk", flat=True))
    return SectionWork.objects.filter(pk__in=pks).update(assignee=to)
