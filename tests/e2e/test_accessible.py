"""Every page of the journey passes axe at WCAG 2.2 AA, in both languages, on desk and phone."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from playwright.sync_api import expect

from applications import attaching, beginning, citing, commenting, messages, notes
from applications import workflow as case_workflow
from applications.drafting import editing, save_answer
from applications.models import Application, ChangeKind, MessageFile, Question, SavedView
from applications.reports import accounting
from applications.workflow import auditing, changing
from applications.workflow.forms import begin_form, publish_form, remove_row
from applications.workflow.offers import accept_form, offer_form
from applications.workflow.texts import begin_text
from finance.accounts import imports
from finance.workflow import begin_version as begin_guidelines
from icld_portal.models import FileScan, Letter, PreparedFile
from partnerships import workflow
from partnerships.minute_writing import (
    begin_paragraph,
    remove_paragraph,
    stored_text,
    write_text,
    writing,
)
from partnerships.models import (
    AgendaItem,
    Country,
    Election,
    Membership,
    OrganisationKind,
    Role,
    SeatKind,
    User,
)
from tests.applications.test_supplements import approve, ask, questions, write
from tests.factories import cases, money, reports, steering
from tests.matrix.world import PNG, stands_in
from tests.worker import work

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PUBLIC = [
    "/",
    "/may-we-apply/",
    "/questions/",
    "/questions/project/",
    "/guidelines/",
    "/accessibility/",
    "/account/login/",
    "/account/password/reset/",
]
PARTY = [
    "/home/",
    "/applications/",
    "/applications/new/",
    "/partnerships/",
    "/partnerships/new/",
    "/organisations/",
    "/grants/",
    "/overview/",
    "/reports/",
    "/account/two-factor/",
    "/account/password/change/",
]
OFFICE = [
    "/office/applications/",
    "/office/applications/?status=nonsense",
    "/office/rounds/",
    "/office/prolong/",
    "/office/programme/",
    "/office/programme/guidelines/",
    "/office/programme/guidelines/1/",
    "/grants/",
    "/office/reports/",
    "/office/forecast/",
    "/office/forecast/frame/2028/",
    "/partnerships/",
    "/organisations/",
]


@pytest.fixture(params=[("sv", 1280), ("en", 390)], ids=["Swedish desk", "English phone"])
def visitor(request, visit, coordinator):
    """A browser in one language and size, not signed in yet."""
    language, width = request.param
    window = visit(width=width)
    window.context.add_cookies([{"name": "language", "value": language, "url": window.address}])
    window.language = language
    return window


def check(visitor, *paths: str) -> None:
    """Open each page in the visitor's language and let axe read it."""
    for path in paths:
        page = visitor.open(path)
        assert page.locator("html").get_attribute("lang") == visitor.language, path
        visitor.assert_accessible()
        overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(overflow) <= 0, f"{path} is wider than the window"


def sign_in(visitor, user, secret: str = "") -> None:
    """Sign in and keep the visitor's language, whatever the person's own is."""
    user.language = visitor.language
    user.save()
    visitor.sign_in(user, secret)


def test_public_pages(visitor):
    check(visitor, *PUBLIC)


def test_pages_of_a_party(visitor, partnership, coordinator, decider):
    empty = cases.empty_draft(partnership, by=coordinator)
    ready = cases.ready_draft(partnership, by=coordinator, years=2)
    decided = cases.approved(partnership, by=coordinator, decider=decider)
    work()
    sign_in(visitor, coordinator)

    check(visitor, *PARTY, f"/partnerships/{partnership.pk}/")
    copy = beginning.start_from(decided, "dissemination", by=coordinator)
    commented = comment_on(ready, by=coordinator)
    check(visitor, f"/applications/{ready.handle}/comments/", commented.get_absolute_url())
    check(visitor, f"/applications/{ready.handle}/comments/?about=context.context")
    check(
        visitor,
        f"/applications/{decided.handle}/begin-again/",
        f"/applications/{copy.handle}/begun-from/",
        f"/applications/{copy.handle}/sections/basics/",
    )
    check(visitor, *(f"/applications/{case.handle}/" for case in (empty, ready, decided)))
    budget = f"/applications/{ready.handle}/budget"
    check(visitor, f"{budget}/file/", f"{budget}/copy/2/")
    for draft in (empty, ready):
        keys = draft.sheet.question_set.sections.values_list("key", flat=True)
        check(visitor, *(f"/applications/{draft.handle}/sections/{key}/" for key in keys))
        check(
            visitor,
            *(
                f"/applications/{draft.handle}/{name}/"
                for name in ("check", "approval", "read", "attachments", "sharing")
            ),
        )


