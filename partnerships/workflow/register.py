"""Deeds about the register: profiles, and partners that a party adds."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from icld_portal import events
from icld_portal.problems import NotReady, Problem
from partnerships import rules
from partnerships.models import Country, Organisation, OrganisationKind, OrganisationSide, User
from partnerships.workflow.people import locked

PROFILE = ("contact_name", "contact_email", "contact_phone", "postal_address")


@transaction.atomic
def save_profile(organisation: Organisation, facts: dict[str, Any], *, by: User) -> Organisation:
    """Keep contact person and addresses; every new application begins with them."""
    organisation = locked(organisation)
    if not rules.may_edit_profile(by, organisation):
        raise PermissionDenied("save_profile")
    for name in PROFILE:
        setattr(organisation, name, facts[name])
    organisation.save(update_fields=PROFILE)
    events.record(organisation, "save_profile", by=by)
    return organisation


@transaction.atomic
def add_partner(name: str, *, country: Country, kind: OrganisationKind, by: User) -> Organisation:
    """Add a partner that the register lacks; it waits for ICLD's check.

    Raises PermissionDenied if ``by`` writes for no Swedish party, NotReady if the country
    is closed or the name is in the register already.
    """
    if not rules.may_add_partner(by):
        raise PermissionDenied("add_partner")
    found = []
    if not country.is_open:
        text = _("%(country)s is not open for cooperation.") % {"country": country}
        found.append(Problem(text, anchor="country"))
    if kind.side != OrganisationSide.PARTNER or not kind.may_apply:
        text = _("This kind of organisation cannot be a cooperation partner.")
        found.append(Problem(text, anchor="kind"))
    found += name_problems(name, country)
    if found:
        raise NotReady(found)
    added = Organisation(name=name, country=country, kind=kind, is_checked=False)
    _save(added)
    events.record(added, "add_partner", by=by)
    return added


@transaction.atomic
def accept_organisation(
    organisation: Organisation,
    *,
    name: str,
    country: Country,
    kind: OrganisationKind,
    by: User,
) -> Organisation:
    """Let an added partner into the register, under its right name, country and kind."""
    if not rules.may_check_register(by):
        raise PermissionDenied("accept_organisation")
    organisation = locked(organisation)
    if organisation.is_checked:
        raise NotReady([Problem(_("Somebody has checked this organisation already."))])
    if found := name_problems(name, country, but=organisation):
        raise NotReady(found)
    earlier = organisation.name
    organisation.name, organisation.country, organisation.kind = name, country, kind
    organisation.is_checked = True
    organisation.refused_at, organisation.refusal_reason = None, ""
    _save(organisation)
    events.record(organisation, "accept_organisation", by=by, earlier_name=earlier)
    return organisation


def name_problems(name: str, country: Country, *, but: Organisation | None = None) -> list[Problem]:
    """Return a problem if the register has this name in this country already."""
    same = Organisation.objects.filter(country=country, name__iexact=name, merged_into=None)
    if but:
        same = same.exclude(pk=but.pk)
    return [_name_taken(name)] if same.exists() else []


def _name_taken(name: str) -> Problem:
    text = _("%(name)s is in the register already. Search for it there.") % {"name": name}
    return Problem(text, anchor="name")


def _save(organisation: Organisation) -> None:
    try:
        with transaction.atomic():
            organisation.save()
    except IntegrityError as error:  # Somebody else was faster by a moment.
        raise NotReady([_name_taken(organisation.name)]) from error
