"""`assess`: how many fact sets a second one core judges, and whether its memory stays."""

import io
import itertools
import json
import time
import tracemalloc

from django.utils import translation

from icpcases.assessment import assess_lines

LINES = 200_000


def run() -> dict[str, float]:
    """Fact sets per second of one core, and the most memory that few and many lines took, in MB."""
    kinds = _kinds()
    few, many = _lines(kinds, LINES // 20), _lines(kinds, LINES)
    with translation.override("en"):
        assess_lines(io.BytesIO(few), _Nowhere())
        start = time.process_time()
        assess_lines(io.BytesIO(many), _Nowhere())
        seconds = time.process_time() - start
        return {
            "per_second": LINES / seconds,
            "memory_few": _memory(few),
            "memory_many": _memory(many),
        }


class _Nowhere(io.RawIOBase):
    def write(self, data: object) -> int:
        return 0


def _kinds() -> list[bytes]:
    options = {
        "applicant_type": ("individual", "enterprise", "organisation", "foreign_enterprise"),
        "mainland_branch": (True, False),
        "registration_certificate": (True, False),
        "server_region": ("mainland", "hong_kong", "overseas"),
        "access": ("domain", "ip_address"),
        "protocol": ("http", "https"),
        "forum": (True, False),
        "preapproval": (True, False),
        "province": ("CN-BJ", "CN-GD", "CN-JS", "CN-ZJ"),
    }
    sets = itertools.product(*options.values())
    return [json.dumps(dict(zip(options, one, strict=True))).encode() + b"\n" for one in sets]


def _lines(kinds: list[bytes], count: int) -> bytes:
    return b"".join(itertools.islice(itertools.cycle(kinds), count))


def _memory(lines: bytes) -> float:
    source = io.BytesIO(lines)
    tracemalloc.start()
    assess_lines(source, _Nowhere())
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most / 1e6
