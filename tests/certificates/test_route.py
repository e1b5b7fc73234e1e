from hypothesis import given
from hypothesis import strategies as st

from portal.progress.certificates.route import (
    BRANCH,
    LINE,
    MAX_DRAWN,
    MAX_ROWS,
    ROW,
    WIDTH,
    Stretch,
    describe,
    draw,
    load,
    store,
)

LABELS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=60)
STRETCHES = st.lists(
    st.one_of(
        st.builds(Stretch, LABELS, st.integers(1, 60)),
        st.builds(Stretch, LABELS, st.just(0), st.lists(st.booleans(), min_size=1, max_size=30).map(tuple)),
    ),
    max_size=40,
)


@given(STRETCHES)
def test_every_route_is_inside_its_drawing(stretches):
    drawing = draw(stretches)
    assert drawing.height <= MAX_ROWS * ROW
    for node in drawing.nodes:
        assert 0 <= node.x - node.radius <= node.x + node.radius <= WIDTH
        assert 0 <= node.y <= drawing.height
    for curve in drawing.branches:
        assert all(0 <= x <= WIDTH + 0.01 and 0 <= y <= drawing.height for x, y in curve)
    assert all(0 <= label.x <= WIDTH for label in drawing.labels)


@given(STRETCHES)
def test_stored_route_is_read_back(stretches):
    assert load(store(stretches)) == stretches


def test_lab_passed_at_once_stays_on_the_line():
    drawing = draw([Stretch("Lab 1", tries=(True,))])
    assert not drawing.branches
    assert [(node.y, node.passed) for node in drawing.nodes] == [(LINE, True)]


def test_lab_with_retries_leaves_the_line_and_comes_back():
    drawing = draw([Stretch("Lab 1", tries=(False, False, True))])
    assert [(node.y, node.passed) for node in drawing.nodes] == [
        (BRANCH, False),
        (BRANCH, False),
        (BRANCH, True),
    ]
    assert (drawing.branches[0][0][1], drawing.branches[0][-1][1]) == (LINE, LINE)


def test_lab_that_did_not_pass_does_not_come_back():
    drawing = draw([Stretch("Lab 1", tries=(False, False))])
    assert drawing.branches[0][-1][1] == BRANCH


def test_many_submissions_are_named_and_only_the_last_ones_are_drawn():
    stretch = Stretch("Lab 1", tries=(False,) * 22 + (True,))
    assert len(draw([stretch]).nodes) == MAX_DRAWN
    assert describe([stretch]) == "Lab 1: passed after 23 submissions."


def test_long_course_has_several_rows_in_their_order():
    stretches = [Stretch(f"Session {number}", dots=10) for number in range(1, 13)]
    drawing = draw(stretches)
    assert drawing.height == MAX_ROWS * ROW
    assert [label.text for label in drawing.labels] == [stretch.label for stretch in stretches]
