"""Assessments from before criteria were written to be read: they count as handed in."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("applications", "0017_several_assessors_and_a_common_view")]

    operations = [
        migrations.RunSQL(
            "UPDATE applications_assessment SET handed_in_at = written_at "
            "WHERE sheet_id IS NULL AND handed_in_at IS NULL",
            migrations.RunSQL.noop,
        )
    ]
