"""The world that the matrix is asked in: one partnership's cases in every state, and others."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from time import time
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from applications import (
    approvals,
    attaching,
    beginning,
    commenting,
    letter_texts,
    messages,
    notes,
    workflow,
)
from applications.drafting import answers_by_question, editing
from applications.models import (
    Application,
    Attachment,
    Condition,
    FormOffer,
    MeetingPaper,
    Outcome,
    Question,
    QuestionKind,
    QuestionSet,
    SavedView,
)
from applications.workflow.forms import begin_form, publish_form
from applications.workflow.offers import offer_form
from applications.workflow.texts import begin_text
from finance.workflow import begin_version
from icld_portal import writers
from icld_portal.bench.browser import form_on
from icld_portal.mail import queue_letter
from icld_portal.models import Factor, Letter, PreparedFile, PreparedState
from icld_portal.shared_texts import token_of
from partnerships.models import Country, Organisation, OrganisationKind, Partnership, Role
from partnerships.models.invitations import Invitation, hashed
from tests.factories import cases, long_cases
from tests.factories.parties import make_partnership, make_person
from tests.matrix.audits import audit_words, certificate_form
from tests.matrix.changes import change_words
from tests.matrix.endings import ending_words
from tests.matrix.groups import group_words
from tests.matrix.people import Person, make_people
from tests.matrix.reports import control_words, report_words
from tests.matrix.steering import steering_words
from tests.matrix.supplements import supplement_words
from tests.matrix.table_payments import payment_words

# One white pixel.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8"
    "cfc0000003010100c9fe92ef0000000049454e44ae426082"
)
READ_KINDS = ("report_approved", "payment_paid", "repayment_claimed", "bank_details")
TOKEN = "a-token-of-a-letter-in-the-test-of-the-matrix"


@dataclass
class World:
    """Who is there, the words that fill in addresses, and the forms that are posted."""

    people: dict[str, Person]
    words: dict[str, Any]
    # What {case} and the like mean, by the state of the case.
    by_state: dict[str, dict[str, Any]] = field(default_factory=dict)
    forms: dict[str, Callable[[], dict[str, Any]]] = field(default_factory=dict)

    def filled_in(self, text: str, state: str) -> str:
        """Return an address or a value with its ``{words}`` filled in."""
        return text.format(**self.words, **self.by_state.get(state, {}))

    def fields(self, data: str | dict[str, Any], state: str, name: str) -> dict[str, Any]:
        """Return what ``name`` posts: the row's fields, with that person's own marks."""
        person = self.people[name]
        found = self.forms[data]() if isinstance(data, str) else dict(data)
        for key, value in list(found.items()):
            if isinstance(value, str) and "{" in key + value:
                filled_in = self.filled_in(value.replace("{code}", code_of(person)), state)
                del found[key]
                found[self.filled_in(key, state)] = filled_in
        if writers.FIELD in found and person.user:
            found[writers.FIELD] = writers.mark_of(person.user)
        return found


def code_of(person: Person) -> str:
    """A one-time code that counts now, for those who have a second factor."""
    if not person.secret:
        return "000000"
    return str(format_hotp_value(hotp_value(person.secret, int(time()) // 30)))


def build() -> World:
    """Make everybody and everything; call it in a transaction that is rolled back."""
    robertsfors, vara = (Organisation.objects.get(code=code) for code in ("2409", "1470"))
    machakos, poti, added = (
        Organisation.objects.create(
            kind=OrganisationKind.objects.get(code="local-authority"),
            country=Country.objects.get(code=country),
            name=name,
            is_checked=name != "Kutaisi",
        )
        for name, country in (("Machakos", "KE"), ("Poti", "GE"), ("Kutaisi", "GE"))
    )
    colleague = make_person("Colleague", robertsfors, Role.MEMBER)
    people = make_people(robertsfors, machakos, vara, Organisation.objects.get(name="ICLD"))
    writer = people["swedish coordinator"].user
    keeper = people["icld office_administrator"].user
    partnership = make_partnership(robertsfors, machakos)
    # The other municipality works with the same partner: what they share is not the case.
    elsewhere = with_letter(make_partnership(vara, machakos), people["other coordinator"].user)
    world = World(people, {})
    for state, case in cases_in_states(partnership, people).items():
        world.by_state[state] = words_of(case)
    invite_nobody_yet(robertsfors, people["swedish administrator"], people["invited"])
    world.words = {
        "robertsfors": robertsfors.pk,
        "machakos": machakos.pk,
        "poti": poti.pk,
        "added": added.pk,
        "kind": added.kind_id,
        "country": added.country_id,
        "partnership": partnership.pk,
        "draft_code": world.by_state["draft"]["case"],
        **assessing_words(world.by_state["submitted"]["case"], people),
        "successor_writer": people["partner finance"].user.pk,
        "version": begin_version(by=keeper).version,
        **form_words(begin_form("application", "preparation", by=keeper)),
        "text": begin_text("mail_rejected", by=keeper).version,
        "texts": letter_texts.mark(),
        **thread_words(world.by_state["draft"]["case"], writer),
        **comment_words(world.by_state["draft"]["case"], writer),
        **offer_words(world.by_state["draft"]["case"], keeper),
        **meeting_words(
            world.by_state["assessed"]["case"], world.by_state["decided"]["case"], people
        ),
        "grant": world.by_state["decided"]["case"],
        **report_words(world.by_state["decided"]["case"], writer=writer),
        **agreement_words(make_partnership(robertsfors, machakos), people),
        **payment_words(make_partnership(robertsfors, machakos), people),
        **steering_words(partnership, people),
        **group_words(partnership),
        **supplement_words(
            *(with_letter(make_partnership(robertsfors, machakos), writer) for _one in "12"),
            writer=writer,
            officer=people["icld officer"].user,
        ),
        "standing": stands_in(make_partnership(robertsfors, poti), people).handle,
        "elsewhere": elsewhere.handle,
        "foreign_letter": elsewhere.attachments.get().pk,
        "foreign_person": people["other member"].user.pk,
        "colleague": colleague.pk,
        "successor": people["swedish member"].user.pk,
        "officer": people["icld officer"].user.pk,
        "handed_in": world.by_state["submitted"]["case"],
        "saved_view": SavedView.objects.create(
            owner=people["icld officer"].user, name="Ours", shared=True
        ).pk,
        "round": str(cases.open_round().deadline_on),
        "opens": str(cases.open_round().opens_on),
        "later": str(cases.open_round().deadline_on + timedelta(days=5)),
        "own_file": prepared_file(writer).key,
        "notice": only_notice(writer).pk,
        "key": security_key(colleague).pk,
        "invitation": Invitation.objects.get().pk,
        "token": TOKEN,
        **question_words(Application.objects.get(key=world.by_state["draft"]["case"])),
    }
    world.words |= control_words(world.words["agreed"], people["icld officer"].user)
    # What these reports and payments wrote has been read: a notice of each person is counted.
    Letter.objects.filter(kind__in=READ_KINDS).update(seen_at=timezone.now())
    decided = world.by_state["decided"]["case"]
    audited = agreement_words(make_partnership(robertsfors, machakos), people)["agreed"]
    world.words |= audit_words(decided, audited, people)
    world.words |= change_words(decided, audited, people)
    world.words |= ending_words(audited, people)
    Letter.objects.exclude(pk=world.words["notice"]).update(seen_at=timezone.now())
    sent = section_form(world)
    world.forms = {
        "section": lambda: dict(sent),
        "letter": letter_form,
        "certificate": lambda: certificate_form(decided),
        "other_letter": lambda: {"file": png()},
        "receipt": lambda: {"receipts": png()},
        "signed_copy": lambda: {"party": "all", "signed_names": "A, B och C", "file": png()},
    }
    return world


def cases_in_states(partnership: Partnership, people: dict[str, Person]) -> dict[str, Application]:
    """Return one case in each state, all begun by the Swedish coordinator.

    Beside the four states of the table: "ready" is approved by both parties but not handed
    in, "begun" is a draft begun from the decided case.
    """
    writer, decider = people["swedish coordinator"].user, people["icld decider"].user
    steps: list[tuple[str, Callable[[Application], Any]]] = [
        ("draft", lambda case: None),
        ("ready", cases.approve_by_both),
        ("submitted", lambda case: workflow.submit(case, by=writer)),
        ("assessed", lambda case: workflow.take_up(case, by=decider)),
        ("decided", lambda case: decide(case, by=decider)),
    ]
    made = {}
    for number, (state, _step) in enumerate(steps):
        case = with_letter(partnership, writer)
        for _reached, step in steps[: number + 1]:
            step(Application.objects.get(pk=case.pk))
        made[state] = Application.objects.get(pk=case.pk)
        partnership = make_partnership(*_parties(partnership))
    made["begun"] = beginning.start_from(made["decided"], "preparation", by=writer)
    return made


def meeting_words(assessed: str, decided: str, people: dict[str, Person]) -> dict[str, Any]:
    """Propose a decision, and have a condition and minutes; returns the condition's word."""
    case = Application.objects.get(reference=assessed)
    meeting = workflow.meeting_of(case.round)
    rejection = {"by": people["icld officer"].user, "outcome": Outcome.REJECTED, "reason": "Nej."}
    workflow.propose(meeting, case, **rejection)
    workflow.propose_alone(case, **rejection)
    stored = default_storage.save("papers/0.pdf", ContentFile(b"%PDF-1.7 minutes %%EOF"))
    MeetingPaper.objects.create(
        meeting=meeting, language="sv", file_name="0.pdf", file=stored, sha256="0", size_bytes=1
    )
    condition = Condition.objects.create(
        application=Application.objects.get(reference=decided),
        text="Name an expert.",
        due_on=case.round.deadline_on,
        is_released=True,
    )
    return {"condition": condition.pk, "today": timezone.localdate().isoformat()}


