"""Scoring alone, handing in, reading each other's, and writing the common assessment."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import Error, transaction

from applications import workflow
from applications.models import (
    Answer,
    Application,
    Assessment,
    Consensus,
    ConsensusYear,
    Purpose,
    QuestionSet,
)
from icld_portal.events import events_of
from icld_portal.workflow import WrongStatus
from tests.applications.views.pages import fields_on
from tests.factories import cases
from tests.factories.parties import make_person

pytestmark = pytest.mark.django_db
REASON = "Motiveringen står här."


@pytest.fixture
def case(partnership, coordinator, officer) -> Application:
    return cases.in_assessment(partnership, by=coordinator, officer=officer, sek=200_000, years=2)


@pytest.fixture
def asked(case, officer):
    """Somebody who has been asked and has no conflict of interest."""
    return cases.asked(case, by=officer)


def address(case, page="assessment/") -> str:
    return f"/applications/{case.reference}/{page}"


def filled(page, score="4", **changes) -> dict:
    """What a browser sends when every criterion of the page is given ``score``."""
    sent = fields_on(page)
    for criterion in page.context["form"].criteria:
        sent[f"question-{criterion.score.key}"] = [score]
        sent[f"question-{criterion.reason.key}"] = [REASON]
    return sent | {"recommendation": ["approved"]} | changes


def hand_in(client, case, score="4", **changes):
    return client.post(
        address(case), filled(client.get(address(case)), score, then=["hand_in"], **changes)
    )


def test_nothing_of_the_case_is_shown_before_interests_are_declared(
    signed_in, case, outsider, officer
):
    workflow.give(case, to=outsider, by=officer)

    response = signed_in(outsider).get(address(case))

    assert (response.status_code, response.url) == (302, address(case, "interest/"))


@pytest.mark.parametrize(
    ("person", "status"), [("officer", 403), ("reader", 403), ("outsider", 404), ("stranger", 403)]
)
def test_only_who_was_asked_scores(request, signed_in, case, person, status):
    assert signed_in(request.getfixturevalue(person)).get(address(case)).status_code == status


def test_the_page_shows_questions_answers_files_and_criteria(signed_in, case, asked):
    response = signed_in(asked, "en").get(address(case))

    page = response.content.decode()
    for shown in (
        "Parterna vill lära av varandra.",
        "Relevance and common problem",
        "4 – well met",
        "Save and hand in",
    ):
        assert shown in page
    assert len(response.context["rows"]) == 8


def test_gaps_are_saved_and_only_handing_in_asks_for_everything(signed_in, case, asked):
    client = signed_in(asked, "en")
    sent = fields_on(client.get(address(case)))

    saved = client.post(address(case), sent | {"question-relevance": "5", "text": "Halvvägs."})
    refused = client.post(
        address(case), fields_on(client.get(address(case))) | {"then": ["hand_in"]}
    )

    assert saved.status_code == 302
    own = Assessment.objects.get()
    assert (own.author, own.text, own.handed_in_at) == (asked, "Halvvägs.", None)
    assert refused.status_code == 422
    errors = set(refused.context["form"].errors)
    assert "question-relevance" not in errors
    assert {"question-relevance-reason", "question-plan", "recommendation"} <= errors
    assert "Halvvägs." in refused.content.decode()


def test_a_score_without_a_reason_is_not_handed_in(signed_in, case, asked):
    response = hand_in(signed_in(asked), case, **{"question-plan-reason": ["  "]})

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"question-plan-reason"}
    assert Assessment.objects.get().handed_in_at is None


@pytest.mark.parametrize("score", ["0", "6", "four", "4; DROP TABLE", "x" * 100_000])
def test_a_score_that_is_none_is_refused_and_nothing_is_lost(signed_in, case, asked, score):
    response = hand_in(signed_in(asked), case, **{"question-plan": [score]})

    assert response.status_code == 422
    assert REASON in response.content.decode()
    assert not Assessment.objects.exists()


def test_others_views_are_read_after_the_own_is_handed_in(signed_in, case, officer):
    first, second = (cases.asked(case, by=officer) for _person in range(2))
    hand_in(signed_in(first), case, text=["Bara jag tänker så."])
    client = signed_in(second)

    for page in ("assessment/", ""):
        assert "Bara jag tänker så." not in client.get(address(case, page)).content.decode()
    assert client.get(address(case, "consensus/")).status_code == 403
    hand_in(client, case)

    assert "Bara jag tänker så." in client.get(address(case)).content.decode()
    assert client.get(address(case, "consensus/")).status_code == 200


def test_what_is_handed_in_is_frozen_until_its_author_opens_it(signed_in, case, asked, officer):
    client = signed_in(asked)
    sent = filled(client.get(address(case)), then=["hand_in"])
    client.post(address(case), sent)

    late = client.post(address(case), sent | {"text": ["Sent."]}, follow=True)
    assert late.status_code == 200
    own = Assessment.objects.get()
    assert own.text == ""
    with pytest.raises(Error), transaction.atomic():
        Assessment.objects.filter(pk=own.pk).update(text="Med SQL.")
    with pytest.raises(Error), transaction.atomic():
        Answer.objects.filter(sheet=own.sheet).update(text="1")
    with pytest.raises(PermissionDenied):
        workflow.take_back(case, by=officer)

    assert client.post(address(case, "assessment/open-again/")).status_code == 302
    own.refresh_from_db()
    assert own.handed_in_at is None
    assert [event.verb for event in events_of(case)][-2:] == ["hand_in", "take_back"]


def test_after_the_common_view_nobody_opens_their_own(signed_in, case, asked, officer):
    hand_in(signed_in(asked), case)
    cases.agreed(case, by=officer)

    signed_in(asked).post(address(case, "assessment/open-again/"))

    assert Assessment.objects.get().handed_in_at is not None
    with pytest.raises(WrongStatus):
        workflow.take_back(case, by=asked)


def test_two_windows_of_one_person_lose_nothing(signed_in, case, asked):
    client = signed_in(asked, "en")
    page = client.get(address(case))
    client.post(address(case), filled(page))
    client.post(address(case), filled(client.get(address(case)), "5"))

    older = client.post(address(case), filled(page, "2"))

    assert older.status_code == 409
    assert "another window" in older.content.decode()
    plan = Answer.objects.get(question__key="plan")
    assert plan.text == "5"


def test_a_text_for_a_case_that_was_decided_meanwhile_is_shown_not_lost(
    signed_in, case, asked, decider
):
    client = signed_in(asked, "en")
    sent = filled(client.get(address(case)), text=["Sent."])
    cases.decide(case, by=decider, outcome="rejected", reason="Nej.")

    response = client.post(address(case), sent)

    assert response.status_code == 409
    assert "Sent." in response.content.decode()
    assert not Assessment.objects.exists()


def test_the_sheet_of_who_has_a_conflict_since_counts_no_more(signed_in, case, officer):
    person = cases.asked(case, by=officer)
    hand_in(signed_in(person), case, text=["Jävig åsikt."])
    workflow.declare(case, by=person, has_conflict=True, reason="Ny anställning.")

    page = signed_in(officer).get(address(case, "consensus/"))

    assert page.context["sheets"] == []
    assert "Jävig åsikt." not in page.content.decode()


def test_the_sheets_stand_side_by_side_with_spread_and_mean(signed_in, case, officer):
    for score in ("2", "5"):
        hand_in(signed_in(cases.asked(case, by=officer)), case, score)

    page = signed_in(officer).get(address(case, "consensus/"))

    assert [sheet.mean for sheet in page.context["sheets"]] == [Decimal("2.00"), Decimal("5.00")]
    assert page.context["mean"] == Decimal("3.50")
    assert {(line.mean, line.spread) for line in page.context["compared"]} == {(Decimal("3.50"), 3)}


def test_the_common_view_is_saved_with_gaps_and_agreed_when_whole(signed_in, case, officer):
    client = signed_in(officer, "en")
    page = client.get(address(case, "consensus/"))
    sent = filled(page, text=["Vi är överens."], then=["agree"])
    sent |= {"amount-1": ["150 000"], "amount-2": ["150 001"]}

    refused = client.post(address(case, "consensus/"), sent | {"amount-1": ["200 001"]})
    assert refused.status_code == 422
    assert set(refused.context["form"].errors) == {"amount-1"}
    again = fields_on(refused) | {"amount-1": ["150 000"], "then": ["agree"]}
    agreed = client.post(address(case, "consensus/"), again)

    assert agreed.status_code == 302
    stored = Consensus.objects.get()
    assert (stored.text, stored.written_by) == ("Vi är överens.", officer)
    assert stored.agreed_at is not None
    assert dict(stored.years.values_list("year", "amount_sek")) == {1: 150_000, 2: 150_001}
    with pytest.raises(Error), transaction.atomic():
        Consensus.objects.update(text="Med SQL.")
    with pytest.raises(Error), transaction.atomic():
        ConsensusYear.objects.update(amount_sek=1)


def test_the_decision_begins_from_what_the_assessors_propose(signed_in, case, officer, decider):
    client = signed_in(officer)
    sent = filled(client.get(address(case, "consensus/")), text=["Överens."], then=["agree"])
    client.post(address(case, "consensus/"), sent | {"amount-1": ["150 000"], "amount-2": ["1"]})

    page = signed_in(decider, "en").get(f"/applications/{case.reference}/decision/")

    assert page.context["form"]["year-1"].value() == "150\u00a0000"
    assert "Överens." in page.content.decode()
    assert "weighted mean 4.00" in page.content.decode()


def test_of_two_officers_at_once_the_second_sees_both_texts(signed_in, case, officer, icld):
    first, second = signed_in(officer), signed_in(make_person("Test Två", icld, "officer"), "en")
    page = second.get(address(case, "consensus/"))
    sent = filled(first.get(address(case, "consensus/")), "5", text=["Den första."])
    first.post(address(case, "consensus/"), sent)

    response = second.post(address(case, "consensus/"), filled(page, "2", text=["Den andra."]))

    assert response.status_code == 409
    assert "Den andra." in response.content.decode()
    assert officer.name in response.content.decode()
    assert Consensus.objects.get().text == "Den första."
    kept = second.post(address(case, "consensus/"), fields_on(response))
    assert kept.status_code == 302
    assert Consensus.objects.get().text == "Den andra."


@pytest.mark.parametrize(("person", "status"), [("reader", 200), ("assessor", 403)])
def test_the_common_view_is_read_by_icld_and_written_by_officers(
    request, signed_in, case, officer, person, status
):
    cases.agreed(case, by=officer)
    client = signed_in(request.getfixturevalue(person))

    assert client.get(address(case, "consensus/")).status_code == status
    assert client.post(address(case, "consensus/open-again/")).status_code == 403
    assert Consensus.objects.get().agreed_at is not None


def test_the_common_view_is_opened_again_until_the_decision(signed_in, case, officer, decider):
    cases.agreed(case, by=officer)
    client = signed_in(officer)
    client.post(address(case, "consensus/open-again/"))
    assert Consensus.objects.get().agreed_at is None
    workflow.agree(case, by=officer)
    cases.decide(case, by=decider, outcome="rejected", reason="Nej.")

    client.post(address(case, "consensus/open-again/"))

    assert Consensus.objects.get().agreed_at is not None


def test_a_case_keeps_the_criteria_it_was_first_assessed_under(case, officer):
    first = workflow.criteria_version(case)
    assessor = cases.asked(case, by=officer)
    workflow.save_assessment(case, by=assessor, texts=[], text="", recommendation="")

    newer = QuestionSet.objects.create(
        purpose=Purpose.ASSESSMENT,
        grant_type=case.grant_type,
        version=first.version + 1,
        title_sv="Ny",
        title_en="New",
        published_at=case.received_at,
    )

    assert workflow.criteria_version(case) == first
    assert QuestionSet.objects.all().in_force(case.grant_type, Purpose.ASSESSMENT) == newer


@pytest.mark.parametrize("page", ["assessment/", "consensus/", ""])
def test_the_pages_ask_as_often_for_one_sheet_as_for_many(
    signed_in, case, officer, page, django_assert_max_num_queries
):
    reader = cases.asked(case, by=officer)
    hand_in(signed_in(reader), case)
    client = signed_in(reader if page == "assessment/" else officer)
    client.get(address(case, page))
    with django_assert_max_num_queries(25) as few:
        client.get(address(case, page))

    for _number in range(8):
        hand_in(signed_in(cases.asked(case, by=officer)), case)

    with django_assert_max_num_queries(25) as many:
        client.get(address(case, page))
    assert len(many) == len(few)


def test_the_form_itself_asks_at_most_25_times(
    signed_in, case, asked, django_assert_max_num_queries
):
    client = signed_in(asked)
    client.get(address(case))

    with django_assert_max_num_queries(25):
        client.get(address(case))
