"""A case made to order: the draft as a PDF, and everything in one ZIP with its sums."""

import hashlib
import json
import zipfile
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone, translation

from applications import archive, attaching, papers, workflow
from applications.models import Agreement, Application, PaperKind
from finance import caps
from icld_portal.models import PreparedFile
from icld_portal.prepared import Refused
from tests.factories.cases import agreement, approved, empty_draft, sign
from tests.factories.long_cases import handed_in, long_draft
from tests.reading_pdf import failures, words_of
from tests.worker import work

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"


def ignore(done: int, total: int) -> None:
    assert 0 <= done <= total


def made(maker, by, case: Application) -> tuple[BytesIO, str]:
    out = BytesIO()
    result = maker(by, {"application": case.pk}, out, ignore)
    return out, result.file_name


def unpacked(by, case: Application) -> dict[str, bytes]:
    out, _name = made(archive.make_case_zip, by, case)
    with zipfile.ZipFile(out) as package:
        assert package.testzip() is None
        return {name: package.read(name) for name in package.namelist()}


@pytest.fixture
def draft(partnership, coordinator) -> Application:
    return long_draft(partnership, by=coordinator)


def attach(case: Application, key: str, name: str, content: bytes, *, by):
    attaching.attach(
        case,
        case.sheet.question_set.slots.get(key=key),
        [SimpleUploadedFile(name, content)],
        organisation=case.case_parties.get(is_grantee=True).organisation,
        by=by,
        at=timezone.now(),
    )


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_draft_says_on_every_page_that_it_is_one(draft, coordinator, language):
    with translation.override(language):
        out, name = made(archive.make_draft_pdf, coordinator, draft)
    pdf = out.getvalue()

    words = words_of(pdf)
    assert words.count("UTKAST – DRAFT") > 1
    assert draft.title_sv in words
    assert failures(pdf) == set()
    assert name == f"{ {'sv': 'utkast', 'en': 'draft'}[language] }-{draft.key}.pdf"
    assert not draft.papers.exists()


def test_an_empty_draft_can_be_drawn(partnership, coordinator):
    empty = empty_draft(partnership, by=coordinator)
    out, _name = made(archive.make_draft_pdf, coordinator, empty)
    assert failures(out.getvalue()) == set()


def test_every_sum_of_the_zip_is_that_of_its_bytes(draft, coordinator):
    attach(draft, "other", "plan.pdf", PDF, by=coordinator)
    attach(draft, "other", "plan.pdf", PDF + b"\n", by=coordinator)
    attach(draft, "project_plan", "å" * 300 + ".pdf", PDF, by=coordinator)

    files = unpacked(coordinator, draft)

    sums = dict(
        reversed(line.split("  ", 1)) for line in files["SHA256SUMS.txt"].decode().splitlines()
    )
    assert set(sums) == set(files) - {"SHA256SUMS.txt"}
    assert sums == {name: hashlib.sha256(files[name]).hexdigest() for name in sums}
    listed = json.loads(files["manifest.json"])["files"]
    assert {one["path"]: one["sha256"] for one in listed} == {
        name: digest for name, digest in sums.items() if name != "manifest.json"
    }
    assert [one["sha256"] for one in listed if "party" in one] == [
        one["sha256_when_attached"] for one in listed if "party" in one
    ]
    attached = sorted(name for name in files if name.startswith("attachments/"))
    assert [name.split("/")[1] for name in attached] == [
        "Andra bilagor",
        "Andra bilagor",
        "Projektplan eller LFA-matris",
    ]
    assert [name.rsplit("/")[-1][2:] for name in attached[:2]] == [" plan.pdf", " plan.pdf"]
    assert max(len(part.encode()) for name in files for part in name.split("/")) <= 200
    assert {f"papers/draft-{draft.key}-sv.pdf", f"papers/draft-{draft.key}-en.pdf"} <= set(files)


def test_the_content_holds_every_answer_and_krona(draft, coordinator):
    content = json.loads(unpacked(coordinator, draft)["content.json"])

    answers = {
        question["key"]: question["answers"]
        for section in content["form"]["sections"]
        for question in section["questions"]
    }
    for answer in draft.sheet.answers.select_related("question"):
        assert answers[answer.question.key][answer.language] == answer.text
    assert content["budget"]["total_sek"] == caps.totals(draft.budget).total_sek
    assert [party["name"] for party in content["parties"]] == [
        "Robertsfors kommun",
        "Machakos County",
    ]