def test_pages_of_meetings(visitor, partnership, coordinator):
    group = steering.make_group(partnership)
    held = steering.held_meeting(group)
    coming = steering.plan_meeting(group, timezone.now() + timedelta(days=30))
    cases.empty_draft(partnership, by=coordinator)
    AgendaItem.objects.create(meeting=coming, title="Öppnande", note="Välkomna.")
    item = AgendaItem.objects.create(meeting=coming, title="Budget")
    sign_in(visitor, coordinator)

    base, of_group = f"/steering-meetings/{coming.pk}/", f"/steering-groups/{group.pk}/"
    check(visitor, f"{of_group}meetings/", f"{of_group}meetings/plan/", f"{of_group}calendar/")
    check(visitor, base, *(f"{base}{name}/" for name in ("agenda", "call", "change", "cancel")))
    check(visitor, f"{base}agenda/{item.pk}/", held.get_absolute_url())
    check(visitor, f"{held.get_absolute_url()}attendance/", of_group)
    visitor.open(f"{of_group}meetings/plan/").get_by_role("main").locator(
        "form button[type=submit]"
    ).click()
    visitor.assert_accessible()
    visitor.open(f"{of_group}calendar/").locator("main button[value=make]").click()
    visitor.assert_accessible()


def test_pages_of_decisions(visitor, partnership, coordinator):
    group = steering.make_group(partnership)
    today = timezone.localdate()
    against, responsible = steering.coordinators(group)
    first = steering.verified_decision(group, due_on=today, responsible=responsible)
    steering.verified_decision(
        group,
        about=cases.empty_draft(partnership, by=coordinator),
        starts_at=steering.HELD_AT + timedelta(days=1),
        corrects=first.paragraph,
        against=against,
        due_on=today - timedelta(days=1),
    )
    sign_in(visitor, coordinator)

    log = "/steering-decisions/"
    check(visitor, log, f"{log}?text=giraff", f"{log}?year=nonsense")
    follow_ups = "/steering-follow-ups/"
    check(visitor, follow_ups, f"{follow_ups}?state=done", f"{follow_ups}?state=nonsense")
    check(visitor, f"{follow_ups}{first.paragraph.follow_up.pk}/")
    there = group.get_absolute_url()
    check(visitor, there, f"{there}years/2026/")

    draft = cases.written_draft(partnership, by=coordinator, grant_type="steering_group")
    root = f"/applications/{draft.handle}/"
    check(visitor, root, f"{root}decisions/", f"{root}check/")
    citing.cite(draft, first.pk, by=coordinator)
    check(visitor, f"{root}decisions/", f"{root}read/")
    cases.approve_by_both(draft)
    handed_in = case_workflow.submit(Application.objects.get(pk=draft.pk), by=coordinator)
    check(visitor, f"/applications/{handed_in.reference}/")


def test_pages_of_attachments(visitor, partnership, coordinator):
    draft = cases.ready_draft(partnership, by=coordinator)
    slot = draft.sheet.question_set.slots.filter(need="optional").first()
    picture, letter = (_upload(name) for name in ("one.png", "two.png"))
    facts = {
        "organisation": partnership.parties.first().organisation,
        "by": coordinator,
        "at": timezone.now(),
    }
    kept, gone = attaching.attach(draft, slot, [picture, letter], **facts)
    attaching.set_aside(gone, by=coordinator, at=timezone.now())
    sign_in(visitor, coordinator)

    root = f"/applications/{draft.handle}/attachments/"
    check(visitor, root, f"{root}{kept.pk}/replace/", f"{root}history/")
    page = visitor.open(root)
    page.get_by_text("Visa bilden" if visitor.language == "sv" else "Show the picture").click()
    width = "picture => picture.decode().then(() => picture.naturalWidth)"
    assert page.get_by_alt_text("one.png").evaluate(width) == 1
    visitor.assert_accessible()
    page = visitor.open(f"{root}history/")
    page.get_by_role("button").filter(has_text="two.png").click()
    visitor.assert_accessible()


def _upload(name):
    return SimpleUploadedFile(name, PNG, content_type="image/png")


def test_pages_of_minutes(visitor, partnership, coordinator, second_factor):
    group = steering.make_group(partnership)
    done = steering.verified_decision(group, starts_at=steering.HELD_AT - timedelta(days=9))
    held = steering.held_meeting(group)
    first, last = steering.coordinators(group)
    steering.decide(held, responsible=first, due_on=held.starts_at.date(), against=last)
    struck = begin_paragraph(held, "Ett misstag", by=coordinator)
    begin_paragraph(held, "Rättelse", by=coordinator, corrects=done.paragraph)
    remove_paragraph(struck, by=coordinator)
    AgendaItem.objects.create(meeting=held, title="Övriga frågor")
    sign_in(visitor, first.user, second_factor(first.user))
    here = f"/steering-meetings/{held.pk}/"
    check(visitor, here, f"{here}minutes/", f"{here}minutes/write/", f"{here}minutes/verify/")
    own = f"{here}minutes/paragraphs/{held.paragraphs.order_by('number')[2].pk}/"
    check(visitor, f"{own}decision/", f"{own}remove/", f"{own}texts/heading/history/")
    check(visitor, f"/steering-meetings/{done.paragraph.meeting_id}/minutes/")
    page = visitor.open(f"{here}minutes/write/")
    steering_write(held, "Någon annans rubrik", by=coordinator)
    page.locator("[name^=heading-]").last.fill("Min rubrik")
    page.locator(".form-actions button").click()
    page.locator("#conflict-title").wait_for()
    visitor.assert_accessible()


