"""What the matrix asks about how a grant rests and ends: a pause, and a proposal that waits."""

from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from applications.models import Application, SummaryPaper
from applications.workflow import ending
from finance.models import Grant
from tests.factories.running import days
from tests.matrix.people import Person


def ending_words(reference: str, people: dict[str, Person]) -> dict[str, Any]:
    """Pause the grant of the case, propose that it ends early, and keep a paper of its end."""
    officer, grant = people["icld officer"].user, Grant.objects.get(reference=reference)
    pause = ending.pause_grant(
        grant, first_on=grant.end_on, last_on=grant.end_on, reason="Val.", by=officer
    )
    last_on = grant.end_on - timedelta(days=1)
    proposed = ending.propose_ending(grant, days(last_on), reason="Krig.", by=officer)
    stored = default_storage.save("papers/1.pdf", ContentFile(b"%PDF-1.7 a summary %%EOF"))
    SummaryPaper.objects.create(
        application=Application.objects.get(reference=reference),
        stage="ended",
        language="sv",
        file_name="0.pdf",
        file=stored,
        sha256="0",
        size_bytes=24,
    )
    return {
        "ends": reference,
        "pause": pause.pk,
        "pause_on": grant.end_on.isoformat(),
        "ending_on": last_on.isoformat(),
        "proposed": proposed.pk,
    }