def test_papers_come_along_and_the_replaced_file_does_not(draft, coordinator, officer):
    attach(draft, "other", "gammal.pdf", PDF, by=coordinator)
    attaching.replace(
        draft.attachments.get(),
        SimpleUploadedFile("ny.pdf", PDF),
        by=coordinator,
        at=timezone.now(),
    )
    case = handed_in(draft, by=coordinator)
    papers.make_papers(case.pk, PaperKind.RECEIPT)

    files = unpacked(officer, case)

    receipts = {f"papers/{paper.file_name}": paper.sha256 for paper in case.papers.all()}
    assert len(receipts) == 2
    for name, sha256 in receipts.items():
        assert hashlib.sha256(files[name]).hexdigest() == sha256
    assert [name for name in files if name.startswith("attachments/")] == [
        "attachments/Andra bilagor/01 ny.pdf"
    ]
    with pytest.raises(Refused):
        made(archive.make_draft_pdf, coordinator, case)


def test_a_draft_is_packed_for_nobody_but_its_parties(draft, coordinator, stranger, officer):
    assert unpacked(coordinator, draft)
    for person in (stranger, officer):
        for maker in (archive.make_case_zip, archive.make_draft_pdf):
            with pytest.raises(Refused):
                made(maker, person, draft)


@pytest.mark.django_db(transaction=True)
def test_a_party_orders_and_fetches_and_a_stranger_cannot(
    partnership, coordinator, stranger, officer, signed_in
):
    case = empty_draft(partnership, by=coordinator)
    browser = signed_in(coordinator, "en")
    for name in ("order_draft", "order_zip"):
        there = reverse(f"applications:{name}", args=[case.handle])
        assert signed_in(stranger).post(there).status_code == 404
        assert signed_in(officer).post(there).status_code == 404
        assert browser.get(there).status_code == 405
        assert browser.post(there).status_code == 302
        assert browser.post(there).status_code == 302
    work("files")

    assert set(PreparedFile.objects.values_list("file_name", "state")) == {
        (f"{case.key}.zip", "done"),
        (f"draft-{case.key}.pdf", "done"),
    }
    assert PreparedFile.objects.count() == 2


def test_a_large_file_passes_through_in_pieces(draft, coordinator):
    big = PDF[:-6] + b"x" * 3_000_000 + b"\n%%EOF\n"
    attach(draft, "other", "stor.pdf", big, by=coordinator)

    pieces = list(archive._chunks(draft.attachments.get().file))

    assert b"".join(pieces) == big
    assert max(len(piece) for piece in pieces) <= 64 * 1024


def test_the_agreement_comes_along_with_its_papers_and_signed_copies(
    partnership, coordinator, decider
):
    case = approved(partnership, by=coordinator, decider=decider)
    agreement_made = agreement(case, by=decider)
    papers.make_agreement_papers(agreement_made.pk, "to-sign")
    workflow.send_copy(
        agreement_made,
        SimpleUploadedFile("kopia.pdf", PDF),
        party=None,
        signed_names="A",
        by=coordinator,
        at=timezone.now(),
    )

    files = unpacked(coordinator, case)

    ours = {name: content for name, content in files.items() if name.startswith("agreement/")}
    copy = agreement_made.copies.get()
    assert set(ours) == {
        f"agreement/{case.reference}-agreement-to-sign.pdf",
        f"agreement/{case.reference}-avtal-att-underteckna.pdf",
        f"agreement/1-{copy.pk} kopia.pdf",
    }
    assert ours[f"agreement/1-{copy.pk} kopia.pdf"] == PDF


def test_the_content_has_the_agreement_its_signatures_and_hashes(partnership, coordinator, decider):
    case = approved(partnership, by=coordinator, decider=decider)
    cancelled = workflow.cancel_agreement(agreement(case, by=decider), reason="Fel.", by=decider)
    made_anew = agreement(case, by=decider)
    office = made_anew.parties.get(side="office").organisation
    sign(made_anew, by=decider, organisation=office)

    found = json.loads(unpacked(coordinator, case)["content.json"])["agreements"]

    assert [(one["edition"], one["status"]) for one in found] == [(1, "cancelled"), (2, "open")]
    assert (found[0]["cancelled_reason"], found[0]["content_sha256"]) == (
        "Fel.",
        cancelled.content_sha256,
    )
    stored = Agreement.objects.get(pk=made_anew.pk)
    assert found[1]["content"] == stored.content
    signatures = {party["side"]: party["signature"] for party in found[1]["parties"]}
    assert (signatures["swedish"], signatures["partner"]) == (None, None)
    assert signatures["office"]["name"] == decider.name
    assert signatures["office"]["content_sha256"] == stored.content_sha256
