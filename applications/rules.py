"""Who may do what with an application. *When* it may be done is the workflow's matter."""

from applications.models import AgreementParty, Application, CaseNote, Status
from partnerships.models import Partnership, User
from partnerships.models.people import (
    ASSESSOR_ROLES,
    OFFICE_ROLES,
    SUBMITTING_ROLES,
    WRITING_ROLES,
    Role,
)

# Who writes to the parties for ICLD.
ANSWERING_ROLES = frozenset(
    {Role.OFFICER, Role.DECIDER, Role.OFFICE_FINANCE, Role.OFFICE_ADMINISTRATOR}
)


def party_ids(application: Application) -> set[int]:
    """Ids of the organisations that own the case."""
    return {party.organisation_id for party in application.case_parties.all()}


def is_of_party(user: User, application: Application) -> bool:
    """Return whether ``user`` is a member of one of the case's parties."""
    return not party_ids(application).isdisjoint(user.roles)


def has_conflict(user: User, application: Application) -> bool:
    """Return whether ``user`` has declared a conflict of interest: the case is hidden."""
    return application.reference is not None and application.reference in user.conflicts


def may_view(user: User, application: Application) -> bool:
    """Twin of ``ApplicationQuerySet.visible_to``; a test holds them together."""
    if has_conflict(user, application):
        return False
    if user.office and application.status != Status.DRAFT:
        return True
    return is_of_party(user, application) or _is_given(user, application)


def _is_given(user: User, application: Application) -> bool:
    """An external assessor reads what they are to assess, once they have declared."""
    if application.status == Status.DRAFT or not user.is_external_assessor:
        return False
    return is_assigned(user, application) and has_declared(user, application)


def is_assigned(user: User, application: Application) -> bool:
    """Return whether ``user`` is to assess the case."""
    return application.assignments.filter(assessor=user).exists()


def has_declared(user: User, application: Application) -> bool:
    """Return whether ``user`` has declared that there is no conflict of interest."""
    return user.interests.without_conflict().filter(case_reference=application.reference).exists()


def may_declare(user: User, application: Application) -> bool:
    """Whoever works on the case for ICLD says what interests they have; a party has its own."""
    works = user.office or is_assigned(user, application)
    return works and not is_disqualified(user, application)


def may_withdraw_declaration(user: User, declarant: User) -> bool:
    """ICLD's administrators take back a mistaken declaration, never their own."""
    return user.is_office_administrator and user.pk != declarant.pk


def is_disqualified(user: User, application: Application) -> bool:
    """Return whether ``user`` belongs to a party or has declared a conflict of interest."""
    return is_of_party(user, application) or has_conflict(user, application)


def may_see_history(user: User, application: Application) -> bool:
    """What a draft once said belongs to its parties; ICLD reads what was handed in."""
    return is_of_party(user, application)


def may_comment(user: User, application: Application) -> bool:
    """Every member of a party reads and writes the parties' comments; ICLD never does."""
    return is_of_party(user, application)


def may_edit(user: User, application: Application) -> bool:
    """Writers of every party write; both parties own the text."""
    return bool(user.organisations_with(WRITING_ROLES) & party_ids(application))


def may_file(user: User, application: Application, organisation: int) -> bool:
    """Writers of a party keep its own registry number, whatever has become of the case."""
    return organisation in party_ids(application) & user.organisations_with(WRITING_ROLES)


def may_submit(user: User, application: Application) -> bool:
    """The grantee's coordinator or authorised signatory hands in the application."""
    grantees = {
        party.organisation_id for party in application.case_parties.all() if party.is_grantee
    }
    return bool(user.organisations_with(SUBMITTING_ROLES) & grantees)


def may_withdraw(user: User, application: Application) -> bool:
    """Who may hand in may also take back."""
    return may_submit(user, application)


def may_reopen(user: User, application: Application) -> bool:
    """Who may hand in may also open it again, while that is allowed."""
    return may_submit(user, application)


def may_approve(user: User, application: Application, organisation_id: int) -> bool:
    """An authorised signatory of a party approves for that party."""
    signs_for = user.organisations_with(frozenset({Role.SIGNATORY}))
    return organisation_id in signs_for & party_ids(application)


def may_remind(user: User, application: Application) -> bool:
    """Writers and those who hand in ask the signatories to look."""
    return may_edit(user, application) or may_submit(user, application)


