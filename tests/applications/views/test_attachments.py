"""Attachments: given in by slot, given back, replaced, removed, and to nobody else."""

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications import approvals, attaching, completeness, workflow
from applications.models import Application, Attachment, AttachmentSlot, Purpose, QuestionSet
from icld_portal.events import events_of
from tests.factories.cases import approve_by_both, empty_draft, ready_draft

pytestmark = pytest.mark.django_db
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8"
    "cfc0000003010100c9fe92ef0000000049454e44ae426082"
)
PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def own_store(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path)},
        }
    }
    return tmp_path


@pytest.fixture
def draft(partnership, coordinator) -> Application:
    return empty_draft(partnership, by=coordinator)


def address(name: str, application: Application, *rest) -> str:
    return reverse(f"applications:{name}", args=[application.handle, *rest])


def attach(browser, application, organisation, *, content=PNG, name="avsikt.png", **headers):
    sent = {
        "letter_of_intent-organisation": organisation.pk,
        "letter_of_intent-files": SimpleUploadedFile(name, content),
    }
    return browser.post(address("attach", application, "letter_of_intent"), sent, **headers)


def attach_other(browser, application: Application, *uploads: tuple[str, bytes], **headers):
    sent = {"other-files": [SimpleUploadedFile(name, content) for name, content in uploads]}
    return browser.post(address("attach", application, "other"), sent, **headers)


def notes(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def files_in(folder) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))


def test_a_file_is_kept_in_its_slot_and_given_back_as_it_was(
    draft, machakos, coordinator, signed_in
):
    browser = signed_in(coordinator)
    assert attach(browser, draft, machakos).status_code == 302
    letter = Attachment.objects.get()
    assert (letter.slot.key, letter.organisation) == ("letter_of_intent", machakos)

    back = browser.get(address("attachment", draft, letter.pk))

    assert b"".join(back.streaming_content) == PNG
    assert back.headers["X-Content-Type-Options"] == "nosniff"


def test_several_files_in_one_go_belong_to_the_party_of_the_one_who_sends_them(
    draft, machakos, partner_coordinator, signed_in
):
    sent = [("plan.pdf", PDF), ("plan.pdf", PDF), ("karta.png", PNG)]

    answer = attach_other(signed_in(partner_coordinator), draft, *sent)

    assert answer.url == f"{address('attachments', draft)}#slot-other"
    kept = list(Attachment.objects.order_by("pk"))
    assert [one.file_name for one in kept] == ["plan.pdf", "plan.pdf", "karta.png"]
    assert {one.organisation for one in kept} == {machakos}
    assert len({one.file.name for one in kept}) == 3


def test_the_good_files_are_kept_and_each_refused_one_is_named_with_its_reason(
    draft, coordinator, signed_in
):
    browser = signed_in(coordinator, "en")
    attach_other(browser, draft, ("bra.pdf", PDF), ("sida.pdf", b"<html>"), ("tom.pdf", b""))

    assert notes(browser.get(address("attachments", draft))) == [
        "Attached: bra.pdf",
        "sida.pdf: This kind of file is not taken. Choose one of: DOCX, JPG, PDF, PNG, XLSX.",
        "tom.pdf: The file is empty. Choose the file again.",
    ]
    assert [one.file_name for one in Attachment.objects.all()] == ["bra.pdf"]


def test_a_page_with_nothing_but_refused_files_says_why_beside_the_field(
    draft, machakos, coordinator, signed_in, own_store
):
    browser = signed_in(coordinator, "en")
    answer = attach(browser, draft, machakos, content=b"MZ\x90\x00", name="avsikt.pdf")

    assert answer.status_code == 422
    errors = answer.context["wrong"].errors["files"]
    assert errors[0].startswith("avsikt.pdf: This kind of file is not taken.")
    assert 'href="#id_letter_of_intent-files"' in answer.content.decode()
    assert (Attachment.objects.exists(), files_in(own_store)) == (False, 0)
    assert attach_other(browser, draft).context["wrong"].errors["files"] == ["Choose a file."]


