"""The lessons and queries of the benchmark of search: few of the same shape."""

import random

import pytest

from benchmarks import search
from lessons.search.finding import MAX_RESULTS
from lessons.search.finding import search as find
from lessons.search.words import read_query
from tests.factories import make_learner

pytestmark = pytest.mark.django_db


@pytest.mark.heavy
def test_queries_find_what_they_are_meant_to(monkeypatch):
    for name in ("LESSONS", "BATCH", "A_SESSION"):
        monkeypatch.setattr(search, name, 25)
    monkeypatch.setattr(search, "ASKED", 10)
    chance = random.Random(1)
    words = search.make_words(chance)[:2_000]
    user = make_learner(search.make_lessons(chance, words)).user
    common, _rare, _two, mistyped, unknown = [
        find(user, read_query(typed)) for typed in list(search.make_queries(chance, words))[:5]
    ]
    assert common.count == MAX_RESULTS
    assert mistyped.corrected is not None
    assert (unknown.groups, unknown.corrected) == ([], None)
