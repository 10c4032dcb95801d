"""What ICLD keeps for itself in the demo: saved views, and a letter that is being rewritten."""

from django.db import transaction

from applications.models import SavedView
from applications.workflow import texts
from partnerships import workflow
from partnerships.models import Organisation, OrganisationSide, Role, User

# What an officer has saved and shares with colleagues.
VIEWS = {
    "Att fördela": "status=submitted&officer=none",
    "Under bedömning, per land": "status=in_assessment&sort=country",
    "Avtal att få underskrivna": "agreement=to-sign",
}
ADDED = {
    "body_sv": "Vi berättar gärna mer om motiveringen i ett samtal. Skriv till oss i portalen.",
    "body_en": "We gladly tell you more about the reason in a call. Write to us in the portal.",
}
# The new paragraph stands before the farewell.
FAREWELL = {"body_sv": "Vänliga hälsningar", "body_en": "Kind regards,"}


def share_views() -> None:
    """Save the first officer's views of the work list."""
    officer = User.objects.filter(memberships__role=Role.OFFICER).order_by("pk")[0]
    SavedView.objects.bulk_create(
        SavedView(owner=officer, name=name, query=query, shared=True)
        for name, query in VIEWS.items()
    )


def add_partner() -> None:
    """Let a coordinator add a partner that the register has already, under another name."""
    known = Organisation.objects.partners().in_register().filter(country__is_open=True)
    twin = known.select_related("country", "kind").order_by("pk").first()
    writers = User.objects.filter(
        memberships__role=Role.COORDINATOR,
        memberships__organisation__kind__side=OrganisationSide.SWEDISH,
    )
    writer = writers.order_by("pk").first()
    if twin and writer:
        name = f"{twin.name} Government"
        workflow.add_partner(name, country=twin.country, kind=twin.kind, by=writer)


@transaction.atomic
def begin_letter() -> None:
    """Begin a version of the mail about a rejection, with one paragraph more."""
    keeper = User.objects.filter(memberships__role=Role.OFFICE_ADMINISTRATOR).first()
    if keeper is None:
        return
    draft = texts.locked_text(texts.begin_text("mail_rejected", by=keeper), by=keeper)
    facts = {
        name: getattr(draft, name).replace(end, f"{ADDED[name]}\n\n{end}")
        for name, end in FAREWELL.items()
    }
    texts.save_text(draft, facts, by=keeper)