def steering_write(meeting, heading, *, by):
    """Let somebody else save the heading of the last paragraph."""
    paragraph = meeting.paragraphs.order_by("number").last()
    with writing(meeting, by=by, what=[paragraph.sign]):
        stored = stored_text(paragraph, "heading")
        write_text(paragraph, "heading", heading, stored=stored, by=by)


def test_pages_of_a_decision_meeting(
    visitor, partnership, coordinator, officer, decider, icld, second_factor
):
    Membership.objects.create(user=decider, organisation=icld, role=Role.OFFICE_ADMINISTRATOR)
    case = cases.in_assessment(partnership, by=coordinator, officer=officer)
    meeting = case_workflow.meeting_of(case.round)
    deadline = case.round.deadline_on.isoformat()
    case_workflow.set_pot(case.round, "all", 90_000, by=decider)
    wanted = [case_workflow.Wanted("Name an expert.", case.round.deadline_on)]
    case_workflow.propose(
        meeting,
        case,
        by=officer,
        outcome="approved",
        reason="Good.",
        amounts={1: 90_000},
        conditions=wanted,
    )
    sign_in(visitor, decider, second_factor(decider))
    root = f"/office/meetings/{deadline}/"
    check(visitor, root, f"{root}pot/", f"{root}release/", f"{root}cases/{case.handle}/")
    check(visitor, f"{root}cases/{case.handle}/move/")
    check(visitor, f"{root}cases/{case.handle}/letters/")
    case_workflow.confirm(meeting, case, by=decider, version=1)
    case_workflow.order_release(meeting, by=decider, held_on=timezone.localdate())
    work()
    check(visitor, root, case.get_absolute_url())


def test_pages_of_files_made_to_order(visitor, coordinator):
    day = {"owner": coordinator, "expires_at": timezone.now() + timedelta(days=1)}
    facts = {"kind": "zip", "title": "2027-0001 ZIP", "language": "sv"}
    waiting, working, failed, done = (
        PreparedFile.objects.create(**day, **facts, order_sha256=state, state=state, **more)
        for state, more in (
            ("waiting", {}),
            ("working", {"done": 3, "total": 9}),
            ("failed", {"reason": "The disk is full."}),
            ("done", {"file": "none", "file_name": "a.zip", "size_bytes": 12_000}),
        )
    )
    sign_in(visitor, coordinator)
    pages = [order.get_absolute_url() for order in (waiting, working, failed, done)]
    check(visitor, "/prepared/", *pages)


def comment_on(draft, *, by):
    """Write a comment that has an answer beside a question, and one beside its section."""
    section = draft.sheet.question_set.sections.get(key="context")
    question = section.questions.get(key="context")
    commenting.open_thread(draft, section, "Hela delen är bra.", by=by)
    first = commenting.open_thread(draft, section, "@Test?", by=by, question=question)
    return commenting.reply(first.thread, "Ja, jag gör det.", by=by)


def test_pages_of_one_answer(visitor, partnership, coordinator):
    draft = cases.ready_draft(partnership, by=coordinator)
    for text in ("Två kommuner vid vatten.", "Två städer vid vatten."):
        question = Question.objects.get(
            section__question_set=draft.sheet.question_set, key="context"
        )
        with editing(draft, by=coordinator) as locked:
            save_answer(locked, question, text, by=coordinator)
    sign_in(visitor, coordinator)

    check(visitor, f"/applications/{draft.handle}/answers/context/history/")
    check(visitor, f"/applications/{draft.handle}/sections/context/?translation")


def test_pages_that_show_what_another_editor_has_saved(visitor, partnership, coordinator):
    draft = cases.ready_draft(partnership, by=coordinator)
    sign_in(visitor, coordinator)
    fields = {"results": "results-0-text", "budget": "lines-1-0-description", "basics": "title_sv"}
    for key, field in fields.items():
        page = visitor.open(f"/applications/{draft.handle}/sections/{key}/")
        with editing(draft, by=coordinator) as locked:
            locked.results.update(text=f"Fler har rent vatten: {key}")
            locked.budget.lines.update(description=f"Tåg och båt: {key}")
            Application.objects.filter(pk=draft.pk).update(title_sv=f"Vatten åt alla: {key}")
        page.fill(f"[name='{field}']", "Mitt eget")
        page.click(".form-actions button[value=stay]")

        page.wait_for_selector("#stands-title")
        visitor.assert_accessible()
        overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(overflow) <= 0, f"{key} is wider than the window"


