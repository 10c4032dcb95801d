"""The bare site once more, on a pool of connections as the portal's: the sterner comparison."""

from icld_portal.bench import bare, portal
from icld_portal.bench.bare import *  # noqa: F403

DATABASES = {
    "default": bare.DATABASES["default"]
    | {
        "OPTIONS": bare.DATABASES["default"]["OPTIONS"]
        | {"pool": portal.database["OPTIONS"]["pool"]},
        "CONN_HEALTH_CHECKS": True,
    }
}
