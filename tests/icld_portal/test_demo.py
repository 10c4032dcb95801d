"""The demo world: made by the workflow, complete, invented, and the same when made again."""

import json
from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from allauth.mfa.totp.internal.auth import validate_totp_code
from django.core.management import CommandError, call_command
from django.db import transaction
from django.urls import include, path

from applications import completeness
from applications.models import Application, Citation, Round, Status
from finance.models import GrantType
from icld_portal import urls
from icld_portal.demo import bulk, people, rounds, world
from icld_portal.localize import STOCKHOLM
from icld_portal.models import Event, Letter
from icld_portal.problems import blocking
from partnerships.models import (
    BudgetRegion,
    Membership,
    Organisation,
    Role,
    SteeringMeeting,
    User,
)

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=STOCKHOLM)
urlpatterns = [*urls.urlpatterns, path("demo/", include("icld_portal.demo.urls"))]


@pytest.fixture(scope="module")
def demo_world(django_db_setup, django_db_blocker):
    """The demo world, made once for this module and forgotten after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        world.seed(NOW)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def in_world(demo_world):
    """A test in the demo world; what it changes is undone."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def demo_pages(in_world, settings):
    """The pages of the demo, which are not there otherwise."""
    settings.DEMO = True
    settings.ROOT_URLCONF = __name__


def test_the_world_has_every_status_type_and_region(in_world):
    cases = Application.objects.all()

    assert cases.count() >= 40
    assert {case.status for case in cases} == set(Status)
    assert {case.grant_type for case in cases} == set(GrantType.values)
    assert {case.country.region for case in cases} == set(BudgetRegion.values)


def test_one_round_is_decided_one_in_assessment_and_one_open(in_world):
    handed_in = Application.objects.exclude(status=Status.DRAFT)
    found = {
        day.isoformat(): set(handed_in.filter(round__deadline_on=day).values_list("status", flat=1))
        for day in Round.objects.values_list("deadline_on", flat=True)
    }

    assert found == {
        "2026-03-15": {"approved", "rejected", "withdrawn"},
        "2026-10-15": {"submitted", "in_assessment", "withdrawn"},
        "2027-03-15": {"submitted"},
    }
    assert list(Round.objects.all().open_at(NOW)) == [Round.objects.get(deadline_on="2027-03-15")]


def test_seeding_again_changes_nothing(in_world):
    before = [model.objects.count() for model in (Application, Event, Letter, User, Organisation)]

    assert world.seed(NOW) is False
    after = [model.objects.count() for model in (Application, Event, Letter, User, Organisation)]

    assert after == before


def test_drafts_of_the_open_round_are_ready_or_have_gaps(in_world):
    drafts = Application.objects.filter(status=Status.DRAFT, round__deadline_on="2027-03-15")
    stopped = [bool(blocking(completeness.problems(draft, at=NOW))) for draft in drafts]

    assert Counter(stopped) == {True: 6, False: 3}


def test_the_parties_include_three_party_cases(in_world):
    three = Application.objects.filter(budget__parties="three")

    assert sorted(three.values_list("partnership__name", flat=True)) == [
        "Ale kommun – Ghanzi – Budeeti",
        "Falkenbergs kommun – Sundays River Valley – Sarah Baartman District",
        "Falkenbergs kommun – Sundays River Valley – Sarah Baartman District",
    ]


def test_the_steering_group_has_verified_minutes_and_minutes_being_written(in_world):
    verified = SteeringMeeting.objects.all().verified().get()
    assert list(verified.paragraphs.values_list("number", flat=True)) == [1, 2, 3]
    assert verified.verifications.filter(lapsed_at=None).count() == 2
    written = SteeringMeeting.objects.get(status="held")
    assert [one.number for one in written.paragraphs.order_by("number")] == [4, 5]


def test_the_steering_group_is_called_to_one_meeting_and_plans_another(in_world):
    coming = SteeringMeeting.objects.all().coming()
    assert [meeting.status for meeting in coming] == ["called", "planned"]
    called = Letter.objects.filter(kind="meeting_called").order_by("pk")
    assert {letter.language for letter in called} == {"sv", "en"}
    assert all(letter.attachments.count() == 1 for letter in called)


def test_a_draft_is_backed_by_a_decision_of_the_steering_group(in_world):
    cited = Citation.objects.select_related("decision__paragraph__meeting").get()
    assert cited.application.status == Status.DRAFT
    assert cited.decision.paragraph.meeting.status == "verified"


def test_there_is_somebody_for_every_role_with_an_invented_address(in_world):
    assert set(Membership.objects.values_list("role", flat=True)) == set(Role.values)
    assert [
        user.email for user in User.objects.all() if not user.email.endswith("example.org")
    ] == []


def test_office_and_signatories_have_a_second_factor_that_works(in_world):
    everybody = people.demo_people()
    signing = [person for person in everybody if set(person.roles) & people.SECOND_FACTOR_ROLES]

    assert {person.email for person in everybody if person.totp_secret} == {
        person.email for person in signing
    }
    assert all(person.totp_secret == people.totp_secret(person.email) for person in signing)
    assert validate_totp_code(signing[0].totp_secret, signing[0].code)
    assert User.objects.get(email=signing[0].email).check_password(people.PASSWORD)


def test_json_lists_people_and_applications(in_world, settings, capsys):
    settings.DEMO = True

    call_command("seed_demo", json=True)
    printed = json.loads(capsys.readouterr().out)

    assert list(printed) == ["people", "applications"]
    assert {tuple(person) for person in printed["people"]} == {
        ("email", "password", "totp_secret", "roles", "organisation")
    }
    assert {tuple(case) for case in printed["applications"]} == {
        ("reference", "status", "grant_type")
    }


