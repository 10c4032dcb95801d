"""What an application still lacks: the same list on the task list, at submission, at ICLD."""

from collections.abc import Collection, Iterator
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications import citing
from applications.attaching import slots_of
from applications.drafting import answers_by_question
from applications.models import (
    Application,
    GrantTypeSetting,
    Need,
    Part,
    Question,
    QuestionKind,
    Section,
)
from applications.unlocking import Place
from applications.versions import form_of
from finance import caps
from finance.models.budgets import MAX_YEARS
from icld_portal import scanning
from icld_portal.localize import day, in_language, moment
from icld_portal.models import FileScan, ScanState
from icld_portal.problems import Problem
from icld_portal.text import count_words

# Where problems with attachments are mended: a page of its own, not a section of the form.
ATTACHMENTS = "attachments"


def problems(application: Application, *, at: datetime | None = None) -> list[Problem]:
    """Return everything that is missing or wrong, in the order of the form's sections.

    A blocking problem stops a submission at the moment ``at`` (now, by default); the
    others are shown and accepted.
    """
    found = list(round_problems(application, at or timezone.now()))
    found += refused_party_problems(application)
    for section_found in section_problems(application).values():
        found += section_found
    return found + list(attachment_problems(application)) + citing.problems(application)


def problems_in(application: Application, places: Collection[Place]) -> list[Problem]:
    """Return what is missing or wrong in the sections and slots where ``places`` are."""
    found: list[Problem] = []
    by_section = section_problems(application)
    for section in form_of(application).sections.all():
        asked = [("question", question.pk) for question in section.questions.all()]
        if not set(places).isdisjoint([(section.part, 0), *asked]):
            found += by_section[section.key]
    slots = {
        f"slot-{slot.key}"
        for slot in form_of(application).slots.all()
        if ("slot", slot.pk) in places
    }
    return found + [one for one in attachment_problems(application) if one.anchor in slots]


def section_problems(application: Application) -> dict[str, list[Problem]]:
    """Return the problems of each section by its key, empty lists included."""
    checks = {
        Part.BASICS: basics_problems,
        Part.AREAS: areas_problems,
        Part.RESULTS: results_problems,
        Part.ACTIVITIES: activities_problems,
        Part.RISKS: risks_problems,
        Part.BUDGET: budget_problems,
    }
    answers = {pk: answer.text for pk, answer in answers_by_question(application).items()}
    found: dict[str, list[Problem]] = {}
    for section in form_of(application).sections.all():
        of_section: list[Problem] = []
        if check := checks.get(Part(section.part)):
            of_section += check(application, section)
        for question in section.questions.all():
            of_section += question_problems(question, answers.get(question.pk, ""), section)
        found[section.key] = of_section
    return found


def round_problems(application: Application, at: datetime) -> Iterator[Problem]:
    """Whether the case may be handed in at the moment ``at``, decided to the second."""
    if application.round is None:
        setting = GrantTypeSetting.objects.filter(grant_type=application.grant_type).first()
        if setting is None or not setting.open_all_year:
            yield Problem(_("This grant type is not open all year any more."), anchor="round")
    elif at < application.round.opens_at:
        yield Problem(
            _("The application round opens on %(day)s.")
            % {"day": application.round.opens_on.isoformat()},
            anchor="round",
        )
    elif not application.is_open_at(at):
        yield Problem(
            _(
                "The deadline was %(deadline)s 23:59:59, Stockholm time; this arrived "
                "%(arrived)s. The draft is kept and can be read."
            )
            % {"deadline": day(application.deadline_on), "arrived": moment(at)},
            anchor="round",
        )


def refused_party_problems(application: Application) -> Iterator[Problem]:
    """A partner that a party added, and ICLD has looked at and refused."""
    for party in application.case_parties.all():
        if party.organisation.refused_at:
            text = _("ICLD cannot accept %(party)s as a cooperation partner: %(reason)s")
            name, reason = party.organisation.name, party.organisation.refusal_reason
            yield Problem(text % {"party": name, "reason": reason}, anchor="parties")


def question_problems(question: Question, text: str, section: Section) -> Iterator[Problem]:
    """Whether a question is answered, within its limit."""

    def problem(text: str) -> Problem:
        return Problem(text, page=section.key, anchor=f"question-{question.key}")

    title = in_language(question, "text")
    if not text.strip():
        if question.required:
            yield problem(_("Not answered: %(question)s") % {"question": title})
        return
    options = {option.value for option in question.options.all()}
    if question.kind == QuestionKind.CHOICE and text not in options:
        yield problem(_("Choose again: %(question)s") % {"question": title})
    surplus = count_words(text) - question.word_limit if question.word_limit else 0
    if surplus > 0:
        yield problem(
            ngettext(
                "%(surplus)d word above the limit of %(limit)d: %(question)s",
                "%(surplus)d words above the limit of %(limit)d: %(question)s",
                surplus,
            )
            % {"surplus": surplus, "limit": question.word_limit, "question": title}
        )


