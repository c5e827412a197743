"""A rule's finding as the reader sees it: the one place where findings become display text."""

from django.utils.translation import get_language, gettext

from icpcases.rules.rule import Finding, Place, PlaceKind

ABOUT = "%(about)s"
# What people wrote, or a reference: shown as it is, never looked up among the translations.
OWN_WORDS = frozenset(
    {PlaceKind.REQUEST, PlaceKind.CASE, PlaceKind.OTHER_APPLICANT, PlaceKind.RULE}
)


def sentence_of(finding: Finding) -> str:
    """What is wrong, in the active language, with the places it is about."""
    return _worded(finding.sentence, finding)


def remedy_of(finding: Finding) -> str:
    """What would put it right, in the active language."""
    return _worded(finding.remedy, finding)


def about_of(finding: Finding) -> str:
    """The places a finding is about, by their names; empty if it is about none."""
    chinese = (get_language() or "").startswith("zh")
    # A type that would fit is a way out, not what is wrong.
    about = (place for place in finding.places if place.kind != PlaceKind.FILING_TYPE)
    return ("、" if chinese else ", ").join(map(label_of, about))


def _worded(source: str, finding: Finding) -> str:
    # Not the % operator: a request's text may hold a % of its own.
    text, about = _translated(source), about_of(finding)
    if about.endswith(("?", "!", "？", "！")):
        # Their question mark ends the sentence; our full stop would follow it.
        text = text.replace(f"{ABOUT}.", ABOUT).replace(f"{ABOUT}。", ABOUT)
    return text.replace(ABOUT, about)


def label_of(place: Place) -> str:
    """The name of a place, in the active language."""
    # A full stop of theirs would stand before ours.
    own = place.label.rstrip(".。 ")
    return own if place.kind in OWN_WORDS else _translated(place.label)


def _translated(text: str) -> str:
    # gettext answers the empty string with the header of its catalogue.
    return gettext(text) if text else ""
