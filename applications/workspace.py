"""How the parties share the work on a draft: who writes what, what is ready, who is here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import itemgetter
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Exists, FilteredRelation, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from applications import rules
from applications.drafting import locked_draft
from applications.models import (
    Answer,
    Application,
    CommentThread,
    Section,
    SectionVisit,
    SectionWork,
)
from icld_portal.problems import NotReady, Problem
from partnerships.models import Membership, User
from partnerships.models.people import WRITING_ROLES


@dataclass(frozen=True)
class SectionState:
    """How far people have come with one section, as one person meets it.

    ``changed_at`` is the last change by anybody, ``others_changed_at`` by somebody else
    than the reader; ``seen_at`` when the reader last opened it, None if never.
    """

    section_id: int
    assignee_id: int | None
    assignee: str
    ready_at: datetime | None
    ready_by: str
    changed_at: datetime | None
    others_changed_at: datetime | None
    seen_at: datetime | None
    open_threads: int = 0
    present: Sequence[str] = ()

    @property
    def is_ready(self) -> bool:
        """Whether a person has marked it as ready."""
        return self.ready_at is not None

    @property
    def changed_since_ready(self) -> bool:
        """Whether somebody has written since it was marked as ready."""
        return _later(self.changed_at, self.ready_at)

    @property
    def changed_since_visit(self) -> bool:
        """Whether somebody else has written since this person last opened it."""
        return _later(self.others_changed_at, self.seen_at)

    @property
    def never_seen(self) -> bool:
        """Whether somebody else has written what this person has never opened."""
        return self.others_changed_at is not None and self.seen_at is None

    @property
    def presence(self) -> str:
        """Who else is on the page, in words; empty when nobody is."""
        return presence_words(self.present)


def _later(change: datetime | None, mark: datetime | None) -> bool:
    return change is not None and mark is not None and change > mark


def presence_words(names: Sequence[str]) -> str:
    """Say who is on a section's page; empty when nobody is."""
    if not names:
        return ""
    if len(names) == 1:
        return _("%(name)s is in this part now.") % {"name": names[0]}
    return _("%(names)s are in this part now.") % {"names": get_text_list(list(names), _("and"))}


# --- Reading --------------------------------------------------------------------------


def states(application: Application, user: User) -> dict[int, SectionState]:
    """Return how far each section has come, by its id; two queries, however many sections."""
    sections = Section.objects.filter(question_set=application.sheet.question_set_id)
    here = _present(SectionVisit.objects.filter(application=application), user)
    return {
        row["pk"]: replace(_state(row, user), present=here.get(row["key"], ()))
        for row in _rows(sections, application, user)
    }


def state_of(application: Application, section: Section, user: User) -> SectionState:
    """Return how far one section has come; one query, and nobody's presence."""
    rows = _rows(Section.objects.filter(pk=section.pk), application, user)
    return _state(next(iter(rows)), user)


def _rows(
    sections: QuerySet[Section], application: Application, user: User
) -> Iterable[dict[str, Any]]:
    answers = (
        Answer.objects.filter(sheet=application.sheet_id, question__section=OuterRef("pk"))
        .order_by()
        .values("question__section")
    )
    last = answers.annotate(last=Max("updated_at"))
    threads = (
        CommentThread.objects.unresolved()
        .filter(application=application, section=OuterRef("pk"))
        .order_by()
        .values("section")
        .annotate(count=Count("pk"))
    )
    writes = Membership.objects.filter(
        user=OuterRef("work__assignee"),
        organisation__in=rules.party_ids(application),
        role__in=WRITING_ROLES,
    )
    return sections.annotate(
        work=FilteredRelation("works", condition=Q(works__application=application)),
        visit=FilteredRelation(
            "visits", condition=Q(visits__application=application, visits__user=user)
        ),
        answered_at=Subquery(last.values("last")),
        others_answered_at=Subquery(last.exclude(updated_by=user).values("last")),
        assignee_writes=Exists(writes),
        open_threads=Coalesce(Subquery(threads.values("count")), 0),
    ).values(
        "pk",
        "key",
        "work__assignee_id",
        "work__assignee__name",
        "work__ready_at",
        "work__ready_by__name",
        "work__changed_at",
        "work__changed_by_id",
        "visit__seen_at",
        "answered_at",
        "others_answered_at",
        "assignee_writes",
        "open_threads",
    )


def _state(row: Mapping[str, Any], user: User) -> SectionState:
    # Who may no longer write is no longer the one to wait for.
    writes = row["assignee_writes"]
    part_changed_at = row["work__changed_at"]
    others_part = None if row["work__changed_by_id"] == user.pk else part_changed_at
    return SectionState(
        section_id=row["pk"],
        assignee_id=row["work__assignee_id"] if writes else None,
        assignee=(row["work__assignee__name"] or "") if writes else "",
        ready_at=row["work__ready_at"],
        ready_by=row["work__ready_by__name"] or "",
        changed_at=_latest(row["answered_at"], part_changed_at),
        others_changed_at=_latest(row["others_answered_at"], others_part),
        seen_at=row["visit__seen_at"],
        open_threads=row["open_threads"],
    )


def _latest(*moments: datetime | None) -> datetime | None:
    return max((moment for moment in moments if moment is not None), default=None)


def ready_problems(sections: Iterable[Section], found: Mapping[int, SectionState]) -> list[Problem]:
    """Return what is not ready, or was changed after it was; none of it stops a submission.

    Where nobody uses the marks, nothing is said.
    """
    if not any(state.is_ready for state in found.values()):
        return []
    problems = []
    for section in sections:
        state = found[section.pk]
        if not state.is_ready:
            text = _("“%(section)s” is not marked as ready.") % {"section": section}
        elif state.changed_since_ready:
            text = changed_words(state, section)
        else:
            continue
        problems.append(Problem(text, blocks=False, page=section.key, anchor="together"))
    return problems


