"""Real git pushes over HTTP to the real web server, graded by the real worker."""

import random
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from labs import tokens
from labs.addresses import practice_address
from labs.models import AccessToken, Lab, Receipt, State, Submission
from lessons.models import FormerSlug
from tests.factories import make_lab, make_learner, make_user
from tests.labs.git_client import Clone

pytestmark = pytest.mark.processes


def submissions(learner):
    return Submission.objects.filter(enrollment=learner).order_by("number")


def bytes_of(size: int) -> bytes:
    """Bytes that do not compress."""
    return random.Random(size).randbytes(size)


# --- what arrives ---------------------------------------------------------------------------------------------------


def test_first_push_shows_what_to_fix_and_where_the_result_is(stack, learner, clone):
    head = clone.commit()
    code, said = clone.push()
    assert code == 0, said
    submission = submissions(learner).get()
    assert "Submission 1 received. Grading..." in said
    assert "1 of 2 checks passed. 40 of 100 points." in said
    assert "Fix this first: main holds at least two commits" in said
    assert '    git commit --allow-empty -m "Add a second commit"' in said
    assert f"Result: {stack.url}/submissions/{submission.public_id}/" in said
    assert (submission.state, submission.head, submission.head_ref) == (State.GRADED, head, "refs/heads/main")


def test_push_of_the_fix_passes_and_is_a_submission_of_its_own(stack, learner, clone):
    clone.commit()
    clone.push()
    clone.commit("Add a second commit")
    assert "2 of 2 checks passed. 100 of 100 points." in clone.push()[1]
    assert [s.reports.get().points for s in submissions(learner)] == [40, 100]
    assert submissions(learner).last().reports.get().passed


def test_push_to_the_url_from_before_a_rename_arrives_at_the_lab(stack, learner, lab, clone, address):
    """Git follows the redirect of its first request, and sends all others where that led."""
    clone.commit()
    assert clone.push()[0] == 0
    old = lab.slug
    Lab.objects.filter(pk=lab.pk).update(slug=f"{old}-renamed")
    FormerSlug.objects.create(course=lab.course, kind="lab", slug=old, target=lab.pk)
    head = clone.commit("Add a second commit")
    code, said = clone.push()
    assert code == 0, said
    assert "2 of 2 checks passed. 100 of 100 points." in said
    assert "redirecting to" in said and f"{old}-renamed" in said
    assert (submissions(learner).last().head, submissions(learner).count()) == (head, 2)
    assert head in clone.output("ls-remote", address).decode()
    # A request that sends a pack there all the same is refused with words: nobody follows a redirect of those.
    token, _, place = address.removeprefix("http://").rpartition("@")
    request = Request(f"http://{place}/git-receive-pack", b"0000", {
        "Authorization": f"Basic {b64encode(token.encode()).decode()}",
        "Content-Type": "application/x-git-receive-pack-request",
    })  # fmt: skip
    with pytest.raises(HTTPError) as refused:
        urlopen(request)
    assert refused.value.code == 404
    assert b"Copy the URL from the lab page." in refused.value.read()


ODD_DATES = [
    "0 -0800", "-377705116800 +0000", "9223372036854775808 +0000", "1 +9999", "yesterday", "", "1 UTC", "1 +051800",
]  # fmt: skip


def test_commits_of_odd_dates_are_pushed_and_graded(stack, learner, clone):
    """Dates are data: git refuses none of them on its way in."""
    head = clone.commit()
    tree = clone.output("rev-parse", "HEAD^{tree}").decode().strip()
    for date in ODD_DATES:
        who = f"author A <a@b.c> {date}\ncommitter A <a@b.c> {date}\n"
        commit = f"tree {tree}\nparent {head}\n{who}\nOdd\n".encode()
        written = clone.output("hash-object", "-t", "commit", "--literally", "-w", "--stdin", stdin=commit)
        head = written.decode().strip()
    clone.git("update-ref", "refs/heads/main", head)
    code, said = clone.push()
    assert code == 0, said
    assert "2 of 2 checks passed. 100 of 100 points." in said
    assert submissions(learner).get().head == head


def test_push_of_an_unchanged_state_does_nothing(stack, learner, clone):
    clone.commit()
    clone.push()
    assert clone.push() == (0, "Everything up-to-date")
    assert Receipt.objects.filter(repository__enrollment=learner).count() == 1


def test_push_of_five_megabytes_arrives_complete_and_is_cloned_complete(stack, learner, clone, address):
    clone.commit(path="model.bin", content=bytes_of(5 << 20))
    head = clone.commit()
    assert "2 of 2 checks passed" in clone.push()[1]
    clone.git("clone", "--quiet", address, "../copy")
    assert clone.output("-C", "../copy", "rev-parse", "HEAD").decode().strip() == head


def test_push_over_the_cap_is_refused_in_words_and_leaves_nothing(stack, learner, clone):
    clone.commit(path="model.bin", content=bytes_of(8 << 20))
    code, said = clone.push()
    assert code == 1
    assert "The push exceeds the limit of 6 MB for one push. Usually, data, a" in said
    assert "! [remote rejected] main -> main (larger than 6 MB)" in said
    assert not submissions(learner).exists()
    assert clone.output("ls-remote", "portal") == b""
    clone.git("checkout", "--quiet", "--orphan", "small")
    clone.git("rm", "-r", "--quiet", "--cached", ".")
    clone.commit()
    assert "Submission 1 received." in clone.push("small:main")[1]