def basics_problems(application: Application, section: Section) -> Iterator[Problem]:
    """Title in both languages, start and end, a contact for each party."""
    page = section.key
    if not application.title_sv:
        yield Problem(_("The title in Swedish is missing."), page=page, anchor="title_sv")
    if not application.title_en:
        yield Problem(_("The title in English is missing."), page=page, anchor="title_en")
    if not application.start_on or not application.end_on:
        yield Problem(_("Start or end is missing."), page=page, anchor="start_on")
    elif application.budget.years > MAX_YEARS:
        yield Problem(_("A case lasts at most three years."), page=page, anchor="end_on")
    for party in application.case_parties.all():
        if not party.contact_name or not party.contact_email:
            yield Problem(
                _("%(party)s has no contact person with an e-mail address.")
                % {"party": party.organisation.name},
                page=page,
                anchor=f"contact-{party.organisation_id}",
            )


def attachment_problems(application: Application) -> Iterator[Problem]:
    """A slot that must be filled, or is expected to be, and is empty; a harmful file."""
    yield from _harmful_files(application)
    for filled in slots_of(application):
        slot = filled.slot
        if slot.need == Need.OPTIONAL:
            continue
        words = {"slot": str(slot)}
        blocks, anchor = slot.need == Need.REQUIRED, f"slot-{slot.key}"
        for party in filled.missing:
            text = _("%(slot)s: nothing from %(party)s is attached.")
            words["party"] = party.name
            yield Problem(text % words, blocks=blocks, page=ATTACHMENTS, anchor=anchor)
        if not slot.per_party and not filled.files:
            text = _("%(slot)s: nothing is attached.")
            yield Problem(text % words, blocks=blocks, page=ATTACHMENTS, anchor=anchor)


def _harmful_files(application: Application) -> Iterator[Problem]:
    by_file = {one.file.name: one for one in application.attachments.all()}
    held: dict[str, FileScan] | None = getattr(application, "_held", None)
    if held is None:  # A page asks several times, the database once.
        held = scanning.held(by_file) if by_file else {}
        application._held = held  # type: ignore[attr-defined]
    for name, scan in held.items():
        if scan.state == ScanState.INFECTED and name in by_file:
            one = by_file[name]
            words = {"name": one.file_name, "found": scan.found}
            text = _("%(name)s holds harmful content (%(found)s). Remove it.") % words
            yield Problem(text, page=ATTACHMENTS, anchor=f"slot-{one.slot.key}")


def areas_problems(application: Application, section: Section) -> Iterator[Problem]:
    """At least one core area, one cooperation area and one goal."""
    for terms, anchor, text in (
        (application.core_areas, "core_areas", _("Choose at least one core area.")),
        (
            application.cooperation_areas,
            "cooperation_areas",
            _("Choose at least one cooperation area."),
        ),
        (application.goals, "goals", _("Choose at least one goal of Agenda 2030.")),
    ):
        if not terms.all():
            yield Problem(text, page=section.key, anchor=anchor)


def results_problems(application: Application, section: Section) -> Iterator[Problem]:
    """At least one result; each with an indicator that says from what, to what, seen where."""
    results = application.results.all()
    if not results:
        yield Problem(
            _("Describe at least one expected result."), page=section.key, anchor="results"
        )
    for number, result in enumerate(results, start=1):
        indicators = result.indicators.all()
        if not indicators:
            yield Problem(
                _("Result %(number)d has no indicator.") % {"number": number},
                page=section.key,
                anchor="results",
            )
        elif any(not (row.baseline and row.target and row.source) for row in indicators):
            yield Problem(
                _("Result %(number)d: an indicator lacks baseline, target or source.")
                % {"number": number},
                page=section.key,
                anchor="results",
            )


def activities_problems(application: Application, section: Section) -> Iterator[Problem]:
    """At least one activity, none after the end of the case."""
    activities = application.activities.all()
    if not activities:
        yield Problem(_("Plan at least one activity."), page=section.key, anchor="activities")
    if any(activity.year > application.budget.years for activity in activities):
        yield Problem(
            _("An activity is planned for a year after the end of the case."),
            page=section.key,
            anchor="activities",
        )


def risks_problems(application: Application, section: Section) -> Iterator[Problem]:
    """At least one risk; each with a measure and an owner."""
    risks = application.risks.all()
    if not risks:
        yield Problem(_("Name at least one risk."), page=section.key, anchor="risks")
    if any(not (risk.measure and risk.owner) for risk in risks):
        yield Problem(_("A risk lacks a measure or an owner."), page=section.key, anchor="risks")


def budget_problems(application: Application, section: Section) -> Iterator[Problem]:
    """A budget with at least one line, within the guidelines of the case."""
    lines = caps.lines_of(application.budget)
    if not lines:
        yield Problem(_("The budget is empty."), page=section.key, anchor="year-1")
    parties = {party.organisation_id for party in application.case_parties.all()}
    if any(line.organisation_id not in parties for line in lines):
        yield Problem(
            _("A budget line belongs to an organisation that is not a party of the case."),
            page=section.key,
            anchor="year-1",
        )
    yield from caps.budget_problems(application.budget, lines)