def test_pages_of_icld(
    visitor, partnership, coordinator, decider, office_administrator, second_factor
):
    received = cases.submitted(partnership, by=coordinator)
    read = cases.in_assessment(partnership, by=coordinator, officer=decider)
    decided = cases.approved(partnership, by=coordinator, decider=decider)
    work()
    sign_in(visitor, decider, second_factor(decider))

    check(visitor, *OFFICE)
    check(visitor, *(f"/applications/{case.reference}/" for case in (received, read, decided)))
    check(
        visitor,
        *(f"/applications/{read.reference}/{name}/" for name in ("read", "consensus", "decision")),
    )
    check(visitor, f"/applications/{decided.reference}/decided/", f"/grants/{decided.reference}/")
    proposal = cases.propose(read, outcome="rejected", reason="Nej.")
    check(visitor, f"/applications/{read.reference}/decision/")
    case_workflow.send_back(read, by=decider, version=proposal.version, reason="Varför?")
    check(visitor, f"/applications/{read.reference}/decision/")
    check(visitor, f"{read.get_absolute_url()}formal-check/")
    check(visitor, f"/office/rounds/{read.round.deadline_on}/assessment/", "/assessments/")
    visitor.context.clear_cookies(name="sessionid")
    sign_in(visitor, office_administrator, second_factor(office_administrator))
    check(visitor, "/office/rounds/", f"/office/rounds/{received.round.deadline_on}/")


def test_pages_of_an_agreement(
    visitor, partnership, coordinator, signatory, partner_signatory, decider, second_factor
):
    prepared, case, done = (
        cases.approved(partnership, by=coordinator, decider=decider) for _number in range(3)
    )
    made, signed = cases.agreement(case, by=decider), cases.agreement(done, by=decider)
    case_workflow.send_copy(
        made, _upload("copy.png"), party=None, signed_names="A", by=coordinator, at=timezone.now()
    )
    for party in signed.parties.all():
        by = decider if party.is_office else cases.signatory_of(party.organisation)
        cases.sign(signed, by=by, organisation=party.organisation)
    work()
    sign_in(visitor, signatory, second_factor(signatory))
    here = f"{case.get_absolute_url()}agreement/"
    check(visitor, case.get_absolute_url(), here, f"{here}?text=en")
    check(visitor, done.get_absolute_url(), f"{done.get_absolute_url()}agreement/")
    visitor.context.clear_cookies(name="sessionid")
    sign_in(visitor, decider, second_factor(decider))
    check(visitor, here, f"{here}cancel/", f"{prepared.get_absolute_url()}agreement/prepare/")
    check(visitor, case.get_absolute_url(), f"{done.get_absolute_url()}agreement/")
    check(visitor, "/agreements/", "/agreements/?state=parties", f"/grants/{case.reference}/")


def test_pages_of_taking_back_and_of_a_letter_instead_of_a_signatory(
    visitor, partnership, coordinator, signatory, decider, second_factor
):
    people = {"swedish coordinator": coordinator, "swedish signatory": signatory}
    case = stands_in(partnership, {key: SimpleNamespace(user=who) for key, who in people.items()})
    sign_in(visitor, coordinator)
    for deed in ("reopen", "withdraw"):
        page = visitor.open(case.get_absolute_url())
        page.locator(f"form[action$='/{deed}/'] button").click()
        page.locator("main form input[name=sure]").wait_for(state="attached")
        visitor.assert_accessible()
    check(visitor, f"{case.get_absolute_url()}read/")
    taken = case_workflow.take_up(case, by=decider)
    visitor.context.clear_cookies(name="sessionid")
    sign_in(visitor, decider, second_factor(decider))
    check(visitor, taken.get_absolute_url(), f"{taken.get_absolute_url()}read/")
    page = visitor.open(taken.get_absolute_url())
    page.locator("textarea[name=reason]").fill("Ingen namnteckning.")
    page.locator("button[name=answer][value=refuse]").click()
    page.get_by_text("Ingen namnteckning.").wait_for()
    visitor.assert_accessible()


def test_pages_of_a_supplement(
    visitor, partnership, coordinator, signatory, officer, decider, second_factor
):
    case = cases.in_assessment(partnership, by=coordinator, officer=officer)
    question = questions(case)[0]
    asking = f"{case.get_absolute_url()}supplements/ask/"
    sign_in(visitor, officer, second_factor(officer))
    check(
        visitor, asking, f"{asking}?next=1", f"{asking}?part=question-{question.pk}&part=budget-0"
    )
    supplement = ask(case, ("question", question.pk), ("budget", 0), by=officer)
    here = supplement.get_absolute_url()
    check(visitor, here, f"{here}close/", case.get_absolute_url())
    visitor.context.clear_cookies(name="sessionid")
    sign_in(visitor, coordinator)
    budget = f"{case.get_absolute_url()}sections/budget/"
    check(visitor, case.get_absolute_url(), here, budget)
    check(visitor, f"{case.get_absolute_url()}sections/{question.section.key}/")
    visitor.open(here).locator("form[action$='/hand-in/'] button").click()
    visitor.assert_accessible()
    write(case, question, "Ett tydligare svar.", by=coordinator)
    with editing(case, by=coordinator, within=[("budget", 0)]) as held:
        cases.add_cost(held, 25_000)
    check(visitor, here)
    visitor.context.clear_cookies(name="sessionid")
    sign_in(visitor, signatory, second_factor(signatory))
    check(visitor, f"{case.get_absolute_url()}approval/")
    approve(case)
    case_workflow.hand_in_supplement(supplement, by=coordinator, answer="Nu är det rätt.")
    visitor.context.clear_cookies(name="sessionid")
    # A code counts once: somebody else at ICLD reads the answer.
    sign_in(visitor, decider, second_factor(decider))
    check(visitor, here, case.get_absolute_url(), asking)


