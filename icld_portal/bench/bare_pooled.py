"""The bare site once more, with the portal's own connection pool: the sterner comparison."""

from icld_portal.bench import portal
from icld_portal.bench.bare import *  # noqa: F403
from icld_portal.bench.bare import SCHEMA

DATABASES = {
    "default": portal.database
    | {"OPTIONS": portal.database["OPTIONS"] | {"options": f"-c search_path={SCHEMA}"}}
}
