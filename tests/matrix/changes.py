"""What the matrix asks about change requests: one being written, one handed in."""

from typing import Any

from applications.models import Application, ChangeKind, ChangeRequest
from applications.workflow import changing
from applications.workflow.changing import Words
from tests.matrix.people import Person


def change_words(written: str, asked: str, people: dict[str, Person]) -> dict[str, Any]:
    """Ask for other people in both cases, and hand in the second request."""
    writer = people["swedish coordinator"].user
    for reference in (written, asked):
        case = Application.objects.get(reference=reference)
        change = changing.begin_change(case, by=writer)
        kept = changing.save_change(
            change,
            by=writer,
            version=change.content_version,
            reason="Anna slutar.",
            end_on=None,
            decision=None,
            words=[Words(ChangeKind.PEOPLE, "Anna", "Bo")],
        )
    changing.submit_change(kept, by=writer, version=kept.content_version)
    version = ChangeRequest.objects.get(application__reference=written).content_version
    return {"changed": written, "change_asked": asked, "change_version": version}
