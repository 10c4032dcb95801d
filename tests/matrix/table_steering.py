"""The rows of steering groups, their meetings, minutes and decisions."""

from tests.matrix.rows import Row

READERS = "parties=200 icld=200"
# Either party's writers run the group; whoever else may read it writes nothing there.
RUNNERS = "writers=200 parties=403 icld=403"
RUNNERS_DO = "writers=302! parties=403 icld=403"
# Whoever sits in the group writes the minutes too, and who was there.
WRITERS = "writers=200 swedish-steering=200 partner-steering=200 parties=403 icld=403"
TIMES = {"starts": "10:00", "ends": "12:00", "zone": "Europe/Stockholm", "language": "sv"}

MEETINGS = {
    "partnerships:meetings": Row("/steering-groups/{steering_group}/meetings/", get=READERS),
    "partnerships:plan_meetings": Row(
        "/steering-groups/{steering_group}/meetings/plan/",
        get=RUNNERS,
        post=RUNNERS_DO,
        data={**TIMES, "day_1": "2032-04-15"},
    ),
    "partnerships:meeting": Row("/steering-meetings/{coming_meeting}/", get=READERS),
    # Those abroad have opened the page by another clock: another mark of what they saw.
    "partnerships:change_meeting": Row(
        "/steering-meetings/{coming_meeting}/change/",
        get=RUNNERS,
        post="swedish-writers=302! writers=422 parties=403 icld=403",
        data={**TIMES, "day": "2032-04-15", "seen": "{meeting_seen}"},
    ),
    "partnerships:call_meeting": Row(
        "/steering-meetings/{coming_meeting}/call/", get=RUNNERS, post=RUNNERS_DO
    ),
    "partnerships:cancel_meeting": Row(
        "/steering-meetings/{coming_meeting}/cancel/", get=RUNNERS, post=RUNNERS_DO
    ),
    "partnerships:hold_meeting": Row("/steering-meetings/{begun_meeting}/hold/", post=RUNNERS_DO),
    "partnerships:meeting_file": Row(
        "/steering-meetings/{coming_meeting}/meeting.ics", get=READERS
    ),
    "partnerships:agenda": Row(
        "/steering-meetings/{coming_meeting}/agenda/",
        get=RUNNERS,
        post=RUNNERS_DO,
        data={"title": "Budget", "note": ""},
    ),
    "partnerships:take_up": Row(
        "/steering-meetings/{coming_meeting}/agenda/take-up/",
        post=RUNNERS_DO,
        data={"matter": "{waiting_matter}"},
    ),
    "partnerships:agenda_item": Row(
        "/steering-meetings/{coming_meeting}/agenda/{agenda_item}/",
        get=RUNNERS,
        post=RUNNERS_DO,
        data={"wish": "remove"},
    ),
    "partnerships:attendance": Row(
        "/steering-meetings/{held_meeting}/attendance/",
        get=WRITERS,
        post=WRITERS.replace("200", "302!"),
        data={"guests": "Interpreter", "seen": "{attendance_seen}"},
    ),
    "partnerships:calendar": Row(
        "/steering-groups/{steering_group}/calendar/",
        get=READERS,
        post=READERS.replace("200", "200!"),
        data={"wish": "make"},
    ),
    # Whoever holds the secret link of one person.
    "partnerships:calendar_feed": Row("/calendars/{calendar_token}.ics", get="*=200"),
}

WRITTEN = "/steering-meetings/{held_meeting}/minutes/"
STANDS = "/steering-meetings/{verified_meeting}/minutes/"


def keepers(answer: str) -> str:
    """Those who write minutes get ``answer``, other readers are refused."""
    return WRITERS.replace("200", answer)


