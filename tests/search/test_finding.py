"""Finding words, forms of them, beginnings, and words that were mistyped, on both databases."""

import pytest

from lessons.search import finding
from lessons.search.finding import MAX_RESULTS
from tests.factories import make_course, make_session, make_user
from tests.search.conftest import find, titles, write_lab, write_lesson, write_quiz

GIT = """\
Version control for a team.

## Branching and merging

A branch has a name. Deployments wait until it is merged, in the naïve case.

## Resolving a conflict

Two people changed the same line: a merge conflict.

```bash
git merge --no-ff card_payment
```
"""
KUBERNETES = """\
An orchestrator.

## First steps

Run `kubectl get pods`. Each pod has containers.

Pod
: The smallest unit that is scheduled.
"""
GREEK = "Η λέξη κυβερνήτης, 日本語, हिन्दी, Straße."

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def everything():
    """A user who finds all pages of a small course."""
    session = make_session(make_course(title="Course"), title="Evening")
    write_quiz(write_lesson(GIT, session=session, slug="git", title="Git basics"), "Git quiz")
    write_lesson(KUBERNETES, session=session, slug="kubernetes", summary="Containers on many machines.")
    write_lesson(GREEK, session=session, slug="words")
    write_lab(session.course, "conflict", "## Steps\n\nMerge, then resolve.", title="Resolve a conflict")
    return make_user(is_superuser=True)


WANTED = {
    "merge": ["Git basics", "Resolve a conflict"],
    "merged": ["Git basics", "Resolve a conflict"],
    "MERGE conflict!": ["Git basics", "Resolve a conflict"],
    "deploying": ["Git basics"],
    "naive case": ["Git basics"],
    "card payment": ["Git basics"],
    "--no-ff": ["Git basics"],
    "kube": ["Kubernetes"],
    "how do I get pods?": ["Kubernetes"],
    "many machines": ["Kubernetes"],
    "smallest": ["Kubernetes", "Kubernetes"],  # the lesson, and a term that it defines
    "git": ["Git basics", "Git quiz"],
    "κυβερνητησ": ["Words"],
    "日本語": ["Words"],
    "हिन्दी": ["Words"],
    "STRASSE": ["Words"],
    "xyzzy": [],
}


def test_words_find_their_pages(everything):
    for typed, wanted in WANTED.items():
        found = find(everything, typed)
        assert (titles(found), found.corrected, found.is_partial) == (wanted, None, False), typed


def test_result_leads_to_the_heading_with_the_most_words(everything):
    (lessons, _labs) = find(everything, "merge conflict").groups
    (result,) = lessons.results
    assert (result.page.url, result.page.place, result.page.course) == (
        f"/courses/{result.page.url.split('/')[2]}/git/", "Evening", "Course",
    )  # fmt: skip
    first = result.places[0]
    assert (first.anchor, first.heading) == ("resolving-a-conflict", "Resolving a conflict")
    assert [piece.text for piece in first.excerpt.pieces if piece.is_match] == ["merge", "conflict", "merge"]


def test_further_headings_of_a_page_are_listed_once_each(everything):
    (lessons, _labs) = find(everything, "merge").groups
    (result,) = lessons.results
    assert {place.anchor for place in result.places} == {"branching-and-merging", "resolving-a-conflict"}


def test_page_whose_title_alone_matches_is_found_at_its_start(everything):
    (result,) = find(everything, "basics").groups[0].results
    assert [(place.anchor, place.heading) for place in result.places] == [("", "")]


def test_term_is_a_result_of_its_own(everything):
    glossary = find(everything, "pod").groups[-1]
    (result,) = glossary.results
    assert (glossary.kind.title, result.places[0].heading, result.places[0].anchor) == (
        "Glossary", "Pod", "first-steps",
    )  # fmt: skip


def test_title_and_heading_count_more_than_text():
    session = make_session()
    long = "Much else is said here. " * 30
    write_lesson(f"{long} A pipeline.", session=session, slug="text", position=1)
    write_lesson(f"{long}\n\n## Pipeline\n\n{long}", session=session, slug="heading", position=2)
    write_lesson(long, session=session, slug="title", title="Pipeline", position=3)
    assert titles(find(make_user(is_superuser=True), "pipeline")) == ["Pipeline", "Heading", "Text"]


MISTYPED = {
    "kubctl": ("kubectl", ["Kubernetes"]),
    "kuberntes": ("kubernetes", ["Kubernetes"]),
    "cubernetis": ("kubernetes", ["Kubernetes"]),
    "gti": ("git", ["Git basics", "Git quiz"]),
    "conflcit": ("conflict", ["Git basics", "Resolve a conflict"]),
    "Kubctl get podss": ("kubectl get pods", ["Kubernetes"]),
}


def test_mistyped_word_is_taken_for_the_nearest(everything):
    for typed, (meant, wanted) in MISTYPED.items():
        found = find(everything, typed)
        assert (found.corrected.typed, titles(found)) == (meant, wanted), typed


def test_word_that_is_like_no_other_is_not_corrected(everything):
    for typed in ("xyzzy", "qq", "kubernetes" * 5):
        found = find(everything, typed)
        assert (found.groups, found.corrected) == ([], None), typed


def test_pages_with_some_of_the_words_are_found_if_none_has_all(everything):
    found = find(everything, "branch kubectl")
    assert found.is_partial
    assert sorted(titles(found)) == ["Git basics", "Kubernetes"]


def test_many_results_are_cut_and_say_so():
    session = make_session()
    for number in range(MAX_RESULTS + 1):
        write_lesson("Needle.", session=session, slug=f"l{number}", position=number)
    (group,) = find(make_user(is_superuser=True), "needle").groups
    assert (len(group.results), group.has_more) == (MAX_RESULTS, True)


HOSTILE = [
    '"', '""', "'", "*", "a*", "git*", "^git", "NEAR", "NEAR(git merge, 5)", "git NEAR/2 merge", "AND", "OR NOT",
    "title:git", "{title}:git", "-git", "git AND (", "git:*", "git:A", "'git' & !'merge'", "git <-> merge", "\\", "%",
    "_", "git\x00merge", "\x00", "\ud800", "😀", "😀 git", "'; DROP TABLE lessons_lesson; --", "%s %(x)s", "{}",
    "a" * 10_000, "git " * 2_500, "a b c d e f g h i j k l m n", "½ ⅷ ㈠ ﷺ", "ﷺ" * 1000, "0" * 300, "1e5 0x1f",
]  # fmt: skip


def test_no_query_is_an_error_or_a_command(everything):
    for typed in HOSTILE:
        assert find(everything, typed).count <= 10, typed


def test_signs_have_no_meaning(everything):
    for typed in ('"git"', "git*", "^git", "git:*", "-git", "(git", "git\x00", "😀 git"):
        assert titles(find(everything, typed)) == ["Git basics", "Git quiz"], typed


def test_words_that_a_mistyped_one_could_mean_are_bounded(everything, monkeypatch):
    asked = []
    has = finding._Search._has
    monkeypatch.setattr(
        finding._Search, "_has", lambda self, term: asked.append(term.word) or has(self, term)
    )
    find(everything, " ".join(f"kubctl{letter}" for letter in "abcdefghijkl"))
    assert len(asked) <= finding.MAX_CHECKED + finding.MAX_MISTYPED * finding.MAX_CANDIDATES
