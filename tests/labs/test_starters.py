"""A lab with a starter on the practice remote: the first clone, the first push, and a starter that changes later."""

import html
import re
from pathlib import Path

import pytest

from labs import tokens
from labs.addresses import practice_address
from labs.authoring.saving import save_lab
from labs.grader.proof import prove
from labs.grading import receipts, worker
from labs.models import Receipt, Repository, Submission
from labs.repositories import housekeeping, ref_files
from labs.specs import parse_spec
from tests.factories import make_lab, make_learner, make_repository
from tests.plain_git import git, run_git

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("practice")]

STARTED = """\
schema: 2
title: Prices
pass_mark: 70
starter: {scenario: given}
checks:
  - {id: yours, says: main has a new commit, points: 10, commits: {on: main, at_least: 1}}
scenarios:
  - name: given
    steps:
      - {commit: List prices, files: {prices.csv: "rice,62\\n", rules.md: "# Rules\\n"}}
      - {branch: festival}
      - {commit: Lower the price, files: {prices.csv: "rice,58\\n"}}
      - {switch: main}
    expect: {yours: needs work}
  - name: done
    after: given
    steps: [{commit: Mine, files: {mine.txt: "x\\n"}}]
    expect: {yours: passed}
"""


def save(lab, source):
    lab.source = source
    return save_lab(lab=lab, proof=prove(parse_spec(source)))


@pytest.fixture
def lab():
    return save(make_lab(), STARTED)


@pytest.fixture
def learner(lab):
    return make_learner(lab.course)


@pytest.fixture
def address(lab, learner):
    return practice_address(lab, tokens.new_token(user=learner.user))


@pytest.fixture
def clone(tmp_path, address):
    """Return a function that clones the practice remote."""

    def make(name="work") -> Path:
        folder = tmp_path / name
        git(tmp_path, "clone", "--quiet", address, folder)
        git(folder, "config", "http.postBuffer", "100m")  # Django's test server reads no chunks
        return folder

    return make


def commit(folder, name="mine.txt", text="x\n"):
    (folder / name).write_text(text)
    git(folder, "add", name)
    git(folder, "commit", "--quiet", "-m", f"Write {name}")
    return git(folder, "rev-parse", "HEAD")


def outcomes(submission):
    results = submission.reports.get(is_current=True).data["results"]
    return {result["id"]: result["outcome"] for result in results}


def test_a_clone_brings_the_starter_and_the_first_push_is_graded_without_its_commits(clone):
    folder = clone()
    refs = git(folder, "for-each-ref", "--format=%(refname)", "refs/remotes").split()
    assert refs == [f"refs/remotes/origin/{name}" for name in ("HEAD", "festival", "main")]
    assert git(folder, "log", "--format=%an: %s") == "Course: List prices"
    repository = Repository.objects.get()
    assert (
        repository.receipts.count(),
        receipts.is_recorded(repository, ref_files.read_refs(repository.path)),
    ) == (0, True)
    assert "Everything up-to-date" in run_git(folder, "push").stderr.decode()
    assert not Receipt.objects.exists()

    head = commit(folder)
    git(folder, "push", "--quiet")
    submission = Submission.objects.get()
    assert (submission.head, sorted(submission.receipt.refs)) == (
        head,
        ["refs/heads/festival", "refs/heads/main"],
    )
    assert worker.grade_next()
    assert outcomes(submission) == {"yours": "passed"}


def test_all_learners_get_the_same_commits_from_one_pack_that_repacking_keeps(clone, lab, tmp_path):
    first = clone()
    other = make_learner(lab.course)
    at = practice_address(lab, tokens.new_token(user=other.user))
    git(tmp_path, "clone", "--quiet", at, tmp_path / "other")
    assert git(tmp_path / "other", "rev-parse", "HEAD") == git(first, "rev-parse", "HEAD")
    packs = [pack for row in Repository.objects.all() for pack in row.path.glob("objects/pack/*.pack")]
    assert len(packs) == 2
    assert len({pack.stat().st_ino for pack in packs}) == 1
    commit(first)
    git(first, "push", "--quiet")
    mine = Repository.objects.get(enrollment__user__email=Submission.objects.get().enrollment.user.email)
    assert housekeeping.repack(mine)
    assert len(list(mine.path.glob("objects/pack/*.pack"))) == 2
    git(mine.path, "fsck", "--strict", "--connectivity-only")
    assert git(clone("again"), "log", "--format=%s") == "Write mine.txt\nList prices"


