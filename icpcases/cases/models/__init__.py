"""The records of the program."""

from .case import FilingCase
from .history import HistoryRow, Notice
from .papers import Document, NotNeeded, Request
from .people import Applicant, CasePerson, CertificateType
from .provider import Order, Provider
from .province import Province, ProvinceAnswer
from .tables import AccessLogRow, CalendarDay, Clock, ReferenceCounter, Setting

__all__ = [
    "AccessLogRow",
    "Applicant",
    "CalendarDay",
    "CasePerson",
    "CertificateType",
    "Clock",
    "Document",
    "FilingCase",
    "HistoryRow",
    "NotNeeded",
    "Notice",
    "Order",
    "Provider",
    "Province",
    "ProvinceAnswer",
    "ReferenceCounter",
    "Request",
    "Setting",
]
