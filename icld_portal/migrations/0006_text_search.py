"""What text search stands on: two configurations without accents, and folded names."""

from django.db import migrations

# Both extensions are trusted: the owner of a database may make them.
EXTENSIONS = """
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
"""
# Words lose their accents before the Swedish endings are taken off, in texts and in what is
# asked for alike: "Malmo" finds "Malmö". The second one keeps words of any language whole.
# Neither knows *och* and *att*: nobody finds anything by them.
CONFIGURATIONS = """
CREATE TEXT SEARCH CONFIGURATION portal_swedish (COPY = pg_catalog.swedish);
ALTER TEXT SEARCH CONFIGURATION portal_swedish
    ALTER MAPPING FOR hword, hword_part, word WITH unaccent, swedish_stem;
CREATE TEXT SEARCH DICTIONARY portal_words (TEMPLATE = pg_catalog.simple, STOPWORDS = swedish);
CREATE TEXT SEARCH CONFIGURATION portal_simple (COPY = pg_catalog.simple);
ALTER TEXT SEARCH CONFIGURATION portal_simple
    ALTER MAPPING FOR hword, hword_part, word WITH unaccent, portal_words;
ALTER TEXT SEARCH CONFIGURATION portal_simple
    ALTER MAPPING FOR asciihword, asciiword, hword_asciipart WITH portal_words;
"""
# Immutable, since the rules of unaccent that come with Postgres are never changed here.
FOLDED = """
CREATE FUNCTION folded(name text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN lower(unaccent('unaccent'::regdictionary, name));
"""
UNDO = """
DROP FUNCTION folded(text);
DROP TEXT SEARCH CONFIGURATION portal_simple;
DROP TEXT SEARCH DICTIONARY portal_words;
DROP TEXT SEARCH CONFIGURATION portal_swedish;
"""


class Migration(migrations.Migration):
    dependencies = [("icld_portal", "0005_letters_by_subject")]
    operations = [migrations.RunSQL(EXTENSIONS + CONFIGURATIONS + FOLDED, UNDO)]
