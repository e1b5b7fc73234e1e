"""A staff member's repository, fetched from a real server and read through what `labs` registers with `lessons`."""

import pytest

from lessons.repositories import RepositoryUnavailableError, fetched, read_address


def test_all_branches_and_tags_are_fetched_and_can_be_read(work):
    work.commit("Add a title", README="# Course\n")
    work.git("tag", "v1")
    work.git("branch", "draft")
    work.push()
    with fetched(work.address.page) as repository:
        assert set(repository.refs) == {"refs/heads/main", "refs/heads/draft", "refs/tags/v1"}
        assert repository.branch == "main"
        commit = repository.repo.commit(repository.refs["refs/tags/v1"])
        assert commit.tree["README.txt"].data_stream.read() == b"# Course\n"


def test_address_is_normalised_and_may_name_a_branch(host):
    page = f"https://{host.host}/good/course"
    assert read_address(f" {page}.git ") == (page, "")
    assert read_address(f"{page}/tree/release/2") == (page, "release/2")


@pytest.mark.parametrize(
    "text",
    ["file:///etc", "/etc/passwd", "ext::sh -c id", "-u./x", "--upload-pack=x", "https://127.0.0.1/a/b"],
)
def test_address_that_is_not_on_an_allowed_host_is_refused(host, text):
    with pytest.raises(RepositoryUnavailableError, match="Enter a repository URL"):
        read_address(text)
    with pytest.raises(RepositoryUnavailableError), fetched(text):
        pass
    assert host.requests == []


def refusal(address: str, branch: str = "") -> str:
    with pytest.raises(RepositoryUnavailableError) as caught, fetched(address, branch):
        pass
    return str(caught.value)


def test_missing_branch_and_missing_repository_are_explained(work):
    assert "no branch `mian`. Did you mean `main`?" in refusal(work.address.page, "mian")
    missing = refusal(work.address.page.replace("/good/", "/nobody/"))
    assert "was not found" in missing and "make it public" in missing


def test_sentences_for_staff_do_not_speak_of_submitting(host):
    down = refusal(f"https://{host.host}/broken/course")
    assert "did not respond" in down and "Try again later." in down
    assert "/nothing/Submit-it` was not found" in refusal(f"https://{host.host}/nothing/Submit-it")
