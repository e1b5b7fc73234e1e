"""Fetching from a well-behaved server: the objects, repeated fetches, and the branch that an address names."""

import os
import re
import shutil
import time
from dataclasses import replace

import pytest

from labs.grader.fetching import fetch as fetch_module
from labs.grader.fetching.address import Address
from labs.grader.fetching.bounded_process import bytes_in
from labs.grader.fetching.fetch import latest
from labs.grader.fetching.mirrors import hold
from labs.grader.fetching.refusals import FetchError, FetchRefusedError
from labs.grader.git.repository import Repository
from tests.plain_git import git

from .conftest import LIMITS

KILOBYTE = 1000


@pytest.fixture
def pushed(learner):
    """One commit of 500 KB that does not compress."""
    learner.commit("Start", data=os.urandom(500 * KILOBYTE))
    learner.push()
    return learner


def refused(learner, *arguments, **limits):
    with pytest.raises(FetchRefusedError) as caught:
        learner.fetch(*arguments, limits=replace(LIMITS, **limits))
    return caught.value


def refs_of(learner):
    """Return the refs that git finds in the mirror."""
    listing = ("for-each-ref", "--format=%(refname) %(objectname)")
    return dict(line.split() for line in learner.git(f"--git-dir={learner.mirror}", *listing).splitlines())


def test_all_branches_and_tags_are_fetched_with_their_objects(pushed):
    first = pushed.head()
    pushed.branch("feature/a")
    second = pushed.commit("Second", b="b")
    pushed.git("tag", "light")
    pushed.git("tag", "-m", "First release", "v1", first)
    pushed.push()
    fetched = pushed.fetch()
    assert fetched.refs == {
        "refs/heads/feature/a": second,
        "refs/heads/main": first,
        "refs/tags/light": second,
        "refs/tags/v1": pushed.git("rev-parse", "refs/tags/v1"),
    }
    assert (fetched.head_branch, fetched.notes) == ("main", [])
    with Repository.open(pushed.mirror, fetched.refs) as repository:
        assert set(repository.history.commits) == {first, second}
        assert repository.tag("v1").message == "First release"


def test_branches_with_strange_names_are_fetched_too(pushed):
    names = ("größe", "line\u2028end", "-x", "a'b$(c)")
    for name in names:
        pushed.git("update-ref", f"refs/heads/{name}", pushed.head())
    pushed.push()
    assert pushed.fetch().refs == {f"refs/heads/{name}": pushed.head() for name in (*names, "main")}


def test_refs_other_than_branches_and_tags_are_not_fetched(pushed, server):
    pushed.git("update-ref", "refs/pull/1/head", pushed.commit("Not ours", x=os.urandom(300 * KILOBYTE)))
    pushed.git("push", "-q", "origin", "refs/pull/1/head")
    server.clear()
    assert list(pushed.fetch().refs) == ["refs/heads/main"]
    assert server.served < 520 * KILOBYTE


def test_fetching_again_after_a_push_transfers_only_what_is_new(pushed, server):
    pushed.fetch()
    assert server.served > 500 * KILOBYTE
    commit = pushed.commit("Second", b="b")
    pushed.push()
    server.clear()
    assert pushed.fetch().refs == {"refs/heads/main": commit}
    assert server.served < 5 * KILOBYTE


def test_fetching_again_when_nothing_changed_asks_only_for_the_list_of_refs(pushed, server):
    before = pushed.fetch()
    server.clear()
    assert pushed.fetch() == before
    assert [method for method, _ in server.requests] == ["GET"]


def test_the_mirror_shows_the_refs_of_the_last_fetch(pushed):
    pushed.git("branch", "gone")
    pushed.push()
    pushed.fetch()
    pushed.git("branch", "-D", "gone")
    pushed.git("branch", "gone/on")  # a folder where there was a file
    pushed.commit("Other", b="b")
    pushed.git("commit", "-q", "--amend", "-m", "Rewritten")
    pushed.push()
    fetched = pushed.fetch()
    assert sorted(fetched.refs) == ["refs/heads/gone/on", "refs/heads/main"]
    assert refs_of(pushed) == fetched.refs
    assert pushed.git(f"--git-dir={pushed.mirror}", "fsck", "--connectivity-only") == ""


def test_an_interrupted_fetch_leaves_the_mirror_as_it_was(pushed, monkeypatch):
    before = pushed.fetch()
    pushed.commit("Second", b="b")
    pushed.push()
    slow = FetchRefusedError("slow_host", "slow")
    monkeypatch.setattr(fetch_module, "_notes", lambda *a: (_ for _ in ()).throw(slow))
    assert refused(pushed) is slow
    with hold(pushed.mirror) as mirror:
        assert mirror.is_complete() and mirror.packs == 1
    assert refs_of(pushed) == before.refs


def test_a_mirror_that_cannot_be_read_is_recreated_by_the_fetch(pushed):
    before = pushed.fetch()
    for pack in pushed.mirror.glob("objects/pack/*.pack"):
        pack.chmod(0o644)
        pack.write_bytes(b"damaged")
    assert pushed.fetch() == before


def test_a_mirror_of_many_packs_is_recreated(pushed, monkeypatch):
    pushed.fetch()
    pushed.commit("Second", b="b")
    pushed.push()
    monkeypatch.setattr(fetch_module, "MAX_PACKS", 1)
    pushed.fetch()
    with hold(pushed.mirror) as mirror:
        assert mirror.packs == 1


