"""Comments between the lines of the pushed files."""

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from labs.models import Comment
from tests.pages.conftest import cast, client_of, push

__all__ = ["cast", "push"]

pytestmark = pytest.mark.django_db
TEXT = b"one\ntwo\n<b>three</b>\nfour\nfive\n"


def comment_on(cast, submission, line: int, text: str = "Why *two*?", path: str = "a b.txt"):
    data = {"path": path, "line": line, "text": text}
    return client_of(cast.instructor).post(reverse("submission_comment", args=[submission.public_id]), data)


def test_comment_is_below_its_line_and_has_an_excerpt(cast, push):
    submission = push(**{"a b.txt": TEXT})
    files = f"{submission.get_absolute_url()}files/?path=a%20b.txt"
    staff, own = client_of(cast.instructor), client_of(cast.learner.user)
    form = staff.get(f"{files}&line=2").content.decode()
    assert form.index('id="line-2"') < form.index("Comment on line 2</label>") < form.index('id="line-3"')
    assert comment_on(cast, submission, 2).url.endswith("&line=2#line-2")
    comment = Comment.objects.get()
    assert (comment.path, comment.line, comment.commit) == ("a b.txt", 2, submission.head)
    assert comment.excerpt == [[1, "one"], [2, "two"], [3, "<b>three</b>"], [4, "four"]]
    assertNotContains(own.get(files), "Why <em>two</em>")
    Comment.objects.update(released_at=comment.created_at)
    page = own.get(files).content.decode()
    assert page.index("two\n") < page.index("Why <em>two</em>?") < page.index("&lt;b&gt;three")
    assert "Comment on line" not in page
    assertContains(own.get(submission.get_absolute_url()), "a b.txt, line 2")


def test_later_commit_shows_the_comment_as_one_on_an_earlier_version(cast, push):
    first = push(**{"a b.txt": TEXT})
    comment_on(cast, first, 2)
    Comment.objects.update(released_at=first.queued_at)
    second = push(**{"a b.txt": b"zero\n" + TEXT})
    page = client_of(cast.learner.user).get(f"{second.get_absolute_url()}files/?path=a%20b.txt")
    assertContains(page, "on an earlier version: submission 1")
    assertContains(page, "Why <em>two</em>?")
    earlier = client_of(cast.learner.user).get(f"{first.get_absolute_url()}files/?path=a%20b.txt")
    assertNotContains(earlier, "on an earlier version")


@pytest.mark.parametrize(
    ("path", "line"), [("a b.txt", 6), ("a b.txt", 0), ("absent", 1), ("data", 1), ("../x", 1)]
)
def test_comment_on_a_line_that_is_not_there_is_refused_and_keeps_its_text(cast, push, path, line):
    submission = push(**{"a b.txt": TEXT, "data": b"\0"})
    response = comment_on(cast, submission, line, "Kept text.", path)
    assertContains(response, "Kept text.", status_code=422)
    assert not Comment.objects.exists()


def test_others_see_no_comment_and_write_none(cast, push):
    submission = push(**{"a b.txt": TEXT})
    address = reverse("submission_comment", args=[submission.public_id])
    for user in (cast.learner.user, cast.other.user, cast.outsider):
        assert client_of(user).post(address, {"text": "x"}).status_code == 404
