"""The part of a text that a result shows."""

from hypothesis import given
from hypothesis import strategies as st

from lessons.search.excerpts import WORDS_SHOWN, Excerpts, Piece, text_fragment
from lessons.search.words import read_query

FILLER = " ".join(f"word{number}" for number in range(100))


def excerpt(text, typed):
    return Excerpts(read_query(typed).terms).make(text)


def plain_text(pieces):
    return "".join(piece.text for piece in pieces)


def marked(found):
    return [piece.text for piece in found.pieces if piece.is_match]


def test_all_forms_of_the_words_are_marked_as_they_are_written():
    found = excerpt("Deploying is easy, Café-deployments are not.", "deploy cafe")
    assert marked(found) == ["Deploying", "Café", "deployments"]
    assert found.matched == 2


def test_short_text_is_shown_whole():
    assert excerpt("(One\n\ntwo, three.", "two").pieces == [
        Piece("One "),
        Piece("two", True),
        Piece(", three."),
    ]


def test_long_text_is_cut_around_where_the_most_words_are_close():
    found = excerpt(f"merge {FILLER} merge the conflict {FILLER}", "merge conflict")
    text = plain_text(found.pieces)
    assert "word99 merge the conflict word0" in text
    assert text.startswith("… ") and text.endswith(" …")
    assert len(text.split()) <= WORDS_SHOWN + 2


def test_text_without_the_words_shows_its_beginning():
    found = excerpt(FILLER, "kubectl")
    assert plain_text(found.pieces).startswith("word0 word1 ")
    assert (marked(found), found.phrase, found.matched) == ([], "", 0)


def test_phrase_stays_in_one_line_because_a_line_is_an_element():
    assert excerpt("Say\ngit commit -m 'x'\nto record", "commit").phrase == "commit -m 'x"
    assert excerpt("Say\ncommit\nto record", "commit").phrase == ""


def test_fragment_has_no_sign_with_a_meaning_in_it():
    assert text_fragment("a-b, c & d") == ":~:text=a%2Db%2C%20c%20%26%20d"
    assert text_fragment("") == ""


@given(st.text(), st.text(max_size=20))
def test_excerpt_of_any_text_is_part_of_the_text(text, typed):
    found = excerpt(text, typed)
    shown = plain_text(found.pieces).strip(" …")
    assert "".join(shown.split()) in "".join(text.split())
    assert found.phrase in text
