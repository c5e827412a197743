"""One settings file, steered by environment variables; docs/operating.md lists them."""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from icpcases.env import Env
from icpcases.mail_url import to_folder

BASE_DIR = Path(__file__).resolve().parent.parent
LOCAL_DIR = BASE_DIR / ".local"
env = Env()


def local_secret_key() -> str:
    """The key of this checkout, made on first use and kept where only its owner reads it."""
    file = LOCAL_DIR / "secret_key"
    try:
        LOCAL_DIR.mkdir(mode=0o700, exist_ok=True)
        if not file.exists():
            make_secret_key(file)
        return file.read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"SECRET_KEY is not set, and no local key can be kept at {file}: {error.strerror}."
        ) from None


def make_secret_key(file: Path) -> None:
    """Writes a new key beside its place and links it there: two first starts agree on one."""
    draft = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    draft.touch(mode=0o600)
    try:
        draft.write_text(secrets.token_urlsafe(64))
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


DEBUG = env.flag("DEBUG")
DEMO = env.flag("DEMO")
HTTPS = env.flag("HTTPS")
WEB_CONCURRENCY = env.number("WEB_CONCURRENCY", default=1, least=1, most=256)
# Where people reach the site, for the links in mails: a request's own host could be made up.
SITE_URL = env.origin("SITE_URL", default="http://localhost:8000")
LOG_LEVEL = env.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))

SECRET_KEY = env.secret("SECRET_KEY") or local_secret_key()
# The key in use before, so that changing the key signs nobody out.
SECRET_KEY_FALLBACKS = [key] if (key := env.secret("SECRET_KEY_OLD")) else []
ALLOWED_HOSTS = env.hosts("ALLOWED_HOSTS", default=("localhost", "127.0.0.1", "[::1]"))
CSRF_TRUSTED_ORIGINS = env.origins("CSRF_TRUSTED_ORIGINS")

DATABASES = {"default": env.database("DATABASE_URL", default=LOCAL_DIR / "icpcases.sqlite3")}
if not env.text("DATABASE_URL"):
    LOCAL_DIR.mkdir(mode=0o700, exist_ok=True)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "icpcases",
    "icpcases.staff.apps.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.forms",
    # Before staticfiles, so that runserver serves files the same way as production.
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "icpcases.cases",
    "icpcases.accounts",
    "icpcases.staff",
    "icpcases.applicants",
    "icpcases.notifications",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "icpcases.headers.SecurityHeaders",
    "icpcases.web.troubles.TroublePages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "icpcases.accounts.languages.ReaderLanguages",
    "django.contrib.messages.middleware.MessageMiddleware",
    # Behind the check against forgery: what it refuses never reaches a view.
    "icpcases.web.typed_pages.TypedComesBack",
    "allauth.account.middleware.AccountMiddleware",
    "icpcases.accounts.second_factor.StaffSecondFactor",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "icpcases.urls"
WSGI_APPLICATION = "icpcases.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Widgets of our own find their templates among ours.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# In the database, so that every process on every machine counts the same tries.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "icpcases_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    # What every page reads of the tables that staff keep: a minute old at most, no query.
    "tables": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "tables",
        # Usual durations alone are kept for each province, kind of applicant, and forum or not.
        "OPTIONS": {"MAX_ENTRIES": 1000},
    },
    # What pages told of a case, asked for behind the permission and compared with its rows.
    "pages": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "pages",
        "OPTIONS": {"MAX_ENTRIES": 1000},
    },
}

# Applicants by a code sent to their address, staff by password and second factor:
# docs/decisions/0002-signing-in.md.
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "/cases/"
LOGOUT_REDIRECT_URL = "/"
STAFF_SECOND_FACTOR = env.flag("STAFF_SECOND_FACTOR", default=not DEMO)
# How many of the addresses in X-Forwarded-For our own proxies wrote: limits count visitors by it.
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("PROXIES", default=int(HTTPS), least=0, most=9)
ACCOUNT_ADAPTER = "icpcases.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {
    # Asking for a code: the key is the address.
    "request_login_code": "20/m/ip,3/m/key,10/h/key",
    # Trying a code: the key is the code. Counted here too because two requests at once
    # read the same session, and so the same number of wrong tries.
    "try_login_code": "30/m/ip,5/10m/key",
    # Trying a password: allauth's own count, whose key has the Host header in it, and ours,
    # whose key is the username: with another port each time nobody would be counted.
    "login_failed": "10/m/ip,5/5m/key",
    "try_password": "5/5m/key",
    # Trying a second factor, beside login_failed: the key is the account.
    "second_factor": "20/6h/key",
}
MFA_ADAPTER = "icpcases.accounts.adapters.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "icpcases.accounts.staff_forms.SecondFactorForm",
    "reauthenticate": "icpcases.accounts.staff_forms.SecondFactorAgainForm",
    "activate_totp": "icpcases.accounts.staff_forms.EnrolForm",
}
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "icpcases"
# Telephones whose clock is half a minute off.
MFA_TOTP_TOLERANCE = 1

