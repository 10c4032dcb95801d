"""Test people with names and meanings, and the partnership they work in.

Rob (Robertsfors) and Mach (Machakos) own a partnership; Vara is another municipality.
"""

import pytest
from django.test import Client

from partnerships.models import Country, Organisation, OrganisationKind, Partnership, Role, User
from tests.factories.parties import make_partnership, make_person


@pytest.fixture
def robertsfors(db) -> Organisation:
    return Organisation.objects.get(code="2409")


@pytest.fixture
def vara(db) -> Organisation:
    return Organisation.objects.get(code="1470")


@pytest.fixture
def icld(db) -> Organisation:
    return Organisation.objects.get(name="ICLD")


@pytest.fixture
def machakos(db) -> Organisation:
    return Organisation.objects.create(
        kind=OrganisationKind.objects.get(code="regional-authority"),
        country=Country.objects.get(code="KE"),
        name="Machakos County",
    )


@pytest.fixture
def poti(db) -> Organisation:
    return Organisation.objects.create(
        kind=OrganisationKind.objects.get(code="local-authority"),
        country=Country.objects.get(code="GE"),
        name="Poti",
    )


@pytest.fixture
def partnership(robertsfors, machakos) -> Partnership:
    return make_partnership(robertsfors, machakos)


@pytest.fixture
def coordinator(robertsfors) -> User:
    """Writes and submits for Robertsfors."""
    return make_person("Test Samordnarsson", robertsfors, Role.COORDINATOR)


@pytest.fixture
def signatory(robertsfors) -> User:
    return make_person("Test Undertecknarsson", robertsfors, Role.SIGNATORY)


@pytest.fixture
def member(robertsfors) -> User:
    """Reads, but does not write, for Robertsfors."""
    return make_person("Test Medlemsson", robertsfors, Role.MEMBER)


@pytest.fixture
def partner_coordinator(machakos) -> User:
    """Writes for Machakos County, in English."""
    return make_person("Demo Coordinator", machakos, Role.COORDINATOR, language="en")


@pytest.fixture
def partner_signatory(machakos) -> User:
    """Signs for Machakos County, in English."""
    return make_person("Demo Signatory", machakos, Role.SIGNATORY, language="en")


@pytest.fixture
def stranger(vara) -> User:
    """Coordinates in a municipality that has nothing to do with the case."""
    return make_person("Test Främling", vara, Role.COORDINATOR)


@pytest.fixture
def officer(icld) -> User:
    return make_person("Test Handläggarsson", icld, Role.OFFICER)


@pytest.fixture
def decider(icld) -> User:
    return make_person("Test Beslutsson", icld, Role.DECIDER)


@pytest.fixture
def office_administrator(icld) -> User:
    return make_person("Test Administratörsson", icld, Role.OFFICE_ADMINISTRATOR)


@pytest.fixture
def reader(icld) -> User:
    return make_person("Test Läsarsson", icld, Role.READER)


@pytest.fixture
def assessor(icld) -> User:
    """Assesses at ICLD."""
    return make_person("Test Bedömarsson", icld, Role.ASSESSOR)


@pytest.fixture
def outsider(icld) -> User:
    """Assesses from outside: sees only what is given to them."""
    return make_person("Test Utifrånsson", icld, Role.EXTERNAL_ASSESSOR)


@pytest.fixture
def signed_in():
    """Return a function: a browser in which ``user`` has signed in, second factor included."""

    def sign_in(user: User, language: str = "sv") -> Client:
        client = Client()
        client.force_login(user)
        session = client.session
        session["account_authentication_methods"] = [
            {"method": "password", "at": 0, "email": user.email},
            {"method": "mfa", "at": 0, "type": "totp"},
        ]
        session.save()
        client.cookies["language"] = language
        return client

    return sign_in
