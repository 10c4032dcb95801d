"""The papers of steering groups, one function each."""

from django.utils import timezone, translation

from icld_portal.localize import STOCKHOLM
from icld_portal.pdf import render_pdf
from partnerships import minutes
from partnerships.models import SteeringMeeting


def minutes_pdf(meeting: SteeringMeeting, language: str) -> bytes:
    """Return verified minutes with who verified them; the same minutes give the same bytes.

    The fixed words are in ``language``, the texts as they were written.
    """
    assert meeting.verified_at is not None  # noqa: S101 - the database says so too
    with translation.override(language):
        context = {
            "meeting": meeting,
            "minutes": minutes.read(meeting.verified_minutes.content),
            "verifications": meeting.verifications.filter(lapsed_at=None)
            .select_related("party__organisation", "term__seat")
            .order_by("party"),
            "dated_at": timezone.localtime(meeting.verified_at, STOCKHOLM).isoformat(
                timespec="seconds"
            ),
        }
    return render_pdf(
        "papers/minutes.html",
        context,
        language=language,
        identifier=f"minutes {meeting.uid} {language}",
    )
