"""How a case begins: an empty draft under the versions of the day, in a round that is open."""

from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import rules
from applications.drafting import editing
from applications.models import (
    AnswerSheet,
    Application,
    Bundle,
    CaseParty,
    GrantTypeSetting,
    QuestionSet,
    Round,
    Status,
)
from finance import budgets
from icld_portal import events
from icld_portal.localize import STOCKHOLM
from icld_portal.problems import NotReady, Problem
from icld_portal.workflow import WrongStatus
from partnerships.models import Partnership, Party, PartySide, User

# A double click, or a second try on a slow line.
SENT_TWICE_WITHIN = timedelta(minutes=1)


class AlreadyBegun(NotReady):
    """The partnership has a draft of this kind in this round: ``draft``."""

    def __init__(self, draft: Application) -> None:
        self.draft = draft
        text = _("The partnership has a draft of this kind already. Continue with that one.")
        super().__init__([Problem(text, anchor="partnership")])


@transaction.atomic
def start_application(
    partnership: Partnership,
    grant_type: str,
    *,
    by: User,
    at: datetime | None = None,
    language: str = "sv",
    bundle: Bundle | None = None,
    copied_from: Application | None = None,
) -> Application:
    """Begin a case of ``partnership``: an empty draft under today's versions of the rules.

    Raises PermissionDenied if ``by`` does not write for one of its parties, NotReady
    when nothing is open or the parties are not what the programme asks for, AlreadyBegun
    when the partnership has such a draft in the round.
    """
    at = at or timezone.now()
    if not rules.may_start(by, partnership):
        raise PermissionDenied("start")
    # Two who begin at once, or one who clicks twice, make one draft.
    Partnership.objects.select_for_update().get(pk=partnership.pk)
    parties = list(partnership.parties.select_related("organisation__country"))
    application_round = _round_to_begin_in(partnership, grant_type, parties, at=at)
    question_set = QuestionSet.objects.all().in_force(grant_type)
    application = Application.objects.create(
        partnership=partnership,
        country=_partners(parties)[0].organisation.country,
        grant_type=grant_type,
        round=application_round,
        bundle=bundle,
        copied_from=copied_from,
        language=language,
        sheet=AnswerSheet.objects.create(question_set=question_set),
        budget=budgets.open_budget(grant_type, parties, on=at.astimezone(STOCKHOLM).date()),
        created_at=at,
        created_by=by,
    )
    _copy_parties(application, parties)
    events.record(application, "start", by=by, at=at, to_status=Status.DRAFT)
    return application


def _round_to_begin_in(
    partnership: Partnership, grant_type: str, parties: list[Party], *, at: datetime
) -> Round | None:
    """Return the open round, None for what is open all year; raises as ``start_application``."""
    found, round_found = open_round(grant_type, at=at)
    if problems := [*_party_problems(parties, _partners(parties)), *round_found]:
        raise NotReady(problems)
    if begun := draft_of(partnership, grant_type, found):
        raise AlreadyBegun(begun)
    return found


def _partners(parties: list[Party]) -> list[Party]:
    return [party for party in parties if party.side == PartySide.PARTNER]


@transaction.atomic
def start_once(
    partnership: Partnership, grant_type: str, *, by: User, at: datetime, language: str
) -> Application:
    """As ``start_application``, but a form that was sent twice makes one draft.

    A draft cannot be thrown away, so a double click would stay in the list for ever.
    """
    Partnership.objects.select_for_update().get(pk=partnership.pk)
    untouched = Application.objects.filter(
        partnership=partnership,
        grant_type=grant_type,
        language=language,
        status=Status.DRAFT,
        content_version=1,
        created_by=by,
        created_at__gte=at - SENT_TWICE_WITHIN,
    )
    twin = untouched.order_by("pk").first()
    return twin or start_application(partnership, grant_type, by=by, at=at, language=language)


def _copy_parties(application: Application, parties: list[Party]) -> None:
    CaseParty.objects.bulk_create(
        CaseParty(
            application=application,
            organisation=party.organisation,
            side=party.side,
            is_grantee=party.is_grantee,
            contact_name=party.organisation.contact_name,
            contact_email=party.organisation.contact_email,
            contact_phone=party.organisation.contact_phone,
        )
        for party in parties
    )


def draft_of(
    partnership: Partnership, grant_type: str, application_round: Round | None
) -> Application | None:
    """Return the draft of this kind that the partnership has in the round, the newest one."""
    drafts = Application.objects.filter(
        partnership=partnership,
        grant_type=grant_type,
        round=application_round,
        status=Status.DRAFT,
    )
    return drafts.order_by("-pk").first()


def open_round(grant_type: str, *, at: datetime) -> tuple[Round | None, list[Problem]]:
    """Return the round that takes ``grant_type`` at ``at``; none for a type open all year.

    The second value says why nothing is open, with the next opening day.
    """
    if GrantTypeSetting.objects.filter(grant_type=grant_type, open_all_year=True).exists():
        return None, []
    if found := Round.objects.all().open_at(at).order_by("deadline_on").first():
        return found, []
    coming = Round.objects.all().coming_at(at).first()
    text = (
        _("No application round is open. The next one opens on %(day)s.")
        % {"day": coming.opens_on.isoformat()}
        if coming
        else _("No application round is open, and no coming round is published yet.")
    )
    return None, [Problem(text, anchor="grant_type")]


@transaction.atomic
def move_to_open_round(
    application: Application, *, by: User, at: datetime | None = None
) -> Application:
    """Carry a draft that missed its deadline over to what is open now, content and all.

    It keeps the guidelines and the questions it began with. Raises WrongStatus when it is
    no draft or its own round is still open, NotReady when nothing is open, PermissionDenied
    if ``by`` does not write for a party.
    """
    at = at or timezone.now()
    with editing(application, by=by) as draft:
        if draft.closes_at is None or at < draft.closes_at:
            raise WrongStatus("move_to_open_round")
        # As when a case is begun: one draft of a kind in a round.
        Partnership.objects.select_for_update().get(pk=draft.partnership_id)
        draft.round, found = open_round(draft.grant_type, at=at)
        if found:
            raise NotReady(found)
        if begun := draft_of(draft.partnership, draft.grant_type, draft.round):
            raise AlreadyBegun(begun)
        draft.own_deadline_on = None
        draft.save(update_fields=["round", "own_deadline_on"])
        deadline = draft.round.deadline_on.isoformat() if draft.round else ""
        events.record(draft, "move_to_open_round", by=by, at=at, deadline_on=deadline)
    return draft


def _party_problems(parties: list[Party], partners: list[Party]) -> list[Problem]:
    texts = []
    if not any(party.is_grantee for party in parties):
        texts.append(_("The partnership has no Swedish party that can receive a grant."))
    if not partners:
        texts.append(_("The partnership has no cooperation partner."))
    texts += [
        _("%(country)s is not open for new applications.") % {"country": party.organisation.country}
        for party in partners
        if not party.organisation.country.is_open
    ]
    texts += [
        _("ICLD cannot accept %(party)s as a cooperation partner: %(reason)s")
        % {"party": party.organisation.name, "reason": party.organisation.refusal_reason}
        for party in partners
        if party.organisation.refused_at
    ]
    return [Problem(text, anchor="partnership") for text in texts]