def agreement_words(partnership: Partnership, people: dict[str, Person]) -> dict[str, Any]:
    """An agreement that nobody has signed, with a copy signed by hand that waits."""
    made = cases.agreement(decided_case(partnership, people), by=people["icld decider"].user)
    copy = workflow.send_copy(
        made,
        png(),
        party=None,
        signed_names="A, B, C",
        by=people["swedish coordinator"].user,
        at=timezone.now(),
    )
    return {
        "agreed": made.application.handle,
        "agreed_sha256": made.content_sha256,
        "signed_copy": copy.pk,
    }


def decided_case(partnership: Partnership, people: dict[str, Person]) -> Application:
    """A case that was handed in and decided, and in which nothing has happened since."""
    case = with_letter(partnership, people["swedish coordinator"].user)
    cases.approve_by_both(case)
    decider = people["icld decider"].user
    workflow.submit(Application.objects.get(pk=case.pk), by=people["swedish coordinator"].user)
    decide(workflow.take_up(Application.objects.get(pk=case.pk), by=decider), by=decider)
    return Application.objects.get(pk=case.pk)


def _parties(partnership: Partnership) -> list[Organisation]:
    return [party.organisation for party in partnership.parties.order_by("pk")]


def decide(case: Application, *, by: Any) -> None:
    """Decide to give what was asked for."""
    amounts = {1: 100_000, 2: 100_000}
    cases.decide(case, by=by, outcome=Outcome.APPROVED, reason="Bra.", amounts=amounts)