def changed_words(state: SectionState, section: Section) -> str:
    """Say that a section was changed after somebody marked it as ready."""
    facts = {"section": section, "name": state.ready_by or "–"}
    return _("“%(section)s” was changed after %(name)s marked it as ready.") % facts


def writers(application: Application) -> list[User]:
    """Return everyone who writes in the case, in the order of their names."""
    memberships = Membership.objects.filter(
        organisation__in=rules.party_ids(application), role__in=WRITING_ROLES
    )
    people = User.objects.filter(is_active=True, pk__in=memberships.values("user"))
    return list(people.order_by("name", "pk"))


def last_change(application: Application, section: Section) -> SectionWork | None:
    """Return who last changed a section otherwise than in an answer, and when; one query."""
    works = SectionWork.objects.filter(application=application, section=section)
    return works.exclude(changed_at=None).select_related("changed_by").first()


# --- Visits ---------------------------------------------------------------------------


def visit(application: Application, section: Section, *, by: User, at: datetime) -> None:
    """Note that ``by`` opened a section at ``at`` and is there."""
    _note_visits(application, [section], by=by, at=at, present_at=at)


def others_here(application: Application, section: Section, *, than: User) -> list[str]:
    """Return the names of those who are on the section's page now, one query."""
    visits = SectionVisit.objects.filter(application=application)
    return _present(visits, than).get(section.key, [])


def visit_all(
    application: Application, sections: Iterable[Section], *, by: User, at: datetime
) -> None:
    """Note that ``by`` has read the whole draft at ``at``."""
    _note_visits(application, sections, by=by, at=at)


def _note_visits(
    application: Application,
    sections: Iterable[Section],
    *,
    by: User,
    at: datetime,
    present_at: datetime | None = None,
) -> None:
    SectionVisit.objects.bulk_create(
        [
            SectionVisit(
                application=application, section=section, user=by, seen_at=at, present_at=present_at
            )
            for section in sections
        ],
        update_conflicts=True,
        unique_fields=["application", "section", "user"],
        # Reading it all on one page does not take somebody away from a section's own page.
        update_fields=["seen_at", "present_at"] if present_at else ["seen_at"],
    )


def still_here(visits: QuerySet[SectionVisit], key: str, *, by: User) -> list[str] | None:
    """Note that ``by`` is still in the section ``key``; return who else is, None without a visit.

    ``visits`` are those of one case; two queries, since every open page asks this.
    """
    if not visits.filter(user=by, section__key=key).update(present_at=timezone.now()):
        return None
    return _present(visits, by).get(key, [])


def _present(visits: QuerySet[SectionVisit], user: User) -> dict[str, list[str]]:
    """Return who else is where, by the section's key: each person where they were seen last."""
    others = visits.present().exclude(user=user)  # type: ignore[attr-defined]
    last = {
        person: (key, name)
        for person, key, name in others.order_by("present_at").values_list(
            "user", "section__key", "user__name"
        )
    }
    found: dict[str, list[str]] = {}
    for key, name in sorted(last.values(), key=itemgetter(1)):
        found.setdefault(key, []).append(name)
    return found


# --- Deeds ----------------------------------------------------------------------------


@transaction.atomic
def assign(application: Application, chosen: Mapping[int, int | None], *, by: User) -> None:
    """Let each section, by its id, be written by the person with the id, or by nobody.

    Raises WrongStatus when it is no longer a draft, PermissionDenied when ``by`` does not
    write in it, NotReady when somebody chosen does not, or does not any more.
    """
    draft = _written_by(application, by)
    able = {person.pk for person in writers(application)}
    if any(person is not None and person not in able for person in chosen.values()):
        raise NotReady([Problem(_("Somebody you chose does not write in this application."))])
    SectionWork.objects.bulk_create(
        [
            SectionWork(application=draft, section_id=section, assignee_id=person)
            for section, person in chosen.items()
        ],
        update_conflicts=True,
        unique_fields=["application", "section"],
        update_fields=["assignee"],
    )


@transaction.atomic
def mark_ready(application: Application, section: Section, *, by: User) -> None:
    """Mark a section as ready. Only a person takes the mark back; a change is told beside it.

    Raises NotReady when somebody else has written since ``by`` opened it, WrongStatus and
    PermissionDenied as ``assign``.
    """
    draft = _written_by(application, by)
    state = state_of(application, section, by)
    if state.changed_since_visit or state.never_seen:
        text = _("Somebody else has changed this part. Look at it, then mark it as ready.")
        raise NotReady([Problem(text)])
    _write(draft, section, ready_at=timezone.now(), ready_by=by)


@transaction.atomic
def take_back_ready(application: Application, section: Section, *, by: User) -> None:
    """Say that a section is not ready after all. Raises as ``assign``."""
    _write(_written_by(application, by), section, ready_at=None, ready_by=None)


def note_change(draft: Application, section: Section, *, by: User) -> None:
    """Note that ``by`` has changed a section otherwise than in an answer."""
    _write(draft, section, changed_at=timezone.now(), changed_by=by)


def _written_by(application: Application, by: User) -> Application:
    draft = locked_draft(application)
    if not rules.may_edit(by, application):
        raise PermissionDenied("edit")
    return draft


def _write(draft: Application, section: Section, **facts: Any) -> None:
    SectionWork.objects.bulk_create(
        [SectionWork(application=draft, section=section, **facts)],
        update_conflicts=True,
        unique_fields=["application", "section"],
        update_fields=list(facts),
    )
