"""The numbers of what is filed: of a subject, of its websites, Apps, mini-programs, quick apps.

A subject is listed under its ICP number, or under the number of its commercial licence.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from .facts import ServiceKind
from .numbers import (
    CHARACTERS,
    MISTYPED,
    NumberError,
    fold,
    need_length,
    need_only_digits,
    need_province,
    reading,
    shown_character,
)
from .text import _

#: What stands behind the n of a service's number.
LETTERS = {
    ServiceKind.WEBSITE: "",
    ServiceKind.APP: "A",
    ServiceKind.MINI_PROGRAM: "X",
    ServiceKind.QUICK_APP: "K",
}
KINDS = {letter: kind for kind, letter in LETTERS.items()}

#: Stands in the place of the province in a licence of the ministry, for the whole country.
NATIONAL = "合字"
# Sichuan grants licences as 川B2-20130052, and its ICP numbers begin with 蜀.
LICENCE_CHARACTERS = CHARACTERS + "川"

# So that a subject's number, and with its suffix a service's, fit the columns they are kept in.
MAX_SUBJECT = 30
MAX_N_DIGITS = 6

A_SERVICES = _("This is a service's number; the subject's has no -1, -2 or -2A behind it.")
NO_LICENCE = _("This is the number of a filing; a commercial licence has none with 备.")
A_LICENCE = _("This is a commercial licence; the subject filing has a number with ICP备.")
THE_SUBJECTS = {
    ServiceKind.WEBSITE: _("This is the subject's number; the site's ends in -1, -2 and so on."),
    ServiceKind.APP: _("This is the subject's number; the App's ends in -1A, -2A and so on."),
    ServiceKind.MINI_PROGRAM: _(
        "This is the subject's number; the mini-program's ends in -1X, -2X and so on."
    ),
    ServiceKind.QUICK_APP: _(
        "This is the subject's number; the quick app's ends in -1K, -2K and so on."
    ),
}

# One sentence for each pair: what is put into a sentence is not translated.
WRONG_KIND = {
    (ServiceKind.WEBSITE, ServiceKind.APP): _(
        "A website's number ends in %(right)s; this one ends in %(wrong)s, as an App's does."
    ),
    (ServiceKind.WEBSITE, ServiceKind.MINI_PROGRAM): _(
        "A website's number ends in %(right)s; this one ends in %(wrong)s, as a mini-program's "
        "does."
    ),
    (ServiceKind.WEBSITE, ServiceKind.QUICK_APP): _(
        "A website's number ends in %(right)s; this one ends in %(wrong)s, as a quick app's does."
    ),
    (ServiceKind.APP, ServiceKind.WEBSITE): _(
        "An App's number ends in %(right)s; this one ends in %(wrong)s, as a website's does."
    ),
    (ServiceKind.APP, ServiceKind.MINI_PROGRAM): _(
        "An App's number ends in %(right)s; this one ends in %(wrong)s, as a mini-program's does."
    ),
    (ServiceKind.APP, ServiceKind.QUICK_APP): _(
        "An App's number ends in %(right)s; this one ends in %(wrong)s, as a quick app's does."
    ),
    (ServiceKind.MINI_PROGRAM, ServiceKind.WEBSITE): _(
        "A mini-program's number ends in %(right)s; this one ends in %(wrong)s, as a website's "
        "does."
    ),
    (ServiceKind.MINI_PROGRAM, ServiceKind.APP): _(
        "A mini-program's number ends in %(right)s; this one ends in %(wrong)s, as an App's does."
    ),
    (ServiceKind.MINI_PROGRAM, ServiceKind.QUICK_APP): _(
        "A mini-program's number ends in %(right)s; this one ends in %(wrong)s, as a quick app's "
        "does."
    ),
    (ServiceKind.QUICK_APP, ServiceKind.WEBSITE): _(
        "A quick app's number ends in %(right)s; this one ends in %(wrong)s, as a website's does."
    ),
    (ServiceKind.QUICK_APP, ServiceKind.APP): _(
        "A quick app's number ends in %(right)s; this one ends in %(wrong)s, as an App's does."
    ),
    (ServiceKind.QUICK_APP, ServiceKind.MINI_PROGRAM): _(
        "A quick app's number ends in %(right)s; this one ends in %(wrong)s, as a mini-program's "
        "does."
    ),
}


@dataclass(frozen=True)
class IcpNumber:
    """The number of a subject, or with `n` and `kind` of one of its services.

    `subject` is the part without the suffix: 京ICP备12345678号 or 粤B2-20090059.
    """

    subject: str
    n: int | None = None
    kind: ServiceKind | None = None

    @property
    def licence(self) -> bool:
        """Whether this is the number of a commercial licence, not of a filing."""
        return "ICP备" not in self.subject

    @property
    def character(self) -> str:
        """The province's character as in ICP numbers; '' for a licence of the ministry."""
        if self.subject.startswith(NATIONAL):
            return ""
        return MISTYPED.get(self.subject[0], self.subject[0])

    @property
    def suffix(self) -> str:
        """What makes it a service's: -1 or -2A; '' for a subject's number."""
        return "" if self.n is None or self.kind is None else f"-{self.n}{LETTERS[self.kind]}"

    def __str__(self) -> str:
        return self.subject + self.suffix


