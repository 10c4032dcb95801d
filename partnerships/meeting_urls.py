"""The addresses of meetings and calendars, part of those of the parties."""

from django.urls import path

from partnerships.views import agendas, calendars, meetings

urlpatterns = [
    path("steering-groups/<int:pk>/meetings/", meetings.meetings, name="meetings"),
    path("steering-groups/<int:pk>/meetings/plan/", meetings.plan, name="plan_meetings"),
    path("steering-groups/<int:pk>/calendar/", calendars.calendar, name="calendar"),
    path("steering-meetings/<int:pk>/", meetings.meeting, name="meeting"),
    path("steering-meetings/<int:pk>/change/", meetings.change, name="change_meeting"),
    path("steering-meetings/<int:pk>/call/", meetings.call, name="call_meeting"),
    path("steering-meetings/<int:pk>/cancel/", meetings.cancel, name="cancel_meeting"),
    path("steering-meetings/<int:pk>/hold/", meetings.hold, name="hold_meeting"),
    path("steering-meetings/<int:pk>/meeting.ics", calendars.meeting_file, name="meeting_file"),
    # Agenda and attendance
    path("steering-meetings/<int:pk>/agenda/", agendas.agenda_page, name="agenda"),
    path("steering-meetings/<int:pk>/agenda/take-up/", agendas.take_up, name="take_up"),
    path("steering-meetings/<int:pk>/agenda/<int:item_pk>/", agendas.item, name="agenda_item"),
    path("steering-meetings/<int:pk>/attendance/", agendas.attendance, name="attendance"),
    # Public: whoever holds the secret link of a calendar
    path("calendars/<str:token>.ics", calendars.calendar_feed, name="calendar_feed"),
]
