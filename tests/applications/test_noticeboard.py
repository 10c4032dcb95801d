"""Notices: each letter is one, read in the portal, mailed as its reader has chosen."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from applications import messages, noticeboard, workflow
from icld_portal.localize import STOCKHOLM
from icld_portal.mail import queue_letter
from icld_portal.models import Delivery, Letter, NoticeChoice, Topic
from partnerships.models import Membership
from tests.factories import cases

pytestmark = pytest.mark.django_db
EIGHT = datetime(2027, 1, 12, 8, 0, tzinfo=STOCKHOLM)


@pytest.fixture
def case(partnership, coordinator, partner_coordinator):
    return cases.submitted(partnership, by=coordinator)


def choose(user, delivery, topic=Topic.MESSAGES):
    NoticeChoice.objects.update_or_create(user=user, topic=topic, defaults={"delivery": delivery})


def write(case, by, subject="Revisor", at=EIGHT - timedelta(hours=10)):
    before = set(Letter.objects.values_list("pk", flat=True))
    messages.begin_thread(case, subject=subject, text="Hej.", by=by)
    Letter.objects.exclude(pk__in=before).update(queued_at=at)


def sent_by_mail(user):
    """The kinds of letters to ``user`` that have a job to send them."""
    queued = ProcrastinateJob.objects.filter(task_name="icld_portal.jobs.send_letter")
    ids = [job.args["letter_id"] for job in queued]
    return sorted(
        Letter.objects.filter(pk__in=ids, to_user_id=user.pk).values_list("kind", flat=True)
    )


def unread(client):
    return client.get("/notices/").context["unread_notices"]()


def test_what_is_written_to_a_person_is_a_notice_until_it_is_opened(
    signed_in, case, coordinator, officer, stranger
):
    write(case, coordinator)
    browser = signed_in(officer)
    notice = Letter.objects.get(to_user_id=officer.pk, kind="message")
    assert unread(browser) == 1

    page = browser.get(f"/notices/{notice.pk}/")

    assert "/messages/" in page.content.decode()
    assert unread(browser) == 0
    assert signed_in(stranger).get(f"/notices/{notice.pk}/").status_code == 404
    assert signed_in(coordinator).get(f"/notices/{notice.pk}/").status_code == 404
    assert browser.head(f"/notices/{notice.pk}/").status_code == 200


def test_all_are_marked_as_read_at_once_and_only_ones_own(signed_in, case, coordinator, officer):
    write(case, coordinator)
    browser = signed_in(coordinator)
    assert unread(browser) > 0

    browser.post("/notices/read/")

    assert unread(browser) == 0
    assert unread(signed_in(officer)) == 1


def test_a_notice_of_a_case_that_is_closed_to_its_reader_is_gone(
    signed_in, case, coordinator, officer, signatory, robertsfors
):
    write(case, coordinator)
    workflow.take_up(case, by=officer)
    hidden = Letter.objects.get(to_user_id=officer.pk, kind="message")
    browser = signed_in(officer)
    assert "Revisor" in browser.get("/notices/").content.decode()

    workflow.declare(case, by=officer, has_conflict=True, reason="Släkt.")

    browser = signed_in(officer)
    assert unread(browser) == 0
    assert "Revisor" not in browser.get("/notices/").content.decode()
    assert browser.get(f"/notices/{hidden.pk}/").status_code == 404
    assert noticeboard.notices_of(signatory).exists()
    Membership.objects.filter(user=signatory).delete()
    signatory = type(signatory).objects.get(pk=signatory.pk)
    assert not noticeboard.notices_of(signatory).exists()


def test_who_is_asked_to_assess_reads_the_request_before_they_may_open_the_case(
    case, officer, outsider
):
    workflow.give(case, to=outsider, by=officer)

    assert [one.kind for one in noticeboard.notices_of(outsider)] == ["assess"]


def test_each_person_chooses_and_the_letter_goes_that_way(
    signed_in, case, coordinator, partner_coordinator, signatory, officer
):
    choice = dict.fromkeys(Topic.values, "at_once") | {"messages": "digest", "cases": "in_app"}
    saved = signed_in(partner_coordinator).post("/account/notices/", choice)
    assert saved.status_code == 302
    choose(signatory, Delivery.IN_APP)

    write(case, coordinator)

    assert "message" in sent_by_mail(officer)
    assert "message" not in sent_by_mail(partner_coordinator) + sent_by_mail(signatory)
    for person in (partner_coordinator, signatory):
        assert noticeboard.notices_of(person).filter(kind="message").exists()
    shown = signed_in(partner_coordinator).get("/account/notices/").context["form"]
    assert {name: shown[name].value() for name in choice} == choice


@pytest.mark.parametrize("chosen", [Delivery.IN_APP, Delivery.DIGEST])
def test_a_decision_goes_by_mail_whatever_somebody_has_chosen(
    partnership, coordinator, decider, chosen
):
    for topic in Topic:
        choose(coordinator, chosen, topic)

    cases.approved(partnership, by=coordinator, decider=decider)

    assert "approved" in sent_by_mail(coordinator)
    assert "submitted" not in sent_by_mail(coordinator)


def test_a_choice_that_does_not_exist_is_refused(signed_in, coordinator):
    answer = signed_in(coordinator).post("/account/notices/", {"messages": "pigeon"})

    assert answer.status_code == 422
    assert not NoticeChoice.objects.exists()


def test_the_daily_mail_comes_once_at_seven_with_what_waited(case, coordinator, officer):
    choose(officer, Delivery.DIGEST)
    write(case, coordinator, subject="Ett")
    write(case, coordinator, subject="Två")
    write(case, coordinator, subject="Tre", at=EIGHT - timedelta(minutes=30))

    assert noticeboard.send_digests(at=EIGHT - timedelta(minutes=61)) == 0
    assert noticeboard.send_digests(at=EIGHT) == 1
    assert noticeboard.send_digests(at=EIGHT) == 0
    assert noticeboard.send_digests(at=EIGHT + timedelta(hours=5)) == 0

    (digest,) = Letter.objects.filter(kind="digest")
    assert sent_by_mail(officer) == ["digest"]
    assert "Ett" in digest.body
    assert "Två" in digest.body
    assert "Tre" not in digest.body
    assert noticeboard.send_digests(at=EIGHT + timedelta(days=1)) == 1
    assert "Tre" in Letter.objects.filter(kind="digest").latest("pk").body


@pytest.mark.parametrize("month", [1, 7])
def test_seven_is_seven_in_stockholm_in_winter_and_in_summer(case, coordinator, officer, month):
    choose(officer, Delivery.DIGEST)
    seven = datetime(2027, month, 13, 7, 0, tzinfo=STOCKHOLM)
    write(case, coordinator, at=seven - timedelta(hours=1))

    assert noticeboard.send_digests(at=seven - timedelta(seconds=1)) == 0
    assert noticeboard.send_digests(at=seven) == 1


def test_what_has_been_read_or_hidden_is_not_in_the_daily_mail(
    signed_in, case, coordinator, officer, decider
):
    workflow.take_up(case, by=officer)
    choose(officer, Delivery.DIGEST)
    write(case, coordinator, subject="Läst")
    write(case, coordinator, subject="Gömt")
    read = Letter.objects.get(to_user_id=officer.pk, subject__contains="Läst")
    signed_in(officer).get(f"/notices/{read.pk}/")
    workflow.declare(case, by=officer, has_conflict=True, reason="Släkt.")

    assert noticeboard.send_digests(at=EIGHT) == 0
    assert not Letter.objects.filter(kind="digest").exists()


def test_who_may_no_longer_sign_in_gets_no_daily_mail(case, coordinator, officer):
    choose(officer, Delivery.DIGEST)
    write(case, coordinator)
    officer.is_active = False
    officer.save()

    assert noticeboard.send_digests(at=EIGHT) == 0


def test_a_letter_to_an_address_without_a_login_goes_by_mail(db):
    letter = queue_letter(
        to_email="x@example.org", subject="Hej", body="x", kind="message", language="sv"
    )
    assert letter.delivery == Delivery.AT_ONCE


@pytest.mark.parametrize("rows", [1, 30])
def test_the_list_and_the_count_ask_as_often_for_thirty_as_for_one(
    signed_in, coordinator, rows, django_assert_max_num_queries
):
    for number in range(rows):
        queue_letter(
            to_email=coordinator.email,
            to_user_id=coordinator.pk,
            subject=f"Hej {number}",
            body="x",
            kind="handed_over",
            language="sv",
        )
    browser = signed_in(coordinator)
    browser.get("/notices/")

    with django_assert_max_num_queries(7):
        browser.get("/notices/")
    with CaptureQueriesContext(connection) as asked:
        assert noticeboard.unread_count(coordinator) == rows
    assert len(asked) <= 2  # The person's own roles are asked for once a request.


def test_more_than_a_hundred_unread_are_not_counted(coordinator):
    Letter.objects.bulk_create(
        Letter(to_email="x@example.org", to_user_id=coordinator.pk, kind="x", language="sv")
        for _number in range(130)
    )
    assert noticeboard.unread_count(coordinator) == noticeboard.MOST_COUNTED
