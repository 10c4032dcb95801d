"""What the portal begins with on the process side: closed lists, question sets, settings."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from applications.models import (
    AttachmentSlot,
    CooperationArea,
    CoreArea,
    Goal,
    GrantTypeSetting,
    ProgrammeText,
    Purpose,
    Question,
    QuestionOption,
    QuestionSet,
    Section,
)
from applications.text_kinds import KINDS
from finance.models import GrantType
from partnerships.programme import rows_of

FOLDER = Path(__file__).parent
QUESTION_SETS = FOLDER / "content" / "question_sets"
TEXTS = FOLDER / "content" / "texts"
CRITERIA = FOLDER / "content" / "criteria.toml"
REPORTS = {
    Purpose.REPORT: FOLDER / "content" / "reports" / "year.toml",
    Purpose.FINAL_REPORT: FOLDER / "content" / "reports" / "final.toml",
    Purpose.CONTROL: FOLDER / "content" / "control.toml",
}
AUDIT = FOLDER / "content" / "audit.toml"


def load_vocabulary() -> None:
    """Add what is missing of core areas, cooperation areas, goals and type settings."""
    CoreArea.objects.bulk_create(
        (CoreArea(**terms) for terms in named_terms("core_areas.csv")), ignore_conflicts=True
    )
    CooperationArea.objects.bulk_create(
        (CooperationArea(**terms) for terms in named_terms("cooperation_areas.csv")),
        ignore_conflicts=True,
    )
    Goal.objects.bulk_create(
        (
            Goal(
                code=row["number"],
                name_sv=row["title_sv"],
                name_en=row["title_en"],
                colour=row["colour_hex"],
                sort_order=int(row["number"]),
            )
            for row in rows_of("goals.csv", FOLDER / "data")
        ),
        ignore_conflicts=True,
    )
    GrantTypeSetting.objects.bulk_create(
        (GrantTypeSetting(grant_type=grant_type) for grant_type in GrantType),
        ignore_conflicts=True,
    )


def named_terms(name: str) -> Iterator[dict[str, Any]]:
    """Read a closed list in its printed order."""
    for order, row in enumerate(rows_of(name, FOLDER / "data")):
        yield {**row, "sort_order": order}


@transaction.atomic
def load_question_sets() -> None:
    """Publish version 1 of each grant type's form, where there is no version yet."""
    for grant_type in GrantType:
        known = QuestionSet.objects.filter(purpose=Purpose.APPLICATION, grant_type=grant_type)
        if not known.exists():
            text = (QUESTION_SETS / f"{grant_type}.toml").read_text(encoding="utf-8")
            publish_question_set(tomllib.loads(text))


@transaction.atomic
def load_criteria() -> None:
    """Publish version 1 of what each grant type is assessed against, where there is none."""
    terms = tomllib.loads(CRITERIA.read_text(encoding="utf-8"))
    for grant_type in GrantType:
        known = QuestionSet.objects.filter(purpose=Purpose.ASSESSMENT, grant_type=grant_type)
        if not known.exists():
            publish_question_set(criteria_form(terms, grant_type), Purpose.ASSESSMENT)


@transaction.atomic
def load_report_forms() -> None:
    """Publish version 1 of each grant type's reports and of their control, where there is none."""
    for purpose, path in REPORTS.items():
        terms = tomllib.loads(path.read_text(encoding="utf-8"))
        for grant_type in GrantType:
            known = QuestionSet.objects.filter(purpose=purpose, grant_type=grant_type)
            if not known.exists():
                publish_question_set(report_form(terms, grant_type), purpose)


def report_form(terms: dict[str, Any], grant_type: str) -> dict[str, Any]:
    """Return the report of ``grant_type``: the sections and questions that are for it, or all."""
    titles = {name: terms[name] for name in ("title_sv", "title_en")}
    sections = [
        {**section, "question": _meant_for(grant_type, section.get("question", []))}
        for section in _meant_for(grant_type, terms["section"])
    ]
    return {"grant_type": grant_type, **titles, "section": sections}


def _meant_for(grant_type: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {name: value for name, value in row.items() if name != "grant_types"}
        for row in rows
        if grant_type in row.get("grant_types", [grant_type])
    ]


