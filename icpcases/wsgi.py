"""The WSGI application: `gunicorn icpcases.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "icpcases.settings")

application = get_wsgi_application()