def test_pages_of_the_programme(visitor, office_administrator, second_factor):
    begin_guidelines(by=office_administrator)
    sign_in(visitor, office_administrator, second_factor(office_administrator))
    draft = "/office/programme/guidelines/2/"
    parts = ("general", "amounts/project", "costs/add", "costs/travel", "difference")
    check(visitor, "/office/programme/guidelines/", draft)
    lists = "/office/programme/lists/"
    check(visitor, f"{lists}countries/", f"{lists}countries/add/", f"{lists}kinds/municipality/")
    check(visitor, *(f"{draft}{name}/" for name in (*parts, "publish", "throw-away")))
    form = begin_form("application", "project", by=office_administrator).office_url()
    parts = (
        "title",
        "sections/add",
        "sections/risks",
        "questions/context",
        "slots/other",
        "difference",
    )
    check(visitor, "/office/programme/forms/", form)
    check(visitor, *(f"{form}{name}/" for name in (*parts, "publish", "throw-away")))


def test_pages_of_the_letters(
    visitor, partnership, coordinator, officer, office_administrator, second_factor
):
    cases.in_assessment(partnership, by=coordinator, officer=officer)
    letter = begin_text("decision_approved", by=office_administrator).office_url()
    help_text = begin_text("about", by=office_administrator).office_url()
    sign_in(visitor, office_administrator, second_factor(office_administrator))
    check(visitor, "/office/programme/", "/office/programme/texts/letters/", letter, help_text)
    parts = ("write", "difference", "publish", "throw-away")
    check(visitor, *(f"{letter}{name}/" for name in parts), f"{help_text}write/")
    page = visitor.open(f"{letter}write/")
    page.locator("[name=body_sv]").fill("{{refrence}}")
    page.locator("form:has([name=body_sv]) button[type=submit]").click()
    page.locator(".error-summary").wait_for()
    visitor.assert_accessible()


def test_pages_of_messages_and_notes(
    visitor, partnership, coordinator, officer, decider, second_factor, settings
):
    case = cases.in_assessment(partnership, by=coordinator, officer=officer)
    thread = messages.begin_thread(case, subject="Revisor", text="Får vi byta?", by=coordinator)
    messages.answer(thread, text="Ja.", by=officer)
    draft = cases.empty_draft(partnership, by=coordinator)
    asked = messages.begin_thread(draft, subject="Hjälp", text="Hur gör vi?", by=coordinator)
    note = notes.write_note(case, text="Ring dem.", by=officer)
    notes.withdraw_note(note, by=officer)
    notes.write_note(case, text="Ring dem i morgon.", by=decider)
    messages.answer(
        thread, text="Så här.", by=coordinator, uploads=[_upload("one.png"), _upload("two.png")]
    )
    names = MessageFile.objects.order_by("pk").values_list("file", flat=True)
    for name, facts in zip(names, ({}, {"state": "infected", "found": "Eicar"}), strict=True):
        FileScan.objects.create(file=name, **facts)
    settings.CLAMAV = "127.0.0.1:9"
    sign_in(visitor, coordinator)
    own = [f"/applications/{one.handle}/messages/" for one in (case, draft)]
    check(visitor, "/messages/", *own, thread.get_absolute_url(), f"/applications/{case.handle}/")
    check(visitor, f"/applications/{case.handle}/documents/")
    notice = Letter.objects.filter(to_user_id=coordinator.pk).latest("pk")
    check(visitor, "/notices/", f"/notices/{notice.pk}/", "/account/notices/")
    visitor.context.clear_cookies(name="sessionid")
    sign_in(visitor, decider, second_factor(decider))
    check(visitor, "/messages/", asked.get_absolute_url(), f"/applications/{case.handle}/notes/")


