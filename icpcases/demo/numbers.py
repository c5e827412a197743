"""Numbers that pass every check and belong to nobody: districts and ranges not in use."""

import datetime as dt
import random
from dataclasses import dataclass

from icpcases.rules import numbers
from icpcases.rules.numbers import (
    CREDIT_ALPHABET,
    CREDIT_WEIGHTS,
    RESIDENT_CHECKS,
    RESIDENT_WEIGHTS,
)

# The first two digits of GB/T 2260, in its order.
REGIONS = {
    "CN-BJ": 11, "CN-TJ": 12, "CN-HE": 13, "CN-SX": 14, "CN-NM": 15, "CN-LN": 21, "CN-JL": 22,
    "CN-HL": 23, "CN-SH": 31, "CN-JS": 32, "CN-ZJ": 33, "CN-AH": 34, "CN-FJ": 35, "CN-JX": 36,
    "CN-SD": 37, "CN-HA": 41, "CN-HB": 42, "CN-HN": 43, "CN-GD": 44, "CN-GX": 45, "CN-HI": 46,
    "CN-CQ": 50, "CN-SC": 51, "CN-GZ": 52, "CN-YN": 53, "CN-XZ": 54, "CN-SN": 61, "CN-GS": 62,
    "CN-QH": 63, "CN-NX": 64, "CN-XJ": 65,
}  # fmt: skip
CHARACTERS = dict(zip(REGIONS, numbers.CHARACTERS, strict=True))
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
# Beginnings of mobile numbers that the numbering plan keeps back.
_MOBILES = ("142", "143", "154", "160", "168")
_CATEGORY = {"enterprise": "91", "organisation": "51"}


@dataclass
class Numbers:
    """Draws numbers, the same ones for the same seed."""

    rng: random.Random

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

    def subject_number(self, province: str, year: int) -> str:
        """The number of a subject."""
        return f"{CHARACTERS[province]}ICP备{year}{self.digits(6)}号"

    def public_security(self, province: str) -> str:
        """A number of a public-security filing."""
        return f"{CHARACTERS[province]}公网安备{self.region(province)}02{self.digits(6)}号"
