"""Constraints that several apps use."""

from django.db import models


def known(field: str, choices: type[models.Choices], *, name: str) -> models.CheckConstraint:
    """A constraint: ``field`` holds one of ``choices``, also when written by raw SQL."""
    condition = models.Q(**{f"{field}__in": choices.values})
    return models.CheckConstraint(condition=condition, name=name)
