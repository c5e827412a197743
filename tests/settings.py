"""The settings of the tests: those of the program, on a database that lives as long as the run.

TEST_DB chooses it: sqlite (default) or postgres.
"""

import os

# Whatever steers the program on this machine must not steer its tests.
STEERING = """
    DEBUG DEMO HTTPS WEB_CONCURRENCY LOG_LEVEL SECRET_KEY SECRET_KEY_OLD ALLOWED_HOSTS
    CSRF_TRUSTED_ORIGINS SITE_URL EMAIL_URL EMAIL_FROM STAFF_SECOND_FACTOR PROXIES
    DATABASE_URL DOCUMENT_ROOT DOCUMENT_MAX_MB DOCUMENT_MAX_MEGAPIXELS DOCUMENT_MAX_PAGES
    DOCUMENT_UPLOAD_MAX_MB DOCUMENT_SCANNER DOCUMENT_SCANNER_SECONDS STATIC_ROOT
    OFFICE_NAME OFFICE_NAME_EN OFFICE_PHONE OFFICE_HOURS OFFICE_HOURS_EN OFFICE_EMAIL
    PRIVACY_NOTICE PRIVACY_NOTICE_EN
"""
for name in STEERING.split():
    os.environ.pop(name, None)

from tests.harness.databases import FOLDER, chosen, url

os.environ["SECRET_KEY"] = "only-for-tests-" * 4
os.environ["DATABASE_URL"] = url()
# A document that a test forgets to place must not land in the checkout.
os.environ["DOCUMENT_ROOT"] = str(FOLDER / "documents")
os.environ["STATIC_ROOT"] = str(FOLDER / "static")

from icpcases.settings import *
from icpcases.settings import DATABASES
from icpcases.settings import INSTALLED_APPS as _OURS

if chosen() == "sqlite":
    # A real file: in memory there is no WAL, no second connection and so no race to lose.
    DATABASES["default"]["TEST"] = {"NAME": str(FOLDER / "test.sqlite3")}

# Its `flush` stands in place of Django's: see there.
INSTALLED_APPS = [*_OURS, "tests.harness"]
# Most tests are about something else; those about the second factor turn it on.
STAFF_SECOND_FACTOR = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Looks static files up when asked; listing them all for each test client takes longer.
WHITENOISE_AUTOREFRESH = True

# Nobody else reads these; children that a test starts must find the environment clean.
for name in ("SECRET_KEY", "DATABASE_URL", "DOCUMENT_ROOT", "STATIC_ROOT"):
    del os.environ[name]
