"""Organisations and partnerships in Swedish order, by index."""

from django.db import migrations, models

from icld_portal.ordering import SvKey

IN_ORDER = {"ordering": [SvKey("name"), "pk"]}


def index(name):
    return models.Index(SvKey("name"), models.F("id"), name=name)


class Migration(migrations.Migration):
    dependencies = [("partnerships", "0001_initial"), ("icld_portal", "0003_swedish_order")]
    operations = [
        migrations.AlterModelOptions("organisation", IN_ORDER),
        migrations.AlterModelOptions("partnership", IN_ORDER),
        migrations.AddIndex("organisation", index("organisation_swedish_order")),
        migrations.AddIndex("partnership", index("partnership_swedish_order")),
    ]
