"""Every form gets a slot for letters of intent, and the letters that are there are put in it."""

from django.db import migrations

LETTER = {
    "key": "letter_of_intent",
    "sort_order": 0,
    "need": "expected",
    "per_party": True,
    "max_files": 5,
    "name_sv": "Avsiktsförklaring",
    "name_en": "Letter of intent",
    "help_sv": "Ett brev från varje part, undertecknat av någon som får skriva under för den.",
    "help_en": "A letter from each party, signed by somebody who may sign for it.",
}
# Letters of cases that are handed in get their slot too; nothing else about them changes.
UNLOCK = "ALTER TABLE applications_attachment DISABLE TRIGGER USER"
LOCK = "SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE applications_attachment ENABLE TRIGGER USER"


def put_letters_in_their_slot(apps, schema_editor):
    QuestionSet = apps.get_model("applications", "QuestionSet")
    AttachmentSlot = apps.get_model("applications", "AttachmentSlot")
    Attachment = apps.get_model("applications", "Attachment")
    for question_set in QuestionSet.objects.filter(purpose="application"):
        slot = AttachmentSlot.objects.create(question_set=question_set, **LETTER)
        Attachment.objects.filter(application__sheet__question_set=question_set).update(slot=slot)


class Migration(migrations.Migration):

    dependencies = [("applications", "0008_attachment_slots")]

    operations = [
        migrations.RunSQL(UNLOCK, LOCK),
        migrations.RunPython(put_letters_in_their_slot, migrations.RunPython.noop),
        migrations.RunSQL(LOCK, UNLOCK),
    ]
