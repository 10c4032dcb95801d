"""The common assessment beside a new application, once ICLD lets the parties read it."""

import pytest
from django.db import DatabaseError, transaction

from applications import beginning, workflow
from applications.models import Application, SharedAssessment
from tests.factories import cases

pytestmark = pytest.mark.django_db
INTERNAL = "Bara för ICLD."


@pytest.fixture
def rejected(partnership, coordinator, officer, decider) -> Application:
    """Assessed by two, agreed and rejected."""
    case = cases.in_assessment(partnership, by=coordinator, officer=officer)
    cases.scored(case, by=cases.asked(case, by=officer), text=INTERNAL)
    cases.agreed(case, by=officer, outcome="rejected", text=INTERNAL)
    cases.decide(case, by=decider, outcome="rejected", reason="Inte den här gången.")
    return Application.objects.get(pk=case.pk)


def address(case, page) -> str:
    return f"/applications/{case.handle}/{page}/"


def share(client, case):
    return client.post(address(case, "consensus/share"))


def test_the_parties_read_scores_and_reasons_once_they_are_shared(
    signed_in, rejected, coordinator, officer, partner_coordinator
):
    again = beginning.start_from(rejected, rejected.grant_type, by=coordinator)
    pages = (address(rejected, "begin-again"), address(again, "begun-from"))
    party, keeper = signed_in(coordinator, "en"), signed_in(officer, "en")
    for page in pages:
        shown = party.get(page)
        assert shown.status_code == 200
        assert shown.context["assessment"] is None
        assert 'class="scores"' not in shown.content.decode()

    assert "Let the parties read it" in keeper.get(address(rejected, "consensus")).content.decode()
    assert share(keeper, rejected).status_code == 302

    reader = signed_in(partner_coordinator, "en")
    for shown in (*map(party.get, pages), reader.get(pages[1])):
        text = shown.content.decode()
        assert 'class="scores"' in text
        sheet = shown.context["assessment"]
        assert all(one.reason and one.reason in text for one in sheet.scores)
        assert len(sheet.scores) == 8
        assert INTERNAL not in text
        assert officer.name not in text
        assert "Test Tillfrågad" not in text
    assert (
        "Let the parties read it" not in keeper.get(address(rejected, "consensus")).content.decode()
    )


def test_the_page_of_the_case_shows_it_to_every_reader_of_a_party(
    signed_in, rejected, member, officer, django_assert_max_num_queries
):
    reader = signed_in(member, "en")
    assert 'class="scores"' not in reader.get(rejected.get_absolute_url()).content.decode()
    share(signed_in(officer), rejected)
    reader.get(rejected.get_absolute_url())
    with django_assert_max_num_queries(25):
        page = reader.get(rejected.get_absolute_url())
    text = page.content.decode()
    assert [one.reason in text for one in page.context["assessment"].scores] == [True] * 8
    assert INTERNAL not in text


def test_only_what_is_agreed_and_decided_is_shared_and_once(
    signed_in, rejected, partnership, coordinator, officer, reader
):
    open_case = cases.in_assessment(partnership, by=coordinator, officer=officer)
    cases.agreed(open_case, by=officer)
    for case in (open_case, rejected):
        assert share(signed_in(reader), case).status_code == 403
        assert share(signed_in(coordinator), case).status_code == 403
    share(signed_in(officer), open_case)
    assert not SharedAssessment.objects.exists()
    share(signed_in(officer), rejected)
    share(signed_in(officer), rejected)
    assert SharedAssessment.objects.get().application == rejected
    with pytest.raises(DatabaseError, match="pgtrigger"), transaction.atomic():
        SharedAssessment.objects.all().delete()


def test_strangers_read_nothing(signed_in, rejected, stranger, officer):
    workflow.share_assessment(rejected, by=officer)
    for page in ("begin-again", "consensus"):
        assert signed_in(stranger).get(address(rejected, page)).status_code in (403, 404)
