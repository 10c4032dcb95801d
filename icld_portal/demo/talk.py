"""What parties and ICLD have written to each other in the demo, and one note."""

from datetime import datetime, timedelta

from applications import messages, notes
from applications.models import Application, Status
from icld_portal.models import Letter
from partnerships.models import Membership, Role, User

QUESTION = (
    "Vår ekonom har slutat. Kan en annan person vara kontakt för budgeten medan ni bedömer "
    "ansökan, eller måste vi vänta till beslutet?"
)
ANSWER = (
    "Hej! Det går bra att byta kontakt redan nu. Skriv namn och e-postadress här, så för jag in "
    "det i ärendet. Budgeten i ansökan ändras inte av det."
)
NOTE = "Talade med samordnaren i telefon: partens nya ekonom börjar i januari. Följ upp då."


def make_talk(now: datetime) -> None:
    """Let one case in assessment have a thread, with an answer, and an internal note."""
    # What happened long ago in the demo has been read.
    Letter.objects.update(seen_at=now)
    cases = Application.objects.filter(status=Status.IN_ASSESSMENT, officer__isnull=False)
    case = cases.select_related("officer").order_by("pk").first()
    if case is None or case.officer is None:
        return
    asked_at = now - timedelta(days=1, hours=3)
    thread = messages.begin_thread(
        case, subject="Byte av kontakt för budgeten", text=QUESTION, by=_writer(case), at=asked_at
    )
    messages.answer(thread, text=ANSWER, by=case.officer, at=asked_at + timedelta(hours=2))
    notes.write_note(case, text=NOTE, by=case.officer, at=asked_at + timedelta(hours=1))


def _writer(case: Application) -> User:
    """The coordinator of the party that receives the grant."""
    grantee = case.case_parties.get(is_grantee=True).organisation_id
    return Membership.objects.get(organisation=grantee, role=Role.COORDINATOR).user
