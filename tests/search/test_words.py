"""Words of texts and of queries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons.search.words import MAX_WORD, MAX_WORDS, Term, fold, read_query, split, stem


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Kubectl APPLY", "kubectl apply"),
        ("docker-compose.yml, pull_request_target", "docker compose yml pull request target"),
        ("Café naïve Straße Ünlü", "cafe naive strasse unlu"),
        ("cafe\u0301", "cafe"),
        ("ＧＩＴ ① 𝕊", "git 1 s"),
        ("हिन्दी में", "हनद म"),
        ("Κυβερνήτης Привет 日本語", "κυβερνητησ привет 日本語"),
        ("(㈠) 😀 \x00 ’ -- ''", "一"),
        ("a" * 100, "a" * MAX_WORD),
    ],
)
def test_words_have_no_case_accents_or_signs(text, words):
    assert " ".join(split(text)) == words


@pytest.mark.parametrize(
    ("word", "forms"),
    [
        ("deploy", "deploys deploying deployed deployment deployments"),
        ("repository", "repositories"),
        ("commit", "commits committing committed"),
    ],
)
def test_forms_of_a_word_have_one_stem(word, forms):
    assert {stem(form) for form in forms.split()} == {stem(word)}


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("How do I undo a commit?", "undo commit"),
        ("the who", "the who"),  # there are no others
        ("git git GIT", "git"),
        ('NEAR("a" OR b*) AND c:d -e ^f', "near b c d e f"),
        ("", ""),
        ("\x00\x00", ""),
        ("c#", "c"),
    ],
)
def test_query_has_distinct_words_without_common_ones(typed, words):
    assert " ".join(term.word for term in read_query(typed).terms) == words


def test_long_query_is_cut_and_says_so():
    query = read_query(" ".join(f"word{number}" for number in range(20)))
    assert (len(query.terms), query.is_cut) == (MAX_WORDS, True)
    assert read_query("x" * 10_000).is_cut
    assert not read_query("merge conflict").is_cut


@pytest.mark.parametrize(
    ("typed", "is_short"), [("", True), ("a", True), ("*", True), ("x b", False), ("ci", False)]
)
def test_query_of_fewer_than_two_letters_is_short(typed, is_short):
    assert read_query(typed).is_short is is_short


@pytest.mark.parametrize(
    ("term", "matches", "does_not"),
    [("kube", "kubernetes kube", "cube"), ("ci", "ci", "circle"), ("deploying", "deployment", "depot")],
)
def test_term_matches_forms_and_from_three_letters_beginnings(term, matches, does_not):
    assert all(Term(term).matches(word) for word in matches.split())
    assert not any(Term(term).matches(word) for word in does_not.split())


def test_replaced_word_keeps_the_signs_around_it():
    query = read_query("Use 'Kubctl' - now").with_words({"kubctl": "kubectl"})
    assert (query.typed, [term.word for term in query.terms]) == ("Use 'kubectl' - now", ["kubectl", "now"])


@given(st.text())
def test_any_text_becomes_words_of_letters_and_digits_alone(text):
    for word in split(text):
        assert word.isalnum() and len(word) <= MAX_WORD
        assert stem(word).isalnum()


@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert all(fold(word) == word for word in split(text))
