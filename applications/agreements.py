"""How far an agreement has come: who has signed, who can, and what one person does next."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from applications import rules
from applications.models import (
    Agreement,
    AgreementParty,
    AgreementSignature,
    AgreementStatus,
    Application,
    SignedCopy,
    Status,
)
from applications.models.agreements import AgreementQuerySet
from partnerships.models import Interest, Membership, Organisation, Role, User


@dataclass(frozen=True)
class Signing:
    """How far one of the sides has come, and who can sign for it."""

    party: AgreementParty
    signature: AgreementSignature | None
    signatories: Sequence[User]
    copy: SignedCopy | None

    @property
    def organisation(self) -> Organisation:
        """ICLD or the party."""
        return self.party.organisation

    @property
    def is_signed(self) -> bool:
        """Whether this side is bound."""
        return self.signature is not None


@dataclass(frozen=True)
class Step:
    """What to do with the agreement now; without an address there is only something to know."""

    title: str
    text: str = ""
    url: str = ""
    label: str = ""


def of_parties(agreement: Agreement, application: Application) -> list[Signing]:
    """Return each side's signing, ICLD first; load the agreement ``with_parties``."""
    parties = list(agreement.parties.all())
    able = _signatories(parties, application) if agreement.status == AgreementStatus.OPEN else {}
    waiting = list(agreement.copies.filter(answered_at=None))
    found = []
    for party in parties:
        signature = getattr(party, "signature", None)
        copy = next((one for one in waiting if one.party_id in (None, party.pk)), None)
        able_here = [] if signature else able.get(party.organisation_id, [])
        found.append(Signing(party, signature, able_here, None if signature else copy))
    return found


def _signatories(
    parties: Sequence[AgreementParty], application: Application
) -> dict[int, list[User]]:
    """Who signs for each side; nobody of a party for ICLD, and nobody with a conflict."""
    of_party = [party.organisation_id for party in parties if not party.is_office]
    of_icld = [party.organisation_id for party in parties if party.is_office]
    conflicts = Interest.objects.conflicts().filter(case_reference=application.reference)
    disqualified = Membership.objects.filter(user=OuterRef("user"), organisation__in=of_party)
    deciders = Q(organisation__in=of_icld, role=Role.DECIDER) & ~Exists(disqualified)
    memberships = (
        Membership.objects.filter(
            Q(organisation__in=of_party, role=Role.SIGNATORY) | deciders, user__is_active=True
        )
        .exclude(user__in=conflicts.values("user"))
        .select_related("user")
        .order_by("pk")
    )
    able: dict[int, list[User]] = {}
    for membership in memberships:
        able.setdefault(membership.organisation_id, []).append(membership.user)
    return able


def own_of(user: User, sides: Sequence[Signing]) -> Signing | None:
    """Return the first side that waits for ``user``; nobody signs for two."""
    if any(side.signature and side.signature.signatory_id == user.pk for side in sides):
        return None
    return next((side for side in sides if not side.is_signed and user in side.signatories), None)


def newest_of(application: Application) -> tuple[Agreement | None, list[AgreementParty]]:
    """Return the case's newest agreement without its text, and its sides; one query."""
    found = (
        AgreementParty.objects.filter(agreement__application=application)
        .select_related("agreement", "organisation", "signature")
        .defer("agreement__content")
        .order_by("-agreement__edition", "sort_order")
    )
    sides = list(found)
    if not sides:
        return None, []
    newest = sides[0].agreement
    return newest, [side for side in sides if side.agreement_id == newest.pk]


def awaiting(user: User) -> AgreementQuerySet:
    """The agreements that wait for ``user``: to sign for a party, or for ICLD."""
    unsigned = AgreementParty.objects.filter(agreement=OuterRef("pk"), signature=None)
    own = unsigned.filter(
        organisation__in=user.organisations_with(frozenset({Role.SIGNATORY, Role.DECIDER}))
    )
    done = AgreementSignature.objects.filter(agreement=OuterRef("pk"), signatory=user)
    mine = Agreement.objects.all().visible_to(user).to_sign()
    return mine.filter(Exists(own), ~Exists(done))


def step_of(application: Application, user: User) -> Step | None:
    """Return the next step with the agreement of a case; None before it is approved."""
    if application.status != Status.APPROVED:
        return None
    agreement, sides = newest_of(application)
    address = reverse("applications:agreement", args=[application.handle])
    if agreement is None or agreement.status == AgreementStatus.CANCELLED:
        return _to_be_made(application, user, agreement, address)
    if agreement.status == AgreementStatus.SIGNED:
        return Step(
            _("The agreement is signed"),
            _("ICLD and all parties have signed it."),
            address,
            _("Read the agreement"),
        )
    signed = {side.pk: side.signature for side in sides if hasattr(side, "signature")}
    awaited = [side for side in sides if side.pk not in signed]
    has_signed = any(signature.signatory_id == user.pk for signature in signed.values())
    if not has_signed and any(rules.may_sign_agreement(user, application, one) for one in awaited):
        return Step(
            _("Sign the agreement"),
            _("It waits for your signature. Have your second factor at hand."),
            address,
            _("Read and sign"),
        )
    return Step(
        _("The agreement is being signed"),
        _("Awaited: %(parties)s.")
        % {"parties": ", ".join(one.organisation.name for one in awaited)},
        address,
        _("See who has yet to sign"),
    )


def _to_be_made(
    application: Application, user: User, cancelled: Agreement | None, address: str
) -> Step:
    if rules.may_make_agreement(user, application):
        return Step(
            _("Prepare the agreement"),
            _("The case is approved. The agreement is made from the decision."),
            reverse("applications:prepare_agreement", args=[application.handle]),
            _("Prepare the agreement"),
        )
    if cancelled is None:
        return Step(_("ICLD prepares the agreement"), _("You get a letter when it can be signed."))
    return Step(
        _("The agreement was cancelled"),
        _("ICLD makes a new one. You get a letter when it can be signed."),
        address,
        _("Read why"),
    )