def test_work_without_the_starter_can_be_pushed_first(tmp_path, address):
    folder = tmp_path / "own"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "config", "http.postBuffer", "100m")
    head = commit(folder)
    git(folder, "push", "--quiet", address, "main")
    assert Submission.objects.get().head == head
    git(folder, "fetch", "--quiet", address)
    assert Submission.objects.get().receipt.repository.starter is None


CHANGED = STARTED.replace('rules.md: "# Rules\\n"', 'rules.md: "# Rules\\n\\nBe kind.\\n"')


def test_a_changed_starter_arrives_as_a_branch_and_merges_without_losing_work(clone, lab, learner):
    folder = clone()
    commit(folder)
    git(folder, "push", "--quiet")
    first = Submission.objects.get()
    save(lab, CHANGED)
    git(folder, "fetch", "--quiet")
    assert (
        git(folder, "log", "--format=%an: %s", "origin/course")
        == "Course: Update the starter\nCourse: List prices"
    )
    assert Submission.objects.get() == first  # the branch is no work of the learner's

    commit(folder, "more.txt")
    git(folder, "push", "--quiet")
    second = Submission.objects.latest("number")
    assert sorted(second.receipt.refs) == ["refs/heads/festival", "refs/heads/main"]
    assert not Repository.objects.get().update_merged
    git(folder, "merge", "--quiet", "--no-edit", "origin/course")
    assert (folder / "rules.md").read_text() == "# Rules\n\nBe kind.\n"
    git(folder, "push", "--quiet")
    repository = Repository.objects.get()
    assert (repository.update_branch, repository.update_merged) == ("course", True)
    assert housekeeping.repack(repository)

    save(lab, CHANGED.replace("Be kind.", "Be brief."))
    git(folder, "fetch", "--quiet")
    git(folder, "merge", "--quiet", "--no-edit", "origin/course")
    assert (folder / "rules.md").read_text() == "# Rules\n\nBe brief.\n"
    assert sorted(path.name for path in folder.glob("*.txt")) == ["mine.txt", "more.txt"]
    git(repository.path, "fsck", "--strict", "--connectivity-only")


@pytest.mark.heavy
def test_merging_an_update_alone_does_not_count_as_a_commit_of_the_learner(clone, lab):
    folder = clone()
    save(lab, CHANGED)
    git(folder, "pull", "--quiet", "origin", "course")
    git(folder, "push", "--quiet")
    while worker.grade_next():
        pass
    assert outcomes(Submission.objects.get()) == {"yours": "needs_work"}


def test_only_the_course_writes_its_branch(clone, lab):
    folder = clone()
    save(lab, CHANGED)
    git(folder, "fetch", "--quiet")
    git(folder, "switch", "--quiet", "course")
    commit(folder)
    pushed = run_git(folder, "push", "origin", "course", check=False)
    assert pushed.returncode == 1
    said = pushed.stderr.decode()
    assert "course is the course's branch" in said
    assert "git switch -c my-course" in said
    assert run_git(folder, "push", "origin", "--delete", "course", check=False).returncode == 1
    git(folder, "switch", "--quiet", "-c", "my-course")
    git(folder, "push", "--quiet", "-u", "origin", "my-course")
    assert "refs/heads/my-course" in Submission.objects.get().receipt.refs


def test_branch_below_the_branch_of_the_course_is_refused_with_another_name(clone, lab):
    folder = clone()
    save(lab, CHANGED)
    git(folder, "fetch", "--quiet")
    git(folder, "switch", "--quiet", "-c", "course/mine")
    commit(folder)
    pushed = run_git(folder, "push", "origin", "course/mine", check=False)
    said = " ".join(pushed.stderr.decode().replace("remote:", "").split())
    assert pushed.returncode == 1 and "cannot store the branch course/mine beside course:" in said
    assert "git push origin course/mine:my-course-mine" in said
    git(folder, "push", "--quiet", "origin", "course/mine:my-course-mine")


@pytest.mark.heavy
def test_a_branch_course_of_the_learner_stays_theirs(clone, lab):
    folder = clone()
    git(folder, "switch", "--quiet", "-c", "course/own")
    own = commit(folder)
    git(folder, "push", "--quiet", "-u", "origin", "course/own")
    save(lab, CHANGED)
    git(folder, "fetch", "--quiet")
    assert git(folder, "rev-parse", "origin/course/own") == own
    assert git(folder, "log", "-1", "--format=%s", "origin/course-2") == "Update the starter"
    assert Repository.objects.get().update_branch == "course-2"


