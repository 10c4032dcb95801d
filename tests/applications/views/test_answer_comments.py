"""Comments beside the answers, and what an assessor writes saved while they write."""

import re

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from applications import workflow
from applications.models import AnswerComment, Application, Assessment
from tests.applications.views.pages import fields_on
from tests.factories import cases

pytestmark = pytest.mark.django_db
CANARY = "Bara jag har sett detta."


@pytest.fixture
def case(partnership, coordinator, officer) -> Application:
    return cases.in_assessment(partnership, by=coordinator, officer=officer)


@pytest.fixture
def asked(case, officer):
    """Somebody who has been asked and has no conflict of interest."""
    return cases.asked(case, by=officer)


def address(case, page="assessment/") -> str:
    return f"/applications/{case.reference}/{page}"


def opened(client, case) -> dict:
    """The fields of the page as a browser has them."""
    return {name: values[0] for name, values in fields_on(client.get(address(case))).items()}


def save(client, case, page, key="context", kind="comment", text=CANARY, **changes):
    """What autosave.js sends for one field."""
    field = f"comment-{key}" if kind == "comment" else f"question-{key}"
    token = f"seen-comment-{key}" if kind == "comment" else f"seen-{key}"
    sent = {field: text, token: page[token], "writer": page["writer"]} | changes
    return client.post(
        address(case, f"assessment/save/{kind}/{key}/"),
        sent,
        headers={"accept": "application/json"},
    )


def hand_in(case, person) -> None:
    cases.scored(case, by=person)


def test_a_comment_is_saved_by_the_button_and_stands_beside_its_answer(signed_in, case, asked):
    client = signed_in(asked, "en")
    page = opened(client, case)

    sent = page | {"comment-context": CANARY, "then": "stay"}
    assert client.post(address(case), sent).status_code == 302

    comment = AnswerComment.objects.get()
    assert (comment.question.key, comment.text, comment.version) == ("context", CANARY, 1)
    shown = client.get(address(case)).content.decode()
    heading, below = shown.split('id="question-context"', 1)
    assert CANARY in below.split("<h3", 1)[0]
    assert CANARY not in heading


def test_comments_scores_and_reasons_are_saved_while_they_are_written(signed_in, case, asked):
    client = signed_in(asked, "en")
    page = opened(client, case)
    criterion = client.get(address(case)).context["form"].criteria[0]

    for facts in (
        {"text": CANARY},
        {"kind": "criterion", "key": criterion.score.key, "text": "4"},
        {"kind": "criterion", "key": criterion.reason.key, "text": "Tydligt."},
    ):
        answer = save(client, case, page, **facts)
        assert (answer.status_code, answer.json()["state"]) == (200, "saved")
        assert re.fullmatch(r"\d\d:\d\d", answer.json()["clock"])
    own = Assessment.objects.get()
    assert own.comments.get().text == CANARY
    assert set(own.sheet.answers.values_list("text", flat=True)) == {"4", "Tydligt."}
    assert own.handed_in_at is None


def test_two_windows_of_one_person_are_told(signed_in, case, asked):
    client = signed_in(asked, "en")
    first, second = opened(client, case), opened(client, case)
    mark = save(client, case, first).json()["seen"]

    refused = save(client, case, second, text="Annat.")
    assert (refused.status_code, refused.json()["state"]) == (409, "conflict")
    assert refused.json()["text"] == CANARY
    page = client.post(address(case), second | {"comment-context": "Annat.", "then": "stay"})
    assert page.status_code == 409
    assert CANARY in page.content.decode()
    assert "Annat." in page.content.decode()
    assert AnswerComment.objects.get().text == CANARY
    again = save(client, case, second, text="Annat.", **{"seen-comment-context": mark})
    assert again.json()["state"] == "saved"


def test_nobody_reads_a_comment_before_it_is_handed_in(signed_in, case, asked, officer):
    save(signed_in(asked), case, opened(signed_in(asked), case))
    other = cases.asked(case, by=officer)
    hand_in(case, other)

    for person, pages in (
        (other, ("assessment/", "consensus/")),
        (officer, ("consensus/", "", "read/", "decision/")),
    ):
        for page in pages:
            assert CANARY not in signed_in(person).get(address(case, page)).content.decode()


