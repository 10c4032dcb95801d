"""How a person wants to be told, topic by topic."""

from typing import Any

from django import forms

from icld_portal.models import Delivery, NoticeChoice, Topic
from icld_portal.page_forms import PageForm
from partnerships.models import User


class NoticeForm(PageForm):
    """One question for each topic."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = dict(NoticeChoice.objects.filter(user=user).values_list("topic", "delivery"))
        for topic in Topic:
            field = forms.ChoiceField(
                label=topic.label,
                choices=Delivery.choices,
                initial=chosen.get(topic, Delivery.AT_ONCE),
                widget=forms.RadioSelect,
            )
            self.add_field(topic.value, field)

    def save(self, user: User) -> None:
        """Keep what was chosen for every topic."""
        for topic in Topic:
            NoticeChoice.objects.update_or_create(
                user=user, topic=topic, defaults={"delivery": self.cleaned_data[topic.value]}
            )
