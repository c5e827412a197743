"""One section on one database: run in a process of its own, whose settings name that database.

python -m bench.work SECTION
"""

import dataclasses
import json
import sys
from importlib import import_module
from typing import Any


def plain(value: Any) -> Any:
    """Figures as JSON takes them."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    return value


def main() -> None:
    """Print what the section found, as JSON."""
    # As a web process has it loaded.
    import_module("icpcases.wsgi")
    found = import_module(f"bench.{sys.argv[1]}").run()
    print(json.dumps(plain(found), ensure_ascii=False))


if __name__ == "__main__":
    main()
