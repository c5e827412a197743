"""Numbers that pass every check and belong to nobody: districts and ranges not in use."""

import datetime as dt
import random
from dataclasses import dataclass, field

from icpcases.cases.seeds import PROVINCES
from icpcases.rules.numbers import (
    CREDIT_ALPHABET,
    CREDIT_WEIGHTS,
    RESIDENT_CHECKS,
    RESIDENT_WEIGHTS,
)

# The first two digits of GB/T 2260, in the order of the table of provinces.
_FIRST_TWO = (
    *range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66),
)  # fmt: skip
REGIONS = dict(zip((province.code for province in PROVINCES), _FIRST_TWO, strict=True))
CHARACTERS = {province.code: province.character for province in PROVINCES}
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
# Beginnings of mobile numbers that the numbering plan keeps back.
_MOBILES = ("142", "143", "154", "160", "168")
_CATEGORY = {"enterprise": "91", "organisation": "51"}


@dataclass
class Numbers:
    """Draws numbers, the same ones for the same seed."""

    rng: random.Random
    subjects: dict[str, str] = field(default_factory=dict)
    sites: dict[str, int] = field(default_factory=dict)

    def region(self, province: str) -> str:
        """A district code of the province that is given to no district."""
        return f"{REGIONS[province]}01{self.rng.randint(90, 99)}"

    def digits(self, count: int) -> str:
        """So many digits, the first of them no zero."""
        return str(self.rng.randrange(10 ** (count - 1), 10**count))

    def credit_code(self, kind: str, province: str) -> str:
        """A unified social credit code, with its organisation code (GB 11714) inside."""
        body = self.digits(8)
        total = sum(w * int(c) for w, c in zip(_ORGANISATION_WEIGHTS, body, strict=True))
        check = "0123456789X"[-total % 11]
        code = f"{_CATEGORY[kind]}{self.region(province)}{body}{check}"
        total = sum(w * CREDIT_ALPHABET.index(c) for w, c in zip(CREDIT_WEIGHTS, code, strict=True))
        return code + CREDIT_ALPHABET[-total % 31]

    def resident_id(self, province: str) -> str:
        """A resident ID number of somebody between 22 and 60 or so."""
        born = dt.date(1966, 1, 1) + dt.timedelta(days=self.rng.randrange(14_000))
        number = f"{self.region(province)}{born:%Y%m%d}{self.rng.randrange(1, 1000):03d}"
        total = sum(w * int(c) for w, c in zip(RESIDENT_WEIGHTS, number, strict=True))
        return number + RESIDENT_CHECKS[total % 11]

    def mobile(self) -> str:
        """A mobile number in a range that nobody is given."""
        return self.rng.choice(_MOBILES) + f"{self.rng.randrange(10**8):08d}"

    def icp_number(self, firm: str, province: str, year: int) -> str:
        """The next site number of an applicant: one subject, its sites counted up."""
        if firm not in self.subjects:
            self.subjects[firm] = f"{CHARACTERS[province]}ICP备{year}{self.digits(6)}号"
        self.sites[firm] = self.sites.get(firm, 0) + 1
        return f"{self.subjects[firm]}-{self.sites[firm]}"

    def mistyped_icp_number(self, province: str, year: int) -> str:
        """A number as it looks when a digit was read wrongly: of no applicant here."""
        return f"{CHARACTERS[province]}ICP备{year}{self.digits(6)}号-1"

    def public_security(self, province: str) -> str:
        """A number of a public-security filing."""
        return f"{CHARACTERS[province]}公网安备{self.region(province)}02{self.digits(6)}号"
