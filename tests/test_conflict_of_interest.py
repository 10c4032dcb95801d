"""A declared conflict of interest hides the case from that person: no page, list, count,
search, file or letter tells anything of it. Every route is asked with the case's own ids."""

import io
import re
import uuid
import zipfile
from collections.abc import Iterable
from itertools import product

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Sum
from django.http import HttpResponse

from applications import citing, list_files, messages, notes, workflow
from applications.models import (
    Application,
    Following,
    MessageFile,
    MessageThread,
    PaperKind,
    Question,
)
from finance.models import Grant
from icld_portal.models import Letter
from icld_portal.prepared import Refused
from icld_portal.routes import routes
from partnerships import decision_files, rules
from partnerships.models import Country, SteeringDecision, User
from tests.factories import cases, steering
from tests.factories.parties import make_person
from tests.reading_pdf import text_of
from tests.worker import work

CANARY = "Kanariefågelprojektet"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8"
    "cfc0000003010100c9fe92ef0000000049454e44ae426082"
)
pytestmark = pytest.mark.django_db(transaction=True)
# The demo's letter box shows everybody's letters to everybody, and exists only there.
NOT_ASKED = ("demo:", "account_logout")


@pytest.fixture(autouse=True)
def _own_store(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path)},
        }
    }


@pytest.fixture
def case(partnership, coordinator, officer, decider, signed_in) -> Application:
    """An approved case with the canary in its title, its answers and a file's name."""
    draft = cases.written_draft(partnership, by=coordinator)
    with cases.editing(draft, by=coordinator) as locked:
        locked.title_sv = locked.title_en = CANARY
        locked.save()
        for question in Question.objects.filter(
            section__question_set=draft.sheet.question_set, kind="long_text"
        ):
            cases.save_answer(locked, question, f"{CANARY} {question.key}", by=coordinator)
    signed_in(coordinator).post(
        f"/applications/{draft.handle}/attachments/in/letter_of_intent/",
        {
            "letter_of_intent-organisation": draft.case_parties.get(
                is_grantee=False
            ).organisation_id,
            "letter_of_intent-files": SimpleUploadedFile(f"{CANARY}.png", PNG),
        },
    )
    assert draft.attachments.get().file_name == f"{CANARY}.png"
    cases.approve_by_both(draft)
    message = {"subject": CANARY, "text": CANARY, "key": uuid.uuid4()}
    file = SimpleUploadedFile(f"{CANARY}.png", PNG)
    signed_in(coordinator).post(
        f"/applications/{draft.handle}/messages/", message | {"attached": [file]}
    )
    case = workflow.submit(draft, by=coordinator)
    case = workflow.take_up(case, by=officer)
    notes.write_note(case, text=CANARY, by=officer)
    cases.agreed(case, by=officer, text=CANARY)
    cases.decide(case, by=decider, outcome="approved", reason=CANARY, amounts={1: 100_000})
    work()
    return Application.objects.get(pk=case.pk)


def addresses(case: Application) -> list[str]:
    """Every route with every way to fill it from this case."""
    application_keys = list(case.sheet.question_set.sections.values_list("key", flat=True)) + list(
        Question.objects.filter(section__question_set=case.sheet.question_set).values_list(
            "key", flat=True
        )[:3]
    )
    ids = {
        case.pk,
        case.partnership_id,
        *case.attachments.values_list("pk", flat=True),
        *case.threads.values_list("pk", flat=True),
        *case.case_parties.values_list("organisation", flat=True),
    }
    fillings = {
        "handle": [case.reference, case.key],
        "reference": [case.reference],
        "key": application_keys,
        "pk": sorted(ids),
        "file": list(MessageFile.objects.values_list("pk", flat=True)),
        "person_pk": [case.submitted_by_id],
        "organisation": list(case.case_parties.values_list("organisation", flat=True)),
        "kind": PaperKind.values,
        "language": ["sv", "en"],
        "file_format": ["csv", "xlsx", "pdf", "zip"],
        "grant_type": [case.grant_type],
        "deadline": [case.round.deadline_on.isoformat()],
        "year": [1],
    }
    found = []
    for route in routes():
        if "GET" not in route.methods or route.name.startswith(NOT_ASKED):
            continue
        names = re.findall(r"<(?:\w+:)?(\w+)>", route.path)
        for values in product(*(fillings.get(name, ["sample"]) for name in names)):
            path = route.path
            for value in values:
                path = re.sub(r"<[^>]+>", str(value), path, count=1)
            found.append(path)
    return found