def test_a_script_is_told_where_to_go_and_the_page_then_says_what_happened(
    draft, coordinator, signed_in
):
    browser = signed_in(coordinator, "en")
    kept = attach_other(browser, draft, ("bra.pdf", PDF), headers={"accept": "application/json"})
    refused = attach_other(browser, draft, ("x.pdf", b"x"), headers={"accept": "application/json"})

    there = f"{address('attachments', draft)}#slot-other"
    assert (kept.status_code, kept.json()) == (200, {"next": there})
    assert (refused.status_code, refused.json()) == (422, {"next": there})
    assert [note[:16] for note in notes(browser.get(there))] == [
        "Attached: bra.pd",
        "x.pdf: This kind",
    ]


def test_only_a_party_of_the_case_can_have_signed(draft, vara, coordinator, signed_in):
    assert attach(signed_in(coordinator), draft, vara).status_code == 422


def test_a_full_slot_takes_no_more_and_keeps_no_bytes(draft, coordinator, signed_in, own_store):
    browser = signed_in(coordinator, "en")
    attach_other(browser, draft, *[(f"{number}.pdf", PDF) for number in range(9)])
    attach_other(browser, draft, ("10.pdf", PDF), ("11.pdf", PDF))

    assert notes(browser.get(address("attachments", draft)))[-1] == (
        "Other annexes: at most 10. Replace or remove one first."
    )
    assert (Attachment.objects.count(), files_in(own_store)) == (9, 9)


def test_each_party_has_its_own_room_in_a_slot(draft, robertsfors, machakos, coordinator):
    slot = draft.sheet.question_set.slots.get(key="letter_of_intent")
    here = [Attachment(slot=slot, organisation=robertsfors)] * slot.max_files
    filled = attaching.FilledSlot(slot, here)

    assert attaching.room_in(filled, robertsfors) == 0
    assert attaching.room_in(filled, machakos) == slot.max_files


def test_a_replaced_file_stays_in_the_history_with_its_successor(
    draft, coordinator, member, signed_in
):
    browser = signed_in(coordinator, "en")
    attach_other(browser, draft, ("plan.pdf", PDF))
    old = Attachment.objects.get()

    browser.post(
        address("replace_attachment", draft, old.pk), {"file": SimpleUploadedFile("ny.png", PNG)}
    )

    old = Attachment.ever.get(pk=old.pk)
    new = Attachment.objects.get()
    assert (new.file_name, new.slot, new.organisation) == ("ny.png", old.slot, old.organisation)
    assert (old.replaced_by, old.set_aside_by) == (new, coordinator)
    history = signed_in(member).get(address("attachment_history", draft))
    assert list(history.context["page_obj"]) == [old]
    back = signed_in(member).get(address("attachment", draft, old.pk))
    assert b"".join(back.streaming_content) == PDF


def test_a_removed_file_is_no_part_of_the_application_and_is_not_lost(
    draft, machakos, coordinator, signed_in
):
    browser = signed_in(coordinator, "en")
    attach(browser, draft, machakos)
    letter = Attachment.objects.get()
    browser.post(address("remove_attachment", draft, letter.pk))

    assert (Attachment.objects.count(), Attachment.ever.count()) == (0, 1)
    assert not Application.objects.get(pk=draft.pk).attachments.exists()
    assert default_storage.exists(letter.file.name)


def test_the_second_of_two_who_replace_a_file_is_told_and_the_first_stands(
    draft, coordinator, signed_in
):
    browser = signed_in(coordinator, "en")
    attach_other(browser, draft, ("plan.pdf", PDF))
    old = Attachment.objects.get()
    attaching.replace(old, SimpleUploadedFile("a.pdf", PDF), by=coordinator, at=draft.created_at)

    with pytest.raises(attaching.SetAsideAlready):
        attaching.replace(
            old, SimpleUploadedFile("b.pdf", PDF), by=coordinator, at=draft.created_at
        )

    page = browser.get(address("replace_attachment", draft, old.pk), follow=True)
    assert notes(page)[1:] == [
        "This has been changed since you opened the page. Look at what is there now."
    ]
    assert [one.file_name for one in Attachment.objects.all()] == ["a.pdf"]


