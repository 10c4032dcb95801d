"""How the parties share the work on a draft: who writes what, what is ready, who is here."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import itemgetter
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
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
from applications.versions import form_of
from icld_portal.problems import NotReady, Problem
from partnerships.models import Membership, User
from partnerships.models.people import WRITING_ROLES

# When something was changed, and by whose id.
Change = tuple[datetime, int | None]
# Who is where, of a visit.
PLACE = ("user", "section__key", "user__name")


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


def states(
    application: Application, user: User, sections: Sequence[Section] | None = None
) -> dict[int, SectionState]:
    """Return how far ``sections`` have come, all by default, by their ids; three queries, or four.

    The answers are asked for where they were not loaded with the case.
    """
    wanted = form_of(application).sections.all() if sections is None else sections
    visits = SectionVisit.objects.filter(application=application)
    # The reader's own visits and where others are now are read together.
    rows = visits.filter(user=user) | visits.present()
    read = list(rows.order_by("present_at").values_list(*PLACE, "section", "seen_at"))
    seen = {section: at for person, *_place, section, at in read if person == user.pk}
    here = _places((person, key, name) for person, key, name, *_rest in read if person != user.pk)
    found = _states(application, wanted, user, seen)
    return {
        section.pk: replace(found[section.pk], present=here.get(section.key, ()))
        for section in wanted
    }


def state_of(application: Application, section: Section, user: User) -> SectionState:
    """Return how far one section has come."""
    return states(application, user, [section])[section.pk]


def _states(
    application: Application,
    sections: Iterable[Section],
    user: User,
    seen: Mapping[int, datetime],
) -> dict[int, SectionState]:
    """Return the states by the section's id; one plain query for each kind of row.

    A single query of all this takes longer to write and to plan than these to answer.
    """
    keys = [section.pk for section in sections]
    works = _works(application, keys)
    open_threads = Counter(
        CommentThread.objects.unresolved()
        .filter(application=application, section__in=keys)
        .order_by()
        .values_list("section", flat=True)
    )
    written = _written(application, keys)
    return {
        key: _state(
            key, works.get(key), written.get(key, []), seen.get(key), open_threads[key], user
        )
        for key in keys
    }


def _works(application: Application, keys: list[int]) -> dict[int, dict[str, Any]]:
    """Return who has taken on each section and how far they say it is."""
    # Who may no longer write is no longer the one to wait for.
    writes = Membership.objects.filter(
        user=OuterRef("assignee"),
        organisation__in=rules.party_ids(application),
        role__in=WRITING_ROLES,
    )
    rows = SectionWork.objects.filter(application=application, section__in=keys).order_by()
    found: Iterable[dict[str, Any]] = rows.values(
        "section",
        "assignee",
        "assignee__name",
        "ready_at",
        "ready_by__name",
        "changed_at",
        "changed_by",
        assignee_writes=Exists(writes),
    )  # type: ignore[assignment]
    return {row["section"]: row for row in found}


def _written(application: Application, keys: list[int]) -> dict[int, list[Change]]:
    """Return when and by whom the answers of each section were last changed."""
    sections = {
        question.pk: section.pk
        for section in form_of(application).sections.all()
        if section.pk in keys
        for question in section.questions.all()
    }
    sheet = application.sheet
    if "answers" in getattr(sheet, "_prefetched_objects_cache", {}):
        rows = [(one.question_id, one.updated_at, one.updated_by_id) for one in sheet.answers.all()]
    elif sections:
        answers = Answer.objects.filter(sheet=sheet, question__in=list(sections)).order_by()
        rows = list(answers.values_list("question", "updated_at", "updated_by"))
    else:
        rows = []
    found: dict[int, list[Change]] = {}
    for question, at, by in rows:
        if section := sections.get(question):
            found.setdefault(section, []).append((at, by))
    return found


def _state(
    key: int,
    work: Mapping[str, Any] | None,
    written: Sequence[Change],
    seen_at: datetime | None,
    open_threads: int,
    user: User,
) -> SectionState:
    changes = list(written)
    if work and work["changed_at"]:
        changes.append((work["changed_at"], work["changed_by"]))
    has_assignee = work is not None and work["assignee_writes"]
    return SectionState(
        section_id=key,
        assignee_id=work["assignee"] if work and has_assignee else None,
        assignee=work["assignee__name"] if work and has_assignee else "",
        ready_at=work["ready_at"] if work else None,
        ready_by=(work["ready_by__name"] or "") if work else "",
        changed_at=max((at for at, _by in changes), default=None),
        others_changed_at=max((at for at, by in changes if by != user.pk), default=None),
        seen_at=seen_at,
        open_threads=open_threads,
    )


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
    return _places(others.order_by("present_at").values_list(*PLACE))


def _places(rows: Iterable[tuple[int, str, str]]) -> dict[str, list[str]]:
    """Return the names by the section's key, from visits in the order of time."""
    last = {person: (key, name) for person, key, name in rows}
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
