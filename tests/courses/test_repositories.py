"""A course that is loaded from a Git repository, fetched from a real server."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from lessons import actions
from lessons.course_files import course_repository, fetches, updating
from lessons.course_files.course_repository import read_commit
from lessons.models import CourseFetch, CourseRepository, Lesson
from lessons.repositories import RepositoryUnavailableError, fetched
from tests.courses.conftest import COURSE, LESSON
from tests.factories import make_course

pytestmark = pytest.mark.django_db


def test_an_update_loads_the_branch_and_the_next_one_what_has_moved(author, repository, run):
    first = run()
    assert (first.state, first.outcome["message"]) == ("done", "Course loaded: 5 created, 1 updated.")
    repository.refresh_from_db()
    assert repository.commit == first.commit == author.head()
    commit = author.publish("Say more", **{"one/01-start.md": LESSON.replace("## Begin", "## Begin\n\nNow.")})
    second = run()
    assert (second.commit, second.subject) == (commit, "Say more")
    assert second.outcome["message"] == "Course loaded: 1 updated."
    assert "Now." in Lesson.objects.get().html
    assert run().outcome["message"] == "Course loaded: nothing changed."


def test_a_course_with_problems_never_replaces_a_good_one(author, repository, run):
    good = run().commit
    author.publish(**{"one/01-start.md": LESSON.replace("lesson:start#begin", "lesson:gone")})
    bad = run()
    assert bad.state == "failed"
    assert [(row["path"], row["line"]) for row in bad.outcome["problems"]] == [("one/01-start.md", 10)]
    repository.refresh_from_db()
    assert repository.commit == good and "lesson:gone" not in Lesson.objects.get().source


def test_edits_in_the_portal_are_kept_and_conflicts_listed(author, run):
    run()
    lesson = Lesson.objects.get()
    lesson.source += "\nOurs.\n"
    actions.save_lesson(lesson=lesson)
    assert run().outcome["kept"] == ["one/01-start.md"]
    author.publish(**{"one/01-start.md": LESSON.replace("## Begin", "## Begin\n\nTheirs.")})
    found = run()
    assert (found.state, found.outcome["conflicts"]) == ("done", ["one/01-start.md"])
    assert "Ours." in Lesson.objects.get().source


def test_removed_files_wait_for_an_answer(author, run):
    run()
    author.git("rm", "-q", "courses/tiny/one/01-start.quiz.md")
    author.publish("Remove the quiz")
    found = run()
    assert (found.state, found.outcome["removed"]) == ("failed", ["quiz start, published"])
    assert run(removed="draft").state == "done"
    assert Lesson.objects.get().quiz.current is None


def test_a_preview_of_any_branch_tag_or_commit_stores_its_files_and_changes_nothing(author, repository, run):
    run()
    author.branch("draft/next")
    changed = author.publish("Try", **{"one/01-start.md": LESSON.replace("title: Start", "title: New start")})
    author.git("tag", "-a", "v1", "-m", "One")
    author.push()
    for revision in ("draft/next", "v1", changed, changed[:8], changed.upper()):
        found = run("preview", revision=revision)
        assert (found.state, found.commit) == ("done", changed), revision
        assert b"New start" in course_repository.unpack(found.files)["one/01-start.md"]
    repository.refresh_from_db()
    assert Lesson.objects.get().title == "Start" and repository.commit != changed
    assert run("preview", revision="").commit == repository.commit


@pytest.mark.daily(3)
@pytest.mark.parametrize(
    "revision",
    ["gone", "main~1", "HEAD@{1}", ":/Write", "--output=x", "../main", "0" * 40, "f" * 7],
)
def test_a_revision_is_a_name_or_a_commit_and_nothing_else(author, run, revision):
    found = run("preview", revision=revision)
    assert found.state == "failed"
    assert re.search("There is no branch, tag or commit|is not a commit", found.outcome["message"])


def test_the_address_of_the_course_stays_and_other_courses_are_safe(author, repository, run):
    other = make_course("other", title="Somebody else's")
    author.publish(**{"course.yaml": COURSE.replace("slug: tiny", "slug: other\nkey: theirs")})
    found = run()
    assert found.state == "done"
    other.refresh_from_db()
    repository.course.refresh_from_db()
    assert (other.title, other.lessons.count()) == ("Somebody else's", 0)
    assert (repository.course.slug, repository.course.lessons.count()) == ("tiny", 1)
    assert repository.course.loaded_from.startswith("git:https://")
    assert found.outcome["warnings"][0]["message"].startswith(
        "is “other”, but the address of this course stays “tiny”"
    )


def test_a_wrong_folder_is_answered_with_the_right_one(repository, run):
    CourseRepository.objects.update(folder="")
    assert "There is no course.yaml in the top folder" in (message := run().outcome["message"])
    assert message.endswith("Set the folder to “courses/tiny”.")


def test_links_submodules_large_and_odd_files_are_named_and_never_followed(author, repository, run):
    (author.path / "courses/tiny/one/02-link.md").symlink_to("/etc/passwd")
    author.put("courses/tiny/one/03-large.md", "x" * 300_000)
    author.put("courses/tiny/one/04-huge.md", b"x" * (1 << 21))
    author.put("courses/tiny/one/05-latin.md", b"---\nslug: a\ntitle: \xe9\n---\n")
    found = run(author.publish() and "update")
    assert {row["path"]: row["message"][:30] for row in found.outcome["problems"]} == {
        "one/02-link.md": "is not a regular file. Symboli",
        "one/03-large.md": "the file is 300,000 bytes. The",
        "one/04-huge.md": "is larger than 262,144 bytes, ",
        "one/05-latin.md": "the file is not in UTF-8. Save",
    }


def test_a_tree_of_very_many_paths_costs_nothing(author, repository, run):
    blob = author.git("hash-object", "-w", "--stdin", stdin=b"x\n").strip()
    tree = author.git("mktree", stdin=f"100644 blob {blob}\tx.md\n".encode()).strip()
    for _ in range(12):
        lines = "".join(f"040000 tree {tree}\td{number}\n" for number in range(10))
        tree = author.git("mktree", stdin=lines.encode()).strip()
    commit = author.commit_tree(tree)
    author.git("branch", "-f", "bomb", commit)
    author.push()
    assert "There is no course.yaml" in run("preview", revision="bomb").outcome["message"]


def test_too_many_files_are_refused_with_what_to_do(author, repository, monkeypatch):
    monkeypatch.setattr(course_repository, "MAX_FILES", 3)
    with (
        fetched(repository.address) as found,
        pytest.raises(RepositoryUnavailableError, match="more than 3 files"),
    ):
        read_commit(found, "main", "courses/tiny")


# --- the queue ------------------------------------------------------------------------------------------------------


def test_a_second_click_waits_for_the_first(repository, instructor):
    asked = {
        fetches.ask(repository=repository, kind="update", by=instructor, wake=lambda: None).pk
        for _ in range(3)
    }
    assert len(asked) == 1


def test_the_wake_up_is_sent_after_the_commit(repository, instructor, django_capture_on_commit_callbacks):
    sent = []
    with django_capture_on_commit_callbacks(execute=True):
        fetches.ask(repository=repository, kind="update", by=instructor, wake=lambda: sent.append(1))
        assert sent == []
    assert sent == [1]


def test_a_fetch_of_a_worker_that_died_is_run_again_and_given_up_at_last(repository, instructor):
    fetch = fetches.ask(repository=repository, kind="update", by=instructor, wake=lambda: None)
    for _ in range(fetches.MAX_TRIES):
        assert fetches.claim() == fetch
        assert fetches.claim() is None
        CourseFetch.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    assert fetches.claim() is None
    fetch.refresh_from_db()
    assert (fetch.state, fetch.outcome) == ("failed", {"message": fetches.GIVEN_UP})


def test_a_late_result_of_a_lost_lease_is_dropped(repository, instructor):
    fetches.ask(repository=repository, kind="update", by=instructor, wake=lambda: None)
    late = fetches.claim()
    CourseFetch.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    newer = fetches.claim()
    fetches.finish(late, "done", {"message": "late"})
    newer.refresh_from_db()
    assert (newer.state, newer.outcome) == ("running", {})


def test_a_result_of_a_repository_that_was_unbound_is_dropped(repository, instructor):
    fetches.ask(repository=repository, kind="update", by=instructor, wake=lambda: None)
    running = fetches.claim()
    fetches.unbind(repository=repository, by=instructor)
    fetches.finish(running, "done", {"message": "late"})
    assert not CourseFetch.objects.exists()


@pytest.mark.heavy
def test_only_the_newest_previews_are_kept(author, run, monkeypatch):
    monkeypatch.setattr(fetches, "MAX_PREVIEWS", 2)
    made = [run("preview").pk for _ in range(4)]
    assert list(CourseFetch.objects.filter(kind="preview").values_list("pk", flat=True)) == made[:1:-1]


def test_our_own_fault_is_said_as_such_and_the_course_stays(run, monkeypatch):
    monkeypatch.setattr(updating, "load_course", lambda *_, **__: 1 / 0)
    found = run()
    assert (found.state, found.outcome["message"]) == ("failed", updating.OUR_FAULT)


def test_a_repository_that_cannot_be_fetched_is_explained(repository, run):
    CourseRepository.objects.update(address=repository.address.replace("/good/", "/nobody/"))
    found = run()
    assert found.state == "failed" and "was not found" in found.outcome["message"]