def with_letter(partnership: Partnership, by: Any) -> Application:
    """Return a written draft of two years with a letter of intent of the partner."""
    draft = cases.written_draft(partnership, by=by, years=2)
    with editing(draft, by=by) as held:
        for name in ("old.pdf", "avsikt.pdf"):
            letter = long_cases.letter_of_intent(held, name)
            letter.organisation = held.case_parties.get(side="partner").organisation
            letter.uploaded_by = by
            letter.save()
    old = draft.attachments.get(file_name="old.pdf")
    attaching.set_aside(old, by=by, at=timezone.now())
    if not default_storage.exists(letter.file.name):
        default_storage.save(letter.file.name, ContentFile(b"%PDF-1.7 a letter"))
    return Application.objects.get(pk=draft.pk)


def stands_in(partnership: Partnership, people: dict[str, Person]) -> Application:
    """Return a handed-in case whose partner signed on paper: nobody there has a login."""
    writer = people["swedish coordinator"].user
    case = with_letter(partnership, writer)
    approvals.approve(
        case,
        by=people["swedish signatory"].user,
        organisation=partnership.parties.get(is_grantee=True).organisation_id,
        statement="Ja.",
        version=case.content_version,
        method=Factor.TOTP,
    )
    return workflow.submit(Application.objects.get(pk=case.pk), by=writer)


def words_of(case: Application) -> dict[str, Any]:
    """What the address and form of a case are filled in with."""
    return {
        "case": case.handle,
        "letter": getattr(case.attachments.first(), "pk", 0),
        "old_letter": getattr(Attachment.ever.filter(application=case).first(), "pk", 0),
        "content_version": case.content_version,
    }


def form_words(draft: QuestionSet) -> dict[str, Any]:
    """A draft of a form, and a part and a question in it."""
    question = Question.objects.filter(section__question_set=draft).select_related("section")[0]
    return {
        "form": draft.version,
        "form_section": question.section.key,
        "form_question": question.key,
    }


