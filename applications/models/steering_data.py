"""What a case is to its steering groups, read as data beside the row of the case.

Written by hand: Django took 8 ms to write these questions anew for each page, and Postgres
1 ms to answer them. Each stands in a query of applications alone, whose row they are about.
"""

from typing import Any

from django.db.models import JSONField
from django.db.models.expressions import RawSQL

# How many decisions of a group a case's page shows, and how much of each.
MOST_SHOWN = 30
CHARACTERS_SHOWN = 300
VERIFIED = "meeting.status = 'verified'"
THE_CASE = "applications_application"
# A decision with its paragraph, its words and whether the case cites it.
DECISIONS = f"""
    partnerships_steeringdecision AS decision
    JOIN partnerships_paragraph AS paragraph ON paragraph.id = decision.paragraph_id
    JOIN partnerships_steeringmeeting AS meeting ON meeting.id = paragraph.meeting_id
    LEFT JOIN partnerships_paragraphtext AS words
        ON words.paragraph_id = paragraph.id AND words.part = 'decision'
    LEFT JOIN applications_citation AS citation
        ON citation.decision_id = decision.id AND citation.application_id = {THE_CASE}.id
"""


def _as_data(text: str) -> str:
    """Return one decision as ``applications.citing.CaseDecision`` names its facts."""
    return f"""jsonb_build_object(
        'pk', decision.id, 'group_id', paragraph.group_id, 'group_name', steering.name,
        'meeting_id', paragraph.meeting_id, 'number', paragraph.number, 'year', paragraph.year,
        'decided_at', meeting.starts_at, 'heading', paragraph.heading,
        'text', coalesce({text}, ''), 'language', meeting.language,
        'minutes_sha256', meeting.content_sha256, 'is_cited', citation.id IS NOT NULL
    )"""


CITED = f"""(
    SELECT coalesce(jsonb_agg({_as_data("words.text")} ORDER BY citation.id), '[]')
    FROM {DECISIONS}
    JOIN partnerships_steeringgroup AS steering ON steering.id = paragraph.group_id
    WHERE citation.id IS NOT NULL
)"""  # noqa: S608 - every piece stands in this file
NUMBER = f"(SELECT count(*) FROM applications_citation WHERE application_id = {THE_CASE}.id)"  # noqa: S608
BACKING = f"""(
    SELECT jsonb_build_object(
        'has_group', count(*) > 0,
        'has_active_group', count(*) FILTER (WHERE steering.ended_on IS NULL) > 0,
        'number', {NUMBER}
    ) FROM partnerships_steeringgroup AS steering
    WHERE steering.partnership_id = {THE_CASE}.partnership_id
)"""  # noqa: S608
# Of each group the decisions that the case cites before those that are about it.
DECIDED = f"""(
    SELECT coalesce(jsonb_agg(shown.data), '[]') FROM (
        SELECT {_as_data(f"left(words.text, {CHARACTERS_SHOWN})")} AS data
        FROM {DECISIONS}
        WHERE paragraph.group_id = steering.id AND NOT paragraph.is_struck AND {VERIFIED}
        AND (
            citation.id IS NOT NULL
            OR decision.matter_key = {THE_CASE}.key
            AND decision.matter_kind IN ('plan', 'application')
        )
        ORDER BY citation.id IS NULL, meeting.starts_at DESC, paragraph.number DESC
        LIMIT {MOST_SHOWN}
    ) AS shown
)"""  # noqa: S608
# The groups' own case is about all of them, whether or not they follow it.
GROUPS = f"""(
    SELECT coalesce(jsonb_agg(jsonb_build_object(
        'pk', steering.id,
        'name', steering.name,
        'follows', {THE_CASE}.grant_type = 'steering_group' OR EXISTS (
            SELECT FROM applications_following AS following
            WHERE following.group_id = steering.id AND following.application_id = {THE_CASE}.id
        ),
        'decisions', {DECIDED}
    ) ORDER BY steering.id), '[]')
    FROM partnerships_steeringgroup AS steering
    WHERE steering.partnership_id = {THE_CASE}.partnership_id
)"""  # noqa: S608


def _data(sql: str) -> Any:
    return RawSQL(sql, (), output_field=JSONField())  # noqa: S611 - nobody's input is in it


def cited_data() -> Any:
    """What each case cites, whole, in the order it was cited."""
    return _data(CITED)


def backing_data() -> Any:
    """Whether a case could be backed by a steering group, and how many decisions it cites."""
    return _data(BACKING)


def groups_data() -> Any:
    """The groups of a case's partnership, which of them follow it, and what they decided."""
    return _data(GROUPS)