def may_start(user: User, partnership: Partnership) -> bool:
    """Writers of any party begin a case of their partnership."""
    parties = {party.organisation_id for party in partnership.parties.all()}
    return bool(user.organisations_with(WRITING_ROLES) & parties)


def may_take_up(user: User, application: Application) -> bool:
    """Programme officers and decision makers take an application into assessment."""
    return user.is_officer and not is_disqualified(user, application)


def may_assess(user: User, application: Application) -> bool:
    """Programme officers and decision makers write the common view, but not of their own case."""
    return user.is_officer and not is_disqualified(user, application)


def may_ask_supplement(user: User, application: Application) -> bool:
    """Whoever assesses a case returns parts of it to be supplemented, and reads the answer."""
    return may_assess(user, application)


def may_read_supplements(user: User, application: Application) -> bool:
    """What ICLD and the parties write to each other about the form is for those two."""
    return user.office or is_of_party(user, application)


def may_be_assessor(user: User, application: Application) -> bool:
    """Whoever assesses at ICLD or for it, but not a case of their own or with a conflict."""
    return bool(user.all_roles & ASSESSOR_ROLES) and not is_disqualified(user, application)


def may_score(user: User, application: Application) -> bool:
    """An assessor writes their own view once asked, after declaring no conflict of interest."""
    if not may_be_assessor(user, application) or not is_assigned(user, application):
        return False
    return has_declared(user, application)


def may_decide(user: User, application: Application) -> bool:
    """Decision makers decide, but not on a case of their own."""
    return user.is_decider and not is_disqualified(user, application)


def may_propose(user: User, application: Application) -> bool:
    """Whoever assesses a case proposes what the meeting shall decide."""
    return may_assess(user, application)


def may_prolong(user: User, application: Application) -> bool:
    """Programme officers and administrators give a case more time, but not one of their own."""
    keeps = user.is_officer or user.is_office_administrator
    return keeps and not is_disqualified(user, application)


def may_assign(user: User, application: Application) -> bool:
    """Programme officers share the work among themselves."""
    shares = user.is_officer or user.is_office_administrator
    return shares and not has_conflict(user, application)


def may_edit_forms(user: User) -> bool:
    """Forms, criteria and lists are the business of ICLD's administrators."""
    return user.is_office_administrator


def may_edit_texts(user: User) -> bool:
    """Letters and help texts are written and published by ICLD's administrators."""
    return user.is_office_administrator


def may_write_message(user: User, application: Application) -> bool:
    """Who writes or signs for a party, and at ICLD those who deal with the parties."""
    if is_of_party(user, application):
        held = user.organisations_with(WRITING_ROLES | SUBMITTING_ROLES)
        return bool(held & party_ids(application))
    return bool(user.all_roles & ANSWERING_ROLES)


def may_remove_file(user: User, application: Application) -> bool:
    """Officers and administrators remove what should not be in a message, but not of their own."""
    keeps = user.is_officer or user.is_office_administrator
    return keeps and not is_disqualified(user, application)


def may_write_note(user: User, application: Application) -> bool:
    """Everybody at ICLD but a reader keeps notes, and not on a case of their own."""
    own = is_of_party(user, application)
    return bool(user.all_roles & (OFFICE_ROLES - {Role.READER})) and not own


def may_withdraw_note(user: User, note: CaseNote) -> bool:
    """Its author takes a note back, or an administrator."""
    return user.pk == note.author_id or user.is_office_administrator


def may_edit_rounds(user: User) -> bool:
    """Rounds are the business of ICLD's administrators."""
    return user.is_office_administrator


def may_make_agreement(user: User, application: Application) -> bool:
    """Programme officers and decision makers make the agreement, and cancel it with a reason."""
    return may_assess(user, application)


def may_sign_agreement(user: User, application: Application, party: AgreementParty) -> bool:
    """A signatory signs for their party, a decision maker for ICLD; never one who is of both."""
    if party.is_office:
        return may_decide(user, application)
    return may_approve(user, application, party.organisation_id)


def may_send_copy(user: User, application: Application, party: AgreementParty | None) -> bool:
    """Who writes or signs for a party sends in its signed copy; ICLD's officers anybody's.

    Without a ``party`` the copy is signed by all, and anybody of them sends it.
    """
    if may_make_agreement(user, application):
        return True
    held = user.organisations_with(WRITING_ROLES | SUBMITTING_ROLES) & party_ids(application)
    return bool(held) if party is None else party.organisation_id in held
