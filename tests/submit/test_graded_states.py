"""Graded states of repositories on other hosts: kept, read without the host, and removed when nobody needs them."""

import hashlib
import io
import os
import shutil
import tarfile
from datetime import timedelta

import pytest
from django.utils import timezone

from labs.grader.fetching.fetch import ORDINARY
from labs.grader.fetching.mirrors import mirror_path
from labs.grader.fetching.refusals import refusal_of
from labs.grader.git.objects import absent
from labs.grading import kept_states, worker
from labs.models import Receipt, Repository, Submission
from labs.repositories import archive, bare, expiry, graded, hosts, housekeeping, ref_files
from tests.factories import make_lab, make_learner
from tests.labs.regrading import EASIER, change_checks, push_files, rehearse
from tests.plain_git import git
from tests.submit.conftest import PASSABLE, Page, submitted, text_of

pytestmark = pytest.mark.django_db

NOISE = b"".join(hashlib.sha256(bytes([number])).digest() for number in range(256)) * 3


@pytest.fixture
def page() -> Page:
    lab = make_lab(source=PASSABLE)
    return Page(make_learner(lab.course).user, lab)


@pytest.fixture
def grade(work):
    """Commit a file, push, submit by address, and grade."""

    def grade_commit(page: Page, name: str = "data.bin", content: bytes = NOISE) -> Submission:
        work.put(name, content)
        work.commit(f"Add {name}")
        work.push()
        return grade_head(page)

    def grade_head(page: Page) -> Submission:
        submission = submitted(page.grade(work.head(), address=str(work.address)))
        assert worker.grade_next()
        submission.refresh_from_db()
        return submission

    grade_commit.head = grade_head
    return grade_commit


def grade_anew(page, grade, work, name) -> Submission:
    """Grade a history without the commits so far."""
    work.git("checkout", "-q", "--orphan", "anew")
    work.put(name)
    work.commit("Begin anew")
    work.git("branch", "-M", "main")
    work.push()
    return grade.head(page)


def store_of(submission: Submission):
    return submission.receipt.repository.path


def lose_the_host(host, work, settings) -> None:
    shutil.rmtree(settings.MIRROR_ROOT)
    shutil.rmtree(work.bare)
    work.bare.mkdir()  # for the fixture
    host.clear()


def test_regrade_files_and_archive_need_no_host(page, grade, host, work, settings, tmp_path):
    submission = grade(page, "notes.txt", b"Read without the host\n")
    lose_the_host(host, work, settings)
    change_checks(page.lab, PASSABLE.replace("README.md", "notes.txt"))
    moves = rehearse(page.lab).moves.all()
    assert [(move.way, move.problem) for move in moves] == [("up", "")]
    assert "Commit graph" in text_of(page.client.get(f"{submission.get_absolute_url()}history/"))
    files = text_of(page.client.get(f"{submission.get_absolute_url()}files/?path=notes.txt"))
    assert "Read without the host" in files
    content = b"".join(archive.archive_chunks(Repository.objects.all()))
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        tar.extractall(tmp_path / "all", filter="data")
    (bundle,) = (tmp_path / "all").glob("*.bundle")
    git(tmp_path, "clone", "--quiet", bundle, tmp_path / "clone")
    assert git(tmp_path / "clone", "rev-parse", "HEAD") == submission.head
    assert host.requests == []


@pytest.mark.heavy
def test_states_of_one_repository_share_their_objects(page, grade):
    first = grade(page)
    size = graded._pack_bytes(store_of(first))
    second = grade(page, "more.txt", b"x")
    assert store_of(second) == store_of(first)
    assert size < graded._pack_bytes(store_of(first)) < size + 2_000
    assert set(graded.read_states(store_of(first))) == {first.digest, second.digest}
    assert graded.keep(first.receipt.repository, first.digest, first.receipt.refs, store_of(first)) is None


def test_learner_has_a_store_of_their_own_that_no_other_row_can_read(page, grade):
    first = grade(page)
    other = Page(make_learner(page.lab.course).user, page.lab)
    second = grade.head(other)
    assert store_of(first) != store_of(second)
    shutil.rmtree(store_of(first))
    store_of(second).rename(store_of(first))  # as if a restored database named the wrong folder
    assert "right now" in text_of(page.client.get(f"{first.get_absolute_url()}files/"))
    assert not any(path.is_symlink() for path in store_of(first).rglob("*"))
    assert not (store_of(first) / "objects/info/alternates").exists()