def test_what_is_handed_in_stands_beside_the_others(signed_in, case, asked, officer, coordinator):
    other = cases.asked(case, by=officer)
    save(signed_in(asked), case, opened(signed_in(asked), case))
    hand_in(case, asked)
    assert CANARY not in signed_in(other).get(address(case)).content.decode()
    hand_in(case, other)

    for person, page in ((other, ""), (asked, ""), (officer, "consensus/")):
        shown = signed_in(person).get(address(case, page or "assessment/")).content.decode()
        assert CANARY in shown
        assert asked.name in shown
    assert CANARY not in signed_in(coordinator).get(case.get_absolute_url()).content.decode()
    workflow.declare(case, by=asked, has_conflict=True, reason="Släkt.")
    assert CANARY not in signed_in(officer).get(address(case, "consensus/")).content.decode()


def test_what_is_handed_in_is_frozen_and_opened_again(signed_in, case, asked):
    client = signed_in(asked, "en")
    page = opened(client, case)
    save(client, case, page)
    hand_in(case, asked)

    late = save(client, case, page, text="För sent.")
    assert (late.status_code, late.json()["state"]) == (410, "handed_in")
    with pytest.raises(DatabaseError, match="pgtrigger"), transaction.atomic():
        AnswerComment.objects.update(text="Annat.", updated_at=timezone.now())
    workflow.take_back(case, by=asked)
    assert CANARY in client.get(address(case)).content.decode()
    assert save(client, case, opened(client, case), text="Ny.").json()["state"] == "saved"


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({"text": "x" * 100_000}, 422),
        ({"text": "Bra\x07"}, 422),
        ({"writer": "somebody:else"}, 403),
    ],
)
def test_what_cannot_be_saved_says_so(signed_in, case, asked, facts, status):
    client = signed_in(asked, "en")
    answer = save(client, case, opened(client, case), **facts)

    assert answer.status_code == status
    assert answer.json()["state"] in ("refused", "other_person")
    assert not AnswerComment.objects.exists()


def test_others_save_nothing(signed_in, case, asked, officer, outsider, coordinator):
    page = opened(signed_in(asked), case)
    for person, status in ((officer, 403), (outsider, 404), (coordinator, 403)):
        assert save(signed_in(person), case, page).status_code == status
    for place in ("comment/nothing", "criterion/context", "criterion/nothing", "other/context"):
        answer = signed_in(asked).post(
            address(case, f"assessment/save/{place}/"), {"writer": page["writer"]}
        )
        assert answer.status_code == 404
    workflow.declare(case, by=asked, has_conflict=True, reason="Släkt.")
    assert save(signed_in(asked), case, page).status_code == 404
    assert not AnswerComment.objects.exists()


def test_somebody_signed_out_is_told(client, signed_in, case, asked):
    page = opened(signed_in(asked), case)
    assert save(client, case, page).json() == {"state": "signed_out"}


def test_saving_one_field_asks_little(signed_in, case, asked, django_assert_max_num_queries):
    client = signed_in(asked)
    page = opened(client, case)
    mark = save(client, case, page).json()["seen"]
    page["seen-comment-context"] = mark
    with django_assert_max_num_queries(21):
        assert save(client, case, page, text="Mer.").json()["state"] == "saved"


def test_the_page_asks_as_often_with_many_comments(
    signed_in, case, asked, officer, django_assert_max_num_queries
):
    client = signed_in(asked)
    page = opened(client, case)
    sent = {name: CANARY for name in page if name.startswith("comment-")}
    assert len(sent) > 5
    client.post(address(case), page | sent | {"then": "stay"})
    with django_assert_max_num_queries(25):
        client.get(address(case))
    hand_in(case, asked)
    hand_in(case, cases.asked(case, by=officer))
    with django_assert_max_num_queries(25):
        client.get(address(case))