def test_objects_of_earlier_pushes_in_the_mirror_do_not_make_a_repository_too_big(pushed):
    pushed.fetch()
    pushed.git("checkout", "-q", "--orphan", "new")
    pushed.git("rm", "-rfq", ".")
    pushed.commit("Anew", data=os.urandom(500 * KILOBYTE))
    pushed.git("branch", "-f", "main")
    pushed.git("push", "-q", "--force", "origin", "main")
    pushed.fetch(limits=replace(LIMITS, bytes=700 * KILOBYTE))
    assert bytes_in(pushed.mirror) < 700 * KILOBYTE


def test_a_repository_over_the_size_limit_is_too_big(pushed):
    error = refused(pushed, bytes=300 * KILOBYTE)
    assert error.code == "too_big"
    assert not pushed.mirror.exists()


def test_an_empty_repository_says_so(learner):
    error = refused(learner)
    assert error.code == "empty"
    assert error.message == (
        f"`{learner.address}` is empty: it has no commits yet. "
        "Commit something, push it with `git push -u origin main`, then submit again."
    )


def test_a_repository_with_tags_alone_says_so(learner, network):
    learner.commit(a="a")
    learner.git("tag", "v1")
    learner.push("refs/tags/v1")
    assert refused(learner).message.startswith(
        f"`{learner.address}` has tags but no branches. Push your branch"
    )
    with pytest.raises(FetchRefusedError, match="has tags but no branches"):
        latest(learner.address, network=network)


def test_a_sha256_repository_says_so(learner, network, tmp_path):
    work = tmp_path / "sha256"
    shutil.rmtree(learner.bare)
    git(tmp_path, "init", "-q", "--bare", "--object-format=sha256", learner.bare)
    git(tmp_path, "init", "-q", "-b", "main", "--object-format=sha256", work)
    git(work, "commit", "-q", "--allow-empty", "-m", "Start")
    git(work, "push", "-q", learner.bare, "main")
    assert refused(learner).message.startswith(f"`{learner.address}` uses SHA-256")
    with pytest.raises(FetchRefusedError, match="uses SHA-256"):
        latest(learner.address, network=network)


@pytest.mark.parametrize("name", ["page", "line", "blank"])
def test_a_host_that_answers_with_a_page_says_so(owner, server, network, name):
    sentence = f"`{server.host}/{name}/lab` is not a Git repository: `{server.host}` sent something else"
    with pytest.raises(FetchRefusedError, match=re.escape(sentence)) as caught:
        owner(name)
    assert caught.value.code == "no_git"
    with pytest.raises(FetchRefusedError, match=re.escape(sentence)):
        latest(Address(server.host, name, "lab"), network=network)


def test_past_the_limit_of_refs_the_branch_that_is_graded_is_among_the_first(pushed):
    for i in range(5):
        pushed.git("branch", f"a{i}")
    pushed.push()
    fetched = pushed.fetch(limits=replace(LIMITS, refs=3))
    assert sorted(fetched.refs) == ["refs/heads/a0", "refs/heads/a1", "refs/heads/main"]
    assert fetched.notes == ["Only the first 3 of 6 branches and tags were read."]


def test_more_files_than_the_limit_are_too_many(pushed):
    pushed.commit("Two", b="b")
    pushed.push()
    assert refused(pushed, entries=1).code == "too_many_files"
    assert pushed.fetch(limits=replace(LIMITS, entries=2)).refs


def test_the_branch_of_an_address_is_the_head_also_with_slashes_or_a_folder(pushed):
    pushed.git("branch", "feature/a")
    pushed.push()
    for more in ("feature/a", "feature/a/src/deep"):
        assert pushed.fetch(pushed.at(f"/tree/{more}")).head_branch == "feature/a"
    assert pushed.fetch().head_branch == "main"


def test_a_branch_that_is_not_there_is_named_with_those_that_are(pushed):
    error = refused(pushed, pushed.at("/tree/Mian"))
    assert error.code == "no_branch"
    assert "has no branch `Mian`. Did you mean `main`? " in error.message
    assert "Its branches: `main`. " in refused(pushed, pushed.at("/tree/other")).message


def test_a_default_branch_that_is_not_there_gives_way_to_one_that_is(learner):
    learner.commit(a="a")
    learner.git("push", "-q", "origin", "main:refs/heads/trunk")
    assert learner.fetch().head_branch == "trunk"


def test_the_newest_commit_of_an_address_comes_with_its_message_and_no_file(pushed, network, server):
    commit = pushed.commit("Describe the project\n\nAt length.", b="b")
    pushed.push()
    started = time.monotonic()
    found = latest(pushed.address, network=network)
    assert time.monotonic() - started < 30
    assert (found.branch, found.commit, found.subject) == ("main", commit, "Describe the project")
    assert server.served < 5 * KILOBYTE


def test_the_newest_commit_is_that_of_the_branch_in_the_address(pushed, network):
    pushed.branch("side")
    commit = pushed.commit("\x1b[31mSide\x07", b="b")
    pushed.push()
    found = latest(pushed.at("/tree/side"), network=network)
    assert (found.branch, found.commit, found.subject) == ("side", commit, "\\x1b[31mSide\\x07")
    with pytest.raises(FetchRefusedError, match="has no branch `other`"):
        latest(pushed.at("/tree/other"), network=network)


def test_a_message_that_does_not_arrive_is_left_out(pushed, network, monkeypatch):
    def fail(*arguments):
        raise FetchError("gone")

    monkeypatch.setattr("labs.grader.fetching.upstream.Server._fetch", fail)
    found = latest(pushed.address, network=network)
    assert (found.commit, found.subject) == (pushed.head(), None)
