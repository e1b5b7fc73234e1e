from datetime import timedelta

import pytest
from django.utils import timezone

from labs.grading import lifecycle
from labs.models import LabTimes, State, Submission
from labs.pages.presentation import SECONDS_BETWEEN_ANNOUNCEMENTS, PollCursor
from tests.factories import make_submission
from tests.pages.conftest import client_of


def poll(client, submission: Submission, seen: str):
    return client.get(f"{submission.get_absolute_url()}live/", {"v": seen})


def now() -> int:
    return int(timezone.now().timestamp())


def test_poll_is_empty_while_nothing_changed(learner_client, cast):
    response = poll(learner_client, cast.submit(), f"1.1.{now()}.0")
    assert (response.status_code, response.content) == (204, b"")


def test_poll_returns_the_part_and_one_sentence_when_the_state_changed(learner_client, cast):
    submission = cast.submit()
    lifecycle.claim()
    text = poll(learner_client, submission, f"1.1.{now()}.0").content.decode()
    assert f"live/?v=2.0.{now()}"[:-2] in text
    assert "The repository is being read." in text
    assert '<div id="live" hx-swap-oob="innerHTML">Cloning.</div>' in text
    assert '<li id="submission-1" hx-swap-oob="true" aria-current="page">' in text
    assert "<html" not in text


def test_last_poll_returns_the_verdict_and_ends_the_polling(learner_client, cast):
    submission = cast.grade(a="passed", b="needs_work")
    text = poll(learner_client, submission, f"1.1.{now()}.0").content.decode()
    assert "1 of 2 checks passed" in text
    assert "hx-get" not in text
    said = "Done. 1 of 2 checks passed. First to fix: b is as it should be."
    assert f'<div id="live" hx-swap-oob="innerHTML">{said}</div>' in text


def test_verdict_without_anything_to_fix_is_announced_briefly(learner_client, cast):
    text = poll(learner_client, cast.grade(a="passed"), "1.1.0.0").content.decode()
    assert ">Done. 1 of 1 checks passed.</div>" in text


@pytest.mark.parametrize(
    ("state", "word"),
    [(State.UNREADABLE, "Could not read the repository"), (State.FAULT, "Fault on our side")],
)
def test_other_outcomes_are_announced_in_their_own_words(learner_client, cast, state, word):
    submission = cast.submit(state=state, message="Why.", ended_at=timezone.now())
    text = poll(learner_client, submission, "0.0.0.0").content.decode()
    assert f">{word}.</div>" in text
    assert "hx-get" not in text


@pytest.mark.parametrize(("ago", "is_said"), [(5, False), (SECONDS_BETWEEN_ANNOUNCEMENTS, True)])
def test_place_in_the_queue_is_shown_at_once_but_announced_every_half_minute(
    learner_client, cast, ago, is_said
):
    make_submission(cast.other, cast.lab, queued_at=timezone.now() - timedelta(seconds=9))
    text = poll(learner_client, cast.submit(), f"1.3.{now() - ago}.0").content.decode()
    assert "Position 2 in the queue." in text
    assert (">Queued. Position 2 in the queue.</div>" in text) is is_said


@pytest.mark.parametrize(
    ("waited", "delay", "sentence"),
    [
        (11, 1, "You can leave this page; the result will be here."),
        (61, 2, "This one takes longer than usual."),
    ],
)
def test_poll_gains_the_sentence_of_a_long_wait_once(learner_client, cast, waited, delay, sentence):
    LabTimes.objects.create(lab=cast.lab, results=30, half=40, most=60, counted_at=timezone.now())
    submission = cast.submit(queued_at=timezone.now() - timedelta(seconds=waited))
    text = poll(learner_client, submission, f"1.1.{now()}.0").content.decode()
    assert sentence in text
    assert f"live/?v=1.1.{now()}"[:-2] in text
    assert (">Queued. Next in the queue. This one takes longer than usual.</div>" in text) is (delay == 2)
    assert poll(learner_client, submission, f"1.1.{now()}.{delay}").status_code == 204


def test_poll_by_somebody_signed_out_reloads_the_page(client, cast):
    response = poll(client, cast.submit(), "1.1.0.0")
    assert (response.status_code, response["HX-Refresh"], response.content) == (200, "true", b"")


def test_instructor_may_watch(cast):
    assert poll(client_of(cast.instructor), cast.submit(), "0.0.0.0").status_code == 200


@pytest.mark.parametrize(
    "text", ["", "1", "1.2.3", "a.b.c.d", "1.2.3.4.5", "-1.0.0.0", "²...", "1." + "9" * 5000 + ".0.0"]
)
def test_an_invalid_poll_cursor_counts_as_none(text):
    assert PollCursor.parse(text) == PollCursor(0, 0, 0, 0)


def test_poll_cursor_survives_the_url():
    assert PollCursor.parse(str(PollCursor(7, 2, 1_790_000_000, 1))) == PollCursor(7, 2, 1_790_000_000, 1)