MINUTES = {
    "partnerships:minutes": Row(WRITTEN, get=READERS),
    "partnerships:write_minutes": Row(
        f"{WRITTEN}write/",
        get=keepers("200"),
        post=keepers("302!"),
        data={
            "heading-{held_paragraph}": "Ny rubrik",
            "seen-heading-{held_paragraph}": "1.x",
            "discussion-{held_paragraph}": "Vi talade.",
            "seen-discussion-{held_paragraph}": "",
            "decision-{held_paragraph}": "",
            "seen-decision-{held_paragraph}": "",
        },
    ),
    "partnerships:verify_minutes": Row(
        f"{WRITTEN}verify/",
        # Who sits for a party; none of them has set up a second factor.
        get="swedish-steering=200 partner-steering=200 parties=403 icld=403",
        post="swedish-steering=422 partner-steering=422 parties=403 icld=403",
        data={"sha256": "{held_sha256}", "code": "{code}"},
    ),
    "partnerships:minutes_paper": Row(f"{STANDS}paper/sv/", get="parties=202 icld=202"),
    "partnerships:begin_paragraph": Row(
        f"{WRITTEN}paragraphs/", post=keepers("302!"), data={"heading": "Ny fråga"}
    ),
    "partnerships:paragraph_decision": Row(
        f"{WRITTEN}paragraphs/{{held_paragraph}}/decision/",
        get=keepers("200"),
        # The mark of what stood there is missing: shown again beside it.
        post=keepers("422!"),
        data={"matter": "free", "title": "Vatten"},
    ),
    "partnerships:remove_paragraph": Row(
        f"{WRITTEN}paragraphs/{{held_paragraph}}/remove/",
        get=keepers("200"),
        post=keepers("302!"),
    ),
    "partnerships:take_back_striking": Row(
        f"{WRITTEN}paragraphs/{{held_paragraph}}/stand-again/", post=keepers("302!")
    ),
    "partnerships:save_minute_text": Row(
        f"{WRITTEN}paragraphs/{{held_paragraph}}/texts/discussion/",
        post=keepers("200!"),
        data={
            "discussion-{held_paragraph}": "Vi talade.",
            "seen-discussion-{held_paragraph}": "",
            "writer": "",
        },
    ),
    "partnerships:minute_history": Row(
        f"{WRITTEN}paragraphs/{{held_paragraph}}/texts/heading/history/", get="parties=200"
    ),
    "partnerships:restore_minute_text": Row(
        f"{WRITTEN}paragraphs/{{held_paragraph}}/texts/heading/restore/",
        post="writers=302! swedish-steering=302! partner-steering=302! parties=403",
        data={"version": "1", "seen": "1"},
    ),
}

STEERING = {
    "applications:citations": Row(
        "/applications/{case}/decisions/",
        get={"draft": "parties=200", "submitted assessed decided": "parties=200 icld=200"},
    ),
    "applications:cite": Row(
        "/applications/{case}/decisions/cite/",
        post={"draft": "writers=302! parties=403", "submitted": "parties=302 icld=302"},
        data={"decision": "{decision}"},
    ),
    "applications:uncite": Row(
        "/applications/{case}/decisions/uncite/",
        post={"draft": "writers=302! parties=403", "submitted": "parties=302 icld=302"},
        data={"decision": "{decision}"},
    ),
    # Whoever reads no group has a list without rows, of which no file is made.
    "partnerships:decisions": Row("/steering-decisions/", get="*=200"),
    "partnerships:decisions_file": Row(
        "/steering-decisions/file/",
        post="parties=302! icld=302! *=302",
        data={"format": "csv", "query": ""},
    ),
    "partnerships:group_year": Row("/steering-groups/{steering_group}/years/2026/", get=READERS),
    "partnerships:group_year_file": Row(
        "/steering-groups/{steering_group}/years/2026/file/",
        post="parties=302! icld=302!",
        data={"language": "en"},
    ),
    "partnerships:follow_ups": Row("/steering-follow-ups/", get="*=200"),
    # The Swedish member of the group is responsible; both parties' writers run it.
    "partnerships:follow_up": Row(
        "/steering-follow-ups/{follow_up}/",
        get=READERS,
        post="writers=302! swedish-steering=302! parties=403 icld=403",
        data={"note": "Done."},
    ),
    **MEETINGS,
    **MINUTES,
}
