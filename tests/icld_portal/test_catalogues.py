"""Every public text exists in both languages."""

import re

import polib
import pytest

from icld_portal import catalogues

PLACES = re.compile(r"%\(\w+\)[sd]|%[sd]")


@pytest.fixture(scope="module")
def catalogue():
    return polib.pofile(str(catalogues.CATALOGUE))


def test_every_text_of_the_code_is_in_the_catalogue_and_nothing_else(catalogue):
    assert {catalogues.key_of(entry) for entry in catalogue} == set(catalogues.texts())


def test_no_text_is_empty_or_fuzzy(catalogue):
    unfinished = [
        entry.msgid
        for entry in catalogue
        if entry.fuzzy
        or entry.obsolete
        or not all((entry.msgstr_plural or {0: entry.msgstr}).values())
    ]

    assert unfinished == []


def test_a_translation_has_the_places_of_its_original(catalogue):
    broken = [
        entry.msgid
        for entry in catalogue
        for text in (entry.msgstr_plural or {0: entry.msgstr}).values()
        if set(PLACES.findall(text)) - set(PLACES.findall(entry.msgid + entry.msgid_plural))
        or set(PLACES.findall(entry.msgid)) - set(PLACES.findall(text))
    ]

    assert broken == []


def test_texts_are_found_in_templates_and_code():
    found = {text for _context, text, _plural in catalogues.texts()}

    assert {"Take up for assessment", "Something needs to be changed"} <= found
