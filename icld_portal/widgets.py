"""Form fields written by plain functions: a budget has over a hundred of them.

Django renders each field, each of its attributes and each option of a list through a
template of its own; a page with a budget spent four fifths of its time there. The HTML is
the same, white space apart; a test compares them. Other templates go Django's way.
"""

from collections.abc import Callable, Mapping
from functools import cached_property
from html import escape
from typing import Any

from django import forms
from django.forms import BoundField
from django.forms.boundfield import BoundWidget
from django.forms.renderers import TemplatesSetting
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

Shown = Mapping[str, Any]


def escaped(value: Any) -> str:
    """Return ``value`` for HTML as Django does, without its detour for a plain text."""
    return escape(value) if type(value) is str else str(conditional_escape(value))


def attributes(widget: Shown) -> str:
    """Return the attributes as they stand in the tag: true ones bare, false ones not at all."""
    return "".join(
        f" {name}" if value is True else f' {name}="{escaped(value)}"'
        for name, value in widget["attrs"].items()
        if value is not False
    )


def input_tag(widget: Shown) -> str:
    """Return an input of any type."""
    value = widget["value"]
    shown = "" if value is None else f' value="{escaped(value)}"'
    name = escaped(widget["name"])
    return f'<input type="{widget["type"]}" name="{name}"{shown}{attributes(widget)}>'


def choice_tag(widget: Shown) -> str:
    """Return one button of a choice, in its label if it has no other."""
    if not widget["wrap_label"]:
        return input_tag(widget)
    key = widget["attrs"].get("id")
    belongs = f' for="{escaped(key)}"' if key else ""
    return f"<label{belongs}>{input_tag(widget)} {escaped(widget['label'])}</label>"


def textarea_tag(widget: Shown) -> str:
    """Return a text area; browsers drop the line break that its text begins with."""
    name, text = escaped(widget["name"]), escaped(widget["value"] or "")
    return f'<textarea name="{name}"{attributes(widget)}>\n{text}</textarea>'


def option_tag(option: Shown) -> str:
    """Return one entry of a list."""
    value, label = escaped(option["value"]), escaped(option["label"])
    return f'<option value="{value}"{attributes(option)}>{label}</option>'


def select_tag(widget: Shown) -> str:
    """Return a list to choose from, its entries in groups where they have one."""
    parts = []
    for group, options, _index in widget["optgroups"]:
        entries = "".join(map(option_tag, options))
        if group:
            entries = f'<optgroup label="{escaped(group)}">{entries}</optgroup>'
        parts.append(entries)
    name = escaped(widget["name"])
    return f'<select name="{name}"{attributes(widget)}>{"".join(parts)}</select>'


INPUTS = ("text", "hidden", "number", "email", "tel", "url", "password", "date", "checkbox")
WRITTEN: dict[str, Callable[[Shown], str]] = {
    **{f"django/forms/widgets/{kind}.html": input_tag for kind in INPUTS},
    "django/forms/widgets/input.html": input_tag,
    "django/forms/widgets/radio_option.html": choice_tag,
    "django/forms/widgets/checkbox_option.html": choice_tag,
    "django/forms/widgets/textarea.html": textarea_tag,
    "django/forms/widgets/select.html": select_tag,
}


def whole_field(field: BoundField) -> SafeString:
    """Return a field of a form: its label, help and errors, then what is filled in."""
    key, errors = escaped(field.auto_id), field.errors
    optional = escaped(_("optional")) if getattr(field.field, "optional", False) else ""
    label = escaped(field.label) + (f' <span class="quiet">({optional})</span>' if optional else "")
    said = ""
    if field.help_text:
        said = f'<div class="form-text" id="{key}_helptext">{escaped(field.help_text)}</div>'
    if errors:
        texts = "".join(f"<p>{escaped(error)}</p>" for error in errors)
        said += f'<div class="field-error" id="{key}_error">{texts}</div>'
    wrong = " field-wrong" if errors else ""
    if not field.use_fieldset:
        belongs = escaped(field.id_for_label)
        return SafeString(
            f'<div class="field{wrong}"><label class="form-label" for="{belongs}">{label}</label>'
            # The line break keeps a button that stands in the line apart from its label.
            f"{said}\n{field}</div>"
        )
    by = escaped(field.aria_describedby) if field.aria_describedby else ""
    described = f' aria-describedby="{by}"' if by else ""
    return SafeString(
        f'<div class="field{wrong}" id="{key}"><fieldset{described}>'
        f'<legend class="form-label">{label}</legend>{said}'
        f'<div class="choices">{"".join(map(_button, field))}</div></fieldset></div>'
    )


def _button(choice: BoundWidget) -> str:
    words = escaped(choice.choice_label)
    label = f'<label class="form-check-label" for="{escaped(choice.id_for_label)}">'
    return f'<div class="form-check">{choice.tag()}{label}{words}</label></div>'


class Renderer(TemplatesSetting):
    """Writes the common fields itself and leaves the others to their templates."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        """Return the HTML of a form, a field or one of its parts."""
        if written := WRITTEN.get(template_name):
            return written(context["widget"])
        return str(super().render(template_name, context, request))


class SharedSelect(forms.Select):
    """A list that every row of a table shows: its entries are written once for all of them.

    One field with this widget serves all rows; the entries have neither groups nor
    attributes, and are the same for as long as the field lives.
    """

    @cached_property
    def entries(self) -> list[tuple[str, str, str]]:
        """Each entry's value, and its HTML up to and after the place of ``selected``."""
        return [
            (
                str(value),
                f'<option value="{escaped(value)}"',
                f">{escaped(label)}</option>",
            )
            for value, label in self.choices
        ]

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        """Return the list with the entry ``value`` chosen, as Django writes it."""
        chosen = "" if value is None else str(value)
        entries = "".join(
            f"{before} selected{after}" if entry == chosen else before + after
            for entry, before, after in self.entries
        )
        own = attributes({"attrs": self.build_attrs(self.attrs, attrs)})
        return SafeString(f'<select name="{escaped(name)}"{own}>{entries}</select>')
