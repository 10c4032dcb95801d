"""Which texts ICLD writes itself, and which merge fields each of them may and must have.

| kind | written to | fields besides those of every case |
|---|---|---|
| decision_approved, decision_rejected | both parties, as PDF | ``DECISION`` |
| mail_approved, mail_rejected, mail_postponed | each reader | ``DECISION``, organisation |
| mail_submitted, mail_withdrawn, mail_reopened | each reader | organisation |
| mail_reminder, mail_prolonged | each reader | organisation, deadline (and reason) |
| supplement_asked | each reader | organisation, officer, due_on, parts |
| supplement_closed | each reader | organisation, reason |
| agreement_to_sign | each reader | organisation, amounts, total |
| agreement_text | the agreement itself | ``AGREEMENT`` |
| every other kind | on a page, for everybody | none |

``letter_texts.render`` wants a value for every field of the kind.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from applications.models import TextKind
from icld_portal.wording import FieldKind, MergeField

CASE = (
    MergeField("reference", _("reference number"), "2027-0012"),
    MergeField("title", _("title of the application"), _("Cleaner streets")),
    MergeField("partnership", _("name of the partnership"), _("Town A and Town B")),
    MergeField("grant_type", _("grant type"), _("Project")),
    MergeField("received_at", _("when it arrived"), "2027-03-15 14:32"),
    MergeField("period", _("first and last day"), "2027-06-01 – 2030-05-31"),
    MergeField("parties", _("the parties"), _("the parties’ names"), FieldKind.ROWS),
    MergeField("url", _("address of the case"), "https://…"),
)
READER = (MergeField("organisation", _("the reader’s organisation"), _("Town A")),)
DEADLINE = MergeField("deadline", _("last day to hand in"), "2027-03-15")
REASON = MergeField("reason", _("the reason"), _("the reason as it was written"), FieldKind.TEXT)
AMOUNTS = (
    MergeField("amounts", _("sum of each year"), _("the sum of each year"), FieldKind.ROWS),
    MergeField("total", _("all years together"), "1 500 000 kr"),
)
CONDITIONS = MergeField("conditions", _("conditions, if any"), _("the conditions"), FieldKind.ROWS)
DECISION = (
    REASON,
    *AMOUNTS,
    CONDITIONS,
    MergeField("decided_on", _("day of the decision"), "2027-05-28"),
    MergeField("facts", _("reference, type, day and period"), _("facts"), FieldKind.ROWS),
)
AGREEMENT = (
    MergeField("grantee", _("the party that receives the grant"), _("Town A")),
    *AMOUNTS,
    CONDITIONS,
    MergeField("decided_on", _("day of the decision"), "2027-05-28"),
    MergeField("report_dates", _("when reports are due"), _("the days"), FieldKind.ROWS),
)
ASKED = (
    MergeField("officer", _("the programme officer"), _("the officer’s name")),
    MergeField("due_on", _("last day to answer"), "2027-04-20"),
    MergeField("parts", _("what to supplement, and why"), _("each part"), FieldKind.ROWS),
)
LETTERS = "letters"
HELP = "help"
MAIL, PAPER, PAGE = "mail", "paper", "page"


@dataclass(frozen=True)
class Terms:
    """What a kind of text may and must hold, and whether it is a mail, a paper or on a page."""

    form: str
    fields: tuple[MergeField, ...] = ()
    must: frozenset[str] = frozenset()

    @property
    def use(self) -> str:
        """Which of the staff's lists it stands in."""
        return HELP if self.form == PAGE else LETTERS

    @property
    def has_subject(self) -> bool:
        """Whether it has a subject or title of its own; on a page the page has it."""
        return self.form != PAGE

    def field(self, name: str) -> MergeField:
        """Return the field called ``name``."""
        return next(field for field in self.fields if field.name == name)


def _mail(*fields: MergeField, must: str) -> Terms:
    return Terms(MAIL, (*CASE, *READER, *fields), frozenset(must.split()))


def _paper(*fields: MergeField, must: str) -> Terms:
    return Terms(PAPER, (*CASE, *fields), frozenset(must.split()))


KINDS: dict[str, Terms] = {
    TextKind.DECISION_APPROVED: _paper(*DECISION, must="reason amounts conditions"),
    TextKind.DECISION_REJECTED: _paper(*DECISION, must="reason"),
    TextKind.MAIL_APPROVED: _mail(*DECISION, must="reason amounts conditions url"),
    TextKind.MAIL_REJECTED: _mail(*DECISION, must="reason url"),
    TextKind.MAIL_POSTPONED: _mail(*DECISION, must="reason url"),
    TextKind.MAIL_SUBMITTED: _mail(must="reference url"),
    TextKind.MAIL_REMINDER: _mail(DEADLINE, must="deadline url"),
    TextKind.MAIL_PROLONGED: _mail(DEADLINE, REASON, must="deadline reason url"),
    TextKind.MAIL_WITHDRAWN: _mail(must="reference url"),
    TextKind.MAIL_REOPENED: _mail(must="reference url"),
    TextKind.SUPPLEMENT_ASKED: _mail(*ASKED, must="parts due_on url"),
    TextKind.SUPPLEMENT_CLOSED: _mail(REASON, must="reason url"),
    TextKind.AGREEMENT_TO_SIGN: _mail(*AMOUNTS, must="url"),
    TextKind.AGREEMENT_TEXT: _paper(
        *AGREEMENT, must="parties amounts total report_dates conditions"
    ),
}
# Every other kind stands on a page and has no fields.
KINDS |= {kind: Terms(PAGE) for kind in TextKind.values if kind not in KINDS}


def kinds_of(use: str) -> list[str]:
    """Return the kinds staff see of ``use``: the letters, or the help texts."""
    return [kind for kind, terms in KINDS.items() if terms.use == use]
