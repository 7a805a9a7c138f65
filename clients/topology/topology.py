"""Runs the compose files with the programs of this machine: `topology.py WORK PROGRAM SCENARIO…`; see ./run."""

import signal
import sys
import time
from pathlib import Path

from development import Development, DevSso
from hosts import remove_stale
from production import Production

ROOT = Path(__file__).resolve().parents[2]
SCENARIOS = {"production": Production, "development": Development, "dev-sso": DevSso}


def main(work, program, *names):
    remove_stale()
    for name in names or SCENARIOS:
        if name not in SCENARIOS:
            raise SystemExit(f"error: unknown scenario: {name} (known: {', '.join(SCENARIOS)})")
        print(f"{name}:", flush=True)
        began = time.monotonic()
        folder = Path(work) / name
        folder.mkdir()
        scenario = SCENARIOS[name](folder, ROOT / "deploy/compose", ROOT / "Dockerfile", program)
        try:
            scenario.run()
        finally:
            scenario.machine.down()
        print(f"  {time.monotonic() - began:.0f} s", flush=True)


# Whoever ends it wants it tidy: as an exception, so that everything is taken down.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
main(*sys.argv[1:])
