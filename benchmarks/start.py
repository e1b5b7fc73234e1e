"""Target 8: the second start of `make run`, and the memory of its processes."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from benchmarks.benchmark import Benchmark, Goal
from benchmarks.load import megabytes
from benchmarks.site import Site
from portal.bootstrap import STAMP
from tests.run.portal_process import environment, read
from tests.servers import ROOT, free_port

READY = b"Portal ready at"


class Start(Benchmark):
    target, work, unit = 8, "second start of make run", "s"
    goals = (Goal("product", at_most=5), Goal("web MB", at_most=130), Goal("worker MB", at_most=120))

    def __init__(self, site: Site) -> None:
        if not Path(STAMP).exists():
            raise RuntimeError("make run would install first: run make bench once")
        self.var, self.port = site.folder / "start", free_port()
        self.found: dict[str, float] = {}

    def product(self) -> float:
        """The seconds until it reports that it is ready; the first start, which migrates and loads, does not count."""
        argv = ["make", "--silent", "run", f"PYTHON={sys.executable}"]
        own = environment(self.var, self.port)
        started = time.perf_counter()
        quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        with subprocess.Popen(argv, cwd=ROOT, env=own, start_new_session=True, **quiet) as process:
            try:
                said = next((line for line in process.stdout if line.startswith(READY)), b"")
                took = time.perf_counter() - started
                self.found = self._memory() if said else {}
            finally:
                os.killpg(process.pid, signal.SIGTERM)
                process.communicate()
        if not said:
            raise RuntimeError("make run did not start the portal")
        return took

    def _memory(self) -> dict[str, float]:
        """Return memory in MB: of the web server after a few pages, of a worker after the reaper's first task."""
        for path in ["/", "/accounts/login/", "/courses/mlops/"] * 5:
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}").read()
        return {
            f"{name} MB": self._largest(word) for name, word in (("web", b"granian"), ("worker", b"celery"))
        }

    def _largest(self, word: bytes) -> float:
        return max(megabytes(pid) for pid in self._processes(word))

    def _processes(self, word: bytes) -> list[int]:
        mark = f"VAR={self.var}".encode()
        entries = [entry for entry in Path("/proc").iterdir() if entry.name.isdecimal()]
        ours = (entry for entry in entries if mark in read(entry / "environ").split(b"\0"))
        return [int(entry.name) for entry in ours if word in read(entry / "cmdline")]

    def facts(self) -> dict[str, float]:
        return self.found
