"""Typing while everything goes wrong: another writer, no network, no session, no server."""

import re

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test.testcases import LiveServerThread, QuietWSGIRequestHandler
from playwright.sync_api import expect

from applications.models import Answer, Application
from tests.e2e.conftest import Visitor
from tests.factories.cases import empty_draft

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FIELD = "#question-context"
STATE = f".asked:has({FIELD}) [data-save-state]"


@pytest.fixture
def draft(partnership, coordinator) -> Application:
    return empty_draft(partnership, by=coordinator)


def section(draft: Application, key: str = "context") -> str:
    return f"/applications/{draft.key}/sections/{key}/"


def write(visitor: Visitor, text: str) -> None:
    """Type ``text`` at the end of the answer, as fast as a person can."""
    visitor.page.locator(FIELD).press_sequentially(text)


def expect_state(visitor: Visitor, words: str) -> None:
    expect(visitor.page.locator(STATE)).to_have_text(re.compile(words), timeout=20_000)


def saved_text(draft: Application) -> str:
    return Answer.objects.get(sheet=draft.sheet, question__key="context").text


@pytest.fixture
def writer(visit, draft, coordinator) -> Visitor:
    """The coordinator, with the section open."""
    window = visit()
    window.sign_in(coordinator)
    window.open(section(draft))
    return window


def test_what_is_typed_is_saved_by_itself_and_said_so(writer, draft):
    write(writer, "Två kommuner vid vatten.")
    expect_state(writer, r"^Sparat \d\d:\d\d$")
    assert saved_text(draft) == "Två kommuner vid vatten."
    expect(writer.page.locator("#save-state")).to_have_text(re.compile(r"^Sparat \d\d:\d\d$"))
    writer.assert_accessible()

    write(writer, " Och en sjö.")
    writer.page.get_by_role("button", name="Spara och fortsätt").click()
    writer.page.wait_for_url(re.compile("swedish_party"))
    assert saved_text(draft) == "Två kommuner vid vatten. Och en sjö."


def test_the_network_is_lost_for_two_thousand_words_and_comes_back(writer, draft):
    write(writer, "Först.")
    expect_state(writer, "^Sparat")
    writer.context.set_offline(True)
    words = " ".join(f"ord{number}" for number in range(2000))
    writer.page.locator(FIELD).focus()
    writer.page.keyboard.press("Control+End")
    writer.page.keyboard.insert_text(f" {words}")
    expect_state(writer, "Inte sparat: ingen uppkoppling")
    writer.assert_accessible()

    writer.context.set_offline(False)

    expect_state(writer, "^Sparat")
    assert saved_text(draft) == f"Först. {words}"
    writer.complaints.clear()  # the browser's own words about the lost network


def test_a_closed_window_keeps_what_was_typed_without_network(writer, draft):
    # Too much to be sent after the window is gone, so the browser alone has it.
    text = "Skrivet på tåget. " + "mil efter mil " * 1500
    writer.context.set_offline(True)
    writer.page.locator(FIELD).focus()
    writer.page.keyboard.insert_text(text)
    expect_state(writer, "ingen uppkoppling")
    writer.page.close()
    writer.context.set_offline(False)
    writer.page = writer.context.new_page()

    writer.open(section(draft))

    expect(writer.page.get_by_text("Du har text här som inte sparades.")).to_be_visible()
    writer.assert_accessible()
    writer.page.get_by_role("button", name="Lägg tillbaka den").click()
    expect_state(writer, "^Sparat")
    assert saved_text(draft) == text.strip()
    writer.complaints.clear()


def test_another_person_at_the_same_browser_never_sees_what_was_kept(
    writer, draft, partner_coordinator
):
    writer.context.set_offline(True)
    write(writer, "Inte för andra.")
    expect_state(writer, "ingen uppkoppling")
    writer.context.clear_cookies()
    writer.page.close()
    writer.context.set_offline(False)
    writer.page = writer.context.new_page()
    writer.sign_in(partner_coordinator)

    page = writer.open(section(draft))

    expect(page.locator(FIELD)).to_have_value("")
    assert "Inte för andra." not in page.locator("body").inner_text()
    expect(page.get_by_text("You have text here")).to_have_count(0)
    writer.complaints.clear()


