"""The records of the program."""

from .access_log import AccessLogRow
from .applicants import Applicant, ApplicantChange, CertificateType
from .case import FilingCase
from .deadlines import CalendarDay, Clock, DueRun
from .documents import Document, NotNeeded
from .history import HistoryRow, effective
from .notices import Notice
from .participants import CasePerson, FollowTry, Invitation
from .providers import Order, OrderCase, Provider
from .provinces import Province, ProvinceAnswer
from .register import (
    ProviderAccess,
    RegisterRow,
    Service,
    ServiceDomain,
    SmsCheck,
    SubjectFiling,
)
from .reports import Summary
from .requests import Request
from .search import ApplicantText, ApplicantToken, SearchText, SearchToken
from .settings import ReferenceCounter, Setting

__all__ = [
    "AccessLogRow",
    "Applicant",
    "ApplicantChange",
    "ApplicantText",
    "ApplicantToken",
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
    "OrderCase",
    "Provider",
    "ProviderAccess",
    "Province",
    "ProvinceAnswer",
    "ReferenceCounter",
    "RegisterRow",
    "Request",
    "SearchText",
    "SearchToken",
    "Service",
    "ServiceDomain",
    "Setting",
    "SmsCheck",
    "SubjectFiling",
    "Summary",
    "effective",
]
