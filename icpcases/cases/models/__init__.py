"""The records of the program."""

from .access_log import AccessLogRow
from .applicants import Applicant, ApplicantChange, CertificateType
from .canned import CannedReason
from .case import FilingCase
from .deadlines import CalendarDay, CalendarYear, Clock, DueRun
from .documents import Document, NotNeeded
from .history import HistoryRow, effective
from .notices import Notice
from .office import Leave, StaffAct
from .participants import CasePerson, FollowTry, Invitation
from .providers import Order, OrderCase, Provider
from .provinces import Province, ProvinceAnswer, as_readers_look
from .readers import ReaderLanguage
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
from .sendings import Sending
from .settings import ReferenceCounter, Setting
from .table_changes import TableChange

__all__ = [
    "AccessLogRow",
    "Applicant",
    "ApplicantChange",
    "ApplicantText",
    "ApplicantToken",
    "CalendarDay",
    "CalendarYear",
    "CannedReason",
    "CasePerson",
    "CertificateType",
    "Clock",
    "Document",
    "DueRun",
    "FilingCase",
    "FollowTry",
    "HistoryRow",
    "Invitation",
    "Leave",
    "NotNeeded",
    "Notice",
    "Order",
    "OrderCase",
    "Provider",
    "ProviderAccess",
    "Province",
    "ProvinceAnswer",
    "ReaderLanguage",
    "ReferenceCounter",
    "RegisterRow",
    "Request",
    "SearchText",
    "SearchToken",
    "Sending",
    "Service",
    "ServiceDomain",
    "Setting",
    "SmsCheck",
    "StaffAct",
    "SubjectFiling",
    "Summary",
    "TableChange",
    "as_readers_look",
    "effective",
]
