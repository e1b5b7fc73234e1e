"""Grading by address, with a real fetch: how each case ends, and what is fetched again."""

import pytest

from labs.grading import lifecycle, worker
from labs.models import Receipt, Report, State, Submission
from labs.repositories import hosts
from tests.factories import make_lab, make_learner
from tests.fetch.conftest import Learner
from tests.submit.conftest import PASSABLE, Page, submitted, text_of

pytestmark = pytest.mark.django_db

LARGE = bytes(range(256)) * 2000  # 512 KB


@pytest.fixture
def page() -> Page:
    lab = make_lab(source=PASSABLE)
    return Page(make_learner(lab.course).user, lab)


@pytest.fixture
def submission(page, work) -> Submission:
    """The newest commit, which waits."""
    return submitted(page.grade(work.head(), address=str(work.address)))


def graded(submission: Submission) -> Submission:
    assert worker.grade_next()
    submission.refresh_from_db()
    return submission


def test_commit_that_was_shown_is_fetched_and_graded(submission, page, work):
    text = text_of(page.paste(f"{work.address}/tree/main"))
    assert f"<code>{submission.head[:7]}</code> Describe the project" in text
    assert (submission.state, submission.receipt.refs) == (
        State.QUEUED,
        {"refs/heads/main": submission.head},
    )
    assert graded(submission).state == State.GRADED
    report = Report.objects.get()
    assert (report.points, report.max_points, report.notes) == (0, 100, [])


def test_receipt_is_written_before_anything_is_fetched(submission, host, settings):
    assert Receipt.objects.get().via == Receipt.Via.ADDRESS
    assert not settings.MIRROR_ROOT.exists()


def test_submission_is_being_cloned_until_the_mirror_is_filled(submission, monkeypatch):
    states, fetch = [], hosts.fetch

    def watched(*arguments, **options):
        states.append(Submission.objects.get().state)
        return fetch(*arguments, **options)

    monkeypatch.setattr(hosts, "fetch", watched)
    graded(submission)
    assert states == [State.FETCHING]


@pytest.mark.heavy
def test_fetch_again_after_a_push_transfers_only_new_objects(page, work, host):
    work.commit("Add data", data=LARGE)
    work.push()
    graded(submitted(page.grade(work.head(), address=str(work.address))))
    assert host.served > 3000
    work.commit("Say more", more="x")
    work.push()
    host.clear()
    second = graded(submitted(page.post("latest")))
    assert (second.number, second.state, second.head) == (2, State.GRADED, work.head())
    assert host.served < 3000


@pytest.mark.heavy
def test_same_repository_of_two_learners_has_one_mirror(page, work, submission, settings):
    other = Page(make_learner(page.lab.course).user, page.lab)
    second = submitted(other.grade(work.head(), address=str(work.address)))
    assert [graded(each).state for each in (submission, second)] == [State.GRADED] * 2
    assert len(list(settings.MIRROR_ROOT.glob("*/*.git"))) == 1


# --- moved on meanwhile ---------------------------------------------------------------------------------------------


def test_submitted_commit_is_graded_although_the_branch_moved_on(submission, work):
    work.commit("Add a second commit", more="x")
    work.push()
    assert graded(submission).state == State.GRADED
    report = Report.objects.get()
    assert report.points == 0  # two commits are asked for, and one was submitted
    assert report.notes == [
        f"`{work.address}` has changed since it was submitted. This is the result of the submitted commit."
    ]


def test_commit_lost_in_a_rewrite_is_unreadable_and_the_latest_commit_is_one_click_away(
    submission, work, page
):
    work.git("checkout", "-q", "--orphan", "new")
    work.commit("Begin anew", other="x")
    work.git("branch", "-M", "main")
    work.push()
    assert graded(submission).state == State.UNREADABLE
    assert submission.message == (
        f"`{work.address}` was rewritten after it was submitted: the commit that `main` pointed to is gone. "
        "Grade the latest commit instead."
    )
    text = text_of(page.client.get(submission.get_absolute_url()))
    assert "Fix it and push again" not in text
    assert "Grade the latest commit</button>" in text
    assert graded(submitted(page.post("latest"))).state == State.GRADED


