"""The matrix: what every route of the portal answers to whom. A new route needs a row here.

    "app:name": Row("/address/{case}/", get="writers=200 parties=403", post=…, data=…)

Read ``tests/matrix/rows.py`` for the cells, ``people.py`` for their words and ``world.py``
for the words of addresses. Whoever a cell does not name gets 404; a route's policy answers
before the cell does. Give ``data`` with which the deed really happens.
"""

from icld_portal.models import Topic
from tests.matrix.groups import GROUPS
from tests.matrix.rows import Row
from tests.matrix.table_accounts import ACCOUNTS
from tests.matrix.table_agreements import AGREEMENTS
from tests.matrix.table_audits import AUDITS
from tests.matrix.table_cases import CASES
from tests.matrix.table_changes import CHANGES
from tests.matrix.table_endings import ENDINGS
from tests.matrix.table_overview import OVERVIEWS
from tests.matrix.table_payments import PAYMENTS
from tests.matrix.table_report_accounts import ACCOUNTS_OF_REPORTS
from tests.matrix.table_reports import CONTROLS, REPORTS
from tests.matrix.table_steering import STEERING

EVERYBODY = "*=200"
HAS_LOGIN = "parties=200 other=200 icld=200 outside=200 removed=200 invited=200 auditor=200"

PUBLIC = {
    "start": Row("/", get=EVERYBODY),
    "accessibility": Row("/accessibility/", get=EVERYBODY),
    "set_language": Row("/language/", post="*=302", data={"language": "en"}),
    "healthz": Row("/healthz", get=EVERYBODY),
    "readyz": Row("/readyz", get=EVERYBODY),
    "finance:guidelines": Row("/guidelines/", get=EVERYBODY),
    "applications:questions": Row("/questions/", get=EVERYBODY),
    "applications:question_set": Row("/questions/{grant_type}/", get=EVERYBODY),
    "applications:eligibility": Row(
        "/may-we-apply/", get=EVERYBODY, post="*=422", data={"kind": "municipality"}
    ),
}

LISTS = {
    "home": Row("/home/", get=f"no-factor=302 icld=302 outside=302 {HAS_LOGIN}"),
    "prepared_files": Row("/prepared/", get=HAS_LOGIN),
    "prepared": Row("/prepared/{own_file}/", get="swedish-coordinator=200"),
    "prepared_file": Row("/prepared/{own_file}/file/", get="swedish-coordinator=200"),
    "applications:applications": Row("/applications/", get=HAS_LOGIN),
    "applications:new": Row(
        "/applications/new/",
        get="writers=200 other-writers=200 *=403",
        post="writers=302! other-writers=422 *=403",
        data={"partnership": "{partnership}", "grant_type": "{grant_type}", "language": "sv"},
    ),
    "applications:messages": Row("/messages/", get=HAS_LOGIN),
    # The parties of a draft have asked ICLD for help; looking marks it as read.
    "applications:thread": Row(
        "/messages/{thread}/",
        get="swedish-coordinator=200 parties=200! icld=200!",
        post="penholders=302! parties=403 answering=302! icld=403",
        data={"text": "Answer.", "key": "00000000-0000-4000-8000-000000000001"},
    ),
    "applications:message_file": Row(
        "/messages/{thread}/files/{message_file}/", get="parties=200 icld=200"
    ),
    "applications:remove_message_file": Row(
        "/messages/{thread}/files/{message_file}/remove/",
        get="keepers=200 icld=403",
        post="keepers=302! icld=403",
        data={"why": "Skadlig."},
    ),
    "applications:notices": Row("/notices/", get=HAS_LOGIN),
    # Opening one's own marks it as read.
    "applications:notice": Row("/notices/{notice}/", get="swedish-coordinator=200!"),
    "applications:read_notices": Row(
        "/notices/read/", post=f"swedish-coordinator=302! {HAS_LOGIN.replace('200', '302')}"
    ),
    "applications:notice_settings": Row(
        "/account/notices/",
        get=HAS_LOGIN,
        post=HAS_LOGIN.replace("200", "302!"),
        data=dict.fromkeys(Topic.values, "digest"),
    ),
    "finance:grants": Row("/grants/", get=HAS_LOGIN),
    "finance:grant": Row("/grants/{grant}/", get="parties=200 icld=200"),
}

