"""Comments on deviations, saved while they are typed: never over another's text."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from finance.models import DeviationComment
from icld_portal import writers
from icld_portal.shared_texts import token_of
from partnerships.models import Role
from tests.factories import cases, controlled, money, reports
from tests.factories.parties import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(partnership, coordinator, decider):
    """A year in which 1 000 of 100 000 kr for travel are used."""
    case = cases.approved(partnership, by=coordinator, decider=decider)
    opened = reports.open_report(case)
    money.add_cost(opened.statement, "1000.00")
    return opened


def name_of(report) -> str:
    travel = report.statement.guideline.categories.get(code="travel")
    return f"deviation-{report.grant.grantee_id}-{travel.pk}"


def save(browser, report, person, text, *, seen=None, name=None):
    name = name or name_of(report)
    sent = {name: text, f"seen-{name}": seen or token_of("", 0)}
    address = f"/reports/{report.application.reference}/year-1/deviations/{name}/"
    return browser.post(address, sent | {writers.FIELD: writers.mark_of(person)})


def test_what_is_typed_is_kept_and_the_next_save_goes_on_from_it(report, coordinator, signed_in):
    browser = signed_in(coordinator)
    first = save(browser, report, coordinator, "Billigare.").json()
    again = save(browser, report, coordinator, "Billigare resa.", seen=first["seen"]).json()

    assert (first["state"], again["state"]) == ("saved", "saved")
    comment = DeviationComment.objects.get()
    assert (comment.text, comment.version) == ("Billigare resa.", 2)


def test_another_s_text_is_shown_and_not_lost(report, coordinator, robertsfors, signed_in):
    other = make_person("Test Andersson", robertsfors, Role.FINANCE)
    save(signed_in(other), report, other, "Tåget var billigt.")

    answer = save(signed_in(coordinator), report, coordinator, "Billigare.")

    assert (answer.status_code, answer.json()["state"]) == (409, "conflict")
    assert answer.json()["text"] == "Tåget var billigt."
    assert DeviationComment.objects.get().text == "Tåget var billigt."


def test_what_cannot_be_kept_is_refused_and_says_why(report, coordinator, officer, signed_in):
    browser = signed_in(coordinator)
    assert save(browser, report, coordinator, "x" * 100_000).json()["state"] == "refused"
    assert save(browser, report, officer, "x").json()["state"] == "other_person"
    assert save(browser, report, coordinator, "x", name="deviation-1-0").status_code == 404
    assert not DeviationComment.objects.exists()


def test_nothing_is_kept_once_it_is_handed_in(partnership, coordinator, decider, signed_in):
    case = cases.approved(partnership, by=coordinator, decider=decider)
    report = controlled.handed_in(case)

    answer = save(signed_in(coordinator), report, coordinator, "Billigare.")

    assert (answer.status_code, answer.json()["state"]) == (410, "handed_in")


def test_a_save_asks_the_database_little(report, coordinator, signed_in):
    """Twelve, with the beginning and the end of the transaction as one."""
    browser, name = signed_in(coordinator), name_of(report)
    first = save(browser, report, coordinator, "Billigare.", name=name).json()

    with CaptureQueriesContext(connection) as asked:
        save(browser, report, coordinator, "Billigare resa.", seen=first["seen"], name=name)

    assert len(asked) == 13, "\n".join(one["sql"][:90] for one in asked)
