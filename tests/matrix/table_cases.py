"""The rows of the matrix whose address names a case."""

from applications.forms.checking import CheckingForm
from tests.matrix.rows import Row
from tests.matrix.supplements import SUPPLEMENTS

NOTHING_CHECKED = CheckingForm({}).seen
HANDED_IN = "submitted assessed decided"
# Strangers get 404 everywhere, ICLD for a draft too.
SEEN = {"draft": "parties=200", HANDED_IN: "parties=200 icld=200"}
ONLY_AS_DRAFT = {"draft": "parties=200", HANDED_IN: "parties=302 icld=302"}

DRAFTS = {
    "applications:application": Row("/applications/{case}/", get=SEEN),
    # Who reads a draft or opens a part of it is noted, to be told what changes afterwards.
    "applications:read": Row(
        "/applications/{case}/read/",
        get={"draft": "parties=200!", HANDED_IN: "parties=200 icld=200"},
    ),
    "applications:section": Row(
        "/applications/{case}/sections/{section}/",
        get={"draft": "writers=200! parties=302", HANDED_IN: "parties=302 icld=302"},
        post={
            "draft": "writers=302! parties=403",
            HANDED_IN: "writers=409 parties=403 icld=403",
        },
        data="section",
    ),
    "applications:save_answer": Row(
        "/applications/{case}/answers/{question}/",
        post={"draft": "writers=200! parties=403", HANDED_IN: "parties=410 icld=410"},
        data={"writer": "", "question-{question}": "New.", "seen-{question}": "{seen}"},
    ),
    # What a draft once said is its parties' own, for ever.
    "applications:answer_history": Row(
        "/applications/{case}/answers/{question}/history/", get="parties=200"
    ),
    "applications:restore_answer": Row(
        "/applications/{case}/answers/{question}/restore/",
        post={"draft": "writers=302! parties=403", HANDED_IN: "writers=302 parties=403"},
        data={"version": "1", "seen": "1"},
    ),
    "applications:budget_sums": Row(
        "/applications/{case}/budget/sums/",
        post={
            "draft": "writers=200 parties=403",
            HANDED_IN: "writers=200 parties=403 icld=403",
        },
    ),
    "applications:budget_download": Row("/applications/{case}/budget/file/csv/", get=SEEN),
    "applications:budget_file": Row(
        "/applications/{case}/budget/file/",
        get={"draft": "writers=200 parties=403", HANDED_IN: "writers=404 parties=403 icld=403"},
        post={"draft": "writers=302! parties=403", HANDED_IN: "writers=404 parties=403 icld=403"},
        data={
            "rows": "1\tRobertsfors kommun\tResor\tTåg\t\t\t5000",
            "then": "add",
            "sure": "yes",
        },
    ),
    "applications:budget_copy": Row(
        "/applications/{case}/budget/copy/2/",
        get={"draft": "writers=200 parties=403", HANDED_IN: "writers=404 parties=403 icld=403"},
        post={"draft": "writers=302! parties=403", HANDED_IN: "writers=404 parties=403 icld=403"},
    ),
}

ATTACHING = {
    "applications:attachments": Row("/applications/{case}/attachments/", get=SEEN),
    "applications:attach": Row(
        "/applications/{case}/attachments/in/letter_of_intent/",
        post={"draft": "writers=302! parties=403", HANDED_IN: "writers=302 parties=403 icld=403"},
        data="letter",
    ),
    "applications:attachment": Row("/applications/{case}/attachments/{letter}/", get=SEEN),
    "applications:replace_attachment": Row(
        "/applications/{case}/attachments/{letter}/replace/",
        get={
            "draft": "writers=200 parties=403",
            HANDED_IN: "writers=302 parties=403 icld=403",
        },
        post={"draft": "writers=302! parties=403", HANDED_IN: "writers=302 parties=403 icld=403"},
        data="other_letter",
    ),
    "applications:remove_attachment": Row(
        "/applications/{case}/attachments/{letter}/remove/",
        post={"draft": "writers=302! parties=403", HANDED_IN: "parties=302 icld=302"},
    ),
    # What was replaced or removed is its parties' own, like what an answer once said.
    "applications:attachment_history": Row(
        "/applications/{case}/attachments/history/", get="parties=200"
    ),
    "applications:erase_attachment": Row(
        "/applications/{case}/attachments/{old_letter}/erase/",
        post={"draft": "writers=302! parties=403", HANDED_IN: "writers=302 parties=403"},
        data={"sure": "yes"},
    ),
}

