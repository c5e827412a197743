"""What on a paper differs from the case: numbers, the place of issue, the days."""

import datetime as dt

import pytest

from icpcases.rules.documents import Kind
from icpcases.rules.paper_check import Known, Read, paper_differences

# Pure functions.
pytestmark = pytest.mark.sqlite

TODAY = dt.date(2026, 11, 29)
# 90 days on is 2027-02-27: a paper must still be valid on the day after.
KNOWN = Known(
    today=TODAY, margin_days=90, certificate="9144030071526726XG",
    subject_leader_id="11010519491231002X", service_leader_id="440301199001011234",
    domain="例子.中国",
)  # fmt: skip
OLD, LAST, ENOUGH = dt.date(2026, 11, 28), dt.date(2027, 2, 27), dt.date(2027, 2, 28)


@pytest.mark.parametrize(
    ("paper", "fields", "known"),
    [
        (Read(Kind.BUSINESS_LICENCE, "9144030071526726XG"), [], []),
        (Read(Kind.BUSINESS_LICENCE, " 91440300 71526726xg"), [], []),
        (Read(Kind.BUSINESS_LICENCE, "９１４４０３００７１５２６７２６ＸＧ"), [], []),
        (Read(Kind.BUSINESS_LICENCE, "91440300708461136T"), ["number"], [KNOWN.certificate]),
        (Read(Kind.BUSINESS_LICENCE, ""), [], []),
        (Read(Kind.IDENTITY, "H12345678"), ["number"], [KNOWN.certificate]),
        (Read(Kind.LEGAL_REPRESENTATIVE_ID, "11010519491231002x"), [], []),
        (Read(Kind.LEGAL_REPRESENTATIVE_ID, KNOWN.service_leader_id), ["number"],
         [KNOWN.subject_leader_id]),
        (Read(Kind.SERVICE_LEADER_ID, KNOWN.subject_leader_id), ["number"],
         [KNOWN.service_leader_id]),
        (Read(Kind.DOMAIN_CERTIFICATE, "www.xn--fsqu00a.xn--fiqs8s"), [], []),
        (Read(Kind.DOMAIN_CERTIFICATE, "example.cn"), ["number"], [KNOWN.domain]),
        # The certificate's own number is no domain.
        (Read(Kind.DOMAIN_CERTIFICATE, "DC202612345678"), [], []),
        (Read(Kind.AUTHORISATION_LETTER, "1"), [], []),
        (Read(Kind.BUSINESS_LICENCE, issued_in="mainland"), [], []),
        (Read(Kind.BUSINESS_LICENCE, issued_in="hong_kong"), ["issued_in"], [""]),
        # What the applicant makes has no issuer.
        (Read(Kind.AUTHORISATION_LETTER, issued_in="hong_kong"), [], []),
        (Read(Kind.SERVICE_LEADER_ID, expires_on=OLD), ["expires_on"], [""]),
        (Read(Kind.SERVICE_LEADER_ID, expires_on=LAST), ["expires_on"], ["2027-02-28"]),
        (Read(Kind.SERVICE_LEADER_ID, expires_on=ENOUGH), [], []),
        (Read(Kind.SERVICE_LEADER_ID, issued_on=ENOUGH, expires_on=ENOUGH), ["expires_on"], [""]),
        (Read(Kind.SERVICE_LEADER_ID, "1", "macau", None, OLD),
         ["number", "issued_in", "expires_on"], [KNOWN.service_leader_id, "", ""]),
    ],
)  # fmt: skip
def test_a_paper_differs_where_it_does_not_fit_the_case(paper, fields, known):
    found = paper_differences(paper, KNOWN)
    assert ([one.field for one in found], [one.known for one in found]) == (fields, known)


def test_what_the_case_does_not_say_differs_from_nothing():
    nothing = Known(today=TODAY)
    for kind in Kind:
        assert paper_differences(Read(kind, "11010519491231002X", "mainland"), nothing) == ()
