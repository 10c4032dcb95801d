"""Cases that were handed in before there was a search of their words."""

from django.db import migrations

KEEP = """
SET LOCAL statement_timeout = 0;
INSERT INTO applications_searchdocument (application_id, names, words)
SELECT application.id,
    folded(concat_ws(' ', application.reference, application.title_sv, application.title_en)),
    to_tsvector('portal_swedish', written.text) || to_tsvector('portal_simple', written.text)
FROM applications_application AS application
CROSS JOIN LATERAL (
    SELECT left(string_agg(piece.text, E'\\n'), 100000) AS text FROM (
        SELECT concat_ws(E'\\n', application.title_sv, application.title_en) AS text
        UNION ALL
        SELECT answer.text FROM applications_answer AS answer
        JOIN applications_question AS question ON question.id = answer.question_id
        WHERE answer.sheet_id = application.sheet_id
        AND question.kind IN ('long_text', 'short_text')
        UNION ALL
        SELECT text FROM applications_result WHERE application_id = application.id
        UNION ALL
        SELECT text FROM applications_activity WHERE application_id = application.id
        UNION ALL
        SELECT text FROM applications_risk WHERE application_id = application.id
    ) AS piece
) AS written
WHERE application.status <> 'draft';
"""


class Migration(migrations.Migration):
    dependencies = [("applications", "0012_search_documents")]
    operations = [migrations.RunSQL(KEEP, migrations.RunSQL.noop)]
