"""Help texts that ICLD writes itself, on the page they belong to."""

from typing import Any

from django import template
from django.utils.safestring import SafeString

from applications.guidance import guidance
from applications.models import TextKind
from partnerships.models import SeatKind

register = template.Library()
# What is expected of whoever sits in a seat.
EXPECTED = {
    SeatKind.POLITICIAN_MAJORITY: TextKind.SEAT_MAJORITY,
    SeatKind.POLITICIAN_OPPOSITION: TextKind.SEAT_OPPOSITION,
    SeatKind.COORDINATOR: TextKind.SEAT_COORDINATOR,
    SeatKind.LEADING_OFFICIAL: TextKind.SEAT_OFFICIAL,
}


@register.simple_tag
def help_text(kind: str) -> SafeString:
    """Show the help text of ``kind`` that is in force, in the reader's language."""
    return guidance(kind)[kind]


@register.simple_tag
def expectation(kind: str) -> SafeString:
    """Say what is expected of whoever sits in a seat of this kind."""
    return help_text(EXPECTED[SeatKind(kind)])


@register.inclusion_tag("applications/_expectations.html")
def expectations() -> dict[str, Any]:
    """Say what a steering group does, and what is expected of each seat; one query."""
    texts = guidance(TextKind.STEERING_GROUP, *EXPECTED.values())
    seats = [(kind, kind.label, texts[text]) for kind, text in EXPECTED.items()]
    return {"group": texts[TextKind.STEERING_GROUP], "seats": seats}
