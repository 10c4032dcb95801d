"""Files that belong to an application, each in a named slot of its form."""

from typing import ClassVar

import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.models.application import Application, frozen_with_case
from applications.models.questions import PUBLISHED_SET, QuestionSet
from icld_portal import triggers
from icld_portal.constraints import known
from icld_portal.files import JPEG, PNG, SHOWN_IN_BROWSER
from icld_portal.localize import in_language
from partnerships.models import Organisation, User

# The slot whose files stand in for a signatory of a partner that has none here.
LETTER_OF_INTENT = "letter_of_intent"
MOST_IN_A_SLOT = 20
# The slot is one of the very form that the case answers. What was set aside may be of the form
# that a draft had before it moved to a newer version.
NOT_OF_OWN_FORM = """
    NOT EXISTS (
        SELECT 1 FROM applications_attachmentslot AS slot
        JOIN applications_answersheet AS sheet ON sheet.question_set_id = slot.question_set_id
        JOIN applications_application AS the_case ON the_case.sheet_id = sheet.id
        WHERE slot.id = NEW.slot_id AND the_case.id = NEW.application_id
    )
"""


class Need(models.TextChoices):
    """What happens when nothing is attached in a slot."""

    OPTIONAL = "optional", _("if you like")
    EXPECTED = "expected", _("expected")
    REQUIRED = "required", _("must be there")


class AttachmentSlot(models.Model):
    """One kind of file that a form asks for: part of the form's version, frozen with it."""

    called: ClassVar = _("Attachment")

    question_set = models.ForeignKey(QuestionSet, models.CASCADE, related_name="slots")
    key = models.SlugField(_("key"))
    sort_order = models.PositiveSmallIntegerField()
    name_sv = models.CharField(_("name in Swedish"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80)
    help_sv = models.TextField(_("help in Swedish"), blank=True)
    help_en = models.TextField(_("help in English"), blank=True)
    per_party = models.BooleanField(_("one from each party"), default=False)
    need = models.CharField(_("needed"), max_length=8, choices=Need.choices, default=Need.OPTIONAL)
    max_files = models.PositiveSmallIntegerField(
        _("at most files"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_IN_A_SLOT)],
        help_text=_("From each party, where each party has its own."),
    )

    class Meta:
        ordering: ClassVar = ["question_set", "sort_order"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["question_set", "key"], name="attachment_slot_key_once"
            ),
            models.UniqueConstraint(
                fields=["question_set", "sort_order"], name="attachment_slot_order_once"
            ),
            models.CheckConstraint(
                condition=Q(max_files__range=(1, MOST_IN_A_SLOT)),
                name="attachment_slot_holds_some_files",
            ),
            known("need", Need, name="attachment_slot_need_known"),
        ]
        triggers: ClassVar = [
            triggers.frozen_by(
                "published_is_frozen",
                parent="applications_questionset",
                key="question_set_id",
                condition=PUBLISHED_SET,
            ),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return in_language(self, "name")


class CurrentAttachments(models.Manager["Attachment"]):
    """The files that stand. ``application.attachments`` asks here, so that nobody forgets."""

    def get_queryset(self) -> "models.QuerySet[Attachment]":
        """Without what was replaced or removed; each with its slot."""
        return super().get_queryset().filter(set_aside_at=None).select_related("slot")


class EveryAttachment(models.Manager["Attachment"]):
    """Also those that were replaced or removed."""


class Attachment(models.Model):
    """One file, kept under a random name. What is replaced or removed stays, set aside."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="attachments")
    slot = models.ForeignKey(AttachmentSlot, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("from")
    )
    file = models.FileField(max_length=200)
    file_name = models.CharField(_("file name"), max_length=150)
    content_type = models.CharField(max_length=80)
    size_bytes = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField(default=timezone.now)
    uploaded_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    set_aside_at = models.DateTimeField(_("replaced or removed"), null=True)
    set_aside_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    replaced_by = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")

    objects = CurrentAttachments()
    ever = EveryAttachment()

    class Meta:
        ordering: ClassVar = ["application", "slot__sort_order", "organisation", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(replaced_by=None) | Q(set_aside_at__isnull=False),
                name="attachment_replaced_is_set_aside",
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["application", "-set_aside_at", "-id"],
                name="attachment_history",
                condition=Q(set_aside_at__isnull=False),
            )
        ]
        triggers: ClassVar = [
            *frozen_with_case(part="part.kind = 'slot' AND part.slot_id = %s.slot_id"),
            pgtrigger.Trigger(
                # A supplement sets files aside; what was handed in is never deleted.
                name="handed_in_file_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Delete,
                func="""
                    IF EXISTS (
                        SELECT 1 FROM applications_application AS the_case
                        WHERE the_case.id = OLD.application_id AND the_case.status <> 'draft'
                    ) THEN
                        RAISE EXCEPTION 'pgtrigger: a file of a handed-in case stays';
                    END IF;
                    RETURN OLD;
                """,
            ),
            pgtrigger.Trigger(
                name="slot_of_own_form",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=f"""
                    IF NEW.set_aside_at IS NULL AND {NOT_OF_OWN_FORM} THEN
                        RAISE EXCEPTION 'pgtrigger: the slot is of another form';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def opens_in_browser(self) -> bool:
        """Whether a browser shows it by itself."""
        return self.content_type in SHOWN_IN_BROWSER

    @property
    def is_picture(self) -> bool:
        """Whether it is a picture that stands on a page."""
        return self.content_type in (PNG, JPEG)

    @property
    def is_letter_of_intent(self) -> bool:
        """Whether it can stand in for a signatory; the slot comes with every current file."""
        return self.slot.key == LETTER_OF_INTENT
