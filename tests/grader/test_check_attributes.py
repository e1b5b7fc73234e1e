import shutil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labs.grader.checks.attributes import attributes_of
from labs.grader.report import Outcome
from labs.grader.spec import SpecError, load_spec
from tests.plain_git import git


def with_attributes(repo, text, path=".gitattributes"):
    repo.put(path, text)
    return repo.commit()


@pytest.mark.parametrize(
    ("text", "has"),
    [
        ("*.bin -text", "{text: false}"),
        ("*.bin binary", "{binary: true, text: false, diff: false}"),
        ("*.bin filter=lfs diff=lfs merge=lfs -text", "{filter: lfs, diff: lfs, text: false}"),
        ("* text=auto\n*.sh text eol=lf", "{text: auto, eol: null}"),
        ("docs export-ignore\n*.bin export-ignore", "{export-ignore: true}"),
        ("*.bin merge=ours\n*.bin !merge", "{merge: null}"),
        ("[attr]model -text merge=ours\n*.bin model", "{model: true, merge: ours}"),
    ],
)
def test_attributes_are_what_git_says(repo, text, has):
    with_attributes(repo, text)
    assert repo.ask(f"attributes: {{path: model/a.bin, has: {has}}}").outcome is Outcome.PASSED


def test_a_difference_is_reported_with_its_line(repo):
    with_attributes(repo, "# models\n*.bin text eol=crlf\n")
    result = repo.ask("attributes: {path: a.bin, has: {text: true, eol: lf, diff: false}}")
    assert result.why == "`a.bin` on `main` has `eol` set to `crlf` and `diff` unspecified."
    assert (result.expected, result.found) == (
        "`eol` set to `lf` and `diff` unset",
        "`eol` set to `crlf` and `diff` unspecified",
    )
    assert (result.evidence[0].path, result.evidence[0].line) == (".gitattributes", 2)
    assert "'a.bin eol=lf -diff' >> .gitattributes" in result.fix


def test_a_deeper_file_decides_and_is_fixed(repo):
    with_attributes(repo, "*.sh eol=lf\n")
    with_attributes(repo, "*.sh eol=crlf\n", "bin/.gitattributes")
    result = repo.ask("attributes: {path: bin/run me.sh, has: {eol: lf}}")
    assert result.evidence[0].path == "bin/.gitattributes"
    assert """'"run me.sh" eol=lf' >> bin/.gitattributes""" in result.fix


def test_rules_that_are_not_committed_do_not_count(repo):
    repo.commit()
    repo.put(".gitattributes", "* eol=lf\n")
    repo.put(".git/info/attributes", "* eol=lf\n")
    assert repo.ask("attributes: {path: a, has: {eol: lf}}").found == "`eol` unspecified"


@pytest.mark.parametrize("has", ["{}", "lf", "{--all: true}", "{eol: [lf]}"])
def test_impossible_attributes_are_refused(lab, has):
    with pytest.raises(SpecError, match=r"attributes\.has"):
        load_spec(lab(f"attributes: {{path: a, has: {has}}}"))


_WORD = st.sampled_from(["text", "-text", "!text", "text=auto", "eol=lf", "binary", "-diff", "x=1", "!x"])
_PATTERN = st.sampled_from(["*", "*.c", "a.c", "/a.c", "d/*", "d/**", "**/a.c", '"a b"', "[ad]*"])
_LINE = st.builds(lambda pattern, words: " ".join([pattern, *words]), _PATTERN, st.lists(_WORD, max_size=3))
_PATHS = ["a.c", "d/a.c", "d/e/a.c", "a b"]


@given(st.lists(_LINE, max_size=4).map("\n".join), st.lists(_LINE, max_size=2).map("\n".join))
@settings(max_examples=20)
def test_copies_mean_what_the_files_mean_to_git(tmp_path_factory, top, deep):
    folder = tmp_path_factory.mktemp("attributes")
    git(folder, "init", "-q")
    (folder / "d").mkdir()
    sources = {".gitattributes": top.encode(), "d/.gitattributes": deep.encode()}
    for name, content in sources.items():
        (folder / name).write_bytes(content)
    said = git(folder, "check-attr", "-z", "--all", *_PATHS).split("\0")
    expected = {path: {} for path in _PATHS}
    for path, name, state in zip(said[::3], said[1::3], said[2::3], strict=False):
        expected[path][name] = state
    assert attributes_of(sources, _PATHS) == expected
    shutil.rmtree(folder)
