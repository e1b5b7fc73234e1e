"""A course that was edited in the browser is committed back to its repository, through the App."""

import io
import json
import subprocess
import zipfile
from datetime import timedelta

import pytest
from django.core.cache import caches
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from labs.github import client, course_commits, course_writing
from labs.github.course_comparing import challenge_of
from labs.models import Connection, CourseCommit, Repository
from lessons.actions import save_lesson
from lessons.course_files import fetches, updating
from lessons.deleting import delete
from lessons.models import CourseFetch, CourseRepository, CourseStaff, Lesson
from portal.accounts.models import AuditEntry
from tests.authoring.conftest import make_instructor
from tests.courses.conftest import LESSON
from tests.courses.conftest import folder as tiny  # noqa: F401 - a fixture
from tests.factories import make_course, make_lab, make_learner, make_user
from tests.github.conftest import PERMISSIONS, point_settings_to
from tests.github.signing import sign

pytestmark = pytest.mark.django_db
State = CourseCommit.State
TO_COMMIT = {**PERMISSIONS, "contents": "write", "pull_requests": "write"}


class Bound:
    """A course that is read from a repository on the stand-in, on which the App is installed."""

    def __init__(self, github, app, folder) -> None:
        self.github, self.app = github, app
        self.remote = github.create_repository("school/course")
        files = {f"tiny/{path.relative_to(folder)}": path.read_bytes() for path in folder.rglob("*.*")}
        github.commit(
            self.remote, {**files, "README.md": "Not of the course.\n", "tiny/one/plan.txt": "Mine.\n"}
        )
        self.installation = github.install(app, "school", self.remote)
        self.course = make_course("tiny")
        self.instructor = make_instructor(self.course)
        address = f"https://{github.host}/school/course"
        where = {"address": address, "branch": "", "folder": "tiny"}
        self.repository = fetches.bind(course=self.course, by=self.instructor, **where)
        self.read()
        self.prove()
        self.web = Client()
        self.web.force_login(self.instructor)

    def prove(self) -> None:
        file = {"portal-owner.txt": challenge_of(self.repository) + "\n"}
        self.github.commit(self.remote, file, branch="portal-owner")

    def read(self) -> CourseFetch:
        fetch = fetches.ask(repository=self.repository, kind="update", by=self.instructor, wake=lambda: None)
        assert updating.run_next()
        fetch.refresh_from_db()
        return fetch

    @property
    def page(self) -> str:
        return reverse("course_commit", args=["tiny"])

    @property
    def row(self) -> CourseCommit:
        return CourseCommit.objects.first()

    def compare(self) -> CourseCommit:
        self.web.post(self.page, {"do": "compare"})
        assert course_writing.run_next()
        return self.row

    def ask(self, into: str = "branch"):
        fields = {"do": "commit", "compared": self.row.pk, "message": "Say more", "into": into}
        return self.web.post(self.page, fields)

    def commit(self, into: str = "branch") -> CourseCommit:
        assert self.ask(into).status_code == 302
        assert course_writing.run_next()
        return self.row

    def edit(self, text: str = "\n## Begin\n\nRead [this](lesson:start#begin) twice.\n") -> None:
        lesson = Lesson.objects.get()
        lesson.source = text
        save_lesson(lesson=lesson)

    def heads(self) -> dict[str, str]:
        listed = subprocess.run(
            ["git", "ls-remote", self.github.address(self.remote)], capture_output=True, text=True, check=True
        )
        return dict(line.split("\t")[::-1] for line in listed.stdout.splitlines())


@pytest.fixture
def wakes(monkeypatch):
    monkeypatch.setattr("labs.github.tasks.send", lambda *arguments, **fields: True)
    monkeypatch.setattr("lessons.tasks.send", lambda *arguments, **fields: True)


@pytest.fixture
def bound(portal_on_github, settings, tiny, wakes) -> Bound:  # noqa: F811 - a fixture
    caches["tokens"].clear()
    app = portal_on_github.create_app(secret="app secret", permissions=TO_COMMIT, events=("push",))
    point_settings_to(portal_on_github, settings, app)
    return Bound(portal_on_github, app, tiny)