def icp_number(text: str) -> IcpNumber:
    """The number of a filing or of a commercial licence, of a subject or of any service.

    Raises NumberError for another shape, a character of no province, a wrong count of
    digits, a class there is not, or a suffix of no service. Source: the public register of
    the ministry.
    """
    typed = fold(text)
    if parts := re.fullmatch("(.?)ICP(.)(.*)", typed):
        return _with_sign(typed, *parts.groups())
    if parts := re.fullmatch(f"({NATIONAL}|[^A-Z0-9]?)([A-Z][^-]*)-(.*)", typed):
        return _with_class(typed, *parts.groups())
    raise NumberError(
        _(
            "The number looks like 京ICP备12345678号, 京ICP证030173号 or 粤B2-20090059, for a "
            "service with a suffix such as -1 behind it."
        )
    )


def service_number(text: str, kind: ServiceKind) -> IcpNumber:
    """The number of a service of this kind.

    Raises NumberError as `icp_number` does, for a subject's number, and for another kind's.
    """
    number = icp_number(text)
    if number.kind is None:
        raise NumberError(THE_SUBJECTS[kind])
    if number.kind != kind:
        right = IcpNumber(number.subject, number.n, kind).suffix
        raise NumberError(WRONG_KIND[kind, number.kind], right=right, wrong=number.suffix)
    return number


def next_service_number(subject: str, kind: ServiceKind, taken: Iterable[IcpNumber]) -> IcpNumber:
    """The number to propose for the next service of a subject: one above its highest.

    Services of all kinds are counted together; numbers of other subjects do not count.
    Raises NumberError when `subject` is not a number.
    """
    own = icp_number(subject).subject
    highest = max((number.n or 0 for number in taken if number.subject == own), default=0)
    return IcpNumber(own, highest + 1, kind)


def _with_sign(typed: str, character: str, mark: str, body: str) -> IcpNumber:
    if not character:
        raise NumberError(_("Before ICP stands the character of a province, such as 京."))
    if mark not in "备证":
        raise NumberError(
            _("Behind ICP stands 备 for a filing or 证 for a licence, not “%(character)s”."),
            character=shown_character(mark),
        )
    need_province(typed, CHARACTERS, icp_number)
    digits, sign, tail = body.partition("号")
    if not sign:
        whole = re.sub("^(.ICP.[0-9]*)", r"\1号", typed)
        raise NumberError(_("The 号 behind the digits is missing."), reading(icp_number, whole))
    need_only_digits(digits)
    if mark == "备" and len(digits) not in (8, 10):
        raise NumberError(_("An ICP number has 8 or 10 digits, not %(count)s."), count=len(digits))
    if mark == "证" and len(digits) < 6:
        raise NumberError(
            _("A licence number (ICP证) has 6 or more digits, not %(count)s."), count=len(digits)
        )
    return _number(f"{character}ICP{mark}{digits}号", tail)


def _with_class(typed: str, character: str, classes: str, body: str) -> IcpNumber:
    if not character:
        raise NumberError(
            _("Before the class of a licence stands the character of a province, or 合字.")
        )
    if character != NATIONAL:
        need_province(typed, LICENCE_CHARACTERS, icp_number)
    if not re.fullmatch(r"[AB][0-9](\.[AB][0-9])*", classes):
        raise NumberError(
            _("“%(text)s” is not the class of a licence, which looks like B2 or A2.B1.B2."),
            text="".join(map(shown_character, classes)),
        )
    digits, dash, tail = body.partition("-")
    if digits.endswith("号"):
        bare = typed.replace("号", "")
        raise NumberError(
            _("A licence number with a class has no 号 behind its digits."),
            reading(icp_number, bare),
        )
    need_only_digits(digits)
    need_length(digits, 8, _("A licence number with a class has 8 digits, not %(count)s."))
    return _number(f"{character}{classes}-{digits}", dash + tail)


def _number(subject: str, tail: str) -> IcpNumber:
    if len(subject) > MAX_SUBJECT:
        raise NumberError(
            _("A licence number has at most %(limit)s characters, not %(count)s."),
            limit=MAX_SUBJECT,
            count=len(subject),
        )
    if not tail:
        return IcpNumber(subject)
    parts = re.fullmatch("-([0-9]+)(.?)", tail)
    if not parts:
        raise NumberError(
            _(
                "A service's number ends in -1 for a website, -1A for an App, -1X for a "
                "mini-program, -1K for a quick app; a subject's has no such suffix."
            )
        )
    n, letter = parts.groups()
    _need_n(n)
    if letter not in KINDS:
        raise NumberError(
            _(
                "“%(letter)s” is no letter of a suffix: an App's is A, a mini-program's X, a "
                "quick app's K, and a website has none."
            ),
            letter=shown_character(letter),
        )
    return IcpNumber(subject, int(n), KINDS[letter])


def _need_n(digits: str) -> None:
    if not digits.strip("0"):
        raise NumberError(_("Services are numbered from 1; none has the number 0."))
    if digits.startswith("0"):
        raise NumberError(
            _("The number in a suffix is written without a zero in front, not as %(typed)s."),
            typed=digits,
        )
    if len(digits) > MAX_N_DIGITS:
        raise NumberError(
            _("The number in a suffix has at most %(limit)s digits, not %(count)s."),
            limit=MAX_N_DIGITS,
            count=len(digits),
        )
