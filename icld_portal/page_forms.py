"""Forms as our pages show them: help before the field, errors beside it, nothing lost."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms

from icld_portal.problems import Problem

CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxSelectMultiple, "form-check-input"),
    (forms.RadioSelect, "form-check-input"),
    (forms.CheckboxInput, "form-check-input"),
    (forms.Select, "form-select"),
    (forms.HiddenInput, ""),
    (forms.Widget, "form-control"),
)


class PageForm(forms.Form):
    """A form whose fields crispy draws by our template ``bootstrap5/field.html``.

    The browser's own ``required`` is off: a draft with gaps must reach the server.
    ``optional`` names the fields that say so beside their label.
    """

    use_required_attribute = False
    optional: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            dress(field)
            field.optional = name in self.optional  # type: ignore[attr-defined]

    def show(self, problems: Iterable[Problem]) -> None:
        """Say each problem beside the field it is about, else above the form."""
        for problem in problems:
            self.add_error(problem.anchor if problem.anchor in self.fields else None, problem.text)

    def add_field(self, name: str, field: forms.Field, *, optional: bool = False) -> None:
        """Add a field that is known only when the form is made."""
        dress(field)
        field.optional = optional  # type: ignore[attr-defined]
        self.fields[name] = field


def dress(field: forms.Field) -> None:
    """Give a field the class under which our style sheet knows its kind."""
    css = next(css for kind, css in CLASSES if isinstance(field.widget, kind))
    own = field.widget.attrs.get("class", "")
    if css and css not in own.split():
        field.widget.attrs["class"] = f"{own} {css}".strip()
