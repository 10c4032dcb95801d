"""A whole case as plain data, for those who keep it in a system of their own."""

from collections.abc import Iterable
from typing import Any

from applications import approvals, citing
from applications.citing import CaseDecision
from applications.models import Agreement, AgreementSignature, Application, Section
from applications.versions import form_of


def case_data(application: Application) -> dict[str, Any]:
    """Return what the parties have written, names of fields in English, texts in both languages.

    Amounts are whole SEK, days ISO dates, times ISO with their offset. Load the case
    ``with_content`` first.
    """
    return {
        "reference": application.reference,
        "status": application.status,
        "grant_type": application.grant_type,
        "partnership": application.partnership.name,
        "language": application.language,
        "title_sv": application.title_sv,
        "title_en": application.title_en,
        "start_on": application.start_on,
        "end_on": application.end_on,
        "deadline_on": application.deadline_on,
        "received_at": application.received_at,
        "content_sha256": application.content_sha256,
        "parties": _parties(application),
        "core_areas": _terms(application.core_areas.all()),
        "cooperation_areas": _terms(application.cooperation_areas.all()),
        "goals": _terms(application.goals.all()),
        "form": _form(application),
        "results": _results(application),
        "activities": _activities(application),
        "risks": [
            _facts(row, "text", "probability", "consequence", "measure", "owner")
            for row in application.risks.all()
        ],
        "budget": _budget(application),
        "steering_group_decisions": [_citation(one) for one in citing.cited_in(application)],
    }


def _citation(decision: CaseDecision) -> dict[str, Any]:
    return {
        "steering_group": decision.group_name,
        "paragraph": decision.sign,
        **_facts(decision, "decided_at", "heading", "text", "minutes_sha256"),
    }


def agreements_data(agreements: Iterable[Agreement]) -> list[dict[str, Any]]:
    """Return each agreement: its content as it was signed, who has signed it, and the hashes.

    ``content_sha256`` is of the content; a signature has the one its signatory had read. Load
    the agreements ``with_parties`` first.
    """
    facts = ("edition", "status", "language", "made_at", "signed_at", "cancelled_at")
    return [
        {
            **_facts(one, *facts, "cancelled_reason", "content_sha256"),
            "content": one.content,
            "parties": [
                {
                    "name": party.organisation.name,
                    "side": party.side,
                    "signature": _signature(getattr(party, "signature", None)),
                }
                for party in one.parties.all()
            ],
        }
        for one in agreements
    ]


def _signature(signature: AgreementSignature | None) -> dict[str, Any] | None:
    if signature is None:
        return None
    facts = ("name", "role", "statement", "method", "signed_at", "content_sha256")
    copy = signature.copy
    by_hand = _facts(copy, "file_name", "sha256", "sent_at") if copy else None
    return {**_facts(signature, *facts), "signed_by_hand": by_hand}


def _facts(row: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _terms(terms: Any) -> list[dict[str, Any]]:
    return [_facts(term, "code", "name_sv", "name_en") for term in terms]


def _parties(application: Application) -> list[dict[str, Any]]:
    contact = ("side", "is_grantee", "contact_name", "contact_email", "contact_phone")
    found = []
    for state in approvals.of_parties(application):
        facts = {"name": state.organisation.name, **_facts(state.party, *contact)}
        signed = ("name", "role", "statement", "approved_at", "content_sha256")
        facts["approval"] = _facts(state.approval, *signed) if state.approval else None
        facts["letter_of_intent_stands_in"] = state.stands_in
        found.append(facts)
    return found


def _form(application: Application) -> dict[str, Any]:
    form = form_of(application)
    written: dict[int, dict[str, str]] = {}
    for answer in application.sheet.answers.all():
        written.setdefault(answer.question_id, {})[answer.language] = answer.text
    return {
        "version": form.version,
        "title_sv": form.title_sv,
        "title_en": form.title_en,
        "sections": [_section(section, written) for section in form.sections.all()],
    }


def _section(section: Section, written: dict[int, dict[str, str]]) -> dict[str, Any]:
    return {
        **_facts(section, "key", "title_sv", "title_en"),
        "questions": [
            {
                **_facts(question, "key", "kind", "text_sv", "text_en"),
                "answers": written.get(question.pk, {}),
            }
            for question in section.questions.all()
        ],
    }


def _results(application: Application) -> list[dict[str, Any]]:
    measured = ("text", "baseline", "target", "source")
    return [
        {
            "text": result.text,
            "indicators": [_facts(row, *measured) for row in result.indicators.all()],
        }
        for result in application.results.all()
    ]


def _activities(application: Application) -> list[dict[str, Any]]:
    return [
        {"party": row.organisation.name, **_facts(row, "year", "text", "cost_sek")}
        for row in application.activities.all()
    ]


def _budget(application: Application) -> dict[str, Any]:
    budget = application.budget
    facts = ("year", "description", "days", "day_cost_sek", "amount_sek")
    lines = [
        {
            "party": line.organisation.name,
            "category": line.category.code,
            **_facts(line, *facts),
        }
        for line in budget.lines.all()
    ]
    return {
        **_facts(budget, "region", "years", "guide_reason"),
        "total_sek": sum(line["amount_sek"] for line in lines),
        "lines": lines,
    }
