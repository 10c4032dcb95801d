"""Addresses of the steering groups; their names are those of the app."""

from django.urls import include, path

from partnerships.views import decisions, elections, follow_ups, groups, seating, years

urlpatterns = [
    path("partnerships/<int:pk>/steering-group/", groups.begin_group, name="begin_group"),
    path("steering-groups/", groups.groups, name="groups"),
    path("steering-groups/file/", groups.groups_file, name="groups_file"),
    path("steering-groups/<int:pk>/", groups.group, name="group"),
    path("steering-groups/<int:pk>/change/", groups.change_group, name="change_group"),
    path("steering-groups/<int:pk>/end/", groups.end_group, name="end_group"),
    path("steering-groups/<int:pk>/open-again/", groups.open_group_again, name="open_group_again"),
    path("steering-groups/<int:pk>/delete/", groups.delete_group, name="delete_group"),
    # Seats and who sits in them
    path("steering-groups/<int:pk>/seats/", seating.seats_page, name="seats"),
    path(
        "steering-groups/<int:pk>/seats/of/<int:party_pk>/add/", groups.add_seats, name="add_seats"
    ),
    path("steering-groups/<int:pk>/seats/<int:seat_pk>/", seating.seat, name="seat"),
    path(
        "steering-groups/<int:pk>/seats/<int:seat_pk>/person/",
        seating.seat_person,
        name="seat_person",
    ),
    path("steering-groups/<int:pk>/terms/<int:term_pk>/", seating.correct_term, name="term"),
    path("steering-groups/<int:pk>/terms/<int:term_pk>/end/", seating.end_term, name="end_term"),
    path(
        "steering-groups/<int:pk>/terms/<int:term_pk>/remove/",
        seating.remove_term,
        name="remove_term",
    ),
    # What has been decided
    path("steering-decisions/", decisions.decisions, name="decisions"),
    path("steering-decisions/file/", decisions.decisions_file, name="decisions_file"),
    path("steering-groups/<int:pk>/years/<int:year>/", years.group_year, name="group_year"),
    path(
        "steering-groups/<int:pk>/years/<int:year>/file/",
        years.group_year_file,
        name="group_year_file",
    ),
    path("steering-follow-ups/", follow_ups.follow_ups, name="follow_ups"),
    path("steering-follow-ups/<int:pk>/", follow_ups.follow_up, name="follow_up"),
    # Elections, which ICLD keeps
    path("office/programme/elections/", elections.elections, name="elections"),
    path("office/programme/elections/add/", elections.add_election, name="add_election"),
    path("office/programme/elections/<int:pk>/", elections.election, name="election"),
    path(
        "office/programme/elections/<int:pk>/remove/",
        elections.remove_election,
        name="remove_election",
    ),
    # The minutes of a meeting
    path("steering-meetings/<int:pk>/minutes/", include("partnerships.minutes_urls")),
]