def test_superseded_state_is_removed_after_its_days_and_others_stay(page, grade, work, settings):
    best = grade(page, "README.md", b"x")
    middle, newest = (grade_anew(page, grade, work, name) for name in ("second.txt", "third.txt"))
    assert Submission.objects.get(is_best=True) == best
    expiry.expire_graded()
    assert len(graded.read_states(store_of(best))) == 3
    old = timezone.now() - timedelta(days=settings.GRADED_DAYS + 1)
    Receipt.objects.update(received_at=old)
    expiry.expire_graded()
    assert set(graded.read_states(store_of(best))) == {best.digest, newest.digest}
    assert absent(store_of(best), [best.head, middle.head, newest.head]) == {middle.head}
    assert "has no copy" in text_of(page.client.get(f"{middle.get_absolute_url()}files/"))
    assert "Changes since submission 1" in text_of(page.client.get(f"{newest.get_absolute_url()}changes/"))


@pytest.mark.heavy
def test_superseded_states_go_first_if_there_is_no_room_and_then_new_ones_are_not_kept(
    page, grade, settings, caplog
):
    first, second = grade(page), grade(page, "README.md", b"x")
    settings.GRADED_MAX_BYTES = 10
    expiry.expire_graded()
    assert set(graded.read_states(store_of(second))) == {second.digest}
    third = grade(page, "third.txt", b"x")
    assert (third.state, third.reports.count()) == ("graded", 1)
    assert set(graded.read_states(store_of(second))) == {second.digest}
    assert "the limit is reached" in caplog.text
    assert first.digest != second.digest


@pytest.mark.heavy
def test_states_are_left_alone_while_one_is_stored_and_read_while_they_are_repacked(page, grade, monkeypatch):
    submission = grade(page)
    repository = submission.receipt.repository
    with bare.hold_lock(repository.path):
        assert expiry.drop_states(repository, [submission.digest]) == 0
        page.client.get(f"{submission.get_absolute_url()}files/")  # waits for no lock
    assert submission.digest in graded.read_states(repository.path)
    monkeypatch.setattr(expiry, "MAX_PACKS", 1)
    grade(page, "more.txt", b"x")
    grade(page, "again.txt", b"x")
    expiry.expire_graded()
    assert len(bare.packs(repository.path)) == 1
    assert "data.bin" in text_of(page.client.get(f"{submission.get_absolute_url()}files/"))


def test_store_of_a_deleted_repository_is_removed_after_thirty_days(page, grade, settings):
    submission = grade(page)
    path = store_of(submission)
    Submission.objects.all().delete()
    Repository.objects.all().delete()
    housekeeping.sweep_unclaimed()
    assert path.exists()
    os.utime(path / "unclaimed", (1, 1))
    assert housekeeping.sweep_unclaimed() == 1
    assert not path.exists()


@pytest.mark.heavy
def test_file_over_one_megabyte_is_listed_but_not_shown_or_compared(page, grade):
    first = grade(page)
    large = b"".join(hashlib.sha256(number.to_bytes(4)).digest() for number in range(40_000))
    second = grade(page, "large.bin", large)
    assert "large.bin" in text_of(page.client.get(f"{second.get_absolute_url()}files/"))
    assert "Larger than 1 MB" in text_of(page.client.get(f"{second.get_absolute_url()}files/?path=large.bin"))
    assert "larger than 1 MB, so" in text_of(page.client.get(f"{second.get_absolute_url()}changes/"))
    assert store_of(first) == store_of(second)
    content = b"".join(archive.archive_chunks(Repository.objects.all()))
    assert b"not included: it has files over 1 MB" in content
    expiry.drop_states(second.receipt.repository, [first.digest])
    assert set(graded.read_states(store_of(second))) == {second.digest}


def test_submission_is_graded_without_a_fault_if_the_folder_of_states_cannot_be_made(
    page, grade, settings, tmp_path, caplog
):
    (tmp_path / "file").touch()
    settings.GRADED_ROOT = tmp_path / "file/graded"
    assert grade(page).state == "graded"
    assert "is not kept" in caplog.text and "could not be graded" not in caplog.text


@pytest.mark.heavy
def test_state_with_too_many_refs_to_read_is_not_kept_and_earlier_ones_stay(page, grade, monkeypatch):
    first = grade(page)
    size = (store_of(first) / "packed-refs").stat().st_size
    monkeypatch.setattr(ref_files, "MAX_PACKED_BYTES", size + 10)
    assert grade(page, "more.txt", b"x").state == "graded"
    assert set(graded.read_states(store_of(first))) == {first.digest}


