"""Every file has its slot, and the slots of a published form stay as they are."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [('applications', '0009_letters_in_their_slot')]

    operations = [
        migrations.AlterField(
            model_name='attachment',
            name='slot',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='applications.attachmentslot'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='attachment',
            trigger=pgtrigger.compiler.Trigger(name='slot_of_own_form', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF \n    NOT EXISTS (\n        SELECT 1 FROM applications_attachmentslot AS slot\n        JOIN applications_answersheet AS sheet ON sheet.question_set_id = slot.question_set_id\n        JOIN applications_application AS the_case ON the_case.sheet_id = sheet.id\n        WHERE slot.id = NEW.slot_id AND the_case.id = NEW.application_id\n    )\n THEN\n                        RAISE EXCEPTION 'pgtrigger: the slot is of another form';\n                    END IF;\n                    RETURN NEW;\n                ", hash='e1de0fc99f366f8b0601270fca70b8272905cf81', operation='INSERT OR UPDATE', pgid='pgtrigger_slot_of_own_form_17c7b', table='applications_attachment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='attachmentslot',
            trigger=pgtrigger.compiler.Trigger(name='published_is_frozen', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP <> 'INSERT' THEN\n                IF EXISTS (SELECT 1 FROM applications_questionset AS parent WHERE parent.id = OLD.question_set_id AND (parent.published_at IS NOT NULL)) THEN\n                    RAISE EXCEPTION 'pgtrigger: applications_questionset is frozen, % refused', TG_TABLE_NAME;\n                END IF;\n            END IF;\n            IF TG_OP = 'DELETE' THEN\n                RETURN OLD;\n            END IF;\n            IF EXISTS (SELECT 1 FROM applications_questionset AS parent WHERE parent.id = NEW.question_set_id AND (parent.published_at IS NOT NULL)) THEN\n                RAISE EXCEPTION 'pgtrigger: applications_questionset is frozen, % refused', TG_TABLE_NAME;\n            END IF;\n            RETURN NEW;\n        ", hash='9724863b4041889791b021a9767a33837060367d', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_published_is_frozen_863a0', table='applications_attachmentslot', when='BEFORE')),
        ),
    ]