LOCAL_MAIL_DIR = LOCAL_DIR / "mail"
# Without EMAIL_URL the machine's own mail server is asked; the demo keeps its mails to itself.
globals().update(
    {"EMAIL_FILE_PATH": None}
    | env.mail("EMAIL_URL", default=to_folder(LOCAL_MAIL_DIR) if DEMO else {})
)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.sender("EMAIL_FROM", default="ICP filing cases <noreply@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# Who runs the site, in the foot of every page and mail; of a demo, nobody that there is.
OFFICE_NAME = env.text("OFFICE_NAME", "青禾备案代办（演示）" if DEMO else "")
OFFICE_NAME_EN = env.text("OFFICE_NAME_EN", "Qinghe Filing Office (demo)" if DEMO else "")
OFFICE_PHONE = env.text("OFFICE_PHONE", "010-5555 0123" if DEMO else "")
OFFICE_HOURS = env.text("OFFICE_HOURS", "工作日 9:00–18:00（北京时间）" if DEMO else "")
OFFICE_HOURS_EN = env.text(
    "OFFICE_HOURS_EN", "working days 9:00–18:00, Beijing time" if DEMO else ""
)
OFFICE_EMAIL = env.address("OFFICE_EMAIL", "office@qinghe.example" if DEMO else "")
_NOTICES = BASE_DIR / "icpcases" / "demo"
PRIVACY_NOTICE = env.notice("PRIVACY_NOTICE", str(_NOTICES / "privacy.zh.txt") if DEMO else "")
PRIVACY_NOTICE_EN = env.notice(
    "PRIVACY_NOTICE_EN", str(_NOTICES / "privacy.en.txt") if DEMO else ""
)

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "icpcases" / "locale"]
FORMAT_MODULE_PATH = "icpcases.locale"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = env.folder("STATIC_ROOT", default=LOCAL_DIR / "static")
# A checkout that has not collected its static files shows them all the same.
WHITENOISE_USE_FINDERS = DEBUG or not STATIC_ROOT.is_dir()

DOCUMENT_ROOT = env.folder("DOCUMENT_ROOT", default=LOCAL_DIR / "documents")
DOCUMENT_MAX_MB = env.number("DOCUMENT_MAX_MB", default=4, least=1, most=100)
# A picture may be sent larger than it is kept: it is made smaller.
DOCUMENT_UPLOAD_MAX_MB = max(
    env.number("DOCUMENT_UPLOAD_MAX_MB", default=25, least=1, most=100), DOCUMENT_MAX_MB
)
# Decoded, a pixel takes up to four bytes of memory.
DOCUMENT_MAX_MEGAPIXELS = env.number("DOCUMENT_MAX_MEGAPIXELS", default=50, least=1, most=80)
DOCUMENT_MAX_PAGES = env.number("DOCUMENT_MAX_PAGES", default=200, least=1, most=2000)
# Reads a file on standard input; 0 is clean, 1 is a find. Without it no file is scanned.
DOCUMENT_SCANNER = env.command("DOCUMENT_SCANNER")
DOCUMENT_SCANNER_SECONDS = env.number("DOCUMENT_SCANNER_SECONDS", default=30, least=1, most=300)
if DOCUMENT_ROOT.resolve().is_relative_to(STATIC_ROOT.resolve()):
    raise ImproperlyConfigured("DOCUMENT_ROOT lies in STATIC_ROOT, where anyone could read it.")
# A file field that names no storage keeps its files in private too. No URL serves this folder.
MEDIA_ROOT = DOCUMENT_ROOT
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
        # Public, unlike documents: often collected by one user and served by another.
        "OPTIONS": {"file_permissions_mode": 0o644, "directory_permissions_mode": 0o755},
    },
}

CSRF_FAILURE_VIEW = "icpcases.web.typed_pages.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SAMESITE = "Lax"

if HTTPS:
    SECURE_SSL_REDIRECT = True
    # The proxy in front must set or strip this header itself: docs/operating.md says so.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    LANGUAGE_COOKIE_SECURE = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line"},
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        # Django's own handlers would print a second time, or mail to nobody.
        "django": {"handlers": [], "level": LOG_LEVEL, "propagate": True},
        "django.server": {"handlers": [], "level": LOG_LEVEL, "propagate": True},
        "django.db.backends": {"level": "INFO"},
    },
}
