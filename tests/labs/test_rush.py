"""G10: a whole class pushes at once. Waiting for a verdict holds neither a page's thread nor a database connection."""

import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connections

from labs import tokens
from labs.addresses import practice_address
from labs.models import Submission
from tests.factories import make_lab, make_learner
from tests.labs.conftest import PASSABLE, SHORTENED
from tests.labs.git_client import Clone
from tests.servers import Stack, children, wait_for

LEARNERS = 24

pytestmark = [pytest.mark.processes, pytest.mark.heavy]


@pytest.fixture
def patient(tmp_path, django_db_blocker) -> Iterator[Stack]:
    """A portal whose terminals wait long, and whose worker has not started yet."""
    stack = Stack(tmp_path / "portal", **SHORTENED | {"PRACTICE_WAIT_SECONDS": "90"})
    try:
        with django_db_blocker.unblock(), stack.orm():
            stack.migrate()
            stack.start("broker", "web")
            yield stack
            connections["default"].close()
    finally:
        stack.end()


def make_clone(folder: Path, lab) -> Clone:
    address = practice_address(lab, tokens.new_token(user=make_learner(lab.course).user))
    clone = Clone(folder, address)
    clone.commit(f"Describe the project of {folder.name}")
    return clone


def open_databases(stack: Stack) -> int:
    """The number of times that the web server has its database file open."""
    (web,) = children(stack.processes["web"].pid)
    targets = [str(link.readlink()) for link in Path(f"/proc/{web}/fd").iterdir() if link.is_symlink()]
    return targets.count(str(stack.var / "db.sqlite3"))


def test_terminals_of_a_whole_class_wait_together_and_get_their_verdict(patient, tmp_path):
    lab = make_lab(source=PASSABLE)
    clones = [make_clone(tmp_path / f"learner-{number}", lab) for number in range(LEARNERS)]
    with ThreadPoolExecutor(LEARNERS) as pool:
        pushes = [pool.submit(clone.push) for clone in clones]
        wait_for(lambda: Submission.objects.count() == LEARNERS, what="all have pushed")
        for path in ("/healthz", "/accounts/login/", "/help/"):
            assert urllib.request.urlopen(patient.url + path, timeout=60).status == 200
        assert not any(push.done() for push in pushes)
        assert open_databases(patient) < LEARNERS
        patient.start("worker")
        said = [push.result(120) for push in pushes]
    assert {code for code, _ in said} == {0}
    assert [text for _, text in said if "1 of 2 checks passed." not in text] == []
