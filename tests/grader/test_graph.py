"""The commit graph: correct lanes for any history; long histories are folded, and omissions are stated."""

import random
import time

import pytest

from labs.grader.git.repository import Repository
from labs.grader.graphs.graph import MAX_ROWS, Graph, draw_shape
from labs.grader.graphs.lanes import Row, lay_out
from labs.grader.graphs.shapes import Node, Shape
from tests.grader.drawn import read
from tests.grader.shaping import shape_history

MAIN = "refs/heads/main"


def whole(repo, *marked: str):
    with Repository.open(repo.path) as repository:
        return Graph(repository).whole(marked)


def line(length: int) -> list[tuple[int, ...]]:
    return [(1,), *((number, number - 1) for number in range(2, length + 1))]


def tangle(length: int, seed: int) -> list[tuple[int, ...]]:
    """Forks, merges, octopuses and criss-crosses at random, and now and then an orphan."""
    dice = random.Random(seed)
    commits: list[tuple[int, ...]] = [(1,)]
    for number in range(2, length + 1):
        near = range(max(1, number - 6), number)
        parents = dict.fromkeys(dice.choices(near, k=dice.choice([0, 1, 1, 1, 1, 2, 3])))
        commits.append((number, *parents))
    return commits


def all_heads(commits: list[tuple[int, ...]]) -> dict[str, int]:
    inner = {parent for _, *parents in commits for parent in parents}
    return {f"refs/heads/b{number}": number for number, *_ in commits if number not in inner}


# --- lanes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(60))
def test_each_row_is_reached_by_its_own_lanes_only(seed):
    commits = tangle(35, seed)
    rows = [Row(str(number), tuple(map(str, parents))) for number, *parents in reversed(commits)]
    lanes = lay_out(rows, leftmost="20")
    assert {(rows[e.child].name, rows[e.parent].name) for e in lanes.edges} == {
        (row.name, parent) for row in rows for parent in row.parents
    }
    for edge in lanes.edges:
        between = lanes.columns[edge.child + 1 : edge.parent]
        assert edge.lane not in between, (rows[edge.child], rows[edge.parent])
    assert lanes.columns[[row.name for row in rows].index("20")] == 0


@pytest.mark.daily(3)
@pytest.mark.parametrize("seed", range(8))
def test_drawn_edges_are_the_parents_that_git_lists(repo, seed):
    commits = tangle(30, seed)
    shape_history(repo, commits, all_heads(commits))
    listed = (entry.split() for entry in repo.git("rev-list", "--all", "--parents").splitlines())
    expected = {(child[:7], parent[:7]) for child, *parents in listed for parent in parents}
    drawn = read(whole(repo))
    assert drawn.edges == expected
    assert drawn.passes == []
    assert len(drawn.rows) == 30


@pytest.mark.daily(3)
@pytest.mark.parametrize("seed", range(8))
def test_long_tangle_is_folded_without_a_false_edge(repo, seed):
    commits = tangle(600, seed)
    ids = shape_history(repo, commits, {**all_heads(commits), MAIN: 600})
    parents = {ids[number][:7]: {ids[parent][:7] for parent in above} for number, *above in commits}
    drawing = whole(repo, ids[300])
    drawn = read(drawing)
    assert len(drawn.rows) <= MAX_ROWS
    assert drawn.passes == []
    assert drawn.marked == [ids[300][:7]]
    between = {(a, b) for a, b in drawn.edges if a in parents and b in parents}
    assert all(parent in parents[child] for child, parent in between)
    heights = {words: y for _, y, words in drawn.rows}
    assert all(heights[child] < heights[parent] for child, parent in between)


# --- what is shown --------------------------------------------------------------------------------------------------


def test_merge_is_described_in_words_and_drawn_with_main_on_the_left(repo):
    start = repo.commit("Start")
    repo.branch("side")
    side = repo.commit("Add a side")
    repo.switch("main")
    own = repo.commit("Go on")
    merge = repo.merge("--no-ff", "-m", "Merge branch 'side'", "side")
    repo.git("tag", "v1.0")
    drawing = whole(repo, side)
    assert drawing.title == "Commit graph"
    assert drawing.text == (
        f"{merge[:7]} Merge branch 'side', on main and v1.0; parents {own[:7]}, {side[:7]}",
        f"Needs work: {side[:7]} Add a side, on side; parent {start[:7]}",
        f"{own[:7]} Go on; parent {start[:7]}",
        f"{start[:7]} Start; no parents",
    )
    drawn = read(drawing)
    columns = {words: x for x, _, words in drawn.rows}
    assert columns[merge[:7]] == columns[own[:7]] == columns[start[:7]] < columns[side[:7]]
    assert drawn.marked == [side[:7]]


def test_line_of_many_is_folded_around_tags_and_marks(repo):
    ids = shape_history(repo, line(100), {MAIN: 100, "refs/tags/v1.0": 50})
    drawing = whole(repo, ids[20])
    assert drawing.title == "Commit graph, 10 of 100 commits"
    assert [entry.split(";")[0].split(" Commit")[0] for entry in drawing.text] == [
        ids[100][:7],
        ids[99][:7],
        "47 commits",
        ids[51][:7],
        ids[50][:7],
        ids[49][:7],
        "27 commits",
        ids[21][:7],
        f"Needs work: {ids[20][:7]}",
        ids[19][:7],
        "16 commits",
        ids[2][:7],
        ids[1][:7],
    ]