def assessing_words(reference: str, people: dict[str, Person]) -> dict[str, Any]:
    """Somebody who is to assess the case, and somebody who has declared no conflict."""
    case = Application.objects.get(reference=reference)
    giver = people["icld office_administrator"].user
    given = workflow.give(case, to=people["icld assessor"].user, by=giver)
    declared = workflow.declare(case, by=people["icld reader"].user, has_conflict=False)
    note = notes.write_note(case, text="Call them.", by=people["icld assessor"].user)
    return {"assignment": given.pk, "declaration": declared.pk, "note": note.pk}


def comment_words(key: str, writer: Any) -> dict[str, Any]:
    """A remark to the other party about a part of a draft."""
    draft = Application.objects.get(key=key)
    section = draft.sheet.question_set.sections.first()
    comment = commenting.open_thread(draft, section, "Hm.", by=writer)
    return {"comments": comment.thread_id, "comment": comment.pk}


def offer_words(key: str, keeper: Any) -> dict[str, Any]:
    """A newer version of the projects' form, offered to the drafts."""
    newest = publish_form(begin_form("application", "project", by=keeper), by=keeper)
    offer_form(newest, by=keeper)
    offer = FormOffer.objects.get(application__key=key)
    return {"in_force": newest.version, "offer": offer.pk}


def thread_words(key: str, writer: Any) -> dict[str, Any]:
    """A question to ICLD about a draft, with a file."""
    draft = Application.objects.get(key=key)
    thread = messages.begin_thread(draft, subject="?", text="?", by=writer, uploads=[png()])
    return {"thread": thread.pk, "message_file": thread.messages.get().files.get().pk}


def only_notice(reader: Any) -> Letter:
    """Return the one letter that nobody has opened yet."""
    Letter.objects.update(seen_at=timezone.now())
    return queue_letter(
        to_email=reader.email,
        to_user_id=reader.pk,
        subject="?",
        body="?",
        kind="handed_over",
        language="sv",
    )


def security_key(owner: Any) -> Authenticator:
    """Return the row of a security key; nobody signs in with it here."""
    data = {"name": "Key", "credential": {}}
    return Authenticator.objects.create(user=owner, type=Authenticator.Type.WEBAUTHN, data=data)


def prepared_file(owner: Any) -> PreparedFile:
    """Return a file that has been made for ``owner``."""
    stored = default_storage.save("prepared/0", ContentFile(b"a long list"))
    return PreparedFile.objects.create(
        owner=owner,
        kind="list",
        title="A list",
        order_sha256="ab" * 32,
        state=PreparedState.DONE,
        file=stored,
        file_name="list.csv",
        content_type="text/csv",
        size_bytes=11,
        expires_at=timezone.now() + timedelta(days=1),
    )


def question_words(draft: Application) -> dict[str, Any]:
    """A question that is answered in words, its section, and the mark of what stands there."""
    question = Question.objects.filter(
        section__question_set=draft.sheet.question_set,
        section__part="questions",
        kind=QuestionKind.LONG_TEXT,
    ).first()
    assert question is not None
    answer = answers_by_question(draft)[question.pk]
    return {
        "question": question.key,
        "section": question.section.key,
        "section_pk": question.section.pk,
        "seen": token_of(answer.text, answer.version),
        "grant_type": "preparation",
    }


def section_form(world: World) -> dict[str, Any]:
    """What a writer's browser sends for a section in which one answer was changed."""
    here = world.filled_in("/applications/{case}/sections/{section}/", "draft")
    page = world.people["swedish coordinator"].browser.get(here)
    sent: dict[str, Any] = {}
    for name, value in form_on(page.content):
        sent.setdefault(name, []).append(value)
    changed = f"question-{world.words['question']}"
    return {**sent, writers.FIELD: "", changed: "Something else."}


def letter_form() -> dict[str, Any]:
    """What is sent with a new letter of intent; a file can be sent only once."""
    slot = "letter_of_intent"
    return {f"{slot}-organisation": "{machakos}", f"{slot}-files": png()}


def png() -> SimpleUploadedFile:
    """A picture as it is uploaded."""
    return SimpleUploadedFile("avsikt.png", PNG)


def invite_nobody_yet(organisation: Organisation, by: Person, whom: Person) -> None:
    """Invite somebody who does not answer."""
    Invitation.objects.create(
        organisation=organisation,
        email=whom.user.email,
        roles=[Role.COORDINATOR],
        token_sha256=hashed(TOKEN),
        invited_by=by.user,
    )