def test_pages_of_a_new_version_of_a_form(
    visitor, partnership, coordinator, office_administrator, second_factor
):
    draft = cases.written_draft(partnership, by=coordinator)
    new = begin_form("application", "project", by=office_administrator)
    remove_row(new, new.sections.get(key="perspectives"), by=office_administrator)
    publish_form(new, by=office_administrator)
    sign_in(visitor, office_administrator, second_factor(office_administrator))
    check(visitor, f"{new.office_url()}offer/")
    offer_form(new, by=office_administrator)
    visitor.context.clear_cookies(name="sessionid")
    sign_in(visitor, coordinator)
    case = draft.get_absolute_url()
    check(visitor, case, f"{case}new-form/")
    accept_form(draft.form_offers.get(), by=coordinator)
    check(visitor, case, f"{case}set-aside/")


def test_pages_of_the_work_list(visitor, partnership, coordinator, decider, second_factor):
    received = cases.submitted(partnership, by=coordinator)
    secret = second_factor(decider)
    sign_in(visitor, decider, secret)
    worklist, pick = "/office/applications/", f"pick={received.reference}"
    check(visitor, f"{worklist}?text=varandra&sort=-title", f"{worklist}views/")
    view = SavedView.objects.create(owner=decider, name="Att fördela", query="officer=none")
    SavedView.objects.create(owner=decider, name="Långt namn " * 5, query="country=KE")
    check(visitor, f"{worklist}?view={view.pk}&officer=none", f"{worklist}views/")
    check(visitor, f"{worklist}views/{view.pk}/", f"{worklist}views/save/?query=country%3DKE")
    check(visitor, f"{worklist}assign/?{pick}", f"{worklist}assign/?{pick}&officer={decider.pk}")
    check(visitor, f"{worklist}file/?{pick}", f"{worklist}file/?all=1&query=officer%3Dnone")
    visitor.open(f"{worklist}views/").locator("form[action$='/remove/'] button").first.click()
    visitor.assert_accessible()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_cases_are_picked_and_given_out_by_keyboard(
    visit, partnership, coordinator, decider, second_factor, scripts
):
    made = [cases.submitted(partnership, by=coordinator) for _number in range(2)]
    visitor = visit(java_script_enabled=scripts)
    visitor.sign_in(decider, second_factor(decider))
    page = visitor.open("/office/applications/")
    box = "[data-pick-page] input" if scripts else "#picked input[name=all]"
    page.locator(box).press("Space")
    assert page.locator("input[name=pick]:checked").count() == (2 if scripts else 0)

    page.get_by_role("button", name="Ge till en handläggare").press("Enter")
    page.get_by_label(decider.name).press("Space")
    page.get_by_role("button", name="Visa vem som får vad").press("Enter")
    page.get_by_role("button", name="Fördela ärendena").press("Enter")

    page.wait_for_url("**/office/applications/?*")
    assert page.locator("tbody").inner_text().count(decider.name) == len(made)


def test_pages_about_people(visitor, partnership, coordinator, member, robertsfors, vara, machakos):
    for organisation in (robertsfors, vara):
        Membership.objects.create(
            user=coordinator, organisation=organisation, role=Role.ADMINISTRATOR
        )
    draft = cases.empty_draft(partnership, by=coordinator)
    open_one = workflow.invite(robertsfors, "new@example.org", ["finance"], by=coordinator)
    workflow.invite(vara, member.email, ["finance"], by=coordinator)
    closed = workflow.invite(vara, "old@example.org", ["finance"], by=coordinator)
    workflow.revoke(closed, by=coordinator)
    bodies = Letter.objects.filter(kind="invitation").values_list("body", flat=True)
    ways_in = ["/invitations/" + body.partition("/invitations/")[2].split()[0] for body in bodies]
    check(visitor, *ways_in)
    sign_in(visitor, coordinator)
    check(visitor, ways_in[0], "/home/", "/partnerships/new/", "/organisations/add/")
    own, person = f"/organisations/{robertsfors.pk}/", f"{member.pk}/"
    check(visitor, own, f"{own}profile/", f"{own}people/", f"{own}people/invite/")
    check(visitor, f"{own}people/{person}", f"/partnerships/{partnership.pk}/")
    check(visitor, f"/organisations/{machakos.pk}/people/invite/")
    check(visitor, f"/applications/{draft.handle}/filing/{robertsfors.pk}/")
    visitor.page.goto(f"{visitor.address}{own}people/{person}")
    visitor.page.locator("form[action$='/remove/'] button").click()
    visitor.assert_accessible()
    assert open_one.organisation == robertsfors


def test_pages_of_the_register(visitor, coordinator, machakos, office_administrator, second_factor):
    added = workflow.add_partner(
        "Kisumu City",
        country=Country.objects.get(code="KE"),
        kind=OrganisationKind.objects.get(code="local-authority"),
        by=coordinator,
    )
    sign_in(visitor, office_administrator, second_factor(office_administrator))
    check(visitor, "/office/organisations/", f"/office/organisations/{added.pk}/")
    check(visitor, "/organisations/?text=Kisumu", f"/organisations/{added.pk}/")
    merging = f"/office/organisations/{added.pk}/merge/"
    check(visitor, merging, f"{merging}?into={machakos.pk}")
    workflow.refuse_organisation(added, reason="A company.", by=office_administrator)
    check(visitor, f"/office/organisations/{added.pk}/", f"/organisations/{added.pk}/")


