"""The letters of a supplement: what is asked for where and until when, and what came of it."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils import translation

from applications import notices
from applications.models import Application, Supplement, SupplementPart, TextKind
from applications.notices import Recipient
from icld_portal.localize import day
from icld_portal.mail import queue_letters
from icld_portal.wording import Value
from partnerships.models import User


def tell_asked(supplement: Supplement) -> None:
    """ICLD asks for named parts; both parties are told, with the list, by the staff's text."""
    parts = list(supplement.parts.select_related("question", "slot"))

    def facts(language: str) -> dict[str, Value]:
        with translation.override(language):
            return {
                "parts": [f"{part}: {part.reason}" for part in parts],
                "due_on": day(supplement.due_on),
                "officer": supplement.asked_by.name,
                "url": settings.PUBLIC_URL + supplement.get_absolute_url(),
            }

    notices.tell_by_text(
        supplement.application,
        "supplement_asked",
        text_kind=TextKind.SUPPLEMENT_ASKED,
        facts=facts,
    )


def tell_handed_in(supplement: Supplement) -> None:
    """The answer has arrived; both parties are told, and whoever keeps the case."""
    _tell(supplement, "supplement_handed_in")
    keeper = _keeper(supplement)
    to = [Recipient(keeper.email, keeper.language, "ICLD", keeper.pk)] if keeper else []
    _tell(supplement, "supplement_arrived", to=to)


def tell_accepted(supplement: Supplement) -> None:
    """The answer will do."""
    _tell(supplement, "supplement_accepted")


def tell_closed(supplement: Supplement) -> None:
    """Nothing more is awaited: the case goes on as it was handed in, says the staff's text."""
    notices.tell_by_text(
        supplement.application,
        "supplement_closed",
        text_kind=TextKind.SUPPLEMENT_CLOSED,
        facts=lambda _language: {"reason": supplement.close_reason},
    )


def tell_prolonged(supplement: Supplement) -> None:
    """The parties have got more time."""
    _tell(supplement, "supplement_prolonged")


def remind(supplement: Supplement) -> None:
    """The day is near; those who can do something about it are told."""
    _tell(supplement, "supplement_reminder", to=notices.writers(supplement.application))


def _keeper(supplement: Supplement) -> User | None:
    """The case's officer or, where there is none, who asked; never who may not see it now."""
    found = supplement.application.officer or supplement.asked_by
    cases = Application.objects.all().visible_to(found).filter(pk=supplement.application_id)
    return found if found.is_active and cases.exists() else None


def _tell(
    supplement: Supplement, kind: str, *, to: Sequence[Recipient] | None = None, **facts: Any
) -> None:
    case = supplement.application
    parts = list(supplement.parts.select_related("question", "slot"))
    letters = []
    for recipient in notices.recipients(case) if to is None else to:
        about = _facts(supplement, parts, recipient.language)
        letters.append(notices.letter_about(case, kind, recipient, about | facts))
    queue_letters(letters)


def _facts(
    supplement: Supplement, parts: Sequence[SupplementPart], language: str
) -> dict[str, Any]:
    with translation.override(language):
        return {
            "parts": [{"name": str(part), "reason": part.reason} for part in parts],
            "due": day(supplement.due_on),
            "answer": supplement.answer,
            "page": settings.PUBLIC_URL + supplement.get_absolute_url(),
        }
