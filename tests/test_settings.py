"""The settings: safe by default, and a wrong value refused with its name."""

import os
import re
import runpy
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from icpcases import checks
from icpcases.env import Env

from .settings import STEERING

# Nothing here asks a database for anything that differs.
pytestmark = pytest.mark.sqlite

PROJECT = Path(__file__).resolve().parent.parent
SETTINGS = PROJECT / "icpcases" / "settings.py"
KEY = "a-key-for-these-tests-" * 3


@pytest.fixture
def settings_with(monkeypatch):
    """`settings_with(DEBUG="1")`: what settings.py makes of this environment and no other."""

    def load(**environment: str) -> dict[str, Any]:
        for name in STEERING.split():
            monkeypatch.delenv(name, raising=False)
        for name, value in {"SECRET_KEY": KEY, **environment}.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(SETTINGS))

    return load


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "2"),
        ("DEBUG", "ture"),
        ("DEMO", "maybe"),
        ("HTTPS", "https"),
        ("WEB_CONCURRENCY", "0"),
        ("WEB_CONCURRENCY", "two"),
        ("WEB_CONCURRENCY", "٣"),
        ("WEB_CONCURRENCY", "9" * 5000),
        ("LOG_LEVEL", "loud"),
        ("SECRET_KEY", "too-short"),
        ("SECRET_KEY_OLD", "too-short"),
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", "https://cases.example"),
        ("ALLOWED_HOSTS", "cases.example:443"),
        ("ALLOWED_HOSTS", "cases.example other.example"),
        ("CSRF_TRUSTED_ORIGINS", "cases.example"),
        ("CSRF_TRUSTED_ORIGINS", "ftp://cases.example"),
        ("CSRF_TRUSTED_ORIGINS", "https://cases.example/page"),
        ("DATABASE_URL", "mysql://root@host/name"),
        ("DATABASE_URL", "cases.sqlite3"),
        ("DATABASE_URL", "sqlite://cases.sqlite3"),
        ("DATABASE_URL", "sqlite:///relative.sqlite3"),
        ("DATABASE_URL", "sqlite:///"),
        ("DATABASE_URL", "sqlite:////tmp/a?mode=ro"),
        ("DATABASE_URL", "postgres://host"),
        ("DATABASE_URL", "postgres://host/"),
        ("DATABASE_URL", "postgres://user@/name"),
        ("DATABASE_URL", "postgres://host:port/name"),
        ("DATABASE_URL", "postgres://host:99999/name"),
        ("DATABASE_URL", "postgres://[::1/name"),
        ("DATABASE_URL", "postgres://host/name?sslmod=require"),
        ("DOCUMENT_ROOT", "documents"),
        ("DOCUMENT_ROOT", __file__),
        ("DOCUMENT_MAX_MB", "-1"),
        ("DOCUMENT_MAX_MB", "4.5"),
        ("DOCUMENT_MAX_MB", "101"),
        ("DOCUMENT_UPLOAD_MAX_MB", "101"),
        ("STATIC_ROOT", "static"),
        ("SITE_URL", "cases.example"),
        ("SITE_URL", "https://cases.example/"),
        ("SITE_URL", "https://cases.example,https://other.example"),
        ("EMAIL_FROM", "office"),
        ("EMAIL_FROM", "office@cases.example\nBcc: all@cases.example"),
        ("EMAIL_URL", "mail.example"),
        ("EMAIL_URL", "imap://mail.example"),
        ("EMAIL_URL", "smtp://"),
        ("EMAIL_URL", "smtp://mail.example/path"),
        ("EMAIL_URL", "smtp://mail.example:port"),
        ("EMAIL_URL", "smtp://mail.example?tls=yes"),
        ("EMAIL_URL", "smtp://mail.example?ssl=1"),
        ("EMAIL_URL", "smtp://user@mail.example"),
        ("EMAIL_URL", "smtp://user:pass#word@mail.example"),
        ("EMAIL_URL", "smtps://mail.example?tls=1"),
        ("EMAIL_URL", "file://relative/folder"),
        ("EMAIL_URL", "file:///"),
        ("EMAIL_URL", f"file://{__file__}"),
        ("EMAIL_URL", "console://mail.example"),
        ("STAFF_SECOND_FACTOR", "never"),
        ("PROXIES", "-1"),
        ("PROXIES", "10"),
    ],
)
def test_a_wrong_value_is_refused_by_name(settings_with, name, value):
    with pytest.raises(ImproperlyConfigured) as refusal:
        settings_with(**{name: value})
    sentence = str(refusal.value)
    assert name in sentence
    assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "hush"),
        ("DATABASE_URL", "mysql://root:hush@host/name"),
        ("DATABASE_URL", "postgres://root:hush@host/"),
        ("EMAIL_URL", "smtp://user:hush@mail.example/?tls=maybe"),
        ("EMAIL_URL", "imap://user:hush@mail.example/"),
        ("EMAIL_URL", "smtp://user:hush@mail.example:port"),
    ],
)
def test_a_refusal_does_not_tell_a_secret(settings_with, name, value):
    with pytest.raises(ImproperlyConfigured) as refusal:
        settings_with(**{name: value})
    assert "hush" not in str(refusal.value)