def test_a_portal_for_real_people_gets_no_demo_people(db):
    with pytest.raises(CommandError, match="known password"):
        call_command("seed_demo")

    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 11, 23), ("2026-03-15", "2026-10-15", "2027-03-15")),
        (date(2027, 3, 15), ("2026-03-15", "2026-10-15", "2027-03-15")),
        (date(2027, 3, 16), ("2026-10-15", "2027-03-15", "2027-10-15")),
        (date(2027, 1, 1), ("2026-03-15", "2026-10-15", "2027-03-15")),
        (date(2027, 10, 16), ("2027-03-15", "2027-10-15", "2028-03-15")),
    ],
)
def test_the_rounds_follow_the_calendar(today, expected):
    assert tuple(day.isoformat() for day in rounds.deadlines_around(today)) == expected


@pytest.mark.django_db
def test_the_world_can_be_made_in_the_first_minute_after_a_deadline():
    assert world.seed(datetime(2027, 3, 16, 0, 0, 30, tzinfo=STOCKHOLM)) is True

    assert Application.objects.filter(status=Status.APPROVED).exists()


# --- For measuring --------------------------------------------------------------------


def test_applications_for_measuring_are_like_real_ones(in_world):
    assert bulk.top_up(146) == Application.objects.count() - 46 == 100
    assert bulk.top_up(146) == 0

    added = Application.objects.order_by("pk")[46:]
    assert {case.status for case in added} == set(Status)
    for case in added:
        moment = case.round.closes_at - timedelta(hours=1)
        assert blocking(completeness.problems(case, at=moment)) == []


def test_after_adding_them_the_next_reference_is_free(in_world):
    bulk.top_up(145)
    taken = set(Application.objects.values_list("reference", flat=True))

    from applications.references import next_reference

    assert not taken & {next_reference(year) for year in range(2016, 2028)}


# --- Pages ----------------------------------------------------------------------------


def test_outside_the_demo_its_pages_do_not_exist(client, db):
    assert client.get("/demo/outbox/").status_code == 404
    assert client.post("/demo/sign-in/", {"email": "x@icld.example.org"}).status_code == 404


def test_the_sign_in_page_lists_the_people_with_their_codes(client, demo_pages):
    page = client.get("/account/login/").content.decode()

    assert "decider@icld.example.org" in page
    assert people.current_code(people.totp_secret("decider@icld.example.org")) in page


def test_one_click_signs_in_with_the_second_factor(client, demo_pages):
    answer = client.post("/demo/sign-in/", {"email": "decider@icld.example.org"})

    assert answer.headers["Location"] == "/home/"
    assert client.get("/office/applications/").status_code == 200


def test_one_click_signs_in_nobody_who_is_not_of_the_demo(client, demo_pages):
    User.objects.create_user("somebody@icld.se", name="Somebody")

    assert client.post("/demo/sign-in/", {"email": "somebody@icld.se"}).status_code == 404
    assert client.get("/demo/sign-in/").status_code == 405


def test_the_outbox_shows_every_letter(client, demo_pages):
    letter = Letter.objects.latest("queued_at", "pk")

    listed = client.get("/demo/outbox/").content.decode()
    read = client.get(f"/demo/outbox/{letter.pk}/").content.decode()

    assert f"/demo/outbox/{letter.pk}/" in listed
    assert letter.body.splitlines()[0] in read


def test_the_outbox_gives_out_the_files_of_a_letter(client, demo_pages):
    letter = Letter.objects.filter(kind="meeting_called").first()
    (file,) = letter.attachments.all()
    address = f"/demo/outbox/{letter.pk}/files/{file.pk}/"

    assert address in client.get(f"/demo/outbox/{letter.pk}/").content.decode()
    answer = client.get(address)
    assert answer.content == bytes(file.content)
    assert answer.headers["Content-Type"].startswith("text/calendar")
    other = Letter.objects.exclude(pk=letter.pk).first()
    assert client.get(f"/demo/outbox/{other.pk}/files/{file.pk}/").status_code == 404


def test_the_outbox_asks_the_same_number_of_queries_on_every_page(
    client, demo_pages, django_assert_num_queries
):
    with django_assert_num_queries(2):
        client.get("/demo/outbox/")
    with django_assert_num_queries(2):
        client.get("/demo/outbox/?page=3")


# --- The first people of a real portal ------------------------------------------------


def test_add_person_gives_a_role_without_a_password(db, capsys):
    call_command(
        "add_person", "ada@icld.se", name="Ada", organisation="ICLD", role="office_administrator"
    )

    user = User.objects.get(email="ada@icld.se")
    assert not user.has_usable_password()
    assert user.is_office_administrator
    assert "/account/password/reset/" in capsys.readouterr().out


def test_a_person_added_without_a_password_can_ask_for_one(db, client, mailoutbox):
    call_command("add_person", "ada@icld.se", name="Ada", organisation="ICLD", role="reader")

    client.post("/account/password/reset/", {"email": "ada@icld.se"})

    assert [letter.to for letter in mailoutbox] == [["ada@icld.se"]]
    assert "/account/password/reset/key/" in mailoutbox[0].body


@pytest.mark.parametrize(
    ("email", "organisation", "role", "said"),
    [
        ("ada", "ICLD", "reader", "not an e-mail address"),
        ("ada@icld.se", "Robertsfors", "coordinator", "Did you mean Robertsfors kommun"),
        ("ada@icld.se", "ICLD", "coordinator", "ICLD has no coordinator"),
        ("ada@icld.se", "Robertsfors kommun", "decider", "has no decider"),
    ],
)
def test_add_person_says_what_is_wrong(db, email, organisation, role, said):
    with pytest.raises(CommandError, match=said):
        call_command("add_person", email, name="Ada", organisation=organisation, role=role)

    assert not User.objects.exists()
