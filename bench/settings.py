"""The program's own settings, with the baselines beside it."""

from icpcases.settings import *
from icpcases.settings import DATABASES
from icpcases.settings import INSTALLED_APPS as _OURS
from icpcases.settings import MIDDLEWARE as _MIDDLEWARE

INSTALLED_APPS = [*_OURS, "django_fsm_log", "bench.baseline"]
MIDDLEWARE = _MIDDLEWARE
ROOT_URLCONF = "bench.urls"
ALLOWED_HOSTS = ["*"]
STAFF_SECOND_FACTOR = False
LOG_LEVEL = "ERROR"
LOGGING = {"version": 1, "disable_existing_loggers": False}
# Our own cases keep a history of their own.
DJANGO_FSM_LOG_IGNORED_MODELS = ["icpcases.cases.models.case.FilingCase"]
# Whoever measures waits; the limits of an office would end a baseline's query.
if DATABASES["default"]["ENGINE"].endswith("postgresql"):
    DATABASES["default"]["OPTIONS"]["options"] = "-c statement_timeout=0"
else:
    # The baseline once more as Django makes a SQLite database without being told anything.
    _NAME = str(DATABASES["default"]["NAME"])
    DATABASES["stock"] = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": _NAME.replace("cases_", "stock_"),
    }