def test_a_file_about_a_person_can_be_deleted_for_good(
    draft, coordinator, member, signed_in, django_capture_on_commit_callbacks
):
    browser = signed_in(coordinator)
    attach_other(browser, draft, ("pass.png", PNG), ("plan.pdf", PDF))
    wrong, stays = Attachment.objects.order_by("pk")
    there = address("erase_attachment", draft, wrong.pk)
    assert browser.post(there, {"sure": "yes"}).status_code == 404
    browser.post(address("remove_attachment", draft, wrong.pk))
    assert signed_in(member).post(there, {"sure": "yes"}).status_code == 403
    assert browser.post(there).status_code == 200
    assert Attachment.ever.count() == 2

    with django_capture_on_commit_callbacks(execute=True):
        browser.post(there, {"sure": "yes"})

    assert list(Attachment.ever.all()) == [stays]
    assert not default_storage.exists(wrong.file.name)
    assert events_of(draft).filter(verb="erase_attachment").count() == 1


def test_what_is_handed_in_stays_and_its_history_is_not_for_icld(
    partnership, machakos, coordinator, officer, signed_in
):
    draft = ready_draft(partnership, by=coordinator)
    browser = signed_in(coordinator, "en")
    attach(browser, draft, machakos, name="gammal.png")
    attach(browser, draft, machakos)
    old, letter = Attachment.objects.order_by("pk")
    browser.post(address("remove_attachment", draft, old.pk))
    approve_by_both(draft)
    case = workflow.submit(draft, by=coordinator)

    browser.post(address("remove_attachment", case, letter.pk))
    attach(browser, case, machakos)
    browser.post(address("erase_attachment", case, old.pk), {"sure": "yes"})

    assert list(Attachment.ever.order_by("pk")) == [old, letter]
    desk = signed_in(officer)
    assert desk.get(address("attachment", case, letter.pk)).status_code == 200
    assert desk.get(address("attachment", case, old.pk)).status_code == 404
    assert desk.get(address("attachment_history", case)).status_code == 404
    assert browser.get(address("attachment", case, old.pk)).status_code == 200
    assert list(desk.get(address("attachments", case)).context["slots"][0]["files"]) == [letter]


def test_nobody_else_gets_or_changes_a_file(
    draft, machakos, coordinator, member, stranger, signed_in
):
    attach(signed_in(coordinator), draft, machakos)
    letter = Attachment.objects.get()
    there = address("attachment", draft, letter.pk)
    assert signed_in(member).get(there).status_code == 200
    for browser, status in ((signed_in(stranger), 404), (signed_in(member), 403)):
        assert attach(browser, draft, machakos).status_code == status
        for name in ("replace_attachment", "remove_attachment"):
            assert browser.post(address(name, draft, letter.pk)).status_code == status
    for name in ("attachments", "attachment_history"):
        assert signed_in(stranger).get(address(name, draft)).status_code == 404
    assert signed_in(stranger).get(there).status_code == 404
    assert list(Attachment.objects.all()) == [letter]


def test_a_file_of_another_case_is_not_found_by_this_ones_address(
    draft, partnership, coordinator, signed_in
):
    browser = signed_in(coordinator)
    other = empty_draft(partnership, by=coordinator, grant_type="steering_group")
    attach_other(browser, other, ("plan.pdf", PDF))
    plan = Attachment.objects.get()
    for name in ("replace_attachment", "remove_attachment", "erase_attachment"):
        assert browser.post(address(name, draft, plan.pk)).status_code == 404
    assert browser.get(address("attachment", draft, plan.pk)).status_code == 404
    assert browser.post(address("attach", draft, "working_order")).status_code == 404


def test_a_changed_attachment_lapses_an_approval_and_a_restored_one_does_not_help(
    partnership, coordinator, signed_in
):
    draft = ready_draft(partnership, by=coordinator)
    approve_by_both(draft)
    attach_other(signed_in(coordinator), draft, ("plan.pdf", PDF))

    lapsed = [state.lapsed for state in approvals.of_parties(Application.objects.get(pk=draft.pk))]

    assert [one.lapsed_reason for one in lapsed] == ["attachments", "attachments"]


