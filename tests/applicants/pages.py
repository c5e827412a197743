"""What the tests of the applicants' pages read from them."""

import re
from html import unescape
from typing import Any

from icpcases.cases.models import FilingCase
from icpcases.lifecycle.steps import Step

# The steps of section 5 that an applicant takes.
OWN = (
    "withdraw", "submit_request", "confirm_sms", "record_opening", "record_footer",
    "record_public_security", "record_certificate_application", "record_preapproval_application",
)  # fmt: skip
TAG = re.compile(r"<[^>]+>")


def text_of(page: Any) -> str:
    """What a page shows, in one line."""
    return " ".join(unescape(TAG.sub(" ", body_of(page))).split())


def body_of(page: Any) -> str:
    content = b"".join(page.streaming_content) if page.streaming else page.content
    return str(content.decode())


def section(page: Any, start: str) -> str:
    """The HTML of one section of a page, from where it starts."""
    body = body_of(page)
    return body[body.index(start) :].split("</section>")[0]


def links_in(html: str) -> list[tuple[str, str]]:
    """Every link: what it says, and where it leads."""
    found = re.findall(r'<a\s[^>]*href="([^"]*)"[^>]*>(.*?)</a>', html, re.DOTALL)
    return [(unescape(TAG.sub("", label)).strip(), unescape(url)) for url, label in found]


def needed(page: Any) -> list[tuple[str, str]]:
    """The buttons under “What is needed from you now”."""
    return links_in(section(page, 'id="needed"'))


def path(case: FilingCase, rest: str = "") -> str:
    return f"/cases/{case.reference}/{rest}"


def step_path(case: FilingCase, step: str) -> str:
    return path(case, f"step/{step}/")


def addresses(case: FilingCase) -> list[str]:
    """Every address below a case: its pages, each step, document, request, and some that are not.

    The numbers of documents and requests are this case's own.
    """
    papers = list(case.documents.values_list("pk", flat=True)) or [1]
    asked = list(case.requests.values_list("pk", flat=True)) or [1]
    rests = [
        "",
        "timeline/",
        "application/",
        "application/sent/",
        *(f"application/{part}/" for part in ("who", "site", "basics", "person", "papers")),
        "documents/add/",
        "documents/add/?kind=business_licence",
        "people/",
        "messages/",
        "documents/",
        "requests/",
    ]
    rests += [f"step/{step.value}/" for step in Step] + ["step/explode/"]
    rests += [f"documents/{pk}/" for pk in papers] + [f"requests/{pk}/" for pk in asked]
    rests += [f"documents/{papers[0]}/{rest}" for rest in ("small/", "take_back/")]
    return [path(case, rest) for rest in rests]


def some(case: FilingCase) -> list[str]:
    """Every address but those alike: one document, and of the office's steps two."""
    alike = [step_path(case, step) for step in Step if step.value not in (*OWN, "approve")]
    papers = [path(case, f"documents/{pk}/") for pk in case.documents.values_list("pk", flat=True)]
    return [address for address in addresses(case) if address not in alike + papers[1:]]