def test_practice_repositories_stay_if_their_folder_is_also_that_of_graded_states(
    page, settings, tmp_path, monkeypatch
):
    settings.PRACTICE_ROOT = settings.GRADED_ROOT = tmp_path / "both"
    submission = push_files(make_learner(page.lab.course), page.lab, tmp_path / "work")
    git(store_of(submission), "repack", "-adq")
    monkeypatch.setattr(expiry, "MAX_PACKS", 0)
    expiry.expire_graded()
    assert bare.packs(store_of(submission))


def damage(repository) -> None:
    for pack in bare.packs(repository):
        content = bytearray(pack.read_bytes())
        content[12:-20] = bytes(len(content) - 32)  # between header and checksum
        pack.chmod(0o600)
        pack.write_bytes(content)


def test_damaged_copies_are_passed_over_and_repaired_from_the_host(page, grade, host, work, settings):
    submission = grade(page, "notes.txt")
    damage(store_of(submission))
    damage(mirror_path(settings.MIRROR_ROOT, submission.receipt.repository.address))
    change_checks(page.lab, PASSABLE.replace("README.md", "notes.txt"))
    assert list(rehearse(page.lab).moves.values_list("way", "problem")) == [("up", "")]
    lose_the_host(host, work, settings)
    change_checks(page.lab, EASIER)
    assert list(rehearse(page.lab).moves.values_list("problem", flat=True)) == [""]
    assert "notes.txt" in text_of(page.client.get(f"{submission.get_absolute_url()}files/"))
    assert graded._read_damaged(store_of(submission)) == set()


def test_damaged_copy_stays_while_the_host_cannot_replace_it(page, grade, host, work, settings):
    submission = grade(page)
    damage(store_of(submission))
    lose_the_host(host, work, settings)
    change_checks(page.lab, EASIER)
    (problem,) = rehearse(page.lab).moves.values_list("problem", flat=True)
    assert problem.startswith("Its host no longer has this state")
    assert set(graded.read_states(store_of(submission))) == {submission.digest}


def test_rehearsal_asks_a_dead_host_only_some_times(page, grade, host, work, settings, monkeypatch):
    for number in range(5):
        shutil.rmtree(store_of(grade(page, f"{number}.txt", b"x")))
    shutil.rmtree(settings.MIRROR_ROOT)
    asked = []

    def fetch(address, *_, **__):
        asked.append(address.host)
        raise refusal_of("dead_host", address, ORDINARY)

    monkeypatch.setattr(hosts, "fetch", fetch)
    change_checks(page.lab, EASIER)
    problems = rehearse(page.lab).moves.values_list("problem", flat=True)
    assert len(problems) == 5 and len(set(problems)) == 1 and "Rehearse again later" in problems[0]
    assert asked == [host.host] * kept_states.MAX_FAILURES
    rehearse(page.lab)  # a new rehearsal asks again
    assert len(asked) == 2 * kept_states.MAX_FAILURES


def test_repository_that_always_fails_does_not_keep_a_rehearsal_from_the_others(
    page, grade, host, work, settings, monkeypatch
):
    for number in range(4):
        broken = grade(page, f"{number}.txt", b"x")
        shutil.rmtree(store_of(broken))
    other = grade.head(Page(make_learner(page.lab.course).user, page.lab))
    shutil.rmtree(store_of(other))
    Repository.objects.filter(pk=broken.receipt.repository_id).update(name="broken")
    shutil.rmtree(settings.MIRROR_ROOT)
    fetch = hosts.fetch

    def answer(address, *given, **named):
        if address.name == "broken":
            raise refusal_of("dead_host", address, ORDINARY)
        return fetch(address, *given, **named)

    monkeypatch.setattr(hosts, "fetch", answer)
    change_checks(page.lab, EASIER)
    moves = rehearse(page.lab).moves.order_by("pk")
    assert dict(moves.values_list("submission", "problem"))[other.pk] == ""


def test_regrade_says_that_a_host_is_unreachable_instead_of_that_the_state_is_gone(
    page, grade, host, work, settings, monkeypatch
):
    submission = grade(page)
    shutil.rmtree(store_of(submission))
    lose_the_host(host, work, settings)

    def fetch(address, *_, **__):
        raise refusal_of("dead_host", address, ORDINARY)

    monkeypatch.setattr(hosts, "fetch", fetch)
    change_checks(page.lab, EASIER)
    (problem,) = rehearse(page.lab).moves.values_list("problem", flat=True)
    assert "Rehearse again later" in problem
    assert "no longer has" not in problem and "Submit" not in problem
