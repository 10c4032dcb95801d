"""The minutes of a steering group's meeting: numbered paragraphs and their texts."""

from typing import ClassVar

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from icld_portal import triggers
from icld_portal.constraints import known
from partnerships.models.meetings import AgendaItem, SteeringMeeting
from partnerships.models.people import User
from partnerships.models.steering import SteeringGroup

MEETING_IS_VERIFIED = """
    EXISTS (
        SELECT 1 FROM partnerships_steeringmeeting AS meeting
        WHERE meeting.id = parent.meeting_id AND meeting.status = 'verified'
    )
"""

FROZEN_PARAGRAPH = f"""
    SELECT 1 FROM partnerships_paragraph AS parent
    WHERE {MEETING_IS_VERIFIED} AND parent.id =
"""  # noqa: S608


def frozen_with_paragraph() -> list[pgtrigger.Trigger]:
    """Triggers of a row that can be written until the minutes of its paragraph are verified."""
    return [
        triggers.frozen_by(
            "frozen_minutes",
            parent="partnerships_paragraph",
            key="paragraph_id",
            condition=MEETING_IS_VERIFIED,
        ),
        triggers.no_truncate(),
    ]


class Paragraph(models.Model):
    """One numbered paragraph (§), one series a group and year, without gaps.

    The number is given when it is begun. Only the last of the year is ever taken away; another
    that is not wanted stays and says so (``is_struck``). What was verified is corrected by a
    new paragraph of a later meeting alone (``corrects``).
    """

    meeting = models.ForeignKey(SteeringMeeting, models.PROTECT, related_name="paragraphs")
    group = models.ForeignKey(SteeringGroup, models.PROTECT, related_name="paragraphs")
    year = models.PositiveSmallIntegerField(_("year"))
    number = models.PositiveSmallIntegerField(_("number"))
    heading = models.CharField(_("heading"), max_length=300)
    agenda_item = models.OneToOneField(
        AgendaItem, models.SET_NULL, null=True, related_name="paragraph"
    )
    corrects = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="corrections",
        verbose_name=_("corrects"),
    )
    is_struck = models.BooleanField(_("struck out"), default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["group", "year", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["group", "year", "number"], name="paragraph_number_once"
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="paragraph_numbers_from_one"),
            models.CheckConstraint(condition=~Q(heading=""), name="paragraph_has_a_heading"),
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="numbered_without_gaps",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Delete,
                func="""
                    IF TG_OP = 'INSERT' THEN
                        IF NEW.number <> 1 + (
                            SELECT COALESCE(max(number), 0) FROM partnerships_paragraph
                            WHERE group_id = NEW.group_id AND year = NEW.year
                        ) THEN
                            RAISE EXCEPTION 'pgtrigger: this is not the next number';
                        END IF;
                        RETURN NEW;
                    END IF;
                    IF EXISTS (
                        SELECT 1 FROM partnerships_paragraph
                        WHERE group_id = OLD.group_id AND year = OLD.year
                        AND number > OLD.number
                    ) THEN
                        RAISE EXCEPTION 'pgtrigger: only the last number can be given back';
                    END IF;
                    RETURN OLD;
                """,
            ),
            pgtrigger.Protect(
                name="number_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "ROW(OLD.meeting_id, OLD.group_id, OLD.year, OLD.number) IS DISTINCT FROM "
                    "ROW(NEW.meeting_id, NEW.group_id, NEW.year, NEW.number)"
                ),
            ),
            pgtrigger.Trigger(
                name="of_its_meetings_group_and_year",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM partnerships_steeringmeeting AS meeting
                        WHERE meeting.id = NEW.meeting_id AND meeting.group_id = NEW.group_id
                        AND meeting.status = 'held' AND NEW.year =
                        extract(year FROM meeting.starts_at AT TIME ZONE 'Europe/Stockholm')
                    ) THEN
                        RAISE EXCEPTION 'pgtrigger: no minutes are written there';
                    END IF;
                    RETURN NEW;
                """,
            ),
            triggers.frozen_by(
                "frozen_minutes",
                parent="partnerships_steeringmeeting",
                key="meeting_id",
                condition="parent.status = 'verified'",
            ),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return self.sign

    @property
    def sign(self) -> str:
        """How it is cited: § 3/2027."""
        return f"§ {self.number}/{self.year}"


class TextPart(models.TextChoices):
    """The parts of a paragraph: what was said, apart from what was decided.

    The heading is written and kept in versions like the others, and copied to the paragraph.
    """

    HEADING = "heading", _("heading")
    DISCUSSION = "discussion", _("discussion")
    DECISION = "decision", _("decision")


@pghistory.track()
class ParagraphText(models.Model):
    """One text of a paragraph. ``version`` counts the saves, to notice a second writer."""

    paragraph = models.ForeignKey(Paragraph, models.CASCADE, related_name="texts")
    part = models.CharField(_("part"), max_length=10, choices=TextPart.choices)
    text = models.TextField(_("text"), blank=True)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(default=timezone.now)
    updated_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["paragraph", "part"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["paragraph", "part"], name="paragraph_text_once"),
            known("part", TextPart, name="paragraph_text_part_known"),
        ]
        triggers: ClassVar = frozen_with_paragraph()

    def __str__(self) -> str:
        return f"{self.paragraph_id} {self.part}"
