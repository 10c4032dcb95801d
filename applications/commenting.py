"""Comments of the parties among themselves: written, answered, resolved, removed."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from applications import notices, rules
from applications.drafting import locked_draft
from applications.models import (
    Application,
    Comment,
    CommentThread,
    Mention,
    Question,
    Section,
)
from partnerships.models import Membership, User

# Beside a section; older ones are on the page of comments.
MOST_BESIDE = 20
# The same text again within this time is a double click.
SENT_TWICE_WITHIN = timedelta(minutes=1)
# An @ inside a word is an e-mail address.
AT_NAME = re.compile(r"(?<![\w@.])@(?=\w)")
FIRST_WORD = re.compile(r"[\w-]+")
CAPITAL_NEXT = re.compile(r" [A-ZÅÄÖÉ]")


@dataclass(frozen=True)
class Named:
    """Whom a text names with @, and the words after an @ that name nobody, or several."""

    people: Sequence[User]
    unknown: Sequence[str]


def people_of(application: Application) -> list[User]:
    """Return everyone who can read the parties' comments, in the order of their names."""
    members = Membership.objects.filter(organisation__in=rules.party_ids(application))
    people = User.objects.filter(is_active=True, pk__in=members.values("user"))
    return list(people.order_by("name", "pk"))


def named_in(text: str, people: Iterable[User]) -> Named:
    """Find whom ``text`` names: "@" and a whole name, or a first name that only one has.

    A first name with another capital after it is somebody else's whole name.
    """
    named: dict[int, User] = {}
    unknown: list[str] = []
    everybody = list(people)
    for mark in AT_NAME.finditer(text):
        after = text[mark.end() :]
        found = _whole_name(after.casefold(), everybody) or _first_name(after, everybody)
        if len(found) == 1:
            named[found[0].pk] = found[0]
        else:
            word = FIRST_WORD.match(text, mark.end())
            unknown.append(f"@{word[0] if word else ''}")
    return Named(list(named.values()), unknown)


def _whole_name(after: str, people: Sequence[User]) -> list[User]:
    """Those whose whole name stands first in ``after``; the longest name wins."""
    found = [one for one in people if _begins_with(after, one.name.casefold())]
    longest = max((len(one.name) for one in found), default=0)
    return [one for one in found if len(one.name) == longest]


def _begins_with(after: str, name: str) -> bool:
    return bool(name) and after.startswith(name) and not after[len(name) :][:1].isalnum()


def _first_name(after: str, people: Sequence[User]) -> list[User]:
    word = FIRST_WORD.match(after)
    if word is None or CAPITAL_NEXT.match(after, word.end()):
        return []
    return [one for one in people if one.name.casefold().split()[:1] == [word[0].casefold()]]


def openings(threads: Sequence[CommentThread]) -> list[tuple[CommentThread, Comment]]:
    """Return each thread with the comment that opened it, in one query."""
    first = (
        Comment.objects.filter(thread__in=threads)
        .order_by("thread_id", "written_at", "pk")
        .distinct("thread_id")
        .select_related("author")
    )
    by_thread = {comment.thread_id: comment for comment in first}
    return [(thread, by_thread[thread.pk]) for thread in threads]


def beside(
    application: Application, section: Section
) -> dict[int | None, list[tuple[CommentThread, Comment]]]:
    """Return the newest open threads of a section by question; None for the part as a whole."""
    threads = (
        CommentThread.objects.unresolved()
        .filter(application=application, section=section)
        .with_replies()
        .order_by("-opened_at", "-pk")
    )
    found: dict[int | None, list[tuple[CommentThread, Comment]]] = {}
    for thread, comment in openings(list(threads[:MOST_BESIDE])):
        found.setdefault(thread.question_id, []).append((thread, comment))
    return found


# --- Deeds ----------------------------------------------------------------------------


@transaction.atomic
def open_thread(
    application: Application,
    section: Section,
    text: str,
    *,
    by: User,
    question: Question | None = None,
    tell: User | None = None,
) -> Comment:
    """Write a comment beside a section, or one of its questions; a letter goes to each it names.

    Raises WrongStatus when it is no longer a draft, PermissionDenied if ``by`` is of none
    of its parties.
    """
    draft = _commented_by(application, by)
    place = {"application": draft, "section": section, "question": question}
    earlier = _sent_twice(text, by=by, **{f"thread__{name}": it for name, it in place.items()})
    if earlier:
        return earlier
    thread = CommentThread.objects.create(**place)
    return _write(application, thread, text, by=by, tell=tell)


@transaction.atomic
def reply(thread: CommentThread, text: str, *, by: User, tell: User | None = None) -> Comment:
    """Answer in a thread; one that was resolved is open again. Raises as ``open_thread``."""
    application = thread.application
    _commented_by(application, by)
    if earlier := _sent_twice(text, by=by, thread=thread):
        return earlier
    CommentThread.objects.filter(pk=thread.pk).update(resolved_at=None, resolved_by=None)
    return _write(application, thread, text, by=by, tell=tell)


@transaction.atomic
def resolve(thread: CommentThread, *, by: User) -> None:
    """Say that nobody has to look at the thread any more. Raises as ``open_thread``."""
    _commented_by(thread.application, by)
    open_one = CommentThread.objects.unresolved().filter(pk=thread.pk)
    open_one.update(resolved_at=timezone.now(), resolved_by=by)


@transaction.atomic
def reopen(thread: CommentThread, *, by: User) -> None:
    """Say that somebody has to look at the thread again. Raises as ``open_thread``."""
    _commented_by(thread.application, by)
    CommentThread.objects.filter(pk=thread.pk).update(resolved_at=None, resolved_by=None)


@transaction.atomic
def remove(comment: Comment, *, by: User) -> None:
    """Take away the text of one's own comment; its place stays.

    A thread in which nothing is left is resolved. Raises as ``open_thread``, and
    PermissionDenied when it is another's comment.
    """
    _commented_by(comment.thread.application, by)
    if comment.author_id != by.pk:
        raise PermissionDenied("remove")
    standing = Comment.objects.filter(removed_at=None)
    standing.filter(pk=comment.pk).update(text="", removed_at=timezone.now())
    if not standing.filter(thread=comment.thread_id).exists():
        resolve(comment.thread, by=by)


def _commented_by(application: Application, by: User) -> Application:
    draft = locked_draft(application)
    if not rules.may_comment(by, application):
        raise PermissionDenied("comment")
    return draft


def _sent_twice(text: str, *, by: User, **place: Any) -> Comment | None:
    recent = Comment.objects.filter(written_at__gt=timezone.now() - SENT_TWICE_WITHIN)
    return recent.filter(author=by, text=text, **place).order_by("pk").last()


def _write(
    application: Application, thread: CommentThread, text: str, *, by: User, tell: User | None
) -> Comment:
    people = people_of(application)
    comment = Comment.objects.create(thread=thread, author=by, text=text)
    named = {one.pk: one for one in named_in(text, people).people}
    # Somebody who left the parties a moment ago cannot read it any more.
    if tell is not None and tell in people:
        named[tell.pk] = tell
    Mention.objects.bulk_create(Mention(comment=comment, user=one) for one in named.values())
    told = [one for one in named.values() if one.pk != by.pk]
    notices.tell_mentioned(application, comment, told)
    return comment
