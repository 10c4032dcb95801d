"""Comments of the parties: whom they name, who is told, what stays."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction

from applications import commenting, rules, workflow
from applications.fingerprints import fingerprint
from applications.models import Application, Comment, CommentThread, Mention
from icld_portal.models import Letter
from icld_portal.workflow import WrongStatus
from partnerships.models import Membership, Role, User
from tests.factories.cases import approve_by_both, empty_draft, written_draft
from tests.factories.parties import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(partnership, coordinator) -> Application:
    return empty_draft(partnership, by=coordinator)


def comment(draft, text="Stämmer siffran?", *, by, **options) -> Comment:
    section = draft.sheet.question_set.sections.get(key="context")
    return commenting.open_thread(draft, section, text, by=by, **options)


def people(*names: str) -> list[User]:
    return [User(pk=number, name=name) for number, name in enumerate(names, start=1)]


@pytest.mark.parametrize(
    ("text", "named", "unknown"),
    [
        ("Kan @Anna Ek titta?", ["Anna Ek"], []),
        ("@anna ek, @BO LUND!", ["Anna Ek", "Bo Lund"], []),
        ("@Bo kan du?", ["Bo Lund"], []),
        ("@Anna Ekman skriver", ["Anna Ekman"], []),
        ("@Anna kan du?", [], ["@Anna"]),
        ("@Bo Berg kan du?", [], ["@Bo"]),
        ("@Cai kan du?", [], ["@Cai"]),
        ("Skriv till bo@example.org", [], []),
        ("@Bo och @Bo Lund", ["Bo Lund"], []),
        ("@ Bo, 5 @ 3, @", [], []),
        ("@Bolund", [], ["@Bolund"]),
    ],
)
def test_a_text_names_whom_it_names(text, named, unknown):
    found = commenting.named_in(text, people("Anna Ek", "Anna Ekman", "Bo Lund"))
    assert ([one.name for one in found.people], list(found.unknown)) == (named, unknown)


def test_two_of_one_name_are_not_guessed_between():
    found = commenting.named_in("@Anna Ek", people("Anna Ek", "Anna Ek"))
    assert (found.people, found.unknown) == ([], ["@Anna"])


def test_whoever_is_named_gets_one_letter_in_their_language_with_the_place(
    draft, coordinator, partner_coordinator
):
    written = comment(
        draft,
        "Is this right, @Demo Coordinator? @Demo Coordinator!",
        by=coordinator,
        tell=partner_coordinator,
    )
    letter = Letter.objects.get(kind="mentioned")
    assert (letter.to_email, letter.language) == (partner_coordinator.email, "en")
    assert letter.subject == "Test Samordnarsson has named you in a comment"
    assert "Is this right" in letter.body
    place = f"/applications/{draft.key}/comments/{written.thread_id}/#comment-{written.pk}"
    assert place in letter.body


def test_nobody_gets_a_letter_for_naming_themselves_or_for_being_named_by_nobody(
    draft, coordinator
):
    comment(draft, "@Test Samordnarsson får göra det.", by=coordinator)
    comment(draft, "Ingen nämns.", by=coordinator)
    assert not Letter.objects.exists()


def test_a_stranger_cannot_be_told(draft, coordinator, stranger, officer):
    for one in (stranger, officer):
        comment(draft, f"@{one.name}", by=coordinator, tell=one)
    assert not Mention.objects.exists()
    assert not Letter.objects.exists()


def test_somebody_who_has_left_is_neither_told_nor_lets_others_be_told(
    draft, coordinator, partner_coordinator
):
    Membership.objects.filter(user=partner_coordinator).delete()
    comment(draft, by=coordinator, tell=partner_coordinator)
    assert not Letter.objects.exists()
    with pytest.raises(PermissionDenied):
        comment(draft, by=User.objects.get(pk=partner_coordinator.pk))


def test_a_double_click_writes_once_and_tells_once(draft, coordinator, partner_coordinator):
    written = [comment(draft, by=coordinator, tell=partner_coordinator) for _click in range(2)]
    answers = [commenting.reply(written[0].thread, "Ja.", by=coordinator) for _click in range(2)]
    assert (written[0], answers[0]) == (written[1], answers[1])
    assert (Comment.objects.count(), Letter.objects.count()) == (2, 1)


def test_an_answer_opens_a_resolved_thread_again(draft, coordinator, member):
    thread = comment(draft, by=coordinator).thread
    commenting.resolve(thread, by=member)
    resolved = CommentThread.objects.get()
    commenting.reply(thread, "Nej, vänta.", by=coordinator)
    answered = CommentThread.objects.get()
    commenting.resolve(thread, by=coordinator)
    commenting.reopen(thread, by=member)

    assert (resolved.resolved_by, answered.resolved_at) == (member, None)
    assert CommentThread.objects.get().resolved_at is None


def test_only_its_author_removes_a_comment_and_its_place_stays(
    draft, coordinator, partner_coordinator
):
    first = comment(draft, by=coordinator)
    answer = commenting.reply(first.thread, "Yes.", by=partner_coordinator)
    with pytest.raises(PermissionDenied):
        commenting.remove(answer, by=coordinator)
    commenting.remove(first, by=coordinator)
    left = CommentThread.objects.get()
    commenting.remove(answer, by=partner_coordinator)

    assert left.resolved_at is None
    assert CommentThread.objects.get().resolved_at is not None
    assert set(Comment.objects.values_list("text", flat=True)) == {""}


def test_comments_belong_to_the_parties_alone(
    draft, coordinator, partner_coordinator, member, signatory, stranger, officer, decider, reader
):
    comment(draft, by=coordinator)
    everybody = (
        coordinator, partner_coordinator, member, signatory, stranger, officer, decider, reader
    )  # fmt: skip
    case = Application.objects.get(pk=draft.pk)
    may = {one.name for one in everybody if rules.may_comment(one, case)}
    see = {one.name for one in everybody if CommentThread.objects.visible_to(one).exists()}
    assert may == see == {one.name for one in (coordinator, partner_coordinator, member, signatory)}


@pytest.mark.parametrize("person", ["stranger", "officer"])
def test_nobody_else_writes_answers_or_resolves(draft, coordinator, person, request):
    by = request.getfixturevalue(person)
    thread = comment(draft, by=coordinator).thread
    for deed in (
        lambda: comment(draft, "Mitt", by=by),
        lambda: commenting.reply(thread, "Mitt", by=by),
        lambda: commenting.resolve(thread, by=by),
        lambda: commenting.reopen(thread, by=by),
    ):
        with pytest.raises(PermissionDenied):
            deed()
    assert Comment.objects.count() == 1


def test_comments_are_no_content_and_lapse_no_approval(partnership, coordinator):
    draft = written_draft(partnership, by=coordinator)
    approve_by_both(draft)
    before = Application.objects.get(pk=draft.pk)
    printed = fingerprint(before)
    comment(draft, "En fråga.", by=coordinator)
    after = Application.objects.get(pk=draft.pk)
    assert fingerprint(after) == printed
    assert (after.content_version, after.has_approvals) == (before.content_version, True)
    assert workflow.submit(after, by=coordinator).content_sha256 == printed


def test_after_handing_in_nothing_is_written_not_even_by_raw_sql(partnership, coordinator):
    draft = written_draft(partnership, by=coordinator)
    written = comment(draft, by=coordinator)
    approve_by_both(draft)
    workflow.submit(draft, by=coordinator)

    for deed in (
        lambda: comment(draft, "Mer", by=coordinator),
        lambda: commenting.reply(written.thread, "Mer", by=coordinator),
        lambda: commenting.resolve(written.thread, by=coordinator),
        lambda: commenting.remove(written, by=coordinator),
    ):
        with pytest.raises(WrongStatus):
            deed()
    for raw in (
        lambda: Comment.objects.create(thread=written.thread, author=coordinator, text="Mer"),
        lambda: CommentThread.objects.update(resolved_by=None),
        lambda: Comment.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
            raw()
    assert Comment.objects.get().text == "Stämmer siffran?"


def test_the_database_lets_nobody_rewrite_a_comment(draft, coordinator):
    written = comment(draft, by=coordinator)
    with pytest.raises(DatabaseError), transaction.atomic():
        Comment.objects.filter(pk=written.pk).update(text="Något annat")
    with pytest.raises(IntegrityError), transaction.atomic():
        Comment.objects.create(thread=written.thread, author=coordinator, text="")


def test_a_letter_about_a_late_comment_leads_to_its_page(draft, coordinator, partner_coordinator):
    thread = comment(draft, by=coordinator).thread
    for number in range(50):
        late = commenting.reply(thread, f"Svar {number}", by=coordinator)
    assert late.get_absolute_url().endswith(f"/comments/{thread.pk}/?page=2#comment-{late.pk}")


def test_everybody_of_the_parties_can_be_told_and_nobody_twice(draft, robertsfors, coordinator):
    person = make_person("Två Roller", robertsfors, Role.FINANCE, Role.STEERING)
    gone = make_person("Inte Längre", robertsfors, Role.MEMBER)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    assert commenting.people_of(draft) == [coordinator, person]