@pytest.mark.heavy
def test_branches_beyond_the_first_dozen_are_left_out_and_counted(repo):
    commits = [(1,), *((number, 1) for number in range(2, 3002))]
    refs = {MAIN: 1, **{f"refs/heads/topic-{number}": number for number in range(2, 3002)}}
    ids = shape_history(repo, commits, refs)
    drawing = whole(repo, ids[1500])
    assert len(read(drawing).rows) == 13  # main, eleven branches and the one with the mark
    assert drawing.text[-1] == "Not drawn: 2,988 commits on 2,988 branches and tags."
    assert any("on topic-1500" in entry for entry in drawing.text)


def test_many_refs_of_one_commit_are_cut(repo):
    shape_history(repo, line(2), {MAIN: 2, **{f"refs/tags/t{number}": 2 for number in range(500)}})
    assert "on main, t0, t1 and 498 more; parent" in whole(repo).text[0]


@pytest.mark.heavy
@pytest.mark.parametrize("commits", [tangle(3000, 1), tangle(3000, 2)])
def test_thousands_of_merges_are_bounded(repo, commits):
    shape_history(repo, commits, {**all_heads(commits), MAIN: 3000})
    drawing = whole(repo)
    assert len(read(drawing).rows) <= MAX_ROWS
    assert len(drawing.svg) < 20_000


def test_octopus_merge_of_hundreds_of_roots_is_bounded(repo):
    commits = [*((number,) for number in range(1, 301)), (301, *range(1, 301))]
    shape_history(repo, commits, {MAIN: 301})
    assert len(read(whole(repo)).rows) <= MAX_ROWS


def test_orphan_branches_and_no_main(repo):
    ids = shape_history(repo, [(1,), (2, 1), (3,)], {"refs/heads/pages": 3, "refs/heads/work": 2})
    drawn = read(whole(repo))
    assert drawn.edges == {(ids[2][:7], ids[1][:7])}
    assert len(drawn.rows) == 3


def test_shallow_clone_is_drawn_as_far_as_it_goes(repo, new_repo):
    ids = shape_history(repo, line(5), {MAIN: 5})
    repo.git("clone", "-q", "--depth=2", f"file://{repo.path}", str(repo.path.parent / "shallow"))
    drawn = read(whole(new_repo("shallow")))
    assert drawn.edges == {(ids[5][:7], ids[4][:7])}


def test_untrusted_text_is_escaped_cut_and_masked(repo):
    key = "AKIA" + "Q3EGZ7XNHP2LR5WT"
    repo.commit(f'</text><script>alert("1")</script>\u202e {key}')
    repo.commit("x" * 1_000_000)
    repo.git("branch", "<b>&amp;")
    drawing = whole(repo)
    said = drawing.svg + "".join(drawing.text)
    assert "<script" not in drawing.svg
    assert "&lt;b&gt;&amp;amp;" in drawing.svg
    assert "\u202e" not in said
    assert key not in said
    assert len(said) < 3000
    read(drawing)


@pytest.mark.heavy
def test_twenty_thousand_commits_are_drawn_quickly(repo):
    """The target is 0.1 s beside the walk; the limit here leaves room for a slow machine."""
    commits = [(1,), (2, 1), (3, 1)]
    for number in range(4, 20_000, 2):  # two branches that keep merging each other
        commits += [(number, number - 2, number - 1), (number + 1, number - 1, number - 2)]
    ids = shape_history(repo, commits, {MAIN: 19_999, "refs/heads/other": 19_998})
    with Repository.open(repo.path) as repository:
        assert len(repository.history) == 19_999
        started = time.process_time()
        drawing = Graph(repository).whole([ids[10_000]])
        assert time.process_time() - started < 0.5
    drawn = read(drawing)
    assert len(drawn.rows) <= MAX_ROWS
    assert drawn.marked == [ids[10_000][:7]]


# --- the wanted shape -----------------------------------------------------------------------------------------------

MERGED = Shape(
    "side in main by a merge commit",
    (
        Node("M", ("A", "B"), "main: Merge branch 'side'"),
        Node("A", ("F",)),
        Node("B", ("F",), "side"),
        Node("F"),
    ),
)


def test_shape_is_drawn_by_the_same_code():
    drawing = draw_shape(MERGED)
    assert drawing.title == "Expected: side in main by a merge commit"
    assert read(drawing).edges == {("M", "A"), ("M", "B"), ("A", "F"), ("B", "F")}
    assert drawing.text[0] == "M main: Merge branch 'side'; parents A, B"


def test_shape_as_text_looks_as_git_draws_it():
    assert draw_shape(MERGED).letters == (
        "*   M main: Merge branch 'side'",
        "|\\",
        "* | A",
        "| * B side",
        "|/",
        "*   F",
    )


def test_an_octopus_merge_is_drawn_as_text():
    shape = Shape("x", (Node("O", ("A", "B", "C")), Node("A"), Node("B"), Node("C")))
    assert draw_shape(shape).letters == ("*     O", "|\\", "| |\\", "* | | A", "  * | B", "    * C")


def test_shape_too_large_for_a_terminal_is_not_drawn_as_text():
    nodes = tuple(Node(str(number), (str(number + 1),)) for number in range(13))
    assert draw_shape(Shape("long", nodes[:-1])).letters != ()
    assert draw_shape(Shape("long", nodes)).letters == ()
