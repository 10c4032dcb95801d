"""The states of an application and the moves between them, the same for page and database."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    """Where an application stands, in the words of ICLD's staff."""

    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("submitted")
    IN_ASSESSMENT = "in_assessment", _("in assessment")
    APPROVED = "approved", _("approved")
    REJECTED = "rejected", _("rejected")
    WITHDRAWN = "withdrawn", _("withdrawn")


# While a case is here ICLD works on it: it can be given to a colleague or an assessor.
UNDER_WORK = frozenset({Status.SUBMITTED, Status.IN_ASSESSMENT})

# What the parties read for the same state.
APPLICANT_WORDS = {
    Status.DRAFT: _("being written"),
    Status.SUBMITTED: _("received by ICLD"),
    Status.IN_ASSESSMENT: _("being assessed by ICLD"),
    Status.APPROVED: _("approved"),
    Status.REJECTED: _("rejected"),
    Status.WITHDRAWN: _("withdrawn"),
}

# The moves Postgres allows; the workflow's transition table is tested against it.
MOVES: frozenset[tuple[Status, Status]] = frozenset(
    {
        (Status.DRAFT, Status.SUBMITTED),
        (Status.SUBMITTED, Status.IN_ASSESSMENT),
        (Status.SUBMITTED, Status.WITHDRAWN),
        (Status.SUBMITTED, Status.DRAFT),
        (Status.WITHDRAWN, Status.DRAFT),
        (Status.IN_ASSESSMENT, Status.WITHDRAWN),
        (Status.IN_ASSESSMENT, Status.APPROVED),
        (Status.IN_ASSESSMENT, Status.REJECTED),
    }
)
