import pytest

from labs.grader.report import Outcome

POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize 123456\n"
TRACKED = "*.bin filter=lfs diff=lfs merge=lfs -text\n"


def test_a_pointer_with_its_attribute_passes(repo):
    repo.put(".gitattributes", TRACKED)
    repo.put("models/a.bin", POINTER)
    repo.commit()
    result = repo.ask("lfs: {path: models/a.bin}")
    assert (result.outcome, result.why) == (
        Outcome.PASSED,
        "Git LFS stores 1 file, 120.6 KB in total.",
    )


@pytest.mark.parametrize(
    "content",
    [b"\0" * 10, b"x" * ((1 << 20) + 1), POINTER.replace("sha256", "md5"), POINTER + "more\n"],
)
def test_the_file_itself_is_not_a_pointer(repo, content):
    repo.put("a.bin", content)
    repo.git("add", "a.bin")
    repo.put(".gitattributes", TRACKED)
    repo.git("-c", "filter.lfs.clean=cat", "add", ".gitattributes")
    repo.git("commit", "-q", "-m", "Add")
    result = repo.ask("lfs: {path: a.bin}")
    assert result.why == "`a.bin` on `main` is stored in the repository itself, not with Git LFS."
    assert "git lfs track" not in result.fix and "git rm --cached -- a.bin\ngit add -- a.bin" in result.fix


def test_an_empty_file_is_stored_as_it_is_and_cannot_be_judged(repo):
    repo.put(".gitattributes", TRACKED)
    repo.put("a.bin", b"")
    repo.commit()
    alone = repo.ask("lfs: {path: a.bin}")
    repo.put("b.bin", POINTER)
    repo.commit()
    assert (alone.outcome, alone.why) == (
        Outcome.NEEDS_WORK,
        "Nothing to check: there is no file with content in `a.bin`.",
    )
    assert repo.ask("lfs: {path: '*.bin'}").outcome is Outcome.PASSED


def test_a_pointer_that_no_attribute_tracks_needs_work(repo):
    repo.put("a.bin", POINTER)
    repo.put(".gitattributes", "*.dat filter=lfs\n")
    repo.commit()
    result = repo.ask("lfs: {path: '*.bin'}")
    assert (
        result.why
        == "`a.bin` on `main` is a Git LFS pointer, but `.gitattributes` does not track it with Git LFS."
    )
    assert "git lfs track '*.bin'" in result.fix
