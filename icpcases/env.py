"""Reading settings from environment variables, strictly: a wrong value is refused by name."""

import os
import shlex
from collections.abc import Mapping
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

from .mail_url import mail_settings, split_url

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off"})

SQLITE_INIT = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
SQLITE_BUSY_SECONDS = 20
# Whoever closes a SQLite database last tidies its journal away, which takes longer than a page.
CONNECTION_SECONDS = 60
POSTGRES_SCHEMES = ("postgres", "postgresql")
POSTGRES_OPTIONS = frozenset(
    {
        "sslmode",
        "sslrootcert",
        "sslcert",
        "sslkey",
        "connect_timeout",
        "application_name",
        "prepare",
    }
)


class Env:
    """The environment, asked for one typed value at a time; empty counts as not given."""

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self.values = os.environ if values is None else values

    def text(self, name: str, default: str = "") -> str:
        return self.values.get(name, "").strip() or default

    def flag(self, name: str, default: bool = False) -> bool:
        text = self.text(name)
        if not text:
            return default
        if text.lower() in TRUE:
            return True
        if text.lower() in FALSE:
            return False
        raise not_understood(name, text, "use 1 or 0")

    def number(self, name: str, default: int, least: int, most: int) -> int:
        text = self.text(name)
        if not text:
            return default
        # isdecimal alone takes digits of other scripts, which int() would silently accept too.
        if not (text.isascii() and text.isdecimal()):
            raise not_understood(name, text, f"use a whole number from {least} to {most}")
        number = int(text) if len(text) < 10 else most + 1
        if not least <= number <= most:
            raise not_understood(name, text, f"use a whole number from {least} to {most}")
        return number

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        text = self.text(name, default)
        if text not in choices:
            raise not_understood(name, text, f"use one of {', '.join(choices)}")
        return text

    def hosts(self, name: str, default: tuple[str, ...] = ()) -> list[str]:
        """Host names separated by commas, as ALLOWED_HOSTS wants them."""
        hosts = self._parts(name) or list(default)
        for host in hosts:
            if "/" in host or " " in host or (":" in host and not host.startswith("[")):
                raise not_understood(name, host, "use host names without scheme, port or path")
            if host == "*":
                raise not_understood(name, host, "name each host; a star would trust any")
        return hosts

    def origins(self, name: str, at_most: int | None = None) -> list[str]:
        """Origins such as https://cases.example, separated by commas."""
        origins = self._parts(name)
        for origin in origins:
            url = urlsplit(origin)
            if url.scheme not in ("http", "https") or not url.netloc or url.path or url.query:
                raise not_understood(name, origin, "use origins such as https://cases.example")
        if at_most and len(origins) > at_most:
            raise not_understood(
                name, ",".join(origins), "use one origin, without a slash at its end"
            )
        return origins

    def origin(self, name: str, default: str) -> str:
        """One origin such as https://cases.example, without a slash at its end."""
        return (self.origins(name, at_most=1) or [default])[0]

    def mail(self, name: str, default: dict[str, object]) -> dict[str, object]:
        """Django's settings for mail from smtp://, smtps://, file:/// or console:."""
        text = self.text(name)
        return mail_settings(name, text) if text else default

    def sender(self, name: str, default: str) -> str:
        """The address that mails come from, alone or as in Office <office@cases.example>."""
        text = self.text(name, default)
        try:
            validate_email(parseaddr("" if "\n" in text else text)[1])
        except ValidationError:
            raise not_understood(
                name, text, "use an address such as office@cases.example"
            ) from None
        return text

    def command(self, name: str) -> list[str]:
        """A command with its arguments, quoted as in a shell; empty if there is none."""
        text = self.text(name)
        try:
            return shlex.split(text)
        except ValueError:
            raise not_understood(name, text, "close its quotes, as in a shell") from None

    def folder(self, name: str, default: Path) -> Path:
        text = self.text(name)
        if not text:
            return default
        folder = Path(text)
        if not folder.is_absolute():
            raise not_understood(name, text, "use an absolute path")
        if folder.exists() and not folder.is_dir():
            raise not_understood(name, text, "this is not a folder")
        return folder

    def notice(self, name: str, default: str = "") -> str:
        """Where a notice to readers is: an address, or the absolute path of a text in UTF-8."""
        text = self.text(name, default)
        if not text or text.startswith(("https://", "http://")):
            return text
        if not Path(text).is_absolute():
            raise not_understood(name, text, "use an address with https://, or an absolute path")
        try:
            Path(text).read_text(encoding="utf-8")
        except OSError as error:
            raise not_understood(
                name, text, f"the file cannot be read ({error.strerror})"
            ) from None
        except UnicodeDecodeError:
            raise not_understood(name, text, "the file is no text in UTF-8") from None
        return text

    def address(self, name: str, default: str = "") -> str:
        """A mail address that people are to read, or nothing."""
        text = self.text(name, default)
        try:
            if text:
                validate_email(text)
        except ValidationError:
            raise not_understood(
                name, text, "use an address such as office@cases.example"
            ) from None
        return text

    def secret(self, name: str, least: int = 50) -> str | None:
        text = self.text(name)
        if text and len(text) < least:
            # The value itself is never repeated: this sentence ends up in logs.
            raise ImproperlyConfigured(f"{name} is too short: use at least {least} characters.")
        return text or None

    def database(self, name: str, default: Path) -> dict[str, object]:
        """A Django database from sqlite:///path or postgres://user:password@host:port/name."""
        text = self.text(name)
        if not text:
            return sqlite(default)
        try:
            url = split_url(text)
        except ValueError:
            raise wrong_database(name, "it is not a URL") from None
        if url.scheme == "sqlite":
            return self._sqlite(name, url)
        if url.scheme in POSTGRES_SCHEMES:
            return self._postgres(name, url)
        raise wrong_database(name, f"the scheme {url.scheme!r} is not known")

    def _parts(self, name: str) -> list[str]:
        return [part.strip() for part in self.text(name).split(",") if part.strip()]

    def _sqlite(self, name: str, url: SplitResult) -> dict[str, object]:
        path = unquote(url.path)
        if url.netloc or url.query or url.fragment or len(path) < 2:
            raise wrong_database(name, "SQLite wants three slashes and a path to a file")
        # Three slashes and an absolute path give four: sqlite:////var/lib/cases.sqlite3.
        file = Path(path[1:])
        if not file.is_absolute():
            raise wrong_database(
                name, "the path of the SQLite file must be absolute (four slashes)"
            )
        return sqlite(file)

    def _postgres(self, name: str, url: SplitResult) -> dict[str, object]:
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        # A unix socket is a folder, which cannot stand where a URL has its host.
        host = query.pop("host", "") or unquote(url.hostname or "")
        database = unquote(url.path.lstrip("/"))
        if not database or "/" in database:
            raise wrong_database(name, "the name of the database is missing or has a slash")
        if not host:
            raise wrong_database(name, "the host is missing (for a socket add ?host=/folder)")
        unknown = sorted(set(query) - POSTGRES_OPTIONS)
        if unknown or url.fragment:
            raise wrong_database(name, f"unknown option {', '.join(unknown) or url.fragment}")
        prepare = query.pop("prepare", "yes")
        if prepare not in ("yes", "no"):
            raise wrong_database(name, "prepare is yes or no")
        return postgres(
            prepare=prepare == "yes",
            host=host,
            port=str(url.port or ""),
            name=database,
            user=unquote(url.username or ""),
            password=unquote(url.password or ""),
            options=query,
        )


