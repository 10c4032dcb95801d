"""What is decided in a paragraph beside its words: about what, who sees to it, who was against."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from icld_portal.localize import STOCKHOLM
from partnerships.models import (
    Dissent,
    FollowUp,
    Matter,
    MatterKind,
    Paragraph,
    SeatTerm,
    SteeringDecision,
    TextPart,
    User,
)
from partnerships.models.matters import sources


@dataclass(frozen=True)
class Decided:
    """What a person has said of the decision of a paragraph."""

    matter: Matter
    responsible: SeatTerm | None
    responsible_name: str
    due_on: date | None
    dissents: Mapping[SeatTerm, str]


def present(paragraph: Paragraph) -> list[SeatTerm]:
    """Who sat at the meeting and was there: they alone can have made a reservation."""
    terms = SeatTerm.objects.filter(
        attendance__meeting=paragraph.meeting_id, attendance__is_present=True
    )
    return list(terms.select_related("seat__party__organisation").order_by("seat", "pk"))


def seated(paragraph: Paragraph) -> list[SeatTerm]:
    """Who sat in the group on the day of the meeting, and can be responsible."""
    day = paragraph.meeting.starts_at.astimezone(STOCKHOLM).date()
    terms = SeatTerm.objects.all().on(day).filter(seat__group=paragraph.group_id)
    return list(terms.select_related("seat__party__organisation").order_by("seat", "pk"))


def matters_for(paragraph: Paragraph, user: User) -> list[Matter]:
    """Return what the decision may be about: everything known, and what is chosen already."""
    group = paragraph.meeting.group
    found = {one.value: one for source in sources() for one in source.known_to(group, user)}
    item = paragraph.agenda_item
    if item is not None and item.matter_kind != MatterKind.FREE:
        taken_up = Matter(MatterKind(item.matter_kind), item.matter_key, item.title)
        found.setdefault(taken_up.value, taken_up)
    chosen = SteeringDecision.objects.filter(paragraph=paragraph.pk).first()
    if chosen is not None and chosen.matter_kind != MatterKind.FREE:
        kind = MatterKind(chosen.matter_kind)
        matter = Matter(kind, chosen.matter_key, chosen.matter_title)
        # What it was called when it was chosen stays.
        found[matter.value] = matter
    return list(found.values())


def stored_decision(paragraph: Paragraph) -> dict[str, Any]:
    """Return what stands, by the names of the form's fields; three queries."""
    decision = SteeringDecision.objects.filter(paragraph=paragraph.pk).first()
    task = FollowUp.objects.filter(paragraph=paragraph.pk).first()
    found: dict[str, Any] = {
        "matter": MatterKind.FREE.value,
        "title": "",
        "responsible": str(task.responsible_id) if task and task.responsible_id else "",
        "responsible_name": task.responsible_name if task and not task.responsible_id else "",
        "due_on": task.due_on if task else None,
    }
    if decision is not None and decision.matter_kind == MatterKind.FREE:
        found["title"] = decision.matter_title
    elif decision is not None:
        found["matter"] = f"{decision.matter_kind}:{decision.matter_key}"
    reasons = dict(Dissent.objects.filter(paragraph=paragraph.pk).values_list("term", "reason"))
    for term in present(paragraph):
        found[f"dissent-{term.pk}"] = term.pk in reasons
        found[f"reason-{term.pk}"] = reasons.get(term.pk, "")
    return found


def save_decision(paragraph: Paragraph, decided: Decided) -> None:
    """Keep what was said; call it inside ``minute_writing.writing``."""
    _save_matter(paragraph, decided.matter)
    if decided.due_on is None:
        FollowUp.objects.filter(paragraph=paragraph.pk).delete()
    else:
        FollowUp.objects.update_or_create(
            paragraph=paragraph,
            defaults={
                "responsible": decided.responsible,
                "responsible_name": decided.responsible_name,
                "due_on": decided.due_on,
            },
        )
    kept = [term.pk for term in decided.dissents]
    Dissent.objects.filter(paragraph=paragraph.pk).exclude(term__in=kept).delete()
    for term, reason in decided.dissents.items():
        Dissent.objects.update_or_create(
            paragraph=paragraph, term=term, defaults={"reason": reason}
        )


def _save_matter(paragraph: Paragraph, matter: Matter) -> None:
    """Point the decision at ``matter``; without words and without a matter there is none."""
    words = paragraph.texts.filter(part=TextPart.DECISION).values_list("text", flat=True)
    if not any(text.strip() for text in words) and not matter.title:
        SteeringDecision.objects.filter(paragraph=paragraph.pk).delete()
        return
    SteeringDecision.objects.update_or_create(
        paragraph=paragraph,
        defaults={
            "matter_kind": matter.kind,
            "matter_key": matter.key,
            "matter_title": matter.title[:300],
        },
    )
