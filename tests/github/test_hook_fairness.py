"""Looks and submissions share the workers: no flood of pushes holds up the results of others, nor does a busy hour."""

import heapq
from collections.abc import Callable
from itertools import count
from types import SimpleNamespace

import pytest

from labs.github import looking
from labs.github import tasks as github_tasks
from labs.grader.fetching.listing import Listing
from labs.grading import lifecycle, tasks, worker
from labs.models import Connection, Delivery, State, Submission
from labs.repositories import hosts
from portal import settings as defaults
from tests.factories import make_course, make_lab, make_learner, make_submission
from tests.github.signing import make_connection, push, send

pytestmark = pytest.mark.django_db(transaction=True)

MAIN = "refs/heads/main"


class Workers:
    """One process of the live queue: it takes the message with the best priority, and of these the oldest."""

    def __init__(self) -> None:
        self.messages: list[tuple[int, int, Callable[[], None]]] = []
        self.numbers = count()

    def send(self, task, **arguments: object) -> bool:
        # Redis has four lists, of which each holds three of the ten priorities
        level = defaults.CELERY_TASK_ROUTES[task.name].get("priority", 0) // 3
        heapq.heappush(self.messages, (level, next(self.numbers), lambda: task(**arguments)))
        return True

    def work(self) -> None:
        _, _, do = heapq.heappop(self.messages)
        do()


class World:
    """The jobs that the worker does, in order: the enrollment, and "look" or "grade". `flood` runs during each."""

    def __init__(self, monkeypatch) -> None:
        self.jobs: list[tuple[int, str]] = []
        self.now, self.seconds = (
            0.0,
            {"look": 1.5, "grade": 1.5},
        )  # each job takes longer than a worker's turn
        self.heads: dict[str, str] = {}
        self.flood = lambda: None
        self.workers = Workers()
        for module in (tasks, github_tasks):
            monkeypatch.setattr(module, "send", self.workers.send)
            monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: self.now))
        monkeypatch.setattr(hosts, "Server", lambda address, *_: Host(self, address.name))
        monkeypatch.setattr(worker, "grade_next", self.grade)
        looked = looking.look

        def look(connection: Connection) -> None:
            looked(connection)
            self.add_job(connection.repository.enrollment_id, "look")

        monkeypatch.setattr(looking, "look", look)

    def grade(self, queue) -> bool:
        claim = lifecycle.claim(queue)
        if claim is None:
            return False
        self.flood()
        lifecycle.mark_unreadable(claim, "Graded, as far as turns go.")
        self.add_job(Submission.objects.get(pk=claim.submission_id).enrollment_id, "grade")
        return True

    def add_job(self, enrollment: int, kind: str) -> None:
        self.jobs.append((enrollment, kind))
        self.now += self.seconds[kind]

    def push(self, connection: Connection, commit: str) -> None:
        self.heads[connection.repository.name] = commit
        repository = {"id": connection.github_id, "full_name": "octo/work"}
        assert send(connection, push(commit, repository=repository)).status_code == 202

    def jobs_until_graded(self, connection: Connection, commit: str) -> list[tuple[int, str]]:
        """Push a commit, and return the jobs from then to its verdict."""
        done, wanted = len(self.jobs), (connection.repository.enrollment_id, "grade")
        self.push(connection, commit)
        while wanted not in self.jobs[done:]:
            self.workers.work()
        return self.jobs[done:]


class Host:
    def __init__(self, world: World, name: str) -> None:
        self.world, self.refs = world, {MAIN: world.heads[name]}

    def listing(self) -> Listing:
        self.world.flood()  # the next push comes while a worker looks
        return Listing(self.refs, "main")


@pytest.fixture
def world(monkeypatch) -> World:
    return World(monkeypatch)


@pytest.fixture
def connections() -> list[Connection]:
    lab = make_lab(make_course())
    return [make_connection(make_learner(lab.course), lab=lab, github_id=number) for number in (1, 2)]


@pytest.mark.heavy
@pytest.mark.parametrize("pushes", [40, 400])
def test_flood_of_webhook_pushes_delays_another_learner_by_one_job_at_most(world, connections, pushes):
    flooder, other = connections
    commits = (f"{number:040x}" for number in range(1, pushes + 1))

    def flood() -> None:
        if commit := next(commits, None):
            world.push(flooder, commit)

    world.flood = flood
    flood()
    for number in range(5):
        for _ in range(3):
            world.workers.work()
        jobs = world.jobs_until_graded(other, f"{number + 1:039x}f")
        before = [kind for enrollment, kind in jobs if enrollment == flooder.repository.enrollment_id]
        # the look and the verdict of one push, or two looks, of which each is a fraction of a verdict
        assert len(before) <= 2 and before.count("grade") <= 1, jobs
    while world.workers.messages:
        world.workers.work()
    assert next(commits, None) is None
    newest = Submission.objects.filter(enrollment=flooder.repository.enrollment).latest("pk")
    assert (newest.head, newest.has_ended) == (f"{pushes:040x}", True)
    assert not Delivery.objects.filter(outcome="waiting").exists()
    assert not Submission.objects.filter(state__in=(State.QUEUED, State.FETCHING)).exists()


@pytest.mark.parametrize(("look", "grade"), [(0.1, 0.4), (1.5, 1.5), (8, 3)])
def test_looks_take_at_most_half_of_the_time_while_submissions_wait(world, look, grade):
    """The first push of another learner comes with each job, so that a look is due all the time."""
    world.seconds = {"look": look, "grade": grade}
    lab = make_lab(make_course())
    pushing = iter([make_connection(make_learner(lab.course), lab=lab, github_id=n) for n in range(1, 31)])
    for _ in range(30):
        make_submission(make_learner(lab.course), lab)

    def push() -> bool:
        connection = next(pushing, None)
        if connection:
            world.push(connection, f"{connection.pk:040x}")
        return bool(connection)

    world.flood = push
    while push():
        world.workers.work()
    spent = {
        kind: sum(each == kind for _, each in world.jobs) * world.seconds[kind] for kind in world.seconds
    }
    # the last looks may not have been followed by their turn of grading yet
    assert 0 < spent["look"] <= spent["grade"] + look + tasks.MAX_SECONDS, world.jobs
