"""A signatory adds a security key and approves with it, in Chromium with a virtual key."""

from urllib.parse import parse_qs

import pytest

from applications.models import Approval
from icld_portal.models import Factor
from tests.factories import cases

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSKEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def keyholder(visit, signatory):
    """The signatory's window, where a key is within reach, signed in without it."""
    visitor = visit()
    # A key belongs to a name, never to a number: 127.0.0.1 would get none.
    visitor.address = visitor.address.replace("127.0.0.1", "localhost")
    line = visitor.context.new_cdp_session(visitor.page)
    line.send("WebAuthn.enable")
    line.send("WebAuthn.addVirtualAuthenticator", {"options": PASSKEY})
    visitor.sign_in(signatory)
    return visitor


def add_key(visitor) -> None:
    """Show the password again, as everybody must for this, and let the browser make the key."""
    page = visitor.open("/account/two-factor/webauthn/add/")
    visitor.assert_accessible()
    page.fill("input[name=password]", "a long test password")
    page.locator("main form [type=submit]").click()
    page.wait_for_url("**/webauthn/add/")
    visitor.assert_accessible()
    page.fill("input[name=name]", "Nyckelknippan")
    page.get_by_role("button", name="Lägg till nyckeln").click()
    page.wait_for_url(lambda url: "/webauthn/add/" not in url)
    visitor.assert_accessible()


def test_a_signatory_approves_with_a_security_key(keyholder, partnership, coordinator, signatory):
    draft, other = (cases.written_draft(partnership, by=coordinator) for _number in range(2))
    add_key(keyholder)
    sent = []
    keyholder.page.on("request", lambda request: sent.append(request.post_data or ""))
    page = keyholder.open(f"/applications/{draft.handle}/approval/")
    keyholder.assert_accessible()
    page.fill("#id_statement", "Jag godkänner ansökan.")
    page.get_by_role("button", name="Godkänn med din säkerhetsnyckel").click()
    page.wait_for_url(keyholder.address + draft.get_absolute_url())

    approval = Approval.objects.get()
    assert (approval.application, approval.signatory) == (draft, signatory)
    assert (approval.method, approval.statement) == (Factor.WEBAUTHN, "Jag godkänner ansökan.")

    # What the key answered once is no answer to what another page asks.
    [credential] = [parse_qs(body)["credential"][0] for body in sent if "credential=" in body]
    page = keyholder.open(f"/applications/{other.handle}/approval/")
    page.fill("#id_statement", "Jag godkänner.")
    page.locator("#id_credential").evaluate("(field, old) => { field.value = old; }", credential)
    page.get_by_role("button", name="Godkänn med koden").click()
    page.locator("#id_code[aria-invalid=true]").wait_for()
    assert Approval.objects.get() == approval