def said(response) -> str:
    """Everything a response says, also inside a spreadsheet, an archive or a PDF."""
    content = response.getvalue() if response.streaming else response.content
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content = b"\n".join(archive.read(name) for name in archive.namelist())
    elif content.startswith(b"%PDF"):
        return text_of(content) + str(response.headers)
    return content.decode(errors="replace") + str(response.headers)


def telling(client, paths: Iterable[str]) -> list[str]:
    """The addresses whose answer contains the canary."""
    return [path for path in paths if CANARY in said(client.get(path))]


@pytest.mark.parametrize("person", ["officer", "decider", "reader", "office_administrator"])
def test_no_page_or_file_tells_of_the_case(request, signed_in, case, person):
    who = request.getfixturevalue(person)
    client = signed_in(who)
    # What could leak: lists, the case, its files and papers, the grant and the exports.
    leaking = [
        "/office/applications/",
        f"/applications/{case.reference}/",
        f"/applications/{case.reference}/read/",
        f"/applications/{case.reference}/papers/receipt/sv/",
        "/grants/",
        f"/grants/{case.reference}/",
        f"/partnerships/{case.partnership_id}/",
        "/messages/",
        case.threads.get().get_absolute_url(),
        f"/applications/{case.reference}/messages/",
        f"/applications/{case.reference}/notes/",
    ]
    assert telling(client, leaking) == leaking
    assert set(leaking) <= set(addresses(case))

    workflow.declare(case, by=who, has_conflict=True, reason="Min syster leder projektet.")

    assert telling(signed_in(who), addresses(case)) == []


def test_no_count_or_sum_has_the_case_in_it(signed_in, case, officer, reader):
    workflow.declare(case, by=officer, has_conflict=True, reason="Släkt.")

    def seen(user) -> tuple:
        client = signed_in(user)
        worklist = client.get("/office/applications/").context
        search = client.get("/office/applications/", {"text": CANARY}).context
        (row,) = client.get("/office/rounds/").context["rounds"]
        grants = Grant.objects.all().visible_to(user).aggregate(sum=Sum("years__decided_sek"))
        return (
            worklist["total"],
            search["total"],
            row["round"].handed_in,
            client.get("/grants/").context["number"],
            grants["sum"],
        )

    assert seen(reader) == (1, 1, 1, 1, 100_000)
    assert seen(officer) == (0, 0, 0, 0, None)


def test_no_filter_offers_what_only_the_hidden_case_has(
    signed_in, case, officer, reader, partnership, coordinator, machakos
):
    """The country, and the officer who has left ICLD since."""
    kept_by = make_person("Test Slutatsson", officer.memberships.get().organisation, "officer")
    Application.objects.filter(pk=case.pk).update(officer=kept_by)
    kept_by.memberships.all().delete()
    workflow.declare(case, by=officer, has_conflict=True, reason="Släkt.")
    draft = cases.empty_draft(partnership, by=coordinator)
    Application.objects.filter(pk=draft.pk).update(country=Country.objects.get(code="GE"))

    def offered(user) -> tuple[list[str], bool]:
        page = signed_in(user).get("/office/applications/").context["chosen"]
        countries = [code for code, _name in page.choices_of("country")]
        return countries, str(kept_by.pk) in dict(page.choices_of("officer"))

    assert offered(reader) == (["KE"], True)
    assert offered(officer) == ([], False)


@pytest.mark.parametrize("file_format", ["csv", "xlsx", "pdf", "zip"])
def test_no_file_of_the_work_list_has_the_case_in_it(case, officer, reader, file_format):
    def made_for(user) -> str:
        out = io.BytesIO()
        facts = {"format": file_format, "answers": False, "all": "1", "query": "", "picks": []}
        list_files.make_work_list(user, facts, out, lambda done, total: None)
        return said(HttpResponse(out.getvalue()))

    workflow.declare(case, by=officer, has_conflict=True, reason="Släkt.")

    assert case.reference in made_for(reader)
    with pytest.raises(Refused):
        made_for(officer)


def test_no_letter_tells_the_assessor_more_than_the_parties(
    partnership, coordinator, officer, outsider
):
    other = cases.submitted(partnership, by=coordinator)

    workflow.give(other, to=outsider, by=officer)
    workflow.declare(other, by=outsider, has_conflict=True, reason="Rådgivare åt kommunen.")

    (letter,) = Letter.objects.filter(to_user_id=outsider.pk)
    assert other.reference in letter.subject
    assert other.title_sv not in letter.subject + letter.body
    assert other.title_en not in letter.subject + letter.body


