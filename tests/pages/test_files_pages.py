"""The pages of a pushed commit: its files, recent commits, and the changes since the previous push."""

import re
import shutil

import pytest

from labs.grader.engine import grade
from labs.grader.git.repository import Repository as GitRepository
from labs.grader.spec import load_spec
from labs.models import Receipt, Repository, Submission, snapshot_digest
from labs.pages.marked_lines import mark_lines, mark_text
from labs.repositories import browsing
from tests.factories import make_refs, make_report, make_submission
from tests.pages.conftest import client_of
from tests.pages.test_page_queries import queries
from tests.pages.test_templates import inline
from tests.plain_git import git

pytestmark = pytest.mark.django_db
HOSTILE = b"<script>alert(1)</script>\x1b[31m\xe2\x80\xae & 'x'\r\n"


def page(user, submission: Submission, which: str, status: int = 200) -> str:
    response = client_of(user).get(f"{submission.get_absolute_url()}{which}")
    assert response.status_code == status
    return response.content.decode()


def test_learner_walks_from_the_result_to_files_and_changes(cast, push):
    push(notes=b"one\n")
    second = push(notes=b"two\n")
    learner = cast.learner.user
    assert f"{second.get_absolute_url()}files/" in page(learner, second, "")
    assert f"{second.get_absolute_url()}changes/" in page(learner, second, "")
    files = page(learner, second, "files/")
    assert f'{second.get_absolute_url()}files/?path=notes">notes</a>' in files
    assert "4 bytes" in files
    assert f'<a href="{second.get_absolute_url()}history/">History</a>' in files
    history = page(learner, second, "history/")
    assert history.count("<b>Add &lt;b&gt;notes&lt;/b&gt;</b>") == 2
    assert f'<a href="{second.get_absolute_url()}changes/">Changes</a>' in files
    assert "two\n</code>" in page(learner, second, "files/?path=notes")
    changes = page(learner, second, "changes/")
    assert "<h1>Changes since submission 1</h1>" in changes
    assert "1 file changed." in changes
    assert '<span class="deleted">-one</span><span class="added">+two</span>' in changes


def test_text_of_the_repository_is_escaped_and_shown_whole(cast, push):
    push(**{"a <i>.txt": b"x\n"})
    second = push(**{"a <i>.txt": HOSTILE})
    shown = "&lt;script&gt;alert(1)&lt;/script&gt;\\x1b[31m\\u202e &amp; &#x27;x&#x27;"
    for which in ("files/", "files/?path=a%20%3Ci%3E.txt", "changes/", "history/"):
        text = page(cast.learner.user, second, which)
        assert inline(text) == []
        assert {"\x1b", "\u202e"} & set(text) == set()
        assert "a &lt;i&gt;.txt" in text
        assert (shown in text) == (which not in ("files/", "history/"))


def test_whoever_sees_the_submission_sees_its_files_and_nobody_else(cast, push):
    submission = push(notes=b"one\n")
    for which in ("files/", "files/?path=notes", "changes/", "history/"):
        _, content = page(cast.learner.user, submission, which).split('<main id="main">')
        name = cast.learner.user.get_full_name()
        assert name not in content
        assert f"submission 1 by {name}" in page(cast.instructor, submission, which)
        page(cast.other.user, submission, which, status=404)
        page(cast.outsider, submission, which, status=404)


@pytest.mark.daily(3)
@pytest.mark.parametrize("path", ["absent", "notes/x", "../config", "/", "%00", "x" * 5000, "%FF"])
def test_missing_path_is_a_404(cast, push, path):
    page(cast.learner.user, push(notes=b"one\n"), f"files/?path={path}", status=404)


def test_first_push_and_one_without_a_branch_say_what_is_missing(cast, push):
    first = push(notes=b"one\n")
    assert "There is no earlier push to compare with." in page(cast.learner.user, first, "changes/")
    assert ">Changes</a>" not in page(cast.learner.user, first, "files/")
    tags = {"refs/tags/v1": first.head}
    tagged = make_submission(cast.learner, cast.lab, tags, head="", head_ref="")
    assert "This push has no branch" in page(cast.learner.user, tagged, "files/")


def test_submission_by_address_without_a_copy_says_so(cast, push):
    first = push(notes=b"one\n")
    elsewhere = Repository.objects.create(
        enrollment=cast.learner, lab=cast.lab, host="github.com", owner="octocat", name="lab"
    )
    refs = make_refs()
    receipt = Receipt.objects.create(
        repository=elsewhere, via=Receipt.Via.ADDRESS, refs=refs, digest=snapshot_digest(refs)
    )
    second = make_submission(cast.learner, cast.lab)
    Submission.objects.filter(pk=second.pk).update(receipt=receipt, digest=receipt.digest)
    for which in ("files/", "changes/", "history/"):
        assert "The portal has no copy of these files." in page(cast.learner.user, second, which)
    third = push(notes=b"two\n")
    assert f"Changes since submission {first.number}" in page(cast.learner.user, third, "changes/")


