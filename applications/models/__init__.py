"""The case: rounds, questions, applications, assessments and decisions."""

from applications.models.agreements import (
    Agreement,
    AgreementPaper,
    AgreementParty,
    AgreementReminder,
    AgreementSignature,
    AgreementStatus,
    SignedCopy,
    Stage,
)
from applications.models.answers import Answer, AnswerSheet
from applications.models.application import Application, CaseParty, ReferenceSeries
from applications.models.approvals import Approval, LetterAnswer
from applications.models.assessing import Assignment
from applications.models.attachments import (
    LETTER_OF_INTENT,
    Attachment,
    AttachmentSlot,
    Need,
)
from applications.models.bundles import Bundle
from applications.models.checks import CheckItem, CheckResult, FormalCheck
from applications.models.comments import Comment, CommentThread, Mention
from applications.models.decisions import (
    COMMENT_MAX_LENGTH,
    AnswerComment,
    Assessment,
    Consensus,
    ConsensusYear,
    Decision,
    DecisionYear,
    Outcome,
    SharedAssessment,
)
from applications.models.filings import PartyFiling
from applications.models.meetings import (
    Condition,
    Meeting,
    MeetingPaper,
    Move,
    PendingDecision,
    PendingOutcome,
    PendingYear,
    Pot,
    PotRegion,
    Target,
)
from applications.models.messages import (
    CaseNote,
    Message,
    MessageFile,
    MessageThread,
    RemovedFile,
    ThreadRead,
)
from applications.models.offers import FormOffer, OfferStatus
from applications.models.papers import ApplicationPaper, PaperKind
from applications.models.plan import Activity, Indicator, Result, Risk
from applications.models.questions import (
    OwnerSide,
    Part,
    Purpose,
    Question,
    QuestionKind,
    QuestionOption,
    QuestionSet,
    Section,
)
from applications.models.reminders import Reminder
from applications.models.rounds import GrantTypeSetting, Round
from applications.models.search import SearchDocument
from applications.models.steering import Citation, Following
from applications.models.supplements import (
    PENDING,
    CaseBudget,
    PartKind,
    Supplement,
    SupplementPart,
    SupplementState,
)
from applications.models.texts import ProgrammeText, TextKind
from applications.models.views import ListHabit, SavedView
from applications.models.vocabulary import CooperationArea, CoreArea, Goal
from applications.models.workspace import SectionVisit, SectionWork
from applications.statuses import Status

__all__ = [
    "COMMENT_MAX_LENGTH",
    "LETTER_OF_INTENT",
    "PENDING",
    "Activity",
    "Agreement",
    "AgreementPaper",
    "AgreementParty",
    "AgreementReminder",
    "AgreementSignature",
    "AgreementStatus",
    "Answer",
    "AnswerComment",
    "AnswerSheet",
    "Application",
    "ApplicationPaper",
    "Approval",
    "Assessment",
    "Assignment",
    "Attachment",
    "AttachmentSlot",
    "Bundle",
    "CaseBudget",
    "CaseNote",
    "CaseParty",
    "CheckItem",
    "CheckResult",
    "Citation",
    "Comment",
    "CommentThread",
    "Condition",
    "Consensus",
    "ConsensusYear",
    "CooperationArea",
    "CoreArea",
    "Decision",
    "DecisionYear",
    "Following",
    "FormOffer",
    "FormalCheck",
    "Goal",
    "GrantTypeSetting",
    "Indicator",
    "LetterAnswer",
    "ListHabit",
    "Meeting",
    "MeetingPaper",
    "Mention",
    "Message",
    "MessageFile",
    "MessageThread",
    "Move",
    "Need",
    "OfferStatus",
    "Outcome",
    "OwnerSide",
    "PaperKind",
    "Part",
    "PartKind",
    "PartyFiling",
    "PendingDecision",
    "PendingOutcome",
    "PendingYear",
    "Pot",
    "PotRegion",
    "ProgrammeText",
    "Purpose",
    "Question",
    "QuestionKind",
    "QuestionOption",
    "QuestionSet",
    "ReferenceSeries",
    "Reminder",
    "RemovedFile",
    "Result",
    "Risk",
    "Round",
    "SavedView",
    "SearchDocument",
    "Section",
    "SectionVisit",
    "SectionWork",
    "SharedAssessment",
    "SignedCopy",
    "Stage",
    "Status",
    "Supplement",
    "SupplementPart",
    "SupplementState",
    "Target",
    "TextKind",
    "ThreadRead",
]
