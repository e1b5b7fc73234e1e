import pytest

from labs.grader.report import Outcome
from labs.grader.spec import SpecError, load_spec


def build_objects(repo):
    repo.put("README.md", "hello\n")
    repo.put("src/run.sh", "echo\r\n")
    (repo.path / "src/run.sh").chmod(0o755)
    repo.commit("Start")
    for side in ("left", "right"):
        repo.git("switch", "-q", "-c", side, "main")
        repo.commit(f"Go {side}")
    repo.switch("main")
    repo.merge("--no-ff", "left", "-m", "Merge left")
    repo.merge("--no-ff", "right", "-m", "Merge right")
    blob = repo.objects("by hand", kind="blob")
    repo.git("tag", "-a", "-m", "A note", "note", blob)
    repo.git("tag", "tree", repo.objects(f"100644 blob {blob}\tx", f"120000 blob {blob}\tlink"))


@pytest.fixture
def repo(copy_of):
    return copy_of(build_objects)


SHAPES = {
    'blob: "hello\\n"': True,
    "blob: hello": True,
    "blob: echo": True,
    "blob: by hand": True,
    "blob: hell": False,
    "tree: {README.md: file, src: folder}": True,
    "tree: {run.sh: executable}": True,
    "tree: {x: file, link: link}": True,
    "tree: {run.sh: file}": False,
    "tree: {README.md: file}": False,
    "commit: {parents: 2, matches: '^Merge l'}": True,
    "commit: {parents: 3}": False,
    "commit: {ancestors: 4}": True,
    "commit: {ancestors: 5}": False,
    "commit: {rhombus: true}": True,
    "commit: {rhombus: true, matches: left}": False,
    "tag: {marks: blob, matches: note}": True,
    "tag: {marks: commit}": False,
    "tag: {marks: tree}": False,  # it is not annotated
}


@pytest.mark.daily(3)
@pytest.mark.parametrize("shape", SHAPES)
def test_an_object_of_this_shape_is_reachable(repo, shape):
    result = repo.ask(f"object: {{{shape}}}")
    assert (result.outcome is Outcome.PASSED) == SHAPES[shape]
    assert bool(result.evidence) == SHAPES[shape]


def test_two_branches_merged_in_a_row_are_a_rhombus_only_where_parents_meet(repo):
    assert repo.ask("object: {commit: {rhombus: true}}").evidence[0].commit == repo.head("main")


def test_an_object_that_no_branch_or_tag_reaches_does_not_count(repo):
    repo.objects("loose", kind="blob")
    result = repo.ask("object: {blob: loose}")
    assert result.why == "No branch or tag reaches a blob with the content `loose`."
    assert (result.expected, result.found) == (
        "a blob with the content `loose`",
        "no match in 2 blobs",
    )


@pytest.mark.parametrize(
    ("shape", "expected", "found"),
    [
        ("tree: {a: link}", "a tree with exactly `a` (link)", "3 trees"),
        (
            "commit: {parents: 3, rhombus: true}",
            "a commit with 3 parents and two parents that have a common parent",
            "5 commits",
        ),
        (
            "tag: {marks: commit, matches: x}",
            "an annotated tag that points to a commit and has a message that contains `x`",
            "2 tags",
        ),
    ],
)
def test_the_expected_object_is_described(repo, shape, expected, found):
    result = repo.ask(f"object: {{{shape}}}")
    assert (result.expected, result.found) == (expected, f"no match in {found}")


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ("{}", "needs one of `blob`, `tree`, `commit` and `tag`"),
        ("{blob: a, tag: {}}", "needs one of `blob`, `tree`, `commit` and `tag`"),
        ("{commit: {}}", "needs one of `parents`, `ancestors`, `rhombus` and `matches`"),
        ("{tree: {a: blob}}", "expected file, executable, folder, link or submodule"),
    ],
)
def test_impossible_shapes_are_refused(lab, shape, words):
    with pytest.raises(SpecError, match=words):
        load_spec(lab(f"object: {shape}"))