def test_only_a_letter_that_stands_binds_a_partner_without_signatory(
    draft, machakos, coordinator, signed_in
):
    browser = signed_in(coordinator)

    def partner() -> approvals.PartyApproval:
        return approvals.of_parties(Application.objects.get(pk=draft.pk))[1]

    attach_other(browser, draft, ("brev.pdf", PDF))
    assert not partner().stands_in
    attach(browser, draft, machakos)
    assert partner().stands_in
    letter = Attachment.objects.get(slot__key="letter_of_intent")
    browser.post(address("remove_attachment", draft, letter.pk))
    assert not partner().stands_in


def test_an_expected_slot_warns_and_a_required_one_stops(draft, robertsfors, in_english):
    found = list(completeness.attachment_problems(draft))
    assert [(problem.text, problem.blocks) for problem in found] == [
        ("Letter of intent: nothing from Robertsfors kommun is attached.", False),
        ("Letter of intent: nothing from Machakos County is attached.", False),
    ]

    stricter = QuestionSet.objects.create(
        purpose="application", grant_type="project", version=2, title_sv="Två", title_en="Two"
    )
    stricter.slots.create(key="plan", sort_order=0, name_sv="Plan", name_en="Plan", need="required")
    draft.sheet.question_set = stricter
    draft.sheet.save()

    found = list(completeness.attachment_problems(draft))
    assert [(problem.text, problem.blocks) for problem in found] == [
        ("Plan: nothing is attached.", True)
    ]


def test_the_slots_of_a_published_form_and_of_another_form_are_held_by_the_database(
    draft, robertsfors
):
    slot = draft.sheet.question_set.slots.get(key="other")
    foreign = AttachmentSlot.objects.exclude(question_set=draft.sheet.question_set).first()
    facts = {"file": "a", "file_name": "a", "size_bytes": 1, "sha256": "ab" * 32}
    for deed in (
        lambda: AttachmentSlot.objects.filter(pk=slot.pk).update(max_files=3),
        slot.delete,
        lambda: Attachment.objects.create(
            application=draft, organisation=robertsfors, slot=foreign, **facts
        ),
    ):
        with pytest.raises(ProgrammingError), transaction.atomic():
            deed()
    Attachment.objects.create(application=draft, organisation=robertsfors, slot=slot, **facts)


def test_every_form_asks_for_letters_and_takes_other_annexes():
    for form in QuestionSet.objects.published().filter(purpose=Purpose.APPLICATION):
        keys = list(form.slots.values_list("key", flat=True))
        assert (keys[0], keys[-1]) == ("letter_of_intent", "other")


def test_many_files_take_as_many_queries_as_one(
    draft, coordinator, signed_in, django_assert_num_queries
):
    browser = signed_in(coordinator)
    attach_other(browser, draft, ("plan.pdf", PDF))
    here, history = address("attachments", draft), address("attachment_history", draft)

    def asked(page: str) -> int:
        browser.get(page)
        with CaptureQueriesContext(connection) as queries:
            browser.get(page)
        return len(queries)

    slot = Attachment.objects.get()
    attaching.set_aside(slot, by=coordinator, at=draft.created_at)
    attach_other(browser, draft, ("plan.pdf", PDF))
    few = asked(here), asked(history)
    attach_other(browser, draft, *[(f"{number}.pdf", PDF) for number in range(9)])
    template = Attachment.objects.first()
    for _number in range(29):
        template.pk = None
        template.set_aside_at, template.set_aside_by = draft.created_at, coordinator
        template.save(force_insert=True)

    with django_assert_num_queries(few[0]):
        page = browser.get(here)
    with django_assert_num_queries(few[1]):
        older = browser.get(history)

    assert sum(len(place["files"]) for place in page.context["slots"]) == 10
    assert len(older.context["page_obj"]) == 25
    assert max(few) <= 25
