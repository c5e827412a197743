"""E-mail addresses: the one spelling that is compared, and how one is shown to others."""

import re
import unicodedata

import idna

#: As long as a username may be: the address becomes one.
LONGEST_ADDRESS = 150
_UNSEEN = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]+")


def typed_address(text: str) -> str:
    """An address as it was meant: in half width, without blanks and unseen characters around it."""
    wide = text.encode("utf-8", "ignore").decode()
    plain = wide if wide.isascii() else unicodedata.normalize("NFKC", wide)
    ends = _UNSEEN.pattern
    return re.sub(f"^{ends}|{ends}$", "", plain)


def plain_address(address: str) -> str:
    """The address in the one spelling that is compared: lower case, its domain in ASCII.

    Databases take look-alikes such as ı and I for the same letter, so that whoever owns the
    domain maıl.example could read codes for mail.example. Raises ValueError.
    """
    local, at, domain = typed_address(address).rpartition("@")
    plain = f"{local}@{idna.encode(domain, uts46=True).decode()}".lower()
    if not (at and plain.isascii() and len(plain) <= LONGEST_ADDRESS):
        raise ValueError("not an address that mail can be sent to")
    return plain


def masked_address(address: str) -> str:
    """An address as its owner knows it and nobody else reads it: f•••@example.com."""
    name, _at, domain = address.rpartition("@")
    return f"{name[:1]}•••@{domain}"
