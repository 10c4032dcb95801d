"""Give a person a role in an organisation; how production gets its first people."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse

from partnerships.models import Membership, Organisation, OrganisationSide, Role, User
from partnerships.models.people import ICLD_ROLES


class Command(BaseCommand):
    """``add_person EMAIL --name --organisation --role``; no password is set or printed."""

    help = "Add a person, or another role of a person; they choose their own password."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", required=True)
        parser.add_argument("--organisation", required=True, help="its name in the register")
        parser.add_argument("--role", required=True, choices=Role.values)

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        email = checked_email(options["email"])
        organisation = find_organisation(options["organisation"])
        role = Role(options["role"])
        office = organisation.kind.side == OrganisationSide.OFFICE
        if (role in ICLD_ROLES) != office:
            raise CommandError(f"{organisation} has no {role.value}.")
        user = User.objects.filter(email__iexact=email).first()
        if user is None:
            user = User.objects.create_user(email, name=options["name"])
        Membership.objects.get_or_create(user=user, organisation=organisation, role=role)
        address = settings.PUBLIC_URL + reverse("account_reset_password")
        self.stdout.write(f"{user.name} is {role.value} of {organisation}.")
        self.stdout.write(f"To choose a password, {user.email} asks for one at {address}")


def checked_email(email: str) -> str:
    """Return ``email``, or say that it is no address."""
    try:
        validate_email(email)
    except ValidationError as error:
        raise CommandError(f"{email} is not an e-mail address.") from error
    return email


def find_organisation(name: str) -> Organisation:
    """Return the one organisation called ``name``; say which there are when unsure."""
    found = list(Organisation.objects.filter(name__iexact=name).select_related("kind", "country"))
    if len(found) == 1:
        return found[0]
    if found:
        places = ", ".join(organisation.country.code for organisation in found)
        raise CommandError(f"There is more than one {name}: in {places}.")
    near = Organisation.objects.filter(name__icontains=name).values_list("name", flat=True)[:5]
    hint = f" Did you mean {', '.join(near)}?" if near else " Run load_programme first?"
    raise CommandError(f"No organisation is called {name}.{hint}")