PARTIES = {
    "partnerships:organisations": Row("/organisations/", get=HAS_LOGIN),
    "partnerships:organisation": Row("/organisations/{robertsfors}/", get=HAS_LOGIN),
    "partnerships:partnerships": Row("/partnerships/", get=HAS_LOGIN),
    "partnerships:new": Row(
        "/partnerships/new/",
        get="swedish-writers=200 other-writers=200 *=403",
        post="swedish-writers=302! other-writers=422 *=403",
        data={"name": "Ny", "swedish": "{robertsfors}", "partners": "{poti}"},
    ),
    "partnerships:partnership": Row("/partnerships/{partnership}/", get="parties=200 icld=200"),
    "partnerships:members": Row("/organisations/{robertsfors}/people/", get="swedish=200 icld=200"),
    "partnerships:invite": Row(
        "/organisations/{robertsfors}/people/invite/",
        get="swedish-administrator=200 icld-office_administrator=200 *=403",
        post="swedish-administrator=302! icld-office_administrator=302! *=403",
        data={"email": "new@example.org", "roles": "member", "language": "sv"},
    ),
    "partnerships:member": Row(
        "/organisations/{robertsfors}/people/{colleague}/",
        get="swedish-administrator=200 swedish=403 icld=403",
        post="swedish-administrator=302! swedish=403 icld=403",
        data={"roles": "finance"},
    ),
    "partnerships:hand_over": Row(
        "/organisations/{robertsfors}/people/{colleague}/hand-over/",
        post="swedish-administrator=302! swedish=403 icld=403",
        data={"to": "{successor}"},
    ),
    "partnerships:remove_member": Row(
        "/organisations/{robertsfors}/people/{colleague}/remove/",
        post="swedish-administrator=302! swedish=403 icld=403",
        data={"sure": "yes"},
    ),
    "partnerships:resend_invitation": Row(
        "/organisations/invitations/{invitation}/resend/",
        post="swedish-administrator=302! swedish=403 icld=403",
    ),
    "partnerships:revoke_invitation": Row(
        "/organisations/invitations/{invitation}/revoke/",
        post="swedish-administrator=302! swedish=403 icld=403",
    ),
    "partnerships:act_for": Row(
        "/act-for/", post="swedish=302", data={"organisation": "{robertsfors}"}
    ),
    # The letter's link shows who invites; only the invited person accepts, and by a POST.
    "partnerships:invitation": Row(
        "/invitations/{token}/", get=EVERYBODY, post="invited=302! *=403"
    ),
    "partnerships:profile": Row(
        "/organisations/{robertsfors}/profile/",
        get=(
            "swedish-administrator=200 swedish-coordinator=200 swedish-project_manager=200 "
            "swedish=403 icld=403"
        ),
        post=(
            "swedish-administrator=302! swedish-coordinator=302! swedish-project_manager=302! "
            "swedish=403 icld=403"
        ),
        data={"contact_name": "Test"},
    ),
    "partnerships:add_partner": Row(
        "/organisations/add/",
        get="swedish-writers=200 other-writers=200 *=403",
        post="swedish-writers=302! other-writers=302! *=403",
        data={"name": "Batumi", "country": "{country}", "kind": "{kind}"},
    ),
    "partnerships:unchecked": Row("/office/organisations/", get="keepers=200"),
    "partnerships:check_organisation": Row(
        "/office/organisations/{added}/",
        get="keepers=200",
        post="keepers=302!",
        data={"name": "Kutaisi", "country": "{country}", "kind": "{kind}"},
    ),
    "partnerships:merge_organisation": Row(
        "/office/organisations/{added}/merge/",
        get="keepers=200",
        post="keepers=302!",
        data={"into": "{poti}"},
    ),
    "partnerships:refuse_organisation": Row(
        "/office/organisations/{added}/refuse/",
        post="keepers=302!",
        data={"reason": "It governs nobody."},
    ),
}