def test_a_thread_is_hidden_with_its_case_and_nobody_hidden_from_is_told(
    partnership, coordinator, officer, decider, outsider
):
    case = workflow.take_up(cases.submitted(partnership, by=coordinator), by=officer)
    thread = messages.begin_thread(case, subject=CANARY, text="Hej.", by=coordinator)
    messages.answer(thread, text="Hej hej.", by=decider)
    workflow.declare(case, by=decider, has_conflict=True, reason="Släkt.")
    Letter.objects.all().delete()

    messages.answer(thread, text="En sak till.", by=coordinator)

    assert set(Letter.objects.values_list("to_user_id", flat=True)) >= {officer.pk}
    assert not Letter.objects.filter(to_user_id=decider.pk).exists()
    for person, seen in ((officer, 1), (decider, 0), (outsider, 0)):
        assert MessageThread.objects.all().visible_to(person).count() == seen


# --- Steering groups ------------------------------------------------------------------


def steering_addresses(facts: dict[str, int]) -> list[str]:
    """Every page of steering groups, with the numbers of what the case has there."""
    found = []
    for route in routes():
        if "/steering-" not in route.path or "GET" not in route.methods:
            continue
        numbers = {**facts, "pk": facts["meeting"]} if "meetings/<int:pk>" in route.path else facts
        path = re.sub(r"<str:language>", "sv", re.sub(r"<str:part>", "decision", route.path))
        path = re.sub(r"<int:(\w+)>", lambda hit, known=numbers: str(known.get(hit[1], 1)), path)
        found.append(path)
    return [*found, f"/partnerships/{facts['partnership']}/"]


@pytest.fixture(params=["follows", "decides", "is cited"])
def steered(request, partnership, coordinator, officer) -> Application:
    """A handed-in case that a group follows, decides about, or is cited by."""
    group = steering.make_group(partnership, CANARY)
    draft = cases.written_draft(partnership, by=coordinator)
    about = draft if request.param == "decides" else None
    decision = steering.verified_decision(group, CANARY, about=about, due_on="2026-11-21")
    if request.param == "is cited":
        citing.cite(draft, decision.pk, by=coordinator)
    if request.param == "follows":
        Following.objects.create(group=group, application=draft)
    cases.approve_by_both(draft)
    case = workflow.submit(Application.objects.get(pk=draft.pk), by=coordinator)
    return workflow.take_up(case, by=officer)


def test_a_conflict_hides_the_group_that_deals_with_the_case(signed_in, steered, reader):
    decision = SteeringDecision.objects.get()
    facts = {
        "pk": decision.paragraph.group_id,
        "meeting": decision.paragraph.meeting_id,
        "paragraph_pk": decision.paragraph_id,
        "year": decision.paragraph.year,
        "partnership": steered.partnership_id,
    }
    paths = steering_addresses(facts)
    follow_up = f"/steering-follow-ups/{decision.paragraph.follow_up.pk}/"
    leaking = [
        "/steering-groups/",
        decision.paragraph.group.get_absolute_url(),
        "/steering-decisions/",
        "/steering-follow-ups/",
        follow_up,
    ]
    assert telling(signed_in(reader), leaking) == leaking
    assert len(paths) > len(leaking)

    workflow.declare(steered, by=reader, has_conflict=True, reason="Släkt.")

    reader = User.objects.get(pk=reader.pk)
    assert telling(signed_in(reader), [*paths, *leaking]) == []
    assert not rules.may_view_group(reader, decision.paragraph.group)
    ordered = {"format": "csv", "query": ""}
    with pytest.raises(Refused):
        decision_files.make_decision_log(reader, ordered, io.BytesIO(), lambda done, total: None)


def test_a_conflict_in_one_case_hides_the_group_on_the_page_of_another(
    signed_in, steered, partnership, coordinator, reader
):
    """What another case of the same partnership shows of the group is hidden with it."""
    other = cases.written_draft(partnership, by=coordinator)
    Following.objects.create(group=steering.SteeringGroup.objects.get(), application=other)
    cases.approve_by_both(other)
    other = workflow.submit(Application.objects.get(pk=other.pk), by=coordinator)
    here = other.get_absolute_url()
    assert telling(signed_in(reader), [here]) == [here]

    workflow.declare(steered, by=reader, has_conflict=True, reason="Släkt.")

    assert telling(signed_in(reader), [here]) == []
