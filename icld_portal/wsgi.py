"""The web server's door."""

import gc
import os

from django.core.wsgi import get_wsgi_application

# A page makes some ten thousand objects and drops them; with Python's own 700 it looked for
# rubbish among them dozens of times, and now and then among all that the process has loaded.
OBJECTS_BEFORE_A_SEARCH = 10_000

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "icld_portal.settings")
application = get_wsgi_application()
gc.collect()
gc.freeze()
gc.set_threshold(OBJECTS_BEFORE_A_SEARCH)