WORKING = {
    "applications:sharing": Row(
        "/applications/{case}/sharing/",
        get={"draft": "writers=200 parties=403", HANDED_IN: "writers=404 parties=403 icld=403"},
        post={"draft": "writers=302! parties=403", HANDED_IN: "writers=404 parties=403 icld=403"},
        data={"section-{section_pk}": "{successor_writer}"},
    ),
    # Only the coordinator has opened the section.
    "applications:here": Row(
        "/applications/{case}/sections/{section}/here/",
        post={"draft": "swedish-coordinator=200!", HANDED_IN: ""},
    ),
}

WRITING_TO_EACH_OTHER = {
    "applications:case_messages": Row(
        "/applications/{case}/messages/",
        get=SEEN,
        post={
            "draft": "penholders=302! parties=403",
            HANDED_IN: "penholders=302! parties=403 answering=302! icld=403",
        },
        data={"subject": "?", "text": "?", "key": "00000000-0000-4000-8000-000000000002"},
    ),
    # ICLD's notes to itself are for no party, ever.
    "applications:notes": Row(
        "/applications/{case}/notes/",
        get={"draft": "", HANDED_IN: "icld=200"},
        post={"draft": "", HANDED_IN: "icld-reader=403 icld=302!"},
        data={"text": "Call them.", "key": "00000000-0000-4000-8000-000000000003"},
    ),
    "applications:withdraw_note": Row(
        "/applications/{case}/notes/{note}/withdraw/",
        post={
            "draft assessed": "",
            "submitted": "icld-assessor=302! icld-office_administrator=302! icld=403",
        },
    ),
}

# The parties' own talk, which ICLD never reads; the words name a thread of the draft.
COMMENTING = {
    "applications:comments": Row(
        "/applications/{case}/comments/",
        get="parties=200",
        post={"draft": "parties=302!", HANDED_IN: "parties=409"},
        data={"text": "Hm.", "about": "{section}"},
    ),
    "applications:comment_thread": Row(
        "/applications/{case}/comments/{comments}/",
        get={"draft": "parties=200", "submitted": ""},
        post={"draft": "parties=302!", "submitted": ""},
        data={"text": "Yes."},
    ),
    "applications:resolve_thread": Row(
        "/applications/{case}/comments/{comments}/resolve/",
        post={"draft": "parties=302!", "submitted": ""},
        data={"resolved": "yes"},
    ),
    "applications:remove_comment": Row(
        "/applications/{case}/comments/remove/{comment}/",
        post={"draft": "swedish-coordinator=302! parties=403", "submitted": ""},
        data={"sure": "yes"},
    ),
}

# The draft of the words is offered a newer form.
OFFERS = {
    "applications:new_form": Row(
        "/applications/{case}/new-form/",
        get={"draft": "parties=200", HANDED_IN: "parties=302"},
    ),
    "applications:answer_offer": Row(
        "/applications/{case}/new-form/{offer}/answer/",
        post={"draft": "writers=302! parties=403", "submitted": ""},
        data={"wish": "decline"},
    ),
    "applications:set_aside": Row("/applications/{case}/set-aside/", get="parties=200"),
}

HANDING_IN = {
    "applications:check": Row("/applications/{case}/check/", get=ONLY_AS_DRAFT),
    "applications:approval": Row(
        "/applications/{case}/approval/",
        get=ONLY_AS_DRAFT,
        post={"draft": "swedish-signatory=302! parties=403", HANDED_IN: "parties=302 icld=302"},
        data={
            "version": "{content_version}",
            "organisation": "{robertsfors}",
            "statement": "Ja.",
            "code": "{code}",
        },
    ),
    "applications:documents": Row("/applications/{case}/documents/", get=SEEN),
    "applications:remind": Row(
        "/applications/{case}/approval/remind/",
        post={
            "draft": "writers=302! submitters=302! parties=403",
            HANDED_IN: "parties=302 icld=302",
        },
    ),
    "applications:submit": Row(
        "/applications/{case}/submit/",
        post={
            "draft": "submitters=422 parties=302",
            "ready": "submitters=302! parties=302",
            HANDED_IN: "parties=302 icld=302",
        },
    ),
    "applications:withdraw": Row(
        "/applications/{case}/withdraw/",
        post={
            "submitted assessed": "submitters=302! parties=403 icld=403",
            "draft": "submitters=302 parties=403",
            "decided": "submitters=302 parties=403 icld=403",
        },
        data={"sure": "yes"},
    ),
    "applications:reopen": Row(
        "/applications/{case}/reopen/",
        post={
            "draft": "submitters=302 parties=403",
            "submitted": "submitters=302! parties=403 icld=403",
            "assessed decided": "submitters=302 parties=403 icld=403",
        },
        data={"sure": "yes"},
    ),
    "applications:move": Row(
        "/applications/{case}/move/",
        post={"draft": "writers=302 parties=403", HANDED_IN: "parties=302 icld=302"},
    ),
    "applications:again": Row(
        "/applications/{case}/begin-again/",
        get={"draft": "parties=302", HANDED_IN: "writers=200 parties=403 icld=403"},
        post={"draft": "parties=302", HANDED_IN: "writers=302! parties=403 icld=403"},
        data={"grant_type": "project"},
    ),
    "applications:source": Row(
        "/applications/{case}/begun-from/", get={"begun": "parties=200", "draft submitted": ""}
    ),
    # Each party keeps its own registry number, whatever has become of the case.
    "applications:filing": Row(
        "/applications/{case}/filing/{robertsfors}/",
        get={
            "draft": "swedish-writers=200 parties=403",
            HANDED_IN: "swedish-writers=200 parties=403 icld=403",
        },
        post={
            "draft": "swedish-writers=302! parties=403",
            HANDED_IN: "swedish-writers=302! parties=403 icld=403",
        },
        data={"registry_number": "KS 2027/14"},
    ),
    "applications:order_draft": Row(
        "/applications/{case}/draft-pdf/",
        post={"draft": "parties=302!", HANDED_IN: ""},
    ),
    "applications:order_zip": Row(
        "/applications/{case}/zip/",
        post={"draft": "parties=302!", HANDED_IN: "parties=302! icld=302!"},
    ),
    "applications:paper": Row(
        "/applications/{case}/papers/receipt/sv/",
        get={"draft": "", HANDED_IN: "parties=202 icld=202"},
    ),
}

