"""Questions where they belong: on lessons, quiz questions, labs and checks, and in the class."""

import pytest
from django.http import Http404

from labs.places import LabPlace
from lessons import attempt_actions
from lessons.models import Lesson, MeetingSignal, Thread
from lessons.threads import actions
from lessons.threads.places import find_place
from tests.factories import make_lab, make_lesson, make_quiz, make_submission
from tests.questions.conftest import HELP

QUIZ = """\
---
title: What was said
pass_mark: 70
attempts: 0
release: {release}
---

## Which? {{#which}}
- [x] Git
- [ ] Subversion
> Every clone has the whole history.
"""


def publish(cast, thread: Thread, text: str = "Because of load.") -> None:
    cast.answer(thread, text)
    actions.set_public(thread=thread, by=cast.staff, is_public=True)


def page(cast, who, url: str) -> str:
    response = cast.client(who).get(url)
    assert response.status_code == 200
    return response.content.decode()


def test_public_answer_is_a_note_at_the_end_of_its_section(cast):
    headings = [
        '<div class="heading"><h2 id="one">One</h2></div>',
        '<div class="heading"><h2 id="two">T</h2></div>',
    ]
    html = f"{headings[0]}<p>A</p>{headings[1]}<p>B</p>"
    contents = [[2, "one", "One"], [2, "two", "T"]]
    Lesson.objects.filter(pk=cast.lesson.pk).update(html=html, contents=contents)
    publish(cast, cast.ask(place=cast.place(part="one")))
    shown = page(cast, cast.peer, cast.lesson.get_absolute_url())
    assert (
        shown.index("<p>A</p>") < shown.index("Asked here: Why two servers?") < shown.index('<h2 id="two">')
    )
    assert "Learner A" not in shown.partition("<main")[2]


def test_kept_page_of_a_lesson_differs_by_what_its_readers_may_read(cast):
    url = cast.lesson.get_absolute_url()
    assert "Why two" not in page(cast, cast.learner, url)
    thread = cast.ask()
    assert "Why two" in page(cast, cast.learner, url)
    assert "Why two" not in page(cast, cast.peer, url)
    publish(cast, thread)
    assert [("Asked here: Why two" in page(cast, who, url)) for who in (cast.peer, cast.elsewhere)] == [
        True,
        False,
    ]
    actions.withdraw_thread(thread=thread, by=cast.learner.user)
    assert "Why two" not in page(cast, cast.peer, url)


def test_note_of_a_renamed_heading_is_below_the_lesson(cast):
    publish(cast, cast.ask())
    Lesson.objects.filter(pk=cast.lesson.pk).update(
        contents=[[2, "new", "New"]], html='<h2 id="new">New</h2>'
    )
    shown = page(cast, cast.peer, cast.lesson.get_absolute_url())
    assert shown.index('id="page--questions"') < shown.index("Asked here: Why two servers?")


def submit(enrollment, quiz):
    attempt = attempt_actions.start_attempt(enrollment=enrollment, quiz=quiz)
    return attempt_actions.submit_attempt(attempt=attempt)


@pytest.mark.parametrize(("release", "is_shown"), [("never", False), ("now", True)])
def test_public_question_on_a_quiz_comes_with_the_answers_only(cast, release, is_shown):
    quiz = make_quiz(QUIZ.format(release=release), cast.lesson)
    mine, theirs = submit(cast.learner, quiz), submit(cast.peer, quiz)
    at = cast.course.slug, "quiz", quiz.slug, "which"
    thread = cast.ask(place=find_place(cast.learner.user, *at, str(mine.number)), title="Why not B?")
    publish(cast, thread, "Git, because it is distributed.")
    assert cast.client(cast.peer).get(thread.get_absolute_url()).status_code == (200 if is_shown else 404)
    url = f"/courses/{cast.course.slug}/quizzes/{quiz.slug}/{theirs.number}/review/"
    assert ("it is distributed" in page(cast, cast.peer, url)) is is_shown
    own = f"/courses/{cast.course.slug}/quizzes/{quiz.slug}/{mine.number}/review/"
    assert "Your question: Why not B?" in page(cast, cast.learner, own)