def test_lesson_edited_in_the_browser_is_committed_and_read_again_without_a_change(bound, tmp_path):
    bound.edit()
    assert "against the default branch of" in bound.web.get(bound.page).content.decode()
    row = bound.compare()
    assert [(each["path"], each["change"]) for each in row.changes] == [("one/01-start.md", "changed")]
    page = bound.web.get(bound.page).content.decode()
    assert (
        "against branch main of" in page
        and "1 file differs" in page
        and "Read [this](lesson:start#begin) twice." in page
    )
    row = bound.commit()
    assert (row.state, row.note) == ("done", "")
    assert row.page == f"{bound.github.url}/school/course/commit/{row.commit}"
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", bound.github.address(bound.remote), clone], check=True)
    text = (clone / "tiny/one/01-start.md").read_text()
    assert text == LESSON.replace(
        "this](lesson:start#begin), then do [the lab](lab:first).", "this](lesson:start#begin) twice."
    )
    assert (clone / "README.md").exists() and (clone / "tiny/one/plan.txt").exists()
    log = subprocess.run(
        ["git", "-C", clone, "log", "--format=%s%n%an"], capture_output=True, text=True, check=True
    )
    assert log.stdout.splitlines()[0] == "Say more" and "@" not in log.stdout
    assert AuditEntry.objects.filter(what="commits the course tiny to its repository").exists()
    # the message about our own push
    before = [(each.pk, each.loaded_digest, each.source) for each in Lesson.objects.all()]
    assert send_app_message(bound, row.commit) == 204
    fetch = bound.read()
    assert fetch.outcome["message"] == "Course loaded: nothing changed."
    assert [(each.pk, each.loaded_digest, each.source) for each in Lesson.objects.all()] == before
    assert bound.compare().changes == []


def send_app_message(bound, commit) -> int:
    payload = {
        "ref": "refs/heads/main",
        "after": commit,
        "repository": {"id": bound.remote.id, "full_name": "school/course"},
    }
    body = json.dumps(payload).encode()
    headers = {
        "X-Hub-Signature-256": sign(body, "app secret"),
        "X-GitHub-Event": "push",
        "X-GitHub-Delivery": "00000000-0000-4000-8000-000000000009",
    }
    sent = Client().post("/github/app/", body, content_type="application/json", headers=headers)
    return sent.status_code


@pytest.mark.heavy
def test_lesson_edited_again_after_the_comparison_stays_as_edited(bound):
    original = Lesson.objects.get().source
    bound.edit()
    bound.compare()
    bound.edit(original)  # as the file was before: it must not count as unchanged
    bound.commit()
    fetch = bound.read()
    assert Lesson.objects.get().source == original
    assert (fetch.outcome["kept"], fetch.outcome["conflicts"]) == (["one/01-start.md"], [])


@pytest.mark.heavy
def test_push_of_somebody_else_is_a_conflict_and_nothing_is_lost(bound):
    bound.edit()
    bound.compare()
    theirs = bound.github.commit(bound.remote, {"tiny/one/01-start.md": LESSON.replace("Read", "Study")})
    row = bound.commit()
    assert row.state == "failed" and "Update the course first" in row.note
    assert bound.heads()["refs/heads/main"] == theirs
    row = bound.compare()  # the portal has not read their push
    assert row.state == "failed" and "Somebody pushed to `main`" in row.note
    assert "Open the repository page" in bound.web.get(bound.page).content.decode()
    assert "twice" in Lesson.objects.get().source


@pytest.mark.heavy
def test_push_between_the_look_and_the_move_of_the_branch_is_not_forced_away(bound, monkeypatch):
    bound.edit()
    bound.compare()
    make = course_writing._make_commit

    def push_then_make(*arguments):
        made = make(*arguments)
        bound.theirs = bound.github.commit(bound.remote, {"README.md": "Theirs.\n"})
        return made

    monkeypatch.setattr(course_writing, "_make_commit", push_then_make)
    row = bound.commit()
    assert row.state == "failed" and "Somebody pushed" in row.note
    assert bound.heads()["refs/heads/main"] == bound.theirs
    monkeypatch.setattr(course_writing, "_make_commit", make)
    bound.compare()  # their push left the course's folder as it was
    assert bound.commit().state == "done"
    parents = subprocess.run(
        ["git", "-C", bound.remote.folder, "log", "-1", "--format=%P", "main"], capture_output=True, text=True
    )
    assert parents.stdout.strip() == bound.theirs


