"""Deeds about the parties."""

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from icld_portal import events
from icld_portal.problems import NotReady, Problem
from partnerships import rules
from partnerships.models import (
    Organisation,
    OrganisationSide,
    Partnership,
    Party,
    PartySide,
    User,
)


@transaction.atomic
def found_partnership(
    name: str,
    *,
    swedish: Organisation,
    partners: Sequence[Organisation],
    by: User,
    since_year: int | None = None,
) -> Partnership:
    """Begin a partnership; ``swedish`` becomes the grantee. Done twice, there is one.

    Raises PermissionDenied if ``by`` does not write for ``swedish``, NotReady if the
    parties cannot make a partnership. Source: ICLD's presentation 2019, "Who may apply".
    """
    if not rules.may_found(by, swedish):
        raise PermissionDenied("found_partnership")
    if found := party_problems(swedish, _as_they_are(partners)):
        raise NotReady(found)
    if twin := _same_partnership(name, swedish, partners):
        return twin
    partnership = Partnership.objects.create(name=name, since_year=since_year)
    grantee = Party(
        partnership=partnership, organisation=swedish, side=PartySide.SWEDISH, is_grantee=True
    )
    others = [
        Party(partnership=partnership, organisation=partner, side=PartySide.PARTNER)
        for partner in partners
    ]
    Party.objects.bulk_create([grantee, *others])
    events.record(partnership, "found", by=by, parties=1 + len(others))
    return partnership


def _as_they_are(partners: Sequence[Organisation]) -> list[Organisation]:
    """Return ``partners`` read anew and locked: ICLD may merge or refuse one at this moment."""
    rows = Organisation.objects.select_for_update(of=("self",), no_key=True)
    pks = [partner.pk for partner in partners]
    return list(rows.select_related("kind", "country").filter(pk__in=pks).order_by("pk"))


def _same_partnership(
    name: str, swedish: Organisation, partners: Sequence[Organisation]
) -> Partnership | None:
    """Return the partnership of this name between exactly these parties, if there is one.

    The Swedish party is locked: of two forms sent at once the second finds the first's.
    """
    Organisation.objects.select_for_update(of=("self",)).get(pk=swedish.pk)
    parties = {swedish.pk, *(partner.pk for partner in partners)}
    namesakes = Partnership.objects.filter(name=name, parties__organisation=swedish)
    for twin in namesakes.order_by("pk"):
        if set(twin.parties.values_list("organisation", flat=True)) == parties:
            return twin
    return None


def party_problems(swedish: Organisation, partners: Sequence[Organisation]) -> list[Problem]:
    """Return what keeps these organisations from making a partnership."""
    found = []
    if swedish.kind.side != OrganisationSide.SWEDISH or not swedish.kind.may_apply:
        found.append(
            Problem(
                _("%(name)s is not an organisation that may apply for Sweden.")
                % {"name": swedish.name},
                anchor="id_swedish",
            )
        )
    if not partners:
        found.append(Problem(_("Choose at least one cooperation partner."), anchor="partners"))
    for partner in partners:
        if partner.refused_at or partner.merged_into_id:
            text = _("%(name)s cannot be chosen any more. Search for it again.")
            found.append(Problem(text % {"name": partner.name}, anchor="partners"))
        elif partner.kind.side != OrganisationSide.PARTNER or not partner.kind.may_apply:
            text = _("%(name)s cannot be a cooperation partner.") % {"name": partner.name}
            found.append(Problem(text, anchor="partners"))
    if partners and not any(partner.country.is_open for partner in partners):
        text = _("At least one partner must be in a country that is open for cooperation.")
        found.append(Problem(text, anchor="partners"))
    return found