def test_answers_to_others_are_not_suggested_during_an_attempt(cast):
    quiz = make_quiz(QUIZ.format(release="now"), cast.lesson)
    mine = submit(cast.learner, quiz)
    at = cast.course.slug, "quiz", quiz.slug, "which"
    publish(cast, cast.ask(place=find_place(cast.learner.user, *at, str(mine.number))), "It is distributed.")
    attempt = attempt_actions.start_attempt(enrollment=cast.peer, quiz=quiz)
    url = f"/questions/{cast.course.slug}/ask/"
    values = {"place": "quiz", "slug": quiz.slug, "part": "which", "at": "1"}
    assert "distributed" not in cast.client(cast.peer).get(url, values).content.decode()
    attempt_actions.submit_attempt(attempt=attempt)
    assert "distributed" in cast.client(cast.peer).get(url, values).content.decode()


def test_question_of_a_quiz_is_asked_only_by_those_who_see_it(cast):
    quiz = make_quiz(QUIZ.format(release="never"), cast.lesson)
    attempt_actions.start_attempt(enrollment=cast.learner, quiz=quiz)
    at = {"place": "quiz", "slug": quiz.slug, "part": "which", "at": "1"}
    url = f"/questions/{cast.course.slug}/ask/"
    shown = cast.client(cast.learner).get(url, at).content.decode()
    assert "Which?" in shown
    assert "Subversion" not in shown
    assert cast.client(cast.peer).get(url, at).status_code == 404
    assert cast.client(cast.learner).get(url, {**at, "part": "other"}).status_code == 404


def test_answered_question_on_a_quiz_stays_hidden_from_those_who_did_not_take_it(cast):
    quiz = make_quiz(QUIZ.format(release="now"), cast.lesson)
    mine = submit(cast.learner, quiz)
    place = find_place(cast.learner.user, cast.course.slug, "quiz", quiz.slug, "which", str(mine.number))
    thread = cast.ask(place=place)
    publish(cast, thread)
    assert cast.client(cast.peer).get(thread.get_absolute_url()).status_code == 404


def test_request_on_a_check_carries_submission_and_commit(cast):
    lab = make_lab(cast.course)
    cast.lesson.lab_slugs = [lab.slug]
    cast.lesson.save()
    submission = make_submission(cast.learner, lab)
    at = {"place": "lab", "slug": lab.slug, "part": "readme", "at": submission.public_id, "want": "help"}
    client = cast.client(cast.learner)
    assert (
        f"commit {submission.head[:7]}"
        in client.get(f"/questions/{cast.course.slug}/ask/", at).content.decode()
    )
    client.post(f"/questions/{cast.course.slug}/ask/", at)
    thread = Thread.objects.get()
    assert (thread.part_title, thread.evidence_url) == ("README.md exists", submission.get_absolute_url())
    assert thread.evidence == f"Submission 1, commit {submission.head[:7]}"
    queue = page(cast, cast.staff, f"/questions/{cast.course.slug}/queue/")
    assert submission.get_absolute_url() in queue
    cast.answer(thread, "Commit the README.", is_suggested=True)
    other = make_submission(cast.peer, lab)
    asked = cast.client(cast.peer).get(f"/questions/{cast.course.slug}/ask/", {**at, "at": other.public_id})
    assert "Commit the README." in asked.content.decode()
    with pytest.raises(Http404):
        LabPlace().find(cast.peer.user, cast.course.slug, lab.slug, "readme", submission.public_id)
    publish(cast, thread, "See the lesson.")
    shown = page(cast, cast.peer, lab.get_absolute_url())
    assert "See the lesson." in shown
    public = page(cast, cast.peer, thread.get_absolute_url())
    assert submission.public_id not in public
    assert submission.head[:7] not in public


def test_class_page_leads_to_the_queue_and_back(cast):
    url = cast.meeting.get_absolute_url()
    assert "want=help" in page(cast, cast.learner, url)
    thread = cast.ask(HELP, place=cast.in_class(), title="Port is taken")
    assert "Your request: Port is taken" in page(cast, cast.learner, url)
    cast.client(cast.learner).post(f"{url}signal/", {"withdraw": "stuck"})
    thread.refresh_from_db()
    assert (thread.is_withdrawn, MeetingSignal.objects.exists()) == (True, False)


def test_lesson_that_is_not_open_takes_no_question(cast):
    draft = make_lesson(cast.lesson.session, status=Lesson.Status.DRAFT)
    at = {"place": "lesson", "slug": draft.slug}
    assert cast.client(cast.learner).get(f"/questions/{cast.course.slug}/ask/", at).status_code == 404