@pytest.mark.heavy
def test_protected_branch_gets_a_pull_request(bound):
    bound.remote.protected.add("main")
    before = bound.heads()["refs/heads/main"]
    bound.edit()
    bound.compare()
    row = bound.commit()
    (pull,) = bound.remote.pulls
    assert (row.state, row.new_branch) == ("done", f"portal/tiny-{row.pk}")
    assert row.page.endswith(f"/pull/{pull.number}")
    assert (pull.title, pull.base, bound.heads()["refs/heads/main"]) == ("Say more", "main", before)
    assert "Open the pull request" in bound.web.get(bound.page).content.decode()
    assert Lesson.objects.get().loaded_digest and bound.repository.commit != row.commit


@pytest.mark.heavy
def test_pull_request_beside_a_branch_portal_has_another_branch(bound):
    bound.github.commit(bound.remote, {"README.md": "Theirs.\n"}, branch="portal")
    bound.edit()
    bound.compare()
    row = bound.commit(into="pull")
    (pull,) = bound.remote.pulls
    assert (row.state, row.note, row.new_branch) == ("done", "", f"portal-tiny-{row.pk}-{row.commit[:7]}")
    assert (pull.head, bound.heads()[f"refs/heads/{row.new_branch}"]) == (row.new_branch, row.commit)


@pytest.mark.heavy
def test_pull_request_without_a_free_name_for_its_branch_says_so(bound):
    bound.edit()
    row = bound.compare()
    bound.github.commit(bound.remote, {"README.md": "Theirs.\n"}, branch=f"portal/tiny-{row.pk}")
    bound.ask(into="pull")
    made = bound.github.commit(bound.remote, {"README.md": "Made.\n"}, branch="made")
    CourseCommit.objects.update(commit=made)  # by an earlier try
    taken = course_commits.other_branch_for_pull(bound.row)
    bound.github.commit(bound.remote, {"README.md": "Theirs.\n"}, branch=f"{taken}/more")
    assert course_writing.run_next()
    assert (bound.row.state, f"`{taken}` could not be created" in bound.row.note) == ("failed", True)


@pytest.mark.heavy
def test_course_that_was_bound_to_the_folder_of_workflows_is_not_written(bound):
    bound.edit()
    bound.compare()
    bound.ask()
    CourseRepository.objects.update(folder=".github/workflows")
    before = bound.heads()
    assert course_writing.run_next()
    assert (bound.row.state, "`.github/workflows/one/01-start.md`" in bound.row.note) == ("failed", True)
    assert bound.heads() == before


@pytest.mark.heavy
def test_deleted_lesson_is_removed_from_the_repository_and_other_files_stay(bound):
    delete(row=Lesson.objects.get(), by=bound.instructor)
    row = bound.compare()
    found = {each["path"]: each["change"] for each in row.changes}
    assert found["one/01-start.md"] == found["one/01-start.quiz.md"] == "removed"
    row = bound.commit()
    assert (row.state, row.note) == ("done", "")
    files = subprocess.run(
        ["git", "-C", bound.remote.folder, "ls-tree", "-r", "--name-only", "main"],
        capture_output=True,
        text=True,
    ).stdout.split()
    assert "tiny/one/01-start.md" not in files and {"README.md", "tiny/one/plan.txt"} <= set(files)


