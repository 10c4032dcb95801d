"""What became of the plan: one small form for each indicator, activity and group of people."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.models import (
    Activity,
    ActivityOutcome,
    Done,
    Indicator,
    IndicatorOutcome,
    ParticipantGroup,
    Participation,
    Report,
)
from applications.reports.plan_rows import PlannedActivity, PlannedIndicator
from icld_portal.forms import LongTextField, SafeCharField
from icld_portal.page_forms import PageForm
from partnerships.models import Organisation

COMMENT_MAX_LENGTH = 2000
MOST_PEOPLE = 999_999
SHORT_AREA = {"rows": 2}


class IndicatorForm(PageForm):
    """How far one indicator has come; a final report asks only where it ended."""

    optional = frozenset({"comment"})
    achieved = SafeCharField(label=_("Achieved in the year"), max_length=200, required=False)
    cumulative = SafeCharField(
        label=_("Achieved since the beginning"), max_length=200, required=False
    )
    comment = LongTextField(
        label=_("Comment"),
        max_length=COMMENT_MAX_LENGTH,
        required=False,
        widget=forms.Textarea(attrs=SHORT_AREA),
    )

    def __init__(self, data: Any, *, planned: PlannedIndicator, of_year: bool) -> None:
        self.planned = planned
        stored = planned.outcome
        initial = {name: getattr(stored, name) for name in self.base_fields} if stored else {}
        super().__init__(data, prefix=f"indicator-{planned.indicator.pk}", initial=initial)
        if not of_year:
            del self.fields["achieved"]

    @property
    def indicator(self) -> Indicator:
        """The indicator of the plan."""
        return self.planned.indicator

    def save(self, report: Report) -> None:
        """Write what is said of the indicator; nothing is kept where nothing is said."""
        stored = IndicatorOutcome.objects.filter(report=report, indicator=self.indicator)
        if any(self.cleaned_data.values()):
            IndicatorOutcome.objects.update_or_create(
                report=report, indicator=self.indicator, defaults=self.cleaned_data
            )
        else:
            stored.delete()


class ActivityForm(PageForm):
    """What became of one planned activity."""

    done = forms.ChoiceField(
        label=_("What became of it"),
        choices=[("", _("Choose …")), *Done.choices],
        required=False,
    )
    comment = LongTextField(
        label=_("Comment"),
        max_length=COMMENT_MAX_LENGTH,
        required=False,
        widget=forms.Textarea(attrs=SHORT_AREA),
        help_text=_("Needed when it is not done as planned: what happened, and what you do now."),
    )

    def __init__(self, data: Any, *, planned: PlannedActivity) -> None:
        self.planned = planned
        stored = planned.outcome
        initial = {name: getattr(stored, name) for name in self.base_fields} if stored else {}
        super().__init__(data, prefix=f"activity-{planned.activity.pk}", initial=initial)

    @property
    def activity(self) -> Activity:
        """The activity of the plan."""
        return self.planned.activity

    def clean(self) -> dict[str, Any]:
        """A comment stands beside what became of the activity, which is then to be said too."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("comment") and not cleaned.get("done"):
            self.add_error("done", _("Say what became of the activity; your comment is kept here."))
        return cleaned

    def save(self, report: Report) -> None:
        """Write what became of the activity; nothing is kept where nothing is said."""
        if self.cleaned_data["done"]:
            ActivityOutcome.objects.update_or_create(
                report=report, activity=self.activity, defaults=self.cleaned_data
            )
        else:
            ActivityOutcome.objects.filter(report=report, activity=self.activity).delete()


class PeopleForm(PageForm):
    """How many took part, of one group at one party."""

    women = forms.IntegerField(
        label=_("Women"), min_value=0, max_value=MOST_PEOPLE, required=False, localize=False
    )
    men = forms.IntegerField(
        label=_("Men"), min_value=0, max_value=MOST_PEOPLE, required=False, localize=False
    )
    others = forms.IntegerField(
        label=_("Others or not known"),
        min_value=0,
        max_value=MOST_PEOPLE,
        required=False,
        localize=False,
    )

    def __init__(
        self, data: Any, *, party: Organisation, group: str, stored: Participation | None
    ) -> None:
        self.party, self.group = party, group
        initial = {name: getattr(stored, name) for name in self.base_fields} if stored else {}
        super().__init__(data, prefix=f"people-{party.pk}-{group}", initial=initial)

    @property
    def label(self) -> str:
        """What the group is called."""
        return str(ParticipantGroup(self.group).label)

    def save(self, report: Report) -> None:
        """Write the figures; a row where nothing is written is not kept."""
        figures = {name: value or 0 for name, value in self.cleaned_data.items()}
        place: dict[str, Any] = {"report": report, "organisation": self.party, "group": self.group}
        if any(value is not None for value in self.cleaned_data.values()):
            Participation.objects.update_or_create(**place, defaults=figures)
        else:
            Participation.objects.filter(**place).delete()
