"""What a party added beside the register: the same as one that is there, or refused.

A merged organisation keeps its row, and so do the cases that were begun with it: what was
signed and handed in stays as it was, to the letter. It takes the name of the one in the
register, whose people the database makes its people too; partnerships move over.
"""

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from icld_portal import events
from icld_portal.problems import NotReady, Problem
from partnerships import notices, rules
from partnerships.models import (
    Invitation,
    Membership,
    Organisation,
    OrganisationSide,
    Partnership,
    Party,
    User,
)
from partnerships.workflow.people import grant

# What a merged organisation takes over from the one in the register.
IDENTITY = ("name", "country", "kind", "region_name", "population", "website")


@transaction.atomic
def merge_organisation(organisation: Organisation, *, into: Organisation, by: User) -> Organisation:
    """Let an added partner be the same as ``into``, which is in the register; returns that.

    Partnerships, people and unanswered invitations move over; the cases follow through the
    merged row. Whoever added it is told. Raises PermissionDenied if ``by`` does not check
    the register, NotReady if the two cannot be the same.
    """
    if not rules.may_check_register(by):
        raise PermissionDenied("merge_organisation")
    organisation, into = _both_locked(organisation, into)
    if found := merge_problems(organisation, into):
        raise NotReady(found)
    earlier = organisation.name
    Party.objects.filter(organisation=organisation).update(organisation=into)
    for name in IDENTITY:
        setattr(organisation, name, getattr(into, name))
    organisation.is_checked, organisation.merged_into = True, into
    organisation.refused_at, organisation.refusal_reason = None, ""
    organisation.save()
    _share_people(organisation, into)
    _move_invitations(organisation, into, by=by)
    events.record(organisation, "merge_into", by=by, into_id=into.pk, earlier_name=earlier)
    events.record(into, "take_in", by=by, organisation_id=organisation.pk, name=earlier)
    notices.tell_merged(organisation, people_concerned(organisation), earlier=earlier)
    return into


def merge_problems(organisation: Organisation, into: Organisation) -> list[Problem]:
    """Return what keeps ``organisation`` from being the same as ``into``."""
    texts = []
    if organisation.is_checked:
        texts.append(_("This organisation is checked already."))
    if into.pk == organisation.pk or not into.is_checked or into.merged_into_id:
        texts.append(_("Choose an organisation of the register."))
    elif into.kind.side != OrganisationSide.PARTNER:
        texts.append(_("%(name)s cannot be a cooperation partner.") % {"name": into.name})
    elif into.country_id != organisation.country_id:
        # Ceilings and closed countries depend on it; a case keeps the country it began with.
        texts.append(_("%(name)s is in another country.") % {"name": into.name})
    both = Partnership.objects.filter(parties__organisation=organisation)
    for partnership in both.filter(parties__organisation=into).order_by("pk"):
        text = _("Both are parties of the partnership %(name)s, and would be one party twice.")
        texts.append(text % {"name": partnership.name})
    return [Problem(text, anchor="into") for text in texts]


@transaction.atomic
def refuse_organisation(organisation: Organisation, *, reason: str, by: User) -> Organisation:
    """Say that an added partner cannot be one, and why.

    What was written with it can still be read. Unanswered invitations to it are withdrawn,
    nothing can be begun or handed in with it, and whoever added it or invited somebody is
    told the reason. Raises PermissionDenied, NotReady without a reason.
    """
    if not rules.may_check_register(by):
        raise PermissionDenied("refuse_organisation")
    organisation = _locked([organisation.pk])[organisation.pk]
    if organisation.is_checked or organisation.refused_at:
        raise NotReady([Problem(_("Somebody has checked this organisation already."))])
    if not reason.strip():
        raise NotReady([Problem(_("Write why."), anchor="reason")])
    told = people_concerned(organisation)
    organisation.refused_at, organisation.refusal_reason = timezone.now(), reason.strip()
    organisation.save(update_fields=["refused_at", "refusal_reason"])
    _unanswered(organisation).update(revoked_at=timezone.now(), revoked_by=by)
    events.record(organisation, "refuse_organisation", by=by, reason=reason.strip())
    notices.tell_refused(organisation, told)
    return organisation


def people_concerned(organisation: Organisation) -> list[User]:
    """Return who added ``organisation`` and who has invited somebody to it."""
    added = events.events_of(organisation).filter(verb="add_partner")
    ids = {*added.values_list("actor_id", flat=True)}
    ids |= {*organisation.invitations.values_list("invited_by", flat=True)}
    return list(User.objects.filter(pk__in=ids - {None}, is_active=True).order_by("pk"))


def _share_people(organisation: Organisation, into: Organisation) -> None:
    """Give each of the two the people of the other; later changes follow by a trigger."""
    roles: dict[int, set[str]] = {}
    for one in Membership.objects.filter(organisation__in=[organisation, into]):
        roles.setdefault(one.user_id, set()).add(one.role)
    for person in User.objects.filter(pk__in=roles).order_by("pk"):
        for there in (organisation, into):
            grant(person, there, roles[person.pk])


def _move_invitations(organisation: Organisation, into: Organisation, *, by: User) -> None:
    """Let whoever is invited come to the register's organisation, each address once."""
    waiting = {email.lower() for email in _unanswered(into).values_list("email", flat=True)}
    for invitation in _unanswered(organisation).order_by("pk"):
        if invitation.email.lower() in waiting:
            invitation.revoked_at, invitation.revoked_by = timezone.now(), by
        else:
            invitation.organisation = into
        invitation.save(update_fields=["organisation", "revoked_at", "revoked_by"])


def _unanswered(organisation: Organisation) -> models.QuerySet[Invitation]:
    return Invitation.objects.all().unanswered().filter(organisation=organisation)


def _both_locked(
    organisation: Organisation, into: Organisation
) -> tuple[Organisation, Organisation]:
    found = _locked([organisation.pk, into.pk])
    return found[organisation.pk], found[into.pk]


def _locked(pks: list[int]) -> dict[int, Organisation]:
    """Return organisations locked in the order of their ids, so that two deeds never cross."""
    rows = Organisation.objects.select_for_update(of=("self",), no_key=True)
    rows = rows.select_related("kind", "country").filter(pk__in=pks).order_by("pk")
    return {one.pk: one for one in rows}