def test_history_names_merges_branches_and_the_graded_commit(cast, push, tmp_path):
    push(notes=b"one\n")
    work = tmp_path / "work"
    git(work, "switch", "--quiet", "-c", "side")
    git(work, "commit", "--quiet", "--allow-empty", "-m", "Beside")
    git(work, "switch", "--quiet", "main")
    git(work, "merge", "--quiet", "--no-ff", "-m", "Join <both>", "side")
    git(work, "tag", "-a", "-m", "One", "v1.0")
    first, beside = (git(work, "rev-parse", "--short=7", f"HEAD^{number}") for number in (1, 2))
    git(work, "push", "--quiet", "portal", "side", "v1.0")
    history = page(cast.learner.user, push(notes=b"two\n"), "history/")
    assert '<svg class="graph" role="img"' in history
    rows = re.findall(r'<li class="row">(.*?)</li>', history, re.DOTALL)
    assert 'ok">Graded</span> <span class="chip">main</span>' in rows[0]
    assert '<b>Join &lt;both&gt;</b> <span class="chip">v1.0</span>' in rows[1]
    assert f"Merge commit of <code>{first}</code> and <code>{beside}</code>" in rows[1]
    assert '<span class="chip">side</span>' in rows[2]
    assert "First commit, without a parent" in rows[3]
    tagged = Submission.objects.latest("number")
    Submission.objects.filter(pk=tagged.pk).update(head="")
    assert "This push has no branch" in page(cast.learner.user, tagged, "history/")


def test_file_that_is_too_large_is_replaced_by_a_message(cast, push, monkeypatch):
    submission = push(large=b"x" * (1 << 20) + b"\n", small=b"1\n", binary=b"\0")
    learner = cast.learner.user
    assert "Larger than 1 MB, so it is not shown." in page(learner, submission, "files/?path=large")
    assert "Binary file, not shown." in page(learner, submission, "files/?path=binary")
    monkeypatch.setattr(browsing, "MAX_DEPTH", 1)
    assert "This path is too deep to show." in page(learner, submission, "files/?path=a/b")
    monkeypatch.setattr(browsing, "MAX_ENTRIES", 1)
    assert "2 more entries not shown." in page(learner, submission, "files/")
    monkeypatch.setattr(browsing, "MAX_FOLDER_BYTES", 1)
    assert "This folder is too large to show." in page(learner, submission, "files/")


def test_long_link_is_not_called_binary(cast, push, tmp_path, monkeypatch):
    (tmp_path / "work/link").symlink_to("notes")
    submission = push(link=b"1\n")
    assert "<code>notes</code>" in page(cast.learner.user, submission, "files/?path=link")
    monkeypatch.setattr(browsing, "MAX_TARGET_BYTES", 4)
    assert "Longer than 4 KB, so it is not shown." in page(cast.learner.user, submission, "files/?path=link")


def test_repository_that_is_lost_is_reported_and_logged(cast, push, caplog):
    submission = push(notes=b"one\n")
    shutil.rmtree(submission.receipt.repository.path)
    for which in ("files/", "changes/", "history/"):
        assert "We can’t read this repository right now." in page(cast.learner.user, submission, which)
    assert caplog.text.count("There is no repository at") == 3


@pytest.mark.parametrize("count", [1, 8])
def test_queries_of_the_pages_of_a_pushed_state(cast, push, learner_client, count):
    for number in range(count):
        push(**{f"notes{number}": b"one\n"})
    submission = push(notes=b"two\n")
    address = submission.get_absolute_url()
    assert queries(learner_client, f"{address}files/") == 5
    assert queries(learner_client, f"{address}files/?path=notes") == 8
    assert queries(learner_client, f"{address}changes/") == 6
    assert queries(learner_client, f"{address}history/") == 5


MARKERS = """\
schema: 2
title: A lab
pass_mark: 70
checks:
  - {id: clean, says: No <b> is left, points: 1, no_conflict_markers: {}}
"""


def test_lines_that_failed_checks_point_at_are_marked_in_files_and_changes(cast, push):
    push(notes=b"one\ntwo\n")
    second = push(notes=b"one\n<<<<<<< HEAD\ntwo\n=======\n2\n>>>>>>> other\n")
    path = second.receipt.repository.path
    with GitRepository.open(path, refs=second.receipt.refs) as repository:
        make_report(second, grade(load_spec(MARKERS), repository).to_json())
    learner = cast.learner.user
    shown = page(learner, second, "files/?path=notes")
    assert '<code>one\n<mark id="line-2">&lt;&lt;&lt;&lt;&lt;&lt;&lt; HEAD\n</mark>two\n' in shown
    assert '<a href="#line-2">Line 2</a>: No &lt;b&gt; is left' in shown
    changes = page(learner, second, "changes/")
    assert '<span class="added"><mark>+&lt;&lt;&lt;&lt;&lt;&lt;&lt; HEAD</mark></span>' in changes
    assert f'{second.get_absolute_url()}files/?path=notes#line-2">Line 2</a>' in changes
    assert "<mark" not in page(learner, second, "files/")
    assert "<mark" in page(cast.instructor, second, "changes/")


def test_marked_lines_are_numbered_as_in_the_new_file():
    diff = ["@@ -1,2 +10,3 @@ def", " a", "-b", "+c", "\\ No newline at end of file", "@@ -9 +20 @@", "+d"]
    marked = mark_lines(diff, {11: ["x"], 20: ["y"], 12: ["z"]})
    assert [(line, number) for line, number in marked if number] == [("+c", 11), ("+d", 20)]
    assert [(part.text, part.line) for part in mark_text("a\nb\nc", {2: ["x"], 9: ["y"]})] == [
        ("a\n", None),
        ("b\n", 2),
        ("c", None),
    ]
