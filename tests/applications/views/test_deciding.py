"""The decision: proposed by one, taken once by another, told to whoever comes second."""

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from applications import letter_texts, workflow
from applications.models import Application, Decision, PendingDecision, PendingYear
from finance.models import Grant
from icld_portal.models import Letter
from tests.factories import cases
from tests.factories.parties import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def application(partnership, coordinator, officer) -> Application:
    """Two years of 450,000 SEK asked for, and an assessment."""
    case = cases.in_assessment(partnership, by=coordinator, officer=officer, sek=450_000, years=2)
    cases.agreed(case, by=officer)
    Letter.objects.all().delete()
    return case


def address(application) -> str:
    return f"/applications/{application.reference}/decision/"


def approval(first="450 000", second="400 000", reason="En stark ansökan.", button="check"):
    return {
        "outcome": "approved",
        "reason": reason,
        "year-1": first,
        "year-2": second,
        "version": "0",
        button: "",
    }


def letters_out():
    """The letters but those by which ICLD tells its own people of a proposal."""
    return Letter.objects.exclude(kind__startswith="proposal_")


def nothing_happened(application) -> bool:
    application.refresh_from_db()
    return application.status == "in_assessment" and not (
        Decision.objects.exists() or Grant.objects.exists() or letters_out().exists()
    )


def nothing_proposed(application) -> bool:
    return nothing_happened(application) and not PendingDecision.objects.exists()


@pytest.fixture
def proposed(signed_in, officer, application) -> PendingDecision:
    """What the officer has proposed on the page."""
    signed_in(officer).post(address(application), approval(button="propose"))
    return PendingDecision.objects.get()


def take(client, application, version=1, **options):
    sent = {"version": version, "texts": letter_texts.mark()}
    return client.post(f"{address(application)}take/", sent, **options)


def send_back(client, application, version=1, why="Summan är för hög."):
    form = {"version": version, "why": why}
    return client.post(f"{address(application)}send-back/", form)


def test_the_form_is_filled_with_what_was_asked_for(signed_in, officer, application):
    page = signed_in(officer, "en").get(address(application)).content.decode()

    assert page.count('value="450\u00a0000"') == 2
    assert "Stark." in page
    assert "500\u00a0000\u00a0kr" in page


def test_checking_shows_sums_and_recipients_and_does_nothing(signed_in, officer, application):
    response = signed_in(officer, "en").post(address(application), approval())

    page = response.content.decode()
    assert response.context["total_sek"] == 850_000
    assert "contact@example.org" in page
    assert 'name="propose"' in page
    assert nothing_proposed(application)


def test_going_back_keeps_what_was_written(signed_in, officer, application):
    response = signed_in(officer).post(address(application), approval(button="change"))

    assert response.context["form"]["reason"].value() == "En stark ansökan."
    assert 'name="check"' in response.content.decode()
    assert nothing_proposed(application)


def test_who_proposes_does_not_decide(signed_in, decider, application):
    client = signed_in(decider, "en")
    page = client.post(address(application), approval(button="propose"), follow=True)

    assert "You have proposed this yourself" in page.content.decode()
    assert 'name="decide"' not in page.content.decode()
    refused = take(client, application, follow=True).content.decode()
    assert "Somebody else decides." in refused
    assert nothing_happened(application)


def test_an_approval_opens_the_grant_and_tells_both_parties(
    signed_in, decider, officer, application, proposed
):
    client = signed_in(decider, "en")
    read = client.get(address(application)).content.decode()
    assert "850\u00a0000\u00a0kr" in read
    assert "contact@example.org" in read
    response = take(client, application, follow=True)

    application.refresh_from_db()
    assert application.status == "approved"
    assert (application.decision.proposed_by, application.decision.decided_by) == (officer, decider)
    grant = Grant.objects.get(reference=application.reference)
    assert list(grant.years.values_list("year", "decided_sek")) == [(1, 450_000), (2, 400_000)]
    assert Letter.objects.filter(kind="approved").count() >= 2
    page = response.content.decode()
    assert f"/grants/{application.reference}/" in page
    assert "850\u00a0000\u00a0kr" in page


def test_a_rejection_ignores_the_sums(signed_in, officer, decider, application):
    form = approval(button="propose") | {"outcome": "rejected"}
    signed_in(officer).post(address(application), form)
    take(signed_in(decider), application)

    application.refresh_from_db()
    assert application.status == "rejected"
    assert not application.decision.years.exists()
    assert not Grant.objects.exists()


@pytest.mark.parametrize(
    ("form", "field"),
    [
        (approval(first="450 001"), "year-1"),
        (approval(first="-1"), "year-1"),
        (approval(first="450.000"), "year-1"),
        (approval(first="0", second="0"), "year-1"),
        (approval(first="", second=""), "year-1"),
        (approval(reason=" "), "reason"),
        (approval(reason="Bra\x07"), "reason"),
        (approval() | {"outcome": "maybe"}, "outcome"),
        (approval() | {"outcome": "postponed"}, "outcome"),
        (approval() | {"version": "one"}, "version"),
    ],
)
@pytest.mark.parametrize("button", ["check", "propose"])
def test_a_wrong_proposal_is_refused_beside_its_field(
    signed_in, officer, application, form, field, button
):
    response = signed_in(officer, "en").post(address(application), form | {button: ""})

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {field}
    assert nothing_proposed(application)