# ICLD's own pages: the parties are stopped by the policy.
ASSESSING = {
    "applications:take_up": Row(
        "/applications/{case}/take-up/",
        post={
            "draft": "",
            "submitted": "officers=302! icld=403",
            "assessed decided": "officers=302 icld=403",
        },
    ),
    "applications:assign": Row(
        "/applications/{case}/officer/",
        post={
            "draft": "",
            "submitted assessed": "keepers=302! icld=403",
            "decided": "keepers=302 icld=403",
        },
        data={"officer": "{officer}"},
    ),
    "applications:answer_letter": Row(
        "/applications/{standing}/letters/{poti}/answer/",
        post="officers=302! icld=403",
        data={"answer": "accept"},
    ),
    "applications:meeting": Row("/office/meetings/{round}/", get="icld=200"),
    "applications:pot": Row(
        "/office/meetings/{round}/pot/", get="icld=200", post="icld=302!", data={"all": "1 000 000"}
    ),
    "applications:proposal": Row(
        "/office/meetings/{round}/cases/{case}/",
        get={"draft": "", "assessed": "icld=200", "submitted decided": "icld=302"},
        post={
            "draft": "",
            "assessed": "officers=302! icld=403",
            "submitted decided": "icld=302",
        },
        data={"outcome": "rejected", "reason": "Nej, inte nu.", "version": "1"},
    ),
    "applications:move_case": Row(
        "/office/meetings/{round}/cases/{case}/move/",
        get={
            "draft": "",
            "assessed": "officers=200 icld=403",
            "submitted decided": "officers=302 icld=403",
        },
        post={
            "draft": "",
            "assessed": "officers=302! icld=403",
            "submitted decided": "officers=302 icld=403",
        },
        data={"place": "1", "reason": "Brådskar.", "seen": "0"},
    ),
    # The decision maker confirms what the officer has proposed.
    "applications:confirm": Row(
        "/office/meetings/{round}/cases/{case}/confirm/",
        post={
            "draft": "",
            "assessed": "icld-decider=302! icld=403",
            "submitted decided": "icld=302",
        },
        data={"version": "1"},
    ),
    # Nothing is released before everything is confirmed.
    "applications:release": Row(
        "/office/meetings/{round}/release/",
        get="icld-decider=200 icld=403",
        post="icld-decider=422 icld=403",
        data={"held_on": "{today}", "texts": "{texts}"},
    ),
    "applications:protocol": Row("/office/meetings/{round}/protocol/sv/", get="icld=200"),
    "applications:meet_condition": Row(
        "/applications/{case}/conditions/{condition}/",
        post={"draft submitted assessed": "", "decided": "officers=302! icld=403"},
        data={"note": "Hon är utsedd."},
    ),
    "applications:decide": Row(
        "/applications/{case}/decision/",
        get={
            "draft": "",
            "assessed": "officers=200 icld=403",
            "submitted decided": "officers=302 icld=403",
        },
        post={
            "draft": "",
            "assessed": "officers=302! icld=403",
            "submitted decided": "officers=409 icld=403",
        },
        data={"outcome": "rejected", "reason": "Inte nu.", "version": "1", "propose": "1"},
    ),
    # The officer has proposed; only a decision maker takes it or sends it back.
    "applications:take_decision": Row(
        "/applications/{case}/decision/take/",
        post={
            "draft": "",
            "assessed": "icld-decider=302! icld=403",
            "submitted decided": "icld-decider=302 icld=403",
        },
        data={"version": "1", "texts": "{texts}"},
    ),
    "applications:decision_letters": Row(
        "/applications/{case}/decision/letters/",
        get={"draft": "", "assessed": "icld=200", "submitted decided": "icld=302"},
    ),
    "applications:meeting_letters": Row(
        "/office/meetings/{round}/cases/{case}/letters/",
        get={"draft": "", "assessed": "icld=200", "submitted decided": "icld=302"},
    ),
    "applications:send_back": Row(
        "/applications/{case}/decision/send-back/",
        post={
            "draft": "",
            "assessed": "icld-decider=302! icld=403",
            "submitted decided": "icld-decider=302 icld=403",
        },
        data={"version": "1", "why": "Summan är för hög."},
    ),
    "applications:decided": Row(
        "/applications/{case}/decided/",
        get={"draft": "", "submitted assessed": "icld=302", "decided": "icld=200"},
    ),
}