OFFICE = {
    "applications:worklist": Row("/office/applications/", get="icld=200"),
    "applications:worklist_file": Row(
        "/office/applications/file/?pick={handed_in}",
        get="icld=200",
        post="icld=302!",
        data={"pick": "{handed_in}", "format": "csv"},
    ),
    "applications:assign_many": Row(
        "/office/applications/assign/?pick={handed_in}",
        get="keepers=200",
        post="keepers=302!",
        data={"order": "{handed_in}:{officer}:-"},
    ),
    "applications:choose_columns": Row(
        "/office/applications/columns/", post="icld=302!", data={"column": "title"}
    ),
    "applications:saved_views": Row("/office/applications/views/", get="icld=200"),
    "applications:save_view": Row(
        "/office/applications/views/save/",
        get="icld=200",
        post="icld=302!",
        data={"name": "Waiting", "query": "status=submitted"},
    ),
    "applications:open_with": Row(
        "/office/applications/views/open-with/", post="icld=302!", data={"view": ""}
    ),
    # Shared with all of ICLD, and its owner's alone to change.
    "applications:change_view": Row(
        "/office/applications/views/{saved_view}/",
        get="icld-officer=200",
        post="icld-officer=302!",
        data={"name": "Mine"},
    ),
    "applications:remove_view": Row(
        "/office/applications/views/{saved_view}/remove/",
        post="icld-officer=302!",
        data={"sure": "yes"},
    ),
    "applications:prolong": Row(
        "/office/prolong/",
        get="icld=200",
        post="icld=302!",
        data={"code": "{draft_code}", "deadline_on": "{later}", "reason": "Storm."},
    ),
    "applications:rounds": Row("/office/rounds/", get="icld=200"),
    "applications:make_rounds": Row(
        "/office/rounds/make/", post="icld=302!", data={"year": "2031"}
    ),
    "applications:open_all_year": Row(
        "/office/rounds/open-all-year/{grant_type}/",
        post="icld=302!",
        data={"open_all_year": "yes"},
    ),
    "applications:change_round": Row(
        "/office/rounds/{round}/",
        get="icld=200",
        post="icld=302!",
        data={
            "opens_on": "{opens}",
            "deadline_on": "{later}",
            "note_sv": "Senare.",
            "note_en": "Later.",
        },
    ),
}

A_VERSION = "/office/programme/guidelines/{version}/"

# ICLD reads the versions of the guidelines, and its administrators write the draft. Those
# forms send the mark of what they were opened over; without it nothing is saved.
PROGRAMME = {
    "applications:programme": Row("/office/programme/", get="icld=200"),
    "finance:versions": Row("/office/programme/guidelines/", get="icld=200"),
    "finance:begin_version": Row("/office/programme/guidelines/begin/", post="icld=302"),
    "finance:version": Row(A_VERSION, get="icld=200"),
    "finance:version_general": Row(f"{A_VERSION}general/", get="icld=200", post="icld=422"),
    "finance:version_amounts": Row(
        f"{A_VERSION}amounts/{{grant_type}}/", get="icld=200", post="icld=422"
    ),
    "finance:add_category": Row(f"{A_VERSION}costs/add/", get="icld=200", post="icld=422"),
    "finance:version_category": Row(f"{A_VERSION}costs/travel/", get="icld=200", post="icld=422"),
    "finance:change_category": Row(
        f"{A_VERSION}costs/travel/change/", post="icld=302!", data={"wish": "up"}
    ),
    "finance:version_difference": Row(f"{A_VERSION}difference/", get="icld=200"),
    "finance:publish_version": Row(f"{A_VERSION}publish/", get="icld=200", post="icld=302!"),
    "finance:throw_away_version": Row(f"{A_VERSION}throw-away/", get="icld=200", post="icld=302!"),
}