def test_a_sum_for_a_year_that_was_not_asked_for_is_never_proposed(signed_in, officer, application):
    form = approval(button="propose") | {"year-3": "100 000"}
    signed_in(officer).post(address(application), form)

    proposed = PendingDecision.objects.get().years.values_list("year", "amount_sek")
    assert list(proposed) == [(1, 450_000), (2, 400_000)]


def test_the_second_of_two_who_propose_is_told(signed_in, officer, icld, application):
    first, second = signed_in(officer), signed_in(make_person("Test Två", icld, "officer"), "en")
    assert second.post(address(application), approval()).status_code == 200

    first.post(address(application), approval(button="propose") | {"outcome": "rejected"})
    response = second.post(address(application), approval(button="propose"))

    assert response.status_code == 409
    assert "Somebody else has changed the proposal" in response.content.decode()
    assert response.context["form"]["reason"].value() == "En stark ansökan."
    assert PendingDecision.objects.get().outcome == "rejected"
    again = approval(button="propose") | {"version": "1"}
    assert second.post(address(application), again).status_code == 302
    assert PendingDecision.objects.get().outcome == "approved"


def test_the_second_of_two_deciders_is_told(signed_in, decider, icld, application, proposed):
    second = signed_in(make_person("Test Två", icld, "decider"), "en")
    take(signed_in(decider), application)

    response = take(second, application, follow=True)

    assert "The case has moved on" in response.content.decode()
    assert Decision.objects.get().decided_by == decider
    assert Grant.objects.count() == 1


def test_a_proposal_that_was_changed_since_is_read_again(
    signed_in, officer, decider, application, proposed
):
    client = signed_in(decider, "en")
    changed = approval(first="1", button="propose") | {"version": "1"}
    signed_in(officer).post(address(application), changed)

    for answer in (take(client, application), send_back(client, application)):
        assert answer.url == address(application)
    assert "The proposal was changed" in client.get(address(application)).content.decode()
    assert nothing_happened(application)
    for odd in ("", "two", "2.0", "9" * 30, "-2"):
        assert take(client, application, version=odd).url == address(application)
    assert nothing_happened(application)


def test_a_proposal_is_sent_back_and_proposed_anew(
    signed_in, officer, decider, application, proposed
):
    chief = signed_in(decider, "en")
    empty = send_back(chief, application, why=" ")
    assert (empty.status_code, "Write why" in empty.content.decode()) == (422, True)

    assert send_back(chief, application).url == application.get_absolute_url()
    assert take(chief, application, version=2).url == address(application)
    assert nothing_happened(application)
    page = signed_in(officer, "en").get(address(application)).content.decode()
    assert "Summan är för hög." in page

    anew = approval(first="100 000", button="propose") | {"version": "2"}
    signed_in(officer).post(address(application), anew)
    take(chief, application, version=3)
    application.refresh_from_db()
    assert application.status == "approved"
    assert application.decision.years.get(year=1).amount_sek == 100_000


def test_the_parties_read_nothing_of_a_proposal(signed_in, coordinator, application, proposed):
    page = signed_in(coordinator).get(application.get_absolute_url()).content.decode()

    assert "En stark ansökan." not in page
    assert "föres" not in page.lower()


def test_an_officer_does_not_decide(signed_in, officer, application, proposed):
    client = signed_in(officer)

    assert take(client, application).status_code == 403
    assert send_back(client, application).status_code == 403
    assert nothing_happened(application)


def test_the_database_wants_two_people(officer, decider, application, proposed):
    proposed.refresh_from_db()
    for statement in (
        lambda: Decision.objects.create(
            application=application, outcome="rejected", reason="Nej.", decided_by=decider
        ),
        lambda: Decision.objects.create(
            application=application,
            outcome="rejected",
            reason="Nej.",
            decided_by=decider,
            proposed_by=decider,
        ),
        lambda: PendingDecision.objects.update(confirmed_by=officer, confirmed_at=timezone.now()),
        lambda: PendingDecision.objects.update(
            sent_back_by=officer, sent_back_at=timezone.now(), sent_back_reason="Nej."
        ),
        lambda: PendingDecision.objects.update(outcome="postponed"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            statement()

    workflow.decide(application, by=decider, version=1)
    for statement in (
        lambda: PendingDecision.objects.update(reason="Other"),
        lambda: PendingYear.objects.update(amount_sek=1),
    ):
        with pytest.raises(DatabaseError, match="pgtrigger"), transaction.atomic():
            statement()


def test_a_case_at_a_meeting_too_says_so(signed_in, officer, application, proposed):
    meeting = workflow.meeting_of(application.round)
    workflow.propose(meeting, application, by=officer, outcome="rejected", reason="Nej.")
    page = signed_in(officer, "en").get(address(application)).content.decode()

    assert "also proposed at a decision meeting" in page
    assert PendingDecision.objects.count() == 2


def test_a_case_that_is_not_taken_up_is_not_decided(signed_in, decider, partnership, coordinator):
    new = cases.submitted(partnership, by=coordinator)

    response = signed_in(decider).post(address(new), approval(button="propose"))

    assert response.status_code == 409
    assert take(signed_in(decider), new).status_code == 302
    new.refresh_from_db()
    assert new.status == "submitted"
    assert not Decision.objects.exists()


def test_a_decided_case_asks_no_more_than_a_page_may(
    signed_in, partnership, coordinator, decider, django_assert_max_num_queries
):
    case = cases.approved(partnership, by=coordinator, decider=decider)
    client = signed_in(decider)
    client.get(case.get_absolute_url())
    with django_assert_max_num_queries(25):
        client.get(case.get_absolute_url())