# The assessor and the declaration of the words are of the submitted case alone.
ASSESSORS = {
    "applications:my_assessments": Row("/assessments/", get="icld=200 outside=200"),
    # Only the assessor of the submitted case was asked, and has not declared any interests.
    "applications:assess": Row(
        "/applications/{case}/assessment/",
        get={
            "draft": "",
            "submitted": "icld-assessor=302 icld=403",
            "assessed decided": "icld=403",
        },
        post={
            "draft": "",
            "submitted": "icld-assessor=302 icld=403",
            "assessed decided": "icld=403",
        },
        data={"text": "Bra.", "recommendation": "approved"},
    ),
    # Nobody has agreed on anything in these cases.
    "applications:share_assessment": Row(
        "/applications/{case}/consensus/share/",
        post={"draft": "", HANDED_IN: "officers=302 icld=403"},
    ),
    "applications:save_score": Row(
        "/applications/{case}/assessment/save/comment/context/",
        post={"draft": "", HANDED_IN: "icld=403"},
        data={"comment-context": "Bra."},
    ),
    "applications:take_back_assessment": Row(
        "/applications/{case}/assessment/open-again/",
        post={"draft": "", HANDED_IN: "icld=403"},
    ),
    "applications:formal_check": Row(
        "/applications/{case}/formal-check/",
        get={"draft": "", HANDED_IN: "icld=200"},
        post={
            "draft": "",
            "submitted assessed": "officers=302! icld=403",
            "decided": "officers=302 icld=403",
        },
        data={"seen": NOTHING_CHECKED, "result-parties": "in_order"},
    ),
    "applications:consensus": Row(
        "/applications/{case}/consensus/",
        get={"draft": "", HANDED_IN: "icld-assessor=403 icld-office_finance=403 icld=200"},
        post={
            "draft": "",
            "assessed": "icld-assessor=403 icld-office_finance=403 officers=302! icld=302",
            "submitted decided": "icld-assessor=403 icld-office_finance=403 icld=302",
        },
        data={"version": "0", "text": "Bra."},
    ),
    "applications:reopen_consensus": Row(
        "/applications/{case}/consensus/open-again/",
        post={"draft": "", HANDED_IN: "officers=302 icld=403"},
    ),
    "applications:round_assessment": Row("/office/rounds/{round}/assessment/", get="icld=200"),
    "applications:share_round": Row(
        "/office/rounds/{round}/assessment/share/",
        post="keepers=302!",
        data={"assessors": "{officer}", "per_case": "1"},
    ),
    "applications:declare": Row(
        "/applications/{case}/interest/",
        get={"draft": "", HANDED_IN: "icld=200"},
        post={"draft": "", HANDED_IN: "icld=302!"},
        data={"answer": "yes", "reason": "Kin."},
    ),
    "applications:withdraw_declaration": Row(
        "/applications/{case}/interests/{declaration}/withdraw/",
        get={"draft assessed": "", "submitted": "icld=200"},
        post={"draft assessed": "", "submitted": "icld=302!"},
        data={"reason": "A slip."},
    ),
    "applications:assessors": Row(
        "/applications/{case}/assessors/",
        get={"draft": "", HANDED_IN: "icld=200"},
        post={"draft": "", "submitted assessed": "icld=302!", "decided": "icld=302"},
        data={"assessor": "{officer}"},
    ),
    "applications:take_from": Row(
        "/applications/{case}/assessors/{assignment}/remove/",
        post={"draft assessed": "", "submitted": "icld=302!"},
    ),
}

CASES: dict[str, Row] = {
    **DRAFTS,
    **ATTACHING,
    **WORKING,
    **OFFERS,
    **COMMENTING,
    **WRITING_TO_EACH_OTHER,
    **HANDING_IN,
    **ASSESSING,
    **ASSESSORS,
    **SUPPLEMENTS,
}