def test_signed_out_in_another_tab_the_text_waits_and_is_sent_after_sign_in(
    writer, draft, coordinator
):
    write(writer, "Före. ")
    expect_state(writer, "^Sparat")
    other = Visitor.__new__(Visitor)
    other.context, other.address = writer.context, writer.address
    other.page = writer.context.new_page()
    other.open("/account/logout/")
    other.page.click("main form [type=submit]")

    write(writer, "Efter.")
    expect_state(writer, "Inte sparat: du är utloggad")
    writer.assert_accessible()
    other.sign_in(coordinator)
    other.page.close()
    writer.page.bring_to_front()

    expect_state(writer, "^Sparat")
    assert saved_text(draft) == "Före. Efter."


def test_two_people_type_in_the_same_answer_and_no_word_of_either_is_lost(
    visit, writer, draft, partner_coordinator
):
    other = visit()
    other.sign_in(partner_coordinator)
    other.open(section(draft))

    write(writer, "Wells are dry in Robertsfors.")
    write(other, "Markets are full in Machakos.")

    expect_state(writer, "^Sparat")
    expect_state(other, "Not saved: somebody else has changed this answer")
    expect(other.page.locator(".other-text .answer")).to_have_text("Wells are dry in Robertsfors.")
    expect(other.page.locator(FIELD)).to_have_value("Markets are full in Machakos.")
    other.assert_accessible()
    other.page.get_by_role("button", name="See both texts").click()
    expect(other.page.get_by_role("heading", name="Somebody else has changed")).to_be_visible()
    other.assert_accessible()
    assert saved_text(draft) == "Wells are dry in Robertsfors."
    assert "Markets are full in Machakos." in other.page.locator(FIELD).input_value()

    other.page.get_by_role("button", name="Put both in the field").click()
    both = other.page.locator(FIELD).input_value()
    assert both == "Wells are dry in Robertsfors.\n\nMarkets are full in Machakos."
    other.page.get_by_role("button", name="Save", exact=True).click()
    expect(other.page.locator(FIELD)).to_have_value(both)
    assert saved_text(draft) == both
    other.page.get_by_role("link", name="History of this answer").first.click()
    other.assert_accessible()
    expect(other.page.locator("ins")).to_have_count(2)


class NoKeepAlive(QuietWSGIRequestHandler):
    """Closes after every answer, so that a stopped server leaves nothing behind."""

    protocol_version = "HTTP/1.0"


class OwnServer(LiveServerThread):
    """A server that a test may stop and start again at the same port."""

    def _create_server(self, connections_override=None):
        return self.server_class(
            (self.host, self.port),
            NoKeepAlive,
            allow_reuse_address=True,
            connections_override=connections_override,
        )


def serve(port: int = 0) -> OwnServer:
    """Start a server, and return when it answers."""
    server = OwnServer("localhost", static_handler=StaticFilesHandler, port=port)
    server.daemon = True
    server.start()
    assert server.is_ready.wait(timeout=20)
    assert server.error is None
    return server


def test_the_server_is_restarted_in_the_middle_of_typing(visit, draft, coordinator):
    server = serve()
    writer = visit()
    writer.address = f"http://localhost:{server.port}"
    writer.sign_in(coordinator)
    writer.open(section(draft))
    write(writer, "Före. ")
    expect_state(writer, "^Sparat")

    server.terminate()
    write(writer, "Under. ")
    expect_state(writer, "Inte sparat: ingen uppkoppling")
    server = serve(server.port)
    write(writer, "Efter.")

    expect_state(writer, "^Sparat")
    assert saved_text(draft) == "Före. Under. Efter."
    server.terminate()
    writer.complaints.clear()