@pytest.mark.heavy
def test_a_starter_that_continues_the_old_one_is_offered_as_it_is(clone, lab):
    folder = clone()
    save(
        lab,
        STARTED.replace(
            "      - {switch: main}\n",
            "      - {switch: main}\n      - {commit: One more, files: {more.md: m}}\n",
        ),
    )
    git(folder, "fetch", "--quiet")
    assert git(folder, "log", "--format=%s", "origin/course") == "One more\nList prices"
    version = lab.versions.latest("pk")
    assert git(folder, "rev-parse", "origin/course") == version.starter["refs"]["refs/heads/main"]


def test_a_crash_between_the_row_and_the_refs_is_repaired_by_the_next_fetch(clone, lab, learner):
    repository = make_repository(learner, lab)
    repository.starter = lab.current
    repository.save()
    assert git(clone(), "log", "--format=%s") == "List prices"


def read_page(client, lab, learner):
    client.force_login(learner.user)
    return html.unescape(client.get(lab.get_absolute_url()).content.decode())


def test_the_lab_page_shows_the_clone_and_later_what_changed(clone, lab, learner, client, tmp_path):
    said = read_page(client, lab, learner)
    assert f"git clone {practice_address(lab)} {lab.slug}\ncd {lab.slug}" in said
    assert "The starter changed" not in said
    folder = clone()
    save(lab, CHANGED)
    said = read_page(client, lab, learner)
    assert "The starter changed on" in said
    assert "<code>rules.md</code>" in said
    assert "prices.csv</code>" not in said
    commands = "git fetch\ngit merge --no-edit origin/course\ngit push"
    assert commands in said
    commit(folder)
    for line in commands.splitlines():
        git(folder, *line.split()[1:])
    assert "The starter changed" not in read_page(client, lab, learner)


@pytest.mark.heavy
def test_a_learner_who_began_before_the_starter_merges_it_and_keeps_their_work(tmp_path, client):
    lab = make_lab(source=STARTED.replace("starter: {scenario: given}", "starter: null"))
    learner = make_learner(lab.course)
    folder = tmp_path / "own"
    git(tmp_path, "init", "--quiet", "--initial-branch=main", folder)
    git(folder, "config", "http.postBuffer", "100m")
    git(folder, "remote", "add", "origin", practice_address(lab, tokens.new_token(user=learner.user)))
    commit(folder)
    git(folder, "push", "--quiet", "-u", "origin", "main")
    assert "had a starter" not in read_page(client, lab, learner)
    save(lab, STARTED)
    said = read_page(client, lab, learner)
    assert "This lab has had a starter since" in said
    commands = "git fetch\ngit merge --no-edit --allow-unrelated-histories origin/course\ngit push"
    assert commands in said
    for line in commands.splitlines():
        git(folder, *line.split()[1:])
    assert sorted(path.name for path in folder.glob("*.*")) == [".git", "mine.txt", "prices.csv", "rules.md"]
    assert "had a starter since" not in read_page(client, lab, learner)
    while worker.grade_next():
        pass
    results = Submission.objects.latest("number").reports.get(is_current=True).data["results"]
    assert results[0]["why"].startswith("`main` has 2 commits")  # theirs and the merge, not the starter's

    save(lab, CHANGED)
    assert "The starter changed on" in read_page(client, lab, learner)
    git(folder, "fetch")
    git(folder, "merge", "--no-edit", "origin/course")
    assert (folder / "rules.md").read_text() == "# Rules\n\nBe kind.\n"
    assert (folder / "mine.txt").exists()


def test_commits_of_a_starter_that_the_lab_dropped_are_still_not_the_learner_s(clone, lab):
    folder = clone()
    save(lab, STARTED.replace("starter: {scenario: given}", "starter: null"))
    git(folder, "push", "--quiet", "origin", "origin/main:refs/heads/copy")
    while worker.grade_next():
        pass
    assert outcomes(Submission.objects.get()) == {"yours": "needs_work"}


@pytest.mark.parametrize("command", ["git clone", "git remote add origin"])
def test_the_brief_has_the_learner_s_address_for_a_clone(lab, learner, client, command):
    lab.brief = f"```bash\n{command} ADDRESS\n```\n"
    save_lab(lab=lab)
    brief = read_page(client, lab, learner).partition('<div class="prose">')[2]
    assert f"{command} {practice_address(lab)}" in re.sub("<[^>]+>", "", brief)
