"""The addresses of applications, rounds and questions."""

from django.urls import include, path

from applications.account_urls import urlpatterns as account_urls
from applications.audit_urls import urlpatterns as audit_urls
from applications.change_urls import urlpatterns as change_urls
from applications.ending_urls import urlpatterns as ending_urls
from applications.programme_urls import urlpatterns as programme_urls
from applications.report_urls import urlpatterns as report_urls
from applications.views import (
    agreement_office,
    agreements,
    answers,
    approving,
    asking,
    assessing,
    assessors,
    assign_many,
    attachments,
    beginning,
    budget,
    budget_files,
    checking,
    citing,
    comments,
    consensus,
    deadlines,
    deciding,
    decision_letters,
    documents,
    drafts,
    eligibility,
    filings,
    following,
    histories,
    home,
    interests,
    meetings,
    messages,
    moving,
    notes,
    notices,
    offers,
    overview,
    papers,
    proposals,
    public,
    reading,
    round_assessment,
    rounds,
    saved_views,
    scoring,
    scoring_saved,
    sections,
    submitting,
    supplements,
    worklist,
    worklist_files,
    workspace,
)

app_name = "applications"
urlpatterns = [
    path("reports/", include(report_urls)),
    *audit_urls,
    *change_urls,
    *ending_urls,
    # Steering groups: which cases they follow
    path("steering-groups/<int:pk>/cases/", following.group_cases, name="group_cases"),
    # The parties: writing, checking, handing in
    path("applications/", home.applications, name="applications"),
    path("applications/new/", home.new, name="new"),
    path("applications/<slug:handle>/", drafts.application, name="application"),
    path("applications/<slug:handle>/sections/<slug:key>/", sections.section, name="section"),
    path("applications/<slug:handle>/sections/<slug:key>/here/", workspace.here, name="here"),
    path("applications/<slug:handle>/comments/", comments.comments, name="comments"),
    path(
        "applications/<slug:handle>/comments/<int:pk>/",
        comments.comment_thread,
        name="comment_thread",
    ),
    path(
        "applications/<slug:handle>/comments/<int:pk>/resolve/",
        comments.resolve_thread,
        name="resolve_thread",
    ),
    path(
        "applications/<slug:handle>/comments/remove/<int:pk>/",
        comments.remove_comment,
        name="remove_comment",
    ),
    path("applications/<slug:handle>/sharing/", workspace.sharing, name="sharing"),
    path("applications/<slug:handle>/budget/sums/", budget.budget_sums, name="budget_sums"),
    path("applications/<slug:handle>/budget/file/", budget_files.budget_file, name="budget_file"),
    path(
        "applications/<slug:handle>/budget/file/<slug:file_format>/",
        budget_files.budget_download,
        name="budget_download",
    ),
    path(
        "applications/<slug:handle>/budget/copy/<int:year>/",
        budget_files.budget_copy,
        name="budget_copy",
    ),
    path("applications/<slug:handle>/decisions/", citing.citations, name="citations"),
    path("applications/<slug:handle>/decisions/cite/", citing.cite, name="cite"),
    path("applications/<slug:handle>/decisions/uncite/", citing.uncite, name="uncite"),
    path("applications/<slug:handle>/documents/", documents.documents, name="documents"),
    path("applications/<slug:handle>/attachments/", attachments.attachments, name="attachments"),
    path(
        "applications/<slug:handle>/attachments/history/",
        attachments.attachment_history,
        name="attachment_history",
    ),
    path(
        "applications/<slug:handle>/attachments/in/<slug:key>/",
        attachments.attach,
        name="attach",
    ),
    path(
        "applications/<slug:handle>/attachments/<int:pk>/",
        attachments.attachment,
        name="attachment",
    ),
    path(
        "applications/<slug:handle>/attachments/<int:pk>/replace/",
        attachments.replace,
        name="replace_attachment",
    ),
    path(
        "applications/<slug:handle>/attachments/<int:pk>/remove/",
        attachments.remove,
        name="remove_attachment",
    ),
    path(
        "applications/<slug:handle>/attachments/<int:pk>/erase/",
        attachments.erase,
        name="erase_attachment",
    ),
    path("applications/<slug:handle>/answers/<slug:key>/", answers.save_answer, name="save_answer"),
    path(
        "applications/<slug:handle>/answers/<slug:key>/history/",
        histories.answer_history,
        name="answer_history",
    ),
    path(
        "applications/<slug:handle>/answers/<slug:key>/restore/",
        histories.restore_answer,
        name="restore_answer",
    ),
    path("applications/<slug:handle>/new-form/", offers.new_form, name="new_form"),
    path(
        "applications/<slug:handle>/new-form/<int:pk>/answer/",
        offers.answer_offer,
        name="answer_offer",
    ),
    path("applications/<slug:handle>/set-aside/", offers.set_aside, name="set_aside"),
    path("applications/<slug:handle>/move/", submitting.move, name="move"),
    path("applications/<slug:handle>/check/", submitting.check, name="check"),
    path("applications/<slug:handle>/approval/", approving.approval, name="approval"),
    path("applications/<slug:handle>/approval/remind/", approving.remind, name="remind"),
    path("applications/<slug:handle>/reopen/", submitting.reopen, name="reopen"),
    path("applications/<slug:handle>/submit/", submitting.submit, name="submit"),
    path("applications/<slug:handle>/withdraw/", submitting.withdraw, name="withdraw"),
    path("applications/<slug:handle>/begin-again/", beginning.again, name="again"),
    path("applications/<slug:handle>/begun-from/", beginning.source, name="source"),
    path("applications/<slug:handle>/filing/<int:organisation>/", filings.filing, name="filing"),
    path("applications/<slug:handle>/read/", reading.read, name="read"),
    # Messages between the parties and ICLD, and ICLD's notes to itself
    path("messages/", messages.inbox, name="messages"),
    path("messages/<int:pk>/", messages.thread, name="thread"),
    path("messages/<int:pk>/files/<int:file>/", messages.message_file, name="message_file"),
    path(
        "messages/<int:pk>/files/<int:file>/remove/",
        messages.remove_message_file,
        name="remove_message_file",
    ),
    path("applications/<slug:handle>/messages/", messages.case_messages, name="case_messages"),
    path("applications/<slug:handle>/notes/", notes.notes, name="notes"),
    path(
        "applications/<slug:handle>/notes/<int:pk>/withdraw/", notes.withdraw, name="withdraw_note"
    ),
    # What the portal has told a person, and how
    path("notices/", notices.notices, name="notices"),
    path("notices/<int:pk>/", notices.notice, name="notice"),
    path("notices/read/", notices.read_all, name="read_notices"),
    path("account/notices/", notices.notice_settings, name="notice_settings"),
    path("applications/<slug:handle>/formal-check/", checking.formal_check, name="formal_check"),
    # A supplement: answered by the parties, asked for and read by ICLD
    path(
        "applications/<slug:handle>/supplement/",
        supplements.current_supplement,
        name="current_supplement",
    ),
    path(
        "applications/<slug:handle>/supplements/ask/",
        asking.ask_supplement,
        name="ask_supplement",
    ),
    path(
        "applications/<slug:handle>/supplements/<int:number>/",
        supplements.supplement,
        name="supplement",
    ),
    path(
        "applications/<slug:handle>/supplements/<int:number>/hand-in/",
        supplements.hand_in,
        name="hand_in_supplement",
    ),
    path(
        "applications/<slug:handle>/supplements/<int:number>/accept/",
        supplements.accept,
        name="accept_supplement",
    ),
    path(
        "applications/<slug:handle>/supplements/<int:number>/close/",
        supplements.close,
        name="close_supplement",
    ),
    path(
        "applications/<slug:handle>/supplements/<int:number>/more-time/",
        supplements.more_time,
        name="more_time",
    ),
    # Papers
    path("applications/<slug:handle>/draft-pdf/", papers.order_draft, name="order_draft"),
    path("applications/<slug:handle>/zip/", papers.order_zip, name="order_zip"),
    path(
        "applications/<slug:handle>/papers/<slug:kind>/<slug:language>/",
        papers.paper,
        name="paper",
    ),
    # Public: what will be asked
    path("may-we-apply/", eligibility.eligibility, name="eligibility"),
    path("questions/", public.questions, name="questions"),
    path("questions/<slug:grant_type>/", public.question_set, name="question_set"),
    # ICLD: the work list and the rounds
    path("office/applications/", worklist.worklist, name="worklist"),
    path("office/applications/file/", worklist_files.worklist_file, name="worklist_file"),
    path("office/applications/assign/", assign_many.assign_many, name="assign_many"),
    path("office/applications/columns/", saved_views.choose_columns, name="choose_columns"),
    path("office/applications/views/", saved_views.saved_views, name="saved_views"),
    path("office/applications/views/save/", saved_views.save_view, name="save_view"),
    path("office/applications/views/open-with/", saved_views.open_with, name="open_with"),
    path("office/applications/views/<int:pk>/", saved_views.change_view, name="change_view"),
    path("office/applications/views/<int:pk>/remove/", saved_views.remove_view, name="remove_view"),
    path("office/prolong/", deadlines.prolong, name="prolong"),
    path("office/rounds/", rounds.rounds, name="rounds"),
    path("office/rounds/make/", rounds.make_rounds, name="make_rounds"),
    path(
        "office/rounds/open-all-year/<slug:grant_type>/",
        rounds.open_all_year,
        name="open_all_year",
    ),
    path(
        "office/rounds/<slug:deadline>/assessment/",
        round_assessment.round_assessment,
        name="round_assessment",
    ),
    path(
        "office/rounds/<slug:deadline>/assessment/share/",
        round_assessment.share,
        name="share_round",
    ),
    # ICLD: the decision meeting of a round
    path("office/meetings/<slug:deadline>/", meetings.meeting, name="meeting"),
    path("office/meetings/<slug:deadline>/pot/", meetings.pot, name="pot"),
    path("office/meetings/<slug:deadline>/release/", meetings.release, name="release"),
    path(
        "office/meetings/<slug:deadline>/protocol/<slug:language>/",
        meetings.protocol,
        name="protocol",
    ),
    path(
        "office/meetings/<slug:deadline>/cases/<slug:handle>/", proposals.proposal, name="proposal"
    ),
    path(
        "office/meetings/<slug:deadline>/cases/<slug:handle>/move/", moving.move, name="move_case"
    ),
    path(
        "office/meetings/<slug:deadline>/cases/<slug:handle>/confirm/",
        proposals.confirm,
        name="confirm",
    ),
    path(
        "office/meetings/<slug:deadline>/cases/<slug:handle>/letters/",
        decision_letters.meeting_letters,
        name="meeting_letters",
    ),
    path("office/rounds/<slug:deadline>/", rounds.change_round, name="change_round"),
    path("office/programme/", include(programme_urls)),
    *account_urls,
    # Whoever assesses, of ICLD or from outside
    path("assessments/", assessors.my_assessments, name="my_assessments"),
    # ICLD: one case
    path("applications/<slug:handle>/take-up/", assessing.take_up, name="take_up"),
    path("applications/<slug:handle>/officer/", assessing.assign, name="assign"),
    path(
        "applications/<slug:handle>/letters/<int:organisation>/answer/",
        approving.answer_letter,
        name="answer_letter",
    ),
    path("applications/<slug:handle>/assessment/", scoring.assess, name="assess"),
    path(
        "applications/<slug:handle>/assessment/open-again/",
        scoring.take_back,
        name="take_back_assessment",
    ),
    path("applications/<slug:handle>/consensus/", consensus.consensus, name="consensus"),
    path(
        "applications/<slug:handle>/consensus/open-again/",
        consensus.reopen_consensus,
        name="reopen_consensus",
    ),
    path("applications/<slug:handle>/interest/", interests.declare, name="declare"),
    path(
        "applications/<slug:handle>/interests/<int:pk>/withdraw/",
        interests.withdraw_declaration,
        name="withdraw_declaration",
    ),
    path("applications/<slug:handle>/assessors/", assessors.assessors, name="assessors"),
    path(
        "applications/<slug:handle>/assessors/<int:pk>/remove/",
        assessors.take_from,
        name="take_from",
    ),
    path(
        "applications/<slug:handle>/consensus/share/",
        consensus.share_assessment,
        name="share_assessment",
    ),
    path(
        "applications/<slug:handle>/assessment/save/<slug:kind>/<slug:key>/",
        scoring_saved.save_score,
        name="save_score",
    ),
    path("applications/<slug:handle>/decision/", deciding.decide, name="decide"),
    path(
        "applications/<slug:handle>/decision/letters/",
        decision_letters.decision_letters,
        name="decision_letters",
    ),
    path("applications/<slug:handle>/decision/take/", deciding.take_decision, name="take_decision"),
    path("applications/<slug:handle>/decision/send-back/", deciding.send_back, name="send_back"),
    path(
        "applications/<slug:handle>/conditions/<int:pk>/",
        proposals.meet_condition,
        name="meet_condition",
    ),
    path("applications/<slug:handle>/decided/", deciding.decided, name="decided"),
    # The agreement, which ICLD and every party sign
    path("agreements/", agreement_office.agreements, name="agreements"),
    path("overview/", overview.overview, name="overview"),
    path("office/reports/", overview.office_reports, name="office_reports"),
    path("applications/<slug:handle>/agreement/", agreements.agreement, name="agreement"),
    path(
        "applications/<slug:handle>/agreement/prepare/",
        agreement_office.prepare_agreement,
        name="prepare_agreement",
    ),
    path(
        "applications/<slug:handle>/agreement/cancel/",
        agreement_office.cancel_agreement,
        name="cancel_agreement",
    ),
    path(
        "applications/<slug:handle>/agreement/remind/",
        agreement_office.remind_to_sign,
        name="remind_to_sign",
    ),
    path("applications/<slug:handle>/agreement/copies/", agreements.send_copy, name="send_copy"),
    path(
        "applications/<slug:handle>/agreement/copies/<int:pk>/",
        agreements.agreement_copy,
        name="agreement_copy",
    ),
    path(
        "applications/<slug:handle>/agreement/copies/<int:pk>/answer/",
        agreement_office.answer_copy,
        name="answer_copy",
    ),
    path(
        "applications/<slug:handle>/agreement/<int:edition>/<slug:stage>/<slug:language>/",
        agreements.agreement_paper,
        name="agreement_paper",
    ),
]
