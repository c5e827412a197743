"""The WSGI application: `gunicorn icpcases.wsgi`."""

import gc
import os

from django.core.wsgi import get_wsgi_application

from icpcases.db.sqlite import hold_in_memory

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "icpcases.settings")

hold_in_memory()
application = get_wsgi_application()

# What is loaded by now stays till the end: the collector need not walk through it ever again.
gc.collect()
gc.freeze()