def not_understood(name: str, value: str, instead: str) -> ImproperlyConfigured:
    """The sentence for a wrong value; not for secrets, since it repeats the value."""
    return ImproperlyConfigured(f"{name}={value!r} is not understood: {instead}.")


def wrong_database(name: str, why: str) -> ImproperlyConfigured:
    """The sentence for a wrong database URL; the URL is not repeated, it may hold a password."""
    return ImproperlyConfigured(
        f"{name} is not understood: {why}. "
        "Use sqlite:////absolute/path or postgres://user:password@host:5432/name."
    )


def sqlite(file: Path) -> dict[str, object]:
    """A SQLite file that several threads and processes may write without 'locked' errors."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(file),
        "CONN_MAX_AGE": CONNECTION_SECONDS,
        "OPTIONS": {
            "timeout": SQLITE_BUSY_SECONDS,
            # WAL without immediate transactions fails with "locked" on nearly every
            # concurrent write: a reader that turns writer cannot wait for its turn.
            "transaction_mode": "IMMEDIATE",
            "init_command": SQLITE_INIT,
        },
    }


def postgres(
    *,
    host: str,
    port: str,
    name: str,
    user: str,
    password: str,
    options: dict[str, str],
    prepare: bool = True,
) -> dict[str, object]:
    """A PostgreSQL database on which no statement, lock or idle transaction lasts for ever."""
    limits = {
        "lock_timeout": "10s",
        "statement_timeout": "30s",
        "idle_in_transaction_session_timeout": "60s",
    }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": host,
        "PORT": port,
        "NAME": name,
        "USER": user,
        "PASSWORD": password,
        "CONN_MAX_AGE": CONNECTION_SECONDS,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "options": " ".join(f"-c {key}={value}" for key, value in limits.items()),
            # Plans are kept where a statement asks for it: icpcases/db/statements.py.
            "prepare_threshold": 5 if prepare else None,
            **options,
        },
    }
