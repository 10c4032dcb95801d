"""Making and freezing the papers of steering groups: each exactly once."""

from django.conf import settings

from icld_portal.freezing import freeze
from icld_portal.localize import day
from partnerships import pdfs
from partnerships.models import MeetingStatus, MinutesPaper, SteeringMeeting

NAMES = {"sv": "protokoll", "en": "minutes"}


class NotDue(Exception):
    """The minutes are not verified."""


def make_minutes_papers(meeting_id: int) -> None:
    """Make the minutes in every language they are not made in yet.

    Raises NotDue before all have verified, PdfNotAvailable without Pango.
    """
    meeting = SteeringMeeting.objects.select_related("verified_minutes").get(pk=meeting_id)
    if meeting.status != MeetingStatus.VERIFIED:
        raise NotDue(f"minutes {meeting_id}")
    made = set(meeting.papers.values_list("language", flat=True))
    for language, _name in settings.LANGUAGES:
        if language not in made:
            name = f"{NAMES[language]}-{day(meeting.starts_at)}-{meeting.pk}.pdf"
            paper = MinutesPaper(meeting=meeting, language=language, file_name=name)
            freeze(paper, pdfs.minutes_pdf(meeting, language))
