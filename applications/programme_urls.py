"""The addresses of what ICLD's administrators keep themselves, below /office/programme/."""

from django.urls import path

from applications.views import form_parts, form_versions, lists, offers, programme, texts

urlpatterns = [
    path("", programme.programme, name="programme"),
    path("lists/<slug:name>/", lists.entries, name="entries"),
    path("lists/<slug:name>/add/", lists.entry, name="add_entry"),
    path("lists/<slug:name>/<slug:code>/", lists.entry, name="entry"),
    path("texts/<slug:use>/", texts.texts, name="texts"),
    path("texts/<slug:kind>/begin/", texts.begin_text, name="begin_text"),
    path("texts/<slug:kind>/<int:version>/", texts.text, name="text"),
    path("texts/<slug:kind>/<int:version>/write/", texts.edit_text, name="edit_text"),
    path(
        "texts/<slug:kind>/<int:version>/difference/",
        texts.text_difference,
        name="text_difference",
    ),
    path("texts/<slug:kind>/<int:version>/publish/", texts.publish_text, name="publish_text"),
    path(
        "texts/<slug:kind>/<int:version>/throw-away/",
        texts.throw_away_text,
        name="throw_away_text",
    ),
    path("forms/", form_versions.forms, name="forms"),
    path(
        "forms/<slug:purpose>/<slug:grant_type>/begin/",
        form_versions.begin_form,
        name="begin_form",
    ),
    path(
        "forms/<slug:purpose>/<slug:grant_type>/<int:version>/",
        form_versions.form,
        name="form",
    ),
    path(
        "forms/<slug:purpose>/<slug:grant_type>/<int:version>/difference/",
        form_versions.form_difference,
        name="form_difference",
    ),
    path(
        "forms/<slug:purpose>/<slug:grant_type>/<int:version>/publish/",
        form_versions.publish_form,
        name="publish_form",
    ),
    path(
        "forms/<slug:purpose>/<slug:grant_type>/<int:version>/throw-away/",
        form_versions.throw_away_form,
        name="throw_away_form",
    ),
    path(
        "forms/<slug:purpose>/<slug:grant_type>/<int:version>/offer/",
        offers.offer_form,
        name="offer_form",
    ),
    path(
        "forms/<slug:purpose>/<slug:grant_type>/<int:version>/title/",
        form_parts.form_title,
        name="form_title",
    ),
    path(
        "forms/<slug:purpose>/<slug:grant_type>/<int:version>/sections/add/",
        form_parts.add_section,
        name="add_section",
    ),
    path(
        "forms/<slug:purpose>/<slug:grant_type>/<int:version>/sections/<slug:key>/",
        form_parts.form_section,
        name="form_section",
    ),
    path(
        "forms/<slug:purpose>/<slug:grant_type>/<int:version>/sections/<slug:key>/change/",
        form_parts.change_section,
        name="change_section",
    ),
    path(
        "forms/<slug:purpose>/<slug:grant_type>/<int:version>/sections/<slug:key>/questions/add/",
        form_parts.add_question,
        name="add_question",
    ),
    path(
        "forms/<slug:purpose>/<slug:grant_type>/<int:version>/slots/add/",
        form_parts.form_slot,
        name="add_slot",
    ),
    path(
        "forms/<slug:purpose>/<slug:grant_type>/<int:version>/slots/<slug:key>/",
        form_parts.form_slot,
        name="form_slot",
    ),
    path(
        "forms/<slug:purpose>/<slug:grant_type>/<int:version>/slots/<slug:key>/change/",
        form_parts.change_slot,
        name="change_slot",
    ),
    path(
        "forms/<slug:purpose>/<slug:grant_type>/<int:version>/questions/<slug:key>/",
        form_parts.form_question,
        name="form_question",
    ),
    path(
        "forms/<slug:purpose>/<slug:grant_type>/<int:version>/questions/<slug:key>/change/",
        form_parts.change_question,
        name="change_question",
    ),
]