ENTRIES = "/office/programme/lists/countries/"

# The closed lists, likewise.
CLOSED_LISTS = {
    "applications:entries": Row(ENTRIES, get="icld=200"),
    "applications:add_entry": Row(f"{ENTRIES}add/", get="icld=200", post="icld=422"),
    "applications:entry": Row(f"{ENTRIES}KE/", get="icld=200", post="icld=422"),
}

FORMS = "/office/programme/forms/application/{grant_type}/"
A_FORM = f"{FORMS}{{form}}/"
A_QUESTION = f"{A_FORM}questions/{{form_question}}/"
A_SECTION = f"{A_FORM}sections/{{form_section}}/"

# The versions of the forms, in the same way.
QUESTIONS = {
    "applications:forms": Row("/office/programme/forms/", get="icld=200"),
    "applications:begin_form": Row(f"{FORMS}begin/", post="icld=302"),
    "applications:form": Row(A_FORM, get="icld=200"),
    "applications:form_difference": Row(f"{A_FORM}difference/", get="icld=200"),
    "applications:publish_form": Row(f"{A_FORM}publish/", get="icld=200", post="icld=302!"),
    "applications:throw_away_form": Row(f"{A_FORM}throw-away/", get="icld=200", post="icld=302!"),
    "applications:form_title": Row(f"{A_FORM}title/", get="icld=200", post="icld=422"),
    "applications:add_section": Row(f"{A_FORM}sections/add/", get="icld=200", post="icld=422"),
    "applications:form_section": Row(A_SECTION, get="icld=200", post="icld=422"),
    "applications:change_section": Row(
        f"{A_SECTION}change/", post="icld=302!", data={"wish": "down"}
    ),
    "applications:add_question": Row(f"{A_SECTION}questions/add/", get="icld=200", post="icld=422"),
    "applications:form_question": Row(A_QUESTION, get="icld=200", post="icld=422"),
    "applications:offer_form": Row(
        "/office/programme/forms/application/project/{in_force}/offer/",
        get="icld=200",
        post="icld=302",
    ),
    "applications:add_slot": Row(f"{A_FORM}slots/add/", get="icld=200", post="icld=422"),
    "applications:form_slot": Row(
        f"{A_FORM}slots/letter_of_intent/", get="icld=200", post="icld=422"
    ),
    "applications:change_slot": Row(
        f"{A_FORM}slots/letter_of_intent/change/", post="icld=302!", data={"wish": "remove"}
    ),
    "applications:change_question": Row(
        f"{A_QUESTION}change/", post="icld=302!", data={"wish": "remove"}
    ),
}

A_TEXT = "/office/programme/texts/mail_rejected/{text}/"

# The versions of the letters and help texts, in the same way.
TEXTS = {
    "applications:texts": Row("/office/programme/texts/letters/", get="icld=200"),
    "applications:begin_text": Row("/office/programme/texts/mail_rejected/begin/", post="icld=302"),
    "applications:text": Row(A_TEXT, get="icld=200"),
    "applications:edit_text": Row(f"{A_TEXT}write/", get="icld=200", post="icld=422"),
    "applications:text_difference": Row(f"{A_TEXT}difference/", get="icld=200"),
    "applications:publish_text": Row(f"{A_TEXT}publish/", get="icld=200", post="icld=302!"),
    "applications:throw_away_text": Row(f"{A_TEXT}throw-away/", get="icld=200", post="icld=302!"),
}

MATRIX: dict[str, Row] = (
    PUBLIC
    | ACCOUNTS
    | LISTS
    | PARTIES
    | CASES
    | AGREEMENTS
    | REPORTS
    | CONTROLS
    | PAYMENTS
    | AUDITS
    | CHANGES
    | ENDINGS
    | OFFICE
    | PROGRAMME
    | CLOSED_LISTS
    | QUESTIONS
    | TEXTS
    | OVERVIEWS
    | STEERING
    | GROUPS
    | ACCOUNTS_OF_REPORTS
)
