"""Every status has a shape and a word."""

import re

import pytest
from django.conf import settings

from labs.grader.report import Outcome
from labs.models import State, Submission
from labs.pages.presentation import history_item
from labs.pages.steps import GLYPHS, status
from labs.reports.verdict import OUTCOMES
from lessons.templatetags.status import WORDS

DRAWN = set(re.findall(r'id="g-(\w+)"', (settings.BASE_DIR / "templates/partials/_glyphs.html").read_text()))


def test_eight_glyphs_are_drawn():
    assert {"todo", "part", "run", "done", "bad", "skip", "now", "wait"} == DRAWN


@pytest.mark.parametrize("state", State)
def test_state_has_a_glyph_and_a_word(state):
    glyph, word = status(Submission(state=state), None)
    assert (glyph in DRAWN, word) == (True, state.label)


def test_only_states_caused_by_the_learner_look_like_needs_work():
    assert [state for state, glyph in GLYPHS.items() if glyph == "bad"] == [State.UNREADABLE]


@pytest.mark.parametrize("outcome", Outcome)
def test_outcome_has_a_glyph_and_a_word(outcome):
    glyph, word = OUTCOMES[outcome]
    assert glyph in DRAWN
    assert word


def test_words_of_reading_name_drawn_glyphs():
    assert set(WORDS) <= DRAWN


def test_history_says_the_state_in_words():
    item = history_item(Submission(state=State.FAULT, number=3, public_id="a", head="9f3c2e1" * 5), None)
    assert (item["glyph"], item["word"]) == ("skip", "Fault on our side")
    assert item["note"] == "Fault on our side, commit 9f3c2e1"
