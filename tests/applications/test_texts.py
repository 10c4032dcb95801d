"""Letters and help texts: written in a draft, shown with a case, published, kept for ever."""

from html import unescape

import pgtrigger
import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone, translation

from applications import guidance, workflow
from applications.models import ProgrammeText
from applications.text_previews import case_for
from applications.workflow import texts
from icld_portal.events import events_of
from icld_portal.models import Letter
from icld_portal.problems import NotReady
from icld_portal.versions import differences
from icld_portal.workflow import WrongStatus
from partnerships.models import Role
from tests.applications.test_parallel import at_once
from tests.factories import cases
from tests.factories.parties import make_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
LIST = "/office/programme/texts/"


@pytest.fixture
def draft(office_administrator) -> ProgrammeText:
    return texts.begin_text("mail_rejected", by=office_administrator)


@pytest.fixture
def keeper(office_administrator, signed_in):
    return signed_in(office_administrator, "en")


@pytest.fixture
def case(partnership, coordinator, officer):
    return cases.in_assessment(partnership, by=coordinator, officer=officer)


def page(name: str = "", kind: str = "mail_rejected", version: int = 2) -> str:
    return f"{LIST}{kind}/{version}/{name}"


def sent(browser, address: str, **changes) -> dict[str, str]:
    """What a browser would send back from the page, with ``changes``."""
    form = browser.get(address).context["form"]
    return {"seen": form.seen} | {field.name: field.value() for field in form} | changes


def test_a_draft_is_a_copy_and_beginning_again_returns_it(draft, office_administrator):
    assert texts.begin_text("mail_rejected", by=office_administrator) == draft
    first = ProgrammeText.objects.get(kind="mail_rejected", version=1)
    assert (draft.version, draft.published_at) == (2, None)
    assert differences(first, draft) == []


@pytest.mark.parametrize("who", ["officer", "decider", "reader", "coordinator"])
def test_only_administrators_write(who, draft, request):
    person = request.getfixturevalue(who)
    for deed in (
        lambda: texts.begin_text("about", by=person),
        lambda: texts.locked_text(draft, by=person),
        lambda: texts.publish_text(draft, by=person),
        lambda: texts.throw_away_text(draft, by=person),
    ):
        with pytest.raises(PermissionDenied):
            deed()


def test_publishing_is_recorded_and_cannot_be_done_twice(draft, office_administrator):
    texts.publish_text(draft, by=office_administrator)

    verbs = [(event.verb, event.actor_id) for event in events_of(draft)]
    who = office_administrator.pk
    assert verbs == [("begin_text", who), ("publish_text", who)]
    for deed in (texts.publish_text, texts.throw_away_text, texts.locked_text):
        with pytest.raises(WrongStatus):
            deed(draft, by=office_administrator)


def test_a_text_that_lacks_what_it_must_say_is_not_published(draft, office_administrator):
    with transaction.atomic():
        locked = texts.locked_text(draft, by=office_administrator)
        facts = {"subject_en": "", "body_sv": "Nej. {{reason}} {{title}}", "body_en": ""}
        texts.save_text(locked, facts, by=office_administrator)

    with pytest.raises(NotReady) as refused:
        texts.publish_text(draft, by=office_administrator)

    assert [problem.text for problem in refused.value.problems] == [
        "{{url}} must stand in the text in Swedish.",
        "The subject in English is empty.",
        "The text in English is empty.",
    ]


def test_a_broken_field_is_not_saved_even_without_the_form(draft, office_administrator):
    with pytest.raises(NotReady, match="Did you mean"), transaction.atomic():
        texts.save_text(draft, {"body_en": "{{refrence}}"}, by=office_administrator)
    draft.refresh_from_db()
    assert "refrence" not in draft.body_en


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("Dear all\n{{refrence}}", "Line 2: “refrence” is not a field of this text."),
        ("{{reference}", "Line 1: “{{reference}” is a broken field"),
        ("{reference}}", "Did you mean {{reference}}?"),
        ("{{ }}", "“{{ }}” names no field."),
    ],
)
def test_a_broken_field_is_refused_on_the_page_and_the_text_is_kept(draft, keeper, written, told):
    address = page("write/")
    answer = keeper.post(address, sent(keeper, address, body_en=written))

    assert answer.status_code == 422
    shown = answer.content.decode()
    assert told in shown.replace("&#x27;", "'")
    assert answer.context["form"]["body_en"].value() == written
    draft.refresh_from_db()
    assert draft.body_en != written


