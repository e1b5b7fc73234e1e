"""Limits on number, size and disk space of pushes: more is refused in words, and nothing else is harmed.

Real pushes by git to Django's own test server; nothing is graded.
"""

import io
import json
import random
import re
import subprocess
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from labs import tokens
from labs.addresses import practice_address
from labs.grader.git.objects import absent
from labs.grading import receipts, worker
from labs.models import Receipt, Repository, Submission
from labs.practice import push_limits, request_body, turns
from labs.repositories import bare, housekeeping, ref_files
from portal.checks import limits_of_pushes_let_a_push_pass
from tests.factories import make_enrollment, make_lab, make_user
from tests.labs.conftest import PASSABLE
from tests.labs.git_client import Clone
from tests.servers import wait_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("practice")]
KILOBYTE = 1024
GITS_OF_A_PUSH = ["for-each-ref", "index-pack", "receive-pack", "rev-list"]


@pytest.fixture
def lab():
    return make_lab(source=PASSABLE)


def noise(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def replace_history(clone: Clone, number: int, size: int) -> None:
    clone.git("checkout", "--quiet", "--orphan", f"orphan-{number}")
    clone.commit(f"Try {number}", "model.bin", random.Random(number).randbytes(size))


def path_of(clone: Clone):
    return Repository.objects.get(enrollment=clone.enrollment).path


def test_names_that_exclude_each_other_are_explained_and_the_others_are_pushed(join):
    clone = join("learner")
    clone.commit()
    clone.git("tag", "v1")
    assert clone.push("main:feature/x", "v1")[0] == 0
    code, said = clone.push("main", "main:feature")
    said = " ".join(said.split())
    assert code == 1 and "cannot store the branch feature beside feature/x:" in said
    assert "git push origin feature:my-feature" in said
    assert "refs/heads/main" in Submission.objects.latest("pk").receipt.refs
    _, said = clone.push("main:refs/tags/v1/final")
    assert "git push origin refs/tags/v1/final:refs/tags/my-v1-final" in said
    code, said = clone.push(":feature/x", "main:feature")  # one goes, so the other fits
    assert "cannot store" not in said


@pytest.mark.heavy
def test_many_large_pushes_of_one_learner_end_at_a_quota_in_words_and_harm_nobody(settings, join):
    settings.PRACTICE_QUOTA_BYTES = 1000 * KILOBYTE
    greedy, other = join("greedy"), join("other")
    codes = []
    for number in range(12):
        replace_history(greedy, number, 240 * KILOBYTE)
        code, said = greedy.push("--force", "HEAD:main")
        codes.append(code)
    assert codes == [0] * 4 + [1] * 8
    said = " ".join(said.split())
    used = re.search(
        r"Your repository for this lab uses (\S+) MB of 0.977 MB, and this push adds 0.235 MB.", said
    )
    assert used and 0.937 < float(used[1]) < 0.95
    assert "Remove it from your commits, add it to .gitignore, and push again." in said
    assert "! [remote rejected] HEAD -> main (no room left in this repository)" in said
    path = path_of(greedy)
    assert not list(path.glob("objects/tmp_*")) and not bare.is_pushing(path)
    assert bare.folders_to_repack() == [path.stem]
    greedy.git("checkout", "--quiet", "--orphan", "small")
    greedy.git("rm", "-r", "--quiet", "--cached", ".")
    greedy.commit("Without the model")
    assert greedy.push("--force", "HEAD:main")[0] == 0
    other.commit(content=noise(240 * KILOBYTE))
    assert other.push()[0] == 0
    settings.PRACTICE_QUOTA_BYTES = 1  # whoever has too much may still delete
    assert other.push("HEAD:second")[0] == 1
    assert greedy.push("--delete", "main")[0] == 0


def test_full_repository_takes_changes_and_deletions_but_nothing_more(join, monkeypatch):
    monkeypatch.setattr(push_limits, "MAX_REFS", 20)
    clone = join("work")
    head = clone.commit()
    clone.pack_refs({f"refs/tags/v{number}": head for number in range(19)})
    assert clone.push("main", "--tags")[0] == 0
    clone.commit("More")
    assert clone.push()[0] == 0
    code, said = clone.push("main:one-more")
    assert code == 1
    said = " ".join(said.split())
    assert "This push has 1 branch or tag, and the repository on the portal has 20 branches and tags." in said
    assert "The limit is 20." in said
    assert clone.push("main:one-more", *(f":refs/tags/v{number}" for number in range(12)))[0] == 0
    assert len(ref_files.read_refs(path_of(clone))) == 9


def test_flood_of_pushes_is_bounded_by_the_hour(settings, join):
    settings.PUSHES_PER_HOUR = 3
    flooding, other = join("flooding"), join("other")
    for _ in range(3):
        flooding.commit()
        assert flooding.push()[0] == 0
    flooding.commit(path="large.bin", content=noise(100 * KILOBYTE))
    head = flooding.output("rev-parse", "HEAD").decode().strip()
    flooding.pack_refs({f"refs/heads/b{number}": head for number in range(1200)})
    code, said = flooding.push("--all")
    assert code == 1
    assert "You pushed 3 times in an hour, which is the limit." in said
    assert "Push again in 60 minutes." in " ".join(said.split())
    assert said.count("(too many pushes in an hour)") == 1201
    assert Receipt.objects.filter(repository__enrollment=flooding.enrollment).count() == 3
    other.commit()
    assert other.push()[0] == 0
    Receipt.objects.update(received_at=timezone.now() - timedelta(minutes=61))
    assert flooding.push("main")[0] == 0


def test_pushes_of_one_learner_at_once_leave_threads_to_others(join):
    flooding = join("flooding")
    flooding.commit()
    flooding.push()
    path = path_of(flooding)
    head = flooding.commit()
    limit = turns.MAX_AT_ONCE
    with ThreadPoolExecutor(5) as several, bare.hold_lock(path):
        running = [several.submit(flooding.push, f"HEAD:b{number}") for number in range(5)]
        wait_for(lambda: sum(one.done() for one in running) == 5 - limit, what="the others are refused")
        refused = [one for one in running if one.done()]
    assert all("Another push of yours is in progress." in one.result()[1] for one in refused)
    assert sum(one.result()[0] == 0 for one in running) == limit
    assert head in ref_files.read_refs(path).values()
    assert not turns._running


def test_limits_that_leave_no_room_for_a_push_fail_their_check(settings):
    assert limits_of_pushes_let_a_push_pass() == []
    for name, value in {
        "PRACTICE_ROOT_MAX_BYTES": settings.PRACTICE_QUOTA_BYTES - 1,
        "PRACTICE_QUOTA_BYTES": settings.PRACTICE_MAX_BYTES - 1,
    }.items():
        setattr(settings, name, value)
        assert [error.id for error in limits_of_pushes_let_a_push_pass()] == ["portal.E007"]


@pytest.mark.heavy
def test_pushes_fetches_and_grading_beside_repacks_lose_nothing(join, tmp_path):
    clone = join("work")
    heads = [clone.commit(content=noise(2000))]
    assert clone.push()[0] == 0
    repository = Repository.objects.get(enrollment=clone.enrollment)
    done = threading.Event()

    def repack_again_and_again() -> int:
        packed = 0
        try:
            while not done.wait(0.1):  # pushes that wait for the lock look for it every 20 ms
                packed += housekeeping.repack(repository)
        finally:
            connection.close()
        return packed

    with ThreadPoolExecutor(1) as other:
        repacking = other.submit(repack_again_and_again)
        try:
            for number in range(6):
                clone.git("checkout", "--quiet", "--orphan", f"orphan-{number}")
                heads.append(clone.commit(f"Try {number}", content=noise(2000 + number)))
                assert clone.push("--force", "HEAD:main")[0] == 0
                submission = Submission.objects.get(head=heads[number // 2])
                with worker.open_submitted_state(submission) as (opened, _):
                    assert opened.history.commits.keys() == {heads[number // 2]}
                clone.git(
                    "clone",
                    "--quiet",
                    clone.output("remote", "get-url", "portal").decode().strip(),
                    f"../c{number}",
                )
        finally:
            done.set()
    assert repacking.result() > 0
    assert absent(repository.path, heads) == set()
    assert clone.git(f"--git-dir={repository.path}", "fsck", "--strict").returncode == 0


def test_damaged_repository_is_reported_as_our_fault(join):
    clone = join("work")
    clone.commit()
    assert clone.push()[0] == 0
    (path_of(clone) / "refs/heads/main").write_bytes(b"")
    assert "Your repository on the portal is damaged. That is our fault" in clone.push("main:x")[1]


# --- a restore ------------------------------------------------------------------------------------------------------


@pytest.mark.heavy
def test_yesterdays_database_over_todays_folders_shows_nobody_anothers_work(join, lab, tmp_path):
    """Learner and repository from after the backup are gone; others get their keys, and push successfully."""
    early, late = join("early"), join("late")
    for clone in (early, late):
        clone.commit()
        assert clone.push()[0] == 0
    head = early.commit("After the backup")
    assert early.push()[0] == 0
    lost = Repository.objects.get(enrollment=late.enrollment)
    Submission.objects.filter(Q(head=head) | Q(enrollment=late.enrollment)).delete()
    Receipt.objects.filter(repository=lost).delete()
    Receipt.objects.filter(repository__enrollment=early.enrollment).latest("pk").delete()
    late.enrollment.user.delete()

    user = make_user()
    enrollment = make_enrollment(user, early.enrollment.cohort, pk=late.enrollment.pk)
    Repository.objects.create(pk=lost.pk, enrollment=enrollment, lab=lab)
    address = practice_address(lab, tokens.new_token(user=user))
    again = Clone(tmp_path / "again", address)
    assert again.output("ls-remote", "portal") == b""
    mine = again.commit("Mine")
    assert again.push()[0] == 0
    assert again.output("ls-remote", "portal", "main").decode().split()[0] == mine
    assert lost.path.is_dir() and Repository.objects.get(pk=lost.pk).path != lost.path

    assert early.push() == (0, "Everything up-to-date")
    assert (receipts.repair(), receipts.repair()) == (1, 0)
    assert Submission.objects.get(head=head).enrollment == early.enrollment
    early.commit()
    assert early.push()[0] == 0


# --- a full disk ----------------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(settings):
    """The practice root on a disk of 2 MB; its space can be filled and freed."""
    root = settings.PRACTICE_ROOT
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", root], capture_output=True)
    if mounted.returncode:
        pytest.skip("a small disk needs the right to mount")
    yield root
    subprocess.run(["umount", root], check=True)


def fill(folder, leave: int = 0) -> None:
    with (folder / "filler").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(64 * KILOBYTE))
        except OSError:
            file.truncate(max(file.tell() - leave, 0))


@pytest.mark.heavy
def test_push_to_a_full_disk_is_refused_in_words_and_nothing_is_corrupted(
    small_disk, join, monkeypatch, settings
):
    clone, newcomer = join("work"), join("newcomer")
    first = clone.commit()
    assert clone.push()[0] == 0
    path = path_of(clone)
    clone.commit("Add a model", "model.bin", noise(400 * KILOBYTE))
    words = "The portal has no disk space left. That is our fault, and staff can see it."

    def refused() -> str:
        code, said = clone.push()
        said = " ".join(said.split())
        assert code == 1
        assert words in said
        assert ref_files.read_refs(path) == {"refs/heads/main": first}
        assert (bare.folders_with_push(), list(path.glob("objects/tmp_*"))) == ([], [])
        assert clone.git(f"--git-dir={path}", "fsck", "--strict").returncode == 0
        return said

    fill(small_disk, leave=200 * KILOBYTE)
    assert "(no disk space left on the portal)" in refused()
    with monkeypatch.context() as unchecked:  # it fills up while git unpacks
        unchecked.setattr(push_limits, "check_room", lambda path, size: None)
        assert "(unpacker error)" in refused()
    with monkeypatch.context() as elsewhere:  # where bodies are kept
        elsewhere.setattr(tempfile, "tempdir", str(small_disk))
        assert "(no disk space left on the portal)" in refused()
    fill(small_disk)
    newcomer.commit()
    code, said = newcomer.push()
    assert code == 128
    assert words in " ".join(said.split())
    (small_disk / "filler").unlink()
    assert clone.push()[0] == 0
    assert newcomer.push()[0] == 0


def test_push_that_the_front_could_store_only_in_part_is_told_so():
    environ = {"wsgi.input": io.BytesIO(b"beginning"), request_body.NO_ROOM_MARK: True}
    with pytest.raises(request_body.NoRoomError) as refused:
        request_body.spool_body(environ, 1000)
    assert refused.value.beginning.read() == b"beginning"


def test_pushes_are_refused_once_all_repositories_together_reach_their_limit(settings, join, monkeypatch):
    clone = join("work")
    clone.commit()
    monkeypatch.setattr(push_limits.disk, "practice_bytes", lambda: settings.PRACTICE_ROOT_MAX_BYTES + 1)
    assert "(no disk space left on the portal)" in clone.push()[1]


# --- processes ------------------------------------------------------------------------------------------------------


def test_a_push_starts_five_processes(join, monkeypatch, tmp_path):
    """prlimit, which becomes git receive-pack; index-pack, rev-list, and for-each-ref, which rev-list asks."""
    trace = tmp_path / "trace"
    monkeypatch.setattr(bare, "ENVIRONMENT", {**bare.ENVIRONMENT, "GIT_TRACE2_EVENT": str(trace)})
    ours: list[str] = []
    start = subprocess.Popen

    def count(argv, **options):
        if argv[:2] != ["git", "push"]:
            ours.append(argv[0])
        return start(argv, **options)

    clone = join("work")
    for _ in ("the first makes the repository", "the second"):
        clone.commit()
        trace.unlink(missing_ok=True)
        ours.clear()
        with monkeypatch.context() as counting:
            counting.setattr(subprocess, "Popen", count)
            assert clone.push()[0] == 0
        events = [json.loads(line) for line in trace.read_text().splitlines()]
        started = [event["argv"] for event in events if event["event"] == "start"]
        assert ours == ["prlimit"]
        assert (
            sorted(next(part for part in argv if part in GITS_OF_A_PUSH) for argv in started)
            == GITS_OF_A_PUSH
        )
