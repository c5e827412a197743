"""Reading how mail leaves from one URL, strictly; a refusal never repeats it, for its password."""

from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

BACKENDS = "django.core.mail.backends"
EXAMPLES = (
    "Use smtp://user:password@host:587/?tls=1, smtps://user:password@host:465/, "
    "file:///absolute/folder or console:."
)


class WrongMailUrl(ValueError):
    """What is wrong with the URL, without the URL."""


def mail_settings(name: str, text: str) -> dict[str, object]:
    """Django's settings for mail from smtp://, smtps://, file:/// or console:."""
    try:
        return _READERS[_scheme(text)](_split(text))
    except WrongMailUrl as error:
        raise ImproperlyConfigured(f"{name} is not understood: {error}. {EXAMPLES}") from None


def to_folder(folder: Path) -> dict[str, object]:
    """Mails become files in a folder."""
    return {"EMAIL_BACKEND": f"{BACKENDS}.filebased.EmailBackend", "EMAIL_FILE_PATH": str(folder)}


def _scheme(text: str) -> str:
    scheme = text.partition(":")[0].lower()
    if scheme not in _READERS:
        raise WrongMailUrl("it does not begin with smtp:, smtps:, file: or console:")
    return scheme


def split_url(text: str) -> SplitResult:
    """A URL in its parts. Raises ValueError for what is none, a wrong port included."""
    url = urlsplit(text)
    # A wrong port is only noticed when asked for.
    _ = url.port
    return url


def _split(text: str) -> SplitResult:
    try:
        url = split_url(text)
    except ValueError:
        raise WrongMailUrl("it is not a URL") from None
    if url.fragment:
        raise WrongMailUrl("it has a #; write %23 for one in a password")
    return url


def _smtp(url: SplitResult) -> dict[str, object]:
    options = dict(parse_qsl(url.query, keep_blank_values=True))
    tls = options.pop("tls", "0")
    if options or tls not in ("0", "1"):
        raise WrongMailUrl("the only option is tls=0 or tls=1")
    return _server(url, port=587 if tls == "1" else 25) | {"EMAIL_USE_TLS": tls == "1"}


def _smtps(url: SplitResult) -> dict[str, object]:
    if url.query:
        raise WrongMailUrl("smtps: takes no options")
    return _server(url, port=465) | {"EMAIL_USE_SSL": True}


def _server(url: SplitResult, port: int) -> dict[str, object]:
    if not url.hostname:
        raise WrongMailUrl("the host is missing")
    if url.path not in ("", "/"):
        raise WrongMailUrl("it has a path")
    if bool(url.username) != bool(url.password):
        raise WrongMailUrl("a user needs a password, and a password a user")
    return {
        "EMAIL_BACKEND": f"{BACKENDS}.smtp.EmailBackend",
        "EMAIL_HOST": url.hostname,
        "EMAIL_PORT": url.port or port,
        "EMAIL_HOST_USER": unquote(url.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(url.password or ""),
    }


def _file(url: SplitResult) -> dict[str, object]:
    folder = Path(unquote(url.path))
    if url.netloc or url.query or not folder.is_absolute() or folder == Path("/"):
        raise WrongMailUrl("file: wants three slashes and the absolute path of a folder")
    if folder.exists() and not folder.is_dir():
        raise WrongMailUrl("the path after file: is not a folder")
    return to_folder(folder)


def _console(url: SplitResult) -> dict[str, object]:
    if url.netloc or url.path or url.query:
        raise WrongMailUrl("console: stands alone")
    return {"EMAIL_BACKEND": f"{BACKENDS}.console.EmailBackend"}


_READERS = {"smtp": _smtp, "smtps": _smtps, "file": _file, "console": _console}
