"""How a letter will look: a version merged with a real case, and the letters of a decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.safestring import SafeString

from applications import letter_texts, notices, pdfs
from applications.letter_texts import DecisionWords
from applications.models import Application, Decision, PendingOutcome, ProgrammeText, Status
from applications.notices import Recipient
from applications.text_kinds import KINDS, MAIL, PAGE
from icld_portal.localize import day
from icld_portal.models import Letter
from icld_portal.wording import FieldKind, MergeField, Value, help_html
from partnerships.models import User

LANGUAGES = ("sv", "en")
# Which decision a text is about.
OUTCOME_OF: dict[str, str] = {
    str(kind): outcome
    for outcomes in (letter_texts.PAPER_OF, letter_texts.MAIL_OF)
    for outcome, kind in outcomes.items()
}
# Which case shows a text best.
STATUS_OF: dict[str, str] = {
    PendingOutcome.APPROVED: Status.APPROVED,
    PendingOutcome.REJECTED: Status.REJECTED,
    PendingOutcome.POSTPONED: Status.IN_ASSESSMENT,
}


@dataclass(frozen=True)
class Preview:
    """A text in one language as its reader gets it: plain as a mail, or as HTML."""

    language: str
    subject: str = ""
    text: str = ""
    html: SafeString | str = ""


def case_for(user: User, kind: str) -> Application | None:
    """Return the newest case ``user`` may see that shows a text of ``kind`` well."""
    rows = _shown_to(user).order_by("-reference")
    status = STATUS_OF.get(OUTCOME_OF.get(kind, ""))
    return (rows.filter(status=status).first() if status else None) or rows.first()


def case_called(user: User, reference: str) -> Application | None:
    """Return the case with this reference number if ``user`` may see it."""
    return _shown_to(user).filter(reference=reference.strip()).first()


def _shown_to(user: User) -> QuerySet[Application]:
    seen = Application.objects.visible_to(user).exclude(status=Status.DRAFT)
    return seen.select_related("partnership", "budget", "round")


def previews_of(text: ProgrammeText, case: Application | None) -> list[Preview]:
    """Return a version in both languages, merged with ``case``, or with examples if it is None.

    What is not known of the case yet, such as the reason of a decision, is an example too.
    """
    asked = pdfs.asked_by_year(case) if case and text.kind in OUTCOME_OF else {}
    return [_preview(text, case, language, asked) for language in LANGUAGES]


def _preview(
    text: ProgrammeText, case: Application | None, language: str, asked: Mapping[int, int]
) -> Preview:
    terms = KINDS[text.kind]
    with translation.override(language):
        if terms.form == PAGE:
            return Preview(language, html=help_html(getattr(text, f"body_{language}")))
        facts: dict[str, Value] = {field.name: _example(field) for field in terms.fields}
        if case is not None:
            facts["deadline"] = day(case.deadline_on)
            facts |= letter_texts.case_facts(
                case, language, organisation=str(facts.get("organisation", ""))
            )
        if case is not None and text.kind in OUTCOME_OF:
            words = _words_for(case, OUTCOME_OF[text.kind], asked)
            if terms.form != MAIL:
                letter, html = pdfs.decision_letter(case, words, language, asked=asked, text=text)
                return Preview(language, letter.subject, html=html)
            facts |= letter_texts.decision_facts(case, words, language)
        letter = letter_texts.written(text, language, facts)
        if terms.form == MAIL:
            return Preview(language, letter.subject, text=letter.text)
        return Preview(language, letter.subject, html=letter.html())


def _example(field: MergeField) -> Value:
    return [f"[{field.example}]"] if field.kind == FieldKind.ROWS else f"[{field.example}]"


def _words_for(case: Application, outcome: str, asked: Mapping[int, int]) -> DecisionWords:
    """Return what the case's decision says, else an example of such a decision."""
    taken = Decision.objects.filter(application=case, outcome=outcome).first()
    if taken:
        return letter_texts.words_of_decision(taken)
    terms = KINDS[letter_texts.MAIL_OF[outcome]]
    example = str(_example(terms.field("reason")))
    amounts = asked if outcome == PendingOutcome.APPROVED else {}
    return DecisionWords(outcome, example, amounts, [], timezone.now())


@dataclass(frozen=True)
class DecisionLetters:
    """Everything that goes out with one decision: each reader's mail, the letter as a paper."""

    mails: Sequence[tuple[Recipient, Letter]]
    papers: Sequence[Preview]

    def mails_by_text(self) -> list[tuple[Letter, list[Recipient]]]:
        """Return each mail once, with everybody who gets it word for word."""
        found: dict[tuple[str, str], tuple[Letter, list[Recipient]]] = {}
        for recipient, letter in self.mails:
            _first, told = found.setdefault((letter.subject, letter.body), (letter, []))
            told.append(recipient)
        return list(found.values())


def letters_of_decision(application: Application, words: DecisionWords) -> DecisionLetters:
    """Return the letters of a decision as they will be sent, if it is taken as ``words`` say."""
    mails = notices.decision_mails(application, words, notices.recipients(application))
    if words.outcome == PendingOutcome.POSTPONED:
        return DecisionLetters(mails, [])
    asked, papers = pdfs.asked_by_year(application), []
    for language in LANGUAGES:
        letter, html = pdfs.decision_letter(application, words, language, asked=asked)
        papers.append(Preview(language, letter.subject, html=html))
    return DecisionLetters(mails, papers)
