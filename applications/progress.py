"""How far a case has come, and the one thing to do next."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications import completeness, rules
from applications.approvals import PartyApproval
from applications.drafting import answers_by_question
from applications.models import Application, Part, Section, Status
from applications.statuses import UNDER_WORK
from applications.versions import form_of
from icld_portal.problems import Problem, blocking
from partnerships.models import User

NOT_BEGUN, GAPS, COMPLETE = "not_begun", "gaps", "complete"
STATE_WORDS: dict[str, Promise | str] = {
    NOT_BEGUN: gettext_lazy("not begun"),
    GAPS: gettext_lazy("has gaps"),
    COMPLETE: gettext_lazy("complete"),
}


@dataclass(frozen=True)
class Task:
    """One section on the task list: who writes it and how far it has come."""

    section: Section
    state: str
    problems: Sequence[Problem]
    url: str

    @property
    def word(self) -> str:
        """The state in words."""
        return str(STATE_WORDS[self.state])

    @property
    def gaps(self) -> int:
        """How many things are missing or wrong."""
        return len(blocking(self.problems))


@dataclass(frozen=True)
class NextStep:
    """The one thing to do now; without an address there is only something to know."""

    title: str
    text: str = ""
    url: str = ""
    label: str = ""


def task_list(application: Application) -> list[Task]:
    """Return every section of the case in order; load it ``with_facts`` first."""
    found = completeness.section_problems(application)
    written = written_sections(application)
    return [
        Task(
            section,
            _state(found[section.key], begun=section.pk in written),
            found[section.key],
            section_url(application, section),
        )
        for section in form_of(application).sections.all()
    ]


def _state(problems: Sequence[Problem], *, begun: bool) -> str:
    if not blocking(problems):
        return COMPLETE
    return GAPS if begun else NOT_BEGUN


def section_url(application: Application, section: Section) -> str:
    """The address of a section's page."""
    return reverse("applications:section", args=[application.handle, section.key])


def written_sections(application: Application) -> set[int]:
    """Ids of the sections in which something has been written."""
    answered = {pk for pk, answer in answers_by_question(application).items() if answer.text}
    return {
        section.pk
        for section in form_of(application).sections.all()
        if any(question.pk in answered for question in section.questions.all())
        or _part_is_begun(application, section.part)
    }


def _part_is_begun(application: Application, part: str) -> bool:
    if part == Part.BASICS:
        return bool(application.title_sv or application.title_en or application.start_on)
    lists = {
        Part.AREAS: (application.core_areas, application.cooperation_areas, application.goals),
        Part.RESULTS: (application.results,),
        Part.ACTIVITIES: (application.activities,),
        Part.RISKS: (application.risks,),
        Part.BUDGET: (application.budget.lines,),
    }
    return any(bool(rows.all()) for rows in lists.get(Part(part), ()))


def next_step(
    application: Application,
    user: User,
    tasks: Sequence[Task],
    parties: Sequence[PartyApproval],
) -> NextStep:
    """Return what ``user`` should do with a draft now."""
    awaited = [state for state in parties if not state.is_given]
    lacking = blocking(completeness.attachment_problems(application))
    is_written = not lacking and not any(blocking(task.problems) for task in tasks)
    if is_written and any(user in state.signatories for state in awaited):
        return NextStep(
            _("Read and approve the application"),
            _("It is complete and waits for your approval. Have your second factor at hand."),
            reverse("applications:approval", args=[application.handle]),
            _("Read and approve"),
        )
    if not rules.may_edit(user, application):
        return NextStep(
            _("The application is being written"),
            _("You can read it here. Coordinators and project managers of the parties write it."),
        )
    if unfinished := [task for task in tasks if task.state != COMPLETE]:
        return _write_on(unfinished[0], done=len(tasks) - len(unfinished), of=len(tasks))
    if lacking:
        return NextStep(
            _("Attach what is missing"),
            lacking[0].text,
            reverse("applications:attachments", args=[application.handle]),
            _("Attachments"),
        )
    if awaited:
        return NextStep(
            _("Both parties approve the application"),
            _("Awaited: %(parties)s.")
            % {"parties": ", ".join(state.organisation.name for state in awaited)},
            reverse("applications:approval", args=[application.handle]),
            _("See who is awaited"),
        )
    return _hand_in(application, user)


def _write_on(task: Task, *, done: int, of: int) -> NextStep:
    return NextStep(
        _("Continue with “%(section)s”") % {"section": task.section},
        _("%(done)d of %(all)d parts are complete.") % {"done": done, "all": of},
        task.url,
        _("Continue") if done or task.state == GAPS else _("Begin"),
    )


def _hand_in(application: Application, user: User) -> NextStep:
    check = reverse("applications:check", args=[application.handle])
    if rules.may_submit(user, application):
        return NextStep(
            _("Check your answers and submit"),
            _("Every part is complete. Nothing reaches ICLD until you submit."),
            check,
            _("Check your answers"),
        )
    return NextStep(
        _("Everything is complete"),
        _("The coordinator or authorised signatory of the Swedish party submits it to ICLD."),
        check,
        _("Check your answers"),
    )


def next_step_in_list(application: Application, user: User) -> NextStep:
    """Return the next step of a case in a list, from its own row alone."""
    url = application.get_absolute_url()
    if application.status == Status.DRAFT:
        if rules.may_edit(user, application):
            return NextStep(_("Continue writing"), "", url)
        return NextStep(_("Read the draft"), "", url)
    if application.status in UNDER_WORK and getattr(application, "has_open_supplement", False):
        there = reverse("applications:current_supplement", args=[application.handle])
        return NextStep(_("Supplement the application"), "", there)
    steps = {
        Status.SUBMITTED: _("Nothing to do: ICLD has received it"),
        Status.IN_ASSESSMENT: _("Nothing to do: ICLD is assessing it"),
        Status.APPROVED: _("Read the decision"),
        Status.REJECTED: _("Read the decision"),
        Status.WITHDRAWN: _("Nothing to do: it was withdrawn"),
    }
    return NextStep(steps[Status(application.status)], "", url)