@transaction.atomic
def load_audit() -> None:
    """Publish version 1 of each grant type's checklist for auditors, where there is none."""
    terms = tomllib.loads(AUDIT.read_text(encoding="utf-8"))
    for grant_type in GrantType:
        known = QuestionSet.objects.filter(purpose=Purpose.AUDIT, grant_type=grant_type)
        if not known.exists():
            publish_question_set(audit_form(terms, grant_type), Purpose.AUDIT)


@transaction.atomic
def load_texts() -> None:
    """Publish version 1 of each letter and help text, where there is no version yet."""
    known = set(ProgrammeText.objects.values_list("kind", flat=True))
    for kind in KINDS.keys() - known:
        texts: dict[str, str] = {}
        for language in ("sv", "en"):
            text = (TEXTS / f"{kind}.{language}.txt").read_text(encoding="utf-8").strip()
            subject, _, body = text.partition("\n") if KINDS[kind].has_subject else ("", "", text)
            texts |= {f"subject_{language}": subject, f"body_{language}": body.strip()}
        ProgrammeText.objects.create(kind=kind, version=1, published_at=timezone.now(), **texts)


def criteria_form(terms: dict[str, Any], grant_type: str) -> dict[str, Any]:
    """Return the criteria of ``grant_type`` as a form: a section each, with score and reason."""
    titles = {name: terms[name] for name in ("title_sv", "title_en")}
    reason = {"text_sv": terms["reason_sv"], "text_en": terms["reason_en"]}
    reason |= {"help_sv": terms["reason_help_sv"], "help_en": terms["reason_help_en"]}
    sections = []
    for row in terms["criterion"]:
        key, weight = row["key"], row["weights"].get(grant_type)
        if not weight:
            continue
        score = {"key": key, "kind": "choice", "weight": weight, "option": terms["scale"]}
        score |= {"text_sv": row["title_sv"], "text_en": row["title_en"]}
        score |= {"help_sv": row["help_sv"], "help_en": row["help_en"]}
        why = {"key": f"{key}-reason", "kind": "long_text", **reason}
        named = {"title_sv": row["title_sv"], "title_en": row["title_en"]}
        sections.append({"key": key, **named, "question": [score, why]})
    return {"grant_type": grant_type, **titles, "section": sections}


def audit_form(terms: dict[str, Any], grant_type: str) -> dict[str, Any]:
    """Return the checklist as a form: a section each, with yes or no and a comment."""
    titles = {name: terms[name] for name in ("title_sv", "title_en")}
    sections = []
    for row in terms["check"]:
        asked = {name: row[name] for name in ("key", "text_sv", "text_en", "help_sv", "help_en")}
        comment = {"key": f"{row['key']}-comment", "kind": "long_text", "required": False}
        comment |= {"text_sv": terms["comment_sv"], "text_en": terms["comment_en"]}
        named = {"title_sv": row["title_sv"], "title_en": row["title_en"]}
        questions = [{"kind": "yes_no", **asked}, comment]
        sections.append({"key": row["key"], **named, "question": questions})
    return {"grant_type": grant_type, **titles, "section": sections}


def publish_question_set(
    form: dict[str, Any], purpose: Purpose = Purpose.APPLICATION
) -> QuestionSet:
    """Make and freeze version 1 of the form described by ``form`` (one TOML file)."""
    question_set = QuestionSet.objects.create(
        purpose=purpose,
        grant_type=form["grant_type"],
        version=1,
        title_sv=form["title_sv"],
        title_en=form["title_en"],
    )
    for order, row in enumerate(form["section"]):
        questions = row.pop("question", [])
        section = Section.objects.create(question_set=question_set, sort_order=order, **row)
        for place, question in enumerate(questions):
            _add_question(section, place, question)
    AttachmentSlot.objects.bulk_create(
        AttachmentSlot(question_set=question_set, sort_order=order, **slot)
        for order, slot in enumerate(form.get("slot", []))
    )
    question_set.published_at = timezone.now()
    question_set.save(update_fields=["published_at"])
    return question_set


def _add_question(section: Section, place: int, row: dict[str, Any]) -> None:
    options = row.pop("option", [])
    question = Question.objects.create(section=section, sort_order=place, **row)
    QuestionOption.objects.bulk_create(
        QuestionOption(question=question, sort_order=order, **option)
        for order, option in enumerate(options)
    )