def test_pages_of_assessing(
    visitor, partnership, coordinator, officer, outsider, office_administrator, second_factor
):
    case = cases.in_assessment(partnership, by=coordinator, officer=officer)
    address = f"/applications/{case.reference}/"
    cases.scored(case, by=cases.asked(case, by=officer))
    interest = case_workflow.declare(
        case, by=cases.asked(case, by=officer), has_conflict=True, reason="Min kusin."
    )
    case_workflow.give(case, to=outsider, by=officer)
    sign_in(visitor, outsider, second_factor(outsider))
    check(visitor, "/assessments/", f"{address}interest/")
    case_workflow.declare(case, by=outsider, has_conflict=False)
    check(visitor, f"{address}assessment/")
    visitor.page.locator("button[value=hand_in]").click()
    visitor.assert_accessible()
    cases.scored(case, by=outsider)
    check(visitor, f"{address}assessment/")
    visitor.context.clear_cookies(name="sessionid")
    sign_in(visitor, office_administrator, second_factor(office_administrator))
    check(visitor, address, f"{address}assessors/", f"{address}consensus/")
    check(visitor, f"{address}interests/{interest.pk}/withdraw/")


def test_pages_of_a_steering_group(
    visitor, partnership, coordinator, member, office_administrator, second_factor
):
    draft = cases.empty_draft(partnership, by=coordinator)
    group = steering.make_group(partnership)
    case_workflow.follow(group, [draft.pk], by=coordinator)
    since = workflow.Days(steering.BEGINNING)
    seat = group.seats.get(party__is_grantee=True, kind=SeatKind.POLITICIAN_MAJORITY)
    term = workflow.seat_person(seat, workflow.Sitter(user=member), since, by=coordinator)
    Membership.objects.filter(user=member).delete()
    election = Election.objects.create(
        country=Country.objects.get(code="SE"),
        held_on=steering.BEGINNING + timedelta(days=9),
        name_sv="Val",
        name_en="Elections",
    )
    sign_in(visitor, coordinator)
    here = group.get_absolute_url()
    check(visitor, "/steering-groups/", f"/partnerships/{partnership.pk}/", here, f"{here}seats/")
    check(visitor, "/steering-groups/?attention=overdue", "/steering-groups/?attention=x")
    check(visitor, f"/partnerships/{partnership.pk}/steering-group/")
    check(visitor, *(f"{here}{name}/" for name in ("change", "end", "delete", "cases")))
    one, its_term = f"{here}seats/{seat.pk}/", f"{here}terms/{term.pk}/"
    check(visitor, one, f"{one}person/", its_term, f"{its_term}end/", f"{its_term}remove/")
    visitor.open(f"{one}person/").locator("form.prose button[type=submit]").click()
    visitor.page.locator(".error-summary").wait_for()
    visitor.assert_accessible()
    visitor.context.clear_cookies(name="sessionid")
    sign_in(visitor, office_administrator, second_factor(office_administrator))
    elections = "/office/programme/elections/"
    check(visitor, elections, f"{elections}add/", f"{elections}{election.pk}/")
    check(visitor, "/steering-groups/", here, f"{here}seats/")


SIE = (
    "#FLAGGA 0\n#FORMAT PC8\n#SIETYP 4\n#KONTO 5800 Tågresor\n#KONTO 6100 Porto\n"
    '#VER A 1 {day} "Åre"\n{{\n#TRANS 5800 {{6 P1}} 10.00\n#TRANS 6100 {{6 P1}} 5.00\n'
    "#TRANS 2440 {{}} -15.00\n}}\n"
)


def test_pages_of_a_report(visitor, partnership, coordinator, signatory, decider, second_factor):
    case = cases.approved(partnership, by=coordinator, decider=decider)
    first = reports.open_report(case)
    steering.verified_decision(steering.make_group(partnership))
    sign_in(visitor, coordinator)
    here = f"/reports/{case.reference}/year-1/"
    parts = ("year", "done", "indicators", "swedish_party", "participants")
    check(visitor, "/reports/", "/reports/?show=late", here, f"{here}read/")
    check(visitor, *(f"{here}sections/{part}/" for part in parts))
    check(visitor, f"{here}submit/", f"{here}citations/", f"{here}sections/year/?translation")
    reports.write_report(first, by=coordinator)
    reports.open_report(case, None)
    later = reports.open_report(case, 2)
    there = later.get_absolute_url()
    check(visitor, *(f"{there}sections/{part}/" for part in parts[:3]), here, f"{here}submit/")
    # A refused row keeps what was typed, and says beside it what is wrong.
    page = visitor.open(f"{there}sections/participants/")
    page.locator("input[name$=-women]").first.fill("-1")
    page.locator("button.btn-outline-primary[value=stay]").click()
    page.locator(".error-summary").wait_for()
    visitor.assert_accessible()
    visitor.context.clear_cookies(name="sessionid")
    sign_in(visitor, signatory, second_factor(signatory))
    check(visitor, f"{here}approval/")
    reports.approve_report(first)
    case_workflow.submit_report(first, by=signatory)
    check(visitor, here)


