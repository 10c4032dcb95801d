"""Deeds about elections: ICLD's administrators write down when countries hold them."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from icld_portal import events
from icld_portal.problems import NotReady, Problem
from partnerships import rules
from partnerships.models import Election, User


@transaction.atomic
def save_election(election: Election | None, facts: dict[str, Any], *, by: User) -> Election:
    """Keep an election; None is a new one.

    Raises PermissionDenied if ``by`` does not keep them, NotReady if the country has one on
    this day already.
    """
    if not rules.may_keep_elections(by):
        raise PermissionDenied("save_election")
    kept = election or Election()
    for name, value in facts.items():
        setattr(kept, name, value)
    try:
        with transaction.atomic():
            kept.save()
    except IntegrityError as error:
        if "election_once" not in str(error):
            raise
        text = _("This country has an election on this day already.")
        raise NotReady([Problem(text, anchor="held_on")]) from error
    events.record(kept, "save_election", by=by, held_on=kept.held_on.isoformat())
    return kept


@transaction.atomic
def remove_election(election: Election, *, by: User) -> None:
    """Take away an election that is not held, or was written by mistake."""
    if not rules.may_keep_elections(by):
        raise PermissionDenied("remove_election")
    number = election.pk
    if Election.objects.filter(pk=number).delete()[0]:
        election.pk = number
        events.record(election, "remove_election", by=by, held_on=election.held_on.isoformat())