def test_push_of_300_branches_is_one_submission(stack, learner, clone):
    head = clone.commit()
    clone.pack_refs({f"refs/heads/feature-{number}": head for number in range(299)})
    assert clone.push("--all")[0] == 0
    submission = submissions(learner).get()
    assert (len(submission.receipt.refs), submission.head_ref) == (300, "refs/heads/main")


@pytest.mark.heavy
def test_push_of_2000_branches_is_refused_in_words_for_each_of_them(stack, learner, clone):
    head = clone.commit()
    clone.pack_refs({f"refs/heads/feature-{number}": head for number in range(2000)})
    code, said = clone.push("--all")
    assert (code, submissions(learner).count()) == (1, 0)
    assert (
        "This push has 2,001 branches and tags, and the repository on the portal\nhas 0 branches and tags. "
        in said
    )
    assert "git push origin main" in said
    assert said.count("(too many branches and tags)") == 2001
    assert "failed to report status" not in said
    assert "Submission 1 received." in clone.push("main")[1]


def test_push_of_only_a_tag_is_a_new_submission_of_the_same_commit(stack, learner, clone):
    head = clone.commit()
    clone.push()
    clone.git("tag", "-a", "v1.0", "-m", "First release")
    assert "Submission 2 received." in clone.push("v1.0")[1]
    assert [s.head for s in submissions(learner)] == [head, head]


def test_push_of_a_tag_into_an_empty_repository_names_no_branch(stack, learner, clone):
    clone.commit()
    clone.git("tag", "v1.0")
    assert clone.push("v1.0")[0] == 0
    assert submissions(learner).get().head_ref == ""


def test_forced_push_replaces_history_and_the_old_state_stays_known(stack, learner, clone):
    first = clone.commit()
    clone.push()
    clone.git("commit", "--quiet", "--amend", "-m", "Describe the project better")
    assert clone.push()[0] == 1
    assert "Submission 2 received." in clone.push("--force", "main")[1]
    assert (
        "You already pushed this state as submission 1."
        in clone.push("--force", f"{first}:refs/heads/main")[1]
    )
    assert Receipt.objects.filter(repository__enrollment=learner).count() == 3


def test_push_that_deletes_a_branch_is_a_new_submission(stack, learner, clone):
    clone.commit()
    clone.push("main", "main:feature")
    assert clone.push("--delete", "feature")[0] == 0
    assert list(submissions(learner).last().receipt.refs) == ["refs/heads/main"]


def test_push_that_deletes_the_last_branch_cannot_be_read(stack, learner, clone):
    clone.commit()
    clone.push()
    code, said = clone.push("--delete", "main")
    assert code == 0
    assert "Could not read the repository. The repository has no commits yet." in said
    assert submissions(learner).last().state == State.UNREADABLE


def test_push_outside_branches_and_tags_is_refused(stack, learner, clone):
    clone.commit()
    code, said = clone.push("main:refs/notes/main")
    assert (code, submissions(learner).count()) == (1, 0)
    assert "deny updating a hidden ref" in said


def test_two_pushes_at_once_give_one_winner_and_no_damage(stack, learner, clone, address, tmp_path):
    other = Clone(tmp_path / "other", address)
    heads = {clone.commit("One way"), other.commit("Another way")}
    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(Clone.push, (clone, other)))
    assert sorted(code for code, _ in answers) == [0, 1], answers
    assert submissions(learner).get().head in heads
    clone.git("fetch", "--quiet", "portal")
    clone.git("fsck", "--strict")


def test_fetch_returns_the_pushed_commits(stack, clone, address, tmp_path):
    clone.commit(path="data.bin", content=bytes_of(1 << 20))
    clone.push()
    clone.git("clone", "--quiet", address, str(tmp_path / "again"))
    assert (tmp_path / "again" / "data.bin").read_bytes() == bytes_of(1 << 20)


# --- who may --------------------------------------------------------------------------------------------------------


def refused(clone, address):
    clone.git("remote", "set-url", "portal", address)
    code, said = clone.push()
    assert code == 128
    return said


def test_push_with_a_wrong_token_is_refused_in_words(stack, learner, lab, clone):
    clone.commit()
    said = refused(clone, practice_address(lab, "wrong"))
    assert "The access token is missing or incorrect." in said
    assert "Authentication failed" in said
    assert not submissions(learner).exists()


def test_push_with_a_revoked_token_is_refused(stack, lab, clone):
    clone.commit()
    tokens.revoke_token(token=AccessToken.objects.latest("pk"))
    said = refused(clone, clone.output("remote", "get-url", "portal").decode().strip())
    assert "The access token Access token was revoked on " in said
    assert "/account/tokens/" in said


def test_push_without_a_token_is_refused(stack, lab, clone):
    clone.commit()
    assert "could not read Username" in refused(clone, practice_address(lab))


def test_push_of_an_outsider_is_refused_in_words(stack, lab, clone):
    clone.commit()
    outsider = make_user("outsider@example.org")
    said = refused(clone, practice_address(lab, tokens.new_token(user=outsider)))
    assert "outsider@example.org has no open lab with this remote URL." in said


def test_push_to_the_lab_of_another_course_is_refused(stack, learner, clone):
    clone.commit()
    elsewhere = make_lab()
    make_learner(elsewhere.course)
    assert "has no open lab with this remote URL" in refused(
        clone, practice_address(elsewhere, tokens.new_token(user=learner.user))
    )
