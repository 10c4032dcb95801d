"""The rows of steering groups, their meetings, minutes and decisions."""

from tests.matrix.rows import Row

STEERING = {
    # Whoever reads no group has a list without rows, of which no file is made.
    "partnerships:decisions": Row("/steering-decisions/", get="*=200"),
    "partnerships:decisions_file": Row(
        "/steering-decisions/file/",
        post="parties=302! icld=302! *=302",
        data={"format": "csv", "query": ""},
    ),
}
