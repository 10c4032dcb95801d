"""The connection to Postgres: what is asked often is prepared, what is watched stays watched."""

import pghistory
import pgtrigger
import pytest
from django.db import connection

from icld_portal.database.base import MOST_PREPARED, PREPARE_AFTER
from partnerships.models import Membership, Role, User

pytestmark = pytest.mark.django_db
OFTEN = range(PREPARE_AFTER + 2)


def test_what_is_asked_often_is_prepared_whatever_it_asks_for():
    for number in OFTEN:
        list(User.objects.filter(name=f"Test {number}sson").values_list("pk"))

    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        statements = [statement for (statement,) in cursor.fetchall()]
    assert sum('"partnerships_user"."name" = $1' in one for one in statements) == 1, statements


def test_no_more_are_kept_than_the_server_should_hold():
    connection.ensure_connection()
    assert connection.connection.prepared_max == MOST_PREPARED


def contexts_of(membership: Membership) -> list[str]:
    rows = pghistory.models.Events.objects.tracks(membership).order_by("pgh_created_at")
    return [(row.pgh_context or {}).get("url", "") for row in rows]


def test_each_change_has_its_own_context_though_the_statement_is_prepared(coordinator):
    membership = coordinator.memberships.get()

    for number, role in enumerate([Role.MEMBER, Role.SIGNATORY, Role.STEERING, Role.FINANCE] * 2):
        membership.role = role
        with pghistory.context(url=f"/{number}/"):
            membership.save()

    assert contexts_of(membership)[-8:] == [f"/{number}/" for number in range(8)]


def test_a_trigger_that_is_set_aside_watches_again_afterwards(coordinator):
    membership = coordinator.memberships.get()
    before = len(contexts_of(membership))

    with pghistory.context(url="/aside/"), pgtrigger.ignore():
        for role in [Role.MEMBER, Role.SIGNATORY] * 3:
            membership.role = role
            membership.save()
    assert len(contexts_of(membership)) == before

    membership.role = Role.STEERING
    membership.save()
    assert len(contexts_of(membership)) == before + 1