@pytest.mark.heavy
def test_outage_waits_and_is_tried_again_and_a_lost_answer_makes_no_second_commit(bound, monkeypatch):
    bound.edit()
    bound.compare()
    bound.ask()
    bound.github.switches.is_down = True
    assert course_writing.run_next()
    row = bound.row
    assert row.state == "waiting" and row.not_before > timezone.now()
    assert "Waiting for GitHub" in bound.web.get(bound.page).content.decode()
    bound.github.switches.reset()
    assert not course_writing.run_next()  # not yet
    CourseCommit.objects.update(not_before=timezone.now())
    move = course_writing._move_branch

    def lose_the_answer(*arguments):
        move(*arguments)
        raise client.UnavailableError("GitHub could not be reached: ReadTimeout.")

    monkeypatch.setattr(course_writing, "_move_branch", lose_the_answer)
    assert course_writing.run_next()
    made = bound.heads()["refs/heads/main"]
    monkeypatch.setattr(course_writing, "_move_branch", move)
    CourseCommit.objects.update(not_before=timezone.now())
    assert course_writing.run_next()
    assert (bound.row.state, bound.row.commit, bound.heads()["refs/heads/main"]) == ("done", made, made)
    assert CourseRepository.objects.get().commit == made


@pytest.mark.heavy
def test_commit_whose_answer_was_lost_is_found_below_a_later_push(bound, monkeypatch):
    bound.edit()
    bound.compare()
    bound.ask()
    move = course_writing._move_branch

    def lose_the_answer(*arguments):
        move(*arguments)
        raise client.UnavailableError("GitHub could not be reached: ReadTimeout.")

    monkeypatch.setattr(course_writing, "_move_branch", lose_the_answer)
    assert course_writing.run_next()
    made = bound.heads()["refs/heads/main"]
    theirs = bound.github.commit(bound.remote, {"README.md": "Theirs.\n"})
    monkeypatch.setattr(course_writing, "_move_branch", move)
    CourseCommit.objects.update(not_before=timezone.now())
    assert course_writing.run_next()
    assert (bound.row.state, bound.row.commit, bound.heads()["refs/heads/main"]) == ("done", made, theirs)
    assert CourseRepository.objects.get().commit == made
    CourseCommit.objects.update(state="waiting", asked_at=timezone.now() - timedelta(hours=25))
    assert not course_writing.run_next()
    assert "may have been made nevertheless" in bound.row.note


@pytest.mark.heavy
def test_request_that_waits_for_a_day_ends_and_says_so(bound):
    bound.edit()
    bound.compare()
    bound.ask()
    CourseCommit.objects.update(asked_at=timezone.now() - timedelta(hours=25))
    assert not course_writing.run_next()
    assert "could not be reached for a day" in bound.row.note and bound.row.files is None


@pytest.mark.heavy
def test_rate_limit_moves_the_next_try_to_the_time_that_github_named(bound):
    bound.edit()
    bound.compare()
    bound.ask()
    bound.github.switches.limit_secondary(300)
    assert course_writing.run_next()
    assert timedelta(minutes=4) < bound.row.not_before - timezone.now() < timedelta(minutes=6)


@pytest.mark.heavy
def test_repository_that_nobody_has_shown_to_be_theirs_is_not_written(bound):
    bound.github.commit(bound.remote, {"portal-owner.txt": "somebody else's\n"}, branch="portal-owner")
    bound.edit()
    row = bound.compare()
    assert row.state == "failed" and "has different content" in row.note
    page = bound.web.get(bound.page).content.decode()
    assert challenge_of(bound.repository) in page and "git push" in page
    assert bound.ask().status_code == 302 and not course_writing.run_next()


@pytest.mark.heavy
def test_app_without_the_permission_or_not_installed_says_what_to_do(bound):
    bound.edit()
    bound.compare()
    bound.app.permissions["contents"] = "read"
    row = bound.commit()
    assert row.state == "failed" and "Contents: Read and write" in row.note
    bound.compare()
    bound.github.uninstall(bound.installation)
    row = bound.commit()
    assert row.state == "failed" and "not installed" in row.note


@pytest.mark.heavy
def test_without_an_app_the_page_says_so_and_offers_the_files(bound, settings):
    settings.GITHUB_APP_ID = ""
    bound.edit()
    assert "has no GitHub App" in bound.web.get(bound.page).content.decode()
    bound.web.post(bound.page, {"do": "compare"})
    assert not CourseCommit.objects.exists()
    archive = zipfile.ZipFile(io.BytesIO(bound.web.get(reverse("course_download", args=["tiny"])).content))
    assert "twice" in archive.read("one/01-start.md").decode()


