"""Domain names: one key however they are typed, a form to show, and what is registered."""

import re
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address

import idna
from publicsuffixlist import PublicSuffixList

from .numbers import NumberError, shown_character
from .text import _

MAX_TYPED = 2000
MAX_NAME = 253
MAX_LABEL = 63

# Only what an address is taken apart by; the letters of a name are folded by UTS 46.
HALF_WIDTH: dict[int, int | None] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
# Marks that come along when copying; a joiner (200C, 200D) can belong to a name.
COPIED_MARKS = (0xFEFF, 0x200B, 0x200E, 0x200F, 0x2060, *range(0x202A, 0x202F))
ADDRESS = HALF_WIDTH | dict.fromkeys(COPIED_MARKS) | {ord("。"): ord("."), ord("｡"): ord(".")}

IP_ADDRESS = _("This is an IP address: a site with only an IP address has no domain name.")


class DomainError(NumberError):
    """A text that is no domain name a filing can be about."""


@dataclass(frozen=True)
class Domain:
    """A domain name: `ascii` is the key, `unicode` is shown, `registrable` is what is filed.

    `registrable` is the name as registered, under gov.cn the whole name without www.
    """

    ascii: str
    unicode: str
    registrable: str

    def __str__(self) -> str:
        return self.unicode


def parse_domain(text: str) -> Domain:
    """The domain name in a text, which may be a pasted address (https://…/path).

    Raises DomainError for an IP address, a port or user name, a name no registry would
    take, a single label and a bare public suffix. The registrable part is the one under the
    ICANN section of the list: what a company hands out below its own domain is not filed
    apart, but under gov.cn each bureau files the name a government hands it.
    Source: RFC 5891 (IDNA 2008), UTS 46, the public suffix list.
    """
    labels = [_label(label) for label in _mapped(_host(text)).split(".")]
    name = ".".join(labels)
    _need_name(labels, name)
    registered = _suffixes().privatesuffix(name)
    if registered is None:
        raise DomainError(
            _("“%(name)s” is an ending under which names are registered, not a domain name."),
            name=_display(labels),
        )
    return Domain(name, _display(labels), _filed(name, registered))


def _filed(name: str, registered: str) -> str:
    if not registered.endswith(".gov.cn"):
        return registered
    # Only in front of the registered name: www.gov.cn is registered itself.
    return re.sub(r"^(www\.)+", "", name.removesuffix(registered)) + registered


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList(only_icann=True)


def _display(labels: list[str]) -> str:
    return ".".join(map(idna.ulabel, labels))


def _host(text: str) -> str:
    if len(text) > MAX_TYPED:
        raise DomainError(_("This is longer than %(limit)s characters."), limit=MAX_TYPED)
    typed = text.translate(ADDRESS).strip()
    scheme = re.match("([a-z][a-z0-9+.-]*)://", typed, re.IGNORECASE)
    if scheme and scheme[1].lower() not in ("http", "https"):
        raise DomainError(_("Only http:// or https:// can stand before a domain name."))
    host = re.split(r"[/\\?#]", re.sub("^(https?:)?//", "", typed, flags=re.IGNORECASE))[0]
    _refuse_extras(host.strip())
    return host.strip()


def _refuse_extras(host: str) -> None:
    if not host:
        raise DomainError(_("No domain name was entered."))
    if "@" in host:
        raise DomainError(_("Enter the domain name alone, without what stands before the @."))
    if _is_ip(host) or _is_ip(re.sub(":[0-9]*$", "", host)):
        raise DomainError(IP_ADDRESS)
    if ":" in host:
        raise DomainError(_("Enter the domain name alone, without colon and port."))
    if "_" in host:
        raise DomainError(_("A domain name has no underscore."))


def _is_ip(host: str) -> bool:
    try:
        ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True


def _mapped(host: str) -> str:
    # Before idna looks at it: some of its checks take long for a long text.
    _need_length(host.removesuffix("."))
    try:
        return idna.uts46_remap(host, std3_rules=False).removesuffix(".")
    except idna.IDNAError as error:
        raise _unfit(error, host) from None


def _label(label: str) -> str:
    if not label:
        raise DomainError(_("A part of the name between its dots is empty."))
    try:
        return idna.alabel(label).decode()
    except idna.IDNAError as error:
        raise _unfit(error, label) from None


def _unfit(error: idna.IDNAError, text: str) -> DomainError:
    if error.code == "label_too_long":
        return DomainError(
            _("A part of the name between its dots is longer than %(limit)s characters."),
            limit=MAX_LABEL,
        )
    if error.code in ("hyphen_start_end", "hyphen_3_4"):
        return DomainError(_("In “%(label)s” a hyphen stands where none can stand."), label=text)
    wrong = chr(error.codepoint) if error.codepoint is not None else ""
    # What a punycode label decodes to was not typed: then the label is named, not the character.
    if isinstance(error, idna.InvalidCodepoint) and wrong and wrong in text:
        return DomainError(
            _("“%(character)s” cannot stand in a domain name."), character=shown_character(wrong)
        )
    return DomainError(_("No registry would take “%(label)s” as a name."), label=text)


def _need_name(labels: list[str], name: str) -> None:
    if re.fullmatch("[0-9]+|0x[0-9a-f]*", labels[-1]):
        raise DomainError(IP_ADDRESS)
    if len(labels) == 1:
        raise DomainError(
            _("“%(name)s” has no dot: a domain name looks like example.cn."), name=_display(labels)
        )
    _need_length(name)


def _need_length(name: str) -> None:
    if len(name) > MAX_NAME:
        raise DomainError(
            _("A domain name has at most %(limit)s characters, not %(count)s."),
            limit=MAX_NAME,
            count=len(name),
        )