def test_branch_that_vanished_is_unreadable(page, work):
    work.branch("tax")
    work.push()
    submission = submitted(page.grade(work.head(), address=str(work.address), branch="tax"))
    work.git("switch", "-q", "main")
    work.git("branch", "-D", "tax")
    work.push()
    assert graded(submission).state == State.UNREADABLE
    assert f"`{work.address}` has no branch `tax`." in submission.message


# --- refused, broken ------------------------------------------------------------------------------------------------


def test_repository_that_is_gone_is_unreadable_and_readable_again_once_it_is_back(submission, work, page):
    work.bare.rename(work.bare.with_suffix(".away"))
    assert graded(submission).state == State.UNREADABLE
    assert submission.message.startswith(
        f"`{work.address}` was not found. It is private, was renamed or is misspelled. "
    )
    work.bare.with_suffix(".away").rename(work.bare)
    assert submitted(page.post("latest")) == submission
    assert graded(submission).state == State.GRADED


def test_fault_of_a_fetch_is_ours_and_retried(submission, monkeypatch):
    def breaks(*arguments, **options):
        raise hosts.FetchError("git could not be started")

    with monkeypatch.context() as patch:
        patch.setattr(hosts, "fetch", breaks)
        graded(submission)
    assert submission.state == State.QUEUED
    assert submission.last_fault.startswith("FetchError: git could not be started\n  labs/grading/worker.py:")
    assert graded(submission).state == State.GRADED


def test_host_that_is_not_allowed_any_more_is_not_fetched_from(submission, settings, host):
    settings.REPOSITORY_HOSTS = ["github.com"]
    host.clear()
    assert graded(submission).state == State.UNREADABLE
    assert submission.message == f"Repositories on `{host.host}` are no longer supported."
    assert host.requests == []


def test_claim_that_was_lost_while_it_fetched_writes_nothing(submission):
    claim = lifecycle.claim()
    Submission.objects.update(token=9)
    worker.grade_claimed(claim)
    assert not Report.objects.exists()


def test_state_is_fetched_from_where_it_was_seen_last(submission, page, work, tmp_path, host):
    other = Learner(tmp_path / "other", host, None)
    work.git("push", "-q", str(other.bare), "main")
    work.bare.rename(work.bare.with_suffix(".away"))
    again = submitted(page.grade(work.head(), address=str(other.address)))
    work.bare.with_suffix(".away").rename(work.bare)
    assert again == submission
    host.clear()
    assert graded(submission).state == State.GRADED
    assert {path.split("/")[2] for _, path in host.requests} == {other.bare.name}


# --- notes ----------------------------------------------------------------------------------------------------------


def test_files_that_were_not_read_are_named_beside_the_result(page, work):
    work.write(model=bytes(2 << 20))
    work.git("add", ".")
    work.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},<b>vendor</b>")
    work.git("commit", "-q", "-m", "Add a model")
    work.push()
    submission = graded(submitted(page.grade(work.head(), address=str(work.address))))
    text = text_of(page.client.get(submission.get_absolute_url()))
    for note in (
        "1 file over 1 MB was not read on <code>main</code>: <code>model.txt</code>.",
        "1 submodule was not fetched on <code>main</code>: <code>&lt;b&gt;vendor&lt;/b&gt;</code>.",
    ):
        assert f"<li>{note}</li>" in text


@pytest.mark.heavy
def test_repository_that_git_refuses_is_unreadable_with_the_reason(page, work, caplog):
    """A symbolic link `.gitmodules`, a submodule that leads out of its folder, and a branch without its commit."""
    link, modules = (
        work.git("hash-object", "-w", "--stdin", stdin=content)
        for content in (b"a.txt", b'[submodule "../x"]\n\tpath = m\n\turl = https://example.org/x\n')
    )
    trees = {
        "`.gitmodules` is a symbolic link": f"120000 blob {link}\t.gitmodules",
        "points outside its folder": f"100644 blob {modules}\t.gitmodules",
    }
    for words, line in trees.items():
        work.git("update-ref", "refs/heads/main", work.commit_tree(work.objects(line), message=words))
        work.push()
        found = graded(submitted(page.grade(work.head(), address=str(work.address))))
        assert found.state == State.UNREADABLE and words in found.message
    (work.bare / "refs/heads/lost").write_text(f"{'1' * 40}\n")
    found = graded(submitted(page.post("latest")))
    assert found.state == State.UNREADABLE
    assert "An object that a branch or tag needs is missing." in found.message
    assert not [record for record in caplog.records if record.exc_info]
