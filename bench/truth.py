"""That the measured cases are true: a sample lived again through the door."""

from typing import Any

from bench.replay import replay

SAMPLE = 500


def run() -> dict[str, Any]:
    """What living them again said."""
    return {"said": replay(SAMPLE, seed=1).strip().splitlines()[-1]}