def test_pages_of_the_accounts_of_a_report(visitor, partnership, coordinator, decider):
    case = cases.approved(partnership, by=coordinator, decider=decider)
    report = reports.open_report(case)
    line = money.add_cost(report.statement, "-10.00")
    money.add_cost(
        report.statement,
        "812.34",
        voucher="A 2",
        currency="KES",
        amount_currency=10_000,
        rate="0.081234",
        rate_on=report.first_on,
    )
    salary = money.add_salary(report.statement, day_cost="4900.00")
    for row in (line, None):
        accounting.attach(
            report,
            [SimpleUploadedFile("kvitto.png", PNG)],
            line=row.pk if row else None,
            by=coordinator,
            at=timezone.now(),
        )
    sign_in(visitor, coordinator)
    here = f"/reports/{case.reference}/year-1"

    check(
        visitor,
        f"{here}/accounts/",
        f"{here}/accounts/{line.pk}/",
        f"{here}/accounts/missing/",
        f"{here}/salaries/",
        f"{here}/salaries/{salary.pk}/",
        f"{here}/deviations/",
        f"{here}/receipts/",
        f"{here}/receipts/add/?line={line.pk}",
    )
    accounting.set_aside(
        report, report.statement.receipts.first().pk, by=coordinator, at=timezone.now()
    )
    check(visitor, f"{here}/receipts/history/")
    day = report.first_on
    for kind, raw, project in (
        ("lines", f"A 9;{day};Buss;;travel;10,00\nA 8;{day};;;öl;1.0\n", ""),
        ("sie", SIE.format(day=f"{day:%Y%m%d}"), "P1"),
        ("sie", "#FLAGGA 0\n#SIETYP 1\n", "P1"),
    ):
        file = SimpleUploadedFile("fil.csv", raw.encode())
        sent = imports.send(report.statement, kind, file, project=project, by=coordinator)
        check(visitor, f"{here}/accounts/file/{sent.pk}/")
    check(visitor, f"{here}/accounts/file/")

    # A row that cannot be read is shown again with what is wrong, and the sums follow the typing.
    page = visitor.open(f"{here}/accounts/")
    page.locator("#id_amount").fill("1 000,50")
    page.locator("#id_voucher").fill("A 3")
    page.locator("#id_text").fill("x")
    page.locator("#id_booked_on").fill(report.first_on.isoformat())
    expect(page.locator("#live-sums")).to_contain_text("11\u00a0602,84")
    page.locator("#id_amount").fill("1.000,50")
    page.locator(".account-form button").click()
    expect(page.locator(".error-summary")).to_be_visible()
    visitor.assert_accessible()


def test_pages_of_an_audit(visitor, partnership, coordinator, decider):
    case = cases.approved(partnership, by=coordinator, decider=decider)
    report = reports.open_report(case)
    money.add_cost(report.statement)
    money.add_salary(report.statement)
    base = f"/reports/{case.reference}/{report.slug}"
    auditor = User.objects.create_user(
        "revisor@example.org", "a long test password", name="Test Revisorsson"
    )
    sign_in(visitor, coordinator)
    check(visitor, f"{base}/audit/")
    visitor.context.clear_cookies()
    visitor.context.add_cookies(
        [{"name": "language", "value": visitor.language, "url": visitor.address}]
    )
    sent = auditing.invite_auditor(
        report, name="A", firm="", email=auditor.email, language="sv", by=coordinator
    )
    token = Letter.objects.get(kind="audit_invitation").body.partition("/audits/")[2].split("/")[0]
    check(visitor, f"/audits/{token}/")
    auditing.accept_audit(sent, token, by=auditor)
    check(visitor, f"/audits/{token}/")
    sign_in(visitor, auditor)
    check(visitor, "/home/", f"{base}/auditing/", f"{base}/auditing/accounts/")
    check(visitor, f"{base}/auditing/salaries/", f"{base}/auditing/receipts/")


def test_pages_of_a_change_request(visitor, partnership, coordinator, decider):
    case = cases.approved(partnership, by=coordinator, decider=decider)
    change = changing.begin_change(case, by=coordinator)
    there = change.get_absolute_url()
    sign_in(visitor, coordinator)
    check(visitor, there, f"{there}money/", f"/applications/{case.reference}/changes/")
    words = [changing.Words(ChangeKind.PEOPLE, "Anna", "Bo")]
    facts = {"reason": "Anna slutar.", "end_on": None, "decision": None}
    changing.save_change(change, by=coordinator, version=1, words=words, **facts)
    changing.submit_change(change, by=coordinator, version=2)
    check(visitor, there)
