"""The turn clocks a new program starts with, as its documents tell them."""

#: Per state how long its turn may take: amount and unit (working_days, days, hours), or None.
CLOCKS: dict[str, tuple[int, str] | None] = {
    "draft": None,
    "triage": (1, "working_days"),
    "certificate_needed": None,
    "certificate_applied": None,
    "certificate_granted": (1, "working_days"),
    "preapproval_needed": None,
    "preapproval_applied": (60, "days"),
    "preapproval_granted": (1, "working_days"),
    "preparing": (2, "working_days"),
    "provider_review": (2, "working_days"),
    "sms_verification": (24, "hours"),
    "authority_review": (20, "working_days"),
    "returned": (2, "working_days"),
    "filed": None,
    "open": (30, "days"),
    "not_required": None,
    "referred": None,
    "ineligible": None,
    "refused": None,
    "withdrawn": None,
    "cancelled": None,
}
