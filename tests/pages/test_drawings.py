"""Drawings on a result page: found next to wanted, the whole graph at the end, readable in any way."""

from dataclasses import replace

import pytest

from labs.grader.git.repository import Repository
from labs.grader.graphs.graph import Graph, draw_shape
from labs.grader.graphs.shapes import Node, Shape
from labs.grader.report import Drawing
from tests.browsing import LOOKS, axe_violations, open_context, wide_light, widens
from tests.factories import make_report
from tests.grader.conftest import Repo
from tests.grader.shaping import shape_history
from tests.pages.test_templates import inline
from tests.reports import make_engine_report

LANES = [
    (1,),
    (2, 1),
    (3, 1),
    (4, 2),
    (5, 1),
    (6, 1),
    (7, 4, 3),
    (8, 5),
    (9, 7, 8),
    (10, 6),
    (11, 1),
    (12, 1),
]
LONG = [*LANES, (13, 9), *((number, number - 1) for number in range(14, 80))]
REFS = {
    "refs/heads/main": 79,
    "refs/heads/feature/log-in": 10,
    "refs/heads/a": 11,
    "refs/heads/b": 12,
    "refs/tags/v1.0": 40,
}
WANTED = Shape(
    "`feature` merged into `main` with a merge commit",
    (
        Node("M", ("A", "B"), "main: Merge branch 'feature'"),
        Node("B", ("F",), "feature"),
        Node("A", ("F",), "main before"),
        Node("F"),
    ),
)


@pytest.fixture(scope="module")
def drawings(tmp_path_factory) -> tuple[Drawing, Drawing, Drawing]:
    """Return the drawings of found, wanted, and the whole graph."""
    repo = Repo(tmp_path_factory.mktemp("drawn") / "work")
    subject = "Describe <b>the data</b>, the model and whatever else there is to say, part {}"
    ids = shape_history(repo, LONG, REFS, subject)
    with Repository.open(repo.path) as repository:
        graph = Graph(repository)
        return graph.around([ids[10]], [ids[10]]), draw_shape(WANTED), graph.whole([ids[10], ids[41]])


@pytest.fixture
def submission(cast, drawings):
    found, wanted, graph = drawings
    report = make_engine_report(readable="passed", feature="needs_work", readme="needs_work")
    passed, feature, readme = report.results
    feature = replace(feature, drawings=(found, wanted), hint="git merge --no-ff feature")
    submission = cast.submit()
    make_report(submission, replace(report, results=(passed, feature, readme), graph=graph).to_json())
    return submission


def test_page_contains_drawings_as_text_too(learner_client, submission, drawings):
    page = learner_client.get(submission.get_absolute_url()).content.decode()
    assert page.count('<svg class="graph" role="img"') == 3
    assert "<li>M main: Merge branch &#x27;feature&#x27;; parents A, B</li>" in page
    assert "Needs work: " in page
    assert "Describe &lt;b&gt;the data" in page
    assert page.index("<figcaption>Found<") < page.index("<figcaption>Expected: <code>feature</code>")
    assert f"<summary>{drawings[2].title}</summary>" in page
    assert inline(page) == []


def test_page_without_drawings_says_nothing_of_them(learner_client, cast):
    page = learner_client.get(cast.grade().get_absolute_url()).content.decode()
    assert "drawing" not in page
    assert "Commit graph" not in page


@pytest.mark.heavy
@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("look", LOOKS)
def test_drawings_fit_the_page_and_are_accessible(browser, live_server, submission, cast, look):
    context = open_context(browser, live_server, cast.learner.user, **look())
    page = context.new_page()
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(submission.get_absolute_url())
    page.locator(".commit-graph > summary").click()
    for summary in page.locator(".drawing summary").all():
        summary.click()
    assert axe_violations(page) == []
    assert not widens(page)
    assert complaints == []
    for region in page.locator(".drawing .scroll").all():
        scrolls = region.evaluate("part => part.scrollWidth > part.clientWidth")
        assert not scrolls or region.get_attribute("tabindex") == "0"
    side_by_side = page.locator(".drawings .drawing").evaluate_all(
        "all => all[0].getBoundingClientRect().top === all[1].getBoundingClientRect().top"
    )
    assert side_by_side == (look is wide_light)
    context.close()
