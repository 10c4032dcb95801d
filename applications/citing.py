"""Decisions of steering groups beside a case: those it cites, those about it, who follows it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet, Value
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from applications.drafting import editing
from applications.models import Application, Citation
from applications.models.application import ApplicationQuerySet
from applications.models.steering_data import (
    CHARACTERS_SHOWN,
    MOST_SHOWN,
    backing_data,
    cited_data,
    groups_data,
)
from finance.models import GrantType
from icld_portal.problems import NotReady, Problem
from partnerships.decisions import matching, with_words
from partnerships.models import SteeringDecision, SteeringGroup, User

# A case is backed by a decision or a few; nobody reads a hundred.
MOST_CITED = 20
# A decision as data; it is annotated with its words and whether the case cites it.
AS_DATA = JSONObject(
    pk="pk",
    group_id="paragraph__group_id",
    group_name="paragraph__group__name",
    meeting_id="paragraph__meeting_id",
    number="paragraph__number",
    year="paragraph__year",
    decided_at="paragraph__meeting__starts_at",
    heading="paragraph__heading",
    text="words",
    language="paragraph__meeting__language",
    minutes_sha256="paragraph__meeting__content_sha256",
    is_cited="is_cited",
)
# The page where decisions are chosen; problems with citations are mended there.
CITATIONS = "citations"
NEED_BACKING = frozenset({GrantType.PROJECT, GrantType.STEERING_GROUP})


@dataclass(frozen=True)
class Backing:
    """Whether the case could be backed by a steering group, and by how many decisions it is."""

    has_group: bool
    has_active_group: bool
    number: int


@dataclass(frozen=True)
class CaseDecision:
    """One decision beside a case."""

    pk: int
    group_id: int
    group_name: str
    meeting_id: int
    number: int
    year: int
    decided_at: datetime
    heading: str
    text: str
    language: str
    minutes_sha256: str
    is_cited: bool

    @property
    def sign(self) -> str:
        """How it is cited: § 3/2027."""
        return f"§ {self.number}/{self.year}"


@dataclass(frozen=True)
class Steering:
    """What a reader may see of steering groups on a case's page."""

    groups: list[SteeringGroup]
    cited: list[CaseDecision]
    about: list[CaseDecision]


def decisions_in(data: Iterable[dict[str, Any]]) -> list[CaseDecision]:
    """Return decisions that were read as data."""
    return [
        CaseDecision(**one | {"decided_at": datetime.fromisoformat(one["decided_at"])})
        for one in data
    ]


def cited_in(application: Application) -> list[CaseDecision]:
    """Return the decisions a case cites, whole, in the order they were cited.

    They are part of what the parties hand in. At most one query; none for a case that was
    loaded ``with_content``.
    """
    data = getattr(application, "cited", None)
    if data is None:
        cases = Application.objects.filter(pk=application.pk).order_by()
        data = cases.values_list(cited_data(), flat=True).get()
    return decisions_in(data)


def backing_of(application: Application) -> Backing:
    """Return how a case stands with its partnership's steering groups.

    At most one query; none for a case that was loaded ``with_facts`` or
    ``with_steering``.
    """
    if not hasattr(application, "backing"):
        cases = Application.objects.filter(pk=application.pk).order_by()
        application.backing = cases.values_list(  # type: ignore[attr-defined]
            backing_data(), flat=True
        ).get()
    return Backing(**application.backing)  # type: ignore[attr-defined]


def problems(application: Application) -> list[Problem]:
    """Return that no decision backs the case, where its partnership has a steering group.

    It stops nobody: ICLD reads it beside the application.
    """
    if application.grant_type not in NEED_BACKING:
        return []
    backing = backing_of(application)
    if backing.number or not backing.has_active_group:
        return []
    text = _("No decision of the steering group backs this.")
    return [Problem(text, blocks=False, page=CITATIONS, anchor="choose")]


def citable(application: Application, user: User) -> "QuerySet[SteeringDecision]":
    """The verified decisions of the case's own partnership that ``user`` may read."""
    decisions = SteeringDecision.objects.all().visible_to(user).verified()
    return decisions.filter(
        paragraph__group__partnership=application.partnership_id, paragraph__is_struck=False
    )


def choice_of(application: Application, user: User, text: str) -> "QuerySet[Any]":
    """What a draft could cite and does not cite yet, newest first, as data of their beginnings.

    With a ``text`` only those that hold its words, or the paragraph that it names.
    """
    found = citable(application, user).exclude(citations__application=application)
    if text:
        found = found.filter(matching(text))
    rows = with_words(found, characters=CHARACTERS_SHOWN + 1)
    rows = rows.annotate(is_cited=Value(value=False)).order_by(
        "-paragraph__meeting__starts_at", "-paragraph__number", "-pk"
    )
    return rows.values_list(AS_DATA, flat=True)


def cite(application: Application, decision: int, *, by: User) -> None:
    """Let a draft be backed by a decision; one that is cited already stays.

    Approvals of other content lapse. Raises WrongStatus when it is no draft, PermissionDenied
    when ``by`` does not write it, NotReady when the decision is not verified or is another
    partnership's, or when enough are cited.
    """
    with editing(application, by=by) as draft:
        found = citable(draft, by).filter(pk=decision).first()
        if found is None:
            text = _("Only a verified decision of your own partnership can be cited.")
            raise NotReady([Problem(text, page=CITATIONS)])
        if draft.citations.exclude(decision=found).count() >= MOST_CITED:
            text = _("At most %(most)d decisions can be cited.") % {"most": MOST_CITED}
            raise NotReady([Problem(text, page=CITATIONS)])
        Citation.objects.get_or_create(application=draft, decision=found, defaults={"cited_by": by})


def uncite(application: Application, decision: int, *, by: User) -> None:
    """Take a decision out of a draft again; raises as ``cite`` does."""
    with editing(application, by=by) as draft:
        draft.citations.filter(decision=decision).delete()


def with_steering(cases: ApplicationQuerySet) -> ApplicationQuerySet:
    """Read with each case the groups of its partnership, who follows it and what was decided.

    Groups that a reader may not open are among them: ``show_steering`` leaves those out.
    """
    return cases.annotate(backing=backing_data(), partnership_groups=groups_data())


def show_steering(application: Application, user: User) -> None:
    """Keep what ``user`` may read of steering groups beside a case loaded ``with_steering``.

    One query, and none where the partnership has no group.
    """
    groups: list[dict[str, Any]] = application.partnership_groups  # type: ignore[attr-defined]
    if groups:
        numbers = [group["pk"] for group in groups]
        seen = SteeringGroup.objects.filter(pk__in=numbers).visible_to(user).order_by()
        visible = set(seen.values_list("pk", flat=True))
        groups = [group for group in groups if group["pk"] in visible]
    decided = decisions_in(one for group in groups for one in group["decisions"])
    decided.sort(key=lambda one: (one.is_cited, one.decided_at, one.number), reverse=True)
    shown = decided[:MOST_SHOWN]
    application.steering = Steering(  # type: ignore[attr-defined]
        groups=[
            SteeringGroup(pk=group["pk"], name=group["name"])
            for group in groups
            if group["follows"]
        ],
        cited=[one for one in shown if one.is_cited],
        about=[one for one in shown if not one.is_cited],
    )


def steering_of(application: Application) -> Steering:
    """Return what ``show_steering`` has kept for the page."""
    found: Steering = application.steering  # type: ignore[attr-defined]
    return found