def test_a_refusal_stops_the_command_line_with_its_sentence():
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=PROJECT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "icpcases.settings", "DEBUG": "2"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert done.stderr.splitlines()[-1].endswith("DEBUG='2' is not understood: use 1 or 0.")


def test_safe_by_default(settings_with):
    settings = settings_with()
    assert settings["DEBUG"] is False
    assert settings["DEMO"] is False
    assert settings["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]"]
    assert settings["CSRF_TRUSTED_ORIGINS"] == []
    assert settings["DOCUMENT_MAX_MB"] == 4
    assert not settings["DOCUMENT_ROOT"].is_relative_to(settings["STATIC_ROOT"])


def test_a_picture_may_be_sent_larger_than_it_is_kept(settings_with):
    """Never smaller: an office that keeps 50 MB takes 50 MB."""
    asked = [{}, {"DOCUMENT_UPLOAD_MAX_MB": "60"}, {"DOCUMENT_MAX_MB": "50"}]
    assert [settings_with(**each)["DOCUMENT_UPLOAD_MAX_MB"] for each in asked] == [25, 60, 50]


def test_documents_among_the_static_files_are_refused(settings_with, tmp_path):
    with pytest.raises(ImproperlyConfigured, match="DOCUMENT_ROOT"):
        settings_with(STATIC_ROOT=str(tmp_path), DOCUMENT_ROOT=str(tmp_path / "documents"))


def test_empty_counts_as_not_given(settings_with):
    settings = settings_with(DEBUG="", ALLOWED_HOSTS=" ", DATABASE_URL="", DOCUMENT_MAX_MB="")
    assert settings["DEBUG"] is False
    assert settings["DATABASES"]["default"]["ENGINE"] == "django.db.backends.sqlite3"


def test_https_keeps_cookies_to_https(settings_with):
    settings = settings_with(HTTPS="1")
    assert settings["SESSION_COOKIE_SECURE"] is True
    assert settings["CSRF_COOKIE_SECURE"] is True
    assert settings["SECURE_SSL_REDIRECT"] is True
    assert "SESSION_COOKIE_SECURE" not in settings_with(HTTPS="0")


def test_a_sqlite_file(settings_with):
    database = settings_with(DATABASE_URL="sqlite:////srv/a%20b/cases.sqlite3")["DATABASES"]
    assert database["default"] == {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": "/srv/a b/cases.sqlite3",
        "CONN_MAX_AGE": 60,
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "postgres://li:a%40b@db.example:5433/cases",
            {"HOST": "db.example", "PORT": "5433", "USER": "li", "PASSWORD": "a@b"},
        ),
        (
            "postgresql://li@/cases?host=/run/postgresql",
            {"HOST": "/run/postgresql", "PORT": "", "USER": "li", "PASSWORD": ""},
        ),
    ],
)
def test_a_postgres_server(settings_with, url, expected):
    database = settings_with(DATABASE_URL=url)["DATABASES"]["default"]
    assert {name: database[name] for name in expected} == expected
    assert database["NAME"] == "cases"
    assert database["CONN_HEALTH_CHECKS"] is True
    for limit in ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"):
        assert f"-c {limit}=" in database["OPTIONS"]["options"]


def test_postgres_options_are_handed_on(settings_with):
    url = "postgres://host/cases?sslmode=verify-full"
    options = settings_with(DATABASE_URL=url)["DATABASES"]["default"]["OPTIONS"]
    assert options["sslmode"] == "verify-full"


@pytest.mark.parametrize(
    ("query", "threshold"), [("", 5), ("?prepare=yes", 5), ("?prepare=no", None)]
)
def test_a_pooler_may_know_no_prepared_statements(settings_with, query, threshold):
    options = settings_with(DATABASE_URL=f"postgres://host/cases{query}")["DATABASES"]["default"]
    assert options["OPTIONS"]["prepare_threshold"] == threshold
    assert "prepare" not in options["OPTIONS"]


