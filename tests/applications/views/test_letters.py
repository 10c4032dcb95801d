"""Letters of intent: attached, given back, removed, and to nobody else."""

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications import workflow
from applications.models import Application, Attachment
from tests.factories.cases import approve_by_both, empty_draft, ready_draft

pytestmark = pytest.mark.django_db
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8"
    "cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


@pytest.fixture(autouse=True)
def own_store(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path)},
        }
    }


@pytest.fixture
def draft(partnership, coordinator) -> Application:
    return empty_draft(partnership, by=coordinator)


def letters(application: Application) -> str:
    return reverse("applications:letters", args=[application.handle])


def attach(browser, application: Application, organisation, content=PNG, name="avsikt.png"):
    file = SimpleUploadedFile(name, content)
    return browser.post(letters(application), {"organisation": organisation.pk, "file": file})


def test_a_letter_is_kept_and_given_back_as_it_was(draft, machakos, coordinator, signed_in):
    browser = signed_in(coordinator)
    assert attach(browser, draft, machakos).status_code == 302
    letter = Attachment.objects.get()
    assert (letter.organisation, letter.size_bytes) == (machakos, len(PNG))

    back = browser.get(reverse("applications:letter", args=[draft.handle, letter.pk]))

    assert b"".join(back.streaming_content) == PNG
    assert back.headers["X-Content-Type-Options"] == "nosniff"


def test_a_program_called_pdf_is_refused(draft, machakos, coordinator, signed_in):
    answer = attach(signed_in(coordinator), draft, machakos, b"MZ\x90\x00", "avsikt.pdf")
    assert answer.status_code == 422
    assert not Attachment.objects.exists()


def test_only_a_party_of_the_case_can_have_signed(draft, vara, coordinator, signed_in):
    assert attach(signed_in(coordinator), draft, vara).status_code == 422


def test_a_removed_letter_takes_its_file_along(
    draft, machakos, coordinator, signed_in, django_capture_on_commit_callbacks
):
    browser = signed_in(coordinator)
    attach(browser, draft, machakos)
    letter = Attachment.objects.get()
    name = letter.file.name
    assert default_storage.exists(name)
    with django_capture_on_commit_callbacks(execute=True):
        browser.post(reverse("applications:remove_letter", args=[draft.handle, letter.pk]))
    assert (Attachment.objects.exists(), default_storage.exists(name)) == (False, False)


def test_letters_of_a_handed_in_case_stay(partnership, machakos, coordinator, signed_in):
    draft = ready_draft(partnership, by=coordinator)
    browser = signed_in(coordinator, "en")
    attach(browser, draft, machakos)
    letter = Attachment.objects.get()
    approve_by_both(draft)
    case = workflow.submit(draft, by=coordinator)

    browser.post(reverse("applications:remove_letter", args=[case.handle, letter.pk]))
    attach(browser, case, machakos)

    assert list(Attachment.objects.all()) == [letter]
    assert default_storage.exists(letter.file.name)


def test_nobody_else_gets_the_letter(draft, machakos, coordinator, member, stranger, signed_in):
    attach(signed_in(coordinator), draft, machakos)
    letter = Attachment.objects.get()
    there = reverse("applications:letter", args=[draft.handle, letter.pk])
    assert signed_in(member).get(there).status_code == 200
    assert signed_in(stranger).get(there).status_code == 404
    assert signed_in(member).post(letters(draft), {}).status_code == 403


def test_twenty_letters_take_as_many_queries_as_one(
    draft, machakos, coordinator, signed_in, django_assert_num_queries
):
    browser = signed_in(coordinator)
    attach(browser, draft, machakos)
    browser.get(letters(draft))
    with CaptureQueriesContext(connection) as few:
        browser.get(letters(draft))
    asked = len(few)  # Later requests empty the log.
    for _number in range(19):
        attach(browser, draft, machakos)
    browser.get(letters(draft))

    with django_assert_num_queries(asked):
        page = browser.get(letters(draft))

    assert len(page.context["letters"]) == 20