def test_only_instructors_of_the_course_open_the_page(bound):
    assistant = make_user("assistant@example.org", is_staff=True)
    CourseStaff.objects.create(course=bound.course, user=assistant, role=CourseStaff.Role.ASSISTANT)
    elsewhere = make_instructor(make_course())
    learner = make_learner(bound.course).user
    bound.edit()
    bound.compare()
    for person, status in ((assistant, 403), (elsewhere, 404), (learner, 403)):
        bound.web.force_login(person)
        assert bound.web.get(bound.page).status_code == status
        assert bound.ask().status_code == status
        assert bound.web.get(reverse("course_download", args=["tiny"])).status_code == status
    assert bound.row.state == "ready"


def test_a_token_for_writing_reaches_the_bound_repository_only(bound):
    learners = bound.github.create_repository("school/homework")
    bound.github.change_repositories(bound.installation, add=(learners,))
    bound.edit()
    bound.compare()
    bound.commit()
    granted = [each for each in bound.github.exchanges if each.path.endswith("/access_tokens")]
    writing = [json.loads(each.request_body or b"{}") for each in granted if b"write" in each.request_body]
    assert writing and all(each["repository_ids"] == [bound.remote.id] for each in writing)
    with pytest.raises(PermissionError):  # the client that sends learners their results
        client.as_installation(bound.installation.id).post(f"/repositories/{learners.id}/git/refs", {})
    writer = client.as_writer(bound.installation.id, bound.remote.id, {"contents": "write"})
    with pytest.raises(PermissionError):
        writer.post(f"/repositories/{learners.id}/git/refs", {})


def give_to_learner(bound) -> str:
    bound.github.move(bound.remote, "learner/mine")
    bound.github.install(bound.app, "learner", bound.remote)
    return "`school/course` is `learner/mine` now"


def connect_with_lab(bound) -> str:
    learner, at = make_learner(bound.course), {"host": bound.github.host, "owner": "school", "name": "course"}
    lab = make_lab(bound.course)
    connected = Repository.objects.create(enrollment=learner, lab=lab, **at)
    Connection.objects.create(repository=connected, github_id=bound.remote.id, owner_proved_by="sign-in")
    return "A learner has connected this repository"


def leave(bound) -> str:
    CourseStaff.objects.filter(user=bound.instructor).delete()
    return "no longer leads it"


def delete_course(bound) -> str:
    delete(row=bound.course, by=bound.instructor)
    return "The course was deleted"


@pytest.mark.parametrize("change", [give_to_learner, connect_with_lab, leave, delete_course])
@pytest.mark.heavy
def test_repository_or_instructor_that_changed_while_the_commit_waited_gets_no_commit(bound, change):
    bound.edit()
    bound.compare()
    bound.ask()
    before, words = bound.heads(), change(bound)
    assert course_writing.run_next()
    row = CourseCommit.objects.get(pk=bound.row.pk)
    assert (row.state, words in row.note, bound.heads()) == ("failed", True, before)


@pytest.mark.heavy
def test_course_that_is_bound_elsewhere_meanwhile_forgets_the_comparison(bound):
    bound.edit()
    row = bound.compare()
    fetches.bind(
        course=bound.course,
        address=f"https://{bound.github.host}/school/other",
        branch="",
        folder="",
        by=bound.instructor,
    )
    fields = {"key": row.pk, "message": "Say more", "in_pull": False, "by": bound.instructor}
    assert not course_commits.ask_to_commit(bound.course, **fields)
    assert not course_writing.run_next()


@pytest.mark.parametrize(("message", "error"), [("", "required"), ("x" * 73, "73 characters")])
@pytest.mark.heavy
def test_message_that_git_would_not_show_well_is_refused_and_kept(bound, message, error):
    bound.edit()
    row = bound.compare()
    fields = {"do": "commit", "compared": row.pk, "message": message, "into": "branch"}
    response = bound.web.post(bound.page, fields)
    assert response.status_code == 422 and error in response.content.decode()
    assert message in response.content.decode() and bound.row.state == "ready"
