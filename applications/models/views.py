"""How people at ICLD arrange their work list: saved views, columns, where it opens."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnerships.models import User

VIEW_NAME_MAX_LENGTH = 60
QUERY_MAX_LENGTH = 1_000
COLUMN_MAX_LENGTH = 16


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    """Phrases about saved views."""

    def visible_to(self, user: User) -> "SavedViewQuerySet":
        """One's own and, inside ICLD, those that colleagues share; one's own come first."""
        if not user.office:
            return self.none()
        own = Q(owner=user)
        return self.filter(own | Q(shared=True)).order_by(
            models.Case(models.When(own, then=0), default=1), "name", "pk"
        )


class SavedView(models.Model):
    """A choice of filters, order and columns under a name.

    ``query`` is what stands in the address; it was understood when the view was saved, and
    is held against today's filters when it is opened. No columns means the reader's own.
    """

    owner = models.ForeignKey(User, models.CASCADE, related_name="saved_views")
    name = models.CharField(_("name"), max_length=VIEW_NAME_MAX_LENGTH)
    query = models.CharField(max_length=QUERY_MAX_LENGTH, blank=True)
    columns = ArrayField(
        models.CharField(max_length=COLUMN_MAX_LENGTH), default=list, blank=True, size=20
    )
    shared = models.BooleanField(_("shared with colleagues"), default=False)
    saved_at = models.DateTimeField(default=timezone.now)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "name"], name="saved_view_name_once"),
            models.CheckConstraint(condition=~Q(name=""), name="saved_view_has_name"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["name"], name="saved_view_shared", condition=Q(shared=True))
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The work list as the view shows it."""
        query = QueryDict(self.query).copy()
        query["view"] = str(self.pk)
        return f"{reverse('applications:worklist')}?{query.urlencode()}"


class ListHabit(models.Model):
    """What one person has chosen for the work list, until they choose otherwise."""

    person = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="list_habit")
    columns = ArrayField(
        models.CharField(max_length=COLUMN_MAX_LENGTH), default=list, blank=True, size=20
    )
    default_view = models.ForeignKey(
        SavedView, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    def __str__(self) -> str:
        return str(self.person_id)
