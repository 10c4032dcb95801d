"""Who may do what with the money. *When* it may be done is the workflow's matter."""

from finance.models import Grant, Payment, PaymentExport, Repayment
from partnerships.models import Organisation, User
from partnerships.models.people import Role

PREPARING_ROLES = frozenset({Role.OFFICER, Role.OFFICE_FINANCE})
APPROVING_ROLES = frozenset({Role.DECIDER, Role.OFFICE_FINANCE})
EXPORTING_ROLES = frozenset({Role.OFFICE_FINANCE, Role.OFFICE_ADMINISTRATOR})
BANKING_ROLES = frozenset({Role.ADMINISTRATOR, Role.FINANCE})


def may_edit_guidelines(user: User) -> bool:
    """The budget guidelines are the business of ICLD's administrators."""
    return user.is_office_administrator


def may_set_frame(user: User) -> bool:
    """The programme's frame is kept by ICLD's financial officers and administrators."""
    return bool(user.all_roles & {Role.OFFICE_FINANCE, Role.OFFICE_ADMINISTRATOR})


def is_own(user: User, grant: Grant) -> bool:
    """Return whether ``user`` belongs to a party of the grant or has declared a conflict."""
    if grant.reference in user.conflicts:
        return True
    parties = grant.partnership.parties.all()
    return not {party.organisation_id for party in parties}.isdisjoint(user.roles)


def may_prepare_payment(user: User, payment: Payment) -> bool:
    """Programme officers and financial officers prepare, never for their own case."""
    return bool(user.all_roles & PREPARING_ROLES) and not is_own(user, payment.grant)


def may_approve_payment(user: User, payment: Payment) -> bool:
    """Another person than the one who prepared it: decision makers and financial officers."""
    if payment.prepared_by_id == user.pk:
        return False
    return bool(user.all_roles & APPROVING_ROLES) and not is_own(user, payment.grant)


def may_hold_payment(user: User, payment: Payment) -> bool:
    """Whoever prepares or approves stops a payment, and lets it go on."""
    works = bool(user.all_roles & (PREPARING_ROLES | APPROVING_ROLES))
    return works and not is_own(user, payment.grant)


def may_export(user: User) -> bool:
    """Financial officers and administrators send payments to the bank."""
    return bool(user.all_roles & EXPORTING_ROLES)


def may_pay(user: User, payment: Payment) -> bool:
    """Whoever exports marks as paid, never their own case."""
    return may_export(user) and not is_own(user, payment.grant)


def may_see_export(user: User, export: PaymentExport) -> bool:
    """Twin of ``PaymentExport.objects.visible_to``: ICLD, with no conflict in any payment of it."""
    if not user.office:
        return False
    return not export.payments.filter(grant__reference__in=sorted(user.conflicts)).exists()


def may_receive(user: User, claim: Repayment) -> bool:
    """Whoever exports payments notes what has been paid back."""
    return may_export(user) and not is_own(user, claim.grant)


def may_see_bank_details(user: User, organisation: Organisation) -> bool:
    """Where money goes is for those who enter it and for ICLD's own people."""
    return user.office or may_enter_bank_details(user, organisation)


def may_enter_bank_details(user: User, organisation: Organisation) -> bool:
    """The organisation's administrators and financial officers; ICLD's own for ICLD."""
    held = user.roles.get(organisation.pk, frozenset())
    return bool(held & (BANKING_ROLES | EXPORTING_ROLES))
