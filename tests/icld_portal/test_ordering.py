"""Swedish order: a-z å ä ö, in the database as in Python."""

import random

import pytest
from django.db import connection
from django.db.models import Value

from icld_portal.ordering import SvKey, sv_key
from partnerships.models import Country, Organisation, Partnership

ALPHABET = " -abcdefghijklmnopqrstuvwxyzåäö"
pytestmark = pytest.mark.django_db


def in_database(name):
    return Country.objects.annotate(key=SvKey(Value(name))).values_list("key", flat=True)[0]


def by_alphabet(name):
    return [ALPHABET.index(letter) for letter in name.lower()]


def test_all_290_municipalities_stand_in_swedish_order():
    municipalities = Organisation.objects.filter(kind__code="municipality")

    names = list(municipalities.order_by(SvKey("name")).values_list("name", flat=True))

    assert len(names) == 290
    assert names == sorted(names, key=by_alphabet)
    assert (names[0], names[-1]) == ("Ale kommun", "Övertorneå kommun")


def test_organisations_and_partnerships_come_in_swedish_order_unasked():
    for model in (Organisation, Partnership):
        assert model._meta.ordering == [SvKey("name"), "pk"]


def test_python_and_database_agree():
    names = list(Organisation.objects.values_list("name", flat=True))
    random.Random(2027).shuffle(names)  # noqa: S311

    in_order = Organisation.objects.order_by(SvKey("name"), "pk").values_list("name", flat=True)

    assert sorted(names, key=sv_key) == list(in_order)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Åre", "{re"),
        ("A\u030are", "{re"),
        ("Ærø", "|r}"),
        ("São Tomé", "sao tome"),
        ("Łódź", "lodz"),
        ("İzmir Đakovo", "izmir dakovo"),
        ("Upplands-Bro", "upplands-bro"),
        ("თბილისი", "თბილისი"),
        ("", ""),
    ],
)
def test_accents_that_are_no_swedish_letters_do_not_count(name, key):
    assert (in_database(name), sv_key(name)) == (key, key)


def test_the_key_can_carry_an_index():
    with connection.cursor() as cursor:
        cursor.execute("SELECT provolatile FROM pg_proc WHERE proname = 'sv_key'")

        assert cursor.fetchall() == [("i",)]
