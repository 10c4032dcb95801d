"""Versions of the budget guidelines: written in a draft, published, then kept for ever."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from finance import workflow
from finance.models import CostCategory, GrantType, Guideline, GuidelineAmount
from icld_portal.events import events_of
from icld_portal.problems import NotReady
from icld_portal.versions import differences
from icld_portal.workflow import WrongStatus
from tests.factories import cases

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
LIST = "/office/programme/guidelines/"


@pytest.fixture
def draft(office_administrator) -> Guideline:
    return workflow.begin_version(by=office_administrator)


def page(version: int, name: str = "") -> str:
    return f"{LIST}{version}/{name}"


def seen(response) -> str:
    return response.context["form"].seen


def test_a_draft_is_a_whole_copy_and_beginning_again_returns_it(draft, office_administrator):
    first = Guideline.objects.get(version=1)

    assert workflow.begin_version(by=office_administrator) == draft
    assert (draft.version, draft.published_at) == (2, None)
    assert draft.amounts.count() == first.amounts.count() == 30
    codes = [list(row.categories.values_list("code", flat=True)) for row in (first, draft)]
    assert codes[0] == codes[1]
    changed = [line.label for one in differences(first, draft) for line in one.lines]
    assert changed == ["valid from"]


def test_a_case_keeps_its_version_and_a_new_one_gets_the_new(
    partnership, coordinator, draft, office_administrator
):
    begun = cases.empty_draft(partnership, by=coordinator)
    workflow.publish(draft.version, by=office_administrator)

    later = cases.empty_draft(partnership, by=coordinator, grant_type="dissemination")

    begun.budget.refresh_from_db()
    assert begun.budget.guideline.version == 1
    assert later.budget.guideline.version == 2


def test_publishing_is_recorded_and_cannot_be_done_twice(draft, office_administrator):
    workflow.publish(draft.version, by=office_administrator)

    verbs = [(event.verb, event.actor_id) for event in events_of(draft)]
    assert verbs == [
        ("begin_guidelines", office_administrator.pk),
        ("publish_guidelines", office_administrator.pk),
    ]
    for deed in (workflow.publish, workflow.throw_away, workflow.locked_draft):
        with pytest.raises(WrongStatus):
            deed(draft.version, by=office_administrator)


def test_the_database_refuses_every_change_of_a_published_version():
    first = Guideline.objects.get(version=1)
    for rows in (
        Guideline.objects.filter(pk=first.pk),
        GuidelineAmount.objects.filter(guideline=first),
        CostCategory.objects.filter(guideline=first),
    ):
        with pytest.raises(DatabaseError, match="pgtrigger"), transaction.atomic():
            rows.delete()
    with pytest.raises(DatabaseError, match="pgtrigger"), transaction.atomic():
        Guideline.objects.filter(pk=first.pk).update(day_rate_sek=9_999)


@pytest.mark.parametrize("who", ["officer", "decider", "reader", "coordinator"])
def test_only_administrators_write(who, draft, request):
    person = request.getfixturevalue(who)
    for deed in (
        lambda: workflow.begin_version(by=person),
        lambda: workflow.publish(draft.version, by=person),
        lambda: workflow.throw_away(draft.version, by=person),
    ):
        with pytest.raises(PermissionDenied):
            deed()


def test_a_draft_that_is_not_whole_is_not_published(draft, office_administrator):
    draft.amounts.filter(grant_type=GrantType.PROJECT, region="europe").delete()
    draft.categories.filter(code="travel").update(name_en="")
    draft.valid_from = timezone.localdate() - timedelta(days=1)
    draft.note_sv = "Ny nivå."
    draft.save()

    with pytest.raises(NotReady) as refused:
        workflow.publish(draft.version, by=office_administrator)

    assert [problem.text for problem in refused.value.problems] == [
        "Amounts are missing for Project.",
        "Resor is written in one language only.",
        "The day it becomes valid has passed: choose today or later.",
        "The note is written in one language only.",
    ]


def test_what_was_written_is_shown_as_a_difference(draft, office_administrator):
    first = Guideline.objects.get(version=1)
    cell = draft.amounts.get(grant_type="project", region="europe", parties="two")
    cell.amount_sek = 480_000
    cell.save()
    new = workflow.save_category(
        draft,
        None,
        {"name_sv": "Resor med tåg", "name_en": "Travel", "help_sv": "", "help_en": ""},
        by=office_administrator,
    )
    workflow.remove_category(draft, draft.categories.get(code="audit"), by=office_administrator)
    workflow.move_category(
        draft, draft.categories.get(code="visas"), up=True, by=office_administrator
    )

    assert new.code == "travel-2"
    found = {(one.what, one.title) for one in differences(first, draft)}
    assert found == {
        ("changed", "Budget guidelines, version 2"),
        ("changed", "Project, two-party cooperation, Europe"),
        ("added", "Travel"),
        ("removed", "Audit"),
        ("moved", "The order has changed"),
    }


def test_salary_compensation_stays(draft, office_administrator):
    with pytest.raises(NotReady):
        workflow.remove_category(
            draft, draft.categories.get(code="salary"), by=office_administrator
        )


def test_an_administrator_writes_and_publishes_on_the_pages(office_administrator, signed_in):
    browser = signed_in(office_administrator, "en")
    begun = browser.post(f"{LIST}begin/")
    assert begun.url == page(2)

    amounts = page(2, "amounts/project/")
    form = browser.get(amounts).context["form"]
    sent = {"seen": form.seen, "per": "year"}
    for row in form.rows():
        for field in row["fields"]:
            sent[field.html_name] = field.value() if field.value() is not None else ""
    sent["two-europe-amount"] = "480 000"
    assert browser.post(amounts, sent).url == page(2)
    cost = {"name_sv": "Tolkning på plats", "name_en": "Interpreting on site", "seen": ""}
    add = page(2, "costs/add/")
    assert browser.post(add, cost).status_code == 422
    assert browser.post(add, cost | {"seen": seen(browser.get(add))}).url == page(2)
    code = "interpreting-on-site"
    assert browser.post(page(2, f"costs/{code}/change/"), {"wish": "up"}).status_code == 302

    differs = browser.get(page(2, "difference/")).content.decode()
    assert "480" in differs
    assert "Interpreting on site" in differs
    assert "480\u00a0000\u00a0kr" not in browser.get("/guidelines/").content.decode()
    assert browser.get(page(2, "publish/")).status_code == 200
    assert browser.post(page(2, "publish/")).url == page(2)
    assert "480\u00a0000\u00a0kr" in browser.get("/guidelines/").content.decode()
    for closed in ("general/", "amounts/project/", "costs/audit/", "publish/", "throw-away/"):
        assert browser.get(page(2, closed)).url == page(2)
        assert browser.post(page(2, closed), {"seen": ""}).url == page(2)


def test_the_second_editor_sees_what_the_first_has_saved(draft, office_administrator, signed_in):
    browser = signed_in(office_administrator, "en")
    general = page(2, "general/")
    opened = browser.get(general)
    mine = {
        "seen": seen(opened),
        "valid_from": draft.valid_from.isoformat(),
        "day_rate_sek": "5 000",
        "deviation_percent": "10",
        "report_days": "60",
        "final_report_days": "90",
        "report_opens_days": "30",
        "note_sv": "",
        "note_en": "",
    }
    Guideline.objects.filter(pk=draft.pk).update(day_rate_sek=4_900)

    refused = browser.post(general, mine)

    assert refused.status_code == 422
    text = refused.content.decode()
    assert "Somebody else has saved this page" in text
    assert "as it stands now: 4\u00a0900" in text
    draft.refresh_from_db()
    assert draft.day_rate_sek == 4_900
    assert browser.post(general, mine | {"seen": seen(refused)}).url == page(2)
    draft.refresh_from_db()
    assert draft.day_rate_sek == 5_000


def test_the_final_report_is_not_due_before_the_others(draft, office_administrator, signed_in):
    browser = signed_in(office_administrator, "en")
    sent = {
        "seen": seen(browser.get(page(2, "general/"))),
        "valid_from": draft.valid_from.isoformat(),
        "day_rate_sek": "4 800",
        "deviation_percent": "10",
        "report_days": "45",
        "final_report_days": "44",
        "report_opens_days": "30",
    }

    refused = browser.post(page(2, "general/"), sent)
    assert refused.status_code == 422
    assert "cannot be due before" in refused.content.decode()

    browser.post(page(2, "general/"), sent | {"final_report_days": "45"})
    draft.refresh_from_db()
    assert (draft.report_days, draft.final_report_days) == (45, 45)
    assert "45" in browser.get(page(2, "difference/")).content.decode()


def test_a_draft_is_thrown_away_and_its_number_is_free(draft, office_administrator, signed_in):
    browser = signed_in(office_administrator)

    assert browser.post(page(2, "throw-away/")).url == LIST
    assert not Guideline.objects.filter(version=2).exists()
    assert browser.get(page(2)).status_code == 404
    assert browser.post(page(2, "general/"), {}).status_code == 404


@pytest.mark.parametrize("who", ["officer", "reader"])
def test_others_at_icld_look_and_do_not_touch(who, draft, request, signed_in):
    browser = signed_in(request.getfixturevalue(who))
    for readable in (LIST, page(2), page(2, "difference/"), "/office/programme/"):
        assert browser.get(readable).status_code == 200
    assert page(2, "publish/") not in browser.get(page(2)).content.decode()
    for closed in ("general/", "amounts/project/", "costs/add/", "costs/audit/", "publish/"):
        assert browser.get(page(2, closed)).status_code == 403
        assert browser.post(page(2, closed)).status_code == 403


def test_a_party_sees_nothing_of_a_draft(draft, coordinator, signed_in):
    browser = signed_in(coordinator)
    assert not Guideline.objects.visible_to(coordinator).drafts().exists()
    for closed in (LIST, page(2), "/office/programme/"):
        assert browser.get(closed).status_code == 403


@pytest.mark.parametrize(
    "address",
    [page(7), page(10**20), page(2) + "?language=xx", page(2, "costs/nothing/")],
)
def test_what_does_not_exist_is_not_found(address, draft, office_administrator, signed_in):
    assert signed_in(office_administrator).get(address).status_code == 404


def test_text_without_end_is_refused_and_shown_again(draft, office_administrator, signed_in):
    browser = signed_in(office_administrator, "en")
    address = page(2, "costs/add/")
    sent = {"name_sv": "x" * 100_000, "name_en": "y", "seen": seen(browser.get(address))}

    refused = browser.post(address, sent)

    assert refused.status_code == 422
    assert "x" * 100_000 in refused.content.decode()


def test_the_pages_ask_as_often_for_thirty_versions_as_for_one(
    draft, office_administrator, signed_in, django_assert_max_num_queries
):
    browser = signed_in(office_administrator)
    with django_assert_max_num_queries(12):
        browser.get(LIST)
    Guideline.objects.bulk_create(
        Guideline(
            version=number,
            valid_from=timezone.localdate(),
            day_rate_sek=1,
            published_at=timezone.now(),
        )
        for number in range(3, 33)
    )
    with django_assert_max_num_queries(12):
        listed = browser.get(LIST).content.decode()
    assert reverse("finance:version", args=[32]) in listed
    for name in ("", "difference/", "publish/", "amounts/project/"):
        with django_assert_max_num_queries(25):
            browser.get(page(2, name))
