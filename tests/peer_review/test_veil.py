import pytest

from labs.peer_review.veil import HIDDEN, Veil, names_of

NAMES = names_of(
    full_name="Mark Example-Person", email="learner.one@example.org", accounts=["octo-learner", ""]
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("by Mark Example-Person", f"by {HIDDEN}"),
        ("MARK EXAMPLE-PERSON", HIDDEN),
        ("Mark wrote this", f"{HIDDEN} wrote this"),
        ("mark the line, remark it, Marker", "mark the line, remark it, Marker"),
        ("Learner.One@Example.org", HIDDEN),
        ("/home/learner.one/work", f"/home/{HIDDEN}/work"),
        ("https://github.com/Octo-Learner/lab", f"https://github.com/{HIDDEN}/lab"),
        ("mark_example_person.py, Mark-ExamplePerson", f"{HIDDEN}.py, {HIDDEN}"),
        ("Mark_lab_1.md of read_mark", f"{HIDDEN}_lab_1.md of read_mark"),
        ("nothing\nhere\n", "nothing\nhere\n"),
    ],
)
def test_names_are_hidden_and_other_words_stay(text, shown):
    assert Veil(NAMES)(text) == shown


def test_names_of_mixed_case_are_hidden_in_any_case():
    assert Veil(["OctoCat"])("https://github.com/octocat/lab") == f"https://github.com/{HIDDEN}/lab"


def test_names_that_the_portal_knows_are_hidden_before_those_in_commits():
    assert Veil(["Mark", *(f"Somebody longer {number}" for number in range(500))])("Mark") == HIDDEN


def test_lines_keep_their_numbers():
    veil = Veil(["two\nlines", "a (b", "x|y", ""])
    assert veil("two\nlines a (b x|y") == f"two\nlines {HIDDEN} {HIDDEN}"
    assert Veil([])("text") == "text"