SMTP = "django.core.mail.backends.smtp.EmailBackend"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "smtp://li%40cases:a%23b@mail.example:2525/?tls=1",
            {
                "EMAIL_BACKEND": SMTP,
                "EMAIL_HOST": "mail.example",
                "EMAIL_PORT": 2525,
                "EMAIL_HOST_USER": "li@cases",
                "EMAIL_HOST_PASSWORD": "a#b",
                "EMAIL_USE_TLS": True,
            },
        ),
        ("smtp://mail.example", {"EMAIL_PORT": 25, "EMAIL_USE_TLS": False, "EMAIL_HOST_USER": ""}),
        ("smtp://mail.example?tls=1", {"EMAIL_PORT": 587, "EMAIL_USE_TLS": True}),
        ("smtps://mail.example", {"EMAIL_PORT": 465, "EMAIL_USE_SSL": True}),
        ("console:", {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}),
        (
            "file:///srv/a%20b",
            {
                "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
                "EMAIL_FILE_PATH": "/srv/a b",
            },
        ),
    ],
)
def test_how_mail_leaves(settings_with, url, expected):
    settings = settings_with(EMAIL_URL=url)
    assert {name: settings[name] for name in expected} == expected
    assert settings["EMAIL_TIMEOUT"] == 10


def test_a_demo_keeps_its_mail_unless_told_otherwise(settings_with):
    assert settings_with(DEMO="1")["EMAIL_FILE_PATH"].endswith(".local/mail")
    assert settings_with()["EMAIL_FILE_PATH"] is None
    sent = settings_with(DEMO="1", EMAIL_URL="smtp://mail.example")
    assert (sent["EMAIL_BACKEND"], sent["EMAIL_FILE_PATH"]) == (SMTP, None)


def test_the_second_factor_is_left_out_of_demos_only(settings_with):
    assert settings_with()["STAFF_SECOND_FACTOR"] is True
    assert settings_with(DEMO="1")["STAFF_SECOND_FACTOR"] is False
    assert settings_with(DEMO="1", STAFF_SECOND_FACTOR="1")["STAFF_SECOND_FACTOR"] is True


@pytest.mark.parametrize(
    ("url", "warned"),
    [
        ("https://cases.example", False),
        ("https://cases.example:8443", False),
        ("http://cases.example", True),
        ("http://localhost:8000", True),
        ("https://other.example", True),
    ],
)
def test_links_that_lead_nowhere_are_warned_of(settings, url, warned):
    settings.SITE_URL = url
    settings.ALLOWED_HOSTS = ["cases.example"]
    found = [warning.id for warning in checks.site_url_is_public(None)]
    assert found == ([checks.SITE_URL_ID] if warned else [])


def test_the_local_key_is_made_once_and_read_by_its_owner_only(settings_with, tmp_path):
    settings = settings_with()
    file = tmp_path / "secret_key"
    settings["make_secret_key"](file)
    key = file.read_text()
    settings["make_secret_key"](file)
    assert len(key) >= 50
    assert file.read_text() == key
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_the_page_on_operating_lists_every_variable():
    asked = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', SETTINGS.read_text()))
    page = (PROJECT / "docs" / "operating.md").read_text()
    listed = set(re.findall(r"^\| `([A-Z_]+)` \|", page, re.MULTILINE))
    assert asked == listed
    assert asked == set(STEERING.split())
    forgotten = (PROJECT / "script" / "common.sh").read_text().split("forget_settings")[1]
    assert asked <= set(re.findall(r"[A-Z_]+", forgotten))


@pytest.mark.parametrize(
    ("engine", "processes", "version", "warned"),
    [
        ("sqlite3", 2, (3, 51, 2), True),
        ("sqlite3", 2, (3, 7, 0), True),
        ("sqlite3", 2, (3, 51, 3), False),
        ("sqlite3", 2, (3, 6, 23), False),
        ("sqlite3", 1, (3, 40, 1), False),
        ("postgresql", 2, (3, 40, 1), False),
    ],
)
def test_processes_on_a_sqlite_that_may_corrupt_are_warned_of(
    settings, monkeypatch, engine, processes, version, warned
):
    engine = f"django.db.backends.{engine}"
    monkeypatch.setitem(settings.DATABASES, "default", {"ENGINE": engine})
    settings.WEB_CONCURRENCY = processes
    monkeypatch.setattr(sqlite3, "sqlite_version_info", version)
    found = [warning.id for warning in checks.sqlite_is_safe_for_processes(None)]
    assert found == ([checks.WAL_RESET_ID] if warned else [])


def test_environment_is_read_from_the_process_by_default(monkeypatch):
    monkeypatch.setenv("DEMO", "yes")
    assert Env().flag("DEMO") is True
    assert Env({}).flag("DEMO") is False
