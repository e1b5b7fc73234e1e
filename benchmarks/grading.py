"""Grading without the queue, in a separate process, whose memory can be measured and whose imports are done."""

import os
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from typing import NamedTuple

from benchmarks.load import peak_megabytes
from labs.grader.engine import grade
from labs.grader.fetching.address import Address
from labs.grader.fetching.bounded_process import FetchLimits
from labs.grader.fetching.fetch import fetch
from labs.grader.fetching.mirrors import hold
from labs.grader.fetching.network import Network
from labs.grader.git.repository import Repository
from labs.grader.spec import load_spec

# Our limits, raised for the large repository, which is larger than a learner's may be.
LIMITS = FetchLimits(bytes=600 << 20, seconds=300, cpu_seconds=300)


class Graded(NamedTuple):
    """`megabytes` is the peak memory of the process, without the Git processes that it started."""

    passed: bool
    seconds: float
    megabytes: float


def graded(host: str, name: str, certificate: Path, mirror: Path, lab: str) -> Graded:
    """Fetch and grade the repository `all/name` from a host on this machine."""
    spec = load_spec(lab)
    network = Network(lambda host, port: ["127.0.0.1"], frozenset(["127.0.0.1"]), certificate)
    started = time.perf_counter()
    with hold(mirror) as held:
        fetched = fetch(Address(host, "all", name), held, LIMITS, network=network)
        with Repository.open(mirror, fetched.refs) as repository:
            report = grade(spec, repository)
    took = time.perf_counter() - started
    return Graded(report.passed, took, peak_megabytes(os.getpid()))


def graded_in_place(path: Path, lab: str) -> Graded:
    """Grade a repository in place, like those pushed to the portal. The memory includes Git."""
    spec = load_spec(lab)
    started = time.perf_counter()
    with Repository.open(path) as repository:
        report = grade(spec, repository)
    took = time.perf_counter() - started
    of_git = getrusage(RUSAGE_CHILDREN).ru_maxrss / 1024
    return Graded(report.passed, took, peak_megabytes(os.getpid()) + of_git)


@contextmanager
def grader() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        yield pool
