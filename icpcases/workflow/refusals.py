"""Why somebody may not do a thing that is no step: the true rule, and whom to ask."""

from icpcases.cases.permissions import active_supervisors, shown_name
from icpcases.rules.rule import Finding, Party, Place, PlaceKind, Source
from icpcases.rules.text import _

#: The code under which wanting permission is told.
NOT_PERMITTED = "permission"
_MOST_NAMES = 5


def _only(sentence: str, remedy: str, who: Party) -> tuple[Finding, ...]:
    return (Finding(NOT_PERMITTED, Source.NONE, sentence, remedy, who),)


ONLY_WORKERS = _only(
    _("Officers and supervisors work cases; auditors read them."),
    _("Ask an officer or a supervisor."),
    Party.OFFICER,
)
ONLY_SUPERVISORS = _only(
    _("Only a supervisor can do this."), _("Ask a supervisor."), Party.SUPERVISOR
)
ONLY_THOSE_ON_THE_CASE = _only(
    _("Only the people on the case and the office may do this."),
    _("Sign in with the account that is on the case, or ask the office for an invitation."),
    Party.OFFICER,
)
ONLY_ITS_OWN_SIDE = _only(
    _("Only the people on the case take back what they have handed in."),
    _("The office removes a document, with a reason."),
    Party.OFFICER,
)
ONLY_THE_OWNER = _only(
    _("Only the owner of the case and the office decide who is on it."),
    _("Ask the owner of the case, or the office."),
    Party.OFFICER,
)
ONLY_THE_OFFICE_REMOVES_THE_OWNER = _only(
    _("Only the office can take the owner off a case."), _("Ask the office."), Party.OFFICER
)
ONLY_APPLICANTS_JOIN = _only(
    _("Members of the office cannot join a case as its applicant."),
    _("Sign in with the account of the applicant."),
    Party.APPLICANT,
)
ONLY_THE_INVITED = _only(
    _("The invitation is for another address."),
    _("Sign in with the address that was invited."),
    Party.APPLICANT,
)
ONLY_AN_ACCOUNT = _only(_("You need an account to do this."), _("Sign in first."), Party.APPLICANT)
ONLY_IN_A_DRAFT = _only(
    _("The applicant can change the facts only in a draft."),
    _("Tell the office what has to be corrected."),
    Party.OFFICER,
)
ONLY_FOR_ONESELF = _only(
    _("A case is opened by the office, or by applicants for themselves."),
    _("Ask the office to open it."),
    Party.OFFICER,
)
ONLY_WHILE_IT_RUNS = _only(
    _("The case is closed: nothing more can be asked about it or handed in."),
    _("A supervisor can reopen it."),
    Party.SUPERVISOR,
)
ONLY_ACCEPTED_PAPERS = _only(
    _("Only a document accepted on another case of this applicant can be reused."),
    _("Look at the case as it is now, or hand the document in."),
    Party.OFFICER,
)
ONLY_TO_WORKERS = _only(
    _("Only an officer or a supervisor whose account is open can be given a case."),
    _("Choose somebody else."),
    Party.OFFICER,
)


def _supervisors() -> tuple[Place, ...]:
    found = active_supervisors()[:_MOST_NAMES]
    return tuple(Place(PlaceKind.RULE, "", shown_name(user)) for user in found)


def another_officers_case() -> tuple[Finding, ...]:
    """That somebody else works the case, and which supervisors can change that."""
    return _ask_supervisors(
        _("This case is another officer's. Only a supervisor can give it to somebody else.")
    )


def giving_away() -> tuple[Finding, ...]:
    """That officers claim and release, and which supervisors give a case to somebody else."""
    return _ask_supervisors(
        _(
            "Officers can only claim and release cases. "
            "Only a supervisor can give a case to somebody else."
        )
    )


def _ask_supervisors(sentence: str) -> tuple[Finding, ...]:
    names = _supervisors()
    remedy = _("Ask a supervisor: %(about)s.") if names else _("Ask a supervisor.")
    return (Finding(NOT_PERMITTED, Source.NONE, sentence, remedy, Party.SUPERVISOR, names),)
