"""Writing a comment: the text, and whom to tell."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.models import Question, QuestionSet, Section
from applications.models.comments import COMMENT_MAX_LENGTH
from icld_portal.forms import LongTextField
from icld_portal.page_forms import PageForm
from partnerships.models import User

NOBODY = ("", _("nobody in particular"))


class CommentForm(PageForm):
    """A comment. One person is chosen from the list; more are named with @ in the text."""

    optional: ClassVar[frozenset[str]] = frozenset({"tell"})

    text = LongTextField(
        label=_("Comment"),
        max_length=COMMENT_MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write something.")},
        help_text=_("Write @ and a name to tell somebody by e-mail, for example @Anna."),
    )
    tell = forms.ChoiceField(label=_("Tell by e-mail"), required=False)

    def __init__(self, data: Any = None, *, people: Sequence[User], by: User) -> None:
        super().__init__(data)
        self.people = {str(one.pk): one for one in people if one.pk != by.pk}
        field = self.fields["tell"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        field.choices = [NOBODY, *((key, one.name) for key, one in self.people.items())]

    def told(self) -> User | None:
        """The person chosen from the list."""
        return self.people.get(self.cleaned_data["tell"])


class NewThreadForm(CommentForm):
    """A comment that begins a thread: beside which part or question it stands."""

    def __init__(
        self,
        data: Any = None,
        *,
        people: Sequence[User],
        by: User,
        form: QuestionSet,
        about: str = "",
    ) -> None:
        super().__init__(data, people=people, by=by)
        self.places: dict[str, tuple[Section, Question | None]] = {}
        choices: list[tuple[str, str]] = []
        for section in form.sections.all():
            self.places[section.key] = (section, None)
            choices.append((section.key, str(section)))
            for question in section.questions.all():
                key = f"{section.key}.{question.key}"
                self.places[key] = (section, question)
                choices.append((key, f"– {question}"))
        initial = about if about in self.places else choices[0][0]
        self.add_field("about", forms.ChoiceField(label=_("About"), choices=choices))
        self.initial["about"] = initial
        self.order_fields(["about", "text", "tell"])

    def place(self) -> tuple[Section, Question | None]:
        """What the comment stands beside."""
        return self.places[self.cleaned_data["about"]]