def test_a_hundred_thousand_characters_are_refused_and_shown_again(draft, keeper):
    address = page("write/")
    answer = keeper.post(address, sent(keeper, address, body_en="{ " * 50_000))
    assert answer.status_code == 422
    assert not ProgrammeText.objects.filter(body_en__startswith="{ ").exists()


def test_the_second_editor_is_told(draft, keeper):
    address = page("write/")
    first, second = (sent(keeper, address, subject_en=f"Subject {n}") for n in (1, 2))
    assert keeper.post(address, first).status_code == 302
    answer = keeper.post(address, second)
    assert answer.status_code == 422
    assert "Somebody else has saved this page" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.subject_en == "Subject 1"


def test_an_administrator_writes_compares_and_publishes_and_the_next_letter_follows(
    keeper, case, decider
):
    answer = keeper.post(f"{LIST}mail_rejected/begin/")
    assert answer.url == page("write/")
    changes = {"subject_sv": "Nej: {{reference}}", "subject_en": "No: {{reference}}"}
    assert keeper.post(page("write/"), sent(keeper, page("write/"), **changes)).url == page()
    assert "<del>" in keeper.get(page("difference/")).content.decode()
    assert keeper.post(page("publish/")).url == page()

    cases.decide(case, by=decider, outcome="rejected", reason="Too vague.")

    letter = Letter.objects.filter(kind="rejected").first()
    assert (letter.subject, letter.wording) == (f"Nej: {case.reference}", "mail_rejected/2")
    # Nothing of a published version can be changed on the pages.
    for name in ("write/", "publish/", "throw-away/"):
        for answer in (keeper.get(page(name)), keeper.post(page(name))):
            assert answer.url == page()


def test_a_draft_that_is_thrown_away_is_gone(draft, keeper):
    assert keeper.post(page("throw-away/")).url == f"{LIST}letters/"
    assert not ProgrammeText.objects.drafts().exists()
    assert keeper.get(page()).status_code == 404


def test_the_preview_shows_a_real_case_in_both_languages(draft, keeper, case, decider):
    cases.decide(case, by=decider, outcome="rejected", reason="Too <b>vague</b>.")

    answer = keeper.get(page())

    shown = answer.content.decode()
    assert f"Decision on application {case.reference}: rejected" in shown
    assert f"Beslut om ansökan {case.reference}: avslag" in shown
    assert "Too &lt;b&gt;vague&lt;/b&gt;." in shown
    sent_mail = Letter.objects.filter(kind="rejected", language="sv").first()
    preview = answer.context["previews"][0]
    organisation = sent_mail.body.split("\n")[0].removeprefix("Till ")
    assert preview.text.replace("[Kommun A]", organisation) == sent_mail.body


def test_the_preview_of_a_paper_has_its_tables(keeper, case):
    shown = keeper.get(page(kind="decision_approved", version=1)).content.decode()
    assert '<table class="facts">' in shown
    assert "What the case does not have yet stands in brackets" in shown
    assert "[the reason as it was written]" in shown


def test_the_preview_never_shows_a_case_the_editor_may_not_see(
    draft, keeper, case, partnership, coordinator, office_administrator
):
    own_draft = cases.empty_draft(partnership, by=coordinator)
    assert case.reference in keeper.get(page(), {"case": case.reference}).content.decode()
    workflow.declare(case, by=office_administrator, has_conflict=True, reason="Min bror.")

    for asked in ({"case": case.reference}, {"case": own_draft.handle}, {}, {"case": "x" * 5000}):
        shown = keeper.get(page(), asked).content.decode()
        assert case.title not in shown
        assert "hown with examples in brackets" in shown
    assert case_for(office_administrator, "mail_rejected") is None


