"""Fields written by functions say what Django's templates say."""

import re

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.safestring import mark_safe

from icld_portal.widgets import Renderer, SharedSelect

HOSTILE = "\"><b>å & 'x'"
CHOICES = [("", "–"), ("a&b", HOSTILE), ("Group <1>", [("c", "C"), (3, "Tre")])]


def without_space(html: str) -> str:
    return re.sub(r">\s+<", "><", html).strip()


@pytest.mark.parametrize("value", [None, "", "a&b", HOSTILE, 3, 1234567, mark_safe("a &amp; b")])
@pytest.mark.parametrize(
    "widget",
    [
        forms.TextInput({"class": HOSTILE, "required": True, "disabled": False, "maxlength": 1000}),
        forms.HiddenInput(),
        forms.NumberInput({"min": 0}),
        forms.EmailInput(),
        forms.CheckboxInput(),
        forms.Textarea({"rows": 4}),
        forms.Select({"class": "form-select"}, choices=CHOICES),
        forms.RadioSelect(choices=CHOICES),
    ],
    ids=lambda widget: type(widget).__name__,
)
def test_a_field_reads_as_django_writes_it(widget, value):
    attrs = {"id": "id_field", "aria-describedby": HOSTILE}

    ours, djangos = (
        widget.render("fi<e>ld", value, attrs, renderer=renderer)
        for renderer in (Renderer(), TemplatesSetting())
    )

    assert without_space(ours) == without_space(djangos)


@pytest.mark.parametrize("wrap_label", [True, False])
@pytest.mark.parametrize("widget", [forms.RadioSelect, forms.CheckboxSelectMultiple])
def test_one_of_several_choices_reads_as_django_writes_it(widget, wrap_label):
    class Choosing(forms.Form):
        field = forms.MultipleChoiceField(
            choices=[("a&b", HOSTILE), (3, "Tre")], widget=widget, initial=["3"], required=False
        )

    ours, djangos = (
        [choice.tag(wrap_label=wrap_label) for choice in Choosing(renderer=renderer)["field"]]
        for renderer in (Renderer(), TemplatesSetting())
    )

    assert len(ours) == 2
    assert [html.split() for html in ours] == [html.split() for html in djangos]


def test_a_text_keeps_its_own_line_breaks():
    shown = forms.Textarea().render("text", "\none\r\ntwo ", renderer=Renderer())

    assert shown.endswith(">\n\none\r\ntwo </textarea>")


@pytest.mark.parametrize("value", [None, "", "a&b", HOSTILE, 3, "3", "gone"])
def test_a_list_shared_by_rows_reads_as_django_writes_it(value):
    choices = [(value, label) for value, label in CHOICES if not isinstance(label, list)]
    choices.append(("3", "Tre"))
    attrs = {"id": "id_field", "aria-describedby": HOSTILE}
    ours = SharedSelect({"class": "form-select"}, choices=choices)
    djangos = forms.Select({"class": "form-select"}, choices=choices)

    for name in ("lines-1-0-fi<e>ld", "lines-1-1-field"):
        written = [
            widget.render(name, value, attrs, renderer=TemplatesSetting())
            for widget in (ours, djangos)
        ]
        assert without_space(written[0]) == without_space(written[1])
