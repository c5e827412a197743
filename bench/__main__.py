"""Run the sections on the databases, keep what they found, and write docs/performance.md.

script/bench [SECTION ...] [--sizes 10k,1m] [--db sqlite,postgres] [--json FILE]
script/bench --render           only write the page anew from what was kept
"""

import argparse
import datetime as dt
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench.databases import FOLDER, ROOT, SIZES, Databases
from bench.report import page, shown, targets

SECTIONS = ("lists", "steps", "pages", "portfolio", "board", "assess", "web", "contested", "truth")
KEPT = FOLDER / "results.json"
PAGE = ROOT / "docs" / "performance.md"
Results = dict[str, Any]


def main() -> int:
    """Measure what was asked for; what other runs found stays."""
    options = _options()
    results: Results = json.loads(options.json.read_text()) if options.json.exists() else {}
    if not options.render:
        for kind in options.db.split(","):
            with Databases(kind).running() as databases:
                for size in options.sizes.split(","):
                    _measure(databases, size, options, results)
    PAGE.write_text(page(results), encoding="utf-8")
    print("\n".join(targets(results)))
    print(f"Wrote {PAGE.relative_to(ROOT)}.")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__.partition("\n")[0])
    parser.add_argument("section", nargs="*", choices=(*SECTIONS, "all"), default="all")
    parser.add_argument("--sizes", default="10k,1m", help=f"of {', '.join(SIZES)}")
    parser.add_argument("--db", default="sqlite,postgres")
    parser.add_argument("--json", type=Path, default=KEPT, help="where the figures are kept")
    parser.add_argument("--render", action="store_true", help="measure nothing, write the page")
    options = parser.parse_args()
    asked = options.section if isinstance(options.section, list) else [options.section]
    options.sections = SECTIONS if "all" in asked else asked
    wrong = [size for size in options.sizes.split(",") if size not in SIZES]
    wrong += [kind for kind in options.db.split(",") if kind not in ("sqlite", "postgres")]
    if wrong:
        parser.error(f"{', '.join(wrong)} is not understood")
    return options


def _measure(databases: Databases, size: str, options: Any, results: Results) -> None:
    place = f"{databases.kind} {size}"
    print(f"== {place}", flush=True)
    seconds = databases.build(size)
    results.setdefault("load", {})[place] = seconds
    results["machine"] = _machine()
    for section in options.sections:
        if section == "contested" and databases.kind == "sqlite":
            continue
        if section == "truth" and size != options.sizes.rpartition(",")[2]:
            continue
        start = time.monotonic()
        found = _run(section, databases.environment(size))
        results.setdefault(section, {})[place] = found
        print(f"-- {section}, {time.monotonic() - start:.0f} s")
        print(shown(section, found), flush=True)
        # Kept at once: a run that is stopped loses nothing.
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(results, ensure_ascii=False, indent=1))


def _run(section: str, environment: dict[str, str]) -> Any:
    """What a section finds; where it cannot be run, why."""
    command = [sys.executable, "-W", "ignore", "-m", "bench.work", section]
    done = subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        return {"failed": (done.stderr.strip().splitlines() or ["for no reason given"])[-1]}
    return json.loads(done.stdout)


def _machine() -> Results:
    model = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    names = [line.partition(": ")[2] for line in model.splitlines() if "model name" in line]
    return {
        "day": dt.datetime.now(dt.UTC).date().isoformat(),
        "cores": os.cpu_count(),
        "cpu": names[0] if names else platform.processor(),
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 1),
    }


if __name__ == "__main__":
    sys.exit(main())
