"""The records of the program."""

from .case import FilingCase
from .history import HistoryRow
from .notices import Notice
from .papers import Document, NotNeeded, Request
from .people import Applicant, CasePerson, CertificateType, FollowTry, Invitation
from .provider import Order, Provider
from .province import Province, ProvinceAnswer
from .search import SearchText, SearchToken
from .summary import Summary
from .tables import AccessLogRow, CalendarDay, Clock, DueRun, ReferenceCounter, Setting

__all__ = [
    "AccessLogRow",
    "Applicant",
    "CalendarDay",
    "CasePerson",
    "CertificateType",
    "Clock",
    "Document",
    "DueRun",
    "FilingCase",
    "FollowTry",
    "HistoryRow",
    "Invitation",
    "NotNeeded",
    "Notice",
    "Order",
    "Provider",
    "Province",
    "ProvinceAnswer",
    "ReferenceCounter",
    "Request",
    "SearchText",
    "SearchToken",
    "Setting",
    "Summary",
]
