"""Forms of the work list: saving a view, and choosing columns."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.models import SavedView
from applications.models.views import VIEW_NAME_MAX_LENGTH
from icld_portal.forms import SafeCharField
from icld_portal.page_forms import PageForm
from partnerships.models import User

# More than anybody finds their way among.
VIEWS_MAX = 50


class ViewForm(PageForm):
    """What a view is called, and who sees it."""

    name = SafeCharField(
        label=gettext_lazy("Name of the view"),
        max_length=VIEW_NAME_MAX_LENGTH,
        error_messages={"required": gettext_lazy("Give the view a name.")},
    )
    shared = forms.BooleanField(label=gettext_lazy("Share it with colleagues"), required=False)

    def __init__(self, owner: User, view: SavedView | None = None, data: Any = None) -> None:
        initial = {"name": view.name, "shared": view.shared} if view else {}
        super().__init__(data, initial=initial)
        self.owner, self.view = owner, view

    def clean_name(self) -> str:
        """Refuse a name that another view of the same person has."""
        name: str = self.cleaned_data["name"]
        others = self.owner.saved_views.all()
        if self.view:
            others = others.exclude(pk=self.view.pk)
        if others.filter(name=name).exists():
            raise forms.ValidationError(
                _("You have a view called “%(name)s” already."), params={"name": name}
            )
        if self.view is None and others.count() >= VIEWS_MAX:
            raise forms.ValidationError(
                _("You have %(number)d views already. Remove one first."),
                params={"number": VIEWS_MAX},
            )
        return name


class FileForm(PageForm):
    """What kind of file is made of the cases."""

    format = forms.ChoiceField(
        label=gettext_lazy("Kind of file"),
        choices=[
            ("xlsx", gettext_lazy("Spreadsheet (XLSX)")),
            ("csv", gettext_lazy("Table as text (CSV)")),
            ("pdf", gettext_lazy("List to print (PDF)")),
            ("zip", gettext_lazy("The papers of each case (ZIP)")),
        ],
        initial="xlsx",
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose a kind of file.")},
    )
    answers = forms.BooleanField(
        label=gettext_lazy("With all answers, one column for each question"),
        help_text=gettext_lazy("For a spreadsheet or a table as text."),
        required=False,
    )

    def format_label(self) -> str:
        """The chosen kind in words."""
        fields: Any = self.fields["format"]
        return str(dict(fields.choices)[self.cleaned_data["format"]])

    def clean(self) -> dict[str, Any]:
        """Refuse answers in a kind of file that has no columns for them."""
        if self.cleaned_data.get("answers") and self.cleaned_data.get("format") in {"pdf", "zip"}:
            self.add_error("answers", _("Only a spreadsheet or a table as text holds all answers."))
        return self.cleaned_data