def test_a_help_text_is_on_the_start_page_once_it_is_published(keeper, client):
    keeper.post(f"{LIST}about/begin/")
    address = page("write/", kind="about")
    assert "subject_sv" not in keeper.get(address).content.decode()
    texts_now = {"body_sv": "**Nytt** <b>", "body_en": "**New** <b>"}
    keeper.post(address, sent(keeper, address, **texts_now))
    assert "<strong>Nytt</strong>" not in client.get("/").content.decode()

    keeper.post(page("publish/", kind="about"))

    assert "<p><strong>Nytt</strong> &lt;b&gt;</p>" in client.get("/").content.decode()
    with translation.override("en"):
        assert guidance.guidance("about")["about"] == "<p><strong>New</strong> &lt;b&gt;</p>"


@pytest.mark.parametrize(
    "address",
    [
        f"{LIST}nonsense/",
        page(version=99),
        page(version=10**20),
        page(kind="nonsense", version=1),
    ],
)
def test_what_there_is_not_is_not_found(keeper, address):
    assert keeper.get(address).status_code == 404


def test_a_text_there_is_not_cannot_be_begun(keeper):
    assert keeper.post(f"{LIST}nonsense/begin/").status_code == 404


def test_the_list_costs_the_same_for_one_and_for_thirty(keeper, django_assert_max_num_queries):
    ProgrammeText.objects.filter(kind="about").first()
    keeper.get(f"{LIST}letters/")
    with django_assert_max_num_queries(10):
        keeper.get(f"{LIST}help/")
    ProgrammeText.objects.bulk_create(
        ProgrammeText(
            kind="about", version=n, body_sv="a", body_en="b", published_at=timezone.now()
        )
        for n in range(2, 32)
    )
    with django_assert_max_num_queries(10):
        shown = keeper.get(f"{LIST}help/").content.decode()
    assert "version 31" in shown


def test_every_page_of_a_text_is_cheap(draft, keeper, case, django_assert_max_num_queries):
    keeper.get(page())
    for kind, version in (("mail_rejected", 2), ("decision_approved", 1), ("about", 1)):
        with django_assert_max_num_queries(25):
            keeper.get(page(kind=kind, version=version))
    for name in ("write/", "difference/", "publish/", "throw-away/"):
        with django_assert_max_num_queries(25):
            assert keeper.get(page(name)).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_two_who_begin_at_once_write_in_the_same_draft(office_administrator):
    def begin(_place):
        return texts.begin_text("about", by=office_administrator).pk

    assert len(set(at_once(2, begin))) == 1
    assert ProgrammeText.objects.drafts().count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_publish_at_once_publish_once(office_administrator, icld):
    draft = texts.begin_text("about", by=office_administrator)
    colleague = make_person("Test Kollegasson", icld, Role.OFFICE_ADMINISTRATOR)

    people = (office_administrator, colleague)

    def publish(place):
        try:
            return texts.publish_text(draft, by=people[place]).version
        except WrongStatus:
            return "too late"

    assert sorted(map(str, at_once(2, publish))) == ["2", "too late"]


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("help_start", "/"),
        ("for_steering_group", "/"),
        ("help_eligibility", "/may-we-apply/"),
        ("help_new", "/applications/new/"),
        ("help_attachments", "{case}attachments/"),
        ("help_approval", "{case}approval/"),
    ],
)
def test_a_page_shows_the_help_text_in_force(kind, address, partnership, coordinator, signed_in):
    draft = cases.ready_draft(partnership, by=coordinator)
    page_address = address.format(case=draft.get_absolute_url())
    browser = signed_in(coordinator, "en")
    before = ProgrammeText.objects.get(kind=kind).body_en
    assert before.split(".")[0] in unescape(browser.get(page_address).content.decode())

    ProgrammeText.objects.create(
        kind=kind, version=2, body_sv="Nytt.", body_en="Quite new.", published_at=timezone.now()
    )

    assert "<p>Quite new.</p>" in browser.get(page_address).content.decode()


def test_a_page_whose_help_text_is_not_loaded_yet_is_shown_without(client):
    with pgtrigger.ignore("applications.ProgrammeText:published_is_frozen"):
        ProgrammeText.objects.filter(kind="about").delete()
    assert client.get("/").status_code == 200
