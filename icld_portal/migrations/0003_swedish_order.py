"""The sort key for names: a-z å ä ö, whatever locale the server has."""

from django.db import migrations

# COLLATE "C" makes lower() and the pattern alike on every server; the brackets stand for
# å, ä and ö, which come after z.
CREATE = """
CREATE FUNCTION sv_key(name text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN lower(
    regexp_replace(
        normalize(
            translate(normalize(name, NFC), 'ÅåÄäÆæÖöØøŁłĐđÐðı', '{{||||}}}}llddddi'), NFD
        ) COLLATE "C",
        '[\\u0300-\\u036f]', '', 'g'
    )
)
"""


class Migration(migrations.Migration):
    dependencies = [("icld_portal", "0002_cache_table")]
    operations = [migrations.RunSQL(CREATE, "DROP FUNCTION sv_key(text)")]
